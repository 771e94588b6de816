# wire.sh - tshark reads what the tap has written down, octet by octet as it went over the wire between programs of three
# authors: nothing may be malformed, and what the gateway meant must be what is read. Sourced by libraries.sh at its end; takes
# $tmp/wire and ${libraries[@]}. Knows how often esme.* and ops.* ask for what.
# shellcheck shell=bash disable=SC2154

wire_fields=(command_id command_status command_length message_id final_date message_state error_code destination_addr
	error_status_code message_text esm.submit.msg_type esm.submit.features source_addr esme_addr ms_availability_status
	receipted_message_id opt_param_tag system_id)

# tshark over the capture. Packets are PDUs, so nothing has to be put together; TCP is not in it.
wire_read() { # OUTPUT ARGUMENT...
	TZ=UTC tshark -n -r "$tmp/wire.pcap" "${@:2}" 2>"$tmp/tshark.log" | LC_ALL=C tr -d '\000' >"$1"
}

# How many PDUs there are for which an expression of awk holds; f("x") is tshark's field smpp.x, ours says that it is an
# id of the gateway.
wire_is() { # WHAT NUMBER EXPRESSION
	is "tshark: $1" "$(awk -F '\t' '
		function f(name) { return $at[name] }
		function ours(name) { return f(name) ~ /^[1-9][0-9]*$/ && length(f(name)) == 18 }
		NR == 1 { for (i = 1; i <= NF; i++) at[substr($i, 6)] = i; next }
		'"$3"' { n++ }
		END { print n + 0 }' "$tmp/wire.fields")" "$2"
}

# The same for one command: wire_pdu 0x80000003 WHAT NUMBER EXPRESSION
wire_pdu() {
	wire_is "$2" "$3" "f(\"command_id\") == \"$1\" && $4"
}

wire_operations() { # NUMBER-OF-LIBRARIES
	local n=$1 ok='f("command_status") == "0x00000000"' alone='f("command_length") == 16'
	local found="$ok && ours(\"message_id\") && f(\"error_code\") == 0"
	wire_pdu 0x80000003 "query_sm_resp, pending" $((4 * n)) "$found && f(\"message_state\") == 1 && f(\"final_date\") == \"\""
	wire_pdu 0x80000003 "query_sm_resp, DELIVERED" $((3 * n)) "$found && f(\"message_state\") == 2 && f(\"final_date\") ~ /UTC\$/"
	wire_pdu 0x80000003 "query_sm_resp, EXPIRED" "$n" "$found && f(\"message_state\") == 3 && f(\"final_date\") ~ /UTC\$/"
	wire_pdu 0x80000003 "query_sm_resp, DELETED" "$n" "$found && f(\"message_state\") == 4 && f(\"final_date\") ~ /UTC\$/"
	wire_pdu 0x80000003 "query_sm_resp, ESME_RINVMSGID" $((5 * n)) 'f("command_status") == "0x0000000c"'
	wire_pdu 0x80000003 "query_sm_resp, no other" $((14 * n)) 1
	wire_pdu 0x80000008 "cancel_sm_resp, header alone" $((6 * n)) "$ok && $alone"
	wire_pdu 0x80000008 "cancel_sm_resp, ESME_RCANCELFAIL" $((6 * n)) "f(\"command_status\") == \"0x00000011\" && $alone"
	wire_pdu 0x80000007 "replace_sm_resp, header alone" "$n" "$ok && $alone"
	wire_pdu 0x80000007 "replace_sm_resp, ESME_RREPLACEFAIL" $((3 * n)) "f(\"command_status\") == \"0x00000013\" && $alone"
	wire_pdu 0x00000021 "submit_multi to three numbers" "$n" 'f("destination_addr") ~ /^86150[0-9]*;8610012345678;86150[0-9]*$/'
	# tshark reads no body behind an error; its length: message_id, number of entries, entries
	wire_pdu 0x80000021 "submit_multi_resp, all 254 refused" "$n" \
		'f("command_status") == "0x00000045" && f("command_length") == 16 + 1 + 1 + 254 * (1 + 1 + 14 + 4)'
	wire_pdu 0x80000021 "submit_multi_resp with the one that has no route" "$n" \
		"$ok && ours(\"message_id\") && f(\"destination_addr\") == \"8610012345678\" && f(\"error_status_code\") == \"0x0000000b\""
}

wire_messages() { # NUMBER-OF-LIBRARIES
	local n=$1 final='f("esm.submit.msg_type") == "0x01"'
	local to_app='ours("receipted_message_id") && f("source_addr") ~ /^8615[01]/'
	wire_pdu 0x00000103 "data_sm of an app" "$n" 'f("message_text") ~ /用 data_sm 提交/'
	wire_pdu 0x80000103 "data_sm_resp with our id" "$n" 'ours("message_id")'
	wire_pdu 0x00000103 "data_sm to a carrier" $((3 * n * n)) \
		'f("destination_addr") ~ /^8615[89]/ && f("esm.submit.msg_type") == "0x00" && f("opt_param_tag") == "0x0424"'
	wire_pdu 0x00000103 "receipt in a data_sm to an app" "$n" \
		"$to_app && $final && f(\"message_state\") == 2 && f(\"opt_param_tag\") ~ /^0x0424;0x001e;0x0427/"
	wire_pdu 0x00000005 "receipts of single parts" $((3 * n)) "$to_app && $final && f(\"opt_param_tag\") ~ /0x020e;0x020f/"
	wire_pdu 0x00000005 "intermediate notification to an app" "$n" \
		"$to_app && f(\"esm.submit.msg_type\") == \"0x08\" && f(\"message_state\") == 1"
	wire_pdu 0x00000004 "parts with a user data header" $((6 * n)) \
		'f("destination_addr") ~ /^86150/ && f("esm.submit.features") == "0x01"'
	wire_pdu 0x0000000b "outbind" "$n" 'f("system_id") == "smppgw"'
	wire_pdu 0x00000102 "alert_notification, from the carrier and to the app" $((2 * n * n)) \
		'f("source_addr") ~ /^8613[89]555500[01][57]$/ && f("esme_addr") ~ /^1069000[12]$/ && f("ms_availability_status") == 0'
}

wire_judge() {
	local pdus command
	if ! command -v tshark >/dev/null || ! command -v text2pcap >/dev/null; then
		skip "tshark" "it is not installed (Debian: tshark)"
		return
	fi
	pdus=$(lines '^$' "$tmp/wire")
	at_least "PDUs on the wire" "$pdus" 400
	ok "text2pcap takes them" text2pcap -q -P smpp "$tmp/wire" "$tmp/wire.pcap" 2>"$tmp/text2pcap.log"
	# shellcheck disable=SC2046
	wire_read "$tmp/wire.fields" -T fields -E header=y -E separator=/t -E occurrence=a -E 'aggregator=;' \
		$(printf ' -e smpp.%s' "${wire_fields[@]}")
	wire_read "$tmp/wire.bad" -Y '_ws.malformed || _ws.expert || !smpp.command_id'
	wire_is "it reads all of them" "$pdus" 'f("command_length") >= 16'
	is "tshark: nothing is malformed" "$(cat "$tmp/wire.bad")" ""
	for command in 01 02 09 03 04 05 06 07 08 21 103; do
		command=$(printf '%08x' "0x$command")
		at_least "tshark: PDUs 0x$command" "$(lines "^0x$command" "$tmp/wire.fields")" 1
		at_least "tshark: PDUs 0x8${command#0}" "$(lines "^0x8${command#0}" "$tmp/wire.fields")" 1
	done
	wire_operations ${#libraries[@]}
	wire_messages ${#libraries[@]}
}

wire_judge
