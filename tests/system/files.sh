#!/bin/bash
# files.sh - the limit of open files is reached by connections of strangers: the last files are kept, so that the console
# answers, a carrier and Redis are connected to again, and what is bound works; then even those are gone: nothing is
# accepted, without the loop turning for nothing; with the limit raised all is as before.
. "$(dirname "$0")/../lib.sh"

LIMIT=96
redis_start redis everysec
gateway_config gw 'reconnect = 20;' <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw"; reconnect = 50; } );
routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
policies: ( { policy = "window"; mode = "off"; } ); # this test runs at night too
limits: { session_init = 600000; max_per_address = 0; };
END
sim_start mobile --receipt-delay 10ms
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound 1
esme_start bank gw

files() { ls "/proc/${pid[gw]}/fd" | wc -l; }
limit() { prlimit --pid "${pid[gw]}" --nofile="$1:"; }
ticks() { awk '{ print $14 + $15 }' "/proc/${pid[gw]}/stat"; } # of 10 ms
receipts() { lines '^receipt ' "$tmp/bank.log"; }
works() { # WHAT
	local before
	before=$(receipts)
	esme bank 'submit dst=8613800000001 text=您的验证码是135790'
	soon "$1" 10 eval '[ "$(receipts)" -gt '"$before"' ]'
}
ctl() { "$(program smppgwctl)" -s "$tmp/gw.console" "$@"; }
works "a message before"
before=$(files)

# ---- 200 strangers ----
if ! limit $LIMIT 2>/dev/null; then
	skip "all of it" "prlimit cannot change the limit of a process here"
	finish
fi
cat >"$tmp/strangers.py" <<'END'
import socket, sys, time
port, n = int(sys.argv[1]), int(sys.argv[2])
held = []
for _ in range(n):
    s = socket.socket()
    s.settimeout(5)
    s.connect(("127.0.0.1", port))
    held.append(s)
print("connected", n, flush=True)
sys.stdin.read()
END
strangers() { # NAME N
	mkfifo "$tmp/$1.in"
	/usr/bin/python3 "$tmp/strangers.py" "${port[gw]}" "$2" <>"$tmp/$1.in" >"$tmp/$1.log" 2>&1 &
	pid[$1]=$!
	started+=("$1")
	must "$2 strangers have called" 20 logged '^connected' "$tmp/$1.log"
}
strangers many 200
kept=$((LIMIT / 4))
soon "strangers are closed when the last files are reached" 10 metric_reaches gw smppgw_listener_over_files_total 100
at_most "files that are open" "$(files)" $((LIMIT - kept + 4))
ok "the log says what to raise" logged 'warn 127.0.0.1:.* event=ended .*raise the limit of open files' "$tmp/gw.log"
works "a message over the binds that are up"
has "the console answers" "$(ctl status 2>&1)" running
sim mobile drop >/dev/null
soon "a carrier that was cut is bound again" 10 sim_reaches mobile binds 2
kill_hard redis
must "the end of Redis is seen" 10 logged 'event=store_down' "$tmp/gw.log"
redis_start redis everysec
soon "Redis is connected to again" 10 metric_is gw smppgw_store_up 1
works "a message after that"

# ---- not even those are left ----
limit 8
from=$(ticks)
strangers more 5
must "nothing can be accepted" 10 logged 'event=accept_failed .*Too many open files' "$tmp/gw.log"
works "a message while nothing can be accepted"
sleep 0.5 # of time in which it could turn for nothing
at_most "CPU meanwhile (10 ms)" "$(($(ticks) - from))" $((40 * SMPPGW_SLOW))

# ---- and over ----
limit 1024
stop many KILL
stop more KILL
soon "all their files are given back" 20 eval '[ "$(files)" -le '$((before + 1))' ]'
esme_start late gw
pass "an app that comes later is bound"
works "a message at the end"
gateway_stop gw
finish
