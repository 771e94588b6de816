#!/bin/bash
# alarms.sh - what the NOC is called for, with the real gateway: a carrier is killed and comes back, Redis stands still, a
# certificate ends in five days, a disk is fuller than its threshold; told by log, metric, console, webhook and record,
# once, and cleared.
. "$(dirname "$0")/../lib.sh"

if ! command -v python3 >/dev/null; then
	skip "alarms" "python3 is not here, which plays the webhook"
	finish
fi

certificate() { # FILE DAYS
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days "$2" -subj "/CN=gw.example" \
		-keyout "$tmp/$1.key" -out "$tmp/$1.pem" 2>/dev/null
}
certificate soon 5
certificate later 300

hook=$tmp/alarms
port[hook]=$(free_port)
start hook python3 "$SMPPGW_SRC/tests/system/alarms_hook.py" "${port[hook]}" "$hook"
must "the webhook's server listening" 20 listening "${port[hook]}"

redis_start redis everysec
for name in mobile gw gw.stats tls other; do port[$name]=$(free_port); done
days=soon disk=0 grace=1 work=on
config_write() {
	cat >"$tmp/gw.conf" <<-END
		node = 1;
		store: { redis = "unix:$redis_socket"; deadline = 1000; reconnect = 100; };
		listen: ( { address = "127.0.0.1"; port = ${port[gw]}; },
		          { address = "127.0.0.1"; port = ${port[tls]}; tls: { certificate = "$days.pem"; key = "$days.key"; }; },
		          { address = "127.0.0.1"; port = ${port[other]}; tls: { certificate = "later.pem"; key = "later.key"; }; } );
		stats: { address = "127.0.0.1"; port = ${port[gw.stats]}; };
		console: { socket = "$tmp/gw.console"; };
		records: { directory = "$tmp/records"; };
		accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; } );
		carriers: ( { name = "移动"; host = "127.0.0.1"; port = ${port[mobile]}; system_id = "gw"; password = "gw"; reconnect = 100; reconnect_max = 300; } );
		routes: ( { prefix = ""; carriers = [ "移动" ]; } );
		webhooks: ( { name = "值班"; url = "http://127.0.0.1:${port[hook]}/alarms"; retries = 2; retry = 50; } );
		alarm: { webhook = "值班"; grace = $grace; repeat = 1; };
		alarms: ( { alarm = "carrier_down"; carriers = [ "移动" ]; after = 1; clear_after = 0; },
		          { alarm = "redis_slow"; threshold = 300; after = 0; clear_after = 0; },
		          { alarm = "redis_down"; after = 0; clear_after = 0; },
		          { alarm = "disk_filling"; mode = "$work"; threshold = $disk; after = 0; clear_after = 0; severity = "warning"; } );
	END
}
config_write

shown() { # ALARM OBJECT VALUE
	curl -s -m 5 "http://127.0.0.1:${port[gw.stats]}/metrics" | grep -qxF "smppgw_alarm{object=\"$2\",alarm=\"$1\"} $3"
}
raised() { # ALARM OBJECT
	shown "$1" "$2" 1
}
cleared() { # ALARM OBJECT
	shown "$1" "$2" 0
}
told() { # "WHAT ALARM OBJECT": to the webhook
	logged "^$1 " "$hook"
}
ctl() {
	"$(program smppgwctl)" -s "$tmp/gw.console" "$@"
}

sim_start mobile
gateway_start gw
must "the carrier bound" 20 sim_is mobile bound 1

# ---- a certificate with five days left; a disk over its threshold ----
listener="127.0.0.1:${port[tls]}"
soon "a certificate with five days left is an alarm" 10 raised certificate_expiring "$listener"
ok "one with 300 days is none" cleared certificate_expiring "127.0.0.1:${port[other]}"
soon "a disk over its threshold is an alarm" 10 raised disk_filling gateway
soon "the webhook is told, though it failed at first" 15 told "raised certificate_expiring $listener critical"
soon "in Chinese" 5 logged "^raised certificate_expiring $listener critical 监听证书即将过期$" "$hook"
ok "the same POST came again" logged ' again$' "$hook.posts"
soon "a critical one is told again while nobody has it in hand" 10 told "repeated certificate_expiring $listener"
has "the console lists it" "$(ctl alarms)" "certificate_expiring $listener: 监听证书即将过期"
is "what may be acknowledged completes" "$(ctl complete alarms ack certificate_expiring "" | head -n 1)" "$listener"
has "somebody has it in hand" "$(ctl alarms ack certificate_expiring "$listener")" "is told no more"
has "the list says who" "$(ctl --json alarms)" '"acknowledged":true,"acknowledged_by":"uid:'
has "what is not raised cannot be acknowledged" "$(ctl alarms ack redis_down gateway 2>&1)" "no alarm redis_down of gateway is raised"
repeated() {
	lines "^repeated certificate_expiring" "$hook"
}
before=$(repeated)

# ---- the carrier is killed, and comes back ----
alarms_before=$(lines 'what=raised' "$tmp/gw.log")
kill_hard mobile
soon "a carrier that is gone is an alarm" 10 raised carrier_down 移动
is "the log tells it once, with what to do" "$(lines 'error 移动 event=alarm what=raised alarm=carrier_down severity=critical .*todo=' "$tmp/gw.log")" 1
has "the console lists it before what is in hand" "$(ctl alarms | sed -n 2p | tr -s ' ')" "carrier_down 移动"
has "as does status" "$(ctl status)" "alarms 2 critical"
has "and the dashboard" "$(curl -s "http://127.0.0.1:${port[gw.stats]}/api/now")" '"alarm":"carrier_down","object":"移动"'
soon "the webhook is told" 10 told "raised carrier_down 移动 critical"
sim_start mobile
soon "the carrier is back: cleared" 15 cleared carrier_down 移动
soon "the webhook is told that, too" 10 told "cleared carrier_down 移动"
is "the log tells it once" "$(lines 'info 移动 event=alarm what=cleared alarm=carrier_down ' "$tmp/gw.log")" 1
at_most "no other alarm came of it" "$(($(lines 'what=raised' "$tmp/gw.log") - alarms_before))" 1
is "what somebody has in hand is not told again" "$(repeated)" "$before"

# ---- Redis stands still ----
kill -STOP "${pid[redis]}"
esme_launch bank gw --id bank --password secret
soon "Redis that stands still is slow" 15 raised redis_slow gateway
soon "then it is down" 15 raised redis_down gateway
kill -CONT "${pid[redis]}"
soon "Redis is back: not down" 15 cleared redis_down gateway
soon "nor slow" 15 cleared redis_slow gateway

# ---- a reload: the certificate is renewed, the disk's alarm is off ----
days=later work=off
config_write
kill -HUP "${pid[gw]}"
soon "a renewed certificate clears its alarm" 10 cleared certificate_expiring "$listener"
soon "an alarm that is off is cleared" 5 cleared disk_filling gateway
soon "the webhook is told" 10 told "cleared certificate_expiring $listener"
is "nothing is raised any more" "$(ctl alarms)" "no alarm is raised"
has "with --all each is listed" "$(ctl alarms --all)" "carrier_flapping"
sed -i 's/"redis_slow"/"redis_slwo"/' "$tmp/gw.conf"
has "an alarm that is not in the table is a fault of the configuration" "$(ctl reload 2>&1)" 'there is no alarm "redis_slwo"'

# ---- the record ----
records() { # HOW ALARM
	cat "$tmp"/records/*/*.jsonl 2>/dev/null | grep '"kind":"alarm"' | grep "\"how\":\"$1\"" | grep -c "\"why\":\"$2 "
}
is "the archive has it raised" "$(records raised carrier_down)" 1
is "and cleared" "$(records cleared carrier_down)" 1

ok "no POST was wrong" [ ! -e "$hook.bad" ]
# No flood: no more POSTs than seconds, but for the first, which came again.
is "at most one POST a second" "$(awk '$4 != "again" { if (!n++) first = $1; last = $1 }
	END { print n <= (last - first) / 1000 + 2 ? "yes" : n " in " last - first " ms" }' "$hook.posts")" yes
gateway_stop gw
finish
