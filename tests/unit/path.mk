# tests/unit/path.mk - unit tests of src/path.

path_unit_tests = \
	tests/unit/path/test_address \
	tests/unit/path/test_dialect \
	tests/unit/path/test_inbound \
	tests/unit/path/test_marks \
	tests/unit/path/test_pass \
	tests/unit/path/test_compose \
	tests/unit/path/test_deliver \
	tests/unit/path/test_doubts \
	tests/unit/path/test_event \
	tests/unit/path/test_store_event \
	tests/unit/path/test_finished \
	tests/unit/path/test_idform \
	tests/unit/path/test_index \
	tests/unit/path/test_memo \
	tests/unit/path/test_match \
	tests/unit/path/test_menu \
	tests/unit/path/test_msg \
	tests/unit/path/test_number \
	tests/unit/path/test_outcome \
	tests/unit/path/test_parts \
	tests/unit/path/test_ported_table \
	tests/unit/path/test_queue \
	tests/unit/path/test_share \
	tests/unit/path/test_tally \
	tests/unit/path/test_fair_model \
	tests/unit/path/test_health \
	tests/unit/path/test_lanes \
	tests/unit/path/test_reassembly \
	tests/unit/path/test_record \
	tests/unit/path/test_relay \
	tests/unit/path/test_route \
	tests/unit/path/test_route_test \
	tests/unit/path/test_rules \
	tests/unit/path/test_senders \
	tests/unit/path/test_credit \
	tests/unit/path/test_store_backlog \
	tests/unit/path/test_store_credit \
	tests/unit/path/test_store_mo \
	tests/unit/path/test_store_recipient \
	tests/unit/path/test_submit
check_PROGRAMS += $(path_unit_tests)
TESTS += $(path_unit_tests)

path_unit_ldadd = libpath.a libpolicy.a liblink.a libaudit.a libbase.a libsmpp.a \
	$(LIBEVENT_LIBS) $(HIREDIS_LIBS) $(LIBCONFIG_LIBS) $(CRYPT_LIBS) $(LIBEVENT_OPENSSL_LIBS) $(OPENSSL_LIBS) $(PCRE2_LIBS) $(CMOCKA_LIBS)
path_rig = tests/unit/path/redis_rig.c tests/unit/path/redis_rig.h
path_samples = tests/unit/path/samples.c tests/unit/path/samples.h
tests_unit_path_test_address_SOURCES = tests/unit/path/test_address.c $(path_samples)
tests_unit_path_test_address_LDADD = $(path_unit_ldadd)
tests_unit_path_test_dialect_SOURCES = tests/unit/path/test_dialect.c $(path_samples)
tests_unit_path_test_dialect_LDADD = $(path_unit_ldadd)
tests_unit_path_test_inbound_SOURCES = tests/unit/path/test_inbound.c $(path_samples)
tests_unit_path_test_inbound_LDADD = $(path_unit_ldadd)
tests_unit_path_test_marks_SOURCES = tests/unit/path/test_marks.c $(path_samples)
tests_unit_path_test_marks_LDADD = $(path_unit_ldadd)
tests_unit_path_test_pass_SOURCES = tests/unit/path/test_pass.c $(path_samples)
tests_unit_path_test_pass_LDADD = $(path_unit_ldadd)
tests_unit_path_test_compose_SOURCES = tests/unit/path/test_compose.c $(path_samples)
tests_unit_path_test_compose_LDADD = $(path_unit_ldadd)
tests_unit_path_test_deliver_SOURCES = tests/unit/path/test_deliver.c $(path_samples)
tests_unit_path_test_deliver_LDADD = $(path_unit_ldadd)
tests_unit_path_test_doubts_SOURCES = tests/unit/path/test_doubts.c $(path_samples)
tests_unit_path_test_doubts_LDADD = $(path_unit_ldadd)
tests_unit_path_test_event_SOURCES = tests/unit/path/test_event.c
tests_unit_path_test_event_LDADD = $(path_unit_ldadd)
tests_unit_path_test_store_event_SOURCES = tests/unit/path/test_store_event.c $(path_rig)
tests_unit_path_test_store_event_LDADD = $(path_unit_ldadd)
tests_unit_path_test_finished_SOURCES = tests/unit/path/test_finished.c
tests_unit_path_test_finished_LDADD = $(path_unit_ldadd)
tests_unit_path_test_idform_SOURCES = tests/unit/path/test_idform.c $(path_samples)
tests_unit_path_test_idform_LDADD = $(path_unit_ldadd)
tests_unit_path_test_memo_SOURCES = tests/unit/path/test_memo.c
tests_unit_path_test_memo_LDADD = $(path_unit_ldadd)
tests_unit_path_test_index_SOURCES = tests/unit/path/test_index.c $(path_samples)
tests_unit_path_test_index_LDADD = $(path_unit_ldadd)
tests_unit_path_test_match_SOURCES = tests/unit/path/test_match.c $(path_samples)
tests_unit_path_test_match_LDADD = $(path_unit_ldadd)
tests_unit_path_test_menu_SOURCES = tests/unit/path/test_menu.c $(path_samples)
tests_unit_path_test_menu_LDADD = $(path_unit_ldadd)
tests_unit_path_test_msg_SOURCES = tests/unit/path/test_msg.c $(path_samples)
tests_unit_path_test_msg_LDADD = $(path_unit_ldadd)
tests_unit_path_test_number_SOURCES = tests/unit/path/test_number.c $(path_samples)
tests_unit_path_test_number_LDADD = $(path_unit_ldadd)
tests_unit_path_test_outcome_SOURCES = tests/unit/path/test_outcome.c $(path_samples)
tests_unit_path_test_outcome_LDADD = $(path_unit_ldadd)
tests_unit_path_test_parts_SOURCES = tests/unit/path/test_parts.c $(path_samples)
tests_unit_path_test_parts_LDADD = $(path_unit_ldadd)
tests_unit_path_test_fair_model_SOURCES = tests/unit/path/test_fair_model.c $(path_samples)
tests_unit_path_test_fair_model_LDADD = $(path_unit_ldadd)
tests_unit_path_test_share_SOURCES = tests/unit/path/test_share.c $(path_samples)
tests_unit_path_test_share_LDADD = $(path_unit_ldadd)
tests_unit_path_test_tally_SOURCES = tests/unit/path/test_tally.c $(path_samples)
tests_unit_path_test_tally_LDADD = $(path_unit_ldadd)
tests_unit_path_test_health_SOURCES = tests/unit/path/test_health.c $(path_samples)
tests_unit_path_test_health_LDADD = $(path_unit_ldadd)
tests_unit_path_test_lanes_SOURCES = tests/unit/path/test_lanes.c $(path_samples)
tests_unit_path_test_lanes_LDADD = $(path_unit_ldadd)
tests_unit_path_test_queue_SOURCES = tests/unit/path/test_queue.c $(path_samples)
tests_unit_path_test_queue_LDADD = $(path_unit_ldadd)
tests_unit_path_test_reassembly_SOURCES = tests/unit/path/test_reassembly.c $(path_samples)
tests_unit_path_test_reassembly_LDADD = $(path_unit_ldadd)
tests_unit_path_test_record_SOURCES = tests/unit/path/test_record.c $(path_samples)
tests_unit_path_test_record_LDADD = $(path_unit_ldadd)
tests_unit_path_test_relay_SOURCES = tests/unit/path/test_relay.c $(path_samples)
tests_unit_path_test_relay_LDADD = $(path_unit_ldadd)
tests_unit_path_test_route_SOURCES = tests/unit/path/test_route.c $(path_samples)
tests_unit_path_test_route_LDADD = $(path_unit_ldadd)
tests_unit_path_test_route_test_SOURCES = tests/unit/path/test_route_test.c $(path_samples)
tests_unit_path_test_route_test_LDADD = $(path_unit_ldadd)
tests_unit_path_test_rules_SOURCES = tests/unit/path/test_rules.c $(path_samples)
tests_unit_path_test_rules_LDADD = $(path_unit_ldadd)
tests_unit_path_test_ported_table_SOURCES = tests/unit/path/test_ported_table.c $(path_samples)
tests_unit_path_test_ported_table_LDADD = $(path_unit_ldadd)
tests_unit_path_test_credit_SOURCES = tests/unit/path/test_credit.c
tests_unit_path_test_credit_LDADD = $(path_unit_ldadd)
tests_unit_path_test_store_credit_SOURCES = tests/unit/path/test_store_credit.c $(path_rig)
tests_unit_path_test_store_credit_LDADD = $(path_unit_ldadd)
tests_unit_path_test_store_mo_SOURCES = tests/unit/path/test_store_mo.c $(path_rig)
tests_unit_path_test_store_mo_LDADD = $(path_unit_ldadd)
tests_unit_path_test_store_recipient_SOURCES = tests/unit/path/test_store_recipient.c $(path_rig)
tests_unit_path_test_store_recipient_LDADD = $(path_unit_ldadd)
tests_unit_path_test_store_backlog_SOURCES = tests/unit/path/test_store_backlog.c $(path_rig)
tests_unit_path_test_store_backlog_LDADD = $(path_unit_ldadd)
tests_unit_path_test_senders_SOURCES = tests/unit/path/test_senders.c $(path_samples)
tests_unit_path_test_senders_LDADD = $(path_unit_ldadd)
tests_unit_path_test_submit_SOURCES = tests/unit/path/test_submit.c $(path_samples)
tests_unit_path_test_submit_LDADD = $(path_unit_ldadd)

lists_unit_tests = \
	tests/unit/path/test_list_line
check_PROGRAMS += $(lists_unit_tests)
TESTS += $(lists_unit_tests)
tests_unit_path_test_list_line_SOURCES = tests/unit/path/test_list_line.c
tests_unit_path_test_list_line_LDADD = $(path_unit_ldadd)

# Campaigns and brakes.
campaign_unit_tests = tests/unit/path/test_brake tests/unit/path/test_campaign
check_PROGRAMS += $(campaign_unit_tests)
TESTS += $(campaign_unit_tests)
tests_unit_path_test_brake_SOURCES = tests/unit/path/test_brake.c
tests_unit_path_test_brake_LDADD = $(path_unit_ldadd)
tests_unit_path_test_campaign_SOURCES = tests/unit/path/test_campaign.c
tests_unit_path_test_campaign_LDADD = $(path_unit_ldadd)
