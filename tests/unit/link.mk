# tests/unit/link.mk - unit tests of src/link. Those with a rig run sessions over the in-memory network of the scenes.

link_unit_tests = \
	tests/unit/link/test_accept \
	tests/unit/link/test_account \
	tests/unit/link/test_account_ease \
	tests/unit/link/test_account_tls \
	tests/unit/link/test_account_traffic \
	tests/unit/link/test_carrier_tls \
	tests/unit/link/test_admit_crypt \
	tests/unit/link/test_auth \
	tests/unit/link/test_carrier \
	tests/unit/link/test_conn \
	tests/unit/link/test_conn_connect \
	tests/unit/link/test_conn_tls \
	tests/unit/link/test_crowd \
	tests/unit/link/test_guard \
	tests/unit/link/test_hasher \
	tests/unit/link/test_proxied \
	tests/unit/link/test_proxy \
	tests/unit/link/test_tap \
	tests/unit/link/test_targets \
	tests/unit/link/test_outbind \
	tests/unit/link/test_fit \
	tests/unit/link/test_operate \
	tests/unit/link/test_pace \
	tests/unit/link/test_pace_model \
	tests/unit/link/test_session \
	tests/unit/link/test_session_answer \
	tests/unit/link/test_session_bad \
	tests/unit/link/test_session_end \
	tests/unit/link/test_order \
	tests/unit/link/test_throttle \
	tests/unit/link/test_tls \
	tests/unit/link/test_tls_crl \
	tests/unit/link/test_window
check_PROGRAMS += $(link_unit_tests)
TESTS += $(link_unit_tests)

link_unit_ldadd = liblink.a libbase.a libsmpp.a $(LIBEVENT_LIBS) $(HIREDIS_LIBS) $(LIBCONFIG_LIBS) $(CRYPT_LIBS) \
	$(OPENSSL_LIBS) $(CMOCKA_LIBS)
link_unit_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/scene
link_unit_rig = tests/unit/link/rig.c tests/unit/link/rig.h \
	tests/scene/wire.c tests/scene/wire_conn.c tests/scene/wire.h tests/scene/wire_priv.h
link_unit_certs = tests/unit/link/certs.c tests/unit/link/certs.h
link_unit_owner = tests/unit/link/owner.c tests/unit/link/owner.h $(link_unit_rig)
link_unit_accounts = tests/unit/link/accounts_rig.c tests/unit/link/accounts_rig.h $(link_unit_rig)
link_unit_carriers = tests/unit/link/carriers_rig.c tests/unit/link/carriers_rig.h $(link_unit_rig)

tests_unit_link_test_accept_SOURCES = tests/unit/link/test_accept.c $(link_unit_accounts)
tests_unit_link_test_accept_CPPFLAGS = $(link_unit_cppflags)
tests_unit_link_test_accept_LDADD = $(link_unit_ldadd)
tests_unit_link_test_account_SOURCES = tests/unit/link/test_account.c $(link_unit_accounts)
tests_unit_link_test_account_CPPFLAGS = $(link_unit_cppflags)
tests_unit_link_test_account_LDADD = $(link_unit_ldadd)
tests_unit_link_test_admit_crypt_SOURCES = tests/unit/link/test_admit_crypt.c $(link_unit_accounts)
tests_unit_link_test_admit_crypt_CPPFLAGS = $(link_unit_cppflags)
tests_unit_link_test_admit_crypt_LDADD = $(link_unit_ldadd)
tests_unit_link_test_auth_SOURCES = tests/unit/link/test_auth.c
tests_unit_link_test_auth_LDADD = $(link_unit_ldadd)
tests_unit_link_test_carrier_SOURCES = tests/unit/link/test_carrier.c $(link_unit_carriers)
tests_unit_link_test_carrier_CPPFLAGS = $(link_unit_cppflags)
tests_unit_link_test_carrier_LDADD = $(link_unit_ldadd)
tests_unit_link_test_conn_SOURCES = tests/unit/link/test_conn.c
tests_unit_link_test_conn_LDADD = $(link_unit_ldadd)
tests_unit_link_test_conn_connect_SOURCES = tests/unit/link/test_conn_connect.c
tests_unit_link_test_conn_connect_LDADD = $(link_unit_ldadd)
tests_unit_link_test_crowd_SOURCES = tests/unit/link/test_crowd.c
tests_unit_link_test_crowd_LDADD = $(link_unit_ldadd)
tests_unit_link_test_guard_SOURCES = tests/unit/link/test_guard.c
tests_unit_link_test_guard_LDADD = $(link_unit_ldadd)
tests_unit_link_test_hasher_SOURCES = tests/unit/link/test_hasher.c
tests_unit_link_test_hasher_LDADD = $(link_unit_ldadd)
tests_unit_link_test_proxied_SOURCES = tests/unit/link/test_proxied.c
tests_unit_link_test_proxied_LDADD = $(link_unit_ldadd)
tests_unit_link_test_proxy_SOURCES = tests/unit/link/test_proxy.c
tests_unit_link_test_proxy_LDADD = $(link_unit_ldadd)
tests_unit_link_test_tap_SOURCES = tests/unit/link/test_tap.c
tests_unit_link_test_tap_LDADD = $(link_unit_ldadd)
tests_unit_link_test_targets_SOURCES = tests/unit/link/test_targets.c
tests_unit_link_test_targets_LDADD = $(link_unit_ldadd)
tests_unit_link_test_outbind_SOURCES = tests/unit/link/test_outbind.c $(link_unit_accounts)
tests_unit_link_test_outbind_CPPFLAGS = $(link_unit_cppflags)
tests_unit_link_test_outbind_LDADD = $(link_unit_ldadd)
tests_unit_link_test_pace_SOURCES = tests/unit/link/test_pace.c $(link_unit_carriers)
tests_unit_link_test_pace_CPPFLAGS = $(link_unit_cppflags)
tests_unit_link_test_pace_LDADD = $(link_unit_ldadd)
tests_unit_link_test_pace_model_SOURCES = tests/unit/link/test_pace_model.c
tests_unit_link_test_pace_model_LDADD = $(link_unit_ldadd)
tests_unit_link_test_fit_SOURCES = tests/unit/link/test_fit.c
tests_unit_link_test_fit_LDADD = $(link_unit_ldadd)
tests_unit_link_test_operate_SOURCES = tests/unit/link/test_operate.c $(link_unit_carriers)
tests_unit_link_test_operate_CPPFLAGS = $(link_unit_cppflags)
tests_unit_link_test_operate_LDADD = $(link_unit_ldadd)
tests_unit_link_test_session_SOURCES = tests/unit/link/test_session.c $(link_unit_owner)
tests_unit_link_test_session_CPPFLAGS = $(link_unit_cppflags)
tests_unit_link_test_session_LDADD = $(link_unit_ldadd)
tests_unit_link_test_session_answer_SOURCES = tests/unit/link/test_session_answer.c $(link_unit_owner)
tests_unit_link_test_session_answer_CPPFLAGS = $(link_unit_cppflags)
tests_unit_link_test_session_answer_LDADD = $(link_unit_ldadd)
tests_unit_link_test_session_bad_SOURCES = tests/unit/link/test_session_bad.c $(link_unit_owner)
tests_unit_link_test_session_bad_CPPFLAGS = $(link_unit_cppflags)
tests_unit_link_test_session_bad_LDADD = $(link_unit_ldadd)
tests_unit_link_test_session_end_SOURCES = tests/unit/link/test_session_end.c $(link_unit_owner)
tests_unit_link_test_session_end_CPPFLAGS = $(link_unit_cppflags)
tests_unit_link_test_session_end_LDADD = $(link_unit_ldadd)
tests_unit_link_test_order_SOURCES = tests/unit/link/test_order.c
tests_unit_link_test_order_LDADD = $(link_unit_ldadd)
tests_unit_link_test_carrier_tls_SOURCES = tests/unit/link/test_carrier_tls.c $(link_unit_certs) $(link_unit_carriers)
tests_unit_link_test_carrier_tls_CPPFLAGS = $(link_unit_cppflags)
tests_unit_link_test_carrier_tls_LDADD = $(link_unit_ldadd)
tests_unit_link_test_account_ease_SOURCES = tests/unit/link/test_account_ease.c $(link_unit_accounts)
tests_unit_link_test_account_ease_CPPFLAGS = $(link_unit_cppflags)
tests_unit_link_test_account_ease_LDADD = $(link_unit_ldadd)
tests_unit_link_test_account_tls_SOURCES = tests/unit/link/test_account_tls.c $(link_unit_certs) $(link_unit_accounts)
tests_unit_link_test_account_tls_CPPFLAGS = $(link_unit_cppflags)
tests_unit_link_test_account_tls_LDADD = $(link_unit_ldadd)
tests_unit_link_test_tls_SOURCES = tests/unit/link/test_tls.c $(link_unit_certs)
tests_unit_link_test_tls_LDADD = $(link_unit_ldadd)
tests_unit_link_test_tls_crl_SOURCES = tests/unit/link/test_tls_crl.c $(link_unit_certs)
tests_unit_link_test_tls_crl_LDADD = $(link_unit_ldadd)
tests_unit_link_test_conn_tls_SOURCES = tests/unit/link/test_conn_tls.c $(link_unit_certs)
tests_unit_link_test_conn_tls_LDADD = $(link_unit_ldadd)
tests_unit_link_test_throttle_SOURCES = tests/unit/link/test_throttle.c
tests_unit_link_test_throttle_LDADD = $(link_unit_ldadd)
tests_unit_link_test_window_SOURCES = tests/unit/link/test_window.c
tests_unit_link_test_window_LDADD = $(link_unit_ldadd)
tests_unit_link_test_account_traffic_SOURCES = tests/unit/link/test_account_traffic.c $(link_unit_accounts)
tests_unit_link_test_account_traffic_CPPFLAGS = $(link_unit_cppflags)
tests_unit_link_test_account_traffic_LDADD = $(link_unit_ldadd)
