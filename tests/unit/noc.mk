# tests/unit/noc.mk - unit tests of src/noc.
noc_unit_tests = \
	tests/unit/noc/test_alarm \
	tests/unit/noc/test_alarm_list \
	tests/unit/noc/test_alarm_post \
	tests/unit/noc/test_api \
	tests/unit/noc/test_campaign_page \
	tests/unit/noc/test_complete \
	tests/unit/noc/test_console \
	tests/unit/noc/test_history \
	tests/unit/noc/test_history_keep \
	tests/unit/noc/test_http \
	tests/unit/noc/test_query \
	tests/unit/noc/test_label \
	tests/unit/noc/test_listing \
	tests/unit/noc/test_making \
	tests/unit/noc/test_metrics \
	tests/unit/noc/test_process \
	tests/unit/noc/test_since \
	tests/unit/noc/test_status \
	tests/unit/noc/test_story \
	tests/unit/noc/test_trail \
	tests/unit/noc/test_words
check_PROGRAMS += $(noc_unit_tests)
TESTS += $(noc_unit_tests)

noc_unit_ldadd = libnoc.a libpath.a libpolicy.a liblink.a libaudit.a libbase.a libsmpp.a \
	$(LIBEVENT_LIBS) $(HIREDIS_LIBS) $(LIBCONFIG_LIBS) $(CRYPT_LIBS) $(LIBEVENT_OPENSSL_LIBS) $(OPENSSL_LIBS) $(PCRE2_LIBS) $(CMOCKA_LIBS)
noc_exchange = tests/unit/noc/exchange.c tests/unit/noc/exchange.h
noc_unit_alarm = tests/unit/noc/alarm_rig.c tests/unit/noc/alarm_rig.h
tests_unit_noc_test_alarm_SOURCES = tests/unit/noc/test_alarm.c $(noc_unit_alarm)
tests_unit_noc_test_alarm_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_alarm_list_SOURCES = tests/unit/noc/test_alarm_list.c $(noc_unit_alarm)
tests_unit_noc_test_alarm_list_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_alarm_post_SOURCES = tests/unit/noc/test_alarm_post.c
tests_unit_noc_test_alarm_post_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_api_SOURCES = tests/unit/noc/test_api.c
tests_unit_noc_test_api_LDADD = $(noc_unit_ldadd) -lm
tests_unit_noc_test_console_SOURCES = tests/unit/noc/test_console.c $(noc_exchange)
tests_unit_noc_test_console_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_history_SOURCES = tests/unit/noc/test_history.c
tests_unit_noc_test_history_LDADD = $(noc_unit_ldadd) -lm
tests_unit_noc_test_history_keep_SOURCES = tests/unit/noc/test_history_keep.c
tests_unit_noc_test_history_keep_LDADD = $(noc_unit_ldadd) -lm
tests_unit_noc_test_query_SOURCES = tests/unit/noc/test_query.c
tests_unit_noc_test_query_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_http_SOURCES = tests/unit/noc/test_http.c $(noc_exchange)
tests_unit_noc_test_http_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_campaign_page_SOURCES = tests/unit/noc/test_campaign_page.c
tests_unit_noc_test_campaign_page_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_label_SOURCES = tests/unit/noc/test_label.c
tests_unit_noc_test_label_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_listing_SOURCES = tests/unit/noc/test_listing.c $(noc_exchange)
tests_unit_noc_test_listing_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_making_SOURCES = tests/unit/noc/test_making.c
tests_unit_noc_test_making_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_process_SOURCES = tests/unit/noc/test_process.c
tests_unit_noc_test_process_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_metrics_SOURCES = tests/unit/noc/test_metrics.c
tests_unit_noc_test_metrics_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_since_SOURCES = tests/unit/noc/test_since.c
tests_unit_noc_test_since_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_status_SOURCES = tests/unit/noc/test_status.c
tests_unit_noc_test_status_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_trail_SOURCES = tests/unit/noc/test_trail.c
tests_unit_noc_test_trail_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_words_SOURCES = tests/unit/noc/test_words.c
tests_unit_noc_test_words_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_story_SOURCES = tests/unit/noc/test_story.c
tests_unit_noc_test_story_LDADD = $(noc_unit_ldadd)
tests_unit_noc_test_complete_SOURCES = tests/unit/noc/test_complete.c
tests_unit_noc_test_complete_LDADD = $(noc_unit_ldadd)
