#!/bin/bash
# watch.sh - one number is watched: every step of its messages is logged, and of nobody else's; why they wait, what a
# policy says, the carrier's refusals, replies, PDUs; it ends by itself.
. "$(dirname "$0")/../lib.sh"

redis_start redis everysec
: "${port[unicom]:=$(free_port)}"
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; sources = [ "10690001" ]; } );
carriers: ( { name = "移动"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw";
              reconnect = 100; },
            { name = "unicom"; host = "127.0.0.1"; port = ${port[unicom]}; system_id = "gw"; password = "gw"; reconnect = 100; } );
routes: ( { prefix = "86138"; carriers = [ "移动" ]; }, { prefix = "86130"; carriers = [ "unicom" ]; } );
filters: ( { name = "诈骗"; words = [ "刷单返利" ]; action = "block"; } );
END
ctl() { "$(program smppgwctl)" -s "$tmp/gw.console" "$@" 2>&1; }
watched() { # PATTERN: a line of a watched number
	logged "event=watch number=[0-9*]+ $1" "$tmp/gw.log"
}
sim_start mobile --receipt-delay 20ms
gateway_start gw
must "carrier bound" 20 metric_is gw 'smppgw_carrier_bound\{.*"移动".*\}' 1
esme_start bank gw
is "nothing is watched" "$(ctl debug list | tail -n +2)" ""

# ---- a message's life, beside one that nobody watches ----

is "a number" "$(ctl debug 13800000001 on)" "every step of its messages is logged as event=watch, for 600 s"
is "is listed, masked" "$(ctl debug list | awk 'NR == 2 { print $1, $3, $4, $5 }')" "138****0001 no 0 uid:0"
ok "who asked for it is logged" logged 'event=watch_started who=uid:0 number=138\*\*\*\*0001 seconds=600 pdus=0' "$tmp/gw.log"
esme bank "submit dst=8613800000001 src=10690001 text=您的验证码是1"
esme bank "submit dst=8613800000002 src=10690001 text=您的验证码是2"
must "both are there" 20 lines_reach 2 '^receipt .*stat=DELIVRD' "$tmp/bank.log"
soon "the app has its receipt" 5 watched 'step=told to=app kind=receipt account=bank'
id=$(field bank resp id)
steps=$(grep 'event=watch ' "$tmp/gw.log" | sed 's/.* step=//; s/ .*//' | uniq | tr '\n' ' ')
has "its steps" "$steps" "judged state answered state submitted receipt ended state told"
ok "the verdict" watched 'step=judged verdict=none why=""'
ok "the answer" watched 'step=answered account=bank class=notice status=ESME_ROK code=0x0 verdict=-'
ok "the carrier's" watched 'step=submitted carrier=移动 part=0 attempt=1 status=ESME_ROK code=0x0 answer_ms=[0-9]+ carrier_id=[^ ]+'
ok "the receipt" watched 'step=receipt what=final carrier=移动 carrier_id=[^ ]+ stat=DELIVRD err=000'
ok "the end" watched 'step=ended how=delivered carrier=移动 attempts=1 verdict=- stat=DELIVRD err=000'
is "all of one message have its id" "$(grep 'event=watch .*step=\(state\|answered\|submitted\|receipt\|ended\|told\) ' "$tmp/gw.log" |
	awk '{ print $3 }' | sort -u | wc -l)" 1
is "nobody else's" "$(grep 'event=watch ' "$tmp/gw.log" | grep -vc 'number=138\*\*\*\*0001')" 0

# ---- what keeps it, what refuses it ----

ctl debug +8613000000009 on --for 30m >/dev/null
esme bank "submit dst=8613000000009 src=10690001 text=联通的短信"
soon "its carrier is down: it waits, and says for whom" 5 watched 'step=state from=storing to=queued part=0 carrier=[^ ]+ carrier_up=0 in_lane=[01]'
esme bank "submit dst=8613800000001 src=10690001 text=刷单返利日结"
soon "a policy's verdict" 5 watched 'step=judged verdict=words why="[^"]+"'
ok "and the refusal" watched 'step=refused status=[^ ]+ code=0x403 verdict=words'
sim_start unicom --receipt-delay 20ms --reject 100
soon "the carrier's refusal" 20 watched 'step=submitted carrier=unicom part=0 attempt=1 status=[^ ]+ code=0x[1-9a-f]'
sim mobile "mo 8613800000001 10690001 退订" >/dev/null
soon "what the phone says" 10 watched 'step=reply what=[a-z_]+ account=bank carrier=移动 code=10690001 text="len=2"'

# ---- PDUs ----

ctl debug 13800000003 on --pdu >/dev/null
: >"$tmp/bank.log"
esme bank "submit dst=8613800000003 src=10690001 text=八个字的中文短信"
must "it is there" 20 lines_reach 1 '^receipt .*stat=DELIVRD' "$tmp/bank.log"
pdus() { [ "$(grep -c 'number=138\*\*\*\*0003 step=pdu ' "$tmp/gw.log")" = 8 ]; }
soon "submit and receipt with their answers, on both links" 5 pdus
ok "the app's" logged ' bank#1 event=watch .*step=pdu direction=in command=submit_sm sequence=[0-9]+ status=0x0 octets=[0-9]+ hex=[0-9a-f]+$' "$tmp/gw.log"
ok "the carrier's answer" logged ' 移动/1 event=watch .*step=pdu direction=in command=submit_sm_resp ' "$tmp/gw.log"
is "no text while the log masks" "$(grep -c 516b4e2a5b577684 "$tmp/gw.log")" 0

# ---- limits ----

for n in $(seq 10 22); do ctl debug 138000010"$n" on >/dev/null; done
is "16 at most" "$(ctl debug 13800009999 on)" \
	"smppgwctl: 16 numbers are watched already; debug list shows them, debug NUMBER off ends one"
is "one ends" "$(ctl debug 13800001010 off)" "not watched any more"
is "but once" "$(ctl debug 13800001010 off)" "smppgwctl: the number is not watched; debug list shows those that are"
has "no number" "$(ctl debug 小王 on)" "is no number"
ctl debug 13800001011 on --for 1s >/dev/null
soon "one ends by itself" 5 logged 'event=watch_ended number=138\*\*\*\*1011 why="time"' "$tmp/gw.log"
is "the rest stays" "$(ctl debug list | tail -n +2 | wc -l)" 14
gateway_stop gw
finish
