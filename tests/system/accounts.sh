#!/bin/bash
# accounts.sh - who may bind, from where, as what, how often and how fast.
. "$(dirname "$0")/../lib.sh"

hash=$(perl -e 'print crypt("密码12", "\$6\$saltsalt")')
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
bind_gives "the right password" 00000000 a gw --id bank
bind_gives "a wrong password: ESME_RINVPASWD" 0000000e b gw --id bank --password Secret
bind_gives "no password: ESME_RINVPASWD" 0000000e c gw --id bank --password ''
bind_gives "the start of the password: ESME_RINVPASWD" 0000000e d gw --id bank --password secre
bind_gives "the right password of a crypt(3) hash" 00000000 e gw --id hashed --password 密码12
bind_gives "a wrong one: ESME_RINVPASWD" 0000000e f gw --id hashed --password 密码13
bind_gives "the hash itself is no password" 0000000e g gw --id hashed --password "$hash"
bind_gives "an unknown system_id: ESME_RINVSYSID" 0000000f h gw --id 未知

# ---- addresses ----
bind_gives "an address outside allow: ESME_RBINDFAIL" 0000000d far gw --id far
bind_gives "an address outside a /32: ESME_RBINDFAIL" 0000000d near1 gw --id near
bind_gives "an address inside it" 00000000 near2 gw --id near --local 127.0.0.2

# ---- kinds of bind ----
bind_gives "an allowed bind" 00000000 tx gw --id sender --bind tx
refused() { [ "$1" != 00000000 ] && [ "$1" != none ] && [ -n "$1" ]; }
for kind in rx trx; do
	esme_try "$kind" gw --id sender --bind "$kind"
	ok "bind $kind is refused where only transmitters are allowed (status $bind_status)" refused "$bind_status"
done

# ---- how many ----
bind_gives "first of two" 00000000 two1 gw --id two
bind_gives "second of two" 00000000 two2 gw --id two
bind_gives "a third: ESME_RALYBND" 00000005 two3 gw --id two
esme two1 enquire
soon "the first is not disturbed" 10 logged '^enquire_resp' "$tmp/two1.log"
esme two2 unbind
must "the second leaves" 10 gone two2
bind_gives "then another may bind" 00000000 two4 gw --id two

# ---- a dead one gives way ----
esme_start dead gw --id one
kill -STOP "${pid[dead]}"
binds_at_last() { esme_try fresh gw --id one && [ "$bind_status" = 00000000 ]; }
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
