/*
 * keyword.c - keywords in replies. Pure: text in, row out. Must not know what is done about it.
 */
#include "policy/keyword.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "policy/signature.h"

#define WORD_MAX    256u	    /* octets of a keyword after folding */
#define FOLDED_MAX  (WORD_MAX + 4u) /* a character more: a longer text is cut, and can only match by its start */
#define PATTERN_MAX 8192u	    /* octets of a text that patterns see */

static const char *const actions[] = {"opt-out", "opt-in",	 "help", "complaint",
				      "confirm", "cancel-group", "none", NULL};
static const char *const scopes[] = {"account", "signature", "global", NULL};

const struct conf_row keyword_rows[] = {
	{"account", CONF_STRING, offsetof(struct keyword_conf, account), "", 0, 15, "", true,
	 "Account whose replies this row is for; empty for all.", NULL},
	{"signature", CONF_STRING, offsetof(struct keyword_conf, signature), "", 0, 100, "", true,
	 "Signature of the message that is answered, with or without brackets; empty for any or none.", NULL},
	{"code", CONF_STRING, offsetof(struct keyword_conf, code), "", 0, 20, "", true,
	 "Code that the reply was sent to, or its beginning; empty for any.", NULL},
	{"words", CONF_LIST, offsetof(struct keyword_conf, words), "", 0, 1000, "", true,
	 "Replies that match when they are equal to one of these, after folding.", NULL},
	{"starts", CONF_LIST, offsetof(struct keyword_conf, starts), "", 0, 1000, "", true,
	 "Replies that match when they begin with one of these, after folding.", NULL},
	{"pattern", CONF_STRING, offsetof(struct keyword_conf, pattern), "", 0, 1000, "", true,
	 "Perl-compatible regular expression; the text is in capitals and half width; empty for none.", NULL},
	{"action", CONF_CHOICE, offsetof(struct keyword_conf, action), "", 0, 0, "opt-out", true,
	 "What a match does; none: it is no keyword, whatever other rows say.", actions},
	{"scope", CONF_CHOICE, offsetof(struct keyword_conf, scope), "", 0, 0, "account", true,
	 "Whose promotional texts an opt-out stops: the account's, those with the signature that was answered, all.",
	 scopes},
	{"reply", CONF_STRING, offsetof(struct keyword_conf, reply), "", 0, 1000, "", true,
	 "Text sent back to the phone user; empty for none.", NULL},
	{"forward", CONF_BOOL, offsetof(struct keyword_conf, forward), "", 0, 0, "true", true,
	 "Whether the app gets the reply too.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

const char *keyword_action_name(enum keyword_action a)
{
	return actions[a];
}

#define WORDS(list)                                                                                                    \
	{                                                                                                              \
		list, sizeof(list) / sizeof((list)[0])                                                                 \
	}

static char *opt_out_words[] = {"T",	"TD",	"R",	"N",	 "TT",	   "QX",   "退订",
				"退訂", "取消", "拒收", "T退订", "TD退订", "拒收R"};
static char *opt_out_starts[] = {"退订", "TD"};
static char *opt_in_words[] = {"恢复"};
static char *complaint_words[] = {"投诉", "骚扰", "举报"};
static char *help_words[] = {"帮助", "HELP", "?"};

/* smpp.md 16. A text of ours must not read like an order of the user: two gateways could go on for ever. */
static const struct keyword_conf builtin_rows[] = {
	{.words = WORDS(opt_out_words),
	 .starts = WORDS(opt_out_starts),
	 .action = KEYWORD_OPT_OUT,
	 .reply = "您已退订，将不再收到营销短信。回复“恢复”可重新订阅。",
	 .forward = true},
	{.words = WORDS(opt_in_words), .action = KEYWORD_OPT_IN, .reply = "您已恢复订阅。", .forward = true},
	{.words = WORDS(complaint_words),
	 .action = KEYWORD_COMPLAINT,
	 .reply = "您的投诉已收到，我们会尽快处理，并停止向您发送营销短信。",
	 .forward = true},
	{.words = WORDS(help_words),
	 .action = KEYWORD_HELP,
	 .reply = "回复“退订”停止接收营销短信，回复“恢复”重新接收。",
	 .forward = true},
};

/* What stands before a word in the texts that ask for it, and is copied with it: 回复TD is TD. The longest first. */
static const char *const leads[] = {"拒收请回复", "拒收请回", "拒收回复", "拒收回", "请回复",
				    "请回",	  "回复",     "回覆",	  "回復",   "回"};

/* --- folding --- */

/* Blanks and punctuation dropped everywhere, width and case folded; of a text that has nothing else, its first mark. */
static size_t fold(const char *s, size_t n, char out[FOLDED_MAX])
{
	size_t len = 0;
	int32_t mark = 0;
	for (size_t pos = 0; pos < n;) {
		char one[4];
		int32_t c = text_get(s, n, &pos);
		if (c < 0 || text_is_unseen(c) || text_is_blank(c))
			continue;
		c = text_fold_one(c);
		if (text_is_punctuation(c)) {
			mark = mark ? mark : c;
			continue;
		}
		size_t k = text_put(c, one);
		if (len + k > FOLDED_MAX)
			return len;
		memcpy(out + len, one, k);
		len += k;
	}
	return len || !mark ? len : text_put(mark, out);
}

struct word {
	char *p; /* folded; owned */
	size_t n;
	bool start;
};

/* An owned copy of what folds to something that can match. */
static bool fold_word(const char *s, bool start, struct word *out)
{
	char folded[FOLDED_MAX];
	size_t n = fold(s, strlen(s), folded);
	if (n == 0 || n > WORD_MAX)
		return false;
	out->p = mem_zalloc(n + 1);
	memcpy(out->p, folded, n);
	out->n = n;
	out->start = start;
	return true;
}

/* --- rows --- */

struct row {
	const struct keyword_conf *conf;
	unsigned rank;	       /* higher: asked earlier */
	struct word signature; /* n 0: any */
	struct word *words;
	size_t words_n;
	pcre2_code *pattern; /* NULL: none */
};

struct keywords {
	struct row *rows;
	size_t n;
	pcre2_match_data *match;
	pcre2_match_context *limits;
	uint64_t given_up;
	char text[PATTERN_MAX];
};

static const char *or_none(const char *s)
{
	return s ? s : "";
}

#define RANK_ACCOUNT   (4u << 8)
#define RANK_CODE      (2u << 8)
#define RANK_SIGNATURE (1u << 8)

static unsigned rank_of(const struct keyword_conf *c)
{
	size_t code = strlen(or_none(c->code));
	return (*or_none(c->account) ? RANK_ACCOUNT : 0) + (code ? RANK_CODE : 0) +
	       (*or_none(c->signature) ? RANK_SIGNATURE : 0) + (unsigned)(code < 255 ? code : 255);
}

static bool compile(struct row *r, char **errors)
{
	int error;
	PCRE2_SIZE at;
	PCRE2_UCHAR why[128];
	const char *pattern = or_none(r->conf->pattern);
	if (!*pattern)
		return true;
	r->pattern = pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern), PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS, &error,
				   &at, NULL);
	if (r->pattern) /* interpreted: machine code of ours is not let through by the sandbox */
		return true;
	pcre2_get_error_message(error, why, sizeof(why));
	conf_fault(errors, &r->conf->where, "pattern \"%s\" of a keyword is faulty at octet %zu: %s", pattern, at,
		   (const char *)why);
	return false;
}

static void add_words(struct row *r, const struct conf_list *list, bool start)
{
	for (size_t i = 0; i < list->n; i++) {
		if (fold_word(list->at[i], start, &r->words[r->words_n]))
			r->words_n++;
	}
}

static bool make_row(struct row *r, const struct keyword_conf *c, char **errors)
{
	*r = (struct row){.conf = c, .rank = rank_of(c)};
	r->words = mem_zalloc((c->words.n + c->starts.n + 1) * sizeof(*r->words));
	add_words(r, &c->words, false);
	add_words(r, &c->starts, true);
	if (*or_none(c->signature) && !fold_word(c->signature, false, &r->signature)) {
		conf_fault(errors, &c->where, "signature \"%s\" of a keyword has no letter", c->signature);
		return false;
	}
	if (r->words_n == 0 && !*or_none(c->pattern)) {
		conf_fault(errors, &c->where, "a keyword row needs words, starts or a pattern");
		return false;
	}
	return compile(r, errors);
}

/* Stable: what is equal stays in the order of the file. */
static void sort_rows(struct row *rows, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct row r = rows[i];
		size_t k = i;
		for (; k > 0 && rows[k - 1].rank < r.rank; k--)
			rows[k] = rows[k - 1];
		rows[k] = r;
	}
}

struct keywords *keywords_new(const struct keyword_conf *rows, size_t n, bool builtin, char **errors)
{
	size_t more = builtin ? sizeof(builtin_rows) / sizeof(builtin_rows[0]) : 0;
	struct keywords *k = mem_zalloc(sizeof(*k));
	bool good = true;
	k->rows = mem_zalloc((n + more + 1) * sizeof(*k->rows));
	for (size_t i = 0; i < n; i++)
		good &= make_row(&k->rows[k->n++], &rows[i], errors);
	sort_rows(k->rows, k->n);
	for (size_t i = 0; i < more; i++)
		good &= make_row(&k->rows[k->n++], &builtin_rows[i], errors);
	k->match = pcre2_match_data_create(1, NULL);
	k->limits = pcre2_match_context_create(NULL);
	if (k->limits)
		pcre2_set_match_limit(k->limits, KEYWORD_STEPS);
	if (good)
		return k;
	keywords_free(k);
	return NULL;
}

void keywords_free(struct keywords *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->n; i++) {
		struct row *r = &k->rows[i];
		for (size_t w = 0; w < r->words_n; w++)
			mem_free(r->words[w].p);
		mem_free(r->words);
		mem_free(r->signature.p);
		pcre2_code_free(r->pattern);
	}
	mem_free(k->rows);
	pcre2_match_data_free(k->match);
	pcre2_match_context_free(k->limits);
	mem_free(k);
}

/* --- matching --- */

struct asked {
	const struct keyword_subject *subject;
	char word[FOLDED_MAX], signature[FOLDED_MAX];
	size_t word_n, signature_n;
	size_t text_n; /* keywords.text; SIZE_MAX: not folded yet */
	bool led;      /* word is what stood behind a lead: it is a whole word or nothing */
};

static bool concerns(const struct row *r, const struct asked *a)
{
	const struct keyword_conf *c = r->conf;
	const struct keyword_subject *s = a->subject;
	if (*or_none(c->account) && strcmp(c->account, s->account) != 0)
		return false;
	if (*or_none(c->code) && strncmp(c->code, s->code, strlen(c->code)) != 0)
		return false;
	return r->signature.n == 0 ||
	       (r->signature.n == a->signature_n && memcmp(r->signature.p, a->signature, a->signature_n) == 0);
}

static bool has_word(const struct row *r, const struct asked *a)
{
	for (size_t i = 0; i < r->words_n; i++) {
		const struct word *w = &r->words[i];
		if (w->start && a->led)
			continue;
		if ((w->start ? w->n <= a->word_n : w->n == a->word_n) && memcmp(w->p, a->word, w->n) == 0)
			return true;
	}
	return false;
}

static bool fits_pattern(struct keywords *k, const struct row *r, struct asked *a)
{
	struct view text = a->subject->text;
	if (!r->pattern || !k->match || a->led)
		return false;
	if (a->text_n == SIZE_MAX)
		a->text_n = text_fold((const char *)text.p, text.n, k->text, sizeof(k->text));
	int found = pcre2_match(r->pattern, (PCRE2_SPTR)k->text, a->text_n, 0, PCRE2_NO_UTF_CHECK, k->match, k->limits);
	if (found < PCRE2_ERROR_NOMATCH)
		k->given_up++;
	return found >= 0;
}

static const struct row *first_row(struct keywords *k, struct asked *a)
{
	for (size_t i = 0; a->word_n && i < k->n; i++) {
		const struct row *r = &k->rows[i];
		if (concerns(r, a) && (has_word(r, a) || fits_pattern(k, r, a)))
			return r;
	}
	return NULL;
}

/* The word without the longest lead that it begins with. */
static const struct row *first_led(struct keywords *k, struct asked *a)
{
	for (size_t i = 0; a->word_n <= WORD_MAX && i < sizeof(leads) / sizeof(leads[0]); i++) {
		size_t n = strlen(leads[i]);
		if (a->word_n <= n || memcmp(a->word, leads[i], n) != 0)
			continue;
		memmove(a->word, a->word + n, a->word_n - n);
		a->word_n -= n;
		a->led = true;
		return first_row(k, a);
	}
	return NULL;
}

static const struct row *find(struct keywords *k, struct asked *a, struct view text)
{
	a->word_n = fold((const char *)text.p, text.n, a->word);
	const struct row *r = first_row(k, a);
	return r ? r : first_led(k, a);
}

const struct keyword_conf *keywords_match(struct keywords *k, const struct keyword_subject *s)
{
	struct asked a = {.subject = s, .text_n = SIZE_MAX};
	struct view bare = signature_without(s->text); /* systems that forward texts put one there */
	a.signature_n = fold((const char *)s->signature.p, s->signature.n, a.signature);
	const struct row *r = find(k, &a, s->text);
	a.led = false;
	if (!r && bare.n < s->text.n)
		r = find(k, &a, bare);
	return r && r->conf->action != KEYWORD_NONE ? r->conf : NULL;
}

uint64_t keywords_given_up(const struct keywords *k)
{
	return k->given_up;
}
