#!/bin/bash
# accept.sh - carriers that bind in to the gateway as an ESME: messages as deliver_sm, receipts and replies as submit_sm,
# over two binds; both sides killed and come back; ids of ours; one that sends no receipts; who is refused.
. "$(dirname "$0")/../lib.sh"

messages=$((12000 / SMPPGW_SLOW))

redis_start redis always
gateway_config gw <<'END'
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; sources = [ "1069" ]; max_binds = 20; window = 100; } );
carriers: ( { name = "mobile"; mode = "accept"; system_id = "aggregat"; password = "kommrein"; binds = 2;
              allow = [ "127.0.0.0/8" ]; },
            { name = "quoting"; mode = "accept"; system_id = "quoting"; password = "kommrein"; accept_id = "ours"; },
            { name = "final"; mode = "accept"; system_id = "final"; password = "kommrein"; ack_final = true; },
            { name = "far"; mode = "accept"; system_id = "far"; password = "kommrein"; allow = [ "10.0.0.0/8" ]; } );
routes: ( { prefix = "8613"; carriers = [ "mobile" ]; }, { prefix = "8615"; carriers = [ "quoting" ]; },
          { prefix = "8618"; carriers = [ "final" ]; } );
END

# A simulated carrier that binds in.
joins() { # NAME SYSTEM-ID OPTION...
	local name=$1 id=$2 daemon
	shift 2
	daemon=$(program smppsim) || exit 1
	rm -f "$tmp/$name.control"
	start "$name" "$daemon" --bind-in "127.0.0.1:${port[gw]}" --system-id "$id" --reconnect 200ms \
		--control "$tmp/$name.control" --capture "$tmp/$name.capture" --detect-duplicates --verbose "$@"
	must "smppsim $name is there" 20 sim_count "$name" bound
}

captured() { # NAME N
	[ "$(wc -l <"$tmp/$1.capture")" -ge "$2" ]
}

gateway_start gw

# ---- refused ----
joins guess aggregat --password falsch
soon "a wrong password is refused" 20 sim_reaches guess binds_refused 1
ok "and said so in the log" logged 'event=bind_refused system_id=aggregat .*status=ESME_RINVPASWD' "$tmp/gw.log"
stop guess || :
joins stranger fremder --password kommrein
soon "an unknown system_id is refused" 20 sim_reaches stranger binds_refused 1
stop stranger || :
joins far far --password kommrein
soon "an address that is not in allow is refused" 20 logged 'event=bind_refused system_id=far .*status=ESME_RBINDFAIL' "$tmp/gw.log"
stop far || :
at_least "binds refused are counted by carrier" "$(metric gw 'smppgw_carrier_binds_refused_total\{.*far.*\}')" 1

# ---- messages, receipts, replies ----
esme_start app gw
esme app 'submit dst=8613800000001 count=3 text=第{n}条'
must "3 submits are acknowledged" 20 lines_reach 3 '^resp .*status=00000000' "$tmp/app.log"
is "they wait for the carrier" "$(journal_size)" 3
joins mobile aggregat --password kommrein --binds 2 --receipt-delay 50ms-300ms --id-form hex-dec
soon "two binds" 20 sim_is mobile bound 2
soon "they are delivered" 20 sim_is mobile submitted 3
ok "as deliver_sm" logged '"command":"deliver_sm"' "$tmp/mobile.capture"
soon "their receipts come" 20 lines_reach 3 '^receipt ' "$tmp/app.log"
is "each was taken by the gateway" "$(sim_count mobile receipts_acked)" 3
sim mobile "mo 8613800000099 10690001 你好，请问利率是多少" >/dev/null
soon "a reply comes" 20 logged '^mo ' "$tmp/app.log"
soon "its submit_sm is answered" 20 sim_is mobile mo_acked 1
soon "nothing is left" 20 eval '[ "$(journal_size)" = 0 ]'

# ---- a long text ----
esme app "submit dst=8613800000002 text=$(printf '尊敬的客户您申请的贷款已审批通过%.0s' 1 2 3 4 5 6)"
soon "a long text goes in parts" 20 sim_is mobile submitted 5
soon "and has one receipt" 20 lines_reach 4 '^receipt ' "$tmp/app.log"

# ---- under load: the link is lost, the gateway is killed, the carrier comes back ----
stop app KILL || : # receipts go to every bind of the account
load=$(program smppload) || exit 1
"$load" --port "${port[gw]}" --binds 2 --window 50 --messages "$messages" --reconnect --json \
	--journal "$tmp/acked" --timeout 60s --linger 5s >"$tmp/load.json" 2>"$tmp/load.log" &
pid[load]=$!
started+=(load)
must "a part of the load has passed" 60 lines_reach $((messages / 4)) . "$tmp/acked"
sim mobile drop >/dev/null
must "more of it has passed" 60 lines_reach $((messages / 2)) . "$tmp/acked"
is "the gateway is killed in the middle" "$(alive load && echo running)" running
kill_hard gw
gateway_start gw
soon "the carrier binds in again by itself" 30 sim_is mobile bound 2
wait_for "the load's end" 300 gone load || fail "the load ends"
wait "${pid[load]}"
unset 'pid[load]'
number() { # KEY: from smppload's report
	sed -n "s/.*[{,]\"$1\":\([0-9.]*\).*/\1/p" "$tmp/load.json"
}
say "$(cut -c1-300 "$tmp/load.json")"
is "every message was submitted" "$(number submitted)" "$messages"
is "acknowledged messages without a receipt" "$(number missing)" 0
is "each was matched by its own id" "$(number matched)" "$(number accepted)"
at_least "the carrier has got every acknowledged message" "$(sim_count mobile tags)" "$(number accepted)"
at_most "duplicates, against what was outstanding" "$(sim_count mobile duplicates)" $((2 * 2 * 100))

# ---- ids of ours ----
rm -f "$tmp/app.log"
esme_start app gw
joins quoting quoting --password kommrein --id-form theirs --receipt-delay 50ms
soon "one that quotes our ids" 20 sim_is quoting bound 1
esme app 'submit dst=8615900000001 count=20 text=请查收{n}'
soon "20 messages" 20 sim_is quoting submitted 20
soon "their receipts come" 20 lines_reach 20 '^receipt ' "$tmp/app.log"
esme app "submit dst=8615900000022 text=$(printf '您的快递已到达请凭取件码领取%.0s' 1 2 3 4 5 6)"
soon "and that of a long text" 20 lines_reach 21 '^receipt ' "$tmp/app.log"
is "it knows no other ids" "$(sim_count quoting receipts_acked)" "$(sim_count quoting submitted)"

# ---- no receipts at all ----
joins final final --password kommrein --id-form none
soon "one that sends no receipts" 20 sim_is final bound 1
esme app 'submit dst=8618800000001 count=20 text=您已签收{n}'
soon "20 messages" 20 sim_is final submitted 20
soon "its answer is the end" 20 lines_reach 41 '^receipt .*DELIVRD' "$tmp/app.log"
is "and it has sent none" "$(sim_count final receipts_sent)" 0

# ---- it goes away and comes back ----
stop quoting KILL || :
esme app 'submit dst=8615900000100 count=5 text=再发{n}'
soon "what it does not take waits" 20 eval '[ "$(journal_size)" = 5 ]'
joins quoting quoting --password kommrein --id-form theirs --receipt-delay 50ms
soon "until it is back" 20 lines_reach 46 '^receipt ' "$tmp/app.log"
soon "nothing is left" 20 eval '[ "$(journal_size)" = 0 ]'
gateway_stop gw
finish
