#!/bin/bash
# disk_full.sh - disks run full while traffic runs: that of records and log (records wait, submits go on, or are refused where
# records.required), then Redis' own (MISCONF: submits are refused, none half accepted). With space again all goes on by itself,
# the records are whole, and every acknowledged message has its one receipt.
. "$(dirname "$0")/../lib.sh"

disk_make() { # NAME SIZE
	mkdir -p "$tmp/$1"
	mount -t tmpfs -o "size=$2" none "$tmp/$1" 2>/dev/null || return 1
	disks+=("$tmp/$1")
}
disks=()
unmount() {
	local at
	for at in "${disks[@]}"; do umount -l "$at"; done
}
if ! disk_make books 4m || ! disk_make redis 8m; then
	unmount
	skip "all of it" "no tmpfs can be mounted here"
	finish
fi
trap 'unmount; at_end' EXIT
fill() { # NAME
	dd if=/dev/zero of="$tmp/$1/ballast" bs=64k 2>/dev/null
	dd if=/dev/zero of="$tmp/$1/ballast" bs=1 oflag=append conv=notrunc 2>/dev/null count=65536
	:
}
empty() { # NAME
	rm -f "$tmp/$1/ballast"
}

redis_start redis everysec
config() { # REQUIRED
	gateway_config gw 'deadline = 1000; reconnect = 20;' <<-END
		accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; } );
		carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw"; } );
		routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
		policies: ( { policy = "window"; mode = "off"; } ); # this test runs at night too
		records: { directory = "$tmp/books/records"; required = $1; };
		evidence: { key = "$tmp/key.pem"; };
		log: { target = "file"; file = "$tmp/books/gateway.log"; };
	END
}
"$(program smppevidence)" keygen "$tmp/key.pem" >/dev/null
config false
sim_start mobile --receipt-delay 20ms
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound 1
esme_start bank gw
esme bank 'submit dst=8613800000001 count=1000000 rate=100 window=50 text=您的验证码{n}，消息#{n}'
accepted() { lines '^resp .*status=00000000' "$tmp/bank.log"; }
refused() { lines '^resp .*status=00000008' "$tmp/bank.log"; }
flows() { # WHAT
	local before
	before=$(accepted)
	soon "$1" 20 eval '[ "$(accepted)" -ge '$((before + 60))' ]'
}
refuses() { # WHAT
	local before
	before=$(refused)
	soon "$1" 20 eval '[ "$(refused)" -ge '$((before + 20))' ]'
}
flows "texts are accepted"

# ---- records and log ----
fill books
soon "records wait" 10 metric_reaches gw smppgw_records_waiting_bytes 1
said() { cat "$tmp/books/gateway.log" "$tmp/gw.log" | grep -q "$1"; } # the last page of the file may still take lines
soon "... which the log says" 10 said 'event=records_failed .*No space left on device'
flows "texts are accepted while records wait"
is "no record is lost" "$(metric gw smppgw_records_lost_total)" 0
empty books
soon "the records are written when there is space" 10 metric_is gw smppgw_records_waiting_bytes 0
soon "... which the log says, too" 10 said event=records_recovered

# ---- records that must be ----
config true
kill -HUP "${pid[gw]}"
fill books
refuses "with records.required submits are refused"
empty books
flows "... and accepted again when there is space"

# ---- Redis ----
fill redis
refuses "Redis cannot write (MISCONF): submits are refused"
at_least "writes that it refused are counted" "$(metric gw smppgw_store_failed_total)" 1
is "no app's link ended" "$(lines '^ended' "$tmp/bank.log")" 0
empty redis
flows "Redis can write: texts are accepted again"

# ---- the account of it all ----
esme bank stop
all_answered() {
	[ "$(lines '^resp ' "$tmp/bank.log")" = "$(sed -n 's/^resp n=\([0-9]*\).*/\1/p' "$tmp/bank.log" | sort -n | tail -n 1)" ]
}
soon "every submit is answered" 20 all_answered
sed -n 's/^resp .*status=00000000 id=\([0-9]*\).*/\1/p' "$tmp/bank.log" | sort >"$tmp/acked"
none_missing() { [ "$(sed -n 's/^receipt id=\([0-9]*\).*/\1/p' "$tmp/bank.log" | sort -u | comm -23 "$tmp/acked" - | wc -l)" = 0 ]; }
soon "every acknowledged message gets its receipt" 30 none_missing
sed -n 's/^receipt id=\([0-9]*\).*/\1/p' "$tmp/bank.log" | sort >"$tmp/got"
say "acknowledged $(wc -l <"$tmp/acked"), refused $(refused), receipts $(wc -l <"$tmp/got")"
is "no receipt for what was refused" "$(comm -13 "$tmp/acked" <(uniq "$tmp/got") | wc -l)" 0
is "no receipt comes twice" "$(uniq -d "$tmp/got" | wc -l)" 0
journal_empty() { [ "$(journal_size)" = 0 ]; }
soon "nothing stays in the journal" 20 journal_empty
gateway_stop gw
ok "the archive is whole" "$(program smppevidence)" verify -q --key "$tmp/key.pem" "$tmp/books/records"
cat "$tmp"/books/records/*/*.jsonl | sed -n 's/.*"kind":"accepted","id":"\([0-9]*\)".*/\1/p' | sort >"$tmp/recorded"
is "each acknowledged message has its record, once" "$(comm -3 "$tmp/acked" "$tmp/recorded" | wc -l)" 0
finish
