#!/bin/bash
# stats.sh - what the NOC sees of the real daemon: health through its phases, metrics that promtool takes, status as JSON
# and as tables, the guards of the stats port, the console and smppgwctl.
. "$(dirname "$0")/../lib.sh"

if ! program smppgwd >/dev/null 2>&1; then
	skip "the stats port of the daemon" "smppgwd is not built"
	finish
fi

url() { # PATH
	echo "http://127.0.0.1:${port[gw.stats]}$1"
}

page() { # PATH CURL-OPTION...
	curl -s -m 10 "${@:2}" "$(url "$1")"
}

code() { # PATH CURL-OPTION...
	page "$1" -o /dev/null -w '%{http_code}' "${@:2}"
}

code_is() { # PATH CODE
	[ "$(code "$1")" = "$2" ]
}

# One request to the console, its whole answer.
console() { # LINE
	perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "cannot reach $ARGV[0]: $!\n";
		print $s "$ARGV[1]\n"; $s->flush; local $/; print <$s>' "$tmp/gw.console" "$1"
}

# ---- health ----

redis_start redis everysec
stop redis
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; } );
carriers: (
	{ name = "移动"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw";
	  binds = 2; window = 50; },
	{ name = "unicom"; host = "127.0.0.1"; port = $(free_port); system_id = "gw"; password = "gw"; reconnect = 200; } );
routes: ( { prefix = "86138"; carriers = [ "移动" ]; }, { prefix = "86130"; carriers = [ "unicom" ]; } );
END
sim_start mobile --receipt-delay 10ms
gateway_launch gw
must "the stats port answering" 30 listening "${port[gw.stats]}"
is "without Redis: 503" "$(code /healthz)" 503
is "and the reason" "$(page /healthz | head -n 1)" "waiting for the store (Redis)"
redis_start redis everysec
soon "with Redis: 200" 30 code_is /healthz 200
is "says ok" "$(page /healthz | head -n 1)" ok
must "carrier bound" 20 sim_is mobile bound 2
is "a carrier that is down is shown, and no reason to restart" \
	"$(page /healthz | sed -n '2p') $(code /healthz)" "carrier unicom is down or paused 200"

# ---- metrics ----

esme_start app gw
esme app "submit dst=8613800000001 count=20 text=您的验证码是{n}"
receipts() {
	[ "$(lines '^receipt .*stat=DELIVRD' "$tmp/app.log")" = 20 ]
}
soon "20 messages there and back" 20 receipts
page /metrics >"$tmp/metrics"
is "type of the page" "$(page /metrics -o /dev/null -w '%{content_type}')" "text/plain; version=0.0.4; charset=utf-8"
is "the carrier's submits" "$(metric gw 'smppgw_carrier_submitted_total\{carrier="移动"\}')" 20
is "its response times" "$(metric gw 'smppgw_carrier_response_seconds_count\{carrier="移动"\}')" 20
is "the bucket over all" "$(metric gw 'smppgw_carrier_response_seconds_bucket\{carrier="移动",le="\+Inf"\}')" 20
is "the store is up" "$(metric gw smppgw_store_up)" 1
is "accepted" "$(metric gw smppgw_accepted_total)" 20
at_least "resident memory" "$(metric gw process_resident_memory_bytes)" 1000000
if command -v promtool >/dev/null; then
	is "promtool has nothing to say" "$(promtool check metrics <"$tmp/metrics" 2>&1)" ""
else
	skip "promtool check metrics" "promtool is not installed; the rules below stand for it"
fi
is "every series once" "$(grep -v '^#' "$tmp/metrics" | sed 's/ [^ ]*$//' | sort | uniq -d)" ""
is "HELP and TYPE once per name" "$(grep '^# ' "$tmp/metrics" | awk '{ print $2, $3 }' | sort | uniq -d)" ""
is "names, types and units" "$(awk '
	/^# TYPE/ { type[$3] = $4; last = $3
		if (($4 == "counter") != ($3 ~ /_total$/)) print $3 ": counters, and only they, end in _total"
		if ($4 == "histogram" && $3 !~ /_seconds$/) print $3 ": no unit"
		if ($3 ~ /(_count|_sum|_bucket|_microseconds|_us|_ms)$/) print $3 ": suffix"
		next }
	/^# HELP/ { if ($4 == "") print $3 ": no help"; next }
	{ name = $0; sub(/[{ ].*/, "", name)
	  if (type[last] == "histogram") sub(/_(bucket|sum|count)$/, "", name)
	  if (name != last) print name ": not under its own TYPE"
	  if ($NF !~ /^[0-9]+(\.[0-9]+)?$/) print name ": value " $NF }' "$tmp/metrics")" ""
is "no bucket is smaller than the one before" "$(awk '
	/_bucket\{/ { series = $0; sub(/,?le="[^"]*".*/, "", series)
		if (series == before && $NF < value) print series; before = series; value = $NF }' "$tmp/metrics")" ""

# ---- status ----

page /status.json >"$tmp/status.json"
if command -v jq >/dev/null; then
	query() { jq -r "$1" "$tmp/status.json"; }
	is "JSON: phase" "$(query .phase)" running
	is "JSON: health" "$(query .healthy)" true
	is "JSON: store" "$(query .store.up)" true
	is "JSON: carrier up" "$(query '.carriers[] | select(.name == "移动") | "\(.up) \(.bound)/\(.binds) \(.window) \(.ok)"')" \
		"true 2/2 100 20"
	is "JSON: carrier down" "$(query '.carriers[] | select(.name == "unicom") | "\(.up) \(.bound)/\(.binds)"')" "false 0/1"
	is "JSON: account" "$(query '.accounts[0] | "\(.name) \(.binds) \(.received)"')" "bank 1 20"
	at_least "JSON: binds" "$(query '.binds | length')" 3
	is "JSON: the app's bind" "$(query '.binds[] | select(.account == "bank") | .peer' | sed 's/:.*//')" 127.0.0.1
	is "JSON: states add up" "$(query '[.messages.by_state[]] | add')" "$(query .messages.total)"
elif command -v node >/dev/null; then
	is "JSON: phase" "$(node -p 'JSON.parse(require("fs").readFileSync(0)).phase' <"$tmp/status.json")" running
else
	skip "/status.json" "neither jq nor node is there to read it"
fi
page /status >"$tmp/status"
has "the table's head" "$(head -n 2 "$tmp/status")" "healthy"
ok "the row of the carrier" grep -Eq '^移动 +up +good +2/2 +0/100 +- +0 +20 +20 +0 +0 +0 +[0-9%-]+ +[0-9.]+ ms +[0-9.]+ ms +text$' "$tmp/status"
ok "the row of the carrier that is down" grep -Eq '^unicom +down +[a-z]+ +0/1 ' "$tmp/status"
ok "the row of the account" grep -Eq '^bank +1/[0-9]+ +20 +0 +[0-9]+ +[0-9]+ +0$' "$tmp/status"
ok "the rows of the binds" test "$(grep -cE '(carrier 移动|account bank) ' "$tmp/status")" = 3

# ---- guards of the port ----

is "no such page" "$(code /nothing)" 404
for path in / /help /healthz /metrics /status /status.json; do
	is "the list of pages has $path" "$(page /help | awk -v path="$path" '$1 == path' | wc -l)" 1
done
has "what a browser gets" "$(page / | head -n 1)" "<!doctype html>"
is "POST" "$(code /status -X POST)" 405
is "a foreign Host" "$(code /status -H 'Host: stats.evil.example')" 403
is "one that begins like an address" "$(code /status -H 'Host: 127.0.0.1.evil.example')" 403
is "a foreign target, as a proxy is asked" "$(code /status --request-target http://stats.evil.example/status)" 403
is "a form that a web page has posted" "$(code /status.json -d a=1 -H 'Origin: http://evil.example')" 413
is "PUT, DELETE, OPTIONS" "$(code /status -X PUT) $(code /status -X DELETE) $(code /status -X OPTIONS)" "405 405 405"
is "localhost" "$(code /status -H "Host: localhost:${port[gw.stats]}")" 200
head=$(page /metrics -I)
has "HEAD" "$head" "200 OK"
has "nosniff" "$head" "X-Content-Type-Options: nosniff"
has "no-store" "$head" "Cache-Control: no-store"
is "no CORS" "$(page /status.json -D - -o /dev/null -H 'Origin: http://evil.example' | grep -ci access-control)" 0

# ---- console ----

is "mode of the socket" "$(stat -c %a "$tmp/gw.console")" 600
is "every command answers" "$(for c in help status "status json" carriers accounts binds queue version; do console "$c" |
	head -n 1; done | sort | uniq -c | tr -s ' ')" " 8 ok"
is "version" "$(console version | sed -n 2p)" "smppgw $("$(program smppgwd)" -V | awk '{ print $2 }')"
is "one carrier" "$(console 'carriers "移动"' | tail -n +3 | awk '{ print $1, $2, NR }')" "移动 up 1"
is "the binds of one account" "$(console 'binds bank' | grep -c 'account bank')" 1
is "an unknown name" "$(console 'carriers 联通')" "error no carrier 联通; carriers lists them"
is "an unknown command" "$(console pour)" "error no command pour; try help"
is "a bad level" "$(console 'log-level loud' | cut -c1-20)" "error no level loud;"
is "a level" "$(console 'log-level debug' | head -n 1)" ok
ok "is logged" wait_for "the log line" 5 logged 'event=action .*command="log-level debug" outcome="ok"' "$tmp/gw.log"
is "back" "$(console 'log-level info' | head -n 1)" ok
if ctl=$(program smppgwctl 2>/dev/null); then
	ok "smppgwctl status shows the carrier" grep -Eq '^移动 +up ' <("$ctl" -s "$tmp/gw.console" status)
	if "$ctl" -s "$tmp/gw.console" pour >/dev/null 2>&1; then fail "smppgwctl fails on an error"; else
		pass "smppgwctl fails on an error"; fi
else
	skip "smppgwctl" "it is not built"
fi

# ---- the store goes, the store comes ----

stop redis
soon "Redis gone: 503" 20 code_is /healthz 503
is "and the reason" "$(page /healthz | head -n 1)" "the store (Redis) is down"
is "status answers all the same" "$(code /status)" 200
redis_start redis everysec
soon "Redis back: 200" 30 code_is /healthz 200
gateway_stop gw
ok "the socket is gone with the gateway" test ! -e "$tmp/gw.console"
finish
