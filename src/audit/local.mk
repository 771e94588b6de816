# src/audit/local.mk - records of what was done, and the evidence over them: libaudit.a.
noinst_LIBRARIES += libaudit.a
libaudit_a_SOURCES = \
	src/audit/archive.h \
	src/audit/cdr.c src/audit/cdr.h \
	src/audit/cdr_read.c \
	src/audit/digest.c src/audit/digest.h \
	src/audit/octets.c src/audit/octets.h \
	src/audit/sealer.c src/audit/sealer.h \
	src/audit/search.h \
	src/audit/signer.c src/audit/signer.h \
	src/audit/statement.c src/audit/statement.h \
	src/audit/tree.c src/audit/tree.h \
	src/audit/hours.c src/audit/hours.h \
	src/audit/lines.c src/audit/lines.h \
	src/audit/scan.c src/audit/scan.h
