#!/bin/bash
# accounts.sh - who may bind, from where, as what, how often and how fast.
. "$(dirname "$0")/../lib.sh"

hash=$(perl -e 'print crypt("密码secret", "\$6\$saltsalt")')
redis_start redis everysec
gateway_config gw <<END
accounts: (
	{ system_id = "bank"; password = "secret"; },
	{ system_id = "hashed"; password = "$hash"; },
	{ system_id = "far"; password = "secret"; allow = [ "10.0.0.0/8", "2001:db8::/32" ]; },
	{ system_id = "near"; password = "secret"; allow = [ "192.0.2.0/24", "127.0.0.2/32" ]; },
	{ system_id = "sender"; password = "secret"; bind = [ "transmitter" ]; },
	{ system_id = "two"; password = "secret"; max_binds = 2; },
	{ system_id = "one"; password = "secret"; max_binds = 1; enquire_link = 1000; response_timeout = 1000; },
	{ system_id = "slow"; password = "secret"; tps = 10; burst = 10; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw"; } );
routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
END
sim_start mobile
gateway_start gw

# ---- passwords ----
is "the right password" "$(esme_try a gw --id bank)" 00000000
is "a wrong password: ESME_RINVPASWD" "$(esme_try b gw --id bank --password Secret)" 0000000e
is "no password: ESME_RINVPASWD" "$(esme_try c gw --id bank --password '')" 0000000e
is "the start of the password: ESME_RINVPASWD" "$(esme_try d gw --id bank --password secre)" 0000000e
is "the right password of a crypt(3) hash" "$(esme_try e gw --id hashed --password 密码secret)" 00000000
is "a wrong one: ESME_RINVPASWD" "$(esme_try f gw --id hashed --password 密码secreT)" 0000000e
is "the hash itself is no password" "$(esme_try g gw --id hashed --password "$hash")" 0000000e
is "an unknown system_id: ESME_RINVSYSID" "$(esme_try h gw --id 未知)" 0000000f

# ---- addresses ----
is "an address outside allow: ESME_RBINDFAIL" "$(esme_try far gw --id far)" 0000000d
is "an address outside a /32: ESME_RBINDFAIL" "$(esme_try near1 gw --id near)" 0000000d
is "an address inside it" "$(esme_try near2 gw --id near --local 127.0.0.2)" 00000000

# ---- kinds of bind ----
is "an allowed bind" "$(esme_try tx gw --id sender --bind tx)" 00000000
refused() { [ "$1" != 00000000 ] && [ "$1" != none ] && [ -n "$1" ]; }
for kind in rx trx; do
	status=$(esme_try "$kind" gw --id sender --bind "$kind")
	ok "bind $kind is refused where only transmitters are allowed (status $status)" refused "$status"
done

# ---- how many ----
is "first of two" "$(esme_try two1 gw --id two)" 00000000
is "second of two" "$(esme_try two2 gw --id two)" 00000000
is "a third: ESME_RALYBND" "$(esme_try two3 gw --id two)" 00000005
esme two1 enquire
soon "the first is not disturbed" 10 logged '^enquire_resp' "$tmp/two1.log"
esme two2 unbind
must "the second leaves" 10 gone two2
is "then another may bind" "$(esme_try two4 gw --id two)" 00000000

# ---- a dead one gives way ----
esme_start dead gw --id one
kill -STOP "${pid[dead]}"
binds_at_last() { [ "$(esme_try fresh gw --id one)" = 00000000 ]; }
soon "a bind that does not answer is displaced by a new one" 20 binds_at_last
kill -CONT "${pid[dead]}"
soon "the dead one's connection is closed" 10 logged '^ended' "$tmp/dead.log"
esme fresh enquire
soon "the new one lives" 10 logged '^enquire_resp' "$tmp/fresh.log"

# ---- how fast ----
esme_start slow gw --id slow
esme slow 'submit dst=8613800000001 count=60 text=第{n}条'
must "60 answers" 20 lines_reach 60 '^resp ' "$tmp/slow.log"
good=$(lines '^resp .*status=00000000' "$tmp/slow.log")
at_least "tps 10, burst 10, 60 at once: accepted" "$good" 10
at_most "and no more than that within the time" "$good" 30
is "the rest: ESME_RTHROTTLED" "$(lines '^resp .*status=00000058' "$tmp/slow.log")" $((60 - good))
again() {
	esme slow 'submit dst=8613800000001 text=再来'
	wait_for "answer" 5 lines_reach $((seen + 1)) '^resp ' "$tmp/slow.log" || return 1
	seen=$((seen + 1))
	[ "$(field slow resp status)" = 00000000 ]
}
seen=60
soon "a moment later it may send again" 10 again
gateway_stop gw
finish
