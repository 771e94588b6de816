#!/bin/bash
# service.sh - the Debian package under systemd: enabled, started, reloaded, restarted, killed, stopped. Run by tests/docs/run
# as a unit of a machine that it has booted with systemd-nspawn, behind package.sh. usage: service.sh DEB, in /src
set -u
deb=${1:?usage: service.sh DEB}
export LC_ALL=C.UTF-8
part=service
. "$(dirname "$0")/checks.sh"

more_of() {
	journalctl -q --no-pager -u smppgwd -n 10
}
property() { # NAME WANTED
	local got
	got=$(systemctl show smppgwd -p "$1" --value)
	[ "$got" = "$2" ] || { printf '%s is %s, not %s\n' "$1" "$got" "$2" && return 1; }
}
sends() {
	smppsend --to 8613800138000 --text 您好 --wait-receipt 10s
}
carrier_up() {
	[ "$(curl -sf http://127.0.0.1:8775/healthz)" = ok ]
}
main_pid() {
	systemctl show smppgwd -p MainPID --value
}

check "the package is configured" dpkg -i "$deb"
systemctl start redis-server
check "Redis is there" within 30 redis-cli ping
check "Redis is told to keep everything, also over its restart" \
	sh -c 'redis-cli -e config set appendonly yes appendfsync always && redis-cli -e config rewrite'
check "a carrier is there" systemd-run --quiet --unit=carrier /usr/bin/smppsim --listen 127.0.0.1:2776
check "it is not enabled by the package" property UnitFileState disabled
check "it does not run" property ActiveState inactive
check "enable --now starts it" systemctl enable --now smppgwd
check "it is ready when systemctl returns" curl -sf http://127.0.0.1:8775/status
check "its state says so" property StatusText "running; store up; 0 messages, 0 queued"
check "its carrier is up" within 20 carrier_up
check "an app sends and gets the receipt" sends
check "it runs as its user" test "$(stat -c %U "/proc/$(main_pid)")" = smppgw
check "it has no capabilities" grep -q '^CapEff:.0000000000000000$' "/proc/$(main_pid)/status"
check "reload" systemctl reload smppgwd
first=$(main_pid)
check "restart" systemctl restart smppgwd
check "that is another process" test "$first" != "$(main_pid)"
check "systemd keeps its two listening sockets" property NFileDescriptorStore 2
check "its carrier is up again" within 20 carrier_up
check "a message after the restart" sends
kill -KILL "$(main_pid)"
check "killed, it is started again" within 20 carrier_up
check "by systemd, once" property NRestarts 1
check "a message after the crash" sends
check "stop" systemctl stop smppgwd
check "it has left in order" property Result success
check "the console's folder is gone" test ! -e /run/smppgw
checked
