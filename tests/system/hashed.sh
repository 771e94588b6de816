#!/bin/bash
# hashed.sh - passwords and tokens whose crypt(3) takes half a second: the gateway goes on meanwhile, and whoever goes, or is
# changed by a reload, while it is computed is judged as if it had cost nothing.
. "$(dirname "$0")/../lib.sh"

rounds=2000000
long=$((5 * rounds)) # lasts while something else is done
[ -z "${SMPPGW_WRAP:-}" ] || rounds=100000 long=100000
ctl() { "$(program smppgwctl)" -s "$tmp/gw.console" "$@"; }
hash_of() { perl -e 'print crypt($ARGV[0], "\$6\$rounds=$ARGV[1]\$saltsalt")' "$1" "${2:-$rounds}"; }
# What one costs: milliseconds of CPU.
cost_ms() { perl -e 'crypt("x", "\$6\$rounds=$ARGV[0]\$saltsalt"); printf "%d\n", 1000 * (times)[0]' "$rounds"; }
longest_ms() {
	curl -s -m 5 "http://127.0.0.1:${port[gw.stats]}/metrics" |
		awk '$1 == "smppgw_turn_longest_seconds" { printf "%d\n", $2 * 1000 }'
}
idle() { metric_is gw smppgw_listener_crypts_waiting 0; }
answered() { lines_reach "$2" '^enquire_resp' "$tmp/$1.log"; }
crypts=0
# The crypt of the bind that was made last has begun; it may be over.
looked_at() {
	crypts=$((crypts + 1))
	must "its password is looked at" 20 metric_reaches gw smppgw_listener_crypts_total $crypts
}

secret=$(hash_of geheim8)
redis_start redis everysec
configure() { # MORE
	gateway_config gw <<-END
		accounts: ( { system_id = "bank"; password = "secret"; }, $1 );
		console_tokens: ( { name = "noc"; token = "$secret"; right = "operate"; } );
		carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw"; } );
		routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
	END
}
hashed='{ system_id = "hashed"; password = "'$secret'"; max_binds = 9; }'
slow_secret=$(hash_of geheim8 "$long")
moved='{ system_id = "moved"; password = "'$slow_secret'"; }'
gone='{ system_id = "gone"; password = "'$slow_secret'"; }'
configure "$hashed, $moved, $gone"
sim_start mobile
gateway_start gw
esme_start bank gw --id bank

# ---- the loop goes on ----
esme_launch slow gw --id hashed --password geheim8
looked_at
esme bank enquire
must "another app is answered" 20 answered bank 1
must "it is bound" 60 logged '^bound status=00000000' "$tmp/slow.log"
is "a token is right" "$(SMPPGWCTL_TOKEN=noc:geheim8 ctl lockouts)" "nobody is locked out"
has "a token is wrong" "$(SMPPGWCTL_TOKEN=noc:geheim9 ctl lockouts 2>&1)" "the token is wrong"
cost=$(cost_ms)
longest=$(longest_ms)
if [ -n "${SMPPGW_WRAP:-}" ]; then
	skip "no turn is longer than a fifth of a crypt" "something is wrapped round the gateway"
else
	at_most "no turn was as long as a fifth of a crypt ($cost ms)" "$longest" $((cost / 5))
fi
bind_gives "what is proven costs nothing" 00000000 again gw --id hashed --password geheim8
bind_gives "a wrong one is told" 0000000e wrong gw --id hashed --password geheim9
bind_gives "an unknown system_id costs as much" 0000000f unknown gw --id nobody --password geheim8
crypts=$((crypts + 2))
is "and no other crypt was run" "$(metric gw smppgw_listener_crypts_total)" "$crypts"

# ---- who goes meanwhile ----
esme_launch leaves gw --id hashed --password falsch
looked_at
stop leaves KILL || :
soon "it has gone, and nobody waits any more" 60 idle
soon "it has failed all the same" 60 metric_is gw smppgw_listener_bind_failures_total 3

# ---- a reload meanwhile ----
reloads() {
	other=$(hash_of anders88)
	esme_launch moved gw --id moved --password anders88
	looked_at
	configure "$hashed, ${moved/"$slow_secret"/"$other"}, $gone"
	ok "another password by a reload" ctl reload
	soon "it is judged by that" 60 logged '^bound status=00000000' "$tmp/moved.log"
	crypts=$((crypts + 1))
	esme_launch gone gw --id gone --password geheim8
	looked_at
	configure "$hashed, ${moved/"$slow_secret"/"$other"}"
	ok "its account is removed by a reload" ctl reload
	soon "it is refused" 60 logged '^bound status=0000000d' "$tmp/gone.log"
	must "and its connection is closed" 20 logged '^ended' "$tmp/gone.log"
	is "it was answered once" "$(lines '^bound' "$tmp/gone.log")" 1
	must "nobody waits" 60 idle
}
if [ -n "${SMPPGW_WRAP:-}" ]; then
	skip "a reload meanwhile" "what is wrapped round the gateway makes it too slow to be in time"
else
	reloads
fi

# ---- the end meanwhile ----
is "the filter of system calls has refused nothing" "$(metric gw smppgw_sandbox_refused_total)" 0
esme_launch last gw --id hashed --password falsch
looked_at
gateway_stop gw
finish
