#!/bin/bash
# recipient.sh - two gateways that share one Redis, both full of promotional texts to the same hundred numbers: each number gets
# exactly as many as its cap allows, whichever gateway takes them, also when one is killed; what reached nobody is given back.
# The judges are the carrier's capture and Redis itself.
. "$(dirname "$0")/../lib.sh"

redis_start redis always
port[gw]=$(free_port)
port[gw2]=$(free_port)
port[mobile]=$(free_port)
port[unicom]=$(free_port)
sections() {
	cat <<-END
		accounts: ( { system_id = "bank"; password = "secret"; class = "promo"; max_binds = 10; window = 100; } );
		carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]}; system_id = "gw"; password = "gw";
		              binds = 1; window = 100; reconnect = 100; reconnect_max = 500; },
		            { name = "unicom"; host = "127.0.0.1"; port = ${port[unicom]}; system_id = "gw"; password = "gw";
		              binds = 1; window = 100; reconnect = 100; reconnect_max = 500; } );
		routes: ( { prefix = "86138"; carriers = [ "mobile" ]; }, { prefix = "86130"; carriers = [ "unicom" ]; } );
		caps: ( { name = "promo-week"; classes = [ "promo" ]; limit = 2; window = 604800; },
		        { name = "promo-all"; classes = [ "promo" ]; scope = "global"; limit = 3; window = 3600; } );
		policies: ( { policy = "window"; mode = "off"; } ); # this test runs at night too
	END
}
gateway_config gw < <(sections)
gateway_config gw2 < <(sections)
sed -i 's/^node = 1;/node = 2;/' "$tmp/gw2.conf"
sim_start mobile --receipt-delay 10ms-100ms --receipts-on same --seed 7
sim_start unicom --receipt-delay 10ms-100ms --receipts-on same --fail 100 --fail-stat UNDELIV --seed 8
gateway_start gw
gateway_start gw2
must "carriers bound" 20 sim_reaches mobile bound 2
must "carriers bound" 20 sim_reaches unicom bound 2

load=$(program smppload) || exit 1
numbers=100
texts=$((2000 / SMPPGW_SLOW))
run_load() { # GATEWAY FIRST PREFIX [MESSAGES]
	"$load" --port "${port[$1]}" --system-id bank --messages "${4:-$texts}" --first "$2" --dest-prefix "$3" --dest-digits 13 \
		--reconnect --json --timeout 20s --journal "$tmp/acked-$2" >"$tmp/load-$2.json" 2>"$tmp/load-$2.log"
}
# How many numbers a cap has counted so many messages of: "<messages> <numbers>" a line.
held() { # NAME SCOPE
	redis_cli --scan --pattern 'to:*:past' | while read -r key; do redis_cli get "$key" | grep -c " $1:$2 "; done |
		sort -n | uniq -c | awk '$2 > 0 { print $2, $1 }'
}
per_number() { # CARRIER: the same of what the carrier has got
	grep -o '"destination":"[0-9]*"' "$tmp/$1.capture" | sort | uniq -c | awk '{ print $1 }' | sort -n | uniq -c |
		awk '{ print $2, $1 }'
}
refused() {
	echo $(($(metric gw 'smppgw_policy_refused_total\{.*policy="cap".*\}') + $(metric gw2 'smppgw_policy_refused_total\{.*policy="cap".*\}')))
}

# Each takes a text for a quarter of the numbers by itself, then they race for the rest.
run_load gw 6000000 86138000000 $((numbers / 4))
run_load gw2 7000025 86138000000 $((numbers / 4))
run_load gw 0 86138000000 &
one=$!
run_load gw2 1000000 86138000000 &
two=$!
wait "$one" "$two"
must "all that were accepted sent" 20 sim_reaches mobile submitted $((2 * numbers))
is "texts per number at the carrier" "$(per_number mobile)" "2 $numbers"
is "counted per number" "$(held promo-week bank)" "2 $numbers"
is "counted per number by all accounts" "$(held promo-all global)" "2 $numbers"
is "acknowledged" "$(cat "$tmp"/acked-* | wc -l)" $((2 * numbers))
is "refused by the cap" "$(refused)" $((2 * texts + numbers / 2 - 2 * numbers))
at_least "the first gateway took some" "$(cat "$tmp/acked-6000000" "$tmp/acked-0" | wc -l)" $((numbers / 4))
at_least "the second gateway took some" "$(cat "$tmp/acked-7000025" "$tmp/acked-1000000" | wc -l)" $((numbers / 4))

# One is killed while both are busy: no number gets more than its cap. What was counted and not acknowledged stays counted.
run_load gw 2000000 86138000001 &
one=$!
run_load gw2 3000000 86138000001 &
two=$!
soon "the first are out" 10 sim_reaches mobile submitted $((2 * numbers + 5))
kill_hard gw2
gateway_start gw2
wait "$one" "$two"
over() {
	per_number mobile | awk '$1 > 2 { n += $2 } END { print n + 0 }'
}
must "nothing on its way" 40 eval '[ "$(journal_size)" = 0 ]'
acked=$(cat "$tmp"/acked-* | sort -u | wc -l)
at_most "texts acknowledged after a kill" "$acked" $((4 * numbers))
is "counted over the cap" "$(held promo-week bank | awk '$1 > 2')" ""

# What reached nobody counts no more: every text fails, so that all may be tried in the end, and nothing is left.
run_load gw 4000000 86130000000 &
one=$!
run_load gw2 5000000 86130000000 &
two=$!
wait "$one" "$two"
at_least "texts that failed and made room for others" "$(sim_count unicom submitted)" $((2 * numbers))
left() {
	redis_cli --scan --pattern 'to:{86130*:past' | wc -l
}
must "all of them given back" 20 eval '[ "$(left)" = 0 ]'
gateway_stop gw
gateway_stop gw2
finish
