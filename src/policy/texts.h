/*
 * texts.h - the policies that read nothing but the text, built together from their sections. Pure.
 */
#ifndef POLICY_TEXTS_H
#define POLICY_TEXTS_H

#include "policy/links.h"
#include "policy/must_match.h"
#include "policy/optout_text.h"
#include "policy/personal.h"
#include "policy/segments.h"
#include "policy/signature.h"
#include "policy/templates.h"

struct texts_conf { /* borrowed until what was built from it is freed */
	const struct personal_conf *personal;
	size_t personal_n;
	const struct signature_conf *signatures;
	size_t signatures_n;
	const struct templates_conf *templates;
	size_t templates_n;
	const struct must_match_conf *must_match;
	size_t must_match_n;
	const struct links_conf *links;
	size_t links_n;
	const struct optout_text_conf *optout_texts;
	size_t optout_texts_n;
	const struct segments_conf *segments;
	size_t segments_n;
};

struct texts { /* in the order in which they are asked; sensitive words come after links */
	struct personal *personal;
	struct signature *signature;
	struct templates *templates;
	struct must_match *must_match;
	struct links *links;
	struct optout_text *optout_text;
	struct segments *segments;
};

/* NULL with the faults of all sections (conf_fault()). */
struct texts *texts_new(const struct texts_conf *conf, const struct policy_names *names, char **errors);
void texts_free(struct texts *t);

#endif
