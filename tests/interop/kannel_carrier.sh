#!/bin/bash
# kannel_carrier.sh - Kannel as a carrier: its bearerbox, an SMPP client that others wrote, binds in to the gateway; it takes
# messages as deliver_sm without giving ids, and its smsbox answers them, and sends, by submit_sm.
. "$(dirname "$0")/../lib.sh"

PATH=$PATH:/usr/sbin # where Debian puts them
if ! command -v bearerbox >/dev/null || ! command -v smsbox >/dev/null; then
	skip "Kannel as a carrier" "bearerbox and smsbox are not installed (Debian: kannel)"
	finish
fi

redis_start redis no
port[admin]=$(free_port)
port[boxes]=$(free_port)
port[http]=$(free_port)
gateway_config gw <<'END'
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; sources = [ "1069" ]; } );
carriers: ( { name = "partner"; mode = "accept"; system_id = "partner"; password = "geheim"; ack_final = true; } );
routes: ( { prefix = ""; carriers = [ "partner" ]; } );
END
cat >"$tmp/kannel.conf" <<END
group = core
admin-port = ${port[admin]}
admin-password = admin
smsbox-port = ${port[boxes]}
box-allow-ip = "127.0.0.1"

group = smsc
smsc = smpp
smsc-id = gateway
host = 127.0.0.1
port = ${port[gw]}
smsc-username = partner
smsc-password = geheim
system-type = ""
transceiver-mode = true
reconnect-delay = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${port[http]}

group = sendsms-user
username = user
password = word

# its answers are in the default alphabet
group = sms-service
keyword = default
catch-all = true
max-messages = 1
text = "Thanks"
END
gateway_start gw
start bearerbox bearerbox "$tmp/kannel.conf"
must "bearerbox is ready for its smsbox" 20 listening "${port[boxes]}"
start smsbox smsbox "$tmp/kannel.conf"
soon "bearerbox binds in" 20 metric_is gw 'smppgw_carrier_bound\{.*\}' 1
must "smsbox is ready" 20 listening "${port[http]}"
esme_start app gw

# ---- through Kannel and back ----
esme app 'submit dst=8613800000001 count=20 text=您好{n}'
soon "20 messages end when Kannel has taken them" 20 lines_reach 20 '^receipt .*DELIVRD' "$tmp/app.log"
soon "its answers to them are replies" 20 lines_reach 20 '^mo src=86138000000.* text=Thanks' "$tmp/app.log"
has "what its sendsms takes" "$(curl -s -m 10 "http://127.0.0.1:${port[http]}/cgi-bin/sendsms?username=user&password=word&from=8613800138000&to=10690001&coding=2&charset=UTF-8&text=%E4%BD%A0%E5%A5%BD")" Accepted
soon "is a reply" 20 logged '^mo src=8613800138000 dst=10690001 .*text=你好' "$tmp/app.log"

# ---- it goes away and comes back ----
stop smsbox || :
stop bearerbox || :
soon "its bind has ended" 20 metric_is gw 'smppgw_carrier_bound\{.*\}' 0
esme app 'submit dst=8613800000101 count=3 text=再见{n}'
must "3 submits are acknowledged" 20 lines_reach 23 '^resp .*status=00000000' "$tmp/app.log"
is "they wait for it" "$(journal_size)" 3
start bearerbox bearerbox "$tmp/kannel.conf"
soon "it is back and takes them" 30 lines_reach 23 '^receipt .*DELIVRD' "$tmp/app.log"
is "no PDU was strange to the gateway" "$(metric gw 'smppgw_carrier_(malformed|unknown_command|wrong_state|unsolicited|nacks)_total\{.*\}')" 0
gateway_stop gw
finish
