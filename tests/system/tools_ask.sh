#!/bin/bash
# tools_ask.sh - what the tools say beside submit_sm: query, cancel, replace, several destinations, data_sm, schedules,
# notifications and alerts, smppsend on smppsim; then both tools on the gateway, with receipts per part and as data_sm.
. "$(dirname "$0")/../lib.sh"

load=$(program smppload) && send=$(program smppsend) && program smppsim >/dev/null || exit 1
from=10690001
to=8613800138000

# smppsend towards the carrier, or PORT=...; its status in $status, its words in $tmp/said
ask() {
	"$send" --port "${PORT:-${port[carrier]}}" "$@" >"$tmp/said" 2>&1
	status=$?
}
said() {
	cat "$tmp/said"
}
# The id of the last accepted message.
accepted() {
	sed -n 's/.*  accepted  *id=\([^ ]*\).*/\1/p' "$tmp/said" | tail -n 1
}

for ids in dec hex-dec uuid; do
	stop carrier || :
	sim_start carrier --receipt-delay 60s --id-form $ids
	# ---- query ----
	ask --to $to --text 您好 --receipt
	id=$(accepted)
	ask --query "$id"
	is "$ids: a waiting message: status 0" "$status" 0
	has "$ids: it waits, in words" "$(said)" "id=$id state=ENROUTE: it waits, or is on its way"
	ask --query "$id" --from 10690002
	is "$ids: another source: status 1" "$status" 1
	has "$ids: another source is told" "$(said)" "0x0A ESME_RINVSRCADR"
	ask --query "$id" --system-id shop
	has "$ids: another system_id knows no such message" "$(said)" "0x0C ESME_RINVMSGID"
	ask --query 4711x
	has "$ids: an id that this carrier never gave" "$(said)" "0x0C ESME_RINVMSGID"
	# ---- replace ----
	ask --replace "$id" --text 'HELLO'
	is "$ids: replaced: status 0" "$status" 0
	has "$ids: replaced" "$(said)" "replaced     id=$id"
	# ---- cancel ----
	ask --cancel "$id" --listen 500ms
	has "$ids: cancelled" "$(said)" "cancelled    id=$id"
	has "$ids: its receipt comes at once and says DELETED" "$(said)" "stat=DELETED"
	ask --query "$id"
	has "$ids: query tells since when" "$(said)" "state=DELETED since=\"20"
	ask --cancel "$id"
	has "$ids: too late to cancel" "$(said)" "0x11 ESME_RCANCELFAIL"
	ask --replace "$id" --text 再见
	has "$ids: too late to replace" "$(said)" "0x13 ESME_RREPLACEFAIL"
	stop carrier
done

# ---- cancel by addresses ----
sim_start carrier --receipt-delay 60s
for service in CMT CMT VMN; do ask --to $to --text 您好 --receipt --service-type $service; done
ask --to 8613800138001 --text 您好 --receipt --service-type CMT
ask --cancel all --to $to --service-type CMT
is "cancel all: status 0" "$status" 0
is "those two with the same addresses and service_type" "$(sim_count carrier cancelled)" 2
ask --cancel all --to $to --service-type CMT
has "no other is left" "$(said)" "0x11 ESME_RCANCELFAIL"
has "in the capture" "$(tail -n 1 "$tmp/carrier.capture")" '"command":"cancel_sm"'
stop carrier

# ---- several destinations, notifications, data_sm, times ----
sim_start carrier --receipt-delay 100ms --intermediate 100
ask --to $to --to 8613800138001 --to 8613800138002 --text 您好 --wait-receipt 10s --intermediate
is "three destinations: status 0" "$status" 0
is "each is shown" "$(grep -c '^  *to=.* accepted' "$tmp/said")" 3
is "three are told of as on their way, then delivered" \
	"$(grep -c '  on its way .*stat=ENROUTE' "$tmp/said") $(grep -c '  receipt .*stat=DELIVRD' "$tmp/said")" "3 3"
is "one id for all" "$(grep -o '"id":"[^"]*"' "$tmp/carrier.capture" | sort -u | wc -l) $(sim_count carrier multis)" "1 1"
ask --to $to --data-sm --text '您好，数据' --wait-receipt 10s
is "data_sm: delivered: status 0" "$status" 0
has "data_sm at the carrier" "$(tail -n 1 "$tmp/carrier.capture")" '"command":"data_sm"'
has "with its text" "$(tail -n 1 "$tmp/carrier.capture")" '"text":"您好，数据"'
ask --to $to --text 您好 --schedule 10m --validity 2h --replace-if-present --group 春节
is "with times and a group: status 0" "$status" 0
has "times as SMPP writes them" "$(said)" "schedule=000000001000000R validity=000000020000000R"
has "the group at the carrier" "$(tail -n 1 "$tmp/carrier.capture")" '"group_key":"春节"'
sim carrier 'throttle 1' >/dev/null
ask --to $to --to 8613800138001 --to 8613800138002 --text 您好 --wait-receipt 10s
is "two of three over the rate: status 1" "$status" 1
is "the third's receipt is waited for" "$(grep -c '  receipt .*stat=DELIVRD' "$tmp/said")" 1
is "which ones is shown" "$(grep -c '^  *to=.* refused status=0x58' "$tmp/said")" 2
sim carrier 'throttle 0' >/dev/null

# ---- alert_notification ----
has "no bind: no alert" "$(sim carrier "alert $to $from")" "error no bind"
"$send" --port "${port[carrier]}" --listen 20s >"$tmp/heard" 2>&1 &
pid[listen]=$!
started+=(listen)
must "smppsend listens" 10 sim_reaches carrier bound 1
is "alert" "$(sim carrier "alert $to $from")" ok
soon "the alert is shown" 10 logged "alert        from=$to to=$from: the phone can be reached again" "$tmp/heard"
has "a wrong alert" "$(sim carrier "alert $to")" "error usage: alert"
stop listen
is "alerts are counted" "$(sim_count carrier alerts)" 1

# ---- wrong usage says what to do ----
wrong() { # WHAT MESSAGE OPTION...
	ask "${@:3}"
	is "$1: status 2" "$status" 2
	has "$1: what to do" "$(said)" "$2"
}
wrong "two at once" "only one of --query, --cancel and --replace" --query 1 --cancel 2
wrong "replace without a text" "--replace needs --text" --replace 1
wrong "cancel all without a target" "--cancel all needs --to or --group" --cancel all
wrong "data_sm with a schedule" "data_sm has" --data-sm --schedule 10m --to $to --text 您好
wrong "a wrong time" "10m, 2h or 1d from now" --to $to --text 您好 --schedule morgen
wrong "waiting for the receipt of a question" "--wait-receipt is for a new message" --query 1 --wait-receipt 1s
ask --replace 1 --text "$(printf '长短信%.0s' {1..50})"
has "a text too long for replace_sm" "$(said)" "a text for --replace one part"
stop carrier

# ---- the accounts of smppload and smppsend, on the gateway: per part, as data_sm, with notifications ----
redis_start redis no
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; receipts = "part"; deliver = "data_sm"; },
            { system_id = "shop"; password = "secret"; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw";
              reconnect = 100; } );
routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
END
sim_start mobile --receipt-delay 20ms --intermediate 100
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound 1
long=$(printf '长短信%.0s' {1..50})
"$load" --port "${port[gw]}" --json --timeout 10s --messages 200 --intermediate --text "$long#seq" >"$tmp/report" 2>&1
is "long texts, receipts per part: status 0" $? 0
number() { sed -n "s/.*[{,]\"$1\":\([0-9.]*\).*/\1/p" "$tmp/report"; }
is "every message is matched with its last part" "$(number matched) $(number duplicate) $(number missing)" "200 0 0"
is "a receipt for each part" "$(number parts)" "$(sim_count mobile accepted)"
at_least "more parts than messages" "$(number parts)" 400
PORT=${port[gw]} ask --to $to --text "$long" --payload --wait-receipt 10s
is "smppsend waits for every part: status 0" "$status" 0
is "and shows which" "$(grep -c '  receipt .* part=[123]/3' "$tmp/said")" 3
"$load" --port "${port[gw]}" --system-id shop --json --timeout 10s --messages 200 --intermediate --text "$long#seq" \
	>"$tmp/report" 2>&1
is "one receipt for a long text: status 0" $? 0
is "all matched, none for a part" "$(number matched) $(number parts)" "200 0"
"$load" --port "${port[gw]}" --system-id shop --json --timeout 10s --messages 200 --intermediate >"$tmp/report" 2>&1
is "notifications: status 0" $? 0
is "a notification and a receipt for each" "$(number intermediate) $(number matched) $(number duplicate)" "200 200 0"
gateway_stop gw
finish
