#!/bin/bash
# hostile.sh - strangers and a customer who mean no good (hostile.py) play everything at once against the real daemon:
# wrong protocols, wrong lengths, garbage, drips, floods, half-open crowds, guesses at passwords. Each ends by its bound
# and is counted, the log says why, and a good app has all its receipts meanwhile.
. "$(dirname "$0")/../lib.sh"

GOOD=200

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=gateway" -keyout "$tmp/key.pem" \
	-out "$tmp/cert.pem" 2>/dev/null
redis_start redis no
port[mobile]=$(free_port)
port[tls]=$(free_port)
(umask 077 && printf 'gw\n' >"$tmp/mobile.password")
printf 'secret\n' >"$tmp/evil.password"
chmod 644 "$tmp/evil.password"
gateway_config gw <<END
limits: { session_init = 3000; partial_pdu = 1000; max_per_address = 50; failed_binds = 4; lockout = 600; lockout_grace = 0; };
log: { level = "debug"; rate = 1000; };
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; },
            { system_id = "evil"; password = "file:$tmp/evil.password"; class = "notice"; tps = 10; max_queued = 100; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]}; system_id = "gw"; window = 100;
              password = "file:$tmp/mobile.password"; } );
routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
END
cat >"$tmp/listen" <<END
listen: ( { port = ${port[gw]}; }, { port = ${port[tls]}; tls: { certificate = "cert.pem"; key = "key.pem"; }; } );
END
sed -i -e "/^listen: /{r $tmp/listen
d}" "$tmp/gw.conf"
sim_start mobile --receipt-delay 50ms --system-id gw --password "file:$tmp/mobile.password"
gateway_start gw
soon "a password out of a file" 10 sim_is mobile bound 1
is "a tool's password is not in the list of processes" "$(tr '\0' ' ' <"/proc/${pid[mobile]}/cmdline" | grep -c mobile.password)" 0
has "a secret that everybody may read is warned of" "$("$(program smppgwd)" -t -c "$tmp/gw.conf" 2>&1)" \
	"warning: accounts: password: everybody may read the file $tmp/evil.password: chmod 640"
ok "and by the log of the start" logged "event=start_warning what=.*everybody may read the file $tmp/evil.password: chmod 640" "$tmp/gw.log"

# ---- the good app, and all others ----
esme_start app gw
esme app "submit dst=8613800000001 count=$GOOD rate=60 text=您的验证码是{n}"
ok "the hostile ones are through" timeout 60 python3 "$SMPPGW_SRC/tests/system/hostile.py" "${port[gw]}" "${port[tls]}" \
	>"$tmp/hostile.out" 2>"$tmp/hostile.err"
[ -s "$tmp/hostile.err" ] && sed 's/^/# /' "$tmp/hostile.err"
receipts() {
	[ "$(lines '^receipt .*stat=DELIVRD' "$tmp/app.log")" = $GOOD ]
}
soon "the good app has all receipts" 30 receipts
is "and all answers" "$(lines '^resp .*status=00000000' "$tmp/app.log")" $GOOD
is "and its bind is still the first" "$(grep -cE '^(bound|ended|unbound)' "$tmp/app.log")" 1

# ---- how each ended ----
told() { # NAME PATTERN
	ok "$1: $2" grep -Eq "^$1 closed=yes .*$2" "$tmp/hostile.out"
}
for name in http tls ssh oversize undersize; do
	told $name "answers=80000000:2 " # ESME_RINVCMDLEN
done
for name in lost-length lost-order lost-end; do
	told $name "answers=.*:2 "
done
told lost-command "answers=80000000:3,"
told unknown "answers=80000000:3,"
told malformed "answers=8"
told unbound "answers=80000004:4 "
for name in half smpp-to-tls http-to-tls silent-tls half-tls drip enquire-flood submit-flood flood garbage; do
	told $name ""
done
told crowd "n=60"
told guess "statuses=e,e,e,e unheard=3 late=yes"

# ---- what the NOC sees of it ----
ended() { # REASON
	metric gw "smppgw_listener_ended_total\\{reason=\"$1\"\\}"
}
at_least "bad lengths are counted" "$(ended bad_length)" 5
at_least "connections that did not bind" "$(ended bind_timeout)" 1
at_least "malformed ones" "$(ended malformed)" 1
at_least "no TLS" "$(ended tls_failed)" 2
at_least "too many of one address" "$(metric gw smppgw_listener_over_address_total)" 10
at_least "failed binds" "$(metric gw smppgw_listener_bind_failures_total)" 4
is "one lock" "$(metric gw smppgw_listener_lockouts_total)" 1
is "and it holds" "$(metric gw smppgw_listener_locked)" 1
is "what it kept out" "$(metric gw smppgw_listener_locked_out_total)" 3
at_least "the flood of submits was throttled" "$(metric gw 'smppgw_account_throttled_total\{account="evil"\}')" 50
is "the log has one line of the lock" "$(lines 'event=locked_out peer=127\.0\.1\.20:' "$tmp/gw.log")" 1
ok "and why connections were closed" logged 'event=ended reason=bad_length' "$tmp/gw.log"
is "no secret in the log" "$(grep -cE 'guess[0-9]|secret' "$tmp/gw.log")" 0
is "nor in hexadecimal, of binds that have lost their framing" \
	"$(grep -c 'hex=[^ ]*746f7073' "$tmp/gw.log") $(grep -cE 'sequence=(1953460339|1701016165)' "$tmp/gw.log")" "0 0"
ok "but what spoke there first" logged 'event=malformed .*hex=474554202f204854\.\.' "$tmp/gw.log" # GET / HT
soon "nobody of them is left" 10 metric_is gw smppgw_listener_open 0

# ---- the lock, for the operator ----
ctl=$(program smppgwctl)
is "lockouts" "$("$ctl" -s "$tmp/gw.console" lockouts | awk 'NR == 2 { print $1, $2, $3 }')" "address 127.0.1.20 4"
is "unlock of somebody else" "$("$ctl" -s "$tmp/gw.console" unlock 127.0.1.21 >/dev/null 2>&1; echo $?)" 1
ok "unlock" "$ctl" -s "$tmp/gw.console" unlock 127.0.1.20
is "nobody is locked" "$("$ctl" -s "$tmp/gw.console" lockouts)" "nobody is locked out"
bind_gives "it may bind again" 00000000 again gw --local 127.0.1.20
stop again

# ---- the process ----
if [ -n "${SMPPGW_WRAP:-}" ] || nm "$(program smppgwd)" 2>/dev/null | grep -q __asan_init; then
	skip "no core dump, nobody looks in" "a debugger or a sanitizer holds it"
else
	is "no core dump" "$(awk '/^Max core file size/ { print $5, $6 }' "/proc/${pid[gw]}/limits")" "0 0"
fi

# ---- passwords for the configuration ----
hash=$(printf 'geheim8\n' | "$ctl" passwd)
has "passwd prints a hash" "$hash" '$6$'
typed=$(python3 -c '
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
	os.execv(sys.argv[1], [sys.argv[1], "passwd"])
seen = b""
for prompt in (b"Password: ", b"Once more: "):
	while prompt not in seen:
		seen += os.read(fd, 1000)
	os.write(fd, b"geheim8\n")
try:
	while part := os.read(fd, 1000):
		seen += part
except OSError:
	pass
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "$6$" in seen.decode(), "geheim8" in seen.decode())' "$ctl")
is "at a terminal it is asked for twice, without echo" "$typed" "0 True False"
(umask 077 && printf '%s\n' "$hash" >"$tmp/evil.password")
"$ctl" -s "$tmp/gw.console" reload >"$tmp/reload.out"
has "another secret in the same file is a change" "$(cat "$tmp/reload.out")" "accounts evil: password changed"
bind_gives "and holds for the next bind" 00000000 again gw --id evil --password geheim8
bind_gives "the old one does not" 0000000e again gw --id evil --password secret
is "passwd of 9 octets" "$(printf '123456789' | "$ctl" passwd 2>&1 >/dev/null | grep -c 'at most 8 octets')" 1
is "as a token they will do" "$(printf '123456789' | "$ctl" passwd --token --method yescrypt | cut -c1-3)" '$y$'
is "nothing typed" "$("$ctl" passwd </dev/null >/dev/null 2>&1; echo $?)" 1

finish
