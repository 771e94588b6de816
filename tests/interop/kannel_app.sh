#!/bin/bash
# kannel_app.sh - Kannel as an app: its bearerbox, an SMPP client that others wrote, binds to the gateway as a transceiver,
# as a pair over TLS, and to an account with a low rate; its smsbox submits what comes over HTTP, long texts in parts,
# matches the receipts with what it has sent, and answers the replies of phones. The carriers are simulated.
. "$(dirname "$0")/../lib.sh"
here=$SMPPGW_SRC/tests/interop

PATH=$PATH:/usr/sbin # where Debian puts them
if ! command -v bearerbox >/dev/null || ! command -v smsbox >/dev/null; then
	skip "Kannel as an app" "bearerbox and smsbox are not installed (Debian: kannel)"
	finish
fi

redis_start redis no
for name in gw gw.tls gw.stats admin boxes http web; do port[$name]=$(free_port); done
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=gw.example" \
	-keyout "$tmp/gw.key" -out "$tmp/gw.pem" 2>/dev/null
sim_start good --receipt-delay 200ms
sim_start bad --receipt-delay 200ms --fail 100 --fail-stat UNDELIV --fail-err 001

cat >"$tmp/gw.conf" <<END
node = 1;
store: { redis = "unix:$redis_socket"; };
listen: ( { address = "127.0.0.1"; port = ${port[gw]}; },
          { address = "127.0.0.1"; port = ${port[gw.tls]}; tls: { certificate = "gw.pem"; key = "gw.key"; }; } );
stats: { address = "127.0.0.1"; port = ${port[gw.stats]}; };
console: { socket = "$tmp/gw.console"; };
accounts: (
	{ system_id = "trx"; password = "secret"; class = "notice"; sources = [ "10690001" ]; enquire_link = 1000; },
	{ system_id = "pair"; password = "secret"; class = "notice"; sources = [ "10690002" ]; long_mode = "udh8"; require_tls = true; },
	{ system_id = "slow"; password = "secret"; class = "notice"; sources = [ "10690003" ]; tps = 5; burst = 1; } );
carriers: ( { name = "good"; host = "127.0.0.1"; port = ${port[good]}; system_id = "gw"; password = "gw"; reconnect = 100; },
            { name = "bad"; host = "127.0.0.1"; port = ${port[bad]}; system_id = "gw"; password = "gw"; reconnect = 100; } );
routes: ( { prefix = "86138"; carriers = [ "good" ]; }, { prefix = "86139"; carriers = [ "good" ]; },
          { prefix = "86130"; carriers = [ "bad" ]; } );
END

# An smsc of bearerbox; what is special about it comes from standard input.
smsc() { # ID
	cat <<-END

		group = smsc
		smsc = smpp
		smsc-id = $1
		smsc-username = $1
		smsc-password = secret
		host = 127.0.0.1
		system-type = ""
		enquire-link-interval = 1
		reconnect-delay = 1
		allowed-smsc-id = $1
	END
	cat
}

web=http://127.0.0.1:${port[web]}
{
	cat <<-END
		group = core
		admin-port = ${port[admin]}
		admin-password = admin
		smsbox-port = ${port[boxes]}
		box-allow-ip = "127.0.0.1"
		sms-resend-freq = 1
		ssl-trusted-ca-file = "$tmp/gw.pem"
	END
	smsc trx <<-END
		port = ${port[gw]}
		transceiver-mode = true
	END
	for way in port receive-port; do # one that it transmits to, one that it receives from
		smsc pair <<-END
			$way = ${port[gw.tls]}
			use-ssl = true
		END
	done
	smsc slow <<-END
		port = ${port[gw]}
		transceiver-mode = true
		max-pending-submits = 10
	END
	cat <<-END

		group = smsbox
		bearerbox-host = 127.0.0.1
		sendsms-port = ${port[http]}

		group = sendsms-user
		username = user
		password = word
		max-messages = 10
		concatenation = true

		group = sms-service
		keyword = default
		catch-all = true
		accept-x-kannel-headers = true
		concatenation = true
		max-messages = 10
		get-url = "$web/mo?smsc=%i&from=%p&to=%P&coding=%c&text=%b"
	END
} >"$tmp/kannel.conf"

declare -A code=([trx]=10690001 [pair]=10690002 [slow]=10690003)

# Asks smsbox to send; every report is wanted at the web server.
sendsms() { # TAG SMSC TO CODING TEXT
	curl -s -m 10 -G "http://127.0.0.1:${port[http]}/cgi-bin/sendsms" -d username=user -d password=word -d charset=UTF-8 \
		-d "smsc=$2" -d "from=${code[$2]}" -d "to=$3" -d "coding=$4" --data-urlencode "text=$5" -d dlr-mask=31 \
		--data-urlencode "dlr-url=$web/dlr?type=%d&tag=$1"
}

sends() { # TAG SMSC TO CODING TEXT
	has "$1: smsbox takes it" "$(sendsms "$@")" "Accepted for delivery"
}

report() { # TAG TYPE WHAT
	soon "$1: $3" 20 logged "^dlr type=$2 tag=$1\$" "$tmp/web.log"
}

# What a carrier has got for a number: the text, parts put together.
carried() { # SIM NUMBER
	perl -MJSON::PP -ne 'BEGIN { binmode STDOUT, ":utf8"; $number = pop }
		my $m = decode_json($_);
		print $m->{text} if ($m->{destination} // "") eq $number && $m->{command} eq "submit_sm"' "$tmp/$1.capture" "$2"
}

carried_is() { # SIM NUMBER TEXT
	[ "$(carried "$1" "$2")" = "$3" ]
}

bound_is() { # ACCOUNT NUMBER
	metric_is gw "smppgw_account_bound\{.*\"$1\".*\}" "$2"
}

# PDUs of a kind in bearerbox's log that it has got ("Got") or sent ("Sending").
pdus_reach() { # NUMBER Got|Sending SMSC COMMAND
	[ "$(awk -v at="SMPP[[]$3[]]: $2" -v name="type_name: $4\$" \
		'{ if ($0 ~ /SMPP\[.*\]: /) on = $0 ~ at; if (on && $0 ~ name) n++ } END { print n + 0 }' "$tmp/bearerbox.log")" -ge "$1" ]
}

gateway_start gw
start web python3 "$here/kannel_web.py" "${port[web]}"
start bearerbox bearerbox -v 0 "$tmp/kannel.conf"
must "bearerbox is ready for its smsbox" 20 listening "${port[boxes]}"
start smsbox smsbox -v 1 "$tmp/kannel.conf"
must "smsbox is ready" 20 listening "${port[http]}"
must "the web server is ready" 20 listening "${port[web]}"
soon "it binds as a transceiver" 20 bound_is trx 1
soon "it binds as a transmitter and a receiver, over TLS" 20 bound_is pair 2
soon "it binds to the account with a low rate" 20 bound_is slow 1

# ---- texts and their receipts ----
long='【示例银行】尊敬的客户，您的贷款申请已经受理，我们会在三个工作日内与您联系，请保持电话畅通。'
long=$long$long$long$long
for smsc in trx pair; do
	n=${code[$smsc]: -1}
	sends "$smsc-gsm" $smsc "861380000${n}001" 0 'Balance: 5€ [ok] {1} @ £'
	sends "$smsc-ucs2" $smsc "861380000${n}002" 2 '【示例银行】您尾号8899的账户入账￥1,200.00元。'
	sends "$smsc-long" $smsc "861380000${n}003" 2 "$long"
	sends "$smsc-failed" $smsc "861300000${n}004" 2 '这个号码是空号'
	sends "$smsc-noroute" $smsc "861000000${n}005" 2 '没有路由'
	report "$smsc-gsm" 8 "taken by the gateway"
	report "$smsc-gsm" 1 "its receipt is matched: delivered"
	report "$smsc-ucs2" 1 "its receipt is matched: delivered"
	report "$smsc-long" 1 "the receipt of its parts is matched: delivered"
	report "$smsc-failed" 2 "its receipt is matched: failed"
	report "$smsc-noroute" 16 "refused, as no route leads there"
	is "$smsc: the GSM text at the carrier" "$(carried good "861380000${n}001")" 'Balance: 5€ [ok] {1} @ £'
	is "$smsc: the Chinese text at the carrier" "$(carried good "861380000${n}002")" '【示例银行】您尾号8899的账户入账￥1,200.00元。'
	soon "$smsc: the long text at the carrier" 10 carried_is good "861380000${n}003" "$long"
	is "$smsc: in parts" "$(lines "\"861380000${n}003\"" "$tmp/good.capture")" 3
	is "$smsc: the failed text at its carrier" "$(carried bad "861300000${n}004")" '这个号码是空号'
done
is "no text was reported both delivered and failed" "$(lines '^dlr type=2 tag=[a-z]*-(gsm|ucs2|long)' "$tmp/web.log")" 0
is "bearerbox knew what every receipt was of" "$(lines 'DLR from SMSC<.*> for DST<.*> not found' "$tmp/bearerbox.log")" 0

# ---- replies: to its service (Kannel puts a + before international numbers), and its answer to the phone ----
for smsc in trx pair; do
	phone=8613900001${code[$smsc]: -3}
	sim good "mo $phone ${code[$smsc]} 余额" >/dev/null
	soon "$smsc: a reply reaches its service" 20 logged "^mo smsc=$smsc from=[+]$phone to=${code[$smsc]} text=余额\$" "$tmp/web.log"
	soon "$smsc: its answer reaches the phone" 20 carried_is good "$phone" '已收到：余额'
	phone=8613900002${code[$smsc]: -3}
	sim good "mo $phone ${code[$smsc]} $long" >/dev/null
	soon "$smsc: a long reply is one message for its service" 20 \
		logged "^mo smsc=$smsc from=[+]$phone to=${code[$smsc]} text=$long\$" "$tmp/web.log"
	soon "$smsc: its long answer reaches the phone" 20 carried_is good "$phone" "已收到：$long"
done
is "nothing reached its service twice" "$(grep '^mo ' "$tmp/web.log" | sort | uniq -d)" ""

# ---- enquire_link both ways ----
soon "the gateway answers its enquire_link" 20 pdus_reach 2 Got trx enquire_link_resp
soon "it answers the gateway's" 20 pdus_reach 1 Sending trx enquire_link_resp

# ---- more than the account's rate ----
for n in $(seq 10); do
	sendsms "slow-$n" slow "861380003$(printf %04d "$n")" 2 "限速$n" >/dev/null
done
soon "over the rate: it sends again, and each of 10 is delivered" 60 lines_reach 10 '^dlr type=1 tag=slow-' "$tmp/web.log"
at_least "it was refused meanwhile" "$(metric gw 'smppgw_account_throttled_total\{.*"slow".*\}')" 1
is "each went to the carrier once" "$(lines '限速' "$tmp/good.capture")" 10

# ---- the gateway goes and comes back ----
gateway_stop gw
gateway_start gw
soon "it binds again when the gateway is back" 30 eval 'bound_is trx 1 && bound_is pair 2 && bound_is slow 1'
sends again trx 8613800000006 2 '重启之后'
report again 1 "delivered"

# ---- it leaves ----
stop smsbox || :
stop bearerbox TERM 20 || :
soon "it has unbound" 10 eval 'bound_is trx 0 && bound_is pair 0 && bound_is slow 0'
# Kannel reads once after its unbind and does not wait for the answer: the gateway's own log is the judge.
for smsc in trx slow; do
	soon "$smsc: the gateway answers its unbind" 10 logged " $smsc#[0-9]+ event=ended reason=peer_unbound" "$tmp/gw.log"
done
is "no PDU was strange to the gateway" "$(metric gw 'smppgw_account_(malformed|unknown_command|wrong_state|unsolicited|nacks|timeouts)_total\{.*\}')" 0
is "nor any to Kannel" "$(lines 'PDU.*(unhandled|unexpected|couldn.t|bad|invalid|wrong)|Unknown PDU|PANIC' "$tmp/bearerbox.log")" 0
is "nothing is left in the journal" "$(journal_size)" 0
gateway_stop gw
finish
