/*
 * words.c - filters: whom they are for, what their words mean for a text, what is counted. Must not know how words are
 * found (wordset.c), nor how files are read and shared (wordbook.c).
 */
#include "policy/words.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/stats.h"
#include "base/text.h"
#include "policy/fold.h"
#include "policy/wordbook.h"

#define WINDOW	      512u /* characters that are folded and searched at once */
#define ACTIONS	      3
#define FOUND_MAX     60u /* octets of the text that are shown */
#define PATH_MAX_HERE 4096

static const char *const actions[] = {"block", "review", "log", NULL};

#define AT(member) offsetof(struct words_conf, member)
const struct conf_row words_rows[] = {
	{"name", CONF_STRING, AT(name), "", 1, 64, NULL, true, "Name of the filter: in answers, the log, counters.",
	 NULL},
	{"file", CONF_STRING, AT(file), "", 0, 1000, "", true,
	 "File of words, one a line, UTF-8, behind a tab a category; lines with # are left out.", NULL},
	{"words", CONF_LIST, AT(words), "", 0, 10000, "", true, "Words, beside those of the file.", NULL},
	{"action", CONF_CHOICE, AT(action), "", 0, 0, "block", true,
	 "What a word in a text means: the text is refused, held for review, or only logged.", actions},
	{"account", CONF_LIST, AT(accounts), "", 0, 1000, "", true,
	 "Only texts of these accounts (their system_id); empty: of all.", NULL},
	{"classes", CONF_LIST, AT(classes), "", 0, CLASSES, "", true, "Only texts of these classes; empty: of all.",
	 NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

/* They outlive a reload, and begin anew with words_stats(). */
static struct words_counters {
	uint64_t texts[ACTIONS], failed, loaded, words;
} counters;

struct rules { /* what filters mean; shared by two struct words while a set is made, which may be freed in a thread */
	atomic_uint holders;
	size_t n, accounts_n;
	char *names[WORDS_FILTERS];
	uint64_t by_action[ACTIONS]; /* filters */
	/* Filters that concern account a and class c: masks[a * CLASSES + c]; the last account stands for those that
	 * have no number yet. */
	uint64_t *masks;
};

struct words {
	struct rules *rules;
	struct wordbook *book; /* NULL: no filters */
	struct rules *next;    /* of the set that is being made; NULL: none is */
	struct wordbook_job *job;
	char *faults; /* why the last set could not be made */
};

/* --- building --- */

static struct rules *rules_hold(struct rules *r)
{
	atomic_fetch_add(&r->holders, 1);
	return r;
}

static void rules_drop(struct rules *r)
{
	if (!r || atomic_fetch_sub(&r->holders, 1) != 1)
		return;
	for (size_t i = 0; i < r->n; i++)
		mem_free(r->names[i]);
	mem_free(r->masks);
	mem_free(r);
}

/* Bits 1 << enum class_id; 0 with a fault. */
static unsigned read_classes(const struct words_conf *c, char **errors)
{
	unsigned classes = c->classes.n ? 0 : (1u << CLASSES) - 1;
	for (size_t i = 0; i < c->classes.n; i++) {
		enum class_id id;
		if (!class_by_name(view_of(c->classes.at[i]), &id)) {
			conf_fault(errors, &c->where,
				   "filters: \"%s\" is none of otp, alert, notice, remind, collect, promo",
				   c->classes.at[i]);
			return 0;
		}
		classes |= 1u << id;
	}
	return classes;
}

static void add_masks(struct rules *r, size_t account, unsigned classes, uint64_t filter)
{
	for (unsigned c = 0; c < CLASSES; c++) {
		if (classes >> c & 1)
			r->masks[account * CLASSES + c] |= filter;
	}
}

static bool add_whom(struct rules *r, const struct words_conf *c, const struct policy_names *names, uint64_t filter,
		     char **errors)
{
	unsigned classes = read_classes(c, errors);
	bool good = classes != 0;
	for (size_t i = 0; i < c->accounts.n; i++) {
		int account = names->account(names->arg, c->accounts.at[i]);
		if (account < 0 || (size_t)account >= r->accounts_n) {
			conf_fault(errors, &c->where, "filters: there is no account \"%s\"", c->accounts.at[i]);
			good = false;
		} else {
			add_masks(r, (size_t)account, classes, filter);
		}
	}
	for (size_t a = 0; c->accounts.n == 0 && a <= r->accounts_n; a++)
		add_masks(r, a, classes, filter);
	return good;
}

static bool add_filter(struct rules *r, const struct words_conf *c, const struct policy_names *names, char **errors)
{
	uint64_t filter = (uint64_t)1 << r->n;
	bool good = true;
	for (size_t i = 0; i < r->n; i++) {
		if (strcmp(r->names[i], c->name) == 0) {
			conf_fault(errors, &c->where, "filters: there are two filters \"%s\"; give each its own name",
				   c->name);
			good = false;
		}
	}
	if (!*c->file && c->words.n == 0) {
		conf_fault(errors, &c->where, "filters: \"%s\" has no words: give file or words", c->name);
		good = false;
	}
	r->names[r->n++] = mem_strdup(c->name);
	r->by_action[c->action] |= filter;
	return add_whom(r, c, names, filter, errors) && good;
}

static struct rules *rules_new(const struct words_conf *rows, size_t n, const struct policy_names *names, char **errors)
{
	struct rules *r = mem_zalloc(sizeof(*r));
	bool good = n <= WORDS_FILTERS;
	if (!good)
		conf_fault(errors, &rows[WORDS_FILTERS].where,
			   "filters: there can be no more than %u; put words together", WORDS_FILTERS);
	atomic_init(&r->holders, 1);
	r->accounts_n = names->accounts_n;
	r->masks = mem_zalloc((r->accounts_n + 1) * CLASSES * sizeof(*r->masks));
	for (size_t i = 0; i < n && i < WORDS_FILTERS; i++)
		good = add_filter(r, &rows[i], names, errors) && good;
	if (good)
		return r;
	rules_drop(r);
	return NULL;
}

static char *path_of(const struct words_conf *c)
{
	char path[PATH_MAX_HERE];
	const char *slash = c->where.file ? strrchr(c->where.file, '/') : NULL;
	if (!*c->file)
		return NULL;
	if (c->file[0] == '/' || !slash)
		return mem_strdup(c->file);
	snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - c->where.file), c->where.file, c->file);
	return mem_strdup(path);
}

static void sources_free(struct wordbook_source *sources, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		mem_free((char *)sources[i].path);
		wordlist_drop(sources[i].words);
	}
	mem_free(sources);
}

/* What each filter's words are; NULL with faults. */
static struct wordbook_source *sources_of(const struct words_conf *rows, size_t n, char **errors)
{
	struct wordbook_source *sources = mem_zalloc(n * sizeof(*sources));
	bool good = true;
	for (size_t i = 0; i < n; i++) {
		sources[i].path = path_of(&rows[i]);
		sources[i].where = rows[i].where;
		if (rows[i].words.n)
			sources[i].words = wordlist_of(&rows[i].words, &rows[i].where, errors);
		good = good && (rows[i].words.n == 0 || sources[i].words);
	}
	if (good)
		return sources;
	sources_free(sources, n);
	return NULL;
}

/* Files that a thread is going to read: that they are there is said at once. */
static bool can_read(const struct wordbook_source *sources, size_t n, char **errors)
{
	bool good = true;
	for (size_t i = 0; i < n; i++) {
		FILE *f = sources[i].path ? fopen(sources[i].path, "re") : NULL;
		if (sources[i].path && !f) {
			conf_fault(errors, &sources[i].where, "filters: cannot read file \"%s\": %m", sources[i].path);
			good = false;
		}
		if (f)
			fclose(f);
	}
	return good;
}

/* Takes r. */
static void take(struct words *w, struct rules *r, struct wordbook *book)
{
	rules_drop(w->rules);
	wordbook_retire(w->book);
	w->rules = r;
	w->book = book;
}

/* Takes r. False with faults. */
static bool build(struct words *w, struct rules *r, const struct wordbook_source *sources, struct words *before,
		  char **errors)
{
	struct wordbook *old = before ? before->book : NULL, *book = NULL;
	if (r->n == 0 || wordbook_same(old, sources, r->n)) {
		take(w, r, r->n ? wordbook_hold(old) : NULL);
		return true;
	}
	if (!before || wordbook_quick(sources, r->n)) {
		book = wordbook_make(sources, r->n, old, errors);
		take(w, r, book);
		return book != NULL;
	}
	take(w, rules_hold(before->rules), wordbook_hold(old));
	w->next = r;
	if (!can_read(sources, r->n, errors))
		return false;
	w->job = wordbook_start(sources, r->n, old);
	return true;
}

struct words *words_new(const struct words_conf *rows, size_t n, const struct policy_names *names, struct words *before,
			char **errors)
{
	struct words *w = mem_zalloc(sizeof(*w));
	struct rules *r = rules_new(rows, n, names, errors);
	struct wordbook_source *sources = sources_of(rows, n, errors);
	bool good = r && sources;
	if (good)
		good = build(w, r, sources, before, errors);
	else
		rules_drop(r);
	if (sources)
		sources_free(sources, n);
	if (good)
		return w;
	words_free(w);
	return NULL;
}

bool words_check(const struct words_conf *rows, size_t n, const struct policy_names *names, char **errors)
{
	struct rules *r = rules_new(rows, n, names, errors);
	struct wordbook_source *sources = sources_of(rows, n, errors);
	bool good = r && sources;
	if (sources) {
		good = can_read(sources, n, errors) && good;
		sources_free(sources, n);
	}
	rules_drop(r);
	return good;
}

void words_free(struct words *w)
{
	if (!w)
		return;
	wordbook_abandon(w->job);
	rules_drop(w->rules);
	rules_drop(w->next);
	wordbook_drop(w->book);
	free(w->faults);
	mem_free(w);
}

/* Each line of the faults as one of the log. */
static void log_faults(char *faults)
{
	for (char *p = faults; *p;) {
		size_t n = strcspn(p, "\n");
		for (char *q = p; (q = memchr(q, '"', (size_t)(p + n - q))) != NULL;)
			*q = '\''; /* the whole is between double quotes there */
		log_error("-", "event=words_not_loaded why=\"%.*s\"", (int)n, p);
		p += n + (p[n] == '\n');
	}
}

bool words_settle(struct words *w)
{
	struct wordbook *book;
	char *errors = NULL;
	if (w->book)
		wordbook_begin(w->book);
	counters.words = w->book ? wordset_count(wordbook_set(w->book)) : 0;
	if (!w->job || !wordbook_finish(w->job, &book, &errors))
		return false;
	struct rules *next = w->next;
	w->job = NULL;
	w->next = NULL;
	free(w->faults);
	w->faults = errors;
	if (!book) {
		counters.failed++;
		if (errors)
			log_faults(errors);
		rules_drop(next);
		return false;
	}
	take(w, next, book);
	counters.loaded++;
	counters.words = wordset_count(wordbook_set(book));
	log_info("-", "event=words_loaded filters=%zu words=%zu", next->n, wordset_count(wordbook_set(book)));
	return true;
}

/* --- judging --- */

static uint64_t mask_of(const struct rules *r, size_t account, enum class_id class_id)
{
	return r->masks[(account < r->accounts_n ? account : r->accounts_n) * CLASSES + class_id];
}

bool words_concerns(const struct words *w, size_t account, enum class_id class_id)
{
	return mask_of(w->rules, account, class_id) || (w->next && mask_of(w->next, account, class_id));
}

struct judging {
	const struct words *w;
	struct policy_subject *s;
	uint64_t mask, text, filters; /* filters: those that were hit */
	bool counts;
	const uint32_t *cp, *at; /* the window */
	size_t n;
	int action; /* the strongest so far; ACTIONS: none */
	/* of its word */
	size_t word, from, to; /* octets of the text */
};

/* Characters that make runs: a word is not found inside one. */
static int kind_of(uint32_t c)
{
	return c >= 'A' && c <= 'Z' ? 1 : c >= '0' && c <= '9' ? 2 : 0;
}

/* The character at an octet of the text, folded: its first or last one; 0: it is dropped, or there is none. */
static uint32_t folded_at(const struct policy_subject *s, size_t pos, bool last)
{
	uint32_t out[FOLD_MAX];
	int32_t c = pos < s->text_n ? text_get(s->text, s->text_n, &pos) : -1;
	unsigned n = c < 0 ? 0 : fold_one((uint32_t)c, out);
	return n == 0 ? 0 : out[last ? n - 1 : 0];
}

static size_t end_of(const struct policy_subject *s, size_t pos)
{
	text_get(s->text, s->text_n, &pos);
	return pos;
}

/* Whether the character at i of the window goes on with what stands right before it in the text. */
static bool joined_before(const struct judging *j, size_t i)
{
	int kind = kind_of(j->cp[i]);
	size_t pos = j->at[i];
	if (kind == 0)
		return false;
	if (i > 0 && j->at[i - 1] == pos)
		return kind_of(j->cp[i - 1]) == kind;
	if (pos == 0)
		return false;
	for (pos--; pos > 0 && ((uint8_t)j->s->text[pos] & 0xc0) == 0x80;)
		pos--;
	return kind_of(folded_at(j->s, pos, true)) == kind;
}

static bool joined_behind(const struct judging *j, size_t i)
{
	int kind = kind_of(j->cp[i]);
	if (kind == 0)
		return false;
	if (i + 1 < j->n && j->at[i + 1] == j->at[i])
		return kind_of(j->cp[i + 1]) == kind;
	return kind_of(folded_at(j->s, end_of(j->s, j->at[i]), false)) == kind;
}

static int action_of(const struct rules *r, uint64_t filters)
{
	int action = WORDS_BLOCK;
	while (action < ACTIONS && !(r->by_action[action] & filters))
		action++;
	return action;
}

static void on_word(void *arg, size_t word, size_t at)
{
	struct judging *j = arg;
	const struct wordset_entry *e = wordset_at(wordbook_set(j->w->book), word);
	size_t last = at + e->word.n - 1;
	if (joined_before(j, at) || joined_behind(j, last))
		return;
	uint64_t filters = e->filters & j->mask;
	int action = action_of(j->w->rules, filters);
	if (j->counts)
		wordbook_hit(j->w->book, word, j->text);
	j->filters |= filters;
	if (action >= j->action)
		return;
	j->action = action;
	j->word = word;
	j->from = j->at[at];
	j->to = end_of(j->s, j->at[last]);
}

static void search_letters(struct judging *j, const struct subject_letters *l)
{
	j->cp = l->cp;
	j->at = l->at;
	j->n = l->n;
	wordset_search(wordbook_set(j->w->book), l->cp, l->n, l->n, j->mask, on_word, j);
}

/* The text is folded and searched window by window; each begins where a word might have begun in the one before. */
static void search(struct judging *j)
{
	uint32_t cp[WINDOW], at[WINDOW];
	const struct policy_subject *s = j->s;
	const struct subject_letters *letters = subject_letters(s);
	if (letters) {
		search_letters(j, letters);
		return;
	}
	for (size_t pos = 0; pos < s->text_n;) {
		size_t n = fold_text(s->text, s->text_n, &pos, cp, at, WINDOW);
		size_t stop = pos < s->text_n ? n - WORD_MAX : n;
		j->cp = cp;
		j->at = at;
		j->n = n;
		wordset_search(wordbook_set(j->w->book), cp, n, stop, j->mask, on_word, j);
		if (stop < n)
			pos = at[stop];
	}
}

static void tell(const struct judging *j)
{
	const struct rules *r = j->w->rules;
	const struct word *word = &wordset_at(wordbook_set(j->w->book), j->word)->word;
	uint64_t filters = wordset_at(wordbook_set(j->w->book), j->word)->filters & j->mask & r->by_action[j->action];
	const char *name = r->names[__builtin_ctzll(filters)], *found = j->s->text + j->from;
	size_t n = text_cut(found, j->to - j->from, FOUND_MAX);
	if (n == strlen(word->text) && memcmp(found, word->text, n) == 0)
		subject_detail(j->s, "filter %s: %s", name, word->text);
	else
		subject_detail(j->s, "filter %s: %s, as %.*s", name, word->text, (int)n, found);
}

/* Filters that only log: which, not what the text says. */
static void log_hits(const struct judging *j)
{
	struct rules *r = j->w->rules;
	for (uint64_t left = j->filters & r->by_action[WORDS_LOG]; left; left &= left - 1) {
		log_peer_info(j->s->account_name, "event=word_hit filter=\"%s\" class=%s",
			      r->names[__builtin_ctzll(left)], class_name(j->s->class_id));
	}
}

enum policy_effect words_judge(const struct words *w, struct policy_subject *s)
{
	struct judging j = {.w = w, .s = s, .counts = !s->asking, .action = ACTIONS};
	j.mask = s->binary || !w->book ? 0 : mask_of(w->rules, s->account, s->class_id);
	if (j.mask == 0)
		return POLICY_PASS;
	j.text = j.counts ? wordbook_text(w->book) : 0;
	search(&j);
	if (j.action == ACTIONS)
		return POLICY_PASS;
	if (j.counts) {
		counters.texts[j.action]++;
		log_hits(&j);
	}
	if (j.action == WORDS_LOG)
		return POLICY_PASS;
	tell(&j);
	return j.action == WORDS_BLOCK ? POLICY_REFUSE : POLICY_REVIEW;
}

/* --- for people --- */

void words_hits_each(const struct words *w, void (*fn)(void *arg, const struct words_hit *hit), void *arg)
{
	const struct wordset *set = w->book ? wordbook_set(w->book) : NULL;
	for (size_t i = 0; set && i < wordset_count(set); i++) {
		const struct wordset_entry *e = wordset_at(set, i);
		struct words_hit hit = {e->word.text, e->word.category, w->rules->names[__builtin_ctzll(e->filters)],
					wordbook_hits(w->book, i)};
		if (hit.hits)
			fn(arg, &hit);
	}
}

void words_status(const struct words *w, struct words_status *out)
{
	*out = (struct words_status){.filters = w->rules->n,
				     .words = w->book ? wordset_count(wordbook_set(w->book)) : 0,
				     .pending = w->job != NULL,
				     .faults = w->faults ? w->faults : ""};
}

#define COUNT(member, type, name, help)                                                                                \
	{                                                                                                              \
		name, help, type, offsetof(struct words_counters, member), NULL, NULL                                  \
	}
#define TEXTS(action, value)                                                                                           \
	{                                                                                                              \
		"smppgw_words_texts_total", "Texts with a sensitive word, by the strongest action of their filters.",  \
			STATS_COUNTER, offsetof(struct words_counters, texts) + (action) * sizeof(uint64_t), "action", \
			value                                                                                          \
	}
static const struct stats_row stat_rows[] = {
	TEXTS(WORDS_BLOCK, "block"),
	TEXTS(WORDS_REVIEW, "review"),
	TEXTS(WORDS_LOG, "log"),
	COUNT(loaded, STATS_COUNTER, "smppgw_words_loaded_total",
	      "Sets of words that took their place after a reload."),
	COUNT(failed, STATS_COUNTER, "smppgw_words_failed_total",
	      "Sets of words that could not be made after a reload; the log says why."),
	COUNT(words, STATS_GAUGE, "smppgw_words", "Sensitive words that are looked for."),
};

void words_stats(struct stats *stats)
{
	uint64_t words = counters.words;
	memset(&counters, 0, sizeof(counters));
	counters.words = words; /* of the filters that were built before */
	stats_add(stats, stat_rows, sizeof(stat_rows) / sizeof(stat_rows[0]), &counters, NULL, NULL, NULL);
}
