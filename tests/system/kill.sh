#!/bin/bash
# kill.sh - kill -9 of the gateway in the middle of full load, twice, restarted with the same file: nothing acknowledged is
# lost, and no more is doubled than was outstanding at the kills. Redis keeps its log with appendfsync always. The judges are smppload's journal of acknowledged ids
# and its receipts, and the numbers that smppsim finds in the texts.
. "$(dirname "$0")/../lib.sh"

messages=$((60000 / SMPPGW_SLOW))
app_binds=4
app_window=100
carrier_binds=2
carrier_window=100
kills=2

redis_start redis always
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; max_binds = 100; window = $app_window; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw";
              binds = $carrier_binds; window = $carrier_window; reconnect = 100; reconnect_max = 500; } );
routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
records: { directory = "$tmp/records"; };
END
sim_start mobile --receipt-delay 50ms-500ms --id-form hex-dec
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound $carrier_binds

load=$(program smppload) || exit 1
"$load" --port "${port[gw]}" --binds $app_binds --window $app_window --messages "$messages" --reconnect --json \
	--journal "$tmp/acked" --timeout 60s --linger 5s >"$tmp/load.json" 2>"$tmp/load.log" &
pid[load]=$!
started+=(load)

for i in $(seq $kills); do
	must "a part of the load has passed" 60 lines_reach $((messages * i / (kills + 2))) . "$tmp/acked"
	is "kill $i comes in the middle of the load" "$(alive load && echo running)" running
	kill_hard gw
	say "kill $i: $(wc -l <"$tmp/acked") acknowledged, $(sim_count mobile submitted) at the carrier"
	gateway_start gw
done
wait_for "the load's end" 300 gone load || fail "the load ends"
wait "${pid[load]}"
unset 'pid[load]'

number() { # KEY: from smppload's report
	sed -n "s/.*[{,]\"$1\":\([0-9.]*\).*/\1/p" "$tmp/load.json"
}
say "$(cut -c1-400 "$tmp/load.json")"
say "at the carrier: submitted $(sim_count mobile submitted), different $(sim_count mobile tags), duplicates $(sim_count mobile duplicates)"

is "every message was submitted" "$(number submitted)" "$messages"
is "ids given twice" "$(number ids_repeated)" 0
is "the journal holds what was acknowledged" "$(sort -u "$tmp/acked" | wc -l)" "$(number accepted)"
is "acknowledged messages without a receipt" "$(number missing)" 0
is "each was matched by its own id" "$(number matched)" "$(number accepted)"
at_most "messages whose answer the kills took" "$(number unknown)" $((kills * app_binds * app_window))
at_most "receipts for those" "$(number unknown_receipts)" "$(number unknown)"
at_least "the carrier has got every acknowledged message" "$(sim_count mobile tags)" "$(number accepted)"
# Outstanding at a kill: what the carrier has not answered, or has taken without that being stored yet. The windows bound
# both together.
at_most "duplicates at the carrier, against what was outstanding" "$(sim_count mobile duplicates)" \
	$((kills * carrier_binds * carrier_window))
at_most "receipts that the app got again, against what was outstanding" "$(number duplicate)" \
	$((kills * app_binds * app_window))

journal_empty() {
	[ "$(journal_size)" = 0 ]
}
soon "nothing stays in the journal" 30 journal_empty
is "nothing waits in the backlog" "$(redis_cli xlen backlog:bank)" 0
gateway_stop gw
recorded() { # KIND: ids of the records of that kind, one a line
	cat "$tmp"/records/*/*.jsonl | sed -n "s/.*\"kind\":\"$1\",\"id\":\"\([0-9]*\)\".*/\1/p"
}
sort -u "$tmp/acked" >"$tmp/acked.sorted"
recorded accepted | sort >"$tmp/accepted"
recorded ended | sort >"$tmp/ends"
recorded reopened | sort >"$tmp/reopened"
sort -u "$tmp/ends" >"$tmp/ended"
say "ends recorded: $(wc -l <"$tmp/ends"), taken back at a start: $(wc -l <"$tmp/reopened")"
is "acknowledged messages without a record" "$(comm -23 "$tmp/acked.sorted" "$tmp/accepted" | wc -l)" 0
is "messages recorded twice as accepted" "$(uniq -d "$tmp/accepted" | wc -l)" 0
is "ends of messages that were never recorded as accepted" "$(comm -13 "$tmp/accepted" "$tmp/ended" | wc -l)" 0
is "acknowledged messages whose end is not recorded" "$(comm -23 "$tmp/acked.sorted" "$tmp/ended" | wc -l)" 0
# What ended twice was taken back once between: the day's totals count each message once.
is "ends that count, by message, that are not one" "$({ sed 's/$/ 1/' "$tmp/ends"; sed 's/$/ -1/' "$tmp/reopened"; } |
	awk '{ n[$1] += $2 } END { for (id in n) if (n[id] != 1) wrong++; print wrong + 0 }')" 0
ok "the records are whole" "$(program smppevidence)" verify --no-key "$tmp/records"
finish
