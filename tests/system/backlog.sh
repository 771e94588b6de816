#!/bin/bash
# backlog.sh - receipts and replies for an app that is not bound wait in Redis, also across a restart of the gateway, and
# are delivered when it binds; what a dying app took without an answer is delivered again.
. "$(dirname "$0")/../lib.sh"

redis_start redis always
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; sources = [ "10690001" ]; },
            { system_id = "shop"; password = "secret"; class = "notice"; sources = [ "10690002" ]; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw";
              reconnect = 100; } );
routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
END
sim_start mobile --receipt-delay 1s
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound 1

waiting() { redis_cli xlen "backlog:$1"; }
waiting_is() { [ "$(waiting "$1")" = "$2" ]; }
ids() { sed -n "s/^$2 .*\bid=\([0-9]*\).*/\1/p" "$tmp/$1.log" | sort; }

# ---- an app that leaves before its receipts come ----
esme_start early gw
esme early 'submit dst=8613800000001 count=20 text=第{n}条'
must "20 submits are acknowledged" 20 lines_reach 20 '^resp .*status=00000000' "$tmp/early.log"
esme early unbind
must "the app leaves" 20 gone early
soon "20 receipts wait in backlog:bank" 20 waiting_is bank 20
is "none was delivered before" "$(lines '^receipt' "$tmp/early.log")" 0
sim mobile "mo 8613800000099 10690001 我要查询余额" >/dev/null
soon "a reply waits behind them" 20 waiting_is bank 21

# ---- an app that cannot receive, and another account, get nothing ----
esme_start sender gw --bind tx
esme_start other gw --id shop
esme other 'submit dst=8613800000077 text=店铺'
must "the other account's own receipt" 20 logged '^receipt ' "$tmp/other.log"
is "a transmitter and another account get none of it" "$(lines '^(receipt|mo)' "$tmp/sender.log")$(lines '^mo' "$tmp/other.log")$(waiting bank)" 0021
esme sender unbind
esme other unbind

# ---- the gateway goes and comes, gently and hard ----
gateway_stop gw
gateway_start gw
is "they wait still after a restart" "$(waiting bank)" 21
kill_hard gw
gateway_start gw
is "they wait still after kill -9" "$(waiting bank)" 21

# ---- an app that takes them without answering, and dies ----
esme_launch deaf gw
esme deaf 'deaf on'
must "a deaf app bound" 20 logged '^bound status=00000000' "$tmp/deaf.log"
must "it is sent what waits" 20 logged '^receipt ' "$tmp/deaf.log"
kill_hard deaf
soon "unanswered ones wait still" 20 waiting_is bank 21

# ---- the app is back ----
esme_start back gw --bind rx
soon "20 receipts are delivered" 20 lines_reach 20 '^receipt' "$tmp/back.log"
soon "the reply is delivered" 20 logged '^mo src=8613800000099 dst=10690001 .*text=我要查询余额$' "$tmp/back.log"
soon "the backlog is empty" 20 waiting_is bank 0
is "each receipt once, with the ids of the submits" "$(ids back receipt)" "$(ids early resp)"
esme back enquire
must "the link is alive" 20 logged '^enquire_resp' "$tmp/back.log"
is "nothing comes twice" "$(lines '^(receipt|mo)' "$tmp/back.log")" 21

# ---- while it is bound nothing waits ----
esme_start both gw
esme both 'submit dst=8613800000055 text=直接'
both_receipts() { [ "$(lines '^receipt .*dst=10690001 ' "$tmp/both.log")$(lines '^receipt .*src=8613800000055' "$tmp/back.log")" != 00 ]; }
soon "a receipt while bound comes at once" 20 both_receipts
is "and leaves no backlog" "$(waiting bank)" 0
gateway_stop gw
finish
