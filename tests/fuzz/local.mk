# tests/fuzz/local.mk - fuzz targets and the replay of their corpora.
#
# make check   builds tests/fuzz/replay_NAME for each target and feeds it every file of tests/fuzz/corpus/NAME
# make fuzz    builds tests/fuzz/fuzz_NAME for libFuzzer, in a build configured with --enable-fuzz CC=clang, or for AFL++
#              with --enable-fuzz CC=afl-clang-fast; tests/fuzz/run does both and runs them
#
# wire.c takes the place of link/conn.c for the session, and redis_replies.c that of base/redis.c: their symbols come
# first on the link line.

fuzz_libs = libnoc.a libpath.a libpolicy.a liblink.a libaudit.a libbase.a libsmpp.a $(LIBEVENT_LIBS) $(HIREDIS_LIBS) \
	$(LIBCONFIG_LIBS) $(CRYPT_LIBS) $(LIBEVENT_OPENSSL_LIBS) $(OPENSSL_LIBS) $(PCRE2_LIBS)

fuzz_replays = \
	tests/fuzz/replay_answer \
	tests/fuzz/replay_archive \
	tests/fuzz/replay_conf \
	tests/fuzz/replay_console \
	tests/fuzz/replay_files \
	tests/fuzz/replay_history \
	tests/fuzz/replay_http \
	tests/fuzz/replay_json \
	tests/fuzz/replay_menu \
	tests/fuzz/replay_pdu \
	tests/fuzz/replay_peers \
	tests/fuzz/replay_policy \
	tests/fuzz/replay_proof \
	tests/fuzz/replay_proxy \
	tests/fuzz/replay_receipt \
	tests/fuzz/replay_record \
	tests/fuzz/replay_replies \
	tests/fuzz/replay_session \
	tests/fuzz/replay_time \
	tests/fuzz/replay_udh \
	tests/fuzz/replay_words
check_PROGRAMS += $(fuzz_replays)
dist_check_SCRIPTS += tests/fuzz/replay.sh
TESTS += tests/fuzz/replay.sh
noinst_HEADERS += tests/fuzz/must.h tests/fuzz/quiet.h tests/fuzz/scratch.h
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/run
EXTRA_DIST += tests/fuzz/session tests/fuzz/session.d/debts.py tests/fuzz/session.d/esme.py tests/fuzz/session.d/model.py \
	tests/fuzz/session.d/noise.py tests/fuzz/session.d/shapes.py tests/fuzz/session.d/side.py tests/fuzz/session.d/smsc.py \
	tests/fuzz/session.d/stage.py tests/fuzz/session.d/test_model.py

tests_fuzz_replay_answer_SOURCES = tests/fuzz/fuzz_answer.c tests/fuzz/replay.c
tests_fuzz_replay_answer_LDADD = libbase.a libsmpp.a $(LIBEVENT_LIBS) $(LIBEVENT_OPENSSL_LIBS) $(OPENSSL_LIBS)
tests_fuzz_replay_archive_SOURCES = tests/fuzz/fuzz_archive.c tests/fuzz/replay.c
tests_fuzz_replay_archive_LDADD = libaudit.a libbase.a libsmpp.a $(LIBEVENT_LIBS) $(OPENSSL_LIBS)
tests_fuzz_replay_conf_SOURCES = tests/fuzz/fuzz_conf.c tests/fuzz/replay.c src/privilege.c src/privilege.h src/settings.c src/settings.h
tests_fuzz_replay_conf_LDADD = $(fuzz_libs)
tests_fuzz_replay_console_SOURCES = tests/fuzz/fuzz_console.c tests/fuzz/replay.c
tests_fuzz_replay_console_LDADD = $(fuzz_libs)
tests_fuzz_replay_files_SOURCES = tests/fuzz/fuzz_files.c tests/fuzz/replay.c
tests_fuzz_replay_files_LDADD = $(fuzz_libs)
tests_fuzz_replay_history_SOURCES = tests/fuzz/fuzz_history.c tests/fuzz/replay.c
tests_fuzz_replay_history_LDADD = $(fuzz_libs)
tests_fuzz_replay_http_SOURCES = tests/fuzz/fuzz_http.c tests/fuzz/replay.c
tests_fuzz_replay_http_LDADD = $(fuzz_libs)
tests_fuzz_replay_json_SOURCES = tests/fuzz/fuzz_json.c tests/fuzz/replay.c
tests_fuzz_replay_json_LDADD = libbase.a
tests_fuzz_replay_menu_SOURCES = tests/fuzz/fuzz_menu.c tests/fuzz/replay.c
tests_fuzz_replay_menu_LDADD = $(fuzz_libs)
tests_fuzz_replay_pdu_SOURCES = tests/fuzz/fuzz_pdu.c tests/fuzz/replay.c
tests_fuzz_replay_pdu_LDADD = libsmpp.a
tests_fuzz_replay_peers_SOURCES = tests/fuzz/fuzz_peers.c tests/fuzz/replay.c
tests_fuzz_replay_peers_LDADD = libpath.a libpolicy.a liblink.a libaudit.a libbase.a libsmpp.a $(LIBEVENT_LIBS) $(LIBCONFIG_LIBS) $(PCRE2_LIBS)
tests_fuzz_replay_policy_SOURCES = tests/fuzz/fuzz_policy.c tests/fuzz/replay.c
tests_fuzz_replay_policy_LDADD = libpolicy.a libbase.a libsmpp.a $(LIBCONFIG_LIBS) $(PCRE2_LIBS)
tests_fuzz_replay_proof_SOURCES = tests/fuzz/fuzz_proof.c tests/fuzz/replay.c
tests_fuzz_replay_proof_LDADD = libaudit.a libbase.a libsmpp.a $(LIBEVENT_LIBS) $(OPENSSL_LIBS)
tests_fuzz_replay_proxy_SOURCES = tests/fuzz/fuzz_proxy.c tests/fuzz/replay.c
tests_fuzz_replay_proxy_LDADD = liblink.a libbase.a
tests_fuzz_replay_receipt_SOURCES = tests/fuzz/fuzz_receipt.c tests/fuzz/replay.c
tests_fuzz_replay_receipt_LDADD = libsmpp.a
tests_fuzz_replay_record_SOURCES = tests/fuzz/fuzz_record.c tests/fuzz/replay.c
tests_fuzz_replay_record_LDADD = libpath.a libsmpp.a
tests_fuzz_replay_replies_SOURCES = tests/fuzz/fuzz_replies.c tests/fuzz/replay.c tests/fuzz/redis_replies.c tests/fuzz/redis_replies.h
tests_fuzz_replay_replies_LDADD = $(fuzz_libs)
tests_fuzz_replay_session_SOURCES = tests/fuzz/fuzz_session.c tests/fuzz/replay.c tests/scene/wire.c tests/scene/wire_conn.c tests/scene/wire.h tests/scene/wire_priv.h
tests_fuzz_replay_session_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/scene
tests_fuzz_replay_session_LDADD = liblink.a libbase.a libsmpp.a $(LIBEVENT_LIBS) $(HIREDIS_LIBS) $(LIBCONFIG_LIBS) $(CRYPT_LIBS) $(OPENSSL_LIBS)
tests_fuzz_replay_time_SOURCES = tests/fuzz/fuzz_time.c tests/fuzz/replay.c
tests_fuzz_replay_time_LDADD = libsmpp.a
tests_fuzz_replay_udh_SOURCES = tests/fuzz/fuzz_udh.c tests/fuzz/replay.c
tests_fuzz_replay_udh_LDADD = libsmpp.a
tests_fuzz_replay_words_SOURCES = tests/fuzz/fuzz_words.c tests/fuzz/replay.c
tests_fuzz_replay_words_LDADD = libpolicy.a libbase.a libsmpp.a $(LIBCONFIG_LIBS)

if FUZZ
fuzz_targets = \
	tests/fuzz/fuzz_answer \
	tests/fuzz/fuzz_archive \
	tests/fuzz/fuzz_conf \
	tests/fuzz/fuzz_console \
	tests/fuzz/fuzz_files \
	tests/fuzz/fuzz_history \
	tests/fuzz/fuzz_http \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_menu \
	tests/fuzz/fuzz_pdu \
	tests/fuzz/fuzz_peers \
	tests/fuzz/fuzz_policy \
	tests/fuzz/fuzz_proof \
	tests/fuzz/fuzz_proxy \
	tests/fuzz/fuzz_receipt \
	tests/fuzz/fuzz_record \
	tests/fuzz/fuzz_replies \
	tests/fuzz/fuzz_session \
	tests/fuzz/fuzz_time \
	tests/fuzz/fuzz_udh \
	tests/fuzz/fuzz_words
EXTRA_PROGRAMS = $(fuzz_targets)
CLEANFILES += $(fuzz_targets)

tests_fuzz_fuzz_answer_SOURCES = tests/fuzz/fuzz_answer.c
tests_fuzz_fuzz_answer_LDADD = libbase.a libsmpp.a $(LIBEVENT_LIBS) $(LIBEVENT_OPENSSL_LIBS) $(OPENSSL_LIBS)
tests_fuzz_fuzz_answer_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_archive_SOURCES = tests/fuzz/fuzz_archive.c
tests_fuzz_fuzz_archive_LDADD = libaudit.a libbase.a libsmpp.a $(LIBEVENT_LIBS) $(OPENSSL_LIBS)
tests_fuzz_fuzz_archive_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c src/privilege.c src/privilege.h src/settings.c src/settings.h
tests_fuzz_fuzz_conf_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_conf_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_console_SOURCES = tests/fuzz/fuzz_console.c
tests_fuzz_fuzz_console_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_console_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_files_SOURCES = tests/fuzz/fuzz_files.c
tests_fuzz_fuzz_files_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_files_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_history_SOURCES = tests/fuzz/fuzz_history.c
tests_fuzz_fuzz_history_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_history_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_http_SOURCES = tests/fuzz/fuzz_http.c
tests_fuzz_fuzz_http_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_http_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c
tests_fuzz_fuzz_json_LDADD = libbase.a
tests_fuzz_fuzz_json_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_menu_SOURCES = tests/fuzz/fuzz_menu.c
tests_fuzz_fuzz_menu_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_menu_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_pdu_SOURCES = tests/fuzz/fuzz_pdu.c
tests_fuzz_fuzz_pdu_LDADD = libsmpp.a
tests_fuzz_fuzz_pdu_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_peers_SOURCES = tests/fuzz/fuzz_peers.c
tests_fuzz_fuzz_peers_LDADD = libpath.a libpolicy.a liblink.a libaudit.a libbase.a libsmpp.a $(LIBEVENT_LIBS) $(LIBCONFIG_LIBS) $(PCRE2_LIBS)
tests_fuzz_fuzz_peers_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_policy_SOURCES = tests/fuzz/fuzz_policy.c
tests_fuzz_fuzz_policy_LDADD = libpolicy.a libbase.a libsmpp.a $(LIBCONFIG_LIBS) $(PCRE2_LIBS)
tests_fuzz_fuzz_policy_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_proof_SOURCES = tests/fuzz/fuzz_proof.c
tests_fuzz_fuzz_proof_LDADD = libaudit.a libbase.a libsmpp.a $(LIBEVENT_LIBS) $(OPENSSL_LIBS)
tests_fuzz_fuzz_proof_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_proxy_SOURCES = tests/fuzz/fuzz_proxy.c
tests_fuzz_fuzz_proxy_LDADD = liblink.a libbase.a
tests_fuzz_fuzz_proxy_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_receipt_SOURCES = tests/fuzz/fuzz_receipt.c
tests_fuzz_fuzz_receipt_LDADD = libsmpp.a
tests_fuzz_fuzz_receipt_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_record_SOURCES = tests/fuzz/fuzz_record.c
tests_fuzz_fuzz_record_LDADD = libpath.a libsmpp.a
tests_fuzz_fuzz_record_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_replies_SOURCES = tests/fuzz/fuzz_replies.c tests/fuzz/redis_replies.c tests/fuzz/redis_replies.h
tests_fuzz_fuzz_replies_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_replies_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_session_SOURCES = tests/fuzz/fuzz_session.c tests/scene/wire.c tests/scene/wire_conn.c tests/scene/wire.h tests/scene/wire_priv.h
tests_fuzz_fuzz_session_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/scene
tests_fuzz_fuzz_session_LDADD = liblink.a libbase.a libsmpp.a $(LIBEVENT_LIBS) $(HIREDIS_LIBS) $(LIBCONFIG_LIBS) $(CRYPT_LIBS) $(OPENSSL_LIBS)
tests_fuzz_fuzz_session_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_time_SOURCES = tests/fuzz/fuzz_time.c
tests_fuzz_fuzz_time_LDADD = libsmpp.a
tests_fuzz_fuzz_time_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_udh_SOURCES = tests/fuzz/fuzz_udh.c
tests_fuzz_fuzz_udh_LDADD = libsmpp.a
tests_fuzz_fuzz_udh_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_words_SOURCES = tests/fuzz/fuzz_words.c
tests_fuzz_fuzz_words_LDADD = libpolicy.a libbase.a libsmpp.a $(LIBCONFIG_LIBS)
tests_fuzz_fuzz_words_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

fuzz: $(fuzz_targets)
else
fuzz:
	@echo "make fuzz: this build is not for fuzzing; configure another one with --enable-fuzz CC=clang, or use tests/fuzz/run" >&2; exit 1
endif
# Prints the targets, for tests/fuzz/run.
print-fuzz-targets:
	@for replay in $(fuzz_replays); do echo $${replay#tests/fuzz/replay_}; done
.PHONY: fuzz print-fuzz-targets
