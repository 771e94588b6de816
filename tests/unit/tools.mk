# tests/unit/tools.mk - unit tests of src/tools.

tools_unit_tests = \
	tests/unit/tools/test_book \
	tests/unit/tools/test_message \
	tests/unit/tools/test_opts \
	tests/unit/tools/test_pending \
	tests/unit/tools/test_send \
	tests/unit/tools/test_sim \
	tests/unit/tools/test_tree
check_PROGRAMS += $(tools_unit_tests)
TESTS += $(tools_unit_tests)

tools_unit_ldadd = $(tools_libs) $(CMOCKA_LIBS)
tests_unit_tools_test_book_SOURCES = tests/unit/tools/test_book.c
tests_unit_tools_test_book_LDADD = $(tools_unit_ldadd)
tests_unit_tools_test_message_SOURCES = tests/unit/tools/test_message.c
tests_unit_tools_test_message_LDADD = $(tools_unit_ldadd)
tests_unit_tools_test_opts_SOURCES = tests/unit/tools/test_opts.c
tests_unit_tools_test_opts_LDADD = $(tools_unit_ldadd)
tests_unit_tools_test_pending_SOURCES = tests/unit/tools/test_pending.c
tests_unit_tools_test_pending_LDADD = $(tools_unit_ldadd)
tests_unit_tools_test_send_SOURCES = tests/unit/tools/test_send.c
tests_unit_tools_test_send_LDADD = $(tools_unit_ldadd)
tests_unit_tools_test_sim_SOURCES = tests/unit/tools/test_sim.c
tests_unit_tools_test_sim_LDADD = $(tools_unit_ldadd)
tests_unit_tools_test_tree_SOURCES = tests/unit/tools/test_tree.c
tests_unit_tools_test_tree_LDADD = $(tools_unit_ldadd)
