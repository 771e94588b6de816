#!/bin/bash
# history.sh - /api/now and /api/history of the real daemon show the traffic that there was; a restart keeps it.
. "$(dirname "$0")/../lib.sh"

page() { # PATH CURL-OPTION...
	curl -s -m 10 "${@:2}" "http://127.0.0.1:${port[gw.stats]}$1"
}
code() { # PATH
	page "$1" -o /dev/null -w '%{http_code}'
}
# Both pages, checked, as lines "NAME VALUE" in $tmp/seen.
look() {
	page /api/now >"$tmp/now.json"
	page '/api/history?dim=carrier&name=%E7%A7%BB%E5%8A%A8' >"$tmp/history.json"
	python3 "$SMPPGW_SRC/tests/system/history_read.py" "$tmp/now.json" "$tmp/history.json" 移动 >"$tmp/seen" 2>&1
}
seen() { # NAME
	sed -n "s/^$1 //p" "$tmp/seen"
}
sees() { # NAME VALUE
	look && [ "$(seen "$1")" = "$2" ]
}

redis_start redis everysec
port[mobile]=$(free_port)
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; } );
operators: ( { name = "cmcc"; prefixes = [ "86138" ]; } );
carriers: ( { name = "移动"; host = "127.0.0.1"; port = ${port[mobile]}; system_id = "gw"; password = "gw";
              binds = 1; window = 50; reconnect = 200; } );
routes: ( { prefix = "86138"; carriers = [ "移动" ]; } );
END
sim_start mobile --receipt-delay 10ms
gateway_start gw
must "carrier bound" 20 sim_is mobile bound 1
esme_start app gw
esme app "submit dst=8613800000001 count=30 text=您的验证码是{n}"
esme app "submit dst=4915100000001 count=5 text=您的验证码是{n}"

soon "what was delivered is seen" 20 sees all.delivered 30
is "nothing is wrong with the pages" "$(grep -E '^fault|Error' "$tmp/seen")" ""
is "accepted" "$(seen all.accepted)" 30
is "refused" "$(seen all.refused)" 5
is "sent by the carrier" "$(seen carrier.sent)" 30
is "the same by minutes" "$(seen minutes.sent) $(seen minutes.delivered)" "30 30"
is "and by seconds" "$(seen seconds.sent) $(seen seconds.delivered)" "30 30"
is "of the account" "$(seen accounts.bank)" "30 30"
is "of the class" "$(seen classes.notice)" "30 30"
is "the refusals have a reason" "$(grep -c '^reason\.[A-Za-z_]* 5$' "$tmp/seen")" 1
ok "receipts took some time" grep -qE '^receipts ([0-9.]+ |None [0-9.]+)' "$tmp/seen"
is "no number of a phone" "$(cat "$tmp/now.json" "$tmp/history.json" | grep -c 'bound_at_no_time\|8613800000001\|4915100000001')" 0
is "types of the pages" "$(page /api/now -o /dev/null -w '%{content_type}') $(page /api/history -o /dev/null -w '%{content_type}')" \
	"application/json application/json"

# ---- what is asked ----
is "all, when nothing is asked" "$(page /api/history | python3 -c 'import json,sys; h=json.load(sys.stdin); print(h["dim"], sum(v or 0 for v in h["accepted"]))')" \
	"all 30"
is "of one that is not known: nothing, where the gateway ran" \
	"$(page '/api/history?dim=account&name=nobody' | python3 -c 'import json,sys; h=json.load(sys.stdin); print(h["name"], h["accepted"][-1], h["accepted"][0], h["queued"][-1])')" \
	"nobody 0 None None"
is "a dim that there is not" "$(code '/api/history?dim=phone&name=8613800000001')" 400
is "a broken %" "$(code '/api/history?dim=all&name=%E7%')" 400
is "no UTF-8" "$(code '/api/history?dim=all&name=%ff%fe')" 400
is "a control character" "$(code '/api/history?dim=all&name=%0a')" 400
is "a value twice" "$(code '/api/history?dim=all&dim=carrier')" 400
is "too long" "$(code "/api/history?name=$(printf '%04000d' 0)")" 400
is "quotes come back as such" \
	"$(page '/api/history?dim=campaign&name=%22%3C%5C' | python3 -c 'import json,sys; print(json.load(sys.stdin)["name"])')" '"<\'

# ---- a bind that is lost ----
stop mobile KILL
soon "the flap is seen" 20 sees flaps "1 移动:peer_closed"
sim_start mobile --receipt-delay 10ms
must "carrier bound again" 20 sim_is mobile bound 1

# ---- an app's bind that is lost, and one that it ends ----
is "no bind of the app was lost" "$(look; seen lost.bank)" "0 None"
esme_start leaver gw
esme leaver unbind
stop app KILL
soon "the one that was lost is seen, with the reason" 20 sees lost.bank "1 peer_closed"

# ---- a restart ----
stop leaver
gateway_stop gw
at_least "it is in Redis" "$(redis_cli --raw --scan --pattern '*history:1:*' | wc -l)" 1
gateway_start gw
soon "read again at start" 20 sees all.delivered 30
is "nothing is wrong with the pages" "$(grep -E '^fault|Error' "$tmp/seen")" ""
is "by minutes" "$(seen minutes.sent) $(seen minutes.delivered)" "30 30"
is "of the account" "$(seen accounts.bank)" "30 30"
is "the flap too" "$(seen flaps)" "1 "
esme_start app gw
esme app "submit dst=8613800000001 count=7 text=您的验证码是{n}"
soon "it goes on" 20 sees all.delivered 37
is "by minutes" "$(seen minutes.sent) $(seen minutes.delivered)" "37 37"
is "by seconds only since the start" "$(seen seconds.sent)" 7

# ---- kill: what was kept before is not kept twice ----
gateway_stop gw
gateway_start gw
soon "once more" 20 sees all.delivered 37
kill_hard gw
gateway_launch gw
must "gateway running" 30 gateway_running gw
soon "after a kill" 20 sees all.delivered 37
is "nothing failed" "$(metric gw smppgw_history_failed_total)" 0
finish
