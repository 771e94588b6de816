# src/local.mk - the daemon: sbin smppgwd.
sbin_PROGRAMS += smppgwd
smppgwd_SOURCES = src/main.c src/handover.c src/handover.h src/privilege.c src/privilege.h src/reload.c src/reload.h src/sandbox.c src/sandbox.h \
	src/service.c src/service.h src/settings.c src/settings.h
smppgwd_LDADD = libnoc.a libpath.a libpolicy.a liblink.a libaudit.a libbase.a libsmpp.a \
	$(LIBEVENT_LIBS) $(HIREDIS_LIBS) $(LIBCONFIG_LIBS) $(CRYPT_LIBS) $(LIBEVENT_OPENSSL_LIBS) $(OPENSSL_LIBS) $(PCRE2_LIBS) $(SECCOMP_LIBS)
smppgwd_LDFLAGS = $(HARDEN_LDFLAGS) $(LTO_LDFLAGS)
