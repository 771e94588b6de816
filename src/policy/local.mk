# src/policy/local.mk - verdicts: message and snapshot in, verdict out.
noinst_LIBRARIES += libpolicy.a
libpolicy_a_SOURCES = \
	src/policy/class.c src/policy/class.h \
	src/policy/classes.c src/policy/classes.h \
	src/policy/fault.c src/policy/fault.h \
	src/policy/hours.c src/policy/hours.h \
	src/policy/keyword.c src/policy/keyword.h \
	src/policy/policy.c src/policy/policy.h \
	src/policy/retry.c src/policy/retry.h \
	src/policy/subject.h
