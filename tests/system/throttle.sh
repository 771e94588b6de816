#!/bin/bash
# throttle.sh - a carrier that says "slow down": everything arrives in the end, in order for each number, the pauses are
# counted; and our own tps keeps every second at or under tps + burst.
. "$(dirname "$0")/../lib.sh"

redis_start redis everysec
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; } );
carriers: (
	{ name = "slow"; host = "127.0.0.1"; port = ${port[slow]:=$(free_port)}; system_id = "gw"; password = "gw";
	  binds = 2; window = 20; pause = 100; pause_max = 1000; },
	{ name = "full"; host = "127.0.0.1"; port = ${port[full]:=$(free_port)}; system_id = "gw"; password = "gw";
	  window = 20; pause = 50; pause_max = 200; },
	{ name = "paced"; host = "127.0.0.1"; port = ${port[paced]:=$(free_port)}; system_id = "gw"; password = "gw";
	  binds = 2; window = 50; tps = 100; burst = 20; } );
routes: ( { prefix = "86138"; carriers = [ "slow" ]; }, { prefix = "86139"; carriers = [ "full" ]; },
          { prefix = "86137"; carriers = [ "paced" ]; } );
END
sim_start slow --throttle 200 --receipt-delay 10ms
sim_start full --queue-full 10 --seed 7 --receipt-delay 10ms
sim_start paced --receipt-delay 10ms
gateway_start gw
must "all carriers bound" 20 eval '[ "$(sim_count slow bound)$(sim_count full bound)$(sim_count paced bound)" = 212 ]'

# How many messages to one number were accepted before one that was submitted earlier (the numbers behind 第). Texts to one
# number are further apart than the windows are wide, so no two of them are ever at the carrier at once.
out_of_order() { # SIM
	grep '"status":0,' "$tmp/$1.capture" | sed 's/.*"destination":"\([0-9]*\)".*第\([0-9]*\)条.*/\1 \2/' |
		awk '$2 < last[$1] { n++ } { last[$1] = $2 } END { print n + 0 }'
}

receipts_are() { # N PREFIX
	[ "$(cat "$tmp"/app*.log | grep -c "^receipt .*stat=DELIVRD.* src=$2")" = "$1" ]
}

# ---- ESME_RTHROTTLED ----
esme_start app1 gw
esme_start app2 gw
esme app1 "submit dst=8613800000100 spread=50 count=300 text=第{n}条"
soon "300 messages through a carrier that throttles at 200/s" 60 receipts_are 300 86138
at_least "it has throttled" "$(sim_count slow throttled)" 1
is "it got each message once in the end" "$(sim_count slow accepted)" 300
is "each number's texts in the order of submission" "$(out_of_order slow)" 0
pauses=$(metric gw 'smppgw_carrier_pauses_total\{.*"slow".*\}')
at_least "pauses are counted" "$pauses" 1
at_most "a pause holds the whole link: no more refusals than a window full at first, then few per pause" \
	"$(sim_count slow throttled)" $((40 + 3 * pauses))

# ---- ESME_RMSGQFUL ----
esme app1 "submit dst=8613900000100 spread=50 count=80 text=第{n}条"
soon "80 messages through a carrier whose queue is full now and then" 60 receipts_are 80 86139
at_least "it was full" "$(sim_count full queue_full)" 1
is "each number's texts in the order of submission" "$(out_of_order full)" 0

# ---- our own pace ----
esme app2 "submit dst=8613700000001 count=300 text=第{n}条"
soon "300 messages at 100/s" 60 receipts_are 300 86137
is "none was throttled by the carrier" "$(sim_count paced throttled)" 0
# The most messages in any window of one second, from the times of the capture.
most=$(sed 's/.*T\(..\):\(..\):\(..\)\.\(...\).*/\1 \2 \3 \4/' "$tmp/paced.capture" | awk '
	{ t[NR] = (($1 * 60 + $2) * 60 + $3) * 1000 + $4; while (t[NR] - t[first + 1] >= 1000) first++; if (NR - first > most) most = NR - first }
	END { print most }')
at_most "most messages in any second (tps 100, burst 20)" "$most" 122
at_least "and it was not slower than it may be" "$most" 95
gateway_stop gw
finish
