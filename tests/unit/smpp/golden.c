/*
 * golden.c - the worked examples of smpp.md section 14 and what each says.
 */
#include "golden.h"

#define T(text)                                                                                                        \
	{                                                                                                              \
		(const uint8_t *)(text), sizeof(text) - 1                                                              \
	}
#define SENDER                                                                                                         \
	{                                                                                                              \
		1, 1, T("1069012345")                                                                                  \
	}
#define SENDER_UNKNOWN_TON                                                                                             \
	{                                                                                                              \
		0, 1, T("1069012345")                                                                                  \
	}
#define MOBILE                                                                                                         \
	{                                                                                                              \
		1, 1, T("8613800138000")                                                                               \
	}

const struct golden golden[GOLDEN_COUNT] = {
	{
		1,
		"bind_transceiver, system_id gw01, password s3cret, v3.4",
		"000000210000000900000000000000016777303100733363726574000034000000",
		ESME_ROK,
		true,
		{
			.command_id = BIND_TRANSCEIVER,
			.sequence = 1,
			.has_body = true,
			.bind.system_id = T("gw01"),
			.bind.password = T("s3cret"),
			.bind.interface_version = 0x34,
		},
	},
	{
		2,
		"bind_transceiver_resp OK, sc_interface_version 0x34",
		"0000001a800000090000000000000001534d5343000210000134",
		ESME_ROK,
		true,
		{
			.command_id = BIND_TRANSCEIVER | COMMAND_RESP,
			.sequence = 1,
			.has_body = true,
			.resp.id = T("SMSC"),
			.tlvs = T("\x02\x10\x00\x01\x34"),
		},
	},
	{
		3,
		"bind_transceiver_resp, wrong password (0x0E), header only",
		"00000010800000090000000e00000001",
		ESME_ROK,
		true,
		{
			.command_id = BIND_TRANSCEIVER | COMMAND_RESP,
			.command_status = ESME_RINVPASWD,
			.sequence = 1,
		},
	},
	{
		4,
		"submit_sm 'Hello', data_coding 0, receipt asked",
		"0000003d0000000400000000000000020001013130363930313233343500010138363133383030313338303030000000"
		"000000010000000548656c6c6f",
		ESME_ROK,
		true,
		{
			.command_id = SUBMIT_SM,
			.sequence = 2,
			.has_body = true,
			.sm.src = SENDER,
			.sm.dst = MOBILE,
			.sm.registered_delivery = 1,
			.sm.short_message = T("Hello"),
		},
	},
	{
		5,
		"submit_sm_resp, message_id 3f2a91",
		"0000001780000004000000000000000233663261393100",
		ESME_ROK,
		true,
		{
			.command_id = SUBMIT_SM | COMMAND_RESP,
			.sequence = 2,
			.has_body = true,
			.resp.id = T("3f2a91"),
		},
	},
	{
		6,
		"submit_sm_resp throttled (0x58): 16 octets, no body",
		"00000010800000040000005800000003",
		ESME_ROK,
		true,
		{
			.command_id = SUBMIT_SM | COMMAND_RESP,
			.command_status = ESME_RTHROTTLED,
			.sequence = 3,
		},
	},
	{
		7,
		"submit_sm UCS2 '【测试】验证码1234'",
		"0000004e0000000400000000000000040001013130363930313233343500010138363133383030313338303030000000"
		"000000010008001630106d4b8bd530119a8c8bc178010031003200330034",
		ESME_ROK,
		true,
		{
			.command_id = SUBMIT_SM,
			.sequence = 4,
			.has_body = true,
			.sm.src = SENDER,
			.sm.dst = MOBILE,
			.sm.registered_delivery = 1,
			.sm.data_coding = 8,
			.sm.short_message = T("\x30\x10\x6d\x4b\x8b\xd5\x30\x11\x9a\x8c\x8b\xc1\x78\x01\x00\x31"
					      "\x00\x32\x00\x33\x00\x34"),
		},
	},
	{
		8,
		"submit_sm UCS2 'OK😀': the emoji is the pair D83D DE00",
		"000000400000000400000000000000050001013130363930313233343500010138363133383030313338303030000000"
		"0000000000080008004f004bd83dde00",
		ESME_ROK,
		true,
		{
			.command_id = SUBMIT_SM,
			.sequence = 5,
			.has_body = true,
			.sm.src = SENDER,
			.sm.dst = MOBILE,
			.sm.data_coding = 8,
			.sm.short_message = T("\x00\x4f\x00\x4b\xd8\x3d\xde\x00"),
		},
	},
	{
		9,
		"submit_sm data_coding 0 as GSM 7-bit, '5€ [x]': € = 1B65, [ = 1B3C, ] = 1B3E",
		"000000410000000400000000000000060001013130363930313233343500010138363133383030313338303030000000"
		"0000000000000009351b65201b3c781b3e",
		ESME_ROK,
		true,
		{
			.command_id = SUBMIT_SM,
			.sequence = 6,
			.has_body = true,
			.sm.src = SENDER,
			.sm.dst = MOBILE,
			.sm.short_message = T("\x35\x1b\x65\x20\x1b\x3c\x78\x1b\x3e"),
		},
	},
	{
		10,
		"concatenated, 8-bit reference 0xA7, part 1 of 2 (UDH 05 00 03 A7 02 01), UCS2 '甲乙'",
		"000000420000000400000000000000070001013130363930313233343500010138363133383030313338303030004000"
		"000000000008000a050003a7020175324e59",
		ESME_ROK,
		true,
		{
			.command_id = SUBMIT_SM,
			.sequence = 7,
			.has_body = true,
			.sm.src = SENDER,
			.sm.dst = MOBILE,
			.sm.esm_class = ESM_UDHI,
			.sm.data_coding = 8,
			.sm.short_message = T("\x05\x00\x03\xa7\x02\x01\x75\x32\x4e\x59"),
		},
	},
	{
		11,
		"part 2 of 2 of the same message, '丙'",
		"000000400000000400000000000000080001013130363930313233343500010138363133383030313338303030004000"
		"0000000000080008050003a702024e19",
		ESME_ROK,
		true,
		{
			.command_id = SUBMIT_SM,
			.sequence = 8,
			.has_body = true,
			.sm.src = SENDER,
			.sm.dst = MOBILE,
			.sm.esm_class = ESM_UDHI,
			.sm.data_coding = 8,
			.sm.short_message = T("\x05\x00\x03\xa7\x02\x02\x4e\x19"),
		},
	},
	{
		12,
		"concatenated, 16-bit reference 0x01A7 (UDH 06 08 04 01A7 02 01), text 'AB'",
		"000000410000000400000000000000090001013130363930313233343500010138363133383030313338303030004000"
		"000000000000000906080401a702014142",
		ESME_ROK,
		true,
		{
			.command_id = SUBMIT_SM,
			.sequence = 9,
			.has_body = true,
			.sm.src = SENDER,
			.sm.dst = MOBILE,
			.sm.esm_class = ESM_UDHI,
			.sm.short_message = T("\x06\x08\x04\x01\xa7\x02\x01\x41\x42"),
		},
	},
	{
		13,
		"the same segment with SAR TLVs instead of UDH",
		"0000004a00000004000000000000000a0001013130363930313233343500010138363133383030313338303030000000"
		"00000000000000024142020c000201a7020e000102020f000101",
		ESME_ROK,
		true,
		{
			.command_id = SUBMIT_SM,
			.sequence = 10,
			.has_body = true,
			.sm.src = SENDER,
			.sm.dst = MOBILE,
			.sm.short_message = T("AB"),
			.tlvs = T("\x02\x0c\x00\x02\x01\xa7\x02\x0e\x00\x01\x02\x02\x0f\x00\x01\x01"),
		},
	},
	{
		14,
		"message_payload instead of short_message: sm_length 0",
		"0000004f00000004000000000000000b0001013130363930313233343500010138363133383030313338303030000000"
		"0000000000000000042400134c6f6e67207465787420676f65732068657265",
		ESME_ROK,
		true,
		{
			.command_id = SUBMIT_SM,
			.sequence = 11,
			.has_body = true,
			.sm.src = SENDER,
			.sm.dst = MOBILE,
			.tlvs = T("\x04\x24\x00\x13"
				  "Long text goes here"),
		},
	},
	{
		15,
		"validity_period one day relative, schedule absolute 2026-05-01 09:30 +08:00 (nn=32)",
		"0000005a00000004000000000000000c0001013130363930313233343500010138363133383030313338303030000000"
		"003236303530313039333030303033322b00303030303031303030303030303030520000000000024869",
		ESME_ROK,
		true,
		{
			.command_id = SUBMIT_SM,
			.sequence = 12,
			.has_body = true,
			.sm.src = SENDER,
			.sm.dst = MOBILE,
			.sm.schedule = T("260501093000032+"),
			.sm.validity = T("000001000000000R"),
			.sm.short_message = T("Hi"),
		},
	},
	{
		16,
		"deliver_sm: mobile-originated 'TD' (opt-out reply), no receipt",
		"0000003a0000000500000000000000010001013836313338303031333830303000000131303639303132333435000000"
		"00000000000000025444",
		ESME_ROK,
		true,
		{
			.command_id = DELIVER_SM,
			.sequence = 1,
			.has_body = true,
			.sm.src = MOBILE,
			.sm.dst = SENDER_UNKNOWN_TON,
			.sm.short_message = T("TD"),
		},
	},
	{
		17,
		"deliver_sm_resp: message_id unused, one NUL",
		"0000001180000005000000000000000100",
		ESME_ROK,
		true,
		{
			.command_id = DELIVER_SM | COMMAND_RESP,
			.sequence = 1,
			.has_body = true,
			.resp.id = T(""),
		},
	},
	{
		18,
		"deliver_sm receipt: text id 4139665 is decimal for 0x3f2a91; TLVs 0x001E and 0x0427",
		"000000b70000000500000000000000020001013836313338303031333830303000010131303639303132333435000400"
		"000000000000006869643a34313339363635207375623a30303120646c7672643a303031207375626d69742064617465"
		"3a3236303530313039333020646f6e6520646174653a3236303530313039333120737461743a44454c49565244206572"
		"723a30303020746578743a48656c6c6f001e000733663261393100042700010204230003030000",
		ESME_ROK,
		true,
		{
			.command_id = DELIVER_SM,
			.sequence = 2,
			.has_body = true,
			.sm.src = MOBILE,
			.sm.dst = SENDER,
			.sm.esm_class = ESM_RECEIPT,
			.sm.short_message = T("id:4139665 sub:001 dlvrd:001 submit date:2605010930 "
					      "done date:2605010931 stat:DELIVRD err:000 text:Hello"),
			.tlvs = T("\x00\x1e\x00\x07\x33\x66\x32\x61\x39\x31\x00\x04\x27\x00\x01\x02"
				  "\x04\x23\x00\x03\x03\x00\x00"),
		},
	},
	{
		19,
		"intermediate notification: esm_class 0x20, message_state ENROUTE",
		"000000480000000500000000000000030001013836313338303031333830303000010131303639303132333435002000"
		"0000000000000000001e0007336632613931000427000101",
		ESME_ROK,
		true,
		{
			.command_id = DELIVER_SM,
			.sequence = 3,
			.has_body = true,
			.sm.src = MOBILE,
			.sm.dst = SENDER,
			.sm.esm_class = ESM_INTERMEDIATE,
			.tlvs = T("\x00\x1e\x00\x07\x33\x66\x32\x61\x39\x31\x00\x04\x27\x00\x01\x01"),
		},
	},
	{
		20,
		"data_sm receipt, TLVs only",
		"000000410000010300000000000000040001013836313338303031333830303000010131303639303132333435000400"
		"00001e0007336632613931000427000105",
		ESME_ROK,
		true,
		{
			.command_id = DATA_SM,
			.sequence = 4,
			.has_body = true,
			.sm.src = MOBILE,
			.sm.dst = SENDER,
			.sm.esm_class = ESM_RECEIPT,
			.tlvs = T("\x00\x1e\x00\x07\x33\x66\x32\x61\x39\x31\x00\x04\x27\x00\x01\x05"),
		},
	},
	{
		21,
		"data_sm_resp, empty message_id",
		"0000001180000103000000000000000400",
		ESME_ROK,
		true,
		{
			.command_id = DATA_SM | COMMAND_RESP,
			.sequence = 4,
			.has_body = true,
			.resp.id = T(""),
		},
	},
	{
		22,
		"query_sm 3f2a91",
		"0000002400000003000000000000000d3366326139310001013130363930313233343500",
		ESME_ROK,
		true,
		{
			.command_id = QUERY_SM,
			.sequence = 13,
			.has_body = true,
			.query.id = T("3f2a91"),
			.query.src = SENDER,
		},
	},
	{
		23,
		"query_sm_resp: DELIVERED (2), final_date 16 characters, error_code 0",
		"0000002a80000003000000000000000d336632613931003236303530313039333130303033322b000200",
		ESME_ROK,
		true,
		{
			.command_id = QUERY_SM | COMMAND_RESP,
			.sequence = 13,
			.has_body = true,
			.query_resp.id = T("3f2a91"),
			.query_resp.final_date = T("260501093100032+"),
			.query_resp.message_state = 2,
		},
	},
	{
		24,
		"cancel_sm by message_id (service_type and destination may be empty)",
		"0000002800000008000000000000000e003366326139310001013130363930313233343500000000",
		ESME_ROK,
		true,
		{
			.command_id = CANCEL_SM,
			.sequence = 14,
			.has_body = true,
			.cancel.id = T("3f2a91"),
			.cancel.src = SENDER,
		},
	},
	{
		25,
		"cancel_sm_resp",
		"0000001080000008000000000000000e",
		ESME_ROK,
		true,
		{
			.command_id = CANCEL_SM | COMMAND_RESP,
			.sequence = 14,
		},
	},
	{
		26,
		"replace_sm, new text 'New'",
		"0000002c00000007000000000000000f336632613931000101313036393031323334350000000100034e6577",
		ESME_ROK,
		true,
		{
			.command_id = REPLACE_SM,
			.sequence = 15,
			.has_body = true,
			.replace.id = T("3f2a91"),
			.replace.src = SENDER,
			.replace.registered_delivery = 1,
			.replace.short_message = T("New"),
		},
	},
	{
		27,
		"submit_multi to two numbers",
		"0000004d0000002100000000000000100001013130363930313233343500020101013836313338303031333830303000"
		"0101013836313836303030303030303000000000000000000000024869",
		ESME_ROK,
		true,
		{
			.command_id = SUBMIT_MULTI,
			.sequence = 16,
			.has_body = true,
			.sm.src = SENDER,
			.sm.ndests = 2,
			.sm.dests = T("\1\1\1"
				      "8613800138000\0"
				      "\1\1\1"
				      "8618600000000\0"),
			.sm.short_message = T("Hi"),
		},
	},
	{
		28,
		"submit_multi_resp: one of the two failed with 0x0B",
		"0000002c8000002100000000000000103366326139320001010138363138363030303030303030000000000b",
		ESME_ROK,
		true,
		{
			.command_id = SUBMIT_MULTI | COMMAND_RESP,
			.sequence = 16,
			.has_body = true,
			.multi_resp.id = T("3f2a92"),
			.multi_resp.no_unsuccess = 1,
			.multi_resp.unsuccess = T("\1\1"
						  "8618600000000\0"
						  "\0\0\0\x0b"),
		},
	},
	{
		29,
		"alert_notification",
		"000000320000010200000000000000050101383631333830303133383030300000013130363930313233343500042200"
		"0100",
		ESME_ROK,
		true,
		{
			.command_id = ALERT_NOTIFICATION,
			.sequence = 5,
			.has_body = true,
			.alert.src = MOBILE,
			.alert.esme = SENDER_UNKNOWN_TON,
			.tlvs = T("\x04\x22\x00\x01\x00"),
		},
	},
	{
		30,
		"outbind",
		"0000001c0000000b0000000000000001534d53430073336372657400",
		ESME_ROK,
		true,
		{
			.command_id = OUTBIND,
			.sequence = 1,
			.has_body = true,
			.outbind.system_id = T("SMSC"),
			.outbind.password = T("s3cret"),
		},
	},
	{
		31,
		"enquire_link",
		"00000010000000150000000000000011",
		ESME_ROK,
		true,
		{
			.command_id = ENQUIRE_LINK,
			.sequence = 17,
		},
	},
	{
		32,
		"enquire_link_resp",
		"00000010800000150000000000000011",
		ESME_ROK,
		true,
		{
			.command_id = ENQUIRE_LINK | COMMAND_RESP,
			.sequence = 17,
		},
	},
	{
		33,
		"unbind",
		"00000010000000060000000000000012",
		ESME_ROK,
		true,
		{
			.command_id = UNBIND,
			.sequence = 18,
		},
	},
	{
		34,
		"unbind_resp",
		"00000010800000060000000000000012",
		ESME_ROK,
		true,
		{
			.command_id = UNBIND | COMMAND_RESP,
			.sequence = 18,
		},
	},
	{
		35,
		"generic_nack: unknown command_id in a request with sequence 19",
		"00000010800000000000000300000013",
		ESME_ROK,
		true,
		{
			.command_id = GENERIC_NACK,
			.command_status = ESME_RINVCMDID,
			.sequence = 19,
		},
	},
	{
		36,
		"generic_nack: length field unusable, sequence 0",
		"00000010800000000000000200000000",
		ESME_ROK,
		true,
		{
			.command_id = GENERIC_NACK,
			.command_status = ESME_RINVCMDLEN,
			.sequence = 0,
		},
	},
	{
		37,
		"BAD submit_sm: sm_length 9, 5 octets left",
		"0000003d0000000400000000000000140001013130363930313233343500010138363133383030313338303030000000"
		"000000000000000948656c6c6f",
		ESME_RINVMSGLEN,
		false,
		{
			.command_id = SUBMIT_SM,
			.sequence = 20,
		},
	},
	{
		38,
		"BAD submit_sm: message_payload TLV says 16 octets, 2 left",
		"0000003e0000000400000000000000150001013130363930313233343500010138363133383030313338303030000000"
		"0000000000000000042400104869",
		ESME_RINVOPTPARSTREAM,
		false,
		{
			.command_id = SUBMIT_SM,
			.sequence = 21,
			.has_body = true,
			.sm.src = SENDER,
			.sm.dst = MOBILE,
		},
	},
	{
		39,
		"BAD submit_sm_resp: message_id without NUL",
		"00000016800000040000000000000016336632613931",
		ESME_ROK,
		false,
		{
			.command_id = SUBMIT_SM | COMMAND_RESP,
			.sequence = 22,
		},
	},
	{
		40,
		"BAD length 15",
		"0000000f000000150000000000000017",
		ESME_RINVCMDLEN,
		false,
		{
			.command_id = ENQUIRE_LINK,
			.sequence = 23,
		},
	},
};
