# tests/fuzz/local.mk - fuzz targets and the replay of their corpora.
#
# make check   builds tests/fuzz/replay_NAME for each target and feeds it every file of tests/fuzz/corpus/NAME
# make fuzz    builds tests/fuzz/fuzz_NAME for libFuzzer, in a build configured with --enable-fuzz CC=clang; run e.g.
#              tests/fuzz/fuzz_pdu -max_len=512 NEW_DIRECTORY SOURCE/tests/fuzz/corpus/pdu

fuzz_replays = \
	tests/fuzz/replay_json \
	tests/fuzz/replay_pdu \
	tests/fuzz/replay_peers \
	tests/fuzz/replay_policy \
	tests/fuzz/replay_proof \
	tests/fuzz/replay_proxy \
	tests/fuzz/replay_receipt \
	tests/fuzz/replay_record \
	tests/fuzz/replay_time \
	tests/fuzz/replay_udh \
	tests/fuzz/replay_words
check_PROGRAMS += $(fuzz_replays)
dist_check_SCRIPTS += tests/fuzz/replay.sh
TESTS += tests/fuzz/replay.sh
EXTRA_DIST += tests/fuzz/corpus

tests_fuzz_replay_json_SOURCES = tests/fuzz/fuzz_json.c tests/fuzz/replay.c
tests_fuzz_replay_json_LDADD = libbase.a
tests_fuzz_replay_pdu_SOURCES = tests/fuzz/fuzz_pdu.c tests/fuzz/replay.c
tests_fuzz_replay_pdu_LDADD = libsmpp.a
tests_fuzz_replay_peers_SOURCES = tests/fuzz/fuzz_peers.c tests/fuzz/replay.c
tests_fuzz_replay_peers_LDADD = libpath.a libpolicy.a liblink.a libaudit.a libbase.a libsmpp.a $(LIBCONFIG_LIBS) $(PCRE2_LIBS)
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
tests_fuzz_replay_time_SOURCES = tests/fuzz/fuzz_time.c tests/fuzz/replay.c
tests_fuzz_replay_time_LDADD = libsmpp.a
tests_fuzz_replay_udh_SOURCES = tests/fuzz/fuzz_udh.c tests/fuzz/replay.c
tests_fuzz_replay_udh_LDADD = libsmpp.a
tests_fuzz_replay_words_SOURCES = tests/fuzz/fuzz_words.c tests/fuzz/replay.c
tests_fuzz_replay_words_LDADD = libpolicy.a libbase.a libsmpp.a $(LIBCONFIG_LIBS)

if FUZZ
fuzz_targets = \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_pdu \
	tests/fuzz/fuzz_peers \
	tests/fuzz/fuzz_policy \
	tests/fuzz/fuzz_proof \
	tests/fuzz/fuzz_proxy \
	tests/fuzz/fuzz_receipt \
	tests/fuzz/fuzz_record \
	tests/fuzz/fuzz_time \
	tests/fuzz/fuzz_udh \
	tests/fuzz/fuzz_words
EXTRA_PROGRAMS = $(fuzz_targets)
CLEANFILES += $(fuzz_targets)

tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c
tests_fuzz_fuzz_json_LDADD = libbase.a
tests_fuzz_fuzz_json_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_pdu_SOURCES = tests/fuzz/fuzz_pdu.c
tests_fuzz_fuzz_pdu_LDADD = libsmpp.a
tests_fuzz_fuzz_pdu_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_peers_SOURCES = tests/fuzz/fuzz_peers.c
tests_fuzz_fuzz_peers_LDADD = libpath.a libpolicy.a liblink.a libaudit.a libbase.a libsmpp.a $(LIBCONFIG_LIBS) $(PCRE2_LIBS)
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
	@echo "make fuzz: this build is not for fuzzing; configure another one with --enable-fuzz CC=clang" >&2; exit 1
endif
.PHONY: fuzz
