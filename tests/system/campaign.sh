#!/bin/bash
# campaign.sh - a campaign from trial to end over two gateways that share one Redis: no more than the trial goes, what both
# count adds up, it waits, goes on, is paused over a kill, cancelled; and a variant is called better only when it is.
. "$(dirname "$0")/../lib.sh"

redis_start redis always
port[gw]=$(free_port)
port[gw2]=$(free_port)
port[mobile]=$(free_port)
sections() {
	cat <<-END
		accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; max_binds = 10; window = 100; } );
		carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]}; system_id = "gw"; password = "gw";
		              binds = 1; window = 100; price = 35; reconnect = 100; reconnect_max = 500; } );
		routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
		campaigns: ( { name = "双十一*"; trial = "200"; floor = 50; wait = 60; } );
	END
}
gateway_config gw < <(sections)
gateway_config gw2 < <(sections)
sed -i 's/^node = 1;/node = 2;/' "$tmp/gw2.conf"
sim_start mobile --receipt-delay 20ms-100ms --receipts-on same --fail 10 --fail-stat MK:0001 --seed 7
gateway_start gw
gateway_start gw2
must "carriers bound" 20 sim_reaches mobile bound 2

ctl() {
	"$(program smppgwctl)" -s "$tmp/gw.console" "$@"
}
field() { # NAME
	redis_cli --raw hget campaign:bank:双十一 "$1"
}
field_is() { # NAME VALUE
	[ "$(field "$1")" = "$2" ]
}
load=$(program smppload) || exit 1
run_load() { # GATEWAY COUNT FIRST VARIANT
	"$load" --port "${port[$1]}" --system-id bank --messages "$2" --first "$3" --campaign 双十一 --variant "$4" --receipts no \
		--json --timeout 60s >"$tmp/load-$3.json" 2>"$tmp/load-$3.log"
}

is "an unknown campaign is not shown" "$(ctl campaign show bank 双十二 2>&1 | grep -c 'no such campaign')" 1
redis_cli hset campaign:bank:双十一 state paused since 1 by operator was trial trial 200 let 0 floor 50 ceiling 100 wait 60 >/dev/null
run_load gw 2000 0 甲
run_load gw2 2000 2000 乙
soon "all are counted" 10 field_is accepted 4000
is "nothing leaves while it is paused" "$(sim_count mobile tags)" 0
has "the operator starts the trial" "$(ctl campaign resume bank 双十一)" "trial"
soon "the trial is over and passed" 30 field_is state running
is "so many went in the trial" "$(field let)" 200
has "and why it goes on" "$(field why)" "of 200 delivered"
soon "all have gone" 30 field_is sent 4000
soon "all have ended" 30 field_is ended 4000
is "of variant 甲" "$(field 甲/sent)" 2000
is "of variant 乙" "$(field 乙/sent)" 2000
is "what carriers took costs" "$(field 甲/cost)" 70000
is "delivered and failed are all" "$(($(field delivered) + $(field 甲/failed.number) + $(field 乙/failed.number)))" 4000
ctl campaign show bank 双十一 >"$tmp/show"
say "$(cat "$tmp/show")"
has "no difference is made up" "$(cat "$tmp/show")" "delivered: no difference shown between 乙 and 甲"
has "the list has it" "$(ctl campaign list bank)" "双十一"

has "paused" "$(ctl campaign pause bank 双十一)" "paused"
run_load gw 300 4000 甲
kill_hard gw
gateway_start gw
must "carrier bound again" 20 sim_reaches mobile bound 2
is "nothing of it has left" "$(sim_count mobile tags)" 4000
out=$(ctl campaign cancel bank 双十一)
has "cancelled" "$out" "300 texts of this node cancelled, 0 too late"
is "what the operator may not order" "$(ctl campaign resume bank 双十一 2>&1 | grep -c 'it is cancelled')" 1
refuses() { # GATEWAY FIRST
	run_load "$1" 1 "$2" 甲
	grep -q '"refused":1' "$tmp/load-$2.json"
}
ok "a new text is refused by this node" refuses gw 5000
second=5100
refused_there() {
	second=$((second + 1))
	refuses gw2 "$second"
}
soon "and by the other" 5 refused_there
gateway_stop gw
gateway_stop gw2
finish
