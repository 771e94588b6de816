#!/bin/bash
# prometheus.sh - a real Prometheus scrapes the real gateway under traffic: what it stores is what /metrics says, the
# sample configuration, the rules and every expression of the Grafana dashboard hold, and no metric grows a series for
# each campaign or refused name. Runs without a sanitizer and without valgrind only: it is about what is said, not how.
. "$(dirname "$0")/../lib.sh"

if ! command -v prometheus >/dev/null || ! command -v promtool >/dev/null; then
	skip "Prometheus" "prometheus and promtool are not installed (Debian package prometheus)"
	finish
fi
if [ "$SMPPGW_SLOW" != 1 ]; then
	skip "Prometheus" "it scrapes the plain build only"
	finish
fi
etc=$SMPPGW_SRC/etc
rules=$etc/prometheus/smppgw.rules.yml

# ---- what is shipped, by itself ----

mkdir "$tmp/prometheus"
cp "$rules" "$etc/prometheus/prometheus.yml" "$tmp/prometheus/"
ok "promtool takes the sample configuration" eval "promtool check config '$tmp/prometheus/prometheus.yml' >'$tmp/check' 2>&1"
is "and has no warning" "$(grep -ciE 'warn|error|failed' "$tmp/check")" 0
ok "promtool takes the rules" eval "promtool check rules --lint=all --lint-fatal '$rules' >'$tmp/check' 2>&1"
cp "$SMPPGW_SRC/tests/system/smppgw.rules.test.yml" "$tmp/prometheus/"
if promtool test rules "$tmp/prometheus/smppgw.rules.test.yml" >"$tmp/rules.out" 2>&1; then pass "the tests of the rules"; else
	fail "the tests of the rules" "$(cat "$tmp/rules.out")"; fi
is "every alert rule has a test" "$(for name in $(sed -n 's/^ *- alert: *//p' "$rules"); do
	grep -qE "alertname(: |=\")$name(\"|\$)" "$SMPPGW_SRC/tests/system/smppgw.rules.test.yml" || echo "$name"; done)" ""

# ---- a gateway with traffic ----

redis_start redis everysec
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; sources = [ "10690001" ]; },
	{ system_id = "商城"; password = "secret"; class = "promo"; sources = [ "10690002" ]; } );
carriers: (
	{ name = "移动"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw"; window = 50; },
	{ name = "联通"; host = "127.0.0.1"; port = ${port[unicom]:=$(free_port)}; system_id = "gw"; password = "gw"; tps = 5000; },
	{ name = "电信"; host = "127.0.0.1"; port = $(free_port); system_id = "gw"; password = "gw"; } );
operators: ( { name = "mobile"; prefixes = [ "86138" ]; }, { name = "unicom"; prefixes = [ "86130" ]; } );
routes: ( { prefix = "86138"; carriers = [ "移动" ]; }, { prefix = "86130"; carriers = [ "联通" ]; },
	{ prefix = "86189"; carriers = [ "电信" ]; } );
policies: ( { policy = "window"; mode = "off"; } ); # this test runs at night too
END
sim_start mobile --receipt-delay 10ms
sim_start unicom --receipt-delay 20ms
gateway_start gw
must "carriers bound" 20 metric_is gw 'smppgw_carrier_up\{.*\}' 2

: "${port[prometheus]:=$(free_port)}"
sed -e "s/127.0.0.1:8775/127.0.0.1:${port[gw.stats]}/" -e 's/_interval: 5s/_interval: 500ms/' \
	"$etc/prometheus/prometheus.yml" >"$tmp/prometheus/prometheus.yml"
start prometheus prometheus --config.file="$tmp/prometheus/prometheus.yml" --storage.tsdb.path="$tmp/prometheus/data" \
	--web.listen-address="127.0.0.1:${port[prometheus]}" --log.level=warn
api() { # PATH [NAME=VALUE]
	curl -s -m 5 -G "http://127.0.0.1:${port[prometheus]}/api/v1/$1" ${2:+--data-urlencode "$2"}
}
# The value of an instant query; all of them, sorted, when there are several.
query() { # EXPRESSION
	api query "query=$1" | python3 -c 'import json, sys
for r in sorted(json.load(sys.stdin)["data"]["result"], key=lambda r: sorted(r["metric"].items())): print(r["value"][1])'
}
query_is() { # EXPRESSION VALUE
	[ "$(query "$1")" = "$2" ]
}
must "the gateway scraped" 20 query_is 'up{job="smppgw"}' 1

esme_start app gw
esme_start shop gw --id 商城
esme app "submit dst=8613800000001 count=200 class=otp src=10690001 text=您的验证码是{n}"
esme shop "submit dst=8613000000001 count=100 src=10690002 campaign=双十一 text=双十一优惠{n}"
esme app "submit dst=8613100000001 count=5 src=10690001 text=没有路由"
soon "200 there and back" 20 lines_reach 200 '^receipt .*stat=DELIVRD' "$tmp/app.log"
soon "100 more" 20 lines_reach 100 '^receipt .*stat=DELIVRD' "$tmp/shop.log"
sim mobile "mo 8613800000001 10690001 谢谢" >/dev/null
soon "all scraped" 10 query_is 'sum(smppgw_carrier_delivered_total)' 300

# ---- what is stored is what is said ----

same() { # PATTERN EXPRESSION WANTED
	local said
	said=$(metric gw "$1")
	is "$2" "$(query "$2") $said" "$3 $3"
}
same 'smppgw_accepted_total' 'smppgw_accepted_total' 300
same 'smppgw_carrier_delivered_total\{carrier="移动"\}' 'smppgw_carrier_delivered_total{carrier="移动"}' 200
same 'smppgw_operator_sent_total\{operator="unicom"\}' 'smppgw_operator_sent_total{operator="unicom"}' 100
same 'smppgw_account_accepted_total\{account="商城"\}' 'smppgw_account_accepted_total{account="商城"}' 100
same 'smppgw_class_delivered_total\{class="otp"\}' 'smppgw_class_delivered_total{class="otp"}' 200
same 'smppgw_refusals_total\{reason="ESME_RINVDSTADR"\}' 'smppgw_refusals_total{reason="ESME_RINVDSTADR"}' 5
same 'smppgw_carrier_receipt_seconds_count\{carrier="移动"\}' 'smppgw_carrier_receipt_seconds_count{carrier="移动"}' 200
same 'smppgw_class_wait_seconds_bucket\{class="promo",le="\+Inf"\}' 'smppgw_class_wait_seconds_bucket{class="promo",le="+Inf"}' 100
same 'smppgw_carrier_sent_total\{carrier="电信"\}' 'smppgw_carrier_sent_total{carrier="电信"}' 0
is "nothing scraped was left out" "$(query 'scrape_samples_scraped - scrape_samples_post_metric_relabeling')" 0
curl -s "http://127.0.0.1:${port[gw.stats]}/metrics" >"$tmp/metrics"
is "promtool has nothing to say" "$(promtool check metrics <"$tmp/metrics" 2>&1)" ""
is "the rules name alarms of the gateway only" "$( (sed -n 's/.*labels: {.*alarm: \([a-z_]*\)}.*/\1/p' "$rules"
	grep -o 'smppgw_alarm{alarm[=!]~"[a-z_|]*"' "$rules" | sed 's/.*"\(.*\)"/\1/' | tr '|' '\n') | sort -u |
	while read -r name; do grep -q "^smppgw_alarm{.*alarm=\"$name\"" "$tmp/metrics" || echo "$name"; done)" ""

# ---- rules ----

is "every rule is loaded and healthy" "$(api rules | python3 -c 'import json, sys
rules = [r for g in json.load(sys.stdin)["data"]["groups"] for r in g["rules"]]
print(len(rules), [r["name"] for r in rules if r["health"] != "ok"])')" \
	"$(grep -cE '^ *- (alert|record):' "$rules") []"
firing() {
	[ "$(query 'count(ALERTS{alertname="SmppgwCarrierDown",carrier="电信"})')" = 1 ]
}
soon "the carrier that is down is an alert" 10 firing
is "of nothing else" "$(query 'count(ALERTS{alertname="SmppgwCarrierDown",carrier!="电信"}) or vector(0)')" 0

# ---- the dashboard ----

python3 "$SMPPGW_SRC/tests/system/dashboard.py" "$etc/grafana/smppgw.json" "http://127.0.0.1:${port[prometheus]}" \
	>"$tmp/dashboard.out" 2>&1 || fail "the dashboard's test ran" "$(tail -n 3 "$tmp/dashboard.out")"
while IFS= read -r line; do
	case "$line" in
	"ok "*) pass "${line#ok }" ;;
	*) fail "$line" ;;
	esac
done <"$tmp/dashboard.out"

# ---- label sets are bounded ----

series() {
	curl -s -m 10 "http://127.0.0.1:${port[gw.stats]}/metrics" | grep -v 'reason="ESME_RMSGQFUL"' |
		grep -vc '^#'
}
before=$(series)
# more campaigns than the gateway keeps in memory: some may be told to come later, a reason that is in a table
esme shop "submit dst=8613000000001 count=5000 window=50 src=10690002 registered=0 campaign=活动{n} text=优惠"
soon "5000 campaigns" 20 lines_reach 5100 '^resp ' "$tmp/shop.log"
esme app "submit dst=8613100000001 count=5000 window=200 src=10690001 text=没有路由"
soon "5000 refused numbers" 20 metric_is gw 'smppgw_refusals_total\{reason="ESME_RINVDSTADR"\}' 5005
perl -e '
	use IO::Socket::INET;
	my $s;
	for my $n (1 .. 5000) {
		$s = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0]) or die $! if ($n - 1) % 20 == 0;
		my $body = "stranger$n\0wrong\0\0\x34\0\0\0";
		print $s pack("NNNN", 16 + length $body, 9, 0, $n) . $body;
		close $s if $n % 20 == 0;
	}' "${port[gw]}"
soon "binds of strangers" 10 metric_reaches gw 'smppgw_listener_unknown_system_id_total' 250
is "no series more" "$(series)" "$before"
gateway_stop gw
finish
