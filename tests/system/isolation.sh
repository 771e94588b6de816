#!/bin/bash
# isolation.sh - two accounts of one gateway: one tries everything that SMPP lets an app try against the other. Fair
# shares and order between accounts are shown by scenes (lane-fair, account_tps, bounds_account), without a clock.
. "$(dirname "$0")/../lib.sh"

redis_start redis everysec
sim_start mobile --receipt-delay 10ms
gateway_config gw <<END
accounts: (
	{ system_id = "bank"; password = "secret"; class = "notice"; sources = [ "10690001" ]; },
	{ system_id = "evil"; password = "wicked"; class = "notice"; } );
carriers: ( { name = "移动"; host = "127.0.0.1"; port = ${port[mobile]}; system_id = "gw"; password = "gw"; } );
policies: ( { policy = "window"; mode = "off"; } );
routes: ( { prefix = ""; carriers = [ "移动" ]; } );
END
gateway_start gw
must "the carrier is bound" 20 sim_reaches mobile bound 1
esme_start bank gw --id bank
esme_start evil gw --id evil --password wicked

as() { # ACCOUNT OPTION...: smppsend, its output in $out and status in $status
	local password=secret
	[ "$1" = bank ] || password=wicked
	out=$("$(program smppsend)" --host 127.0.0.1 --port "${port[gw]}" --system-id "$1" --password "$password" "${@:2}" 2>&1)
	status=$?
}
id_of() {
	sed -n 's/.* id=\([0-9]\{18\}\).*/\1/p' <<<"$out" | head -n 1
}
refused() { # WHAT STATUS-NAME
	is "$1: not done" "$([ "$status" -ne 0 ] && echo yes)" yes
	has "$1: the answer is that of an id that does not exist" "$out" "$2"
}

# ---- a message of the bank that waits, with a group, a campaign and a service_type ----
as bank --from 10690001 --to 8613800138000 --text 还款提醒 --schedule 2h --receipt --group 还款 --tlv campaign=十一月 --service-type CMT
victim=$(id_of)
as evil --from 1069777 --to 8613800138000 --text 我的 --schedule 2h --receipt --group 还款 --tlv campaign=十一月 --service-type CMT
own=$(id_of)
ok "both wait: $victim, $own" test -n "$victim" -a -n "$own"

waits() { # ID: the bank is asked
	as bank --from 10690001 --query "$1"
	has "$2" "$out" ENROUTE
}

# ---- ids: the other's, its neighbours, with the other's source and without ----
absent=999999999999999999
as evil --from 10690001 --query $absent
nothing=$(grep -o 'ESME_[A-Z]*' <<<"$out" | head -n 1)
as evil --from 10690001 --cancel $absent
no_cancel=$(grep -o 'ESME_[A-Z]*' <<<"$out" | head -n 1)
as evil --from 10690001 --replace $absent --text 假
no_replace=$(grep -o 'ESME_[A-Z]*' <<<"$out" | head -n 1)
ok "what an absent id gets: $nothing, $no_cancel, $no_replace" test -n "$nothing" -a -n "$no_cancel" -a -n "$no_replace"
for id in "$victim" $((victim - 1)) $((victim + 1)); do
	as evil --from 10690001 --query "$id"
	refused "query of $((id - victim)) beside the bank's id" "$nothing"
	as evil --from 10690001 --cancel "$id"
	refused "cancel" "$no_cancel"
	as evil --from 10690001 --replace "$id" --text 假
	refused "replace" "$no_replace"
done
waits "$victim" "the bank's message waits on"

# ---- without ids: by addresses and service_type, by group ----
as evil --from 10690001 --to 8613800138000 --service-type CMT --cancel all
is "cancel by the bank's addresses and service_type finds nothing" "$([ "$status" -ne 0 ] && echo yes)" yes
as evil --from 1069777 --group 还款 --cancel all
is "cancel of a group of the same name" "$status" 0
soon "ends the own message" 10 logged "^receipt id=$own stat=DELETED" "$tmp/evil.log"
waits "$victim" "and not the bank's"
as evil --from 1069777 --to 8613800138000 --text 顶替 --service-type CMT --replace-if-present --schedule 2h
waits "$victim" "replace_if_present of the same number and service_type is no business of the bank's"

# ---- source addresses ----
as evil --from 10690001 --to 8613800138001 --text 冒充
is "a text from the bank's code is refused" "$(grep -o ESME_RINVSRCADR <<<"$out" | head -n 1)" ESME_RINVSRCADR
as evil --from 106900019 --to 8613800138001 --text 冒充
is "with digits behind it, too" "$(grep -o ESME_RINVSRCADR <<<"$out" | head -n 1)" ESME_RINVSRCADR

# ---- TLVs of ours, forged ----
as bank --from 10690001 --to 8613800138002 --text 您好 --receipt
sent=$(id_of)
as evil --from 1069777 --to 8613800138002 --text 您好 --receipt --tlv "original_message_id=$sent" \
	--tlv "receipted_message_id=$sent" --tlv carrier_status=UNDELIV --tlv via=别家
forged=$(id_of)
soon "its receipt is about its own message, in the carrier's words" 10 \
	logged "^receipt id=$forged stat=DELIVRD .* rmid=$forged .*status=DELIVRD 000 via=[^ ]* 1 " "$tmp/evil.log"
is "nothing names the bank's" "$(lines "$sent" "$tmp/evil.log")" 0

# ---- a receipt that an app makes up: deliver_sm is not an app's to send ----
esme evil "raw 000000210000000500000000000000090000000000000000000000000000000000"
soon "deliver_sm from an app is refused" 10 logged '^nack ' "$tmp/evil.log"

# ---- receipts and replies ----
bank_only() { # PATTERN WHAT
	soon "$2: at the bank" 10 logged "$1" "$tmp/bank.log"
	is "$2: not at the other" "$(lines "$1" "$tmp/evil.log")" 0
}
esme bank "submit dst=8613800138003 src=10690001 text=您好"
must "answered" 10 logged '^resp .*status=00000000' "$tmp/bank.log"
bank_only "^receipt id=$(field bank resp id) " "a receipt"
as evil --from 1069777 --to 8613800138003 --text 您好 --receipt
sim mobile "mo 8613800138003 10690001 余额多少" >/dev/null
bank_only '^mo src=8613800138003 .*text=余额多少' "a reply to the bank's code, though the other has written to the number last"
is "which tells nothing of the other's message" "$(field bank mo original)" "$(field bank resp id)"

# ---- stops ----
sim mobile "mo 8613800138003 10690001 TD" >/dev/null
soon "a stop of the bank's texts" 10 eval '[ "$(redis_cli sismember optout:bank 8613800138003)" = 1 ]'
is "is not one of the other's" "$(redis_cli sismember optout:evil 8613800138003)" 0

# ---- binds, malformed PDUs, refusals of the one leave the other alone ----
esme_try wrong gw --id bank --password wicked
is "its own password does not open the bank's account" "$([ "$bind_status" != 00000000 ] && echo yes)" yes
esme evil "raw 00ffffff000000040000000000000001ff"
soon "a PDU of 16 MB ends the other's session" 10 logged '^ended' "$tmp/evil.log"
before=$(lines '^resp .*status=00000000' "$tmp/bank.log")
esme bank "submit dst=8613800138004 src=10690001 text=照常"
soon "the bank's goes on" 10 lines_reach $((before + 1)) '^resp .*status=00000000' "$tmp/bank.log"

# ---- what the gateway tells of itself ----
is "the system_id of the answer to a bind says nothing of others" "$(field bank bound system_id)" smppgw
is "the console is closed to other users" "$(stat -c %a "$tmp/gw.console")" 600
finish
