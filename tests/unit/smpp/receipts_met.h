/*
 * receipts_met.h - receipts as carriers send them (smpp.md 11), and what each of them says. For test_receipt.c.
 */
#ifndef TESTS_UNIT_SMPP_RECEIPTS_MET_H
#define TESTS_UNIT_SMPP_RECEIPTS_MET_H

#include "smpp/view.h"

/* One receipt of the field; NULL stands for a missing or empty field. */
struct field_case {
	const char *what;
	struct view text;
	bool found;
	const char *id, *sub, *dlvrd, *submit_date, *done_date, *stat, *err, *rest;
};

#define TEXT(literal)                                                                                                  \
	{                                                                                                              \
		(const uint8_t *)literal, sizeof literal - 1                                                           \
	}

#define LONG_ID "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF"
#define DATES	"submit date:2605010930 done date:2605010931 "
#define D1	"2605010930"
#define D2	"2605010931"
#define UUID	"3f2504e0-4f89-11d3-9a0c-0305e82c3301"

static const struct field_case table[] = {
	/* as the specification has it */
	{"plain", TEXT("id:0123456789 sub:001 dlvrd:001 " DATES "stat:DELIVRD err:000 text:Hello"), true, "0123456789",
	 "001", "001", D1, D2, "DELIVRD", "000", "Hello"},
	{"capital Text", TEXT("id:0123456789 sub:001 dlvrd:001 " DATES "stat:DELIVRD err:000 Text:Hello"), true,
	 "0123456789", "001", "001", D1, D2, "DELIVRD", "000", "Hello"},
	{"one digit of err", TEXT("id:1 sub:001 dlvrd:001 " DATES "stat:DELIVRD err:0 text:"), true, "1", "001", "001",
	 D1, D2, "DELIVRD", "0", NULL},
	/* fields missing */
	{"no sub", TEXT("id:1 dlvrd:001 " DATES "stat:DELIVRD err:000 text:x"), true, "1", NULL, "001", D1, D2,
	 "DELIVRD", "000", "x"},
	{"no sub, no dlvrd", TEXT("id:1 " DATES "stat:DELIVRD err:000"), true, "1", NULL, NULL, D1, D2, "DELIVRD",
	 "000", NULL},
	{"no err, no text", TEXT("id:1 sub:001 dlvrd:001 " DATES "stat:UNDELIV"), true, "1", "001", "001", D1, D2,
	 "UNDELIV", NULL, NULL},
	{"no dates", TEXT("id:1 sub:001 dlvrd:001 stat:EXPIRED err:027"), true, "1", "001", "001", NULL, NULL,
	 "EXPIRED", "027", NULL},
	{"id and stat", TEXT("id:77 stat:DELIVRD"), true, "77", NULL, NULL, NULL, NULL, "DELIVRD", NULL, NULL},
	{"only id", TEXT("id:77"), true, "77", NULL, NULL, NULL, NULL, NULL, NULL, NULL},
	{"only stat", TEXT("stat:REJECTD"), true, NULL, NULL, NULL, NULL, NULL, "REJECTD", NULL, NULL},
	{"no id", TEXT("sub:001 dlvrd:000 stat:REJECTD err:8"), true, NULL, "001", "000", NULL, NULL, "REJECTD", "8",
	 NULL},
	/* order and case */
	{"stat first", TEXT("stat:DELIVRD id:5 err:0"), true, "5", NULL, NULL, NULL, NULL, "DELIVRD", "0", NULL},
	{"dates last", TEXT("id:5 stat:DELIVRD err:000 done date:2605010931 submit date:2605010930"), true, "5", NULL,
	 NULL, D1, D2, "DELIVRD", "000", NULL},
	{"all capitals",
	 TEXT("ID:5 SUB:001 DLVRD:001 SUBMIT DATE:2605010930 DONE DATE:2605010931 STAT:DELIVRD ERR:000 "
	      "TEXT:HI"),
	 true, "5", "001", "001", D1, D2, "DELIVRD", "000", "HI"},
	{"capital first letters",
	 TEXT("Id:5 Sub:001 Dlvrd:001 Submit Date:2605010930 Done Date:2605010931 "
	      "Stat:delivrd Err:000 Text:hi"),
	 true, "5", "001", "001", D1, D2, "delivrd", "000", "hi"},
	{"underscores", TEXT("id:5 submit_date:2605010930 done_date:2605010931 stat:DELIVRD"), true, "5", NULL, NULL,
	 D1, D2, "DELIVRD", NULL, NULL},
	{"dates in one word", TEXT("id:5 submitdate:2605010930 donedate:2605010931 stat:DELIVRD"), true, "5", NULL,
	 NULL, D1, D2, "DELIVRD", NULL, NULL},
	/* junk */
	{"junk in front", TEXT("@@##id:5 stat:DELIVRD"), true, "5", NULL, NULL, NULL, NULL, "DELIVRD", NULL, NULL},
	{"digits in front", TEXT("0012id:5 stat:DELIVRD"), true, "5", NULL, NULL, NULL, NULL, "DELIVRD", NULL, NULL},
	{"words in front", TEXT("Delivery report: id:5 stat:DELIVRD"), true, "5", NULL, NULL, NULL, NULL, "DELIVRD",
	 NULL, NULL},
	{"a letter in front is another key", TEXT("mid:9 xstat:NO id:5 stat:DELIVRD"), true, "5", NULL, NULL, NULL,
	 NULL, "DELIVRD", NULL, NULL},
	{"from a to z", TEXT("aid:1 zid:2 Aid:3 Zid:4 id:5 stat:DELIVRD"), true, "5", NULL, NULL, NULL, NULL, "DELIVRD",
	 NULL, NULL},
	{"octets over 127 in front", TEXT("\xE5\x9B\x9E\xE6\x89\xA7id:5 stat:DELIVRD"), true, "5", NULL, NULL, NULL,
	 NULL, "DELIVRD", NULL, NULL},
	{"UDH in front", TEXT("\x05\x00\x03\xA7\x01\x01id:5 stat:DELIVRD"), true, "5", NULL, NULL, NULL, NULL,
	 "DELIVRD", NULL, NULL},
	{"unknown keys between", TEXT("id:5 rank:3 mcc:460 stat:DELIVRD mnc:00 err:000"), true, "5", NULL, NULL, NULL,
	 NULL, "DELIVRD", "000", NULL},
	/* blanks */
	{"two blanks", TEXT("id:5  sub:001  stat:DELIVRD  err:000"), true, "5", "001", NULL, NULL, NULL, "DELIVRD",
	 "000", NULL},
	{"tabs and lines", TEXT("id:5\tsub:001\r\nstat:DELIVRD\nerr:000\r\ntext:a b"), true, "5", "001", NULL, NULL,
	 NULL, "DELIVRD", "000", "a b"},
	{"blank behind the colon", TEXT("id: 5 sub: 001 stat: DELIVRD err: 000"), true, "5", "001", NULL, NULL, NULL,
	 "DELIVRD", "000", NULL},
	{"blank in front", TEXT("  id:5 stat:DELIVRD"), true, "5", NULL, NULL, NULL, NULL, "DELIVRD", NULL, NULL},
	/* ids */
	{"hexadecimal id", TEXT("id:3f2a91 stat:DELIVRD"), true, "3f2a91", NULL, NULL, NULL, NULL, "DELIVRD", NULL,
	 NULL},
	{"0x id", TEXT("id:0x3F2A91 stat:DELIVRD"), true, "0x3F2A91", NULL, NULL, NULL, NULL, "DELIVRD", NULL, NULL},
	{"uuid", TEXT("id:" UUID " stat:DELIVRD"), true, UUID, NULL, NULL, NULL, NULL, "DELIVRD", NULL, NULL},
	{"30 digits", TEXT("id:123456789012345678901234567890 stat:DELIVRD"), true, "123456789012345678901234567890",
	 NULL, NULL, NULL, NULL, "DELIVRD", NULL, NULL},
	{"64 characters", TEXT("id:" LONG_ID " sub:001 stat:DELIVRD"), true, LONG_ID, "001", NULL, NULL, NULL,
	 "DELIVRD", NULL, NULL},
	{"id with signs", TEXT("id:a.b-c_d+e=f/g stat:DELIVRD"), true, "a.b-c_d+e=f/g", NULL, NULL, NULL, NULL,
	 "DELIVRD", NULL, NULL},
	{"id that holds a colon", TEXT("id:node1:4711 stat:DELIVRD"), true, "node1:4711", NULL, NULL, NULL, NULL,
	 "DELIVRD", NULL, NULL},
	{"empty id", TEXT("id: sub:001 dlvrd:001 stat:DELIVRD"), true, NULL, "001", "001", NULL, NULL, "DELIVRD", NULL,
	 NULL},
	{"empty id, no blank", TEXT("id:sub:001 stat:DELIVRD"), true, NULL, "001", NULL, NULL, NULL, "DELIVRD", NULL,
	 NULL},
	{"first id wins", TEXT("id:5 stat:DELIVRD id:6"), true, "5", NULL, NULL, NULL, NULL, "DELIVRD", NULL, NULL},
	/* err */
	{"empty err", TEXT("id:5 stat:DELIVRD err: text:hi"), true, "5", NULL, NULL, NULL, NULL, "DELIVRD", NULL, "hi"},
	{"empty err at the end", TEXT("id:5 stat:DELIVRD err:"), true, "5", NULL, NULL, NULL, NULL, "DELIVRD", NULL,
	 NULL},
	{"err null", TEXT("id:5 stat:DELIVRD err:null text:"), true, "5", NULL, NULL, NULL, NULL, "DELIVRD", "null",
	 NULL},
	{"err of dots", TEXT("id:5 stat:UNDELIV err:... text:hi"), true, "5", NULL, NULL, NULL, NULL, "UNDELIV", "...",
	 "hi"},
	{"err hexadecimal", TEXT("id:5 stat:UNDELIV err:1F text:hi"), true, "5", NULL, NULL, NULL, NULL, "UNDELIV",
	 "1F", "hi"},
	{"err of four", TEXT("id:5 stat:UNDELIV err:0x45 text:hi"), true, "5", NULL, NULL, NULL, NULL, "UNDELIV",
	 "0x45", "hi"},
	{"err negative", TEXT("id:5 stat:UNDELIV err:-9000"), true, "5", NULL, NULL, NULL, NULL, "UNDELIV", "-9000",
	 NULL},
	/* stat */
	{"MK:0001", TEXT("id:5 sub:001 dlvrd:000 stat:MK:0001 err:001 text:"), true, "5", "001", "000", NULL, NULL,
	 "MK:0001", "001", NULL},
	{"MBBLACK", TEXT("id:5 stat:MBBLACK err:000"), true, "5", NULL, NULL, NULL, NULL, "MBBLACK", "000", NULL},
	{"DB:0141", TEXT("id:5 stat:DB:0141 err:141"), true, "5", NULL, NULL, NULL, NULL, "DB:0141", "141", NULL},
	{"M:00181", TEXT("id:5 stat:M:00181"), true, "5", NULL, NULL, NULL, NULL, "M:00181", NULL, NULL},
	{"DND_REJECTED", TEXT("id:5 stat:DND_REJECTED err:9"), true, "5", NULL, NULL, NULL, NULL, "DND_REJECTED", "9",
	 NULL},
	{"full word", TEXT("id:5 stat:UNDELIVERABLE err:9"), true, "5", NULL, NULL, NULL, NULL, "UNDELIVERABLE", "9",
	 NULL},
	{"ID:0100, a code and no id", TEXT("id:5 sub:001 stat:ID:0100 err:ID:0100 text:hi"), true, "5", "001", NULL,
	 NULL, NULL, "ID:0100", "ID:0100", "hi"},
	{"ID:0100 without an id", TEXT("stat:ID:0100 err:001"), true, NULL, NULL, NULL, NULL, NULL, "ID:0100", "001",
	 NULL},
	{"ID:0100 before the id", TEXT("stat:ID:0100 err:ID:0076 id:5"), true, "5", NULL, NULL, NULL, NULL, "ID:0100",
	 "ID:0076", NULL},
	{"ID:0100 at the end", TEXT("id:5 stat:ID:0100"), true, "5", NULL, NULL, NULL, NULL, "ID:0100", NULL, NULL},
	{"id:0100 in small letters", TEXT("STAT:id:0100 ID:5"), true, "5", NULL, NULL, NULL, NULL, "id:0100", NULL,
	 NULL},
	{"empty stat, then an id of four digits", TEXT("stat: id:0100 err: id:7"), true, "0100", NULL, NULL, NULL, NULL,
	 NULL, NULL, NULL},
	{"empty stat, id of other lengths", TEXT("stat:id:01005 err:ID:010 sub:id:0100"), true, "01005", NULL, NULL,
	 NULL, NULL, NULL, NULL, NULL},
	{"code of the subscriber", TEXT("id:5 stat:EXPIRED text:stat:ID:0100 err:ID:0101"), true, "5", NULL, NULL, NULL,
	 NULL, "EXPIRED", "ID:0101", "stat:ID:0100 err:ID:0101"},
	{"other families", TEXT("id:5 stat:IB:0168 err:DA:0054"), true, "5", NULL, NULL, NULL, NULL, "IB:0168",
	 "DA:0054", NULL},
	{"bare digit", TEXT("id:5 stat:2 err:0"), true, "5", NULL, NULL, NULL, NULL, "2", "0", NULL},
	{"stat in small letters", TEXT("id:5 stat:delivrd"), true, "5", NULL, NULL, NULL, NULL, "delivrd", NULL, NULL},
	{"empty stat", TEXT("id:5 stat: err:000"), true, "5", NULL, NULL, NULL, NULL, NULL, "000", NULL},
	/* dates */
	{"12 digits", TEXT("id:5 submit date:260501093000 done date:260501093105 stat:DELIVRD"), true, "5", NULL, NULL,
	 "260501093000", "260501093105", "DELIVRD", NULL, NULL},
	{"14 digits", TEXT("id:5 submit date:20260501093000 done date:20260501093105 stat:DELIVRD"), true, "5", NULL,
	 NULL, "20260501093000", "20260501093105", "DELIVRD", NULL, NULL},
	{"16 characters", TEXT("id:5 submit date:260501093000032+ done date:260501093105032+ stat:DELIVRD"), true, "5",
	 NULL, NULL, "260501093000032+", "260501093105032+", "DELIVRD", NULL, NULL},
	{"zero dates", TEXT("id:5 submit date:0000000000 done date:0 stat:ENROUTE"), true, "5", NULL, NULL,
	 "0000000000", "0", "ENROUTE", NULL, NULL},
	{"empty dates", TEXT("id:5 submit date: done date: stat:ENROUTE"), true, "5", NULL, NULL, NULL, NULL, "ENROUTE",
	 NULL, NULL},
	{"dashed date", TEXT("id:5 done date:2026-05-01T09:31 stat:DELIVRD"), true, "5", NULL, NULL, NULL,
	 "2026-05-01T09:31", "DELIVRD", NULL, NULL},
	/* sub, dlvrd */
	{"one digit of sub", TEXT("id:5 sub:1 dlvrd:1 stat:DELIVRD"), true, "5", "1", "1", NULL, NULL, "DELIVRD", NULL,
	 NULL},
	/* text */
	{"text with keys", TEXT("id:5 stat:UNDELIV err:1 text:id:6 stat:DELIVRD err:000"), true, "5", NULL, NULL, NULL,
	 NULL, "UNDELIV", "1", "id:6 stat:DELIVRD err:000"},
	{"text with one more text", TEXT("id:5 stat:UNDELIV text:a text:b"), true, "5", NULL, NULL, NULL, NULL,
	 "UNDELIV", NULL, "a text:b"},
	{"text in Chinese", TEXT("id:5 stat:DELIVRD err:000 text:【测试】验证码"), true, "5", NULL, NULL, NULL, NULL,
	 "DELIVRD", "000", "【测试】验证码"},
	{"keys behind text", TEXT("id:5 text:hello stat:DELIVRD err:000"), true, "5", NULL, NULL, NULL, NULL, "DELIVRD",
	 "000", "hello stat:DELIVRD err:000"},
	{"all behind text", TEXT("text:hello id:5 stat:DELIVRD"), true, "5", NULL, NULL, NULL, NULL, "DELIVRD", NULL,
	 "hello id:5 stat:DELIVRD"},
	{"context is not text", TEXT("id:5 context:web stat:DELIVRD text:a"), true, "5", NULL, NULL, NULL, NULL,
	 "DELIVRD", NULL, "a"},
	/* NULs */
	{"NUL at the end", TEXT("id:5 stat:DELIVRD\0"), true, "5", NULL, NULL, NULL, NULL, "DELIVRD", NULL, NULL},
	{"many NULs", TEXT("id:5 stat:DELIVRD err:000 text:hi\0\0\0\0"), true, "5", NULL, NULL, NULL, NULL, "DELIVRD",
	 "000", "hi"},
	{"NUL between", TEXT("id:5\0stat:DELIVRD\0err:000"), true, "5", NULL, NULL, NULL, NULL, "DELIVRD", "000", NULL},
	/* no receipts */
	{"nothing", TEXT(""), false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
	{"NULs alone", TEXT("\0\0"), false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
	{"TD", TEXT("TD"), false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
	{"colons", TEXT(":::: : :"), false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
	{"a word before the colon", TEXT("paid:100 nostat:x"), false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
	{"empty id and stat", TEXT("id: stat:"), false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
	{"err alone", TEXT("err:000 text:hi"), false, NULL, NULL, NULL, NULL, NULL, NULL, "000", "hi"},
	{"key cut off", TEXT("id"), false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};

#endif
