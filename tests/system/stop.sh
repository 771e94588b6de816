#!/bin/bash
# stop.sh - contract 8, under load and over kill -9 with a real Redis: after the reply to T is acknowledged no promotional
# text leaves for that number, queued and held ones included; they end as DELETED, each with its receipt. The judge is the
# carrier (stop.py): the order of octets on its one connection.
. "$(dirname "$0")/../lib.sh"

messages=$((6000 / SMPPGW_SLOW))
numbers=1000
stops=300
held=20
kills=2

redis_start redis always
gateway_config gw <<END
accounts: (
	{ system_id = "bank"; password = "secret"; class = "promo"; max_binds = 10; sources = [ "10690001" ]; },
	{ system_id = "loan"; password = "secret"; class = "promo"; max_binds = 10; sources = [ "10690003" ]; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw";
              binds = 1; window = 50; tps = $((300 / SMPPGW_SLOW)); reconnect = 100; reconnect_max = 500; } );
routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
policies: ( { policy = "window"; mode = "off"; } ); # this test runs at night too
messages: { doubt_keep = 15; }; # a promotional text that was out at a kill is held in doubt: then it ends
END
gateway_start gw

# Promotional texts that are held for their time, to numbers that will say stop first.
esme_start held gw --id loan
for i in $(seq 0 $((held - 1))); do
	esme held "submit dst=8613899990$(printf %03d "$i") src=10690003 class=promo schedule=000000000025000R text=【某某贷款】优惠$i，回T退订"
done
must "they are accepted" 20 lines_reach $held '^resp .*status=00000000' "$tmp/held.log"

start phones python3 "$SMPPGW_SRC/tests/system/stop.py" "${port[mobile]}" "$tmp/report" 优惠 $stops 8613899990 $held 10690003
load=$(program smppload) || exit 1
"$load" --port "${port[gw]}" --binds 2 --window 100 --messages "$messages" --dest-prefix 8613800000 --dest-digits 13 \
	--source 10690001 --class promo --text '【测试银行】今日优惠，编号#seq，回T退订' --reconnect --json --timeout 60s --linger 2s \
	>"$tmp/load.json" 2>"$tmp/load.log" &
pid[load]=$!
started+=(load)

at() { # COUNTER
	sed -n "s/.*\b$1=\([0-9]*\).*/\1/p" "$tmp/report" 2>/dev/null
}
at_reaches() { # COUNTER VALUE
	[ "$(at "$1")" -ge "$2" ]
}
at_is() { # COUNTER VALUE
	[ "$(at "$1")" = "$2" ]
}
for i in $(seq $kills); do
	must "a part of the numbers have said stop" 120 at_reaches acked $((stops * i / (kills + 1)))
	kill_hard gw
	stop held
	say "kill $i: $(cat "$tmp/report")"
	gateway_start gw
done
esme_start held gw --id loan # it does not bind again by itself
soon "all stops are acknowledged" 120 at_is stopped $((stops + held))
wait_for "the load's end" 300 gone load || fail "the load ends"
wait "${pid[load]}"
unset 'pid[load]'
wait_for "what is held has had its time" 60 lines_reach $held '^receipt ' "$tmp/held.log"
say "$(cat "$tmp/report")"
say "$(cut -c1-400 "$tmp/load.json")"

number() { # KEY: from smppload's report
	sed -n "s/.*[{,]\"$1\":\([0-9.]*\).*/\1/p" "$tmp/load.json"
}
is "promotional texts after an acknowledged stop" "$(at violations)" 0
at_least "promotional texts that left" "$(at promo)" $((messages / 4))
is "acknowledged messages without a receipt" "$(number missing)" 0
is "numbers on the account's list" "$(redis_cli scard optout:bank)" $stops
at_least "texts that a stop has ended while they waited" "$(sed -n 's/.*"DELETED":\([0-9]*\).*/\1/p' "$tmp/load.json")" $((stops / SMPPGW_SLOW))
is "held texts end as DELETED" "$(lines '^receipt .*stat=DELETED' "$tmp/held.log")" $held
is "and none of them left" "$(lines '^receipt .*stat=DELIVRD' "$tmp/held.log")" 0
at_least "the history has every stop" "$(redis_cli xlen optout:log)" $((stops + held))
journal_empty() {
	[ "$(journal_size)" = 0 ]
}
soon "nothing stays in the journal" 30 journal_empty
gateway_stop gw
finish
