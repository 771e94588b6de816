#!/bin/bash
# kannel_smsc.sh - Kannel as an SMSC that the gateway binds to: drive_smpp, with which Kannel's authors try their bearerbox. It
# sends replies and enquire_link without pause, and answers submit_sm without an id. It wants a smsbox port of bearerbox on
# 13001; here a program that only listens has that.
. "$(dirname "$0")/../lib.sh"

drive=/usr/lib/kannel/test/drive_smpp
if [ ! -x "$drive" ]; then
	skip "Kannel as an SMSC" "drive_smpp is not installed (Debian: kannel-extras)"
	finish
fi
if listening 13001; then
	skip "Kannel as an SMSC" "drive_smpp needs port 13001 of 127.0.0.1, and something else has it"
	finish
fi

redis_start redis no
start boxes perl -MIO::Socket::INET -e '
	my $l = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 13001, Listen => 5, ReuseAddr => 1) or die "$!\n";
	my @open;
	push @open, scalar $l->accept while 1'
must "port 13001 listening" 10 listening 13001

for version in 51 52; do
	smsc=smsc$version gw=gw$version app=app$version
	port[$smsc]=$(free_port)
	start $smsc "$drive" -v 0 -p "${port[$smsc]}" -m 50 # it ends when a connection does
	must "$version: drive_smpp started" 10 logged 'Starting drive_smpp' "$tmp/$smsc.log"
	redis_cli flushall >/dev/null
	gateway_config $gw <<-END
		accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; sources = [ "123" ]; } );
		carriers: ( { name = "kannel"; host = "127.0.0.1"; port = ${port[$smsc]}; system_id = "gw"; password = "gw"; bind = "pair";
		              reconnect = 100; interface_version = $version; ack_final = true; } );
		routes: ( { prefix = ""; carriers = [ "kannel" ]; } );
	END
	gateway_start $gw
	esme_start $app $gw
	soon "$version: bound as a transmitter and a receiver" 20 metric_is $gw 'smppgw_carrier_bound\{.*\}' 2
	if [ "$version" = 51 ]; then
		soon "$version: its 50 replies are with the app" 20 lines_reach 50 '^mo src=456 dst=123 ' "$tmp/$app.log"
		is "$version: each once" "$(sed -n 's/^mo .*text=//p' "$tmp/$app.log" | sort -n | uniq | wc -l)" 50
	else # to a peer of 3.4 each has a receipted_message_id that is none
		soon "$version: 50 receipts of nothing are taken and counted" 20 metric_is $gw smppgw_receipts_unknown_total 50
		is "$version: none goes to the app" "$(lines '^(mo|receipt) ' "$tmp/$app.log")" 0
	fi
	esme $app 'submit dst=8613800000001 count=20 src=123 text=Balance {n}'
	soon "$version: 20 texts end with its answers" 20 lines_reach 20 '^receipt .*DELIVRD' "$tmp/$app.log"
	is "$version: it has each of them once" "$(sed -n 's/.*short_message = <\(Balance .*\)>.*/\1/p' "$tmp/$smsc.log" |
		sort -u | wc -l) $(lines 'short_message = <Balance' "$tmp/$smsc.log")" "20 20"
	is "$version: no PDU was strange to the gateway" \
		"$(metric $gw 'smppgw_carrier_(malformed|unknown_command|wrong_state|unsolicited|nacks|timeouts)_total\{.*\}')" 0
	is "$version: nor any to Kannel" "$(lines 'Unhandled SMPP PDU|unpacking failed|garbage|PANIC|WARNING' "$tmp/$smsc.log")" 0
	stop $app || :
	gateway_stop $gw
	soon "$version: it has got our unbind" 10 logged 'Handling SMPP PDU of type unbind' "$tmp/$smsc.log"
	stop $smsc TERM 10 || :
done
finish
