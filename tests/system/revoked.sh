#!/bin/bash
# revoked.sh - revocation lists with the real binary: a carrier and apps whose certificates are revoked are refused, others
# taken; SIGHUP takes a new list, which also ends binds that are up; a list that has run out, the alarm before that.
. "$(dirname "$0")/../lib.sh"

certs=$tmp/certs
mkdir -p "$certs/ca.db"

# ---- a CA with lists ----

: >"$certs/ca.db/index"
echo 01 >"$certs/ca.db/number"
cat >"$certs/ca.cnf" <<END
[ca]
default_ca = us
[us]
database = $certs/ca.db/index
crlnumber = $certs/ca.db/number
default_md = sha256
default_crl_days = 30
END
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=testroot" \
	-keyout "$certs/ca.key" -out "$certs/ca.pem" 2>/dev/null
cert_make() { # FILE NAME
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" \
		-keyout "$certs/$1.key" -out "$certs/$1.csr" 2>/dev/null
	openssl x509 -req -in "$certs/$1.csr" -CA "$certs/ca.pem" -CAkey "$certs/ca.key" -CAcreateserial -days 30 \
		-extfile <(echo "subjectAltName=DNS:$2") -out "$certs/$1.pem" 2>/dev/null
}
ca() { openssl ca -config "$certs/ca.cnf" -keyfile "$certs/ca.key" -cert "$certs/ca.pem" "$@" 2>>"$tmp/ca.log"; }
revoke() { ca -revoke "$certs/$1.pem"; }
list() { # FILE OPTION...: a new list, put in the place of the old one at once
	local file=$1
	shift
	ca -gencrl -out "$certs/$file.new" "$@" && mv "$certs/$file.new" "$certs/$file"
}

cert_make gateway gw.example
for name in smsc stolen bank shop; do cert_make $name $name.example; done
revoke stolen
list smsc.crl
list apps.crl

# ---- the gateway: two carriers, of which one shows a certificate that was revoked; apps with client certificates ----

redis_start redis everysec
for name in gw mutual smsc stolen; do port[$name]=$(free_port); done
port[gw.stats]=$(free_port)
for file in smsc apps; do
	ln -s "$file.crl" "$certs/live-$file.crl"
done
cat >"$tmp/gw.conf" <<END
node = 1;
store: { redis = "unix:$redis_socket"; };
listen: ( { port = ${port[gw]}; },
          { port = ${port[mutual]}; tls: { certificate = "certs/gateway.pem"; key = "certs/gateway.key";
                                           client_ca = "certs/ca.pem"; client_crl = "certs/live-apps.crl"; }; } );
stats: { address = "127.0.0.1"; port = ${port[gw.stats]}; };
console: { socket = "$tmp/gw.console"; };
accounts: ( { system_id = "bank"; password = "secret"; client_name = "bank.example"; },
            { system_id = "shop"; password = "secret"; }, { system_id = "any"; password = "secret"; } );
carriers: ( { name = "smsc"; host = "127.0.0.1"; port = ${port[smsc]}; system_id = "gw"; password = "gw"; reconnect = 100;
              reconnect_max = 300; enquire_link = 1000;
              tls: { enable = true; ca = "certs/ca.pem"; crl = "certs/live-smsc.crl"; name = "smsc.example"; }; },
            { name = "stolen"; host = "127.0.0.1"; port = ${port[stolen]}; system_id = "gw"; password = "gw"; reconnect = 100;
              reconnect_max = 300; tls: { enable = true; ca = "certs/ca.pem"; crl = "certs/live-smsc.crl"; name = "stolen.example"; }; } );
routes: ( { prefix = ""; carriers = [ "smsc" ]; } );
alarm: { grace = 0; };
END

# ---- what -t says ----

daemon=$(program smppgwd)
checked() { "$daemon" -t -c "$tmp/gw.conf" 2>&1; }
is "a good list is not spoken of" "$(checked | grep -c 'revocation list')" 0
list soon.crl -crlhours 5
ln -sf soon.crl "$certs/live-smsc.crl"
has "one that runs out within a day is a warning" "$(checked)" "warning: carrier smsc: the revocation list of testroot in $tmp/certs/live-smsc.crl runs out at "
list late.crl -crl_lastupdate 20250101000000Z -crl_nextupdate 20250102000000Z
ln -sf late.crl "$certs/live-smsc.crl"
has "one that has run out, too" "$(checked)" "live-smsc.crl ran out at 2025-01-02 00:00:00 UTC: until a newer one is there, peers"
ok "... and no fault" "$daemon" -t -c "$tmp/gw.conf"
ln -sf ca.pem "$certs/live-smsc.crl"
has "a file without a list is a fault" "$(checked)" "gw.conf:10: carrier smsc: tls.crl: $tmp/certs/live-smsc.crl holds no revocation list in PEM form"
ln -sf nothing "$certs/live-apps.crl"
has "a missing one is a fault" "$(checked)" "gw.conf:4: listen on port ${port[mutual]}: tls.client_crl: cannot read "
ln -sf smsc.crl "$certs/live-smsc.crl"
ln -sf apps.crl "$certs/live-apps.crl"

# ---- carriers ----

sim_start smsc --tls-cert "$certs/smsc.pem" --tls-key "$certs/smsc.key" --receipt-delay 100ms
sim_start stolen --tls-cert "$certs/stolen.pem" --tls-key "$certs/stolen.key"
gateway_start gw
bound() { metric_is gw "smppgw_carrier_bound\\{.*\"$1\".*\\}" "$2"; }
must "a carrier that is not in the list is bound" 20 bound smsc 1
refused() { # CARRIER TEXT
	logged " $1/1 event=ended reason=tls_failed .*error=\"TLS: [^\"]*$2" "$tmp/gw.log"
}
soon "one that is revoked is refused" 20 refused stolen 'the certificate of stolen.example \(serial [0-9A-F]+\) was revoked at 20[-0-9]+ [:0-9]+ UTC'
ok "... with the file, and what to do" refused stolen '\(/[^ ]*/certs/live-smsc.crl\): ask the peer for its new certificate'
ok "... and is not bound" bound stolen 0
is "it has seen no bind" "$(sim_count stolen bound)" 0

# ---- apps ----

send=$(program smppsend)
own() { echo --tls --tls-ca "$certs/ca.pem" --tls-name gw.example --tls-cert "$certs/$1.pem" --tls-key "$certs/$1.key"; }
app() { # CERTIFICATE ACCOUNT: the status of smppsend: 0 submitted and receipted, 3 not bound
	local got=0
	# shellcheck disable=SC2046
	"$send" --port "${port[mutual]}" --system-id "$2" --password secret --to 8613800138000 --text '验证码：8613' --wait-receipt 10s \
		$(own "$1") >>"$tmp/app.log" 2>&1 || got=$?
	echo $got
}
turned_away() { # NAME
	logged "event=ended reason=tls_failed .*error=\"TLS: the certificate of $1 \\(serial [0-9A-F]+\\) was revoked at [^\"]*live-apps.crl" "$tmp/gw.log"
}
is "an app with a good certificate is served" "$(app bank bank)" 0
is "an app whose certificate is revoked is not" "$(app stolen any)" 3
ok "the log says whose it was" turned_away stolen.example

# ---- SIGHUP takes a new list: who stands in it is out, also when it is bound; others go on ----

reloads=0
more_reloads() { [ "$(lines 'event=reloaded ' "$tmp/gw.log")" -gt "$reloads" ]; }
reload() {
	reloads=$(lines 'event=reloaded ' "$tmp/gw.log")
	kill -HUP "${pid[gw]}"
	must "a reload" 20 more_reloads
}
start load "$(program smppload)" --port "${port[gw]}" --system-id any --password secret --messages 2000 --rate 500
# shellcheck disable=SC2046
start shop "$(program smppload)" --port "${port[mutual]}" --system-id shop --password secret --messages 1000000 --rate 20 --binds 1 $(own shop)
# shellcheck disable=SC2046
start bank "$(program smppload)" --port "${port[mutual]}" --system-id bank --password secret --messages 200 --rate 50 --binds 1 $(own bank)
must "two apps are bound over TLS" 20 metric_reaches gw 'smppgw_account_requests_total\{.*"bank".*\}' 20
must "... both" 20 metric_reaches gw 'smppgw_account_requests_total\{.*"shop".*\}' 10
must "one in the clear, too" 20 metric_reaches gw 'smppgw_account_requests_total\{.*"any".*\}' 100
connects=$(metric gw 'smppgw_carrier_connects_total\{.*"smsc".*\}')
revoke shop
list apps.crl
reload
soon "an app that is revoked now is out" 20 turned_away shop.example
must "the app that is not goes on" 60 gone bank
wait "${pid[bank]}"
is "... and loses nothing" "$?/$(grep -c 'reconnects 0' "$tmp/bank.log")" 0/1
must "the one in the clear ends" 60 gone load
wait "${pid[load]}"
is "... and has lost nothing" "$?/$(grep -c 'reconnects 0' "$tmp/load.log")" 0/1
is "who was revoked does not come in again" "$(app shop shop)" 3
is "the carrier's bind stayed" "$(metric gw 'smppgw_carrier_connects_total\{.*"smsc".*\}')" "$connects"

revoke smsc
list smsc.crl
kill -HUP "${pid[gw]}"
soon "a carrier that is revoked now is out, at the next word" 60 refused smsc 'the certificate of smsc.example'
soon "... and stays out" 20 bound smsc 0
cert_make smsc smsc.example
stop smsc
sim_start smsc --tls-cert "$certs/smsc.pem" --tls-key "$certs/smsc.key" --receipt-delay 100ms
soon "with a new certificate it is back" 20 bound smsc 1

# ---- a list that has run out: nobody new gets in; the alarm tells before ----

shown() { # ALARM OBJECT VALUE
	curl -s -m 5 "http://127.0.0.1:${port[gw.stats]}/metrics" | grep -qxF "smppgw_alarm{object=\"$2\",alarm=\"$1\"} $3"
}
ok "no alarm by now" shown carrier_crl smsc 0
list smsc.crl -crlhours 5
list apps.crl -crlhours 5
reload
soon "five hours before the end of a carrier's list there is an alarm" 20 shown carrier_crl smsc 1
soon "... of the apps' one, too" 20 shown crl_expiring "127.0.0.1:${port[mutual]}" 1
ok "not of the listener that has none" shown crl_expiring "127.0.0.1:${port[gw]}" 0
list apps.crl -crl_lastupdate 20250101000000Z -crl_nextupdate 20250102000000Z
reload
ok "the reload warns" logged 'event=reload_warning .*the revocation list of testroot in [^"]*live-apps.crl ran out at 2025-01-02' "$tmp/gw.log"
is "with a list that has run out nobody gets in" "$(app bank bank)" 3
ok "the log says what to do" logged 'error="TLS: the certificate of bank.example \(serial [0-9A-F]+\) cannot be judged: the revocation list of testroot ran out at 2025-01-02 00:00:00 UTC [^"]*fetch a newer one' "$tmp/gw.log"
list apps.crl
list smsc.crl
reload
is "with a newer one they do" "$(app bank bank)" 0
soon "the alarms are over" 20 shown crl_expiring "127.0.0.1:${port[mutual]}" 0
soon "... both" 20 shown carrier_crl smsc 0
at_least "a gauge says when it runs out" "$(metric gw 'smppgw_carrier_crl_expires\{.*"smsc".*\}')" 1700000000
at_least "... for apps" "$(metric gw 'smppgw_listener_crl_expires')" 1700000000

# ---- a file that went wrong changes nothing ----

echo rubbish >"$certs/apps.crl"
kill -HUP "${pid[gw]}"
soon "the reload is refused" 20 logged 'event=reload_refused .*live-apps.crl holds no revocation list' "$tmp/gw.log"
is "the list in use stays" "$(app bank bank)/$(app shop shop)" 0/3

gateway_stop gw
finish
