# tests/unit/base.mk - unit tests of src/base.

base_unit_tests = \
	tests/unit/base/test_buf \
	tests/unit/base/test_conf \
	tests/unit/base/test_conf_diff \
	tests/unit/base/test_ids \
	tests/unit/base/test_log \
	tests/unit/base/test_loop \
	tests/unit/base/test_map \
	tests/unit/base/test_mem \
	tests/unit/base/test_net \
	tests/unit/base/test_redis \
	tests/unit/base/test_resolver \
	tests/unit/base/test_resp \
	tests/unit/base/test_stats \
	tests/unit/base/test_text \
	tests/unit/base/test_wheel
check_PROGRAMS += $(base_unit_tests)
TESTS += $(base_unit_tests)

base_unit_ldadd = libbase.a $(LIBEVENT_LIBS) $(HIREDIS_LIBS) $(LIBCONFIG_LIBS) $(CMOCKA_LIBS)
tests_unit_base_test_buf_SOURCES = tests/unit/base/test_buf.c
tests_unit_base_test_buf_LDADD = $(base_unit_ldadd)
tests_unit_base_test_ids_SOURCES = tests/unit/base/test_ids.c
tests_unit_base_test_ids_LDADD = $(base_unit_ldadd)
tests_unit_base_test_log_SOURCES = tests/unit/base/test_log.c
tests_unit_base_test_log_LDADD = $(base_unit_ldadd)
tests_unit_base_test_loop_SOURCES = tests/unit/base/test_loop.c
tests_unit_base_test_loop_LDADD = $(base_unit_ldadd)
tests_unit_base_test_map_SOURCES = tests/unit/base/test_map.c
tests_unit_base_test_map_LDADD = $(base_unit_ldadd)
tests_unit_base_test_mem_SOURCES = tests/unit/base/test_mem.c
tests_unit_base_test_mem_LDADD = $(base_unit_ldadd)
tests_unit_base_test_net_SOURCES = tests/unit/base/test_net.c
tests_unit_base_test_net_LDADD = $(base_unit_ldadd)
tests_unit_base_test_text_SOURCES = tests/unit/base/test_text.c
tests_unit_base_test_text_LDADD = $(base_unit_ldadd)
tests_unit_base_test_wheel_SOURCES = tests/unit/base/test_wheel.c
tests_unit_base_test_wheel_LDADD = $(base_unit_ldadd)
tests_unit_base_test_conf_diff_SOURCES = tests/unit/base/test_conf_diff.c
tests_unit_base_test_conf_diff_LDADD = $(base_unit_ldadd)
tests_unit_base_test_conf_SOURCES = tests/unit/base/test_conf.c
tests_unit_base_test_conf_LDADD = $(base_unit_ldadd)
tests_unit_base_test_stats_SOURCES = tests/unit/base/test_stats.c
tests_unit_base_test_stats_LDADD = $(base_unit_ldadd)
tests_unit_base_test_redis_SOURCES = tests/unit/base/test_redis.c
tests_unit_base_test_redis_LDADD = $(base_unit_ldadd)
tests_unit_base_test_resolver_SOURCES = tests/unit/base/test_resolver.c
tests_unit_base_test_resolver_LDADD = $(base_unit_ldadd)
tests_unit_base_test_resp_SOURCES = tests/unit/base/test_resp.c
tests_unit_base_test_resp_LDADD = $(base_unit_ldadd)
