#!/bin/bash
# libraries.sh - apps and SMSCs made of the npm package smpp and of Net::SMPP, on both sides of the gateway: each app through
# each SMSC, then each app's operations with a simulated carrier behind. The apps judge binds, responses, receipts and
# replies; then the texts that they sent are compared byte by byte with those that the SMSCs got; tshark reads all of it.
. "$(dirname "$0")/../lib.sh"
here=$SMPPGW_SRC/tests/interop

# Which libraries are there.
declare -A start_esme=() start_ops=() start_smsc=()
if ! command -v node >/dev/null; then
	skip "npm package smpp" "node is not installed (Debian: nodejs, npm)"
elif [ ! -d "$here/node_modules/smpp" ] && ! (cd "$here" && npm ci --no-audit --no-fund) >"$tmp/npm.log" 2>&1; then
	skip "npm package smpp" "npm ci failed: $(tail -n 1 "$tmp/npm.log")"
else
	start_esme[npm]="node $here/esme.js"
	start_ops[npm]="node $here/ops.js"
	start_smsc[npm]="node $here/smsc.js"
fi
if perl -MNet::SMPP -e 1 2>/dev/null; then
	start_esme[perl]="perl $here/esme.pl"
	start_ops[perl]="perl $here/ops.pl"
	start_smsc[perl]="perl $here/smsc.pl"
else
	skip "Net::SMPP" "it is not installed (Debian: libnet-smpp-perl)"
fi
[ ${#start_esme[@]} -gt 0 ] || finish

# The verdicts that an app has printed, each a test.
verdicts() { # WHAT LOG
	local line
	while read -r line; do
		case "$line" in
		ok\ *) pass "$1: ${line#ok }" ;;
		not\ ok\ *) fail "$1: ${line#not ok }" ;;
		esac
	done <"$2"
}

same_lines() { # WHAT WANTED GOT
	if cmp -s "$2" "$3"; then
		pass "$1"
	else
		fail "$1"
		diff "$2" "$3" | sed 's/^/        | /'
	fi
}

# One SMSC of each library; the one of Net::SMPP is bound to as transmitter and receiver. Numbers decide between them, and
# whether submit_sm or data_sm is sent; those of "next" have the other one as their reserve. Beyond those there are the
# simulator and a carrier that is down; other numbers have no route. The tap stands before the SMSCs and the gateway.
declare -A prefix=([npm]=86138 [perl]=86139) data=([npm]=86158 [perl]=86159) next=([npm]=86188 [perl]=86189)
declare -A kind=([npm]=transceiver [perl]=pair) other=([npm]=perl [perl]=npm)
declare -A source=([npm]=10690001 [perl]=10690002)
libraries=("${!start_smsc[@]}")
carriers=()
routes=()
accounts=()
taps=()

tapped() { # NAME: a port before ${port[NAME]}
	port[tap.$1]=$(free_port)
	taps+=("${port[tap.$1]}:${port[$1]}")
}

join() {
	local IFS=,
	echo "$*"
}

redis_start redis everysec
sim_start sim --receipt-delay 200ms --intermediate 100 --id-form hex-dec
port[down]=$(free_port)
port[gw]=$(free_port)
tapped gw
tapped sim
carriers+=("{ name = \"sim\"; host = \"127.0.0.1\"; port = ${port[tap.sim]}; system_id = \"gw\"; password = \"gw\"; }"
	"{ name = \"down\"; host = \"127.0.0.1\"; port = ${port[down]}; system_id = \"gw\"; password = \"gw\"; }")
routes+=('{ prefix = "86150"; carriers = [ "sim" ]; }' '{ prefix = "86151"; carriers = [ "down" ]; }')
for library in "${libraries[@]}"; do
	port[smsc.$library]=$(free_port)
	# shellcheck disable=SC2086
	start "smsc.$library" ${start_smsc[$library]} "${port[smsc.$library]}"
	must "SMSC of $library listening" 20 logged '^listening' "$tmp/smsc.$library.log"
	tapped "smsc.$library"
	at="host = \"127.0.0.1\"; port = ${port[tap.smsc.$library]}; password = \"gw\"; reconnect = 100; pause = 100;"
	carriers+=("{ name = \"$library\"; $at system_id = \"gw\"; bind = \"${kind[$library]}\"; }"
		"{ name = \"${library}data\"; $at system_id = \"gwdata\"; submit = \"data_sm\"; }")
	routes+=("{ prefix = \"${prefix[$library]}\"; carriers = [ \"$library\" ]; }"
		"{ prefix = \"${data[$library]}\"; carriers = [ \"${library}data\" ]; }")
	[ ${#libraries[@]} -lt 2 ] ||
		routes+=("{ prefix = \"${next[$library]}\"; carriers = [ \"$library\", \"${other[$library]}\" ]; }")
	port[outbind.$library]=$(free_port)
	tapped "outbind.$library"
	# all of them send from one code; replies to it go to the first
	app="password = \"secret\"; class = \"notice\"; sources = [ \"${source[$library]}\" ];"
	accounts+=("{ system_id = \"app$library\"; $app }"
		"{ system_id = \"data$library\"; $app deliver = \"data_sm\"; }"
		"{ system_id = \"part$library\"; $app receipts = \"part\"; }"
		"{ system_id = \"call$library\"; $app outbind = \"127.0.0.1:${port[tap.outbind.$library]}\"; outbind_password = \"call\"; }")
done
start tap perl "$here/tap.pl" "$tmp/wire" "${taps[@]}"
must "the tap listening" 20 logged '^listening' "$tmp/tap.log"
gateway_config gw <<END
accounts: ( $(join "${accounts[@]}") );
carriers: ( $(join "${carriers[@]}") );
routes: ( $(join "${routes[@]}") );
END
gateway_start gw
for library in "${libraries[@]}"; do
	soon "the gateway binds to the SMSC of $library" 20 \
		lines_reach "$([ "${kind[$library]}" = pair ] && echo 3 || echo 2)" '^bound ' "$tmp/smsc.$library.log"
done

# Each app through each carrier: its own verdicts are counted.
for library in "${libraries[@]}"; do
	for carrier in "${libraries[@]}"; do
		log=$tmp/esme.$library.$carrier.log
		reserve=-
		[ ${#libraries[@]} -lt 2 ] || reserve=${next[$carrier]}
		# shellcheck disable=SC2086
		timeout -k 5 120 ${start_esme[$library]} "${port[tap.gw]}" "app$library" secret "${source[$library]}" \
			"$carrier" "${prefix[$carrier]}" "${data[$carrier]}" "$reserve" >"$log" 2>&1
		status=$?
		verdicts "app of $library, SMSC of $carrier" "$log"
		at_least "app of $library, SMSC of $carrier: it came to its end with verdicts" "$(lines '^ok ' "$log")" 100
		is "app of $library, SMSC of $carrier: exit status" "$status" 0
	done
done

# The texts of all apps, byte by byte, against what the SMSCs got.
for carrier in "${libraries[@]}"; do
	{
		cat "$tmp"/esme.*."$carrier".log | sed -n 's/^sent //p'
		cat "$tmp"/esme.*."${other[$carrier]}".log 2>/dev/null | sed -n 's/^also //p'
	} | sort >"$tmp/sent.$carrier"
	sed -n 's/^got [a-z_]* src=[0-9]* \(dst=[0-9]*\) coding=[0-9]* /\1 /p' "$tmp/smsc.$carrier.log" | sort >"$tmp/got.$carrier"
	at_least "SMSC of $carrier: texts" "$(wc -l <"$tmp/sent.$carrier")" 18
	same_lines "SMSC of $carrier got every text as it was sent" "$tmp/sent.$carrier" "$tmp/got.$carrier"
	is "SMSC of $carrier: data_sm went to those numbers that are sent data_sm, and to no other" \
		"$(sed -n 's/^got data_sm .*dst=\(.....\).*/\1/p' "$tmp/smsc.$carrier.log" | sort | uniq -c | xargs)" \
		"$((3 * ${#libraries[@]})) ${data[$carrier]}"
	is "SMSC of $carrier: every receipt and reply was taken, or is wanted again" \
		"$(grep '^deliver_resp' "$tmp/smsc.$carrier.log" | grep -cvE ' status=(0|100)$')" 0
	at_least "SMSC of $carrier: they were answered" "$(lines '^deliver_resp status=0' "$tmp/smsc.$carrier.log")" \
		$((26 * ${#libraries[@]}))
done

# Every operation, with the simulator as the carrier, both apps at once. What it must have got, and nothing else, is in
# their lines.
for library in "${libraries[@]}"; do
	# shellcheck disable=SC2086
	start "ops.$library" timeout -k 5 120 ${start_ops[$library]} "${port[tap.gw]}" "$library" secret "${source[$library]}" \
		"${port[outbind.$library]}"
done
for library in "${libraries[@]}"; do
	log=$tmp/ops.$library.log
	status=0
	wait "${pid[ops.$library]}" || status=$?
	unset "pid[ops.$library]"
	verdicts "operations of $library" "$log"
	at_least "operations of $library: it came to its end with verdicts" "$(lines '^ok ' "$log")" 80
	is "operations of $library: exit status" "$status" 0
done
cat "$tmp"/ops.*.log | sed -n 's/^carried //p' | sort >"$tmp/sent.sim"
perl -MJSON::PP -ne '
	BEGIN { binmode STDOUT, ":utf8" }
	my $m = decode_json($_);
	next unless exists $m->{destination} && $m->{command} =~ /^(submit|data)_sm$/;
	$parts{$m->{destination}}++;
	$text{$m->{destination}} .= $m->{text};
	END { print "dst=$_ parts=$parts{$_} text=$text{$_}\n" for keys %text }' "$tmp/sim.capture" | sort >"$tmp/got.sim"
at_least "simulator: texts" "$(wc -l <"$tmp/sent.sim")" $((14 * ${#libraries[@]}))
same_lines "simulator got every text as it was sent, and none that was cancelled or refused" "$tmp/sent.sim" "$tmp/got.sim"

gateway_stop gw
stop tap
. "$here/wire.sh"
finish
