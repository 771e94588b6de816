# tests/unit/smpp.mk - unit tests of src/smpp.

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
tests_unit_smpp_test_receipt_SOURCES = tests/unit/smpp/test_receipt.c
tests_unit_smpp_test_receipt_LDADD = $(smpp_text_ldadd)
tests_unit_smpp_test_split_SOURCES = tests/unit/smpp/test_split.c
tests_unit_smpp_test_split_LDADD = $(smpp_text_ldadd)
tests_unit_smpp_test_time_SOURCES = tests/unit/smpp/test_time.c
tests_unit_smpp_test_time_LDADD = $(smpp_text_ldadd)
tests_unit_smpp_test_udh_SOURCES = tests/unit/smpp/test_udh.c
tests_unit_smpp_test_udh_LDADD = $(smpp_text_ldadd)
