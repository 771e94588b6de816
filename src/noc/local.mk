# src/noc/local.mk - console, HTTP and records: libnoc.a.
noinst_LIBRARIES += libnoc.a
libnoc_a_SOURCES = \
	src/noc/campaign_page.c src/noc/campaign_page.h src/noc/verb_campaign.c \
	src/noc/console.c src/noc/console.h \
	src/noc/http.c src/noc/http.h \
	src/noc/json.c src/noc/json.h \
	src/noc/label.c src/noc/label.h \
	src/noc/metrics.c src/noc/metrics.h \
	src/noc/noc.c src/noc/noc.h \
	src/noc/process.c src/noc/process.h \
	src/noc/since.c src/noc/since.h \
	src/noc/snapshot.c src/noc/snapshot.h \
	src/noc/status.c src/noc/status_json.c src/noc/status.h \
	src/noc/table.c src/noc/table.h \
	src/noc/verb.c src/noc/verb_backlog.c src/noc/verb_cancel.c src/noc/verb_carrier.c src/noc/verb_doubt.c src/noc/verb_explain.c src/noc/verb_ported.c src/noc/verb_reload.c src/noc/verb_review.c src/noc/verb_route.c src/noc/verb.h \
	src/noc/verb_words.c \
	src/noc/verb_credit.c src/noc/verb_consent.c src/noc/verb_dead.c src/noc/verb_optout.c src/noc/lists_out.c src/noc/lists_out.h \
	src/noc/words.c src/noc/words.h
