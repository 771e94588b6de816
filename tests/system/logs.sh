#!/bin/bash
# logs.sh - where the real daemon's log goes: a file that logrotate renames under load loses no line, journald and syslogd
# by their sockets, what is done when they are away, limits of what peers can cause, systemd's stderr.
. "$(dirname "$0")/../lib.sh"

log=$tmp/日志.log
redis_start redis everysec
# A configuration whose section log is $1.
config_with() { # SETTINGS
	gateway_config gw <<END
limits: { failed_binds = 0; };
log: { $1 };
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; } );
carriers: ( { name = "移动"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw"; } );
routes: ( { prefix = "86"; carriers = [ "移动" ]; } );
END
}
ctl() { "$(program smppgwctl)" -s "$tmp/gw.console" "$@" 2>&1; }
daemon=$(program smppgwd)
reload_with() { # SETTINGS
	config_with "$1"
	ctl reload | tail -n 1
}

# ---- what -t says; before the log is open all is on stderr ----

faults() { "$daemon" -t -c "$tmp/gw.conf" 2>&1 >/dev/null; }
config_with 'target = "file";'
has "a file without a path" "$(faults)" 'log.file "" is not a path from the root'
config_with 'target = "file"; file = "smppgwd.log";'
has "a path from somewhere" "$(faults)" 'log.file "smppgwd.log" is not a path from the root'
config_with 'mode = "u=rw";'
has "a mode that is none" "$(faults)" 'log.mode "u=rw" is not an octal mode'
config_with 'target = "paper";'
has "a target that is none" "$(faults)" 'stderr, journald, syslog, file'
config_with "target = \"file\"; file = \"$log\"; rate = 0;"
has "no rate" "$(faults)" 'rate'
config_with "target = \"file\"; file = \"$log\"; level = \"debug\";"
is "the check writes no log" "$("$daemon" -t -c "$tmp/gw.conf"; ls "$log" 2>&1 | grep -c 'No such')" \
	"$tmp/gw.conf: no faults
1"

# ---- a file, renamed under load ----

sim_start mobile --receipt-delay 10ms
config_with "target = \"file\"; file = \"$log\"; level = \"debug\"; rate = 1000000;"
gateway_start gw
is "mode of the file" "$(stat -c %a "$log")" 640
is "nothing on stderr" "$(cat "$tmp/gw.log")" ""
must "carrier bound" 20 metric_is gw 'smppgw_carrier_bound\{.*\}' 1
esme_start bank gw
esme bank "submit dst=8613800000001 count=3000 rate=2000 window=500 text=您的验证码是{n}"
rotate() { # N
	mv "$log" "$log.$1"
	kill -USR1 "${pid[gw]}"
	wait_for "the file is there again" 10 test -s "$log"
}
for n in 1 2 3 4 5; do
	wait_for "some more" 10 sim_reaches mobile submitted $((n * 450))
	rotate "$n"
done
receipts() { lines_reach 3000 '^receipt .*stat=DELIVRD' "$tmp/bank.log"; }
must "3,000 receipts" 30 receipts
all_ended() { [ "$(cat "$log" "$log".[1-5] | grep -c ' event=finished how=delivered ')" = 3000 ]; }
soon "five times renamed: no line is lost" 10 all_ended
is "none is there twice" "$(cat "$log" "$log".[1-5] | grep ' event=finished ' | awk '{ print $3 }' | sort | uniq -d | wc -l)" 0
is "none is cut" "$(cat "$log" "$log".[1-5] | grep -cvE '^20[0-9T:.+-]+ (error|warn|info|debug) [^ ]+ [a-z_]+=')" 0
is "each file begins with the reopening" "$(head -qn 1 "$log" "$log".[1-5] | grep -c 'event=log_reopened target=file')" 5
is "still nothing on stderr" "$(cat "$tmp/gw.log")" ""

# ---- logrotate itself, with the file that is installed ----

if command -v logrotate >/dev/null; then
	sed -e "s,^/[^ ]*,\"$log\"," -e '/^[[:space:]]*su /d' -e "s,systemctl [^|]*,kill -USR1 ${pid[gw]} ," \
		"$SMPPGW_SRC/etc/smppgw.logrotate" >"$tmp/logrotate.conf"
	chmod 600 "$tmp/logrotate.conf"
	chmod 700 "$tmp"
	before=$(wc -l <"$log")
	logrotate --force --state "$tmp/logrotate.state" "$tmp/logrotate.conf" >"$tmp/logrotate.out" 2>&1
	is "logrotate has no fault to find" "$? $(cat "$tmp/logrotate.out")" "0 "
	soon "the gateway writes a new file" 10 logged 'event=log_reopened target=file' "$log"
	rotated=$(ls "$log"-* "$log".1 2>/dev/null | grep -v '\.gz$' | tail -n 1)
	at_least "the old one is whole" "$(lines ' event=' "$rotated")" "$before"
	esme bank "submit dst=8613800000001 text=轮换之后"
	soon "lines go to the new one" 10 logged 'event=finished' "$log"
else
	skip "logrotate" "it is not installed"
fi

# ---- a folder that goes and comes ----

mkdir "$tmp/logs"
is "a reload takes another file" "$(reload_with "target = \"file\"; file = \"$tmp/logs/log\";" | cut -d: -f1)" applied
soon "it is used" 5 logged 'event=reloaded' "$tmp/logs/log"
rm -r "$tmp/logs"
nudge() { ctl log level info >/dev/null && logged "$1" "$2"; }
soon "the folder is gone: stderr, and it says so" 10 nudge 'error - event=log_target_lost target=file .*No such file' "$tmp/gw.log"
ok "lines go there" nudge 'event=action' "$tmp/gw.log"
is "and it is counted" "$(metric gw smppgw_log_away)" 1
mkdir "$tmp/logs"
soon "it is there again: back by itself" 10 nudge 'event=log_target_back target=file .*lines_on_stderr=[1-9]' "$tmp/logs/log"
is "and not away" "$(metric gw smppgw_log_away)" 0

# ---- syslogd and journald ----

# Reads datagrams of a socket, one after the other, with a line ---- behind each.
cat >"$tmp/reader.py" <<'END'
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
if os.path.exists(sys.argv[1]):
    os.unlink(sys.argv[1])
s.bind(sys.argv[1])
while True:
    sys.stdout.buffer.write(s.recv(65536) + b"\n----\n")
    sys.stdout.flush()
END
start syslogd python3 "$tmp/reader.py" "$tmp/devlog"
must "a syslogd" 10 test -S "$tmp/devlog"
reload_with "target = \"syslog\"; socket = \"$tmp/devlog\"; facility = \"local3\";" >/dev/null
stop bank
esme_start bank gw
soon "syslog: priority, time, program, level, id, pairs" 5 \
	logged '^<158>[A-Z][a-z]{2} [ 123][0-9] [0-9:]{8} smppgwd\['"${pid[gw]}"'\]: info bank#2 event=bound ' "$tmp/syslogd.log"
kill_hard syslogd
ctl log level info >/dev/null
soon "syslogd has ended: stderr" 5 nudge 'event=log_target_lost target=syslog' "$tmp/gw.log"
start syslogd python3 "$tmp/reader.py" "$tmp/devlog"
soon "syslogd is back" 10 nudge 'event=log_target_back target=syslog' "$tmp/syslogd.log"

start journald python3 "$tmp/reader.py" "$tmp/journal"
must "a journald" 10 test -S "$tmp/journal"
reload_with "target = \"journald\"; socket = \"$tmp/journal\";" >/dev/null
stop bank
esme_start bank gw
esme bank "submit dst=8613800000001 text=日志"
soon "journald: what happened" 5 logged '^MESSAGE=bank#3 event=bound ' "$tmp/journald.log"
fields=$(awk '/^----$/ { if (hit) { print all; exit } all = ""; next } { all = all " " $0; if (/^MESSAGE=bank#3 event=bound/) hit = 1 }' \
	"$tmp/journald.log")
has "its fields" "$fields" "PRIORITY=6 SYSLOG_IDENTIFIER=smppgwd SYSLOG_PID=${pid[gw]} SMPPGW_ID=bank#3 SMPPGW_EVENT=bound MESSAGE="
stop bank

# ---- it cannot start: told in the log, and to who has started it ----

{ sed 's/^console: .*//' "$tmp/gw.conf" | sed "s,^log: .*,log: { target = \"file\"; file = \"$tmp/start.log\"; };,"; } >"$tmp/second.conf"
said=$("$daemon" -c "$tmp/second.conf" 2>&1)
has "a port that is taken: on stderr" "$said" "smppgwd: stats port 127.0.0.1:${port[gw.stats]}: Address already in use"
ok "and in the log" logged 'event=start_failed why="stats port ' "$tmp/start.log"

# ---- what peers can cause ----

reload_with "target = \"file\"; file = \"$tmp/rate.log\"; rate = 5;" >/dev/null
must "the file" 5 test -s "$tmp/rate.log"
for i in $(seq 40); do # each is refused: a wrong password
	(exec 3<>"/dev/tcp/127.0.0.1/${port[gw]}" && printf '\0\0\0\x20\0\0\0\x09\0\0\0\0\0\0\0\x01bank\0wrong\0\0\x34\0\0\0' >&3 &&
		head -c 4 <&3 >/dev/null) 2>/dev/null
done
told() { # lines and what was kept back are all that happened
	awk '/event=bind_refused /{ n++ } /event=lines_kept_back what=bind_refused /{ sub(/.*count=/, ""); n += $1 } END { exit n != 40 }' \
		"$tmp/rate.log"
}
soon "40 refused binds: all told" 10 told
at_most "but few of them as lines in one second" "$(awk '/event=bind_refused /{ n[substr($1, 1, 19)]++ } END { for (s in n) if (n[s] > most) most = n[s]; print most + 0 }' "$tmp/rate.log")" 10
at_least "kept back lines are counted" "$(metric gw smppgw_log_kept_back_lines_total)" 1
ok "no number in the log" test -z "$(cat "$log" "$log".* "$tmp/rate.log" "$tmp/journald.log" | grep -a 8613800000001)"
gateway_stop gw
ok "the last line is in the file" logged 'event=stop exit=0' "$tmp/rate.log"

# ---- under systemd ----

config_with 'level = "info";'
mkfifo "$tmp/stderr"
cat "$tmp/stderr" >"$tmp/systemd.log" &
reader=$!
JOURNAL_STREAM=$(stat -c %d:%i "$tmp/stderr") "$daemon" -c "$tmp/gw.conf" 2>"$tmp/stderr" &
pid[gw]=$!
started+=(gw)
soon "stderr that goes to journald has priorities instead of times" 20 logged '^<6>info - event=running ' "$tmp/systemd.log"
gateway_stop gw
wait "$reader"
is "every line" "$(grep -cv '^<[3467]>' "$tmp/systemd.log")" 0
finish
