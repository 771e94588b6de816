#!/bin/bash
# sandbox.sh - the process itself: no new rights, the filter of system calls and what works under it, becoming another
# user for good, files that this user cannot read. That the filter is in nobody's way is shown by all other tests: they
# run with it, and a refused call fails them (tests/lib.sh).
. "$(dirname "$0")/../lib.sh"

redis_start redis everysec
sim_start mobile --receipt-delay 0

rest() { # PROCESS-SETTINGS
	cat <<-END
		process: { $1 };
		accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; max_binds = 4; } );
		carriers: ( { name = "移动"; host = "localhost"; port = ${port[mobile]}; system_id = "gw"; password = "gw"; } );
		routes: ( { prefix = ""; carriers = [ "移动" ]; } );
	END
}

of_process() { # NAME KEY: from /proc/PID/status
	sed -n "s/^$2:[[:space:]]*//p" "/proc/${pid[$1]}/status"
}

no_filter=
ldd "$SMPPGW_BUILD/smppgwd" | grep -q libseccomp || no_filter="built without libseccomp"
is_sanitized && no_filter="the filter stays off in builds with sanitizers"
[ -z "${SMPPGW_WRAP:-}" ] || no_filter="the filter stays off under $SMPPGW_WRAP"

# ---- the filter ----
gateway_config gw < <(rest '')
gateway_start gw
is "no_new_privs is set" "$(of_process gw NoNewPrivs)" 1
if [ -n "$no_filter" ]; then
	skip "the filter" "$no_filter"
	ok "the log says why it is off" logged 'event=sandbox state=off why=' "$tmp/gw.log"
else
	is "the filter is on" "$(of_process gw Seccomp)" 2
	threads=$(cat /proc/"${pid[gw]}"/task/*/status)
	is "in every thread" "$(grep -c '^Seccomp:' <<<"$threads") $(grep -c '^Threads:' <<<"$threads")" \
		"$(grep -cP '^Seccomp:\t2' <<<"$threads") $(ls "/proc/${pid[gw]}/task" | wc -l)"
	ok "the log says so" logged 'event=sandbox state=on' "$tmp/gw.log"
	is "and the metrics" "$(metric gw smppgw_sandbox_on)" 1
fi
if [ "$(id -u)" -eq 0 ]; then
	ok "a gateway that stays root says so" logged 'warn - event=running_as_root' "$tmp/gw.log"
fi
# names of hosts are asked for in threads that begin under the filter
soon "a carrier is found by its name" 20 metric_is gw 'smppgw_carrier_bound\{.*\}' 1
"$(program smppsend)" --host 127.0.0.1 --port "${port[gw]}" --system-id bank --password secret --to 8613800138000 \
	--text 您好 --wait-receipt 20s >"$tmp/send.log" 2>&1
is "a text and its receipt" $? 0
is "nothing was refused" "$(metric gw smppgw_sandbox_refused_total)" 0
gateway_stop gw

gateway_config gw < <(rest 'sandbox = false;')
: >"$tmp/gw.log"
gateway_start gw
is "sandbox = false: no filter" "$(of_process gw Seccomp)" 0
is "but no_new_privs" "$(of_process gw NoNewPrivs)" 1
ok "the log says why" logged 'event=sandbox state=off why="process.sandbox is false"' "$tmp/gw.log"
gateway_stop gw

# ---- the filter from inside: a program of the tests that makes forbidden calls under the same filter ----
intruder=$SMPPGW_BUILD/tests/system/intruder
try() { # NAME WHAT: exit status in $status
	("$intruder" "$2") >"$tmp/intruder$1.log" 2>&1
	status=$?
}
if [ -n "$no_filter" ] || [ ! -x "$intruder" ]; then
	skip "forbidden calls" "${no_filter:-$intruder is not built}"
else
	for call in execve ptrace setuid io_uring unshare; do
		try "$call" "$call"
		is "$call ends the process" "$status" 159 # 128 + SIGSYS
	done
	for call in fork raw_socket packet_socket setxattr mprotect_exec mmap_wx kill; do
		try "$call" "$call"
		is "$call fails with EPERM" "$status" 0
		ok "and is in the log" logged 'event=sandbox_refused call=' "$tmp/intruder$call.log"
	done
	for call in thread lookup clone3; do
		try "$call" "$call"
		is "$call goes on" "$status" 0
	done
fi

# ---- another user ----
if [ "$(id -u)" -ne 0 ]; then
	skip "becoming another user" "the test does not run as root"
	finish
fi
user=nobody
chmod 755 "$tmp"
chmod 777 "$tmp" # the console's socket is made there
chmod 777 "$redis_socket" && chmod 755 "$tmp/redis"
gateway_config gw < <(rest "user = \"$user\";")
: >"$tmp/gw.log"
gateway_start gw
uid=$(id -u $user)
is "all four user ids are that user's" "$(of_process gw Uid | tr '\t' ' ')" "$uid $uid $uid $uid"
is "no group of root's is left" "$(of_process gw Groups | grep -cw 0)" 0
is "no capability is left" "$(of_process gw CapEff) $(of_process gw CapPrm)" "0000000000000000 0000000000000000"
ok "the log says so" logged "event=privileges_dropped user=$user uid=$uid .* low_ports=no" "$tmp/gw.log"
is "it is not said to be root" "$(lines running_as_root "$tmp/gw.log")" 0
is "the console's socket is the user's" "$(stat -c %U "$tmp/gw.console")" $user
"$(program smppsend)" --host 127.0.0.1 --port "${port[gw]}" --system-id bank --password secret --to 8613800138001 \
	--text 您好 --wait-receipt 20s >"$tmp/send.log" 2>&1
is "a text and its receipt" $? 0

# what it can read no more: refused whole, with the name, and what runs goes on
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/key.pem" -out "$tmp/cert.pem" -days 30 -subj /CN=localhost 2>/dev/null
chmod 600 "$tmp/key.pem" && chmod 644 "$tmp/cert.pem"
port[tls]=$(free_port)
sed -i "s|^listen: .*|listen: ( { address = \"127.0.0.1\"; port = ${port[gw]}; }, { address = \"127.0.0.1\"; port = ${port[tls]}; tls: { certificate = \"$tmp/cert.pem\"; key = \"$tmp/key.pem\"; }; } );|" "$tmp/gw.conf"
chmod 644 "$tmp/gw.conf"
ctl=$(program smppgwctl)
out=$("$ctl" -s "$tmp/gw.console" reload 2>&1)
ok "a key that only root can read: the reload is refused" test $? -ne 0
has "with the file's name" "$out" "$tmp/key.pem"
has "and the reason" "$out" "ermission denied"
chown $user "$tmp/key.pem"
out=$("$ctl" -s "$tmp/gw.console" reload 2>&1)
is "one that it can read is taken: $out" $? 0
ok "and the listener is there" listening "${port[tls]}"
low=$(perl -MIO::Socket::INET -e 'for (900 .. 1000) { IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $_, Listen => 1) or next; print $_; exit }')
unprivileged=$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null || echo 1024)
cp "$tmp/gw.conf" "$tmp/high.conf"
sed -i "s|^listen: .*|listen: ( { address = \"127.0.0.1\"; port = ${port[gw]}; }, { address = \"127.0.0.1\"; port = $low; } );|" "$tmp/gw.conf"
if [ -z "$low" ] || [ "$unprivileged" -le 900 ]; then
	skip "ports below 1024" "no free one, or everybody may listen there"
	gateway_stop gw
	finish
fi
out=$("$ctl" -s "$tmp/gw.console" reload 2>&1)
ok "a port below 1024 that was not configured at the start: refused" test $? -ne 0
has "with the port" "$out" "port $low"
has "and what to do" "$out" "restart"
gateway_stop gw

# ---- a port below 1024 from the start ----
: >"$tmp/gw.log"
gateway_start gw
is "all four user ids are that user's, with a low port too" "$(of_process gw Uid | tr '\t' ' ')" "$uid $uid $uid $uid"
is "the one capability is that of low ports" "$(of_process gw CapEff) $(of_process gw CapPrm)" "0000000000000400 0000000000000400"
ok "it listens there" listening "$low"
gateway_stop gw

# ---- what cannot be ----
sed -i 's/user = "nobody"/user = "无此人"/' "$tmp/gw.conf"
"$(program smppgwd)" -t -c "$tmp/gw.conf" >"$tmp/check.log" 2>&1
is "a user that does not exist is a fault" $? 78
has "with its name" "$(cat "$tmp/check.log")" 'process.user "无此人" does not exist'
finish
