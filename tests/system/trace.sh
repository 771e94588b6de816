#!/bin/bash
# trace.sh - what became of a message, told by smppgwctl trace over restarts and kill -9: retry, failover, a long text in
# parts, refusal by policy, hours of contact, doubt, a reply and an opt-out; cdr and totals of the same; who may see
# numbers and texts; what is known without an archive.
. "$(dirname "$0")/../lib.sh"

ctl() {
	"$(program smppgwctl)" -s "$tmp/gw.console" "$@" 2>&1
}
trace() { # ID|NUMBER OPTION...
	ctl trace "$@" >"$tmp/trace" 2>&1
}
# The steps of the trace hold these patterns, in their order.
steps() { # WHAT PATTERN...
	local what=$1 from=0 at pattern
	shift
	for pattern in "$@"; do
		at=$(awk -v from="$from" 'NR > from' "$tmp/trace" | grep -nE -- "$pattern" | head -n 1 | cut -d : -f 1)
		if [ -z "$at" ]; then
			fail "$what" "no \"$pattern\" behind line $from of: $(cat "$tmp/trace")"
			return
		fi
		from=$((from + at))
	done
	pass "$what"
}
traced() { # PATTERN ID|NUMBER OPTION...
	local pattern=$1
	shift
	trace "$@" && grep -qE -- "$pattern" "$tmp/trace"
}
id_of() { # ESME: of its last submit
	field "$1" resp id
}
sent() { # ESME N: it has so many answers
	must "answer $2 of $1" 10 lines_reach "$2" '^resp ' "$tmp/$1.log"
}

closed=02:00-03:00 # a window in the other half of China's day
[ "$(TZ=UTC-8 date +%-H)" -lt 12 ] && closed=18:00-19:00
export TZ=Asia/Shanghai
redis_start redis everysec
port[mobile]=$(free_port)
port[unicom]=$(free_port)
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "otp"; sources = [ "10690001" ]; },
	{ system_id = "shop"; password = "secret"; class = "promo"; sources = [ "10690002" ]; } );
carriers: (
	{ name = "移动"; host = "127.0.0.1"; port = ${port[mobile]}; system_id = "gw"; password = "gw"; reconnect = 100;
	  response_timeout = 700; },
	{ name = "联通"; host = "127.0.0.1"; port = ${port[unicom]}; system_id = "gw"; password = "gw"; reconnect = 100; } );
routes: ( { prefix = "86130"; carriers = [ "联通" ]; }, { prefix = ""; carriers = [ "移动", "联通" ]; } );
messages: { retry = 200; };
errors: ( { carrier = "移动"; status = "0x45"; class = "carrier"; } );
windows: ( { name = "营销"; classes = [ "promo" ]; workday = [ "$closed" ]; holiday = [ "$closed" ]; weekend = [ "$closed" ]; } );
records: { directory = "$tmp/records"; texts = "plain"; };
END
sim_start mobile --receipt-delay 20ms --reject 100 --reject-status 0x8
sim_start unicom --receipt-delay 20ms
gateway_start gw
must "carriers bound" 20 metric_is gw 'smppgw_carrier_up\{.*\}' 2
esme_start app gw
esme_start shop gw --id shop

# ---- a carrier that fails, another that delivers ----

esme app "submit dst=8613800000001 text=您的验证码是123456"
sent app 1
first=$(id_of app)
must "tried twice there" 10 traced 'attempt 2: 移动 refused' "$first"
stop mobile
sim_start mobile --receipt-delay 20ms --reject 100 --reject-status 0x45
soon "delivered in the end" 20 lines_reach 1 '^receipt .*stat=DELIVRD' "$tmp/app.log"
soon "the trace has its end" 10 traced 'the app has it' "$first"
steps "a retry and a failover, in words" "^$first  bank  otp  10690001 -> 138\*\*\*\*0001\$" \
	'\+0\.0[0-9]{2} s  accepted from bank' 'attempt 1: 移动 refused it with ESME_RSYSERR' \
	'attempt [2-9]: 联通 took it as [0-9]+, answered after' \
	'receipt of 联通: stat=DELIVRD err=000' 'ended as DELIVRD \(delivered\) after [2-9] attempts' 'the app has it' \
	'now: nothing of it is in memory any more'
ok "each step has local time with zone and the time since acceptance" eval \
	"[ \$(grep -cE '^  20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:]{8}\.[0-9]{3} \+0800 +\+[0-9.]+ s  ' '$tmp/trace') -ge 6 ]"
is "neither number nor text" "$(grep -cE '13800000001|123456' "$tmp/trace")" 0
trace "$first" --unmask
has "unmasked: both" "$(cat "$tmp/trace")" "-> 8613800000001"
has "... the text" "$(cat "$tmp/trace")" ": 您的验证码是123456"
ok "... is an action that is recorded" logged "event=action .*trace $first --unmask" "$tmp/gw.log"

# ---- a long text in parts ----

stop mobile
sim_start mobile --receipt-delay 20ms
must "移动 bound again" 20 sim_is mobile bound 1
must "移动 healthy or tried" 20 metric_is gw 'smppgw_carrier_up\{.*\}' 2
long=$(printf '尊敬的客户您好，本行系统将于本周日凌晨两点至五点升级，届时转账与缴费服务暂停。%.0s' 1 2 3 4)
esme app "submit dst=8613000000002 text=$long"
sent app 2
second=$(id_of app)
soon "three parts delivered" 20 traced 'the app has it' "$second"
steps "parts" 'accepted from bank' 'attempt 1, part 1 of 3: 联通 took it' 'attempt 1, part 2 of 3: 联通 took it' \
	'attempt 1, part 3 of 3: 联通 took it' 'receipt of 联通 for part 1 of 3: stat=DELIVRD' 'ended as DELIVRD'

# ---- refused by policy, held by hours ----

ctl optout add global 13800000003 >/dev/null
esme shop "submit dst=8613800000003 src=10690002 text=双十一优惠"
sent shop 1
soon "a refusal by number" 10 traced 'refused with opted_out|refused with SGW_OPTED_OUT|refused with .*opt' 8613800000003
esme shop "submit dst=8613800000013 src=95588 text=不是我的号码"
sent shop 2
soon "a refusal that never was a message" 10 traced '\+0800  shop  refused with ESME_RINVSRCADR' 13800000013
esme shop "submit dst=8613800000004 src=10690002 text=夜间优惠"
sent shop 3
held=$(id_of shop)
soon "held" 10 traced 'held by the hours of contact, until' "$held"
steps "held, and where it is now" 'accepted from shop' 'held by the hours of contact, until 20' \
	'now: held by the hours of contact, until .* \(in .*\); its validity ends at'

# ---- in doubt, kill -9, restart ----

sim mobile "silence on" >/dev/null
esme app "submit dst=8613800000005 class=collect text=您的账单已到期"
sent app 3
doubt=$(id_of app)
soon "in doubt" 20 traced 'now: in doubt for' "$doubt"
steps "the doubt" 'accepted from bank' 'attempt 1: no answer of 移动 in time: it may have it' "doubt resend $doubt"
kill_hard gw
sim mobile "silence off" >/dev/null
gateway_start gw
must "carriers bound" 20 metric_is gw 'smppgw_carrier_up\{.*\}' 2
soon "in doubt after the restart, too" 10 traced 'now: in doubt for' "$doubt"
is "doubt list has it" "$(ctl doubt list | awk -v id="$doubt" '$1 == id { print $(NF - 4), $(NF - 3), $(NF - 2), $NF }')" "移动 bank collect held"
is "doubt list --carrier has those of the carrier" "$(ctl doubt list --carrier 移动 | grep -c "^$doubt ") $(ctl doubt list --carrier 联通 | grep -c "^$doubt ")" "1 0"
has "doubt list as JSON" "$(ctl --json doubt list)" '"rows":[{"id":"'"$doubt"'"'
has "no such carrier" "$(ctl doubt list --carrier 铁通 2>&1)" "no carrier 铁通"
has "a message that is not in doubt" "$(ctl doubt fail "$second" 2>&1)" "no message $second is held in doubt"
is "... and nothing else is said" "$(ctl doubt fail "$second" 2>&1 | grep -c "ended as")" 0
has "which ones must be said" "$(ctl doubt resend 2>&1)" "usage: doubt"
is "it is sent again" "$(ctl doubt resend "$doubt")" "1 message sent again"
soon "resent and delivered" 20 traced 'ended as DELIVRD' "$doubt"
steps "one life over the restart" 'accepted from bank' 'attempt 1: no answer of 移动' 'the gateway was started' \
	'attempt 2: (移动|联通) took it' 'receipt of (移动|联通): stat=DELIVRD' 'ended as DELIVRD'
trace "$held"
steps "what was held is held" 'accepted from shop' 'now: held by the hours of contact, until'

# ---- a reply, an opt-out ----

sim unicom "mo 8613000000002 10690001 你好，请问几点恢复" >/dev/null
sim unicom "mo 8613000000002 10690001 TD" >/dev/null
soon "the replies stand with the message that they answer" 10 traced 'reply of the phone.*' 8613000000002
soon "both" 10 eval "trace_n() { ctl trace 13000000002 | grep -c 'reply of the phone'; }; [ \$(trace_n) -ge 2 ]"

# ---- by number ----

esme_start again gw
for n in 1 2 3; do esme again "submit dst=8613000000009 text=第{n}条"; done
must "three answers" 10 lines_reach 3 '^resp ' "$tmp/again.log"
soon "three messages, a block each" 10 eval "[ \$(ctl trace +86-130-0000-0009 | grep -c '^[0-9]\{18\}  bank') = 3 ]"
ctl trace 13000000009 >"$tmp/trace"
is "newest first" "$(grep -oE '^[0-9]{18}' "$tmp/trace")" "$(grep -oE '^[0-9]{18}' "$tmp/trace" | sort -r)"
is "a limit" "$(ctl trace 13000000009 --limit 2 | grep -cE '^[0-9]{18}')" 2
has "... and that there are more" "$(ctl trace 13000000009 --limit 2 | tail -n 1)" "--limit N shows more"
has "nobody has sent to it" "$(ctl trace 13099999999)" "no message to that number in archive or memory"
has "an id that nobody has given" "$(ctl trace 700000000000000000)" "neither archive nor memory knows it"
has "options stand behind" "$(ctl trace --unmask 13800138000)" "options stand behind it"
has "no id, no number" "$(ctl trace 你好)" "neither a message id (18 digits) nor a phone number"

# ---- records ----

is "cdr by id" "$(ctl cdr --id "$first" --kind attempt | grep -c ' attempt ')" "$(ctl trace "$first" | grep -c 'attempt [0-9]:')"
at_least "cdr by number finds what carries the id only, too" "$(ctl cdr --number 130-0000-0002 --kind attempt --csv | grep -c "$second")" 3
is "cdr by account and kind" "$(ctl cdr --account shop --kind refused | grep -c ' refused ')" 2
is "cdr by carrier, as lines of JSON" "$(ctl cdr --carrier 联通 --kind attempt --id "$second" --json-lines |
	python3 -c 'import json, sys; print(sorted(json.loads(l)["part"] for l in sys.stdin))')" "[1, 2, 3]"
ctl cdr --id "$second" --csv >"$tmp/csv"
is "cdr as CSV: a head, and as many fields in each row" "$(python3 -c 'import csv, sys
rows = list(csv.reader(open(sys.argv[1])))
print(rows[0][0], len(rows) > 8, {len(r) for r in rows} == {len(rows[0])})' "$tmp/csv")" "n True True"
is "cdr: no number" "$(grep -c 13000000002 "$tmp/csv")" 0
at_least "cdr --unmask: the number" "$(ctl cdr --id "$second" --csv --unmask | grep -c 8613000000002)" 1
is "cdr: nothing from tomorrow" "$(ctl cdr --to 2020-01-01 | grep -c accepted)" 0
has "cdr: a wrong option" "$(ctl cdr --colour red)" "no option --colour"
has "cdr: a wrong kind" "$(ctl cdr --kind nothing)" "no kind of record nothing; there are start, stop, accepted"
is "cdr --json: an array of records" "$(ctl --json cdr --id "$first" --kind ended | python3 -c 'import json, sys
print([r["state"] for r in json.load(sys.stdin)["records"]])')" "['DELIVRD']"
is "--json: an array of messages" "$(ctl --json trace "$first" | python3 -c 'import json, sys
m = json.load(sys.stdin)["messages"][0]; print(m["id"], m["records"][0]["kind"], m["now"])')" "$first accepted []"
ctl totals >"$tmp/totals"
is "totals of today: 联通's part of bank" "$(awk '$1 == "bank" && $2 == "联通" { print ($5 >= 4), ($6 >= $5) }' "$tmp/totals")" "1 1"
is "totals: all" "$(awk '$1 == "all" { print $4 }' "$tmp/totals")" 2
has "totals of no day" "$(ctl totals yesterday)" "no day"
has "totals of a day without records" "$(ctl totals 20200101)" "no records of 2020-01-01"

# ---- who may see what ----

chmod 711 "$tmp"
sed -i "s|socket = \"$tmp/gw.console\"; |&mode = \"0666\"; |" "$tmp/gw.conf"
gateway_stop gw
gateway_start gw
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	nobody() {
		setpriv --reuid 65534 --regid 65534 --clear-groups "$(program smppgwctl)" -s "$tmp/gw.console" "$@" 2>&1
	}
	has "whoever may read sees the trace" "$(nobody trace "$first")" "138****0001"
	has "but nothing unmasked" "$(nobody trace "$first" --unmask)" "needs the right to operate"
	has "nor in records" "$(nobody cdr --id "$first" --unmask)" "needs the right to operate"
else
	skip "rights of another user" "not root, or no setpriv"
fi

# ---- without an archive ----

sed -i '/^records:/d' "$tmp/gw.conf"
gateway_stop gw
gateway_start gw
has "what Redis remembers of one that has ended" "$(ctl trace "$first")" "ended as DELIVRD at 20"
has "what to switch on" "$(ctl trace "$first")" "records.directory"
has "one that is in memory" "$(ctl trace "$held")" "now: held by the hours of contact"
has "by number, too" "$(ctl trace 13800000004)" "$held  shop  promo  10690002 -> 138****0004"
has "no records" "$(ctl cdr)" "there are no records"
gateway_stop gw
finish
