#!/bin/bash
# compliance.sh - every rule of doc/compliance.md on the real gateway with etc/compliance-cn.conf: a step for each, named as there.
# At the end that page, settings and steps must agree: a rule without a step, a step without a rule, a setting that is in no file, a
# scene that is not there are failures. Hours are played with the clock of scenes (compliance_*.scene); here the windows are set
# open, and for their own steps closed, so that the test passes at every hour.
. "$(dirname "$0")/../lib.sh"

page=$SMPPGW_SRC/doc/compliance.md
redis_start redis everysec
for name in mobile unicom telecom; do
	port[$name]=$(free_port)
done

# ---- the files as they are installed, beside each other; what only the company can say is a block of the page ----
cp "$SMPPGW_SRC"/etc/{calendar-cn.conf,operators-cn.conf,words-finance-cn.txt} "$tmp/"
sed -n '/^```yours$/,/^```$/{/^```/d;p}' "$page" >"$tmp/yours.conf"
sed -E "s,\"/(etc|var/lib)/smppgw/,\"$tmp/,g" "$tmp/yours.conf" >"$tmp/yours-here.conf"
"$(program smppevidence)" keygen "$tmp/evidence.pem" >/dev/null
# All windows get these hours.
hours() { # HH:MM-HH:MM
	sed -E "s/\"[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}\"/\"$1\"/g" "$SMPPGW_SRC/etc/compliance-cn.conf" >"$tmp/compliance-cn.conf"
}
hours 00:00-24:00
gateway_config gw <<END
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]}; system_id = "gw"; password = "gw"; reconnect = 100; },
            { name = "unicom"; host = "127.0.0.1"; port = ${port[unicom]}; system_id = "gw"; password = "gw"; reconnect = 100; },
            { name = "telecom"; host = "127.0.0.1"; port = ${port[telecom]}; system_id = "gw"; password = "gw"; reconnect = 100; } );
@include "operators-cn.conf"
routes: ( { operator = "unicom"; carriers = [ "unicom" ]; }, { operator = "telecom"; carriers = [ "telecom" ]; },
          { prefix = ""; carriers = [ "mobile" ]; } );
@include "yours-here.conf"
@include "compliance-cn.conf"
END
sim_start mobile --receipt-delay 10ms
sim_start unicom --receipt-delay 10ms
sim_start telecom --receipt-delay 10ms --fail 100 --fail-stat MK:0001 # none of its numbers exists
all_bound() { [ "$(sim_count mobile bound)$(sim_count unicom bound)$(sim_count telecom bound)" = 111 ]; }
apps_start() { # with logs that begin anew
	rm -f "$tmp/bank.log" "$tmp/card.log"
	esme_start bank gw --id bank
	esme_start card gw --id card
}
gateway_start gw
must "carriers bound" 20 all_bound
apps_start

ctl() { # WORD...
	"$(program smppgwctl)" -s "$tmp/gw.console" "$@"
}

quietly() { # COMMAND...
	"$@" >/dev/null
}

# Begins a step; the page must have a rule of this name.
rule() { # NAME
	printf -- '---- %s\n' "$1"
	echo "$1" >>"$tmp/played"
}

# Submits a text. What came of it into $said: "ok", or status and policy: "0x407 consent".
submit() { # APP CLASS NUMBER TEXT [SOURCE]
	local before source=10690001 status
	[ "$2" = promo ] && source=10690002
	[ "$1" = card ] && source=10690003
	before=$(lines '^resp ' "$tmp/$1.log")
	esme "$1" "submit dst=$3 src=${5:-$source} class=$2 text=$4"
	wait_for "a response" 10 lines_reach $((before + 1)) '^resp ' "$tmp/$1.log"
	status=$((16#$(field "$1" resp status)))
	said=ok
	[ "$status" = 0 ] || said=$(printf '0x%x %s' "$status" "$(field "$1" resp verdict)")
}

goes() { # WHAT APP CLASS NUMBER TEXT [SOURCE]
	submit "${@:2}"
	is "$1" "$said" ok
}

refused() { # WHAT STATUS-AND-POLICY APP CLASS NUMBER TEXT [SOURCE]
	submit "${@:3}"
	is "$1" "$said" "$2"
}

# All that a phone has got, parts put together.
screen() { # NUMBER [CARRIER]
	grep -E "\"destination\":\"(\+|00)?(86)?${1#86}\"" "$tmp/${2:-mobile}.capture" | sed 's/.*"text":"\([^"]*\)".*/\1/' | tr -d '\n'
}
screen_has() { # NUMBER TEXT [CARRIER]
	case "$(screen "$1" "${3:-mobile}")" in *"$2"*) true ;; *) false ;; esac
}
phone() { # NUMBER TEXT: it replies
	sim mobile "mo 86$1 10690002 $2" >/dev/null
}
stopped() { # NUMBER: it is out for all accounts
	[ "$(redis_cli sismember optout:global "86$1")" = 1 ]
}
started_again() { # NUMBER
	! stopped "$1"
}

# A customer who has agreed, and to whom a first notice has gone.
declare -A signature=([bank]=【示例银行】 [card]=【示例信用卡】)
customer() { # NUMBER [APP]
	ctl consent add "${2:-bank}" "$1" "网签-$1" 手机银行 >/dev/null
	submit "${2:-bank}" notice "$1" "${signature[${2:-bank}]}您的账户已开通。"
	[ "$said" = ok ] || fail "a notice to customer $1" "$said"
}
offer='【示例银行】稳健理财新品上架，产品有风险，详询95599，拒收请回复R'
bill='【示例银行】您的账单已出。'
code='【示例银行】您的验证码是123456，5分钟内有效，请勿泄露。'

rule consent
goes "a notice needs no consent" bank notice 13800000101 "$bill"
refused "an offer does" "0x407 consent" bank promo 13800000101 "$offer"
is "the customer agrees" "$(ctl consent add bank 13800000101 合同2026-001 柜台)" kept
goes "then it goes" bank promo 13800000101 "$offer"
refused "another account has no consent of its own" "0x407 consent" card promo 13800000101 '【示例信用卡】新户礼遇，详询95599'

rule withdrawal
customer 13800000201
ok "the customer withdraws it" quietly ctl consent withdraw bank 13800000201
refused "the next offer" "0x407 consent" bank promo 13800000201 "$offer"
has "the app's own word for it is not enough" \
	"$("$(program smppsend)" --port "${port[gw]}" --from 10690002 --to 13800000201 --class promo --tlv consent_ref=网签 --text "$offer" 2>&1)" \
	"status=0x407"
goes "notices go on" bank notice 13800000201 "$bill"
has "the proof stays on record" "$(ctl consent history bank 13800000201)" "网签-13800000201"

rule stop-words
customer 13800000301
goes "an offer without the words" bank promo 13800000301 '【示例银行】稳健理财新品上架，产品有风险，详询95599'
soon "leaves with them" 10 screen_has 13800000301 '详询95599，拒收请回复R'
customer 13800000302
goes "one that has them" bank promo 13800000302 '【示例银行】稳健理财新品上架，产品有风险，详询95599，拒收请回复Ｒ。'
soon "leaves" 10 screen_has 13800000302 '详询95599，拒收请回复Ｒ。'
is "... as it was" "$(screen 13800000302 | grep -o 拒收 | wc -l)" 1

rule stop
customer 13800000401
customer 13800000401 card
goes "an offer" bank promo 13800000401 "$offer"
ok "the carrier is paused" quietly ctl carrier mobile pause
goes "the next one waits" bank promo 13800000401 '【示例银行】信用卡新户礼遇已开放申请，详询95599'
waiting=$(field bank resp id)
phone 13800000401 ' ｒ。'
soon "the customer replies R" 10 stopped 13800000401
ok "the carrier goes on" quietly ctl carrier mobile resume
soon "what waited ends" 10 logged "^receipt id=$waiting stat=DELETED" "$tmp/bank.log"
soon "the customer is told, by whom, too" 10 screen_has 13800000401 '【示例银行】您已退订'
is "what waited has not left" "$(lines '新户礼遇已开放' "$tmp/mobile.capture")" 0
refused "the next offer" "0x400 opted_out" bank promo 13800000401 '【示例银行】大额存单额度更新，详询95599'
refused "nor under another name" "0x400 opted_out" card promo 13800000401 '【示例信用卡】新户礼遇，详询95599'
goes "notices go on" bank notice 13800000401 '【示例银行】您尾号1234的账户入账100元。'
n=0
for word in 退订 TD 拒收此类短信 ｔ; do
	n=$((n + 1))
	phone "1380000041$n" "$word"
	soon "\"$word\" does the same" 10 stopped "1380000041$n"
done

rule stop-kept
kill_hard bank
kill_hard card
kill_hard gw
gateway_start gw
must "carriers bound again" 20 all_bound
apps_start
refused "the gateway was killed: the stop holds" "0x400 opted_out" bank promo 13800000401 '【示例银行】大额存单额度更新，详询95599'
history=$(ctl optout history 13800000401)
has "how it came is kept" "$history" "sms"
has "... and with which words" "$history" "ｒ。"
phone 13800000401 恢复
soon "the customer takes it back" 10 started_again 13800000401

rule signature
refused "a text without a signature" "0x404 signature" bank notice 13800000501 '您的账单已出。'
refused "with one that is not ours" "0x404 signature" bank notice 13800000501 '【其他银行】您的账单已出。'
refused "with two" "0x404 signature" bank notice 13800000501 '【示例银行】您的【账单】已出。'
goes "with ours" bank notice 13800000501 "$bill"

rule sender-code
refused "a code that is not the account's" "0xa source" bank notice 13800000601 "$bill" 10690009
refused "a known name's number in its place" "0xa source" bank notice 13800000601 "$bill" 95588
goes "its own" bank notice 13800000601 "$bill"
soon "reaches the carrier as it is" 10 lines_reach 1 '"source":"10690001".*13800000601' "$tmp/mobile.capture"

rule service-code
refused "an offer on the code of notices" "0xa source" bank promo 13800000101 "$offer" 10690001
refused "a notice on the code of offers" "0xa source" bank notice 13800000101 "$bill" 10690002

rule service-clean
refused "a notice with an offer in it" "0x403 words" bank notice 13800000801 '【示例银行】您的账单已出，现在办理分期享优惠。'
refused "... disguised" "0x403 words" bank remind 13800000801 '【示例银行】明天还款，限-时 立*减。'
goes "the notice alone" bank notice 13800000801 "$bill"

rule first-contact
is "a number from a list, with a consent" "$(ctl consent add bank 13800000901 网签)" kept
refused "the first text must not be an offer" "0x40b first_contact" bank promo 13800000901 "$offer"
goes "a notice" bank notice 13800000901 '【示例银行】您的账户已开通。'
goes "then an offer" bank promo 13800000901 "$offer"

rule promo-cap
customer 13800001001
customer 13800001001 card
goes "an offer" bank promo 13800001001 "$offer"
goes "another" bank promo 13800001001 '【示例银行】信用卡新户礼遇已开放申请，详询95599'
refused "the third within seven days" "0x401 cap" bank promo 13800001001 '【示例银行】大额存单额度更新，详询95599'
refused "... of the other account, too" "0x401 cap" card promo 13800001001 '【示例信用卡】机场贵宾厅权益上新，详询95599'
goes "notices go on" bank notice 13800001001 "$bill"

rule otp-cap
goes "a code" bank otp 13800001101 "$code"
refused "a second one within the minute" "0x401 cap" bank otp 13800001101 "$code"

rule similar
customer 13800001201
goes "an offer" bank promo 13800001201 '【示例银行】尊敬的李先生，本周新发90天稳健理财，年化3.5%，产品有风险，详询95599'
refused "the same with another name and rate" "0x402 similar" bank promo 13800001201 \
	'【示例银行】尊敬的王女士，本周新发120天稳健理财，年化3.85%，产品有风险，详询95599'

rule dead-number
for n in 1 2 3; do
	goes "a notice to a number that does not exist, $n" bank notice 13300001301 "【示例银行】您的第$n期账单已出。"
	soon "comes back" 10 logged "^receipt id=$(field bank resp id) stat=UNDELIV" "$tmp/bank.log"
done
refused "then the number is dead" "0x408 dead_number" bank notice 13300001301 "$bill"
has "and on the list" "$(ctl dead check 13300001301 | tr -s " ")" " 3 number"
goes "a code is still tried" bank otp 13300001301 "$code"

rule template
goes "a code as it was approved" bank otp 13800001401 "$code"
refused "another wording" "0x40a template" bank otp 13800001402 '【示例银行】验证码：123456，点击领取礼品。'

rule no-guarantee
customer 13800001501
for text in 保本保息 稳赚不赔 零风险 '保 本-保*息' 穩賺不賠; do
	refused "\"$text\"" "0x403 words" bank promo 13800001501 "【示例银行】理财新品$text，投资有风险，详询95599"
done
goes "without such a promise" bank promo 13800001501 "$offer"

rule risk
customer 13800001601
refused "an investment without a warning" "0x403 must_match" bank promo 13800001601 '【示例银行】稳健理财新品上架，详询95599'
goes "with one" bank promo 13800001601 '【示例银行】稳健理财新品上架，产品有风险，投资须谨慎，详询95599'

rule loan-rate
customer 13800001701
refused "a loan without its yearly rate" "0x403 must_match" bank promo 13800001701 '【示例银行】个人贷款日息低至万二，详询95599'
goes "with it" bank promo 13800001701 '【示例银行】个人贷款年化利率（单利）7.2%起，详询95599'

rule contact
customer 13800001801
refused "an offer without a hotline" "0x403 must_match" bank promo 13800001801 '【示例银行】大额存单额度更新'
goes "with one" bank promo 13800001801 '【示例银行】大额存单额度更新，详询400-888-9999'

rule expiry
customer 13800001901
refused "a discount without its last day" "0x403 must_match" bank promo 13800001901 '【示例银行】信用卡首刷立减50元，详询95599'
goes "with it" bank promo 13800001901 '【示例银行】信用卡首刷立减50元，12月31日前有效，详询95599'

rule links
refused "a link to somebody else" "0x403 links" bank notice 13800002001 '【示例银行】账单见 http://t.cn/abc'
refused "... that looks like ours" "0x403 links" bank notice 13800002001 '【示例银行】账单见 http://bank.example.cn@evil.com/'
goes "to us" bank notice 13800002001 '【示例银行】账单见 https://m.bank.example.cn/bill'

rule personal-data
refused "a resident id" "0x403 personal" bank notice 13800002101 '【示例银行】证件11010519491231002X已登记。'
goes "a card number" bank notice 13800002101 '【示例银行】您的卡4111111111111111入账100元。'
soon "is masked" 10 screen_has 13800002101 '您的卡411111******1111入账'
is "the log has neither" "$(lines '11010519491231002X|4111111111111111' "$tmp/gw.log")" 0
is "nor whole phone numbers" "$(lines '13800002101' "$tmp/gw.log")" 0

rule collect-cap
for n in 1 2 3; do
	goes "a debt is collected, $n" bank collect 13800002201 "【示例银行】您的贷款已逾期$n天，请还款。"
done
refused "the fourth of the day" "0x401 cap" bank collect 13800002201 '【示例银行】您的贷款已逾期，请还款。'

rule collect-words
goes "a threat is taken" bank collect 13800002301 '【示例银行】再不还款将联系您通讯录中的亲友。'
threat=$(field bank resp id)
has "... and waits until somebody has read it" "$(ctl review list)" "通讯录"
ok "who refuses it" quietly ctl review reject --all
soon "its app hears so" 10 logged "^receipt id=$threat stat=DELETED" "$tmp/bank.log"
is "the phone never got it" "$(screen 13800002301)" ''

rule length
filler() { # CHARACTERS
	printf "%.0s甲" $(seq "$1")
}
goes "469 characters" bank notice 13800002401 "【示例银行】$(filler 463)"
refused "470" "0x403 segments" bank notice 13800002401 "【示例银行】$(filler 464)"

rule complaint
customer 13800002501
complaints=$(metric gw smppgw_mo_complaints_total)
phone 13800002501 '投诉你们天天发'
soon "a complaint is counted" 10 metric_is gw smppgw_mo_complaints_total $((complaints + 1))
ok "somebody is warned" logged 'event=complaint ' "$tmp/gw.log"
soon "the customer is told" 10 screen_has 13800002501 '已收到您的投诉'
refused "no more offers" "0x400 opted_out" bank promo 13800002501 "$offer"

rule ported
goes "a number of China Mobile" bank notice 13800002601 "$bill"
soon "goes there" 10 screen_has 13800002601 '账单'
ok "it has moved to China Unicom" quietly ctl ported set 13800002601 unicom
goes "then" bank notice 13800002601 '【示例银行】您的余额变动。'
soon "it goes to Unicom" 10 screen_has 13800002601 '余额变动' unicom

rule records
has "opt-outs with their time" "$(ctl optout history 13800002501)" "$(date +%Y)"
has "consents with their proof" "$(ctl consent history bank 13800001501)" "网签-13800001501"
at_least "events of each message" "$(redis_cli xlen event)" 50
is "of opt-outs nothing is cut" "$(redis_cli xinfo stream optout:log | sed -n '/^max-deleted-entry-id/{n;p}')" 0-0
is "nor of consents" "$(redis_cli xinfo stream consent:log | sed -n '/^max-deleted-entry-id/{n;p}')" 0-0
told() { # NUMBER TEXT: the story of the messages to a number, as the records have it
	case "$(ctl trace "$1")" in *"$2"*) true ;; *) false ;; esac
}
soon "the records tell what became of a message" 10 told 13800002601 "ended as DELIVRD"
has "who gave it, and from which code" "$(ctl trace 13800002601)" "bank  notice  10690001 ->"
at_least "what was refused, by which rule" "$(ctl cdr --kind refused --verdict consent --csv | grep -c ",refused,.*,consent,")" 1
is "records are kept for six months and more" "$(("$("$(program smppgwd)" --options | awk -F '\t' '$1 == "records.retention" { print $4 }')" >= 184))" 1

rule hours
# Closed for hours to come: a window in the other half of China's day.
closed=02:00-03:00
[ "$(TZ=UTC-8 date +%-H)" -lt 12 ] && closed=18:00-19:00
customer 13800002801
hours "$closed"
ok "the windows are closed" quietly ctl reload
goes "an offer is taken" bank promo 13800002801 "$offer"
has "... and held" "$(ctl explain bank 10690002 13800002801 promo "$offer")" "window"
goes "a code" bank otp 13800002801 "$code"
soon "leaves" 10 screen_has 13800002801 '验证码'
is "the offer has not" "$(screen 13800002801 | grep -c 理财)" 0

rule collect-hours
refused "collecting outside its hours" "0x406 window" bank collect 13800002901 '【示例银行】您的贷款已逾期，请还款。'

# ---- the page, the settings and the steps agree ----
sed -n 's/^### [0-9]*\. \([a-z-]*\)$/\1/p' "$page" >"$tmp/rules"
at_least "rules of the page" "$(wc -l <"$tmp/rules")" 25
is "are these steps" "$(sort "$tmp/rules")" "$(sort "$tmp/played")"
is "each once" "$(sort "$tmp/rules" | uniq -d)" ''
is "numbered one after the other" "$(sed -n 's/^### \([0-9]*\)\. .*/\1/p' "$page")" "$(seq "$(wc -l <"$tmp/rules")")"
for key in Source Setting Tested; do
	is "each has its line $key" "$(grep -c "^$key:" "$page")" "$(wc -l <"$tmp/rules")"
done
is "and names its step" "$(sed -n 's/^Tested: step `\([a-z-]*\)`.*/\1/p' "$page")" "$(cat "$tmp/rules")"

squeeze() {
	tr -s ' \t' ' ' | sed 's/^ //; s/ $//; s/[,;]$//'
}
cat "$SMPPGW_SRC/etc/compliance-cn.conf" "$tmp/yours.conf" | squeeze >"$tmp/settings"
unknown() { # lines that are no settings of the file or of the company's block
	squeeze | grep -v '^$' | grep -vxFf "$tmp/settings"
}
is "every setting of the page is in a file" "$(sed -n '/^```conf$/,/^```$/{/^```/d;p}' "$page" | unknown)" ''
for scene in "$SMPPGW_SRC"/tests/scene/scenes/compliance_*.scene; do
	name=$(basename "$scene" .scene)
	ok "the page names $name" grep -q "scene \`$name\`" "$page"
	is "the settings of $name are those of the file" \
		"$(sed -n '/^config$/,/^end$/{/^config$/d;/^end$/d;p}' "$scene" | grep -v '@SRC@' | unknown)" ''
done
for name in $(grep -o 'scene `compliance_[a-z_]*`' "$page" | sed 's/.*`\(.*\)`/\1/'); do
	ok "$name is there" test -e "$SMPPGW_SRC/tests/scene/scenes/$name.scene"
done
gateway_stop gw

ok "the records are whole, and signed" quietly "$(program smppevidence)" verify -k "$tmp/evidence.pem.pub" "$tmp/records"
finish
