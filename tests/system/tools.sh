#!/bin/bash
# tools.sh - the tools against each other, without the gateway: smppload and smppsend on smppsim in every fault it knows,
# exit statuses and messages, --help against the manual pages, smppgwctl against a console that speaks its protocol.
. "$(dirname "$0")/../lib.sh"

load=$(program smppload) && send=$(program smppsend) && ctl=$(program smppgwctl) && program smppsim >/dev/null || exit 1
scale=${SMPPGW_SCALE:-1} # messages are divided by it
n=$((10000 / scale))

# ---- every program ----
version=$(sed -n 's/^AC_INIT(\[[^]]*\], *\[\([^]]*\)\].*/\1/p' "$SMPPGW_SRC/configure.ac")
for name in smppsim smppload smppsend smppgwctl; do
	at=$(program $name)
	ok "$name --help" eval "\"$at\" --help >\"$tmp/help\""
	has "$name --version" "$("$at" --version)" "$name $version"
	"$at" --no-such-option >"$tmp/out" 2>&1
	is "$name --no-such-option: status 2" $? 2
	has "$name --no-such-option: a message" "$(cat "$tmp/out")" "--help"
	page=$SMPPGW_SRC/doc/man/$name.1
	missing=
	for option in $(grep -oE '^  (-., )?--[a-z-]+' "$tmp/help" | sed 's/.*--//'); do
		grep -qE "^\.It .*Fl -$option( |\$)" "$page" || missing="$missing --$option"
	done
	is "$name: every option stands in its manual page" "$missing" ""
	surplus=
	for option in $(grep -E '^\.It Fl .*Fl -|^\.It Fl -' "$page" | sed 's/.*Fl -\([a-z-]*\).*/\1/'); do
		grep -qE "^  (-., )?--$option( |\$)" "$tmp/help" || surplus="$surplus --$option"
	done
	is "$name: the manual page has no other option" "$surplus" ""
done

# A number of the last report: number unknown_receipts
number() {
	sed -n "s/.*[{,]\"$1\":\([0-9.]*\).*/\1/p" "$tmp/report"
}
# Starts a carrier with the options before --, and loads it with those behind; $status, $tmp/report, $sim_NAME counters.
faulty() { # SIM-OPTION... -- LOAD-OPTION...
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	stop carrier || :
	sim_start carrier "${options[@]}"
	"$load" --port "${port[carrier]}" --json --timeout 20s "$@" >"$tmp/report" 2>"$tmp/report.err"
	status=$?
}

# ---- all goes well ----
faulty -- --messages $n --binds 3 --journal "$tmp/acked"
is "all matched: status 0" "$status" 0
is "all accepted" "$(number accepted)" $n
is "all matched" "$(number matched)" $n
is "the journal holds every id once" "$(sort -u "$tmp/acked" | wc -l)" $n
is "the carrier got every number once" "$(sim_count carrier tags) $(sim_count carrier duplicates)" "$n 0"
is "every receipt was answered" "$(sim_count carrier receipts_acked)" $n
is "the capture has every message" "$(wc -l <"$tmp/carrier.capture")" $n
has "the capture has the Chinese text" "$(grep -m 1 -F "流水#0。" "$tmp/carrier.capture")" '"text":"【测试银行】您尾号6688的账户入账人民币128.00元，流水#0。"'
if command -v python3 >/dev/null; then
	ok "the capture is JSON" python3 -c "import json,sys; [json.loads(l) for l in open(sys.argv[1])]" "$tmp/carrier.capture"
	ok "the report is JSON" python3 -c "import json,sys; json.load(open(sys.argv[1]))" "$tmp/report"
else
	skip "the capture and the report are JSON" "no python3"
fi
faulty -- --messages $((n / 10)) --bind tx-rx --binds 2
is "transmitters and receivers: status 0" "$status" 0
faulty -- --messages $((n / 10)) --receipts no
is "without receipts: status 0, none sent" "$status $(sim_count carrier receipts_sent)" "0 0"
for form in text tlv both ucs2 payload data_sm minimal; do
	for ids in dec hex uuid; do
		faulty --receipt-form $form --id-form $ids --receipt-delay 0 -- --messages 200
		is "receipts by $form, ids in $ids" "$status $(number matched)" "0 200"
	done
done
faulty --id-form hex-dec -- --messages 200 --timeout 1s
is "hex in the response, decimal in the receipt: nothing matches" "$status $(number matched) $(number unknown_receipts)" "1 0 200"
faulty --receipts-on same --receipt-delay 10ms-50ms -- --messages $((n / 10)) --binds 4
is "receipts on the same bind: status 0" "$status" 0

# ---- paced ----
faulty -- --messages 500 --rate 500
is "paced: status 0" "$status" 0
at_least "500 messages at 500/s take a second (ms)" "$(number seconds | awk '{ printf "%d", $1 * 1000 }')" 950

# ---- faults ----
faulty --fail 20 --fail-stat MK:0001 --fail-err 33 --seed 7 -- --messages $((n / 10))
is "failures: every receipt is matched all the same" "$status" 0
failures=$(sed -n 's/.*"MK:0001":\([0-9]*\).*/\1/p' "$tmp/report")
at_least "a fifth fails (at least)" "${failures:-0}" $((n / 10 * 12 / 100))
at_most "a fifth fails (at most)" "${failures:-0}" $((n / 10 * 28 / 100))
faulty --reject 50 --reject-status 0x0B -- --messages $((n / 10))
has "rejections are told by status" "$(cat "$tmp/report")" '"refused_by":{"0x0B":'
is "rejected and accepted are all" $(($(number refused) + $(number accepted))) $((n / 10))
is "rejected at the carrier" "$(sim_count carrier rejected)" "$(number refused)"
faulty --throttle 1000 -- --messages 400 --retry
is "throttled with --retry: all accepted in the end" "$status $(number accepted)" "0 400"
at_least "some were throttled" "$(sim_count carrier throttled)" 1
faulty --queue-full 30 -- --messages 200
at_least "a full queue is told" "$(sed -n 's/.*"0x14":\([0-9]*\).*/\1/p' "$tmp/report")" 1
faulty --max-pending 10 --receipt-delay 200ms -- --messages 50 --timeout 2s
is "at most 10 wait for their receipts" "$(number accepted) $(number refused)" "10 40"
faulty --no-receipts 50 -- --messages 200 --timeout 1s
is "missing receipts: status 1" "$status" 1
is "missing and matched are all" $(($(number missing) + $(number matched))) 200
faulty --duplicate-receipts 100 --receipt-delay 10ms -- --messages 200
is "duplicate receipts: status 1, all counted" "$status $(number duplicate)" "1 200"
faulty --early-receipt -- --messages 200
is "early receipts: all matched, all before the response" "$status $(number early)" "0 200"
faulty --silence 10 -- --messages 200 --response-timeout 500ms --timeout 2s
is "silence: status 1" "$status" 1
is "silence: unknown is what the carrier did not answer" "$(number unknown)" "$(sim_count carrier silent)"
faulty --silence 100 --silence-receipts -- --messages 20 --response-timeout 300ms --timeout 1s
is "silence, taken all the same: receipts for unknown ids" "$(number unknown) $(number unknown_receipts)" "20 20"
faulty --response-delay 20ms-60ms -- --messages 500 --window 50
is "delayed responses: status 0" "$status" 0
at_least "p50 of the response (us)" "$(sed -n 's/.*"response_us":{"p50":\([0-9]*\).*/\1/p' "$tmp/report")" 25000
faulty --disconnect-every 100 -- --messages 1000 --reconnect --window 10
is "cut off ten times: bound again" "$(number reconnects)" "$(sim_count carrier disconnects)"
is "every message was submitted" "$(number submitted)" 1000
is "accepted and unknown are all" $(($(number accepted) + $(number unknown))) 1000
is "no receipt of an accepted message is missing" "$(number missing)" 0
faulty --disconnect-every 100 -- --messages 1000 --reconnect --resend --window 10
is "with --resend all are accepted" "$(number accepted)" 1000
at_least "the carrier has some twice" "$(sim_count carrier duplicates)" 1
faulty --disconnect-every 100 -- --messages 1000
is "cut off without --reconnect: status 1" "$status" 1
has "and says why" "$(cat "$tmp/report.err")" "peer_closed"

# ---- binding ----
faulty --system-id bank --password other -- --messages 10
is "wrong password: status 3" "$status" 3
has "wrong password: the message names status and name" "$(cat "$tmp/report.err")" "0x0E ESME_RINVPASWD"
stop carrier
"$load" --port "${port[carrier]}" >"$tmp/report" 2>"$tmp/report.err"
is "nobody there: status 3" $? 3
has "nobody there: the message names the address" "$(cat "$tmp/report.err")" "127.0.0.1:${port[carrier]}"

# ---- the control socket ----
sim_start carrier --receipt-delay 10ms
has "status" "$(sim carrier status)" "ok throttle=0 silence=off stall=off bound=0"
has "an unknown command" "$(sim carrier 'nonsense')" 'error unknown command "nonsense"'
has "a wrong argument" "$(sim carrier 'stall maybe')" "error usage"
"$load" --port "${port[carrier]}" --json --messages $n --rate $((n / 2)) --reconnect --timeout 20s >"$tmp/report" 2>&1 &
pid[load]=$!
started+=(load)
must "the load runs" 10 sim_reaches carrier submitted 100
is "stall on" "$(sim carrier 'stall on')" "ok stall=on"
stalled=$(sim_count carrier submitted)
sleep 0.3
is "nothing is read while stalled" "$(sim_count carrier submitted)" "$stalled"
is "stall off" "$(sim carrier 'stall off')" "ok stall=off"
must "it goes on" 10 sim_reaches carrier submitted $((stalled + 1))
is "drop" "$(sim carrier drop)" "ok dropped=1"
must "bound again" 10 sim_reaches carrier binds 2
wait "${pid[load]}"
unset 'pid[load]'
is "after a stall and a cut no receipt is missing" "$(number missing)" 0
is "accepted and unknown are all" $(($(number accepted) + $(number unknown))) $n

# ---- smppsend ----
"$send" --port "${port[carrier]}" --to 8613800138000 --text '您好，😀' --wait-receipt 10s --class notice >"$tmp/sent" 2>&1
is "smppsend: delivered: status 0" $? 0
has "the response" "$(cat "$tmp/sent")" "accepted     id="
has "the receipt" "$(cat "$tmp/sent")" "stat=DELIVRD"
has "the text at the carrier, with its class" "$(tail -n 1 "$tmp/carrier.capture")" '"text":"您好，😀","tlvs":{"message_class":"notice"}'
# A receipt each; the simulator may have kept some of the cut off load for whoever binds next.
own_receipts() { # FILE
	sed -n 's/.* accepted     id=\([^ ]*\).*/  receipt .*id=\1 /p' "$1" >"$tmp/own"
	grep '  receipt ' "$1" | sed 's/$/ /' | grep -cf "$tmp/own"
}
long=$(printf '长短信%.0s' {1..50})
"$send" --port "${port[carrier]}" --to 8613800138000 --text "$long" --wait-receipt 10s >"$tmp/sent" 2>&1
is "a long text in parts: status 0" "$? $(own_receipts "$tmp/sent")" "0 3"
is "the parts together are the text" "$(tail -n 3 "$tmp/carrier.capture" | sed 's/.*"text":"\([^"]*\)".*/\1/' | tr -d '\n')" "$long"
"$send" --port "${port[carrier]}" --to 8613800138000 --text "$long" --payload >"$tmp/sent" 2>&1
has "a long text as payload" "$(tail -n 1 "$tmp/carrier.capture")" "\"text\":\"$long\""
"$send" --port "${port[carrier]}" --listen 5s >"$tmp/heard" 2>&1 &
pid[listen]=$!
started+=(listen)
must "smppsend listens" 10 sim_reaches carrier bound 1
has "mo" "$(sim carrier 'mo 8613800138000 1069012345 回复1查利率 "现在"')" "ok parts=1"
soon "the reply is shown" 10 logged 'from=8613800138000 to=1069012345 text="回复1查利率 \\"现在\\""' "$tmp/heard"
soon "the reply is acknowledged" 10 sim_is carrier mo_acked 1
stop listen
is "SIGTERM ends smppsend with status 0" $? 0
"$send" --port "${port[carrier]}" --text 您好 >"$tmp/sent" 2>&1
is "no destination: status 2" $? 2
sim carrier 'throttle 1' >/dev/null
for _ in 1 2; do
	"$send" --port "${port[carrier]}" --to 8613800138000 --text 您好 >"$tmp/sent" 2>&1
	status=$?
done
is "refused: status 1" "$status" 1
has "refused: code, name, meaning" "$(cat "$tmp/sent")" "0x58 ESME_RTHROTTLED ("
sim carrier 'throttle 0' >/dev/null
stop carrier
sim_start carrier --receipt-delay 60s
"$send" --port "${port[carrier]}" --to 8613800138000 --text 您好 --wait-receipt 300ms >"$tmp/sent" 2>&1
is "no receipt in time: status 4" $? 4
stop carrier
sim_start carrier --fail 100 --receipt-delay 0
"$send" --port "${port[carrier]}" --to 8613800138000 --text 您好 --wait-receipt 10s >"$tmp/sent" 2>&1
is "failed: status 1" $? 1
is "quit" "$(sim carrier quit)" ok
soon "the simulator ends by itself" 10 gone carrier
wait "${pid[carrier]}"
is "with status 0" $? 0
has "and prints its counters" "$(cat "$tmp/carrier.log")" "receipts_acked=1"
unset 'pid[carrier]'
"$send" --port "${port[carrier]}" --to 8613800138000 --text 您好 >"$tmp/sent" 2>&1
is "nobody there: status 3" $? 3

# ---- smppgwctl ----
perl -MIO::Socket::UNIX -e '
	my $listen = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 4) or die "$ARGV[0]: $!\n";
	while (my $c = $listen->accept) {
		my $line = <$c>;
		chomp $line;
		if ($line =~ /^fail/) { print $c "error no such carrier: $line\n" }
		elsif ($line !~ /^mute/) { print $c "ok\nyou said: $line\nund 中文\n" }
		close $c;
	}' "$tmp/console" &
pid[console]=$!
started+=(console)
console_answers() { "$ctl" -s "$tmp/console" ready >/dev/null 2>&1; } # the socket is there before it listens
must "a console" 10 console_answers
is "smppgwctl: an answer" "$("$ctl" -s "$tmp/console" trace 8613800138000)" "you said: trace 8613800138000
und 中文"
is "a word with blanks is quoted" "$("$ctl" -s "$tmp/console" explain '退订 "好"' | head -n 1)" 'you said: explain "退订 \"好\""'
"$ctl" -s "$tmp/console" fail x >"$tmp/out" 2>"$tmp/err"
is "an error: status 1, on stderr" "$? $(cat "$tmp/out" "$tmp/err")" "1 smppgwctl: no such carrier: fail x"
"$ctl" -s "$tmp/console" mute >/dev/null 2>"$tmp/err"
is "no answer: status 3" $? 3
"$ctl" -s "$tmp/console" >/dev/null 2>&1
is "no command: status 2" $? 2
"$ctl" -s "$tmp/nowhere" status >/dev/null 2>"$tmp/err"
is "no socket: status 3" $? 3
has "no socket: the message names it" "$(cat "$tmp/err")" "$tmp/nowhere"
stop console
finish
