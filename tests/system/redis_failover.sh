#!/bin/bash
# redis_failover.sh - Redis' master changes while traffic runs: first in order (FAILOVER: the old master lives on as a replica
# and answers READONLY), then by kill -9 and the replica promoted. The gateway gives the old one up, finds the new one at
# the same address, keeps all links, and every acknowledged message gets its one receipt. A replica without its master
# (MASTERDOWN) at that address is as good as none.
. "$(dirname "$0")/../lib.sh"

# The address that the gateway knows is a link; a failover points it elsewhere, as a name or a balancer would be.
declare -A tcp=()
server_start() { # NAME OPTION...
	local name=$1
	shift
	: "${tcp[$name]:=$(free_port)}"
	mkdir -p "$tmp/$name"
	rm -f "$tmp/$name.sock"
	start "$name" redis-server --port "${tcp[$name]}" --bind 127.0.0.1 --unixsocket "$tmp/$name.sock" --unixsocketperm 700 \
		--dir "$tmp/$name" --pidfile "$tmp/$name.pid" --appendonly yes --appendfsync everysec --save '' \
		--repl-diskless-sync-delay 0 --repl-ping-replica-period 1 --maxmemory-policy noeviction --daemonize no "$@"
	must "Redis $name answering" 20 eval 'redis-cli -s "$tmp/'"$name"'.sock" ping | grep -qE "PONG|MASTERDOWN"'
}
ask() { # NAME COMMAND...
	local name=$1
	shift
	redis-cli -s "$tmp/$name.sock" --raw "$@"
}
master_is() { # NAME
	ln -sfn "$tmp/$1.sock" "$tmp/new.sock" && mv -fT "$tmp/new.sock" "$redis_socket"
}
in_step() { # REPLICA
	ask "$1" info replication | grep -q '^master_link_status:up'
}

redis_socket=$tmp/redis.sock
server_start one
server_start two --replicaof 127.0.0.1 "${tcp[one]}"
must "the replica is in step" 20 in_step two
master_is one
gateway_config gw 'deadline = 1000; reconnect = 20;' <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw"; } );
routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
policies: ( { policy = "window"; mode = "off"; } ); # this test runs at night too
END
sim_start mobile --receipt-delay 20ms
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound 1
esme_start traffic gw
binds=$(sim_count mobile binds)

accepted() { lines '^resp .*status=00000000' "$tmp/traffic.log"; }
flows() { # WHAT
	local before
	before=$(accepted)
	soon "$1" 20 eval '[ "$(accepted)" -ge '$((before + 200))' ]'
}
esme traffic 'submit dst=8613800000001 count=1000000 rate=300 window=100 text=您的验证码{n}，消息#{n}'
flows "texts are accepted"

# ---- in order ----
is "the master is told to hand over" "$(ask one failover)" OK
must "the replica is the master" 20 eval '[ "$(ask two role | head -n 1)" = master ]'
soon "the old master's READONLY ends the connection" 10 logged 'redis .*event=down .*READONLY' "$tmp/gw.log"
master_is two
flows "texts are accepted with the new master"

# ---- killed ----
must "the new replica is in step" 20 in_step one
kill_hard two
soon "the end of the master is seen" 10 logged 'event=store_down' "$tmp/gw.log"
is "the replica is promoted" "$(ask one replicaof no one)" OK
master_is one
flows "texts are accepted with the promoted one"

# ---- a replica that has no master ----
server_start two --replicaof 127.0.0.1 1 --replica-serve-stale-data no
master_is two
ask one client kill type normal >/dev/null
soon "a replica without its master is not taken for a master" 10 logged 'redis .*event=down .*MASTERDOWN' "$tmp/gw.log"
refused=$(lines '^resp .*status=00000008' "$tmp/traffic.log")
soon "... and submits are refused" 10 eval '[ "$(lines "^resp .*status=00000008" "$tmp/traffic.log")" -gt '"$refused"' ]'
master_is one
flows "texts are accepted again"

# ---- the account of it all ----
esme traffic stop
all_answered() {
	[ "$(lines '^resp ' "$tmp/traffic.log")" = "$(sed -n 's/^resp n=\([0-9]*\).*/\1/p' "$tmp/traffic.log" | sort -n | tail -n 1)" ]
}
soon "every submit is answered" 20 all_answered
sed -n 's/^resp .*status=00000000 id=\([0-9]*\).*/\1/p' "$tmp/traffic.log" | sort >"$tmp/acked"
none_missing() { [ "$(sed -n 's/^receipt id=\([0-9]*\).*/\1/p' "$tmp/traffic.log" | sort -u | comm -23 "$tmp/acked" - | wc -l)" = 0 ]; }
soon "every acknowledged message gets its receipt" 30 none_missing
sed -n 's/^receipt id=\([0-9]*\).*/\1/p' "$tmp/traffic.log" | sort >"$tmp/got"
say "acknowledged $(wc -l <"$tmp/acked"), refused $(lines '^resp .*status=00000008' "$tmp/traffic.log"), receipts $(wc -l <"$tmp/got")"
is "no receipt for what was refused" "$(comm -13 "$tmp/acked" <(uniq "$tmp/got") | wc -l)" 0
is "no receipt comes twice" "$(uniq -d "$tmp/got" | wc -l)" 0
is "no app's link ended" "$(lines '^ended' "$tmp/traffic.log")" 0
is "the carrier's link is the same" "$(sim_count mobile binds) $(sim_count mobile bound)" "$binds 1"
journal_empty() { [ "$(journal_size)" = 0 ]; }
soon "nothing stays in the journal" 20 journal_empty
gateway_stop gw
finish
