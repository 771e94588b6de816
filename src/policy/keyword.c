/*
 * keyword.c - keywords in replies. Pure: text in, row out. Must not know what is done about it.
 */
#include "policy/keyword.h"

#include <string.h>

#include "base/text.h"

static const char *const actions[] = {"opt-out", "opt-in", NULL};

const struct conf_row keyword_rows[] = {
	{"words", CONF_LIST, offsetof(struct keyword_conf, words), "", 0, 1000, "", true,
	 "Replies that match when they are equal to one of these, after folding.", NULL},
	{"starts", CONF_LIST, offsetof(struct keyword_conf, starts), "", 0, 1000, "", true,
	 "Replies that match when they begin with one of these, after folding.", NULL},
	{"action", CONF_CHOICE, offsetof(struct keyword_conf, action), "", 0, 0, "opt-out", true,
	 "What a match does to the number.", actions},
	{"reply", CONF_STRING, offsetof(struct keyword_conf, reply), "", 0, 1000, "", true,
	 "Text sent back to the phone user; empty for none.", NULL},
	{"forward", CONF_BOOL, offsetof(struct keyword_conf, forward), "", 0, 0, "true", true,
	 "Whether the app gets the reply too.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

static char *opt_out_words[] = {"T", "TD", "R", "N", "TT", "QX", "退订", "取消", "拒收"};
static char *opt_out_starts[] = {"退订", "TD"};
static char *opt_in_words[] = {"恢复"};

static const struct keyword_conf defaults[] = {
	{.words = {opt_out_words, sizeof(opt_out_words) / sizeof(opt_out_words[0])},
	 .starts = {opt_out_starts, sizeof(opt_out_starts) / sizeof(opt_out_starts[0])},
	 .action = KEYWORD_OPT_OUT,
	 .reply = "您已退订，将不再收到营销短信。回复“恢复”可重新订阅。",
	 .forward = true},
	{.words = {opt_in_words, sizeof(opt_in_words) / sizeof(opt_in_words[0])},
	 .action = KEYWORD_OPT_IN,
	 .reply = "您已恢复订阅。",
	 .forward = true},
};

const struct keyword_conf *keyword_defaults(size_t *n)
{
	*n = sizeof(defaults) / sizeof(defaults[0]);
	return defaults;
}

#define WORD_MAX   256u		   /* octets of a keyword after folding; a longer one fits nothing */
#define FOLDED_MAX (WORD_MAX + 4u) /* a character more: a longer text is cut, and can only match by its start */

static size_t fold(const char *s, size_t n, char out[FOLDED_MAX])
{
	return text_fold(s, n, out, FOLDED_MAX);
}

static bool matches(const struct conf_list *list, const char *text, size_t n, bool start)
{
	char word[FOLDED_MAX];
	for (size_t i = 0; i < list->n; i++) {
		size_t m = fold(list->at[i], strlen(list->at[i]), word);
		if (m > 0 && m <= WORD_MAX && (start ? m <= n : m == n) && memcmp(word, text, m) == 0)
			return true;
	}
	return false;
}

const struct keyword_conf *keyword_match(const struct keyword_conf *rows, size_t n, struct view text)
{
	char folded[FOLDED_MAX];
	size_t len = fold((const char *)text.p, text.n, folded);
	if (len == 0)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (matches(&rows[i].words, folded, len, false) || matches(&rows[i].starts, folded, len, true))
			return &rows[i];
	}
	return NULL;
}
