# src/tools/local.mk - the command-line programs: bin smppgwctl smppsim smppload smppsend smppevidence. What unit tests
# reach is in libtools.a, the rest of each program in its own file.

noinst_LIBRARIES += libtools.a
libtools_a_SOURCES = \
	src/tools/ask.c src/tools/ask.h \
	src/tools/compose.c src/tools/compose.h \
	src/tools/control.c src/tools/control.h \
	src/tools/engine.c src/tools/engine.h \
	src/tools/esme.c src/tools/esme.h \
	src/tools/load.h \
	src/tools/load_bind.c src/tools/load_book.c src/tools/load_book.h src/tools/load_report.c src/tools/load_run.c \
	src/tools/load_text.c \
	src/tools/opts.c src/tools/opts.h \
	src/tools/passwd.c src/tools/passwd.h \
	src/tools/readable.c src/tools/readable.h \
	src/tools/send.h src/tools/send_time.c \
	src/tools/send_tlv.c src/tools/send_tlv.h \
	src/tools/sim.h \
	src/tools/sim_bind.c src/tools/sim_capture.c src/tools/sim_command.c src/tools/sim_dial.c src/tools/sim_mo.c \
	src/tools/sim_operate.c \
	src/tools/sim_pending.c src/tools/sim_pending.h src/tools/sim_receipt.c src/tools/sim_submit.c \
	src/tools/top.c src/tools/top.h src/tools/top_ask.c src/tools/top_columns.c src/tools/top_columns.h \
	src/tools/top_term.c src/tools/top_view.c \
	src/tools/tree.c src/tools/tree.h

tools_libs = libtools.a liblink.a libaudit.a libbase.a libsmpp.a $(LIBEVENT_LIBS) $(LIBCONFIG_LIBS) $(CRYPT_LIBS) $(OPENSSL_LIBS)

bin_PROGRAMS += smppgwctl smppsim smppload smppsend smppevidence
smppgwctl_SOURCES = src/tools/smppgwctl.c
smppgwctl_LDADD = $(tools_libs)
smppsim_SOURCES = src/tools/smppsim.c
smppsim_LDADD = $(tools_libs)
smppload_SOURCES = src/tools/smppload.c
smppload_LDADD = $(tools_libs)
smppsend_SOURCES = src/tools/smppsend.c src/tools/send_message.c src/tools/send_operate.c src/tools/send_receive.c
smppsend_LDADD = $(tools_libs)
smppevidence_SOURCES = src/tools/smppevidence.c src/tools/evidence.h src/tools/evidence_common.c \
	src/tools/evidence_erase.c src/tools/evidence_key.c src/tools/evidence_prove.c src/tools/evidence_show.c \
	src/tools/evidence_verify.c
smppevidence_LDADD = $(tools_libs)

dist_man_MANS += doc/man/smppgwctl.1 doc/man/smppsim.1 doc/man/smppload.1 doc/man/smppsend.1 doc/man/smppevidence.1
