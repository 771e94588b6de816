#!/bin/sh
# tshark.sh - judges our encoder by a decoder that we did not write: emit_pdus writes every PDU type into a capture, and
# tshark has to read it without a complaint and with the values that are told here.
set -eu

src=${SMPPGW_SRC:-$(cd "$(dirname "$0")/../../.." && pwd)}
build=${SMPPGW_BUILD:-$src}
LC_ALL=C.UTF-8
TZ=UTC
export LC_ALL TZ

if ! command -v tshark >/dev/null; then
	echo "skipped: tshark is not installed (Debian: tshark)"
	echo "0 passed, 0 failed, 1 skipped"
	exit 77
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

verdict() { # OK TEXT
	if [ "$1" = yes ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
	fi
}

# All expectations, one a line: sequence number of the PDU, field of tshark, its value (several: with ; between).
# Fields are named without "smpp." in front.
cat >"$work/want" <<'END'
1 command_id 0x00000009
1 command_status
1 system_id gw01
1 password s3cret
1 system_type SMS
1 interface_version 52
1 addr_ton 0x01
1 addr_npi 0x01
1 address_range ^1069
2 command_id 0x80000009
2 command_status 0x00000000
2 system_id SMSC
2 opt_param_tag 0x0210
2 SC_interface_version 52
3 command_id 0x00000002
3 system_id gw02
3 interface_version 52
4 command_id 0x80000002
4 command_status 0x0000000e
4 command_length 16
5 command_id 0x00000001
5 interface_version 51
6 command_id 0x80000001
6 system_id SMSC
6 opt_param_tag
7 command_id 0x0000000b
7 system_id SMSC
7 password s3cret
8 command_id 0x00000004
8 service_type CMT
8 source_addr_ton 0x01
8 source_addr_npi 0x01
8 source_addr 1069012345
8 dest_addr_ton 0x01
8 dest_addr_npi 0x01
8 destination_addr 8613800138000
8 esm.submit.msg_mode 0x03
8 protocol_id 0x41
8 priority_flag 0x02
8 schedule_delivery_time May  1, 2026 01:30:00.000000000 UTC
8 validity_period_r 86400.000000000
8 regdel.receipt 0x01
8 regdel.notif 0x01
8 replace_if_present_flag 0x01
8 data_coding 0x08
8 sm_default_msg_id 5
8 sm_length 14
8 message 30106d4b8bd530119a8c8bc17801
8 message_text 【测试】验证码
9 command_id 0x80000004
9 command_status 0x00000000
9 message_id 100000000000000001
10 command_id 0x80000004
10 command_status 0x00000058
10 command_length 16
10 message_id
11 esm.submit.features 0x01
11 message 050003a7020175324e59
11 message_text 甲乙
12 sm_length 0
12 opt_param_tag 0x0424;0x3e00
12 message_payload 30106d4b8bd530119a8c8bc17801
12 message_text 【测试】验证码
12 vendor_op 6f747000
13 command_id 0x00000005
13 source_addr 8613800138000
13 destination_addr 1069012345
13 esm.submit.msg_type 0x01
13 sm_length 110
13 receipted_message_id 100000000000000001
13 message_state 2
13 network_error.type 3
13 network_error.code 0x002a
14 command_id 0x80000005
14 command_length 17
15 command_id 0x00000103
15 service_type WAP
15 source_addr 1069012345
15 destination_addr 8613800138000
15 regdel.receipt 0x01
15 data_coding 0x08
15 message_payload 30106d4b8bd530119a8c8bc17801
15 message_text 【测试】验证码
16 command_id 0x80000103
16 message_id 3f2a91
16 delivery_failure_reason 2
16 additional_status_info_text full
17 command_id 0x00000021
17 source_addr 1069012345
17 destination_addr 8613800138000;8618600000000
17 dl_name vip
17 message 4869
18 command_id 0x80000021
18 message_id 3f2a92
18 destination_addr 8613800138000;8618600000000
18 error_status_code 0x0000000b;0x00000058
19 command_id 0x00000003
19 message_id 3f2a91
19 source_addr 1069012345
20 command_id 0x80000003
20 message_id 3f2a91
20 final_date May  1, 2026 01:31:00.000000000 UTC
20 message_state 2
20 error_code 42
21 command_id 0x00000008
21 service_type CMT
21 message_id 3f2a91
21 source_addr 1069012345
21 destination_addr 8613800138000
22 command_id 0x80000008
23 command_id 0x00000007
23 message_id 3f2a91
23 source_addr 1069012345
23 schedule_delivery_time May  1, 2026 01:30:00.000000000 UTC
23 validity_period_r 600.000000000
23 regdel.receipt 0x01
23 sm_default_msg_id 7
23 message 4e6577
24 command_id 0x80000007
24 command_status 0x00000013
25 command_id 0x00000102
25 source_addr 8613800138000
25 esme_addr_ton 0x01
25 esme_addr 1069012345
25 ms_availability_status 2
26 command_id 0x00000015
27 command_id 0x80000015
28 command_id 0x00000006
29 command_id 0x80000006
30 command_id 0x80000000
30 command_status 0x00000003
31 command_id 0x00000103
31 dest_addr_subunit 0x01
31 dest_network_type 0x01
31 dest_bearer_type 0x01
31 dest_telematics_id 0x0102
31 source_addr_subunit 0x01
31 source_network_type 0x01
31 source_bearer_type 0x01
31 source_telematics_id 0x01
31 qos_time_to_live 258
31 payload_type 1
31 privacy_indicator 1
31 user_message_reference 0x0102
31 user_response_code 0x01
31 source_port 0x0102
31 destination_port 0x0102
31 sar_msg_ref_num 258
31 language_indicator 1
31 sar_total_segments 1
31 sar_segment_seqnum 1
31 number_of_messages 1
31 dpf_result 1
31 set_dpf 1
31 ms_availability_status 1
31 delivery_failure_reason 1
31 more_messages_to_send 1
31 message_state 1
31 congestion_state 1
31 ussd_service_op 1
31 display_time 1
31 sms_signal 0x0102
31 ms_validity 1
31 its_reply_type 1
31 additional_status_info_text busy
31 receipted_message_id 3f2a91
31 source_subaddress 800102
31 its_session.number 1
31 vendor_op e4ba94e69c88e8bf98e6acbe00
END

"$build/tests/unit/smpp/emit_pdus" "$work/pdus.pcap" >"$work/count"
count=$(cat "$work/count")

# read_capture OUTPUT ARGUMENT...: tshark over the capture; its own complaints fail the test.
read_capture() {
	output=$1
	shift
	if ! tshark -n -r "$work/pdus.pcap" -d tcp.port==2775,smpp "$@" >"$output" 2>"$work/errors"; then
		echo "FAILED: tshark ended with an error:"
		cat "$work/errors"
		echo "0 passed, 1 failed, 0 skipped"
		exit 1
	fi
}

fields=$(cut -d ' ' -f 2 "$work/want" | sort -u)
arguments=$(for field in $fields; do printf ' -e smpp.%s' "$field"; done)
# shellcheck disable=SC2086
read_capture "$work/fields" -T fields -E header=y -E separator=/t -E occurrence=a -E 'aggregator=;' \
	-e smpp.sequence_number $arguments
read_capture "$work/verbose" -V
read_capture "$work/complaints" -Y '_ws.malformed || _ws.expert || tcp.analysis.flags || _ws.unreassembled'

[ "$(sed 1d "$work/fields" | grep -c .)" -eq "$count" ] && ok=yes || ok=no
verdict $ok "$count PDUs were written, tshark reads another number"
[ "$(sed 1d "$work/fields" | cut -f 1 | tr '\n' ' ')" = "$(seq "$count" | tr '\n' ' ')" ] && ok=yes || ok=no
verdict $ok "the sequence numbers are not 1 to $count"
[ ! -s "$work/complaints" ] && ok=yes || ok=no
verdict $ok "tshark complains about: $(cat "$work/complaints")"
! grep -iE 'malformed|expert info' "$work/verbose" && ok=yes || ok=no
verdict $ok "tshark calls something malformed"

awk -F '\t' '
	NR == FNR && FNR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
	NR == FNR { for (i = 1; i <= NF; i++) cell[$1, i] = $i; next }
	{
		split($0, word, " ")
		seq = word[1]; field = word[2]
		want = substr($0, length(seq) + length(field) + 3)
		got = cell[seq, column["smpp." field]]
		if (got == want)
			print "yes"
		else
			printf "no PDU %s, %s: tshark reads \"%s\", not \"%s\"\n", seq, field, got, want
	}' "$work/fields" "$work/want" >"$work/verdicts"

while read -r ok text; do
	verdict "$ok" "$text"
done <"$work/verdicts"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 100 ]
