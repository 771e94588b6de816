#!/bin/bash
# failover.sh - routing by prefix in every form of a number, the next carrier when the first is down and back again, no
# route, and messages that wait while all carriers are down.
. "$(dirname "$0")/../lib.sh"

redis_start redis everysec
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; } );
carriers: (
	{ name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw";
	  reconnect = 100; reconnect_max = 500; },
	{ name = "unicom"; host = "127.0.0.1"; port = ${port[unicom]:=$(free_port)}; system_id = "gw"; password = "gw";
	  reconnect = 100; reconnect_max = 500; } );
routes: (
	{ prefix = "86138"; carriers = [ "mobile", "unicom" ]; },
	{ prefix = "86139"; carriers = [ "mobile" ]; },
	{ prefix = "861390"; carriers = [ "unicom" ]; } );
END
sim_start mobile --receipt-delay 10ms
sim_start unicom --receipt-delay 10ms
gateway_start gw
must "both carriers bound" 20 eval '[ "$(sim_count mobile bound)$(sim_count unicom bound)" = 11 ]'
esme_start app gw

n=0
# Submits one: its answer has the status; its number is n.
submit_gives() { # WHAT STATUS DESTINATION
	n=$((n + 1))
	esme app "submit dst=$3 text=路由$n"
	wait_for "answer $n" 10 logged "^resp n=$n " "$tmp/app.log"
	is "$1" "$(sed -n "s/^resp n=$n status=\([0-9a-f]*\).*/\1/p" "$tmp/app.log")" "$2"
}

went_to() { # SIM TEXT-NUMBER
	logged "\"text\":\"路由$2\"" "$tmp/$1.capture"
}

# ---- numbers ----
for number in +8613800000001 008613800000002 8613800000003 13800000004; do
	submit_gives "$number is accepted" 00000000 "$number"
	soon "$number goes to mobile" 10 went_to mobile $n
done
submit_gives "the longest prefix wins" 00000000 8613900000001
soon "861390 goes to unicom" 10 went_to unicom $n
submit_gives "the shorter prefix" 00000000 8613910000001
soon "86139 goes to mobile" 10 went_to mobile $n
for number in 8615000000001 +15551234567 4008888; do
	submit_gives "$number has no route: ESME_RINVDSTADR" 0000000b "$number"
done
submit_gives "a number with letters: ESME_RINVDSTADR" 0000000b 86138abc
soon "6 receipts" 10 lines_reach 6 '^receipt .*stat=DELIVRD' "$tmp/app.log"

# ---- the first carrier is down ----
stop mobile
submit_gives "mobile down: still accepted" 00000000 8613800000011
soon "mobile down: unicom takes over" 10 went_to unicom $n
soon "mobile down: the receipt comes" 10 lines_reach 7 '^receipt .*stat=DELIVRD' "$tmp/app.log"

# ---- and back ----
mv "$tmp/mobile.capture" "$tmp/mobile.before"
sim_start mobile --receipt-delay 10ms
must "mobile bound again" 20 sim_reaches mobile bound 1
submit_gives "mobile back: accepted" 00000000 8613800000012
soon "mobile back: it is used again" 10 went_to mobile $n
must "mobile back: the receipt comes" 10 lines_reach 8 '^receipt .*stat=DELIVRD' "$tmp/app.log"

# ---- both down: messages wait, none is lost ----
mv "$tmp/mobile.capture" "$tmp/mobile.before"
stop mobile
stop unicom
for number in 8613800000021 8613800000022 8613800000023; do
	submit_gives "no carrier at all: $number is accepted and waits" 00000000 "$number"
done
sim_start mobile --receipt-delay 10ms
for i in $((n - 2)) $((n - 1)) $n; do
	soon "message $i leaves when a carrier is back" 20 went_to mobile "$i"
done
soon "and gets its receipt" 20 lines_reach 11 '^receipt .*stat=DELIVRD' "$tmp/app.log"
is "one receipt each" "$(sed -n 's/^receipt id=\([0-9]*\).*/\1/p' "$tmp/app.log" | sort | uniq -d | wc -l)" 0
gateway_stop gw
finish
