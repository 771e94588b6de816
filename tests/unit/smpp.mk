# tests/unit/smpp.mk - unit tests of src/smpp.

smpp_unit_tests = \
	tests/unit/smpp/test_pdu \
	tests/unit/smpp/test_pdu_fields \
	tests/unit/smpp/test_pdu_tolerance \
	tests/unit/smpp/test_status \
	tests/unit/smpp/test_eight \
	tests/unit/smpp/test_tlv
check_PROGRAMS += $(smpp_unit_tests)
TESTS += $(smpp_unit_tests)

smpp_unit_ldadd = libsmpp.a $(CMOCKA_LIBS)
tests_unit_smpp_test_pdu_SOURCES = tests/unit/smpp/test_pdu.c tests/unit/smpp/golden.c tests/unit/smpp/golden.h \
	tests/unit/smpp/octets.h
tests_unit_smpp_test_pdu_LDADD = $(smpp_unit_ldadd)
tests_unit_smpp_test_pdu_fields_SOURCES = tests/unit/smpp/test_pdu_fields.c tests/unit/smpp/octets.h
tests_unit_smpp_test_pdu_fields_LDADD = $(smpp_unit_ldadd)
tests_unit_smpp_test_pdu_tolerance_SOURCES = tests/unit/smpp/test_pdu_tolerance.c tests/unit/smpp/octets.h
tests_unit_smpp_test_pdu_tolerance_LDADD = $(smpp_unit_ldadd)
tests_unit_smpp_test_status_SOURCES = tests/unit/smpp/test_status.c
tests_unit_smpp_test_status_LDADD = $(smpp_unit_ldadd)
tests_unit_smpp_test_eight_SOURCES = tests/unit/smpp/test_eight.c
tests_unit_smpp_test_eight_LDADD = $(smpp_unit_ldadd)
tests_unit_smpp_test_tlv_SOURCES = tests/unit/smpp/test_tlv.c tests/unit/smpp/octets.h
tests_unit_smpp_test_tlv_LDADD = $(smpp_unit_ldadd)

# Our encoder is judged by Wireshark's decoder.
check_PROGRAMS += tests/unit/smpp/emit_pdus
tests_unit_smpp_emit_pdus_SOURCES = tests/unit/smpp/emit_pdus.c
tests_unit_smpp_emit_pdus_LDADD = libsmpp.a
dist_check_SCRIPTS += tests/unit/smpp/tshark.sh
TESTS += tests/unit/smpp/tshark.sh

# Alphabets, long messages, times, receipts.
smpp_text_tests = \
	tests/unit/smpp/test_charset \
	tests/unit/smpp/test_receipt \
	tests/unit/smpp/test_split \
	tests/unit/smpp/test_time \
	tests/unit/smpp/test_udh
check_PROGRAMS += $(smpp_text_tests)
TESTS += $(smpp_text_tests)

smpp_text_ldadd = libsmpp.a $(CMOCKA_LIBS)
tests_unit_smpp_test_charset_SOURCES = tests/unit/smpp/test_charset.c
tests_unit_smpp_test_charset_LDADD = $(smpp_text_ldadd)
tests_unit_smpp_test_receipt_SOURCES = tests/unit/smpp/test_receipt.c tests/unit/smpp/receipts_met.h
tests_unit_smpp_test_receipt_LDADD = $(smpp_text_ldadd)
tests_unit_smpp_test_split_SOURCES = tests/unit/smpp/test_split.c
tests_unit_smpp_test_split_LDADD = $(smpp_text_ldadd)
tests_unit_smpp_test_time_SOURCES = tests/unit/smpp/test_time.c
tests_unit_smpp_test_time_LDADD = $(smpp_text_ldadd)
tests_unit_smpp_test_udh_SOURCES = tests/unit/smpp/test_udh.c
tests_unit_smpp_test_udh_LDADD = $(smpp_text_ldadd)
