#!/bin/bash
# credit.sh - a prepaid account under load, with failures, kills and Redis away: what was paid in is at every quiet moment
# what is left, what was used and what is reserved; nothing is sent on credit. The judge is Redis itself.
. "$(dirname "$0")/../lib.sh"

messages=$((20000 / SMPPGW_SLOW))
price=50
paid=$((messages * price / 2)) # for half of them, and a fifth comes back

redis_start redis always
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; max_binds = 10; window = 100;
              credit = "prepaid"; price = $price; },
            { system_id = "own"; password = "secret"; class = "notice"; price = 30; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw";
              binds = 2; window = 100; reconnect = 100; reconnect_max = 500; } );
routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
END
sim_start mobile --receipt-delay 20ms-300ms --fail 20 --fail-stat MK:0001 --seed 7
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound 2

ctl() {
	"$(program smppgwctl)" -s "$tmp/gw.console" "$@"
}
has "the balance before anything was paid in" "$(ctl credit bank)" "balance 0.000 yuan"
has "paid in" "$(ctl credit bank set $((paid / 1000)).$(printf %03d $((paid % 1000))))" "balance $((paid / 1000))"
is "an account without credit has none" "$(ctl credit own add 5 2>&1 | grep -c 'has no credit')" 1
is "an amount that is none" "$(ctl credit bank add 1.2345 2>&1 | grep -c 'is no amount')" 1

load=$(program smppload) || exit 1
run_load() { # NAME ACCOUNT COUNT FIRST
	"$load" --port "${port[gw]}" --system-id "$2" --binds 2 --window 100 --messages "$3" --first "$4" --reconnect --json \
		--journal "$tmp/$1.acked" --timeout 60s --linger 2s >"$tmp/$1.json" 2>"$tmp/$1.log"
}

balance() {
	redis_cli hget credit bank
}
used() { # ACCOUNT WHAT: over all days, should the test run over midnight
	local day sum=0 value
	for day in $(redis_cli --scan --pattern 'usage:*'); do
		value=$(redis_cli hget "$day" "$1/mobile/$2")
		sum=$((sum + ${value:-0}))
	done
	echo "$sum"
}
reserved() {
	local sum=0 entry
	for entry in $(redis_cli hvals reserved:1); do
		entry=${entry%,*}
		sum=$((sum + ${entry##*,}))
	done
	echo "$sum"
}
adds_up() { # WHAT
	is "$1: balance, usage and reservations add up" $(($(balance) + $(used bank amount) + $(reserved))) "$paid"
	at_least "$1: the balance" "$(balance)" 0
}

run_load first bank "$messages" 0 &
pid[load]=$!
started+=(load)
for i in 1 2; do
	must "a part of the load has passed" 60 lines_reach $((messages * i / 8)) . "$tmp/first.acked"
	kill_hard gw
	adds_up "killed $i"
	gateway_start gw
done
wait_for "the load's end" 300 gone load || fail "the load ends"
wait "${pid[load]}"
unset 'pid[load]'

nothing_reserved() {
	[ "$(redis_cli hlen reserved:1)" = 0 ]
}
soon "every reservation has ended" 60 nothing_reserved
adds_up "after the load"
number() { # FILE KEY
	sed -n "s/.*[{,]\"$2\":\([0-9.]*\).*/\1/p" "$tmp/$1.json"
}
say "$(cut -c1-300 "$tmp/first.json")"
say "balance $(balance), used $(used bank messages) messages for $(used bank amount); the carrier got $(sim_count mobile tags)"
is "each message that was used has its price" "$(used bank amount)" $(($(used bank messages) * price))
is "one part each" "$(used bank segments)" "$(used bank messages)"
at_most "messages paid for, against those that the carrier got" "$(used bank messages)" "$(sim_count mobile tags)"
# What came back after the last submit was refused stays: what failed, and what was accepted without the app knowing.
at_most "what is left is what was given back, and not enough for one more" "$(balance)" \
	$((price - 1 + price * ($(number first accepted) + $(number first unknown) - $(used bank messages))))
at_least "refused for want of credit" "$(number first refused)" $((messages / 10))

kill_hard redis
run_load away bank 20 $((messages + 1000)) || true
is "while Redis is away nothing is accepted" "$(number away accepted)" 0
redis_start redis always
soon "the gateway has its store again" 30 metric_is gw smppgw_store_up 1
adds_up "Redis was away"

run_load own own 100 $((messages + 2000))
usage_written() {
	[ "$(used own messages)" -ge 60 ]
}
soon "usage of an account without credit is written" 20 usage_written
gateway_stop gw
own=$(used own messages)
at_least "four of five were delivered" "$own" 60
is "and priced" "$(used own amount)" $((own * 30))
gateway_start gw
has "the operator's table" "$(ctl usage own)" "own"
has "the operator's sum" "$(ctl usage own)" "$(printf '%d.%03d' $((own * 30 / 1000)) $((own * 30 % 1000)))"
gateway_stop gw
finish
