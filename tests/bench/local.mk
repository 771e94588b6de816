# tests/bench/local.mk - measurements against the budgets; run by scripts/test through tests/bench/run.

noinst_PROGRAMS += tests/bench/rules tests/bench/relay tests/bench/route tests/bench/records
tests_bench_records_SOURCES = tests/bench/records.c
tests_bench_records_LDADD = libaudit.a libbase.a libsmpp.a $(LIBEVENT_LIBS) $(LIBCONFIG_LIBS) $(OPENSSL_LIBS)
tests_bench_relay_SOURCES = tests/bench/relay.c
tests_bench_relay_LDADD = libtools.a libbase.a libsmpp.a
tests_bench_route_SOURCES = tests/bench/route.c
tests_bench_route_LDADD = libpath.a libpolicy.a liblink.a libaudit.a libbase.a libsmpp.a \
	$(LIBEVENT_LIBS) $(HIREDIS_LIBS) $(LIBCONFIG_LIBS) $(CRYPT_LIBS) $(PCRE2_LIBS)
tests_bench_rules_SOURCES = tests/bench/rules.c src/privilege.c src/privilege.h src/settings.c src/settings.h
tests_bench_rules_LDADD = libnoc.a libpath.a libpolicy.a liblink.a libaudit.a libbase.a libsmpp.a \
	$(LIBEVENT_LIBS) $(HIREDIS_LIBS) $(LIBCONFIG_LIBS) $(CRYPT_LIBS) $(LIBEVENT_OPENSSL_LIBS) $(OPENSSL_LIBS) $(PCRE2_LIBS)
EXTRA_DIST += tests/bench/idle tests/bench/run tests/bench/train tests/bench/curves tests/bench/pauses tests/bench/floor tests/bench/bench.sh \
	tests/bench/throughput.sh tests/bench/memory.sh tests/bench/beside.sh tests/bench/parts.sh tests/bench/extras.sh
