# tests/bench/local.mk - measurements against the budgets; run by scripts/test through tests/bench/run.

noinst_PROGRAMS += tests/bench/relay
tests_bench_relay_SOURCES = tests/bench/relay.c
tests_bench_relay_LDADD = libtools.a libbase.a libsmpp.a
EXTRA_DIST += tests/bench/run
