#!/bin/bash
# operate.sh - smppgwctl carrier NAME pause, drain, resume and tps on the real gateway with messages that wait: nothing is
# lost, nothing comes twice, order is kept; a window that sizes itself; the rate that a slow-down teaches.
. "$(dirname "$0")/../lib.sh"

ctl() {
	"$(program smppgwctl)" -s "$tmp/gw.console" "$@" 2>&1
}
receipts_are() { # N PREFIX
	[ "$(cat "$tmp"/app*.log | grep -c "^receipt .*stat=DELIVRD.* src=$2")" = "$1" ]
}
carrier_state_is() { # NAME STATE
	ctl carriers "$1" | grep -Eq "^$1 +$2 "
}
# How many were accepted before one that was submitted earlier (the numbers behind 第).
out_of_order() { # SIM
	grep 第 "$tmp/$1.capture" | grep '"status":0,' | sed 's/.*第\([0-9]*\)条.*/\1/' | awk '$1 < last { n++ } { last = $1 } END { print n + 0 }'
}

redis_start redis everysec
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; } );
carriers: (
	{ name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw";
	  tps = 100; burst = 1; reconnect = 100; },
	{ name = "unicom"; host = "127.0.0.1"; port = ${port[unicom]:=$(free_port)}; system_id = "gw"; password = "gw";
	  tps = 300; burst = 3; window = 0; } );
routes: ( { prefix = "86138"; carriers = [ "mobile" ]; }, { prefix = "86130"; carriers = [ "unicom" ]; } );
END
sim_start mobile --receipt-delay 10ms --response-delay 50ms
sim_start unicom --receipt-delay 10ms --response-delay 300ms
gateway_start gw
must "both carriers bound" 20 eval '[ "$(sim_count mobile bound)$(sim_count unicom bound)" = 11 ]'

# ---- pause and resume ----
esme_start app1 gw
esme app1 "submit dst=8613800000001 count=500 text=第{n}条"
soon "some have left" 20 eval '[ "$(sim_count mobile accepted)" -ge 50 ]'
has "pause" "$(ctl carrier mobile pause)" "mobile is sent nothing; its binds stay"
must "what was out is answered" 10 metric_is gw 'smppgw_carrier_outstanding\{.*"mobile".*\}' 0
had=$(sim_count mobile accepted)
ok "status says so" carrier_state_is mobile paused
ok "the log says who" logged "mobile event=paused_by_operator who=uid:$(id -u)" "$tmp/gw.log"
is "healthz names it" "$(ctl status json | grep -o '"command":"paused"')" '"command":"paused"'
soon "receipts still come" 10 receipts_are "$had" 86138
is "nothing more has left" "$(sim_count mobile accepted)" "$had"
is "the bind is up" "$(sim_count mobile bound)" 1

# ---- another rate ----
has "tps 400" "$(ctl carrier mobile tps 400)" "mobile: tps 400, until the next start or reload"
has "a rate that is none" "$(ctl carrier mobile tps quick)" "tps is a number from 0 (no limit) to 1000000, or default; not quick"
has "resume" "$(ctl carrier mobile resume)" "mobile is sent to"
ok "show has the live rate" grep -q "tps 400 (live), limit 0" <(ctl carrier mobile)
soon "it goes on" 10 eval '[ "$(sim_count mobile accepted)" -ge $((had + 50)) ]'

# ---- drain and resume ----
has "drain" "$(ctl carrier mobile drain)" "its binds end when all that is out is answered"
soon "it unbinds" 20 carrier_state_is mobile drained
is "no outcome is unknown" "$(metric gw 'smppgw_carrier_lost_total\{.*"mobile".*\}')" 0
is "the carrier saw an unbind" "$(sim_count mobile bound)" 0
esme app1 "submit dst=8613800000001 count=100 text=追加{n}"
ctl carrier mobile tps default >/dev/null
ctl carrier mobile resume >/dev/null
soon "all 600 arrive" 60 receipts_are 600 86138
is "each once" "$(sim_count mobile accepted)" 600
is "the capture shows them" "$(grep 第 "$tmp/mobile.capture" | grep -c '"status":0,')" 500
is "in the order of submission" "$(out_of_order mobile)" 0
has "a carrier that is not there" "$(ctl carrier nobody pause)" "no carrier nobody; carriers lists them"
has "a command that is none" "$(ctl carrier mobile stop)" "usage: carrier CARRIER show | pause | resume | drain | tps N|default"

# ---- a window that sizes itself: 300/s x 0.3 s x 1.5 ----
esme_start app2 gw
esme app2 "submit dst=8613000000001 count=1200 text=第{n}条"
soon "1200 through a window that began with 10" 60 receipts_are 1200 86130
window=$(metric gw 'smppgw_carrier_window\{.*"unicom".*\}')
at_least "window" "$window" 120
at_most "window" "$window" 220
gateway_stop gw
finish
