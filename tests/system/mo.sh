#!/bin/bash
# mo.sh - what phone users send: to the right app, opt-out and opt-in, menus, long texts both ways.
. "$(dirname "$0")/../lib.sh"

redis_start redis always
gateway_config gw <<END
accounts: (
	{ system_id = "bank"; password = "secret"; class = "notice"; sources = [ "10690001" ]; },
	{ system_id = "loan"; password = "secret"; class = "notice"; sources = [ "106900015", "10690003" ]; },
	{ system_id = "plain"; password = "secret"; class = "notice"; sources = [ "10690009" ]; plain_status = true; } );
carriers: (
	{ name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw"; reconnect = 100; },
	{ name = "unicom"; host = "127.0.0.1"; port = ${port[unicom]:=$(free_port)}; system_id = "gw"; password = "gw"; } );
policies: ( { policy = "window"; mode = "off"; } ); # this test runs at night too
routes: ( { prefix = "86138"; carriers = [ "mobile" ]; }, { prefix = ""; carriers = [ "unicom" ]; } );
menus: (
	{ account = "bank"; key = "1"; action = "text"; text = "今日贷款年利率{rate}，仅供参考。";
	  missing = "利率暂时查不到，请稍后再试。"; },
	{ account = "bank"; key = "2"; action = "forward"; },
	{ account = "bank"; key = "3"; action = "text"; text = "$(printf '%.0s这是一段很长的说明，' {1..20})完。"; } );
END
sim_start mobile --receipt-delay 10ms
sim_start unicom --receipt-delay 10ms
gateway_start gw
must "both carriers bound" 20 eval '[ "$(sim_count mobile bound)$(sim_count unicom bound)" = 11 ]'
esme_start bank gw --id bank
esme_start loan gw --id loan
esme_start plain gw --id plain

phone() { # FROM TO TEXT
	sim mobile "mo $1 $2 $3" >/dev/null
}
# All texts that a phone has got, parts put together.
screen() { # NUMBER
	grep -E "\"destination\":\"(\+|00)?(86)?${1#86}\"" "$tmp/mobile.capture" | sed 's/.*"text":"\([^"]*\)".*/\1/' | tr -d '\n'
}
screen_has() { # NUMBER TEXT
	case "$(screen "$1")" in *"$2"*) true ;; *) false ;; esac
}

# ---- whose it is ----
phone 8613800000001 10690001 '你好，请问营业时间？'
soon "a reply goes to the owner of the code" 10 logged '^mo src=8613800000001 dst=10690001 .*text=你好，请问营业时间？$' "$tmp/bank.log"
phone 8613800000002 106900012 '扩展码'
soon "with an extension behind the code" 10 logged '^mo src=8613800000002 dst=106900012 .*text=扩展码$' "$tmp/bank.log"
phone 8613800000003 1069000158 '更长的码'
soon "the longest code wins" 10 logged '^mo src=8613800000003 dst=1069000158 .*text=更长的码$' "$tmp/loan.log"
is "and only it" "$(lines '更长的码' "$tmp/bank.log")" 0
phone 8613800000004 95555 '没有主人'
soon "a code that nobody owns waits in backlog:unrouted" 10 eval '[ "$(redis_cli xlen backlog:unrouted)" = 1 ]'
soon "the carrier's replies are all acknowledged" 10 sim_is mobile mo_acked 4

# ---- stop means stop ----
member() { [ "$(redis_cli sismember "optout:$1" "$2")" = 1 ]; }
i=0
for word in T ｔｄ 退订 ' 退订！ ' TD Ｒ 退订短信; do
	i=$((i + 1))
	phone "861381000000$i" 10690001 "$word"
	soon "\"$word\" opts out" 10 member bank "861381000000$i"
	soon "\"$word\" is confirmed to the phone" 10 screen_has "861381000000$i" '退订'
done
phone 8613810000099 10690001 '我不退订'
soon "a text that only contains the word is for the app" 10 logged '^mo src=8613810000099 .*text=我不退订$' "$tmp/bank.log"
is "and opts nobody out" "$(redis_cli sismember optout:bank 8613810000099)" 0
at_least "the history is kept" "$(redis_cli xlen optout:log)" 7

promo() { # APP NUMBER [CLASS]
	local before
	before=$(lines '^resp ' "$tmp/$1.log")
	esme "$1" "submit dst=$2 src=${4:-10690001} class=${3:-promo} text=【优惠】新客立减，回T退订"
	wait_for "answer" 5 lines_reach $((before + 1)) '^resp ' "$tmp/$1.log"
	field "$1" resp status
}
is "promotional text to that number: 0x0400" "$(promo bank 8613810000001)" 00000400
at_least "the refusal is counted" "$(metric gw 'smppgw_refused_total\{.*opted_out.*\}')" 1
for form in 13810000001 +8613810000001 008613810000001; do
	is "the same for $form" "$(promo bank "$form")" 00000400
done
for class in otp alert notice remind collect; do
	is "class $class still goes" "$(promo bank 8613810000001 "$class")" 00000000
done
is "promotional text to another number goes" "$(promo bank 8613810000088)" 00000000
is "another account's promotional text goes" "$(promo loan 8613810000001 promo 10690003)" 00000000
phone 8613820000001 10690009 T
soon "opted out of the account with plain_status" 10 member plain 8613820000001
is "plain_status: ESME_RINVDSTADR instead" "$(promo plain 8613820000001 promo 10690009)" 0000000b
phone 8613810000001 10690001 恢复
soon "opting in again" 10 eval '! member bank 8613810000001'
is "then promotional text goes" "$(promo bank 8613810000001)" 00000000

# ---- what was queued before the reply ----
stop mobile
must "mobile is down" 10 metric_is gw 'smppgw_carrier_bound\{carrier="mobile"\}' 0
esme_start rush gw --id bank --bind tx
esme rush "submit dst=8613830000001 class=promo text=【优惠】排队的短信，回T退订"
esme rush "submit dst=8613830000001 class=notice text=排队的通知"
must "a promotional text and a notice wait" 10 lines_reach 2 '^resp .*status=00000000' "$tmp/rush.log"
queued=$(sed -n 's/^resp n=1 .*id=\([0-9]*\).*/\1/p' "$tmp/rush.log")
sim unicom "mo 8613830000001 10690001 退订" >/dev/null
must "then the number opts out" 10 member bank 8613830000001
mv "$tmp/mobile.capture" "$tmp/mobile.before"
sim_start mobile --receipt-delay 10ms
must "mobile bound again" 20 sim_reaches mobile bound 1
soon "the notice leaves" 10 screen_has 8613830000001 '排队的通知'
is "the promotional text does not" "$(grep -c '排队的短信' "$tmp/mobile.capture")" 0
soon "its app gets the one receipt that says so" 10 logged "^receipt id=$queued stat=DELETED" "$tmp/bank.log"

# ---- menus ----
redis_cli hset value:bank rate 3.45% >/dev/null
phone 8613840000001 10690001 1
soon "\"1\" is answered with today's rate" 10 screen_has 8613840000001 '今日贷款年利率3.45%，仅供参考。'
redis_cli hset value:bank rate 3.10% >/dev/null
phone 8613840000002 10690001 '１'
soon "the app changes it; full width is understood" 10 screen_has 8613840000002 '年利率3.10%'
redis_cli hdel value:bank rate >/dev/null
phone 8613840000003 10690001 1
soon "without the value the other text" 10 screen_has 8613840000003 '利率暂时查不到'
is "the answer comes from the code that was asked" \
	"$(grep 8613840000003 "$tmp/mobile.capture" | sed 's/.*"source":"\([^"]*\)".*/\1/')" 10690001
phone 8613840000004 10690001 2
soon "\"2\" is forwarded to the app" 10 logged '^mo src=8613840000004 dst=10690001 .*text=2$' "$tmp/bank.log"
phone 8613840000005 10690003 1
soon "another account has no such menu" 10 logged '^mo src=8613840000005 dst=10690003 .*text=1$' "$tmp/loan.log"
long=$(printf '%.0s这是一段很长的说明，' {1..20})完。
phone 8613840000006 10690001 3
soon "a long answer arrives whole" 10 eval '[ "$(screen 8613840000006)" = "$long" ]'
at_least "in parts with a UDH" "$(grep 8613840000006 "$tmp/mobile.capture" | grep -c '"esm_class":64')" 2

# ---- long replies ----
story=$(printf '%.0s我昨天在贵行办理的业务有一点问题，' {1..12})谢谢😀
phone 8613850000001 10690001 "$story"
soon "a long reply reaches the app whole, once" 10 logged "^mo src=8613850000001 .*text=$story\$" "$tmp/bank.log"
is "and not in parts" "$(lines '^mo src=8613850000001' "$tmp/bank.log")" 1
gateway_stop gw
finish
