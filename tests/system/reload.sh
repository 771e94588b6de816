#!/bin/bash
# reload.sh - the configuration read again, by SIGHUP and by smppgwctl, every second under load: a carrier and an account
# come and go, rates and passwords change, faulty files come between. Nothing is lost or sent twice, binds that are not
# concerned stay up, counters keep. The judges are smppload's account of every receipt and smppsim's of every text.
. "$(dirname "$0")/../lib.sh"

rounds=$((12 / SMPPGW_SLOW + 2))
rate=$((1000 / SMPPGW_SLOW))
messages=$((rate * (rounds + 3)))

redis_start redis everysec
for name in gw gw.stats keep churn; do port[$name]=$(free_port); done

# What changes from round to round.
tps=5000 churn=yes guest=yes secret=gw fault=""
config_write() {
	local carriers="" accounts="" second=keep
	if [ $churn = yes ]; then
		carriers=", { name = \"churn\"; host = \"127.0.0.1\"; port = ${port[churn]}; system_id = \"gw\"; password = \"$secret\";
		  binds = 2; reconnect = 50; reconnect_max = 100; }"
		second=churn
	fi
	[ $guest = yes ] && accounts=", { system_id = \"guest\"; password = \"geheim\"; }"
	gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; max_binds = 20; window = 200; },
            { system_id = "shop"; password = "secret"; max_binds = 20; window = 200; }$accounts );
carriers: ( { name = "keep"; host = "127.0.0.1"; port = ${port[keep]}; system_id = "gw"; password = "gw"; binds = 2;
              reconnect = 100; tps = $tps; }$carriers );
routes: ( { prefix = "86138"; carriers = [ "keep" ]; }, { prefix = "86139"; carriers = [ "$second" ]; } );
$fault
END
}
config_write
for name in keep churn; do sim_start $name --receipt-delay 20ms-300ms --response-delay 1ms-20ms; done
gateway_start gw
must "both carriers bound" 20 eval '[ "$(sim_count keep bound)$(sim_count churn bound)" = 22 ]'

ctl() { "$(program smppgwctl)" -s "$tmp/gw.console" "$@"; }
reloads=0
reload_by() { # hangup|console: waits until it is applied
	reloads=$((reloads + 1))
	if [ "$1" = hangup ]; then
		kill -HUP "${pid[gw]}"
	else
		ctl reload >"$tmp/said" 2>&1 || fail "reload $reloads is applied" "$(cat "$tmp/said")"
	fi
	wait_for "reload $reloads" 10 lines_reach $reloads 'event=reloaded ' "$tmp/gw.log" || fail "reload $reloads is applied"
}

# ---- what is said ----

tps=4000 churn=no
config_write
is "--check tells the difference" "$(ctl reload --check)" \
	"carriers keep: tps 5000 -> 4000 messages/s
- carriers churn
routes #2: carriers [churn] -> [keep]
not applied: 3 changes, 0 more need a restart"
is "... and applies nothing" "$(sim_count churn bound)" 2
is "reload tells it, too" "$(ctl reload)" "$(ctl reload --check | sed 's/^not //' >/dev/null; printf '%s\n' \
	"carriers keep: tps 5000 -> 4000 messages/s" "- carriers churn" "routes #2: carriers [churn] -> [keep]" \
	"applied: 3 changes, 0 more need a restart")"
reloads=1
soon "the removed carrier is unbound" 10 sim_is churn bound 0
has "it is shown as removed" "$(ctl carriers churn)" "removed"
is "and is no illness" "$(curl -s "http://127.0.0.1:${port[gw.stats]}/healthz")" ok
ok "the log has each difference" logged "event=reload_change what=\"carriers keep: tps 5000 -> 4000 messages/s\"" "$tmp/gw.log"

fault='classes: ( { name = "急件"; } );'
config_write
ctl reload >"$tmp/said" 2>&1
is "a faulty file: exit status 1" $? 1
has "a faulty file: each fault is told" "$(cat "$tmp/said")" 'classes: "急件" is none of'
kill -HUP "${pid[gw]}"
soon "a faulty file by SIGHUP: the log has the fault" 10 lines_reach 2 'event=reload_refused why=' "$tmp/gw.log"
fault=""

# A socket that somebody else has: nothing of the file is applied.
tps=1
config_write
sed -i "s/^listen: (/listen: ( { port = ${port[keep]}; },/" "$tmp/gw.conf"
ctl reload >"$tmp/said" 2>&1
is "a port that is taken: exit status 1" $? 1
has "a port that is taken: told" "$(cat "$tmp/said")" "cannot listen on 127.0.0.1 port ${port[keep]}"
is "... and nothing is applied" "$(metric gw 'smppgw_carrier_removed\{.*"churn".*\}')" 1
has "... nor the rate" "$(ctl carriers keep)" 4000
tps=5000 churn=yes
config_write
reload_by console
must "the carrier is back" 10 sim_is churn bound 2

# ---- under load ----

load=$(program smppload) || exit 1
for n in 8 9; do
	[ $n = 8 ] && id=bank || id=shop
	start load$n "$load" --port "${port[gw]}" --system-id $id --binds 2 --window 100 --messages "$messages" --rate "$rate" --json \
		--dest-prefix 8613$n --first $((n * 1000000)) --timeout 30s --linger 2s
done
must "the load is under way" 20 sim_reaches churn submitted 100
# Names of binds, which are never given twice, and since when they are up.
binds_of() { ctl binds "$1" | awk '$1 ~ /[#\/]/ { print $1, $7, $8 }' | sort; }
before=$(binds_of bank; binds_of shop; binds_of keep)
is "binds are listed" "$(echo "$before" | grep -c 20)" 6

for i in $(seq $rounds); do
	tps=$((5000 - i)) secret=gw$i
	[ $churn = yes ] && churn=no || churn=yes
	[ $((i % 3)) = 0 ] && guest=yes || guest=no
	config_write
	if [ $((i % 2)) = 0 ]; then reload_by hangup; else reload_by console; fi
	if [ $((i % 4)) = 3 ]; then
		echo 'carriers: ( { name = "halb' >>"$tmp/gw.conf"
		ctl reload >/dev/null 2>&1 && fail "round $i: a torn file is refused"
	fi
	alive load8 && alive load9 || fail "round $i comes in the middle of the load"
	sleep 1
done
is "binds that are not concerned are the same" "$(binds_of bank; binds_of shop; binds_of keep)" "$before"
churn=yes guest=yes
config_write
reload_by console
for n in 8 9; do
	wait_for "the end of the load" 120 gone load$n || fail "the load ends"
	wait "${pid[load$n]}"
	is "load $n: every message has its one answer and receipt" $? 0
	unset "pid[load$n]"
	say "$(tail -n 1 "$tmp/load$n.log" | cut -c1-300)"
done
is "the carriers have got every message" $(($(sim_count keep submitted) + $(sim_count churn submitted))) $((2 * messages))
is "none of them twice" "$(sim_count keep duplicates)$(sim_count churn duplicates)" 00
is "the counters have kept" "$(metric gw 'smppgw_carrier_submitted_total\{.*\}')" $((2 * messages))
is "none was lost on the way" "$(metric gw 'smppgw_carrier_lost_total\{.*\}')" 0
is "the other carrier was called once" "$(metric gw 'smppgw_carrier_connects_total\{.*"keep".*\}')" 2
at_least "the load went over both" "$(sim_count churn submitted)" 100
journal_empty() { [ "$(journal_size)" = 0 ]; }
soon "nothing stays in the journal" 30 journal_empty

# ---- accounts ----

esme_start guest gw --id guest --password geheim
guest=no
config_write
reload_by hangup
soon "a removed account is unbound" 10 logged '^(unbind|ended)' "$tmp/guest.log"
bind_gives "... and unknown" 0000000f guest2 gw --id guest --password geheim
guest=yes
config_write
reload_by hangup
bind_gives "... until it comes back" 00000000 guest3 gw --id guest --password geheim
gateway_stop gw
finish
