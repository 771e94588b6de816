#!/bin/bash
# explain.sh - smppgwctl explain on the real gateway: each line of what a message would meet, for one that goes and for
# each reason why one would not; and that asking sends, stores and counts nothing. Then route test: a file of
# expectations, by the running gateway and by a configuration alone.
. "$(dirname "$0")/../lib.sh"

redis_start redis everysec
for name in mobile unicom telecom down; do
	port[$name]=$(free_port)
done
carrier() { # NAME OPTION...
	echo "{ name = \"$1\"; host = \"127.0.0.1\"; port = ${port[$1]}; system_id = \"gw\"; password = \"gw\"; ${*:2} }"
}
# Hours that are not now: from two hours on, for an hour (China's time, as the zone of hours).
later="$(TZ=UTC-8 date -d '2 hours' +%H):00-$(TZ=UTC-8 date -d '3 hours' +%H):00"
gateway_config gw <<-END
	accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; sources = [ "10690001" ]; price = 50; tps = 100; },
	            { system_id = "paid"; password = "secret"; class = "otp"; credit = "prepaid"; price = 40; credit_limit = 100; },
	            { system_id = "full"; password = "secret"; class = "collect"; plain_status = true; credit = "prepaid"; price = 1; } );
	codes: ( { account = "bank"; code = "106900019"; classes = [ "otp" ]; }, { account = "bank"; code = "10690001"; } );
	carriers: ( $(carrier mobile 'price = 30; tps = 200; dcs0 = "latin1";'), $(carrier unicom 'price = 40;'),
	            $(carrier telecom 'price = 20;'), $(carrier down 'price = 10;') );
	operators: ( { name = "移动"; prefixes = [ "86138", "86139" ]; }, { name = "联通"; prefixes = [ "86130" ]; },
	             { name = "电信"; prefixes = [ "86133" ]; }, { name = "广电"; prefixes = [ "86192" ]; } );
	routes: ( { name = "夜间"; operator = "移动"; class = [ "remind" ]; hours = [ "$later" ]; carriers = [ "unicom" ]; },
	          { name = "最便宜"; operator = "移动"; class = [ "collect" ]; choose = "price"; floor = 80; carriers = [ "mobile", "down" ]; },
	          { name = "移动"; operator = "移动"; carriers = [ "mobile", "unicom" ]; },
	          { name = "分担"; operator = "联通"; choose = "weight"; weights = [ 70, 30 ]; carriers = [ "down", "unicom" ]; },
	          { name = "仅催收"; operator = "广电"; class = [ "collect" ]; carriers = [ "unicom" ]; },
	          { operator = "电信"; carriers = [ "telecom" ]; } );
	classes: ( { name = "alert"; max_price = 25; } );
	health: { samples = 5; away = 600; };
END
sim_start mobile --fail 100
sim_start unicom
sim_start telecom
gateway_start gw
all_bound() { sim_reaches mobile bound 1 && sim_reaches unicom bound 1 && sim_reaches telecom bound 1; }
must "carriers bound" 20 all_bound

ctl() {
	"$(program smppgwctl)" -s "$tmp/gw.console" "$@"
}

ask() { # WORD...: the answer into $said
	said=$(ctl explain "$@" 2>&1)
}

# A line that begins with KEY has PART.
line() { # WHAT KEY PART
	has "$1" "$(grep "^$2 " <<<"$said")" "$3"
}

numbers_read() { ctl ported count | grep -q ', ready$'; }
must "ported numbers are read" 20 numbers_read

# ---- one that goes ----
ask bank 10690001 13800138000
line "account, its rate" account "bank: 100/s"
line "how many of its messages wait" account "0 of its messages wait"
line "store" store "up"
line "class of the account" class "notice (the account's): waits "
line "source" source '"10690001": leaves the account as 10690001'
line "number and country" number "13800138000 is 8613800138000, country +86"
line "operator" operator "by prefix: 移动; ported: nothing known"
line "a rule that does not hold, and why" rule "夜间: operator 移动 ($tmp/gw.conf:"
line "for its class" rule "another class"
line "the rule that holds" rule "移动: operator 移动 ($tmp/gw.conf:"
line "it holds" rule " holds"
line "choice" choose "the first that is up and healthy"
line "the first carrier, its pace and form" carrier "1 mobile: up, health good, pace 200/s, 0 queued: takes now; from 10690001 to 13800138000"
line "in one part with its price" carrier "1 part, 0.030 yuan"
line "the second one" carrier "2 unicom: up, health good, pace no limit, 0 queued: does not take now"
line "what the account pays" price "1 part of 0.050 yuan: 0.050, counted when it has ended"
line "verdict" verdict "accepted; by mobile as things are now"

# ---- a source that may not be used, and the codes of classes ----
ask bank 95588 13800138000
line "a foreign source" source '"95588": the source is none of the account'"'"'s codes'
line "is refused" verdict "refused with 0x000A ESME_RINVSRCADR: the source is none of the account's codes"
ask bank '' 13800138000 otp
line "no source: the class' own code" source '"": leaves the account as 106900019'
ask bank 10690001 13800138000 otp
line "another class' code" verdict "ESME_RINVSRCADR: the class has codes of its own"

# ---- no route; other hours ----
ask bank 10690001 85291234567
line "no rule for a country" rule "none is for this number"
line "no route" verdict "refused with 0x000B ESME_RINVDSTADR: no route for this number; add one to routes"
ask bank 10690001 13800138000 remind
line "outside its hours" rule "outside its hours"
ask bank 10690001 13300138000 alert
line "a price under the class' bound" class "at most 0.025 yuan"
line "goes" verdict "accepted; by telecom"
ask bank 10690001 13800138000 alert
line "every carrier too dear" verdict "refused with 0x0045 ESME_RSUBMITFAIL: every carrier of the route is dearer than max_price of the class"

ask bank 10690001 13000138000 alert
line "a carrier that is too dear for the class" carrier "does not take now; dearer than max_price of the class"
line "the one that is left, which is not up" verdict "accepted; by down as things are now"

# ---- ported numbers ----
ctl ported set 13800138001 电信 >/dev/null
ask bank 10690001 13800138001
line "a ported number" operator "by prefix: 移动; ported: 电信"
line "goes by its operator's rule" rule "operator 电信 ($tmp/gw.conf:"
line "by its carrier" verdict "accepted; by telecom"
# What another node has learnt from a carrier.
redis_cli xadd ported:log '*' n 8613800138002 v '!移动' >/dev/null
redis_cli hincrby ported changes 1 >/dev/null
knows() { [ "$(ctl ported get 13800138002)" = "8613800138002 !移动" ]; }
must "a number that is not at its prefix' operator is known" 20 knows
ask bank 10690001 13800138002
line "explain says so" operator "by prefix: 移动; ported: !移动"
line "the next operator is guessed" operator "联通 is guessed: it is not at the others"
line "its rule holds" rule "分担: operator 联通"

# ---- weights, prices, carriers that are down or away ----
ask bank 10690001 13000138000
line "shared by weight" choose "shared by weight"
line "a carrier that is not there" carrier "1 down: weight 70, not up"
line "does not take" carrier "does not take now"
line "the other one takes" carrier "2 unicom: weight 30, up, health good, pace no limit, 0 queued: takes now"
line "verdict by who is there" verdict "accepted; by unicom"
ask bank 10690001 13800138000 collect
line "by price" choose "the cheapest that is up and healthy, of those with 80 % delivered or more"
line "the cheaper one is not up" carrier "2 down: not up"
line "by the dearer one" verdict "accepted; by mobile"
ctl carrier mobile pause >/dev/null
ask bank 10690001 13800138000
line "a paused carrier takes nothing" carrier "0 queued: does not take now"
line "the next one does" verdict "accepted; by unicom"
ctl carrier mobile resume >/dev/null

# ---- opt-outs ----
redis_cli sadd optout:bank 8613800138003 >/dev/null
ask bank 10690001 13800138003 promo
line "a number that said stop" policy "opted_out: refused: the number has said stop, and the text is promotional"
line "promo is refused" verdict "refused with 0x0400"
ask bank 10690001 13800138003 notice
line "other classes are sent" verdict "accepted"

# ---- texts ----
long=$(printf '尊敬的客户您好%.0s' {1..30})
ask bank 10690001 13800138000 notice "$long"
line "a Chinese text of 210 characters" carrier "data_coding 8, 4 parts, 0.120 yuan"
line "what the account pays for it" price "4 parts of 0.050 yuan: 0.200"
ask bank 10690001 13800138000 "验证码是123456"
line "a text without a class" carrier "data_coding 8, 1 part, 0.030 yuan"
line "has the account's" class "notice (the account's)"

# ---- credit ----
ask paid '' 13800138000
line "an empty balance and its limit" credit "balance 0.000 yuan, may go down to -0.100: enough"
line "price" price "1 part of 0.040 yuan: 0.040, reserved when it is accepted"
ask paid '' 13800138000 otp "$long"
line "not for four parts" credit "not enough"
line "refused" verdict "refused with 0x0409"
ctl credit paid set 100 >/dev/null
ask paid '' 13800138000 otp "$long"
line "paid in" credit "balance 100.000 yuan, may go down to -0.100: enough"
line "accepted" verdict "accepted; by mobile"
ask full '' 13800138000
line "plain statuses for who wants them" verdict "refused with 0x0045 ESME_RSUBMITFAIL: the account's credit is used up"

# ---- questions that cannot be read ----
fails() { # WHAT PART WORD...
	if said=$(ctl "${@:3}" 2>&1); then fail "$1" "it did not fail"; else has "$1" "$said" "$2"; fi
}
fails "an account that is not there" "no account nobody; accounts lists them" explain nobody 1 13800138000
fails "a class that is none" "no class sms; otp, alert" explain bank 1 13800138000 sms text
fails "no number" "the destination is not a phone number" explain bank 1 号码
fails "too few words" "usage: explain" explain bank 1

# ---- expectations ----
cat >"$tmp/routes.test" <<-END
	# 期望
	bank - 13800138000 - => mobile,unicom
	bank 95588 13800138000 - => refused 0x0A
	bank - 13000138000 otp => unicom,down
	bank - 85291234567 notice => none
	bank - 13800138000 notice ported 电信 => telecom

	bank - 13800138001 notice => telecom # 已携转
END
said=$(cd "$tmp" && ctl route test routes.test)
is "route test: all hold" "$?:$said" "0:6 passed, 0 failed, 0 skipped"
echo 'bank - 13800138000 notice => unicom,mobile' >>"$tmp/routes.test"
said=$(ctl route test "$tmp/routes.test" 2>"$tmp/test.err")
is "one does not: status" "$?" 1
has "where, and what instead" "$said" \
	"$tmp/routes.test:9: expected unicom,mobile, got mobile,unicom at 00:00; rule 移动, operator 移动 ($tmp/gw.conf:"
has "the closing line" "$said" "6 passed, 1 failed, 0 skipped"
has "the reason on stderr" "$(cat "$tmp/test.err")" "1 expectation does not hold"
fails "a file that is not there" "No such file or directory; it is read as user" route test "$tmp/none"
fails "a folder" "is no ordinary file" route test "$tmp"
fails "no such word" "usage: route test FILE" route check "$tmp/routes.test"

# Both say the same of every kind of message: what explain finds is what route test is told to expect.
now=$(TZ=UTC-8 date +%H:%M)
for number in 13800138000 13000138000 13300138000 19200138000 85291234567 13800138001 13800138002 号码; do
	for class in otp alert notice remind collect; do
		for source in '' 10690001 1069000112345678 106900019 95588; do
			said=$(ctl explain bank "$source" $number $class 2>&1)
			case "$(grep '^verdict' <<<"$said")" in
			*accepted*) wanted=$(sed -n '/dearer than/d; s/^carrier  *[0-9]* \([a-z]*\):.*/\1/p' <<<"$said" | paste -sd,) ;;
			*"no route for this number"*) wanted=none ;;
			*refused*) wanted="refused $(sed -n 's/^verdict .*refused with \(0x[0-9a-fA-F]*\).*/\1/p' <<<"$said")" ;;
			*) continue ;; # no number: explain has no answer
			esac
			echo "bank ${source:--} $number $class at $now => $wanted"
		done
	done
done >"$tmp/both.test"
is "explain and route test agree" "$(ctl route test "$tmp/both.test" 2>&1 | tail -n 3)" "175 passed, 0 failed, 0 skipped"
at_least "kinds of answers among them" "$(sed 's/.*=> //' "$tmp/both.test" | sort -u | wc -l)" 6

# A long file is checked beside the other work.
awk -v n="$((200000 / SMPPGW_SLOW))" 'BEGIN { for (i = 0; i < n; i++) printf "bank - 138%08d - => mobile,unicom\n", i + 10000000 }' \
	>"$tmp/long.test"
# Whoever looks whether it is being checked may have come first with a file of its own: then it is tried again.
check_long() {
	local status
	while :; do
		status=0
		ctl route test "$tmp/long.test" >"$tmp/long.out" 2>&1 || status=$?
		grep -q 'another file is being checked' "$tmp/long.out" || return "$status"
	done
}
check_long &
long=$!
refused() { ctl route test "$tmp/routes.test" 2>&1 | grep -q 'another file is being checked'; }
ok "one file at a time" wait_for "a refusal" 5 refused
is "meanwhile the gateway answers" "$(ctl version | cut -d' ' -f1)" smppgw
wait "$long"
is "all of it holds" "$?:$(cat "$tmp/long.out")" "0:$((200000 / SMPPGW_SLOW)) passed, 0 failed, 0 skipped"

sed -i '$d' "$tmp/routes.test"
daemon=$(program smppgwd)
said=$("$daemon" -c "$tmp/gw.conf" --routes "$tmp/routes.test" 2>&1)
is "a configuration alone knows no ported numbers: status" "$?" 1
has "which" "$said" "$tmp/routes.test:8: expected telecom, got mobile,unicom"
has "all the rest holds" "$said" "5 passed, 1 failed, 0 skipped"
sed -i '$d' "$tmp/routes.test"
said=$("$daemon" -c "$tmp/gw.conf" --routes "$tmp/routes.test" 2>&1)
is "all holds" "$?:$said" "0:5 passed, 0 failed, 0 skipped"
sed 's/mobile", "unicom/mobile", "nobody/' "$tmp/gw.conf" >"$tmp/faulty.conf"
"$daemon" -c "$tmp/faulty.conf" --routes "$tmp/routes.test" >/dev/null 2>&1
is "a faulty configuration: status" "$?" 78
"$daemon" -c "$tmp/gw.conf" --routes "$tmp/none" >/dev/null 2>&1
is "no file: status" "$?" 1
said=$("$daemon" -c "$SMPPGW_SRC/etc/smppgw.conf" --routes "$SMPPGW_SRC/etc/routes.test" 2>&1)
is "the file that is shipped holds for the configuration that is shipped" "$?" 0
at_least "and has lines that are checked" "$(sed -n 's/^\([0-9]*\) passed.*/\1/p' <<<"$said")" 3

# ---- nothing was done ----
is "nothing was sent" "$(sim_count mobile submitted)$(sim_count unicom submitted)$(sim_count telecom submitted)" 000
is "nothing was stored" "$(journal_size)" 0
is "nothing was accepted" "$(metric gw 'smppgw_accepted_total(\{.*\})?')" 0
is "nothing counts as refused" "$(metric gw 'smppgw_refused_total(\{.*\})?')" 0
is "nor by a policy" "$(metric gw 'smppgw_policy_refused_total(\{.*\})?')" 0
is "nothing was reserved" "$(redis_cli hlen reserved:1)" 0
is "no message in memory" "$(metric gw 'smppgw_messages\{.*\}')" 0

# ---- a carrier that has done badly ----
esme_start app gw
esme app 'submit dst=13800138000 count=10 rate=50 text=账单{n}'
is_away() { ctl carriers mobile | grep -q ' away'; }
soon "the carrier is left" 20 is_away
ask bank 10690001 13800138000
line "its health, and why" carrier "1 mobile: up, health away (delivery), pace 200/s, 0 queued: does not take now"
line "the other one takes" verdict "accepted; by unicom as things are now"

# ---- the gateway leaves while a file is being checked ----
check_long &
long=$!
ok "a file is being checked" wait_for "a refusal" 5 refused
gateway_stop gw
wait "$long"
is "who asked is told that there is no answer" "$?" 3
finish
