#!/bin/bash
# tls.sh - TLS both ways with real certificates: apps with and without client certificates, carriers whose name, issuer and
# dates are verified, plain and TLS listeners side by side, certificates that are renewed while binds are up.
. "$(dirname "$0")/../lib.sh"

certs=$tmp/certs
mkdir -p "$certs"

# ---- certificates ----

ca_make() { # NAME
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$1" \
		-keyout "$certs/$1.key" -out "$certs/$1.pem" 2>/dev/null
}

# A certificate for a name; more options go to openssl x509.
cert_make() { # FILE NAME CA OPTION...
	local file=$1 name=$2 ca=$3
	shift 3
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" -utf8 \
		-keyout "$certs/$file.key" -out "$certs/$file.csr" 2>/dev/null
	openssl x509 -req -in "$certs/$file.csr" -CA "$certs/$ca.pem" -CAkey "$certs/$ca.key" -CAcreateserial -days 30 \
		-extfile <(echo "subjectAltName=DNS:$name") -out "$certs/$file.pem" "$@" 2>/dev/null
}

ca_make ca
ca_make stranger
cert_make gateway gw.example ca
cert_make renewed gw.example ca
cert_make bank bank.example ca
cert_make shop shop.example ca
cert_make forged bank.example stranger
cert_make smsc smsc.example ca
cert_make expired smsc.example ca -days -1
cp "$certs/gateway.pem" "$certs/live.pem"
cp "$certs/gateway.key" "$certs/live.key"

# ---- the gateway: plain, TLS, TLS with client certificates, TLS 1.3 only; four carriers over TLS ----

redis_start redis everysec
for name in gw tls mutual new right wrongname unknown expired mutualsmsc; do port[$name]=$(free_port); done
port[gw.stats]=$(free_port)

# The listener rows and the carriers; what a test wants to change is a variable.
live=live
wrong=''
config_write() {
	cat >"$tmp/gw.conf" <<END
node = 1;
store: { redis = "unix:$redis_socket"; };
listen: ( { port = ${port[gw]}; },
          { port = ${port[tls]}; tls: { certificate = "certs/$live.pem"; key = "certs/$live.key"; }; },
          { port = ${port[mutual]}; tls: { certificate = "certs/$live.pem"; key = "certs/$live.key";
                                           client_ca = "certs/ca.pem"; }; },
          { port = ${port[new]}; tls: { certificate = "certs/$live.pem"; key = "certs/$live.key"; min_version = "1.3"; }; } );
stats: { address = "127.0.0.1"; port = ${port[gw.stats]}; };
console: { socket = "$tmp/gw.console"; };
accounts: ( { system_id = "bank"; password = "secret"; client_name = "bank.example"; },
            { system_id = "safe"; password = "secret"; require_tls = true; },
            { system_id = "any"; password = "secret"; } );
carriers: ( { name = "right"; host = "127.0.0.1"; port = ${port[right]}; system_id = "gw"; password = "gw"; reconnect = 100;
              tls: { enable = true; ca = "certs/ca.pem"; name = "smsc.example"; }; },
            { name = "wrongname"; host = "127.0.0.1"; port = ${port[right]}; system_id = "gw"; password = "gw";
              reconnect = 100; tls: { enable = true; ca = "certs/ca.pem"; $wrong }; },
            { name = "unknown"; host = "127.0.0.1"; port = ${port[right]}; system_id = "gw"; password = "gw";
              reconnect = 100; tls: { enable = true; ca = "certs/stranger.pem"; name = "smsc.example"; }; },
            { name = "expired"; host = "127.0.0.1"; port = ${port[expired]}; system_id = "gw"; password = "gw";
              reconnect = 100; tls: { enable = true; ca = "certs/ca.pem"; name = "smsc.example"; }; },
            { name = "mutualsmsc"; host = "127.0.0.1"; port = ${port[mutualsmsc]}; system_id = "gw"; password = "gw";
              reconnect = 100; tls: { enable = true; ca = "certs/ca.pem"; name = "smsc.example";
                                      certificate = "certs/gateway.pem"; key = "certs/gateway.key"; }; },
            { name = "nocert"; host = "127.0.0.1"; port = ${port[mutualsmsc]}; system_id = "gw"; password = "gw";
              reconnect = 100; tls: { enable = true; ca = "certs/ca.pem"; name = "smsc.example"; }; } );
routes: ( { prefix = ""; carriers = [ "right" ]; } );
END
}
config_write

# ---- what -t says ----

daemon=$(program smppgwd)
test_config() { "$daemon" -t -c "$tmp/gw.conf" 2>&1; }
ok "a good configuration has no faults" "$daemon" -t -c "$tmp/gw.conf"
live=expired
config_write
has "an expired certificate is a warning" "$(test_config)" "gw.conf:4: warning: listen on port ${port[tls]}: the certificate in"
ok "... and no fault" "$daemon" -t -c "$tmp/gw.conf"
live=nothing
config_write
has "a missing file is a fault" "$(test_config)" "tls.certificate: cannot read $tmp/certs/nothing.pem: No such file"
cp "$certs/gateway.pem" "$certs/mixed.pem"
cp "$certs/bank.key" "$certs/mixed.key"
live=mixed
config_write
has "a key of another certificate is a fault" "$(test_config)" "mixed.key does not belong to the certificate in"
openssl pkey -in "$certs/gateway.key" -aes128 -passout pass:geheim -out "$certs/locked.key"
cp "$certs/gateway.pem" "$certs/locked.pem"
live=locked
config_write
has "a key with a password is a fault" "$(test_config)" "has a password, which is not supported"
live=live
config_write

# ---- carriers ----

sim_start right --tls-cert "$certs/smsc.pem" --tls-key "$certs/smsc.key" --receipt-delay 100ms
sim_start expired --tls-cert "$certs/expired.pem" --tls-key "$certs/expired.key"
sim_start mutualsmsc --tls-cert "$certs/smsc.pem" --tls-key "$certs/smsc.key" --tls-client-ca "$certs/ca.pem"
gateway_start gw
must "the carrier with the right certificate is bound" 20 metric_is gw 'smppgw_carrier_bound\{.*"right".*\}' 1
soon "the one that asks for our certificate too" 20 metric_is gw 'smppgw_carrier_bound\{.*"mutualsmsc".*\}' 1
ended() { # CARRIER: how often TLS failed
	metric gw "smppgw_carrier_ended_total\{.*\"$1\".*reason=\"tls_failed\".*\}"
}
failed_with() { # CARRIER ERROR
	logged " $1/1 event=ended reason=tls_failed .*error=\"TLS: [^\"]*$2" "$tmp/gw.log"
}
soon "a certificate for another name is refused" 20 failed_with wrongname "IP address mismatch"
soon "a certificate of an unknown issuer is refused" 20 failed_with unknown "unable to get local issuer certificate"
soon "an expired certificate is refused" 20 failed_with expired "certificate has expired"
soon "a carrier that wants a certificate does without us" 20 failed_with nocert "certificate required"
for name in wrongname unknown expired nocert; do
	at_least "failures of $name are counted" "$(ended "$name")" 1
	is "$name is not bound" "$(metric gw "smppgw_carrier_bound\{.*\"$name\".*\}")" 0
done
is "only the right binds have come" "$(sim_count right bound)/$(sim_count expired bound)/$(sim_count mutualsmsc bound)" 1/0/1

# ---- apps ----

send=$(program smppsend)
app() { # PORT ACCOUNT OPTION...: 0 bound, submitted and receipted; 3 not bound
	local at=${port[$1]} id=$2
	shift 2
	"$send" --port "$at" --system-id "$id" --password secret --to 8613800138000 --text '验证码：8613' --wait-receipt 10s "$@" \
		>>"$tmp/app.log" 2>&1
}
app_gives() { # WHAT STATUS PORT ACCOUNT OPTION...
	local what=$1 wanted=$2 got=0
	shift 2
	app "$@" || got=$?
	is "$what" "$got" "$wanted"
}
tls=(--tls --tls-ca "$certs/ca.pem" --tls-name gw.example)
own() { echo --tls-cert "$certs/$1.pem" --tls-key "$certs/$1.key"; }

app_gives "an app in the clear" 0 gw any
app_gives "the same over TLS" 0 tls any "${tls[@]}"
app_gives "over TLS 1.3" 0 new any "${tls[@]}"
app_gives "plain octets at a TLS listener" 3 tls any
app_gives "TLS at a plain listener" 3 gw any "${tls[@]}"
app_gives "an app that expects another name leaves" 3 tls any --tls --tls-ca "$certs/ca.pem" --tls-name other.example
# shellcheck disable=SC2046
{
	app_gives "a client certificate" 0 mutual any "${tls[@]}" $(own shop)
	app_gives "a client certificate with the account's name" 0 mutual bank "${tls[@]}" $(own bank)
	app_gives "... with another account's name" 3 mutual bank "${tls[@]}" $(own shop)
	app_gives "... from an unknown issuer" 3 mutual bank "${tls[@]}" $(own forged)
	app_gives "... where none is asked for" 3 tls bank "${tls[@]}" $(own bank)
}
app_gives "no client certificate" 3 mutual any "${tls[@]}"
app_gives "require_tls over TLS" 0 tls safe "${tls[@]}"
app_gives "require_tls in the clear" 3 gw safe
ok "the refusals say why" logged 'event=bind_refused system_id=safe .*status=ESME_RBINDFAIL why="TLS is required"' "$tmp/gw.log"
ok "... for names too" logged 'event=bind_refused system_id=bank .*why="the client certificate does not carry' "$tmp/gw.log"
at_least "failed handshakes are counted" "$(metric gw 'smppgw_listener_ended_total\{.*reason="tls_failed".*\}')" 4
ok "a bind's line says how it is encrypted" logged 'event=bound .*tls="TLSv1.3 TLS_' "$tmp/gw.log"

# ---- somebody else's TLS: bind_transceiver as any, by openssl ----

bind_hex='0000002500000009000000000000000161 6e7900 73656372657400 00 34 00 00 00'
bind_hex=$(printf '%s' "$bind_hex" | tr -d ' ')
bind_hex=$(printf '%08x' $((${#bind_hex} / 2)))${bind_hex:8}
other() { # PORT OPTION...: the command and status of the answer, in hexadecimal
	local at=${port[$1]}
	shift
	{
		printf '%s' "$bind_hex" | perl -ne 'print pack "H*", $_'
		sleep 1
	} | openssl s_client -connect "127.0.0.1:$at" -quiet -no_ign_eof -verify_quiet -CAfile "$certs/ca.pem" "$@" 2>>"$tmp/openssl.log" |
		head -c 12 | perl -e 'local $/; print unpack "H*", substr <STDIN>, 4, 8'
}
is "openssl over TLS 1.2" "$(other tls -tls1_2)" 8000000900000000
is "openssl over TLS 1.3" "$(other tls -tls1_3)" 8000000900000000
is "openssl over TLS 1.1 is refused" "$(other tls -tls1_1 -cipher 'DEFAULT@SECLEVEL=0')" ""
agrees() { # OPTION...: what s_client and the listener agree on
	openssl s_client -connect "127.0.0.1:${port[tls]}" -CAfile "$certs/ca.pem" "$@" </dev/null 2>>"$tmp/openssl.log" |
		sed -n 's/^New, .*Cipher is //p'
}
is "openssl over TLS 1.0 is refused" "$(agrees -tls1 -cipher 'DEFAULT@SECLEVEL=0')" "(NONE)"
for cipher in ECDHE-ECDSA-AES128-SHA ECDHE-ECDSA-AES256-SHA384 ECDHE-RSA-AES256-SHA384 DHE-RSA-AES256-GCM-SHA384 AES256-GCM-SHA384; do
	is "$cipher is refused" "$(agrees -tls1_2 -cipher "$cipher@SECLEVEL=0")" "(NONE)"
done
is "a curve of 96 bits is refused" "$(agrees -groups prime192v1 -cipher 'DEFAULT@SECLEVEL=0' -ciphersuites TLS_AES_128_GCM_SHA256)" "(NONE)"
is "TLS 1.2 where 1.3 is the oldest is refused" "$(other new -tls1_2)" ""
is "a cipher without forward secrecy is refused" "$(other tls -tls1_2 -cipher AES128-GCM-SHA256)" ""
is "a renegotiation is refused" "$({ sleep 0.5; echo R; sleep 1; } |
	openssl s_client -connect "127.0.0.1:${port[tls]}" -tls1_2 -CAfile "$certs/ca.pem" 2>&1 | grep -c 'no renegotiation')" 1

resumable() { # OPTION...: whether a session is left that another connection could go on with
	rm -f "$tmp/session.pem"
	sleep 0.5 | openssl s_client -connect "127.0.0.1:${port[tls]}" -CAfile "$certs/ca.pem" -sess_out "$tmp/session.pem" "$@" \
		>"$tmp/session.log" 2>&1
	grep -q 'Cipher is TLS_\|Cipher is ECDHE' "$tmp/session.log" || echo "no connection"
	if [ -e "$tmp/session.pem" ]; then echo yes; else echo no; fi
}
is "no session of TLS 1.2 is left to resume" "$(resumable -tls1_2)" no
is "nor of TLS 1.3" "$(resumable -tls1_3)" no

# ---- certificates are renewed while a load runs: new connections get the new ones, no bind ends ----

serial() { # PORT
	openssl s_client -connect "127.0.0.1:${port[$1]}" </dev/null 2>/dev/null | openssl x509 -noout -serial 2>/dev/null
}
before=$(serial tls)
start load "$(program smppload)" --port "${port[tls]}" --system-id any --password secret "${tls[@]}" --messages 3000 --rate 500 --binds 2
must "a load is under way" 20 metric_reaches gw 'smppgw_account_requests_total\{.*"any".*\}' 300
binds_before=$(metric gw 'smppgw_carrier_connects_total\{.*"right".*\}')
cp "$certs/renewed.pem" "$certs/live.pem"
cp "$certs/renewed.key" "$certs/live.key"
kill -HUP "${pid[gw]}"
soon "the reload is done" 20 logged 'event=reloaded ' "$tmp/gw.log"
soon "new connections get the new certificate" 10 eval '[ "$(serial tls)" = "$(openssl x509 -in "$certs/renewed.pem" -noout -serial)" ]'
is "it is another one" "$([ "$before" != "$(serial mutual)" ] && echo yes)" yes
must "the load ends" 60 gone load
wait "${pid[load]}"
is "nothing is lost and no bind has ended" "$?/$(grep -c 'reconnects 0' "$tmp/load.log")" 0/1
is "the carrier's binds stayed" "$(metric gw 'smppgw_carrier_connects_total\{.*"right".*\}')" "$binds_before"
ok "the log tells of it" logged 'event=tls_renewed port=' "$tmp/gw.log"

# ---- a setting is put right while the gateway runs: the others' binds stay ----

wrong='name = "smsc.example";'
config_write
kill -HUP "${pid[gw]}"
soon "the carrier whose name was wrong is bound" 20 metric_is gw 'smppgw_carrier_bound\{.*"wrongname".*\}' 1
is "the other carrier's binds stayed" "$(metric gw 'smppgw_carrier_connects_total\{.*"right".*\}')" "$binds_before"

# ---- a renewal that went wrong changes nothing ----

echo rubbish >"$certs/live.pem"
kill -HUP "${pid[gw]}"
soon "the reload is refused" 20 logged 'event=reload_refused .*live.pem holds no usable certificate' "$tmp/gw.log"
is "the certificate in use stays" "$(serial tls)" "$(openssl x509 -in "$certs/renewed.pem" -noout -serial)"
app_gives "apps come in as before" 0 tls any "${tls[@]}"

gateway_stop gw
finish
