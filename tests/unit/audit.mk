# tests/unit/audit.mk - unit tests of src/audit.
audit_unit_tests = \
	tests/unit/audit/test_search \
	tests/unit/audit/test_archive \
	tests/unit/audit/test_cdr \
	tests/unit/audit/test_proof \
	tests/unit/audit/test_sealer \
	tests/unit/audit/test_signer \
	tests/unit/audit/test_verify \
	tests/unit/audit/test_tree \
	tests/unit/audit/test_digest
check_PROGRAMS += $(audit_unit_tests)
TESTS += $(audit_unit_tests)
audit_unit_ldadd = libaudit.a libbase.a libsmpp.a $(LIBEVENT_LIBS) $(LIBCONFIG_LIBS) $(OPENSSL_LIBS) $(CMOCKA_LIBS)
tests_unit_audit_test_digest_LDADD = $(audit_unit_ldadd)
tests_unit_audit_test_sealer_LDADD = $(audit_unit_ldadd)
tests_unit_audit_test_signer_LDADD = $(audit_unit_ldadd)
tests_unit_audit_test_tree_LDADD = $(audit_unit_ldadd)
tests_unit_audit_test_cdr_LDADD = $(audit_unit_ldadd)
audit_archive = tests/unit/audit/make_archive.c tests/unit/audit/make_archive.h tests/unit/audit/slow.h
tests_unit_audit_test_verify_SOURCES = tests/unit/audit/test_verify.c $(audit_archive)
tests_unit_audit_test_verify_LDADD = $(audit_unit_ldadd)
audit_archive_rig = tests/unit/audit/archive_rig.c tests/unit/audit/archive_rig.h
tests_unit_audit_test_archive_SOURCES = tests/unit/audit/test_archive.c $(audit_archive_rig)
tests_unit_audit_test_archive_LDADD = $(audit_unit_ldadd)
tests_unit_audit_test_search_SOURCES = tests/unit/audit/test_search.c $(audit_archive_rig)
tests_unit_audit_test_search_LDADD = $(audit_unit_ldadd)
tests_unit_audit_test_proof_SOURCES = tests/unit/audit/test_proof.c $(audit_archive)
tests_unit_audit_test_proof_LDADD = $(audit_unit_ldadd)

# Reads what test_cdr prints, and doc/records.md.
TESTS += tests/unit/audit/test_records.sh
dist_check_SCRIPTS += tests/unit/audit/test_records.sh
tests/unit/audit/test_records.log: tests/unit/audit/test_cdr$(EXEEXT)
