# src/policy/local.mk - verdicts: message and snapshot in, verdict out.
noinst_LIBRARIES += libpolicy.a
libpolicy_a_SOURCES = \
	src/policy/class.c src/policy/class.h \
	src/policy/keyword.c src/policy/keyword.h \
	src/policy/policy.c src/policy/policy.h
