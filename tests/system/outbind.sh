#!/bin/bash
# outbind.sh - an app with an outbind address is called when something waits for it: it binds on that connection and gets
# it. Wrong binds there are refused, calls that nobody answers pause, and an app that has bound is not called. The other
# way round: carriers that call us with outbind are bound to over their connection.
. "$(dirname "$0")/../lib.sh"

redis_start redis always
port[app]=$(free_port)
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; sources = [ "10690001" ];
              outbind = "127.0.0.1:${port[app]}"; outbind_password = "ruf"; },
            { system_id = "shop"; password = "secret"; class = "notice"; sources = [ "10690002" ]; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw";
              reconnect = 100; },
            { name = "centre"; mode = "outbind"; bind = "transceiver"; system_id = "gw"; password = "geheim"; binds = 2;
              outbind_system_id = "smsc"; outbind_password = "weckruf"; allow = [ "127.0.0.1" ]; },
            { name = "hears"; mode = "outbind"; system_id = "gw"; password = "geheim"; outbind_system_id = "hears"; } );
routes: ( { prefix = "8615"; carriers = [ "centre" ]; }, { prefix = ""; carriers = [ "mobile" ]; } );
END
sim_start mobile --receipt-delay 200ms
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound 1

calls='smppgw_account_outbinds_total\{.*bank.*\}'
failures='smppgw_account_outbind_failures_total\{.*bank.*\}'
waiting_is() { [ "$(redis_cli xlen backlog:bank)" = "$1" ]; }

# Waits for a call, as an app would.
app_waits() { # NAME OPTION...
	local name=$1
	shift
	esme_launch "$name" gw --wait-on "${port[app]}" "$@"
	must "app $name waits for a call" 10 logged '^waiting' "$tmp/$name.log"
}

# ---- a bound app is not called ----
esme_start first gw
esme first 'submit dst=8613800000001 count=3 text=第{n}条'
must "its receipts" 20 lines_reach 3 '^receipt' "$tmp/first.log"
is "an app that is bound is not called" "$(metric gw "$calls")" 0

# ---- it leaves before its receipts come: it is called ----
app_waits second --bind rx
esme first 'submit dst=8613800000101 count=20 text=再见{n}'
must "20 submits are acknowledged" 20 lines_reach 23 '^resp .*status=00000000' "$tmp/first.log"
esme first close
must "the call" 20 logged '^outbind ' "$tmp/second.log"
is "it says who calls" "$(grep '^outbind' "$tmp/second.log")" "outbind system_id=smppgw password=ruf"
must "the app binds on it" 20 logged '^bound status=00000000' "$tmp/second.log"
soon "and gets what waits" 20 lines_reach 20 '^receipt ' "$tmp/second.log"
soon "nothing waits any more" 20 waiting_is 0
is "one call" "$(metric gw "$calls")" 1

# ---- from now on it is a bind like every other ----
sim mobile "mo 8613800000099 10690001 你好" >/dev/null
soon "a reply comes over it" 20 logged '^mo ' "$tmp/second.log"
is "still one call" "$(metric gw "$calls")" 1
esme second unbind
must "it leaves" 20 gone second

# ---- nobody there, another account, a wrong password, a transmitter ----
sim mobile "mo 8613800000099 10690001 还在吗" >/dev/null
soon "a call that nobody answers fails" 30 metric_reaches gw "$failures" 1
app_waits wrong --id shop
soon "another account's bind is refused" 40 logged '^bound status=0000000f' "$tmp/wrong.log"
must "and closed" 20 gone wrong
app_waits guess --password geraten
soon "a wrong password is refused" 60 logged '^bound status=0000000e' "$tmp/guess.log"
must "and closed" 20 gone guess
is "the reply waits still" "$(redis_cli xlen backlog:bank)" 1
stop guess KILL || :

# ---- it comes by itself: no more calls ----
esme_start third gw --bind trx
soon "the reply is delivered" 20 logged '^mo ' "$tmp/third.log"
n=$(metric gw "$calls")
sim mobile "mo 8613800000099 10690001 谢谢" >/dev/null
soon "the next reply comes at once" 20 lines_reach 2 '^mo ' "$tmp/third.log"
is "and nobody was called for it" "$(metric gw "$calls")" "$n"
# ---- the other way round: carriers that call ----
calls_us() { # NAME OUTBIND-SYSTEM-ID OPTION...
	local name=$1 id=$2 daemon
	shift 2
	daemon=$(program smppsim) || exit 1
	rm -f "$tmp/$name.control"
	start "$name" "$daemon" --outbind "127.0.0.1:${port[gw]}" --name "$id" --reconnect 200ms \
		--control "$tmp/$name.control" --capture "$tmp/$name.capture" --verbose "$@"
	must "smppsim $name is there" 20 sim_count "$name" bound
}

calls_us liar smsc --outbind-password falsch
soon "a wrong outbind_password is refused" 20 logged 'event=outbind_refused system_id=smsc why="wrong outbind_password"' "$tmp/gw.log"
stop liar || :
calls_us unknown niemand
soon "an unknown outbind is refused" 20 logged 'event=outbind_refused system_id=niemand' "$tmp/gw.log"
stop unknown || :
at_least "they are counted" "$(metric gw 'smppgw_listener_outbinds_refused_total')" 2

esme third 'submit dst=8615900000001 count=3 text=等待来电{n}'
must "3 submits wait for a call" 20 lines_reach 3 '^resp .*status=00000000' "$tmp/third.log"
n=$(lines '^receipt ' "$tmp/third.log")
calls_us centre smsc --outbind-password weckruf --binds 2 --system-id gw --password geheim --receipt-delay 50ms
soon "two calls are answered with a bind" 20 sim_is centre bound 2
soon "what waited goes over them" 20 sim_is centre submitted 3
soon "and has its receipts" 20 lines_reach $((n + 3)) '^receipt ' "$tmp/third.log"
calls_us hears hears
soon "a receiver" 20 sim_is hears bound 1
n=$(lines '^mo ' "$tmp/third.log")
sim hears "mo 8613800000077 10690001 听得见" >/dev/null
soon "hears" 20 lines_reach $((n + 1)) '^mo ' "$tmp/third.log"
is "and cannot be sent to" "$(metric gw 'smppgw_carrier_up\{.*hears.*\}')" 0
sim centre drop >/dev/null
soon "a carrier that was cut off calls again" 20 metric_reaches gw 'smppgw_carrier_outbinds_total\{.*centre.*\}' 4
soon "and is bound to again" 20 sim_is centre bound 2
gateway_stop gw
finish
