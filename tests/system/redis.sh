#!/bin/bash
# redis.sh - Redis dies, comes back, and stands still while traffic runs: submits get ESME_RSYSERR at once, links stay up,
# the gateway recovers by itself, and every acknowledged message gets exactly one receipt; refused ones get none.
. "$(dirname "$0")/../lib.sh"

redis_start redis always
gateway_config gw 'deadline = 1000;' <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw"; } );
routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
END
sim_start mobile --receipt-delay 50ms
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound 1
esme_start traffic gw
esme_start probe gw
binds=$(sim_count mobile binds)

accepted() { lines '^resp .*status=00000000' "$tmp/$1.log"; }
refused() { lines '^resp .*status=00000008' "$tmp/$1.log"; }
accepted_reach() { [ "$(accepted "$1")" -ge "$2" ]; }

# Submits until the answer has the status wanted.
probe_gives() { # STATUS
	local before
	before=$(lines '^resp ' "$tmp/probe.log")
	esme probe 'submit dst=8613900000001 text=探针'
	wait_for "answer to a probe" 5 lines_reach $((before + 1)) '^resp ' "$tmp/probe.log" || return 1
	[ "$(field probe resp status)" = "$1" ]
}

links_stay() { # WHEN
	is "$1: no app's link ended" "$(lines '^ended' "$tmp/traffic.log")$(lines '^ended' "$tmp/probe.log")" 00
	is "$1: the carrier's link is the same" "$(sim_count mobile binds) $(sim_count mobile bound)" "$binds 1"
}

# ---- Redis is killed and started again ----
esme traffic 'submit dst=8613800000001 count=1000000 rate=500 window=200 text=您的验证码{n}，消息#{n}'
must "traffic flows" 20 accepted_reach traffic 500
kill_hard redis
must "submits are refused" 10 lines_reach 50 '^resp .*status=00000008' "$tmp/traffic.log"
soon "a submit without Redis: ESME_RSYSERR" 5 probe_gives 00000008
at_most "its answer came at once (us)" "$(field probe resp us)" $((500000 * SMPPGW_SLOW))
links_stay "Redis dead"
redis_start redis always
soon "Redis back: submits are accepted again" 20 probe_gives 00000000
before=$(accepted traffic)
must "traffic flows again" 20 accepted_reach traffic $((before + 500))
links_stay "Redis back"

# ---- Redis stands still longer than the deadline ----
kill -STOP "${pid[redis]}"
before=$(refused traffic)
must "submits are refused past the deadline" 20 lines_reach $((before + 50)) '^resp .*status=00000008' "$tmp/traffic.log"
soon "a submit while Redis stands still: ESME_RSYSERR" 5 probe_gives 00000008
links_stay "Redis stands still"
kill -CONT "${pid[redis]}"
soon "Redis goes on: submits are accepted again" 20 probe_gives 00000000
before=$(accepted traffic)
must "traffic flows once more" 20 accepted_reach traffic $((before + 500))
links_stay "Redis goes on"

# ---- the account of it all ----
esme traffic stop
all_answered() {
	[ "$(lines '^resp ' "$tmp/traffic.log")" = "$(sed -n 's/^resp n=\([0-9]*\).*/\1/p' "$tmp/traffic.log" | sort -n | tail -n 1)" ]
}
soon "every submit is answered" 20 all_answered
sed -n 's/^resp .*status=00000000 id=\([0-9]*\).*/\1/p' "$tmp/traffic.log" "$tmp/probe.log" | sort >"$tmp/acked"
receipts() { # the app's receipts may come over both binds
	sed -n 's/^receipt id=\([0-9]*\).*/\1/p' "$tmp/traffic.log" "$tmp/probe.log" | sort
}
none_missing() { [ "$(receipts | sort -u | comm -23 "$tmp/acked" - | wc -l)" = 0 ]; }
soon "every acknowledged message gets its receipt" 40 none_missing
receipts >"$tmp/got"
say "acknowledged $(wc -l <"$tmp/acked"), refused $(($(refused traffic) + $(refused probe))), receipts $(wc -l <"$tmp/got")"
is "no receipt comes twice" "$(uniq -d "$tmp/got" | wc -l)" 0
is "no receipt for what was refused" "$(comm -13 "$tmp/acked" <(uniq "$tmp/got") | wc -l)" 0
is "the carrier got no message twice" "$(sim_count mobile duplicates)" 0
is "the carrier got what was acknowledged, no more" "$(sim_count mobile submitted)" "$(wc -l <"$tmp/acked")"

journal_empty() { [ "$(journal_size)" = 0 ]; }
soon "nothing stays in the journal" 20 journal_empty

# What Redis had taken before it died must not be sent by a restart either.
submitted=$(sim_count mobile submitted)
gateway_stop gw
gateway_start gw
must "carrier bound again" 20 sim_reaches mobile bound 1
esme_start after gw
esme after 'submit dst=8613900000009 text=之后'
must "a message after the restart" 20 logged '^receipt ' "$tmp/after.log"
is "the restart sent nothing else" "$(sim_count mobile submitted)" "$((submitted + 1))"

# ---- a Redis that does not keep what it answers is told of, each time that it is there ----
is "nothing is said of a Redis that keeps all" "$(lines 'event=redis_forgets' "$tmp/gw.log")" 0
redis_cli config set appendonly no maxmemory 1gb maxmemory-policy allkeys-lru >"$tmp/said"
redis_cli client kill type normal >"$tmp/said"
soon "a Redis without appendonly" 20 logged 'event=redis_forgets .*appendonly=no todo=' "$tmp/gw.log"
soon "a Redis that evicts keys" 20 logged 'event=redis_forgets .*maxmemory_policy=allkeys-lru todo=' "$tmp/gw.log"
gateway_stop gw
finish
