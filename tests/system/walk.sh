#!/bin/bash
# walk.sh - "messages to China Unicom are slow: find out why", the walk of doc/operations.md: plays what has happened (a
# carrier that answers late, with a window too small for that), runs the commands of the page in their order, and compares
# what they print with what the page shows: line by line, whatever the times, ids and counts are.
#
# SMPPGW_WALK=FILE writes the blocks of the page into FILE as they came out now.
. "$(dirname "$0")/../lib.sh"

page=$SMPPGW_SRC/doc/operations.md
for tool in smppgwctl smppload smppsim; do
	if ! program "$tool" >/dev/null 2>&1; then
		skip "the walk" "$tool is not built"
		finish
	fi
done
if ! command -v tshark >/dev/null; then
	skip "the walk" "tshark is not installed"
	finish
fi
if [ "$SMPPGW_SLOW" != 1 ]; then
	skip "the walk" "its moments are those of the plain build"
	finish
fi

# ---- what has happened ----

export TZ=Asia/Shanghai
redis_start redis everysec
cp "$SMPPGW_SRC/etc/operators-cn.conf" "$tmp/"
for name in mobile unicom telecom; do port[$name]=$(free_port); done
gateway_config smppgw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; sources = [ "10690001" ]; } );
carriers: (
	{ name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]}; system_id = "gw"; password = "gw"; tps = 500; },
	{ name = "unicom"; host = "127.0.0.1"; port = ${port[unicom]}; system_id = "gw"; password = "gw"; tps = 200; window = 20; },
	{ name = "telecom"; host = "127.0.0.1"; port = ${port[telecom]}; system_id = "gw"; password = "gw"; tps = 200; } );
@include "operators-cn.conf"
routes: ( { operator = "mobile"; carriers = [ "mobile" ]; }, { operator = "unicom"; carriers = [ "unicom" ]; },
	{ operator = "telecom"; carriers = [ "telecom" ]; } );
records: { directory = "$tmp/records"; };
alarms: ( { alarm = "answer_latency"; threshold = 1000; clear = 500; after = 1; },
	{ alarm = "queue_age"; threshold = 1; clear = 0.5; after = 1; }, { alarm = "window_small"; after = 1; } );
alarm: { grace = 0; };
END
sim_start mobile --response-delay 15ms --receipt-delay 100ms
sim_start telecom --response-delay 15ms --receipt-delay 100ms
sim_start unicom --response-delay 1500ms --receipt-delay 100ms
gateway_start smppgw
must "carriers bound" 10 metric_is smppgw 'smppgw_carrier_up\{.*\}' 3
ctl() {
	"$(program smppgwctl)" -s "$tmp/smppgw.console" "$@" 2>&1
}
loads() { # PREFIX RATE
	start "load$1" "$(program smppload)" --port "${port[smppgw]}" --system-id bank --rate "$2" --messages 100000 \
		--dest-prefix "$1" --source 10690001
}
raised() {
	[ "$(ctl alarms | grep -cE '^warning +(window_small|answer_latency|queue_age) ')" = 3 ]
}
loads 86138 100
loads 86130 60
must "three alarms" 15 raised
esme_start app smppgw
esme app "submit dst=8613012345678 text=您的验证码是123456"
must "the customer's message" 10 logged '^resp ' "$tmp/app.log"

# ---- the commands of the page ----

# What the page types, with the paths of this test.
type_in() { # COMMAND
	local line
	line=$(sed "s|/tmp/|$tmp/|g; s|/etc/smppgw/|$tmp/|g" <<<"$1")
	(
		smppgwctl() { ctl "$@"; }
		eval "$line" 2>&1
	) | grep -v '^Running as user' | sed "s|$tmp/unicom.pcap|/tmp/unicom.pcap|g; s|$tmp/|/etc/smppgw/|g"
}

# Times, ids, counts and the width of columns are as they come.
shape() {
	sed -E 's/[0-9]+ (d|h|min) [0-9]+ (h|min|s)/T/g; s/[0-9]+(\.[0-9]+)? (ms|s|min|h)([^a-z]|$)/T\3/g; s/[0-9]+/N/g
		s/N(\.N)+/N/g; s/[-+]N/N/g; s/ N % delivered,//; s/N%/N/g; s/(^| )-( |$)/\1N\2/g; s/^(! N alarms): .*/\1/
		s/^(store up, oldest write T +messages N).*/\1/; s/ +/ /g; s/ *$//'
}

# The blocks of the walk: a line "    $ COMMAND", then what it prints, up to the next command or the block's end.
sed -n '/^## Messages to China Unicom are slow/,/^## /p' "$page" | sed '1d' | grep -v '^## ' >"$tmp/walk"
at_least "commands of the walk" "$(grep -c '^    \$ ' "$tmp/walk")" 10
number=0
while IFS= read -r command; do
	number=$((number + 1))
	awk -v n="$number" '/^    \$ / { i++; next } !/^    / { if (i == n) exit; next } i == n { print substr($0, 5) }' \
		"$tmp/walk" | shape | grep -v '^…$' >"$tmp/wanted"
	case "$command" in
	# what the page waits for before it looks again
	"smppgwctl capture show") wait_for "the capture's end" 10 eval "ctl capture show | grep -q 'ended: time'" ;;
	"smppgwctl carriers unicom") [ -e "$tmp/mended" ] &&
		wait_for "an empty queue" 20 eval "[ \$(ctl carriers unicom | awk 'END { print \$7 }') -le 5 ]" ;;
	"smppgwctl trace"*) [ -e "$tmp/mended" ] &&
		wait_for "the customer's receipt" 20 eval "ctl trace 13012345678 | grep -q 'the app has it'" ;;
	esac
	type_in "$command" >"$tmp/printed"
	case "$command" in *reload) : >"$tmp/mended" ;; esac
	if [ -n "${SMPPGW_WALK:-}" ]; then
		{ echo "    \$ $command" && sed 's/^/    /' "$tmp/printed" && echo; } >>"$SMPPGW_WALK"
	fi
	missing=$(shape <"$tmp/printed" | sort -u | comm -13 - <(sort -u "$tmp/wanted") | head -n 3)
	if [ -z "$missing" ]; then pass "$command"; else
		fail "$command" "the page has, and it did not print: $missing; it printed: $(cut -c1-200 "$tmp/printed" | head -n 12)"
	fi
done < <(sed -n 's/^    \$ //p' "$tmp/walk")
stop load86130 KILL
stop load86138 KILL
gateway_stop smppgw
finish
