/*
 * texts.c - builds the policies of the text. Must not know what any of them says.
 */
#include "policy/texts.h"

#include "base/mem.h"

struct texts *texts_new(const struct texts_conf *conf, const struct policy_names *names, char **errors)
{
	struct texts *t = mem_zalloc(sizeof(*t));
	t->personal = personal_new(conf->personal, conf->personal_n, names, errors);
	t->signature = signature_new(conf->signatures, conf->signatures_n, names, errors);
	t->templates = templates_new(conf->templates, conf->templates_n, names, errors);
	t->must_match = must_match_new(conf->must_match, conf->must_match_n, names, errors);
	t->links = links_new(conf->links, conf->links_n, names, errors);
	t->optout_text = optout_text_new(conf->optout_texts, conf->optout_texts_n, names, errors);
	t->segments = segments_new(conf->segments, conf->segments_n, names, errors);
	if (!t->personal || !t->signature || !t->templates || !t->must_match || !t->links || !t->optout_text ||
	    !t->segments) {
		texts_free(t);
		return NULL;
	}
	templates_leave_out(t->templates, t->optout_text);
	return t;
}

void texts_free(struct texts *t)
{
	if (!t)
		return;
	personal_free(t->personal);
	signature_free(t->signature);
	templates_free(t->templates);
	must_match_free(t->must_match);
	links_free(t->links);
	optout_text_free(t->optout_text);
	segments_free(t->segments);
	mem_free(t);
}
