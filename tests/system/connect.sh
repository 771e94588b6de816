#!/bin/bash
# connect.sh - how connections are made: names with several addresses that change, carriers with several addresses, a
# pair over them, IPv6; listeners behind a load balancer with PROXY headers, whole, dripping, wrong, missing, before TLS;
# and too many unbound connections from one address.
. "$(dirname "$0")/../lib.sh"

# ---- names of our own: a file in the place of /etc/hosts, for the gateway alone ----
hosts=$tmp/hosts
printf '127.0.0.1 localhost\n127.0.0.1 smsc.test\n127.0.0.11 smsc.test\n' >"$hosts"
cat >"$tmp/with-hosts" <<END
#!/bin/sh
mount --bind "$hosts" /etc/hosts && exec "\$@"
END
chmod +x "$tmp/with-hosts"
names=yes
if [ "$(unshare -m "$tmp/with-hosts" getent ahosts smsc.test 2>/dev/null | grep -c STREAM)" = 2 ]; then
	export SMPPGW_WRAP="unshare -m $tmp/with-hosts ${SMPPGW_WRAP:-}"
else
	names=no
	skip "names with several addresses" "no file can be mounted over /etc/hosts here"
fi
ipv6=yes
perl -MIO::Socket::IP -e 'exit !IO::Socket::IP->new(LocalHost => "::1", LocalPort => 0, Listen => 1)' || ipv6=no

# ---- certificates, for TLS behind a balancer ----
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=gateway" -keyout "$tmp/key.pem" \
	-out "$tmp/cert.pem" 2>/dev/null

redis_start redis no
for name in named first second six dead proxied secure; do port[$name]=$(free_port); done

carrier() { # NAME REST
	printf '{ name = "%s"; system_id = "gw"; password = "gw"; reconnect = 300; reconnect_max = 1000; %s }' "$1" "$2"
}
gateway_config gw <<END
limits: { session_init = 2000; max_per_address = 5; };
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; allow = [ "203.0.113.0/24", "2001:db8::/32" ]; },
            { system_id = "shop"; password = "secret"; class = "notice"; allow = [ "127.0.0.0/8" ]; } );
carriers: (
	$(carrier several "host = \"\"; bind = \"pair\"; addresses = [ \"127.0.0.1:${port[dead]}\", \"127.0.0.1:${port[first]}\", \"localhost:${port[second]}\" ];"),
	$(carrier six "addresses = [ \"[::1]:${port[six]}\" ];"),
	$([ $names = yes ] && carrier named "host = \"smsc.test\"; port = ${port[named]};" || carrier named "host = \"127.0.0.11\"; port = ${port[named]};") );
routes: ( { prefix = ""; carriers = [ "several" ]; } );
END
cat >"$tmp/listen" <<END
listen: ( { port = ${port[gw]}; },
	{ port = ${port[proxied]}; proxy = true; proxy_from = [ "127.0.0.1" ]; },
	{ port = ${port[secure]}; proxy = true; proxy_from = [ "127.0.0.0/8" ];
	  tls: { certificate = "cert.pem"; key = "key.pem"; }; } );
END
sed -i -e "/^listen: /{r $tmp/listen
d}" "$tmp/gw.conf"

up_is() { metric_is gw "smppgw_carrier_bound\\{.*carrier=\"$1\".*\\}" "$2"; }

# ---- carriers with several addresses ----
sim_start first
sim_start second
start named "$(program smppsim)" --listen "127.0.0.11:${port[named]}" --control "$tmp/named.control"
[ $ipv6 = no ] || start six "$(program smppsim)" --listen "[::1]:${port[six]}" --control "$tmp/six.control"
gateway_start gw
soon "the first address is dead: the pair binds at the second" 10 sim_is first bound 2
ok "the dead one is in the log" logged 'several/1tx event=ended reason=connect_failed .*Connection refused' "$tmp/gw.log"
is "the third was not needed" "$(sim_count second bound)" 0
esme_start app gw --id shop
esme app 'submit dst=8613800000001 text=您好'
soon "a message goes over the transmitter" 10 sim_is first submitted 1
stop first
soon "the second address is lost: the third" 15 sim_is second bound 2
esme app 'submit dst=8613800000002 text=再见'
soon "and messages go on" 10 sim_is second submitted 1
stop app

# ---- IPv6 ----
if [ $ipv6 = yes ]; then
	soon "a carrier at [::1]" 10 up_is six 1
else
	skip "a carrier at [::1]" "this host has no IPv6 loopback"
fi

# ---- names ----
soon "a name whose first address is dead" 10 up_is named 1
if [ $names = yes ]; then
	ok "the log says which and why" logged "named/1 event=address_failed address=127.0.0.1:${port[named]} error=\"Connection refused\"" \
		"$tmp/gw.log"
	ok "and where the bind is" logged "named/1 event=bound .*peer=127.0.0.11:${port[named]} " "$tmp/gw.log"
	printf '127.0.0.1 localhost\n127.0.0.12 smsc.test\n' >"$hosts"
	stop named
	start named "$(program smppsim)" --listen "127.0.0.12:${port[named]}" --control "$tmp/named.control"
	soon "the name has another address: it is asked for anew" 15 logged "named/1 event=bound .*peer=127.0.0.12:" "$tmp/gw.log"
	printf '127.0.0.1 localhost\n' >"$hosts"
	stop named
	soon "the name is gone" 15 logged 'named/1 event=ended reason=resolve_failed' "$tmp/gw.log"
fi

# ---- behind a balancer ----
signature=0d0a0d0a000d0a515549540a
client4=cb007107c00002019c400ad7                                        # 203.0.113.7:40000 -> 192.0.2.1:2775
stranger4=c6336401c00002019c400ad7                                      # 198.51.100.1
client6=20010db800000000000000000000000720010db80000000000000000000000019c400ad7 # [2001:db8::7]:40000
header=${signature}2111000c$client4

bind_gives "without a balancer bank's own address does not count" 0000000d direct gw
bind_gives "a client behind the balancer is let in" 00000000 one proxied --first "$header"
ok "its address is in the log" logged 'event=bound .*peer=203.0.113.7:40000' "$tmp/gw.log"
bind_gives "an IPv6 client, too" 00000000 two proxied --first "${signature}21210024$client6"
bind_gives "one whose address is not in allow is not" 0000000d three proxied --first "${signature}2111000c$stranger4"
bind_gives "additional fields are skipped" 00000000 four proxied --first "${signature}21110013${client4}0500046d61696c"
bind_gives "a header octet by octet" 00000000 five proxied --first "$header" --drip
bind_gives "LOCAL: the balancer speaks for itself" 0000000d six-local proxied --first "${signature}20000000"
bind_gives "... and is judged by its own address" 00000000 seven proxied --id shop --first "${signature}20000000"

refused() { # WHAT WHY OPTION...
	local before
	before=$(metric gw smppgw_listener_no_header_total)
	esme_try bad proxied "${@:3}"
	is "$1: closed" "$bind_status" none
	soon "$1: counted" 5 metric_is gw smppgw_listener_no_header_total $((before + 1))
	ok "$1: the log says why" logged "event=ended reason=[a-z_]+ .*why=\"[^\"]*$2" "$tmp/gw.log"
}
refused "no header" "no PROXY header"
refused "garbage" "no PROXY header" --first deadbeefdeadbeefdeadbeefdeadbeef
refused "version 1" 'version 1 \(text\)' --first "$(printf 'PROXY TCP4 203.0.113.7 192.0.2.1 40000 2775\r\n' | od -An -tx1 | tr -d ' \n')"
refused "UDP" "without an address of TCP" --first "${signature}2112000c$client4"
refused "somebody else" "only balancers in proxy_from" --local 127.0.0.5 --first "$header"
refused "half a header" "in time" --bind no --first "${header:0:40}"
for name in one two four five seven; do ok "$name is still bound" alive "$name"; done

tls_bind() { # HEADER-IN-HEX
	python3 - "${port[secure]}" "$1" <<'END'
import socket, ssl, struct, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
s.sendall(bytes.fromhex(sys.argv[2]))
c = ssl.create_default_context()
c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
try:
    t = c.wrap_socket(s)
    body = b"bank\0secret\0\0" + bytes([0x34, 0, 0]) + b"\0"
    t.sendall(struct.pack(">IIII", 16 + len(body), 9, 0, 1) + body)
    print("%08x" % struct.unpack(">I", t.recv(100)[8:12]))
except (ssl.SSLError, OSError):
    print("none")
END
}
is "TLS after the header" "$(tls_bind "$header")" 00000000
is "TLS after the header, a stranger" "$(tls_bind "${signature}2111000c$stranger4")" 0000000d
is "TLS without the header" "$(tls_bind "")" none

# ---- too many from one address ----
soon "nobody waits unbound" 10 metric_is gw smppgw_listener_open 0
for i in 1 2 3 4 5 6; do esme_launch "idle$i" gw --bind no; done
soon "the sixth unbound connection is closed" 2 metric_is gw smppgw_listener_over_address_total 1
ok "the log says why" logged 'reason=not_allowed .*max_per_address' "$tmp/gw.log"
bind_gives "another address is let in" 00000000 other gw --id shop --local 127.0.0.9
for i in 1 2 3 4 5 6; do stop "idle$i" KILL || :; done
soon "when they have gone" 10 metric_is gw smppgw_listener_open 0
bind_gives "the address is let in again" 00000000 again gw --id shop
gateway_stop gw
finish
