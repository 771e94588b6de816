#!/bin/bash
# capture.sh - PDUs captured to a file and read by a real tshark: both directions, Chinese texts, a link over TLS, IPv6,
# filters that follow answers, limits, passwords that are not there, files that are not touched.
. "$(dirname "$0")/../lib.sh"

if ! command -v tshark >/dev/null; then
	skip "captures" "tshark is not installed"
	finish
fi
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=smsc.example" \
	-addext "subjectAltName=DNS:smsc.example" -keyout "$tmp/smsc.key" -out "$tmp/smsc.pem" 2>/dev/null
redis_start redis everysec
: "${port[unicom]:=$(free_port)}" "${port[six]:=$(free_port)}"
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "geheim88"; class = "notice"; },
            { system_id = "shop"; password = "geheim88"; class = "notice"; } );
carriers: ( { name = "移动"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "geheim77";
              reconnect = 100; },
            { name = "unicom"; host = "127.0.0.1"; port = ${port[unicom]}; system_id = "gw"; password = "geheim77";
              reconnect = 100; tls: { enable = true; ca = "$tmp/smsc.pem"; name = "smsc.example"; }; } );
routes: ( { prefix = "86138"; carriers = [ "移动" ]; }, { prefix = "86130"; carriers = [ "unicom" ]; } );
END
sed -i "s/^listen: .*/listen: ( { address = \"127.0.0.1\"; port = ${port[gw]}; }, { address = \"::1\"; port = ${port[six]}; } );/" "$tmp/gw.conf"

ctl() { "$(program smppgwctl)" -s "$tmp/gw.console" "$@" 2>&1; }
# Fields of the PDUs of a capture, a line each, as tshark understands them.
read_pcap() { # FILE FILTER FIELD...
	local file=$1 filter=$2 ports=() name field=()
	shift 2
	for name in gw six mobile unicom; do ports+=(-d "tcp.port==${port[$name]},smpp"); done
	for name in "$@"; do field+=(-e "$name"); done
	tshark -n -r "$file" "${ports[@]}" -Y "${filter:-smpp}" -T fields -E separator=' ' "${field[@]}" 2>/dev/null
}
count() { # FILE FILTER
	read_pcap "$1" "$2" frame.number | wc -l
}
# Texts in UCS2, decoded by nobody of ours.
texts() { # FILE FILTER
	read_pcap "$1" "$2" smpp.message | perl -CO -MEncode -ne 's/[:\s]//g; print decode("UTF-16BE", pack("H*", $_)), "\n"'
}
# How often each command stands in a capture, links' own PDUs left out.
commands() { # FILE
	read_pcap "$1" '!(smpp.command_id == 0x15 || smpp.command_id == 0x80000015)' smpp.command_id |
		sort | uniq -c | awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2 }'
}
running() { ctl capture show | grep -q running; }
ended() { ctl capture show | grep -q "ended: $1 "; }

sim_start mobile --receipt-delay 20ms
sim_start unicom --receipt-delay 20ms --tls-cert "$tmp/smsc.pem" --tls-key "$tmp/smsc.key"
gateway_start gw
must "carriers bound" 20 metric_is gw 'smppgw_carrier_bound\{.*\}' 2
is "none yet" "$(ctl capture show)" "no capture since the start"

# ---- everything, also a bind ----

all=$tmp/all.pcap
has "it starts, and says when it ends" "$(ctl capture start "$all")" \
	"capturing all to $all; ends by itself after 600 s, 100 MB; capture stop ends it before"
is "mode of the file" "$(stat -c %a "$all")" 600
esme_start bank gw --password geheim88
esme bank "submit dst=8613800000001 src=10690001 count=3 text=您的验证码是{n}，请勿告诉他人"
esme bank "submit dst=8613000000001 src=10690001 count=2 text=联通的短信{n}"
receipts() { lines_reach "$1" '^receipt .*stat=DELIVRD' "$tmp/bank.log"; }
must "receipts are there" 20 receipts 5
"$(program smppsend)" --host ::1 --port "${port[six]}" --system-id shop --password geheim88 --to 8613800138000 --text 六 \
	--wait-receipt 10s >"$tmp/six.log" 2>&1
is "a second one at a time is refused" "$(ctl capture start "$tmp/two.pcap")" \
	"smppgwctl: a capture runs, to $all; capture stop ends it"
is "it stops, and counts" "$(ctl capture stop)" "$all: $(count "$all" smpp) PDUs, $(stat -c %s "$all") octets"
ok "it is logged, with who" logged 'event=capture_started who=uid:[0-9]+ file="'"$all"'" filter="all"' "$tmp/gw.log"
ok "and its end" logged 'event=capture_ended why="stopped" .*error=""' "$tmp/gw.log"
is "submits from the app" "$(count "$all" "smpp.command_id == 4 && tcp.dstport == ${port[gw]}")" 5
is "their answers" "$(count "$all" "smpp.command_id == 0x80000004 && tcp.srcport == ${port[gw]}")" 5
is "submits to the carrier" "$(count "$all" "smpp.command_id == 4 && tcp.dstport == ${port[mobile]}")" 4
is "receipts from it, and our answers" "$(count "$all" "(smpp.command_id == 5 && tcp.srcport == ${port[mobile]}) ||
	(smpp.command_id == 0x80000005 && tcp.dstport == ${port[mobile]})")" 8
is "over TLS: plain SMPP in the file" "$(count "$all" "smpp.command_id == 4 && tcp.dstport == ${port[unicom]}")" 2
is "receipts to the app" "$(count "$all" "smpp.command_id == 5 && tcp.srcport == ${port[gw]}")" 5
is "over IPv6" "$(read_pcap "$all" "smpp.command_id == 4 && ipv6" ipv6.dst tcp.dstport)" "::1 ${port[six]}"
is "texts as they were sent" "$(texts "$all" "smpp.command_id == 4 && tcp.dstport == ${port[mobile]}")" \
	"$(for n in 1 2 3; do echo "您的验证码是$n，请勿告诉他人"; done; echo 六)"
is "over TLS too" "$(texts "$all" "smpp.command_id == 4 && tcp.dstport == ${port[unicom]}")" \
	"$(for n in 1 2; do echo "联通的短信$n"; done)"
is "the bind, to the real port, without its password" \
	"$(read_pcap "$all" 'smpp.command_id == 9 && ip' smpp.system_id smpp.password tcp.dstport)" "bank ******** ${port[gw]}"
is "nothing of a password" "$(grep -c -a geheim "$all")" 0
is "nothing is out of order, lost or broken" "$(count "$all" 'tcp.analysis.flags || _ws.malformed')" 0
is "checksums are right" "$(tshark -n -r "$all" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -T fields \
	-e frame.number -Y 'tcp.checksum.status != 1 || (ip && ip.checksum.status != 1)' 2>/dev/null | wc -l)" 0

# ---- filters ----

has "an existing file is not touched" "$(ctl capture start "$all")" "$all is there already; a capture never overwrites"
ln -s "$tmp/nowhere" "$tmp/link.pcap"
has "a link is not followed" "$(ctl capture start "$tmp/link.pcap")" "is there already"
ok "nothing was made behind it" test ! -e "$tmp/nowhere"
has "a folder that is not there" "$(ctl capture start "$tmp/no/such.pcap")" "No such file or directory"
has "an unknown carrier" "$(ctl capture start "$tmp/x.pcap" --carrier 电信)" "no carrier 电信"
has "two filters" "$(ctl capture start "$tmp/x.pcap" --carrier unicom --account bank)" "not two"
has "an unknown option" "$(ctl capture start "$tmp/x.pcap" --colour red)" "no option --colour"
ok "none of them made a file" test ! -e "$tmp/x.pcap"

more() { # N: two to each carrier; the app has N receipts then
	esme bank "submit dst=8613800000007 src=10690001 count=2 text=号码{n}"
	esme bank "submit dst=8613000000007 src=10690001 count=2 text=号码{n}"
	must "$1 receipts are there" 20 receipts "$1"
}
both="2 0x00000004, 2 0x00000005, 2 0x80000004, 2 0x80000005"
cd "$tmp" || exit 1
ctl capture start carrier.pcap --carrier unicom >/dev/null
more 9
ctl capture stop >/dev/null
is "one carrier: requests and answers, both ways" "$(commands carrier.pcap)" "$both"
is "of nobody else" "$(count carrier.pcap "smpp && tcp.port != ${port[unicom]}")" 0
ctl capture start number.pcap --number 13000000008 >/dev/null
has "what it shows does not tell the number" "$(ctl capture show)" "number 130****0008"
more 13
ctl capture stop >/dev/null
is "one number: the app's submit and the carrier's, their answers, receipts" "$(commands number.pcap)" "$both"
is "no other number" "$(read_pcap number.pcap 'smpp.command_id == 4' smpp.destination_addr | sort -u)" 8613000000008
is "and its text" "$(texts number.pcap "smpp.command_id == 4" | sort -u)" "号码2"
ctl capture start account.pcap --account bank >/dev/null
stop bank
: >"$tmp/bank.log"
esme_start bank gw --password geheim88
more 4
ctl capture stop >/dev/null
is "one account: its bind and the answer to it, too" \
	"$(count account.pcap 'smpp.command_id == 9 || smpp.command_id == 0x80000009')" 2
is "submits and answers" "$(count account.pcap 'smpp.command_id == 4 || smpp.command_id == 0x80000004')" 8
is "of nobody else" "$(count account.pcap "smpp && tcp.port != ${port[gw]}")" 0
session=$(ctl binds bank | awk '/account bank/ { print $1 }')
ctl capture start session.pcap --session "$session" >/dev/null
more 8
ctl capture stop >/dev/null
is "one session" "$(commands session.pcap)" "${both//2 /4 }"
ctl capture start hidden.pcap --no-text >/dev/null
more 12
ctl capture stop >/dev/null
is "texts are blanked on wish" "$(texts hidden.pcap 'smpp.command_id == 4' | tr -d '⨪' | sort -u)" ""
is "all else is there" "$(read_pcap hidden.pcap "smpp.command_id == 4 && tcp.dstport == ${port[mobile]}" smpp.destination_addr)" \
	"8613800000007
8613800000008"
is "receipts too" "$(count hidden.pcap 'smpp.command_id == 5')" 8

# ---- limits ----

ctl capture start count.pcap --count 5 >/dev/null
more 16
ok "ends after so many PDUs" ended count
is "they are there" "$(count count.pcap smpp)" 5
ctl capture start time.pcap --for 1s >/dev/null
soon "ends after its time" 5 ended time
ctl capture start size.pcap --size 1 >/dev/null
long=$(printf '很长的短信%.0s' {1..12})
esme bank "submit dst=8613800001000 src=10690001 count=1500 window=100 text=$long{n}"
soon "ends before it is larger than it may be" 20 ended size
at_most "size" "$(stat -c %s size.pcap)" 1000000
at_least "size" "$(stat -c %s size.pcap)" 990000
is "no PDU is cut" "$(count size.pcap '_ws.malformed || tcp.analysis.flags')" 0
if mkdir "$tmp/small" && mount -t tmpfs -o size=200k smppgw-test "$tmp/small" 2>/dev/null; then
	ctl capture start small/full.pcap >/dev/null
	esme bank "submit dst=8613800001000 src=10690001 count=600 window=100 text=$long{n}"
	soon "a full disk ends it" 20 ended "disk full"
	is "what is there is whole" "$(count small/full.pcap '_ws.malformed')/$(tshark -r small/full.pcap 2>&1 | grep -c 'cut short')" 0/0
	ok "the gateway goes on" gateway_running gw
	umount "$tmp/small"
else
	skip "a full disk" "no tmpfs can be mounted here"
fi
prlimit --pid "${pid[gw]}" --fsize=8192:
ctl capture start limit.pcap >/dev/null
esme bank "submit dst=8613800002000 src=10690001 count=40 window=10 text=$long{n}"
soon "so does a file as large as any may be (ulimit -f)" 10 ended "the file cannot be written"
ok "the gateway goes on" gateway_running gw
prlimit --pid "${pid[gw]}" --fsize=unlimited:
ctl capture start last.pcap >/dev/null
ok "one runs when the gateway leaves" running
cd / || exit 1
gateway_stop gw
ok "its end is told" logged 'event=capture_ended why="the gateway ends" file="'"$tmp/last.pcap"'"' "$tmp/gw.log"
finish
