#!/bin/bash
# outbind_tls.sh - calls with outbind over TLS: an app whose certificate is not the right one is not told the password, the
# right one binds and gets what waits, though its account takes no bind in the clear.
. "$(dirname "$0")/../lib.sh"

certs=$tmp/certs
mkdir -p "$certs"

ca_make() { # NAME
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$1" \
		-keyout "$certs/$1.key" -out "$certs/$1.pem" 2>/dev/null
}
cert_make() { # FILE NAME CA
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" \
		-keyout "$certs/$1.key" -out "$certs/$1.csr" 2>/dev/null
	openssl x509 -req -in "$certs/$1.csr" -CA "$certs/$3.pem" -CAkey "$certs/$3.key" -CAcreateserial -days 30 \
		-extfile <(echo "subjectAltName=DNS:$2") -out "$certs/$1.pem" 2>/dev/null
}
ca_make ca
ca_make stranger
cert_make bank bank.example ca
cert_make shop shop.example ca
cert_make forged bank.example stranger

redis_start redis always
for name in app front; do port[$name]=$(free_port); done
config() { # KEYS
	gateway_config gw <<-END
		accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; sources = [ "10690001" ]; $1
		              outbind_password = "ruf"; } );
		carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw";
		              reconnect = 100; } );
		routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
	END
}
ca_path="$certs/ca.pem"
calls="outbind = \"127.0.0.1:${port[front]}\";"
strict='require_tls = true; client_name = "bank.example";'

# ---- what -t says ----

daemon=$(program smppgwd)
checked() { "$daemon" -t -c "$tmp/gw.conf" 2>&1; }
config "$calls $strict"
has "an account that takes no bind in the clear cannot be called so" "$(checked)" "account bank: outbind calls over plain connections, which client_name and require_tls refuse"
config "$calls $strict outbind_tls: { enable = true; verify = false; };"
has "client_name needs a certificate that is verified" "$(checked)" "outbind_tls, which client_name needs verified"
config "outbind_tls: { enable = true; };"
has "TLS of calls that are not made is a fault" "$(checked)" "account bank: outbind_tls has no effect without outbind"
config "$calls outbind_tls: { ca = \"$ca_path\"; };"
has "so is TLS that is not on" "$(checked)" "account bank: outbind_tls: there are tls options but tls.enable is not true"
config "$calls outbind_tls: { enable = true; ca = \"$certs/none.pem\"; };"
has "a missing file, too" "$(checked)" "account bank: outbind_tls: tls.ca: cannot read $certs/none.pem"
config "$calls $strict outbind_tls: { enable = true; ca = \"$ca_path\"; name = \"bank.example\"; };"
ok "the right one has no fault" "$daemon" -t -c "$tmp/gw.conf"

# ---- calls ----

failures='smppgw_account_outbind_failures_total\{.*bank.*\}'
sim_start mobile --receipt-delay 200ms
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound 1

front_start() { # CERTIFICATE
	start front python3 "$SMPPGW_SRC/tests/system/tls_front.py" "${port[front]}" "${port[app]}" "$certs/$1.pem" "$certs/$1.key"
	must "the app listens with the certificate $1" 20 listening "${port[front]}"
}
esme_launch app gw --wait-on "${port[app]}"
must "an app waits for a call" 10 logged '^waiting' "$tmp/app.log"
front_start forged
sim mobile "mo 8613800000099 10690001 还在吗" >/dev/null
soon "an app with a certificate of another issuer is not called" 30 logged 'bank event=outbind_failed .*reason=tls_failed error="TLS: certificate verify failed: unable to get local issuer' "$tmp/gw.log"
stop front
front_start shop
soon "nor one with another name" 60 logged 'bank event=outbind_failed .*reason=tls_failed error="TLS: certificate verify failed: hostname mismatch' "$tmp/gw.log"
is "nobody was told the password" "$(lines '^outbind' "$tmp/app.log")" 0
at_least "the calls that failed are counted" "$(metric gw "$failures")" 2
stop front
front_start bank
must "the right one is called" 60 logged '^outbind ' "$tmp/app.log"
is "it says who calls" "$(grep '^outbind' "$tmp/app.log")" "outbind system_id=smppgw password=ruf"
ok "its name was asked for" logged '^open bank.example' "$tmp/front.log"
must "the app binds on it" 20 logged '^bound status=00000000' "$tmp/app.log"
soon "and gets what waits" 20 logged '^mo ' "$tmp/app.log"
ok "the bind is encrypted" logged 'bank[^ ]* event=bound .*tls="TLSv1.3 TLS_' "$tmp/gw.log"
esme app 'submit dst=8613800000001 count=3 text=第{n}条'
soon "it submits and has its receipts" 20 lines_reach 3 '^receipt' "$tmp/app.log"

# ---- a reload reads the files again; the bind stays ----

binds=$(metric gw 'smppgw_account_binds_total\{.*bank.*\}')
config "$calls $strict outbind_tls: { enable = true; ca = \"$certs/stranger.pem\"; name = \"bank.example\"; };"
kill -HUP "${pid[gw]}"
must "a reload" 20 logged 'event=reloaded ' "$tmp/gw.log"
sim mobile "mo 8613800000099 10690001 还好" >/dev/null
soon "the bind that is up goes on" 20 lines_reach 2 '^mo ' "$tmp/app.log"
is "it is the same" "$(metric gw 'smppgw_account_binds_total\{.*bank.*\}')" "$binds"
esme app unbind
must "it leaves" 20 gone app
esme_launch late gw --wait-on "${port[app]}"
before=$(metric gw "$failures")
sim mobile "mo 8613800000099 10690001 喂" >/dev/null
soon "the next call is judged by the new file" 60 metric_reaches gw "$failures" $((before + 1))
is "and nobody is told the password" "$(lines '^outbind' "$tmp/late.log")" 0

gateway_stop gw
finish
