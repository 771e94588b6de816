# src/smpp/local.mk - the protocol as a library: libsmpp.a. Needs libc only.

noinst_LIBRARIES += libsmpp.a
libsmpp_a_SOURCES = \
	src/smpp/charset.c src/smpp/charset.h \
	src/smpp/command.c src/smpp/command.h \
	src/smpp/cursor.h \
	src/smpp/eight.h \
	src/smpp/gbk.c src/smpp/gbk.h src/smpp/gbk_table.h \
	src/smpp/gsm7.c src/smpp/gsm7.h \
	src/smpp/layout.c src/smpp/layout.h \
	src/smpp/pdu.c src/smpp/pdu_encode.c src/smpp/pdu.h \
	src/smpp/receipt.c src/smpp/receipt.h \
	src/smpp/smpp_time.c src/smpp/smpp_time.h \
	src/smpp/split.c src/smpp/split.h \
	src/smpp/status.c src/smpp/status.h \
	src/smpp/tlv.c src/smpp/tlv.h \
	src/smpp/udh.c src/smpp/udh.h \
	src/smpp/view.h

# The table of GBK is the C library's: a program of ours asks it for every pair of octets.
noinst_PROGRAMS += make_gbk
make_gbk_SOURCES = src/tools/make_gbk.c
nodist_libsmpp_a_SOURCES = src/smpp/gbk_table.c
CLEANFILES += src/smpp/gbk_table.c
src/smpp/gbk_table.c: make_gbk$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) src/smpp && ./make_gbk$(EXEEXT) >$@.tmp && mv $@.tmp $@
