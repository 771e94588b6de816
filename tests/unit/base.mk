# tests/unit/base.mk - unit tests of src/base.

base_unit_tests = \
	tests/unit/base/test_buf \
	tests/unit/base/test_conf \
	tests/unit/base/test_secret \
	tests/unit/base/test_conf_diff \
	tests/unit/base/test_http_client \
	tests/unit/base/test_ids \
	tests/unit/base/test_json_read \
	tests/unit/base/test_log \
	tests/unit/base/test_log_target \
	tests/unit/base/test_loop \
	tests/unit/base/test_map \
	tests/unit/base/test_mem \
	tests/unit/base/test_inherit \
	tests/unit/base/test_net \
	tests/unit/base/test_notify \
	tests/unit/base/test_redis \
	tests/unit/base/test_redis_link \
	tests/unit/base/test_redis_out \
	tests/unit/base/test_redis_script \
	tests/unit/base/test_resolver \
	tests/unit/base/test_resp \
	tests/unit/base/test_sorter \
	tests/unit/base/test_stats \
	tests/unit/base/test_text \
	tests/unit/base/test_webhook \
	tests/unit/base/test_walk \
	tests/unit/base/test_wheel \
	tests/unit/base/test_worker
check_PROGRAMS += $(base_unit_tests)
TESTS += $(base_unit_tests)

base_unit_ldadd = libbase.a $(LIBEVENT_LIBS) $(HIREDIS_LIBS) $(LIBCONFIG_LIBS) $(CMOCKA_LIBS)
tests_unit_base_test_buf_SOURCES = tests/unit/base/test_buf.c
tests_unit_base_test_buf_LDADD = $(base_unit_ldadd)
tests_unit_base_test_ids_SOURCES = tests/unit/base/test_ids.c
tests_unit_base_test_ids_LDADD = $(base_unit_ldadd)
tests_unit_base_test_log_SOURCES = tests/unit/base/test_log.c
tests_unit_base_test_log_LDADD = $(base_unit_ldadd)
tests_unit_base_test_log_target_SOURCES = tests/unit/base/test_log_target.c
tests_unit_base_test_log_target_LDADD = $(base_unit_ldadd)
tests_unit_base_test_loop_SOURCES = tests/unit/base/test_loop.c
tests_unit_base_test_loop_LDADD = $(base_unit_ldadd)
tests_unit_base_test_map_SOURCES = tests/unit/base/test_map.c
tests_unit_base_test_map_LDADD = $(base_unit_ldadd)
tests_unit_base_test_mem_SOURCES = tests/unit/base/test_mem.c
tests_unit_base_test_mem_LDADD = $(base_unit_ldadd)
tests_unit_base_test_inherit_SOURCES = tests/unit/base/test_inherit.c
tests_unit_base_test_inherit_LDADD = $(base_unit_ldadd)
tests_unit_base_test_net_SOURCES = tests/unit/base/test_net.c
tests_unit_base_test_net_LDADD = $(base_unit_ldadd)
tests_unit_base_test_notify_SOURCES = tests/unit/base/test_notify.c
tests_unit_base_test_notify_LDADD = $(base_unit_ldadd)
tests_unit_base_test_text_SOURCES = tests/unit/base/test_text.c
tests_unit_base_test_text_LDADD = $(base_unit_ldadd)
tests_unit_base_test_walk_SOURCES = tests/unit/base/test_walk.c
tests_unit_base_test_walk_LDADD = $(base_unit_ldadd)
tests_unit_base_test_wheel_SOURCES = tests/unit/base/test_wheel.c
tests_unit_base_test_wheel_LDADD = $(base_unit_ldadd)
tests_unit_base_test_conf_diff_SOURCES = tests/unit/base/test_conf_diff.c
tests_unit_base_test_conf_diff_LDADD = $(base_unit_ldadd)
tests_unit_base_test_secret_SOURCES = tests/unit/base/test_secret.c
tests_unit_base_test_secret_LDADD = $(base_unit_ldadd)
tests_unit_base_test_conf_SOURCES = tests/unit/base/test_conf.c
tests_unit_base_test_conf_LDADD = $(base_unit_ldadd)
tests_unit_base_test_sorter_SOURCES = tests/unit/base/test_sorter.c
tests_unit_base_test_sorter_LDADD = $(base_unit_ldadd)
tests_unit_base_test_stats_SOURCES = tests/unit/base/test_stats.c
tests_unit_base_test_stats_LDADD = $(base_unit_ldadd)
base_unit_redis = tests/unit/base/redis_rig.c tests/unit/base/redis_rig.h
tests_unit_base_test_redis_SOURCES = tests/unit/base/test_redis.c $(base_unit_redis)
tests_unit_base_test_redis_LDADD = $(base_unit_ldadd)
tests_unit_base_test_redis_script_SOURCES = tests/unit/base/test_redis_script.c $(base_unit_redis)
tests_unit_base_test_redis_script_LDADD = $(base_unit_ldadd)
tests_unit_base_test_redis_link_SOURCES = tests/unit/base/test_redis_link.c
tests_unit_base_test_redis_link_LDADD = $(base_unit_ldadd)
tests_unit_base_test_redis_out_SOURCES = tests/unit/base/test_redis_out.c
tests_unit_base_test_redis_out_LDADD = $(base_unit_ldadd)
tests_unit_base_test_resolver_SOURCES = tests/unit/base/test_resolver.c
tests_unit_base_test_resolver_LDADD = $(base_unit_ldadd)
tests_unit_base_test_resp_SOURCES = tests/unit/base/test_resp.c
tests_unit_base_test_resp_LDADD = $(base_unit_ldadd)
tests_unit_base_test_worker_SOURCES = tests/unit/base/test_worker.c
tests_unit_base_test_worker_LDADD = $(base_unit_ldadd)
tests_unit_base_test_json_read_SOURCES = tests/unit/base/test_json_read.c
tests_unit_base_test_json_read_LDADD = $(base_unit_ldadd)

# A server of their own, with certificates made as the link's tests make them.
base_unit_http = tests/unit/base/http_rig.c tests/unit/base/http_rig.h tests/unit/link/certs.c tests/unit/link/certs.h
base_unit_http_flags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/link
base_unit_http_ldadd = libbase.a $(LIBEVENT_OPENSSL_LIBS) $(LIBEVENT_LIBS) $(HIREDIS_LIBS) $(LIBCONFIG_LIBS) $(OPENSSL_LIBS) $(CMOCKA_LIBS)
tests_unit_base_test_http_client_SOURCES = tests/unit/base/test_http_client.c $(base_unit_http)
tests_unit_base_test_http_client_CPPFLAGS = $(base_unit_http_flags)
tests_unit_base_test_http_client_LDADD = $(base_unit_http_ldadd)
tests_unit_base_test_webhook_SOURCES = tests/unit/base/test_webhook.c $(base_unit_http)
tests_unit_base_test_webhook_CPPFLAGS = $(base_unit_http_flags)
tests_unit_base_test_webhook_LDADD = $(base_unit_http_ldadd)
