# src/noc/local.mk - console, HTTP and records: libnoc.a.
noinst_LIBRARIES += libnoc.a
libnoc_a_SOURCES = \
	src/noc/alarm.c src/noc/alarm.h src/noc/alarm_conf.c src/noc/alarm_duty.c src/noc/alarm_duty.h src/noc/alarm_priv.h src/noc/alarm_rows.c \
	src/noc/alarm_inputs.c src/noc/alarm_inputs.h src/noc/alarm_post.c src/noc/alarm_post.h \
	src/noc/api_now.c src/noc/api_history.c src/noc/api.h \
	src/noc/actions.c src/noc/actions.h \
	src/noc/campaign_page.c src/noc/campaign_page.h src/noc/verb_campaign.c \
	src/noc/complete.c src/noc/complete.h \
	src/noc/console.c src/noc/console.h \
	src/noc/form.c src/noc/form.h \
	src/noc/history.c src/noc/history_read.c src/noc/history.h src/noc/history_priv.h \
	src/noc/history_keep.c src/noc/history_keep.h \
	src/noc/http.c src/noc/http.h \
	src/noc/json.c src/noc/json.h \
	src/noc/label.c src/noc/label.h \
	src/noc/listing.c src/noc/listing.h \
	src/noc/making.c src/noc/making.h \
	src/noc/metrics.c src/noc/metrics.h src/noc/metrics_live.c src/noc/metrics_live.h src/noc/metrics_page.c src/noc/metrics_page.h \
	src/noc/noc.c src/noc/noc.h \
	src/noc/process.c src/noc/process.h \
	src/noc/query.c src/noc/query.h \
	src/noc/request.c src/noc/request.h \
	src/noc/rights.c src/noc/rights.h \
	src/noc/since.c src/noc/since.h \
	src/noc/snapshot.c src/noc/snapshot.h \
	src/noc/status.c src/noc/status_json.c src/noc/status.h \
	src/noc/find.c src/noc/find.h src/noc/records.c src/noc/records.h \
	src/noc/verb_trace.c src/noc/verb_cdr.c src/noc/verb_erase.c src/noc/verb_totals.c \
	src/noc/story.c src/noc/story_now.c src/noc/story_now.h src/noc/story_words.c src/noc/story.h \
	src/noc/table.c src/noc/table.h src/noc/trail.c src/noc/trail.h src/noc/balances.c src/noc/balances.h \
	src/noc/verb.c src/noc/verb_backlog.c src/noc/verb_binds.c src/noc/verb_cancel.c src/noc/verb_capture.c src/noc/verb_debug.c src/noc/verb_carrier.c src/noc/verb_doubt.c src/noc/verb_explain.c src/noc/verb_handover.c src/noc/verb_ported.c src/noc/verb_reload.c src/noc/verb_review.c src/noc/verb_route.c src/noc/verb_settled.c src/noc/verb.h \
	src/noc/verb_actions.c src/noc/verb_alarms.c src/noc/verb_complete.c src/noc/verb_help.c src/noc/verb_words.c src/noc/verb_lockouts.c \
	src/noc/verb_credit.c src/noc/verb_consent.c src/noc/verb_dead.c src/noc/verb_optout.c src/noc/lists_out.c src/noc/lists_out.h \
	src/noc/watch.c src/noc/watch.h \
	src/noc/words.c src/noc/words.h

# The dashboard: its sources become one page, a C array.
dashboard_files = \
	src/noc/page/index.html \
	src/noc/page/theme.css src/noc/page/layout.css src/noc/page/parts.css \
	src/noc/page/texts.js src/noc/page/advice.js src/noc/page/format.js src/noc/page/judge.js src/noc/page/dom.js src/noc/page/charts.js \
	src/noc/page/source.js src/noc/page/attention.js src/noc/page/figures.js src/noc/page/carriers.js \
	src/noc/page/tables.js src/noc/page/binds.js src/noc/page/trends.js src/noc/page/main.js
EXTRA_DIST += $(dashboard_files)
libnoc_a_SOURCES += src/noc/dashboard.c src/noc/dashboard.h src/noc/dashboard_page.h
noinst_PROGRAMS += make_page
make_page_SOURCES = src/noc/page/make_page.c
make_page_LDADD = $(OPENSSL_LIBS)
nodist_libnoc_a_SOURCES = src/noc/dashboard_page.c
CLEANFILES += src/noc/dashboard_page.c
src/noc/dashboard_page.c: make_page$(EXEEXT) $(dashboard_files)
	$(AM_V_GEN)$(MKDIR_P) src/noc && ./make_page$(EXEEXT) $(dashboard_files:%=$(srcdir)/%) >$@.tmp && mv $@.tmp $@
