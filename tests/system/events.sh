#!/bin/bash
# events.sh - the stream of events and the webhook on the real gateway with a real Redis: the life of a message in order;
# each event posted at least once, signed and in order, over a kill -9, a webhook that is away or refuses, Redis away, a
# second gateway; what is trimmed before it is posted is counted; a ladder taken back.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"

send=$(program smppsend) && load=$(program smppload) && program smppsim >/dev/null || exit 1
if ! command -v python3 >/dev/null; then
	skip "events" "no python3"
	finish
fi
to=8613800138000
port[hook]=$(free_port)

ask() { # its words in $tmp/said
	"$send" --port "${port[gw]}" "$@" >"$tmp/said" 2>&1
}
accepted() {
	sed -n 's/.*  accepted  *id=\([^ ]*\).*/\1/p' "$tmp/said" | tail -n 1
}
events() { # COMMAND...
	python3 "$here/events_read.py" "$redis_socket" "$@"
}
life_is() { # ID NAMES
	[ "$(events life "$1")" = "$2" ]
}
all_posted() {
	[ -e "$tmp/posted" ] && [ "$(events missing "$tmp/posted")" = 0 ]
}
hook_start() {
	start hook python3 "$here/events_hook.py" "${port[hook]}" 密钥 "$tmp/posted"
	must "the webhook listening" 20 listening "${port[hook]}"
}
again() {
	kill_hard gw
	gateway_start gw
	must "carrier bound again" 20 sim_reaches mobile bound 1
}
config() { # NAME NODE
	gateway_config "$1" <<-END
		accounts: ( { system_id = "bank"; password = "secret"; window = 200; } );
		carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw";
		              password = "gw"; reconnect = 100; } );
		routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
		events: { stream = [ "all" ]; webhook = "数据"; late = 3; };
		webhooks: ( { name = "数据"; url = "http://127.0.0.1:${port[hook]}/events"; secret = "密钥"; retries = 0;
		              deadline = 1000; } );
	END
	sed -i "s/^node = 1;/node = $2;/" "$tmp/$1.conf"
}

redis_start redis everysec
hook_start
config gw 1
sim_start mobile --receipt-delay 50ms
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound 1

# ---- the life of a message ----
ask --to $to --text 您的账单已出 --group 还款提醒 --tlv campaign=五一 --wait-receipt 10s
id=$(accepted)
soon "the life of a message stands in the stream, in order" 10 life_is "$id" "accepted sent delivered"
has "with what the app gave it" "$(events field delivered campaign) $(events field delivered group)" "五一 还款提醒"
soon "the webhook gets each" 10 all_posted
is "signed, an array of events" "$(cat "$tmp/posted.bad" 2>/dev/null)" ""

# ---- under load, killed: what was acknowledged has its event ----
before=$(events count accepted)
"$load" --port "${port[gw]}" --messages 3000 --reconnect --resend --retry --json --timeout 30s >"$tmp/load" 2>&1 &
loading=$!
soon "some are on their way" 20 metric_reaches gw 'smppgw_accepted_total' 300
again
wait $loading
submitted=$(sed -n 's/.*"accepted":\([0-9]*\).*/\1/p' "$tmp/load")
at_least "an event for each acknowledgement" "$(($(events count accepted) - before))" "$submitted"
delivered() {
	[ "$(events field delivered id | sort -u | wc -l)" -ge $((submitted + 1)) ]
}
soon "and for each end" 30 delivered
soon "each was posted, over the kill -9" 30 all_posted
is "in the order of the stream" "$(events order "$tmp/posted")" 0

# ---- the webhook is away, then refuses ----
kill_hard hook
ask --to $to --text 无人接收 --wait-receipt 10s
is "nothing in the gateway waits for it" "$?" 0
soon "what was not taken is counted" 20 metric_reaches gw smppgw_events_posts_failed_total 1
touch "$tmp/posted.refuse"
hook_start
refused() {
	grep -q "refused" "$tmp/posted.posts"
}
soon "it is asked again, and refuses" 70 refused
again
rm "$tmp/posted.refuse"
soon "all are posted when it takes them, over a kill -9" 70 all_posted
is "in order" "$(events order "$tmp/posted")" 0

# ---- trimmed before they were posted ----
touch "$tmp/posted.refuse"
for n in 1 2 3 4 5 6; do ask --to "$to" --text "第$n条" --wait-receipt 10s; done
redis_cli xtrim event MAXLEN = 2 >/dev/null
rm "$tmp/posted.refuse"
soon "trimmed ones are counted" 70 metric_reaches gw smppgw_events_trimmed_total 1
ok "and logged" grep -q "event=events_trimmed webhook=数据" "$tmp/gw.log"
soon "the rest is posted" 70 all_posted

# ---- Redis is away ----
kill_hard redis
sim mobile "drop" >/dev/null 2>&1
redis_start redis everysec
must "the store is up again" 30 metric_is gw smppgw_store_up 1
ask --to $to --text 又来了 --wait-receipt 20s
id=$(accepted)
soon "events after Redis was away" 20 life_is "$id" "accepted sent delivered"
soon "are posted" 70 all_posted

# ---- a second gateway: one posts ----
config two 2
gateway_start two
is "the second does not post" "$(metric two smppgw_events_poster)" 0
soon "the first does" 20 metric_is gw smppgw_events_poster 1
gateway_stop gw
soon "the second goes on when the first has left" 30 metric_is two smppgw_events_poster 1
"$send" --port "${port[two]}" --to $to --text 第二台 --wait-receipt 10s >"$tmp/said" 2>&1
soon "and posts" 30 all_posted
gateway_stop two

# ---- late ----
config gw 1
gateway_start gw
must "carrier bound again" 20 eval 'sim_reaches mobile bound 1'
stop mobile
sim_start mobile --receipt-delay 6s
must "carrier bound once more" 20 sim_reaches mobile bound 1
ask --to $to --text 迟到的回执 --wait-receipt 20s
id=$(accepted)
soon "a late receipt is told of, once" 20 life_is "$id" "accepted sent late delivered"

# ---- a ladder ----
ask --to $to --text 今天是还款日 --group 贷款甲 --receipt
for days in 3 7 14 30; do ask --to $to --text "逾期${days}天" --group 贷款甲 --schedule ${days}d --receipt; done
again
is "the operator takes the rest back" "$("$(program smppgwctl)" -s "$tmp/gw.console" cancel --account bank --group 贷款甲)" \
	"4 cancelled, 1 too late: a carrier has them"
deleted() {
	[ "$(events count deleted)" = 4 ]
}
soon "each has its event" 20 deleted
soon "posted too" 30 all_posted
is "no POST was wrong" "$(cat "$tmp/posted.bad" 2>/dev/null)" ""
gateway_stop gw
finish
