#!/bin/bash
# operations.sh - query_sm, cancel_sm, replace_sm, submit_multi and data_sm on the real gateway with a real Redis, before
# and after a kill -9; smppgwctl cancel.
. "$(dirname "$0")/../lib.sh"

send=$(program smppsend) && program smppsim >/dev/null || exit 1
to=8613800138000

ask() { # its status in $status, its words in $tmp/said
	"$send" --port "${port[gw]}" "$@" >"$tmp/said" 2>&1
	status=$?
}
said() {
	cat "$tmp/said"
}
accepted() {
	sed -n 's/.*  accepted  *id=\([^ ]*\).*/\1/p' "$tmp/said" | tail -n 1
}
state_is() { # ID STATE
	ask --query "$1"
	said | grep -q "state=$2"
}
ctl() {
	"$(program smppgwctl)" -s "$tmp/gw.console" "$@" 2>&1
}
again() {
	kill_hard gw
	gateway_start gw
	must "carrier bound again" 20 sim_reaches mobile bound 1
}

redis_start redis everysec
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw";
              reconnect = 100; } );
routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
END
sim_start mobile --receipt-delay 50ms
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound 1

# ---- query_sm, also for what has ended ----
ask --to $to --text 您的验证码是123456 --wait-receipt 10s
id=$(accepted)
soon "an ended message is found" 10 state_is "$id" DELIVRD
has "with the moment of its end" "$(said)" "since=\"20"
ask --query "$id" --from 10690002
has "not with another source" "$(said)" "0x0C ESME_RINVMSGID"
again
ask --query "$id"
has "after a kill -9 too" "$(said)" "state=DELIVRD"
key=$(redis_cli --scan --pattern 'done:*' | head -n 1)
at_least "its key expires" "$(redis_cli ttl "$key")" 86400

# ---- replace_sm and cancel_sm ----
ask --to $to --text 旧的内容 --receipt --schedule 3s
id=$(accepted)
ask --replace "$id" --text 新的内容
has "replaced" "$(said)" "replaced     id=$id"
again
soon "the new text leaves after the kill" 20 grep -q '"text":"新的内容"' "$tmp/mobile.capture"
is "the old one never" "$(grep -c '"text":"旧的内容"' "$tmp/mobile.capture")" 0
ask --to $to --text 取消我 --receipt --schedule 1h
id=$(accepted)
ask --query "$id"
has "waiting" "$(said)" "state=ENROUTE"
ask --cancel "$id" --listen 500ms
has "cancelled" "$(said)" "cancelled    id=$id"
has "its receipt" "$(said)" "stat=DELETED"
again
ask --query "$id"
has "cancelled it stays" "$(said)" "state=DELETED"
ask --cancel "$id"
has "too late" "$(said)" "0x11 ESME_RCANCELFAIL"

# ---- submit_multi, data_sm ----
ask --to $to --to 8613800138001 --to 861380013800x --text 群发 --wait-receipt 10s
is "two of three: status 1" "$status" 1
is "both were delivered" "$(grep -c '  receipt .*stat=DELIVRD' "$tmp/said")" 2
has "the third's reason" "$(said)" "0x0B ESME_RINVDSTADR"
ask --to $to --data-sm --text 数据 --wait-receipt 10s
is "data_sm: delivered" "$status" 0

# ---- smppgwctl cancel ----
for n in 1 2 3; do ask --to 861380013800$n --text "活动$n" --schedule 1h --group 双十一; done
is "by group" "$(ctl cancel --account bank --group 双十一)" "3 cancelled, 0 too late"
ask --to $to --text 按号码 --schedule 1h
is "by number" "$(ctl cancel --account bank --to 13800138000)" "1 cancelled, 0 too late"
ask --to $to --text 按编号 --schedule 1h
is "by id" "$(ctl cancel --account bank --id "$(accepted)")" "1 cancelled, 0 too late"
is "nothing of that campaign" "$(ctl cancel --account bank --campaign 中秋)" "0 cancelled, 0 too late"
has "an account that is not there" "$(ctl cancel --account nobody --to $to)" "no account nobody"
has "an id that is none" "$(ctl cancel --account bank --id 12)" "--id has 18 digits"
has "half a command" "$(ctl cancel --account bank)" "cancel"
is "nothing is held" "$(journal_size)" 0
gateway_stop gw
finish
