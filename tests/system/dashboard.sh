#!/bin/bash
# dashboard.sh - the dashboard of the real gateway under real traffic in a real Chromium, and its layout with what a NOC may
# see on good and bad days (dashboard_test.py). Runs with the plain build only: it is about the page, not about memory.
. "$(dirname "$0")/../lib.sh"

python=/usr/bin/python3 # Debian's, which has python3-selenium
here=$SMPPGW_SRC/tests/system
for need in chromium chromedriver "$python"; do
	if ! command -v "$need" >/dev/null; then
		skip "the dashboard in a browser" "$need is not there (Debian packages chromium chromium-driver python3)"
		finish
	fi
done
if ! "$python" -c 'import selenium' 2>/dev/null || ! fc-list :lang=zh 2>/dev/null | grep -q .; then
	skip "the dashboard in a browser" "python3-selenium or a Chinese font is not there (Debian package fonts-noto-cjk)"
	finish
fi
if [ "$SMPPGW_SLOW" != 1 ]; then
	skip "the dashboard in a browser" "it looks at the plain build only"
	finish
fi

cp "$SMPPGW_SRC/etc/operators-cn.conf" "$tmp/"
redis_start redis everysec
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; sources = [ "10690001" ]; },
            { system_id = "商城"; password = "secret"; class = "promo"; } );
carriers: (
	{ name = "移动"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw";
	  binds = 2; window = 50; tps = 500; },
	{ name = "联通"; host = "127.0.0.1"; port = ${port[unicom]:=$(free_port)}; system_id = "gw"; password = "gw"; },
	{ name = "电信（备用）"; host = "127.0.0.1"; port = $(free_port); system_id = "gw"; password = "gw"; reconnect = 1000; } );
@include "operators-cn.conf"
routes: ( { operator = "mobile"; carriers = [ "移动" ]; }, { prefix = ""; carriers = [ "联通" ]; } );
END
sim_start mobile --receipt-delay 10ms
sim_start unicom --receipt-delay 10ms --fail 50
gateway_start gw
must "carriers bound" 20 eval 'sim_is mobile bound 2 && sim_is unicom bound 1'
esme_start app gw
esme app "submit dst=8613800000001 src=10690001 count=40 text=【示例银行】您的验证码是{n}"
esme app "submit dst=8613000000001 src=10690001 count=20 campaign=双十一 text=【示例银行】活动{n}，拒收请回复R"
esme app "submit dst=8613800000001 src=10690009 count=5 text=【示例银行】来源不对"
must "60 receipts" 20 lines_reach 60 '^receipt ' "$tmp/app.log"
must "5 refused" 20 lines_reach 65 '^resp ' "$tmp/app.log"
ok "a phone opts out" eval 'sim mobile "mo 8613800000001 10690001 退订" | grep -q ^ok'
api_has() { # PATTERN
	curl -s -m 5 "http://127.0.0.1:${port[gw.stats]}/api/now" | grep -q "$1"
}
must "the opt-out counted" 20 api_has '"optouts":{"1m":1'
must "all messages at their end" 20 api_has '"messages":{"total":0'

# ---- what is known without a browser ----

rows() { # FILE PATTERN
	sed -nE "s/$2/\\1/p" "$SMPPGW_SRC/src/noc/$1" | sort
}
is "each alarm has its advice in Chinese" "$(rows page/advice.js '^\t([a-z_]+): ".*",$')" "$(rows alarm_rows.c '^\tROW\(([a-z_]+)\).*')"

is "each unit of an alarm has its word" "$(grep -o 'unit = "[^"]*"' "$SMPPGW_SRC/src/noc/alarm_rows.c" | cut -d '"' -f 2 | sort -u |
	while read -r unit; do
		case "$unit" in '' | % | s | ms | MB) ;; *) grep -q "unit_of_$unit\"\?:" "$SMPPGW_SRC/src/noc/page/texts.js" || echo "$unit" ;; esac
	done)" ""

# ---- what curl sees ----

curl -s -m 5 "http://127.0.0.1:${port[gw.stats]}/" >"$tmp/page"
is "HTML at /" "$(head -n 1 "$tmp/page")" "<!doctype html>"
at_most "its size in octets" "$(wc -c <"$tmp/page")" 150000

# ---- what a browser sees ----

orders=$tmp/orders
done_n=0
coproc browser { exec "$python" "$here/dashboard_test.py" "http://127.0.0.1:${port[gw.stats]}" "$orders" "$here/dashboard_layout.json" \
	2>"$tmp/browser.log"; }
browser_pid=$browser_PID
while read -r verdict what <&"${browser[0]}"; do
	case "$verdict" in
	ok) pass "$what" ;;
	FAILED) fail "$what" ;;
	do)
		if [ "$what" = stop ]; then gateway_stop gw; else gateway_start gw; fi
		done_n=$((done_n + 1))
		echo "$done_n" >"$orders"
		;;
	esac
done
status=0
wait "$browser_pid" || status=$?
is "the browser's test comes to its end" "$status" 0
gateway_stop gw
finish
