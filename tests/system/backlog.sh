#!/bin/bash
# backlog.sh - receipts and replies for an app that is not bound wait in Redis, also across a restart of the gateway, and
# are delivered when it binds; what a dying app took without an answer is delivered again. What it refuses for good or
# does not fetch in time is a dead letter until smppgwctl puts it back. A backlog is drained at the account's rate.
. "$(dirname "$0")/../lib.sh"

redis_start redis always
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; sources = [ "10690001" ]; },
            { system_id = "shop"; password = "secret"; class = "notice"; sources = [ "10690002", "10690001" ]; },
            { system_id = "late"; password = "secret"; class = "notice"; sources = [ "10690003", "10690001" ]; backlog_age = 2; },
            { system_id = "calm"; password = "secret"; class = "notice"; sources = [ "10690004", "10690001" ]; backlog_rate = 20; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw";
              reconnect = 100; } );
routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
END
sim_start mobile --receipt-delay 1s
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound 1

waiting() { redis_cli xlen "backlog:$1"; }
waiting_is() { [ "$(waiting "$1")" = "$2" ]; }
ids_ok() { sed -n 's/^resp .*status=00000000.*\bid=\([0-9]*\).*/\1/p' "$tmp/$1.log" | sort; }
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

# ---- what it refuses for good ----
ctl() {
	"$(program smppgwctl)" -s "$tmp/gw.console" "$@" 2>&1
}
dead() { redis_cli xlen "deadletter:$1"; }
dead_is() { [ "$(dead "$1")" = "$2" ]; }

esme back unbind
esme both unbind
must "both leave" 20 gone back
must "both leave" 20 gone both
esme_start stern gw
esme stern 'refuse 00000065'
esme stern 'submit dst=8613800000201 count=5 text=拒收{n}'
soon "5 refused receipts are dead letters" 20 dead_is bank 5
sim mobile "mo 8613800000099 10690001 退订查询" >/dev/null
soon "and a reply" 20 dead_is bank 6
soon "they have left the journal" 20 eval '[ "$(journal_size)" = 0 ]'
is "and the backlog" "$(waiting bank)" 0
esme stern unbind
list=$(ctl deadletters bank --since 1h)
is "smppgwctl lists them" "$(printf '%s\n' "$list" | grep -c 'ESME_RX_P_APPN')" 6
has "by id" "$list" "$(sed -n 's/^resp .*\bid=\([0-9]*\).*/\1/p' "$tmp/stern.log" | head -n 1)"
has "numbers are masked" "$list" "138****0201"
is "a reply is told from receipts" "$(printf '%s\n' "$list" | grep -c ' reply ')" 1
has "nothing since later" "$(ctl deadletters bank --since 0s)" "SINCE"
is "an account that is not there" "$(ctl deadletters nobody)" "smppgwctl: no account nobody; accounts lists them"
has "a time that is none" "$(ctl replay bank --since morgen)" "is no time in the past"

# ---- smppgwctl puts them back ----
is "replay says how many" "$(ctl replay bank --since 1h)" "6 dead letters put back to the backlog"
is "no dead letter is left" "$(dead bank)" 0
is "they wait in the backlog" "$(waiting bank)" 6
is "again: nothing" "$(ctl replay bank --since 1h)" "0 dead letters put back to the backlog"
has "status shows them" "$(ctl accounts bank)" " 6"
esme_start kind gw --bind rx
soon "the app gets 5 receipts" 20 lines_reach 5 '^receipt' "$tmp/kind.log"
soon "and the reply" 20 logged '^mo .*text=退订查询$' "$tmp/kind.log"
is "with the ids of the submits" "$(ids kind receipt)" "$(ids stern resp)"
soon "the backlog is empty again" 20 waiting_is bank 0

# ---- more than a page ----
for n in $(seq 1 1200); do
	echo "XADD deadletter:bank * id 1234567890123456$((n % 90 + 10)) rec x why test at 1"
done | redis_cli >/dev/null
is "many are put back in pages" "$(ctl replay bank --since 1h)" "1200 dead letters put back to the backlog"
is "all are in the backlog" "$(waiting bank)" 1200
redis_cli del backlog:bank >/dev/null

# ---- what is not fetched in time ----
esme_start late gw --id late
esme late 'submit dst=8613800000301 count=7 text=过期{n}'
must "7 submits are acknowledged" 20 lines_reach 7 '^resp .*status=00000000' "$tmp/late.log"
esme late unbind
soon "7 receipts that nobody fetches are dead letters" 30 dead_is late 7
is "they are too old" "$(ctl deadletters late | grep -c ' age *$')" 7
is "the counter" "$(metric gw 'smppgw_deadletters_total\{.*late.*age.*\}')" 7

# ---- cut off from Redis, and killed, while receipts move to the backlog: each is there once ----
backlog_ids() { redis_cli xrange "backlog:$1" - + | awk 'f { print; f = 0 } /^id$/ { f = 1 }' | sort; }
waiting_reaches() { [ "$(waiting "$1")" -ge "$2" ]; }
esme_start sender2 gw --id shop --bind tx
before=$(waiting shop)
esme sender2 'submit dst=8613800001001 src=10690002 count=3000 text=搬家{n}'
for n in 200 500 800 1100 1400; do
	must "$n receipts in the backlog" 60 waiting_reaches shop "$n"
	redis_cli client kill type normal >/dev/null
done
must "3000 submits are answered" 60 lines_reach 3000 '^resp ' "$tmp/sender2.log"
kill_hard gw
gateway_start gw
soon "the receipts of all that were acknowledged" 120 eval \
	'[ "$(backlog_ids shop | uniq | comm -13 - <(ids_ok sender2) | wc -l)" = 0 ]'
soon "none is in the journal too" 60 eval '[ "$(journal_size)" = 0 ]'
is "each is in the backlog once" "$(backlog_ids shop | uniq -d | wc -l)" 0
at_least "acknowledged" "$(ids_ok sender2 | wc -l)" 1000
is "there was none before" "$before" 0

# ---- drained at a rate ----
esme_start calm gw --id calm
esme calm 'submit dst=8613800000401 count=60 text=慢慢来{n}'
must "60 submits are acknowledged" 20 lines_reach 60 '^resp .*status=00000000' "$tmp/calm.log"
esme calm unbind
must "60 receipts wait" 20 waiting_is calm 60
began=$(now_ms)
esme_start calm2 gw --id calm --bind rx
soon "all 60 are delivered" 30 lines_reach 60 '^receipt' "$tmp/calm2.log"
at_least "at 20 a second it takes milliseconds" $(($(now_ms) - began)) 2500
gateway_stop gw
finish
