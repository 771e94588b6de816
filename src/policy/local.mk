# src/policy/local.mk - verdicts: message and snapshot in, verdict out.
noinst_LIBRARIES += libpolicy.a
libpolicy_a_SOURCES = \
	src/policy/caps.c src/policy/caps.h \
	src/policy/class.c src/policy/class.h \
	src/policy/classes.c src/policy/classes.h \
	src/policy/fault.c src/policy/fault.h \
	src/policy/hours.c src/policy/hours.h \
	src/policy/keyword.c src/policy/keyword.h \
	src/policy/link_scan.c src/policy/link_scan.h src/policy/link_tld.c src/policy/link_tld.h \
	src/policy/links.c src/policy/links.h \
	src/policy/must_match.c src/policy/must_match.h \
	src/policy/optout_text.c src/policy/optout_text.h \
	src/policy/personal.c src/policy/personal.h \
	src/policy/phrase.c src/policy/phrase.h \
	src/policy/policy.c src/policy/policy.h src/policy/policy_mode.c src/policy/policy_priv.h \
	src/policy/recipient.c src/policy/recipient.h \
	src/policy/retry.c src/policy/retry.h \
	src/policy/scope.c src/policy/scope.h \
	src/policy/segments.c src/policy/segments.h \
	src/policy/signature.c src/policy/signature.h \
	src/policy/similar.c src/policy/similar.h \
	src/policy/subject.c src/policy/subject.h

# Sensitive words. The table of folding is ICU's: a program of ours asks it for every character.
libpolicy_a_SOURCES += \
	src/policy/fold.c src/policy/fold.h src/policy/fold_table.h \
	src/policy/wordbook.c src/policy/wordbook.h \
	src/policy/wordlist.c src/policy/wordlist.h \
	src/policy/words.c src/policy/words.h \
	src/policy/wordset.c src/policy/wordset.h
noinst_PROGRAMS += make_fold
make_fold_SOURCES = src/policy/make_fold.c
make_fold_CPPFLAGS = $(AM_CPPFLAGS) $(ICU_CFLAGS)
make_fold_LDADD = $(ICU_LIBS)
nodist_libpolicy_a_SOURCES = src/policy/fold_table.c
CLEANFILES += src/policy/fold_table.c
src/policy/fold_table.c: make_fold$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) src/policy && ./make_fold$(EXEEXT) >$@.tmp && mv $@.tmp $@

# Shares and what they show.
libpolicy_a_SOURCES += src/policy/wilson.c src/policy/wilson.h

# Send windows and slots.
libpolicy_a_SOURCES += \
	src/policy/calendar.c src/policy/calendar.h \
	src/policy/opening.c src/policy/opening.h src/policy/opening_rows.c src/policy/opening_priv.h \
	src/policy/spans.c src/policy/spans.h \
	src/policy/template_index.c src/policy/template_index.h \
	src/policy/template_text.c src/policy/template_text.h src/policy/templates.c src/policy/templates.h \
	src/policy/texts.c src/policy/texts.h \
	src/policy/zone.c src/policy/zone.h
