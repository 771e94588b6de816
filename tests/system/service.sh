#!/bin/bash
# service.sh - what the service manager hears: ready when apps are let in and not before, reloads, signs of life only
# while the loop turns, leaving, and why it has failed. The judge is a socket of the test (service.py).
. "$(dirname "$0")/../lib.sh"

heard() { # PATTERN
	lines "^[0-9]+ $1" "$tmp/manager.log"
}
heard_reach() { # N PATTERN
	[ "$(heard "$2")" -ge "$1" ]
}
order() { # the states, in the order in which they came
	sed -nE 's/^[0-9]+ (READY|RELOADING|STOPPING)=1.*/\1/p' "$tmp/manager.log" | tr '\n' ' '
}

start manager python3 "$SMPPGW_SRC/tests/system/service.py" "$tmp/notify"
must "the manager listens" 10 logged manager "$tmp/manager.log"
export NOTIFY_SOCKET="$tmp/notify" WATCHDOG_USEC=400000

# ---- no Redis: not ready at once, and ready when apps are let in without it ----

redis_socket=$tmp/redis.sock
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = $(free_port); system_id = "gw"; password = "gw"; } );
routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
END
gateway_launch gw
soon "a start may take longer while it turns" 10 heard_reach 1 'EXTEND_TIMEOUT_USEC=30000000'
soon "the status says what is waited for" 10 heard_reach 1 'STATUS=waiting for Redis; store down'
if ! listening "${port[gw]}"; then is "not ready before apps are let in" "$(heard READY=1)" 0; fi
soon "ready without Redis, some seconds later" 15 heard_reach 1 READY=1
ok "... apps are let in" listening "${port[gw]}"

redis_start redis always
soon "the status follows" 20 heard_reach 1 'STATUS=running; store up; 0 messages, 0 queued'

# ---- reload ----

kill -HUP "${pid[gw]}"
soon "a reload begins and ends" 10 heard_reach 2 READY=1
is "... in order" "$(order)" "READY RELOADING READY "
cp "$tmp/gw.conf" "$tmp/good"
echo 'nonsense = 银行;' >>"$tmp/gw.conf"
kill -HUP "${pid[gw]}"
soon "a refused reload ends, too" 10 heard_reach 3 READY=1
soon "... and the status says so" 10 heard_reach 1 'STATUS=running.*the last reload was refused'
cp "$tmp/good" "$tmp/gw.conf"
kill -HUP "${pid[gw]}"
soon "the next one holds" 10 heard_reach 4 READY=1

# ---- signs of life ----

n=$(heard WATCHDOG=1)
soon "signs of life while it turns" 10 heard_reach $((n + 3)) WATCHDOG=1
kill -STOP "${pid[gw]}"
must "it stands still" 10 grep -q '^State:.T' "/proc/${pid[gw]}/status"
n=$(heard WATCHDOG=1)
sleep 1 # five signs of life would have come; one may still have been on its way
at_most "none while it stands still" "$(($(heard WATCHDOG=1) - n))" 1
kill -CONT "${pid[gw]}"
soon "again when it goes on" 10 heard_reach $((n + 1)) WATCHDOG=1

# ---- leaving, and failing ----

gateway_stop gw
is "leaving is told last" "$(order)" "READY RELOADING READY RELOADING READY RELOADING READY STOPPING "

n=$(heard READY=1)
start squatter python3 -c "import socket, time
s = socket.create_server(('127.0.0.1', ${port[gw]}))
time.sleep(60)"
must "the port is taken" 10 listening "${port[gw]}"
gateway_launch gw
soon "a start that fails says why" 20 heard_reach 1 'STATUS=failed: .*listen'
must "it has ended" 20 gone gw
is "... and was never ready" "$(heard READY=1)" "$n"
unset 'pid[gw]'
finish
