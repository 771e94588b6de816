# src/audit/local.mk - records of what was done, and the evidence over them: libaudit.a.
noinst_LIBRARIES += libaudit.a
libaudit_a_SOURCES = \
	src/audit/archive.c src/audit/archive.h src/audit/archive_priv.h \
	src/audit/archive_hour.c \
	src/audit/archive_keep.c \
	src/audit/archive_resume.c \
	src/audit/archive_rows.c \
	src/audit/box.c src/audit/box.h \
	src/audit/cdr.c src/audit/cdr.h \
	src/audit/cdr_read.c \
	src/audit/digest.c src/audit/digest.h \
	src/audit/erase.c src/audit/erase.h \
	src/audit/erased.c src/audit/erased.h \
	src/audit/follow.c src/audit/follow.h \
	src/audit/keeper.c src/audit/keeper.h \
	src/audit/octets.c src/audit/octets.h \
	src/audit/sealer.c src/audit/sealer.h \
	src/audit/phone.c src/audit/phone.h \
	src/audit/search.c src/audit/search.h \
	src/audit/sieve.c src/audit/sieve.h \
	src/audit/totals.c src/audit/totals.h \
	src/audit/signer.c src/audit/signer.h \
	src/audit/statement.c src/audit/statement.h \
	src/audit/tree.c src/audit/tree.h \
	src/audit/hours.c src/audit/hours.h \
	src/audit/hours_order.c \
	src/audit/lines.c src/audit/lines.h \
	src/audit/scan.c src/audit/scan.h \
	src/audit/proof.c src/audit/proof.h \
	src/audit/prove.c src/audit/prove.h \
	src/audit/proof_check.c \
	src/audit/recent.c src/audit/recent.h \
	src/audit/record.c src/audit/record.h \
	src/audit/verify.c src/audit/verify.h \
	src/audit/verify_anchor.c \
	src/audit/verify_explain.c \
	src/audit/verify_hour.c \
	src/audit/verify_personal.c src/audit/verify_priv.h
