/*
 * senders.c - the codes of accounts and the pools of carriers, and the rules about them. Must not know messages, nor
 * whether a carrier is up.
 */
#include "path/senders.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define EVERY		  (-1)
#define SENDER_OF_ANOTHER "the source is another account's code"

static const char *const extensions[] = {"keep", "drop", NULL};

const struct conf_row code_rows[] = {
	{"account", CONF_STRING, offsetof(struct code_conf, account), "", 1, 15, NULL, true,
	 "Account that has the code.", NULL},
	{"code", CONF_STRING, offsetof(struct code_conf, code), "", 1, SENDER_MAX, NULL, true,
	 "Sender code: one of the account's sources, or one of them and more digits.", NULL},
	{"classes", CONF_LIST, offsetof(struct code_conf, classes), "", 0, 0, "", true,
	 "Classes that the code is for: they use no other code, and no other class uses it; empty for all the rest.",
	 NULL},
	{"extension", CONF_INT, offsetof(struct code_conf, extension), "digits", 0, SENDER_MAX, "-1", true,
	 "Most digits that the app may add to the code; -1 for as many as fit into 20 in all.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

const struct conf_row sender_rows[] = {
	{"carrier", CONF_STRING, offsetof(struct sender_conf, carrier), "", 0, 32, "", true,
	 "Carrier that the row is for; empty for all.", NULL},
	{"account", CONF_STRING, offsetof(struct sender_conf, account), "", 0, 15, "", true,
	 "Account whose messages the row is for; empty for all.", NULL},
	{"classes", CONF_LIST, offsetof(struct sender_conf, classes), "", 0, 0, "", true,
	 "Classes of messages that the row is for; empty for all.", NULL},
	{"from", CONF_STRING, offsetof(struct sender_conf, from), "", 0, SENDER_MAX, "", true,
	 "How the source begins that the row is for; empty for any source.", NULL},
	{"to", CONF_LIST, offsetof(struct sender_conf, to), "", 1, 256, NULL, true,
	 "Codes that the carrier gets in place of from, one for each number.", NULL},
	{"extension", CONF_CHOICE, offsetof(struct sender_conf, extension), "", 0, 0, "keep", true,
	 "What stands behind from: kept behind the new code, or dropped.", extensions},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct code {
	char *text;
	uint8_t n;
	bool digits;	  /* else it is a name, and stands for itself only */
	uint16_t classes; /* bits; 0: those that have no code of their own */
	int extension;	  /* most digits, CODE_EXTENSION_FITS */
};

struct owner { /* an account */
	struct code *codes;
	size_t n;
	uint16_t own; /* bits: classes that have codes of their own */
};

struct pool {
	int carrier, account; /* number or EVERY */
	uint16_t classes;     /* bits; 0: all */
	bool drop;
	struct conf_where where;
	char *from;
	char **to;
	uint32_t from_n;
	size_t n;
};

struct senders {
	struct owner *owners; /* by account number */
	size_t owners_n;
	struct pool *pools;
	size_t pools_n;
	char **sources; /* of all accounts, sorted */
	size_t sources_n;
};

/* --- building --- */

static bool is_digits(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

static bool classes_of(const struct conf_list *names, const struct conf_where *where, const char *section,
		       uint16_t *bits, char **errors)
{
	enum class_id id;
	*bits = 0;
	for (size_t i = 0; i < names->n; i++) {
		if (!class_by_name(view_of(names->at[i]), &id)) {
			conf_fault(errors, where, "%s: \"%s\" is none of otp, alert, notice, remind, collect, promo",
				   section, names->at[i]);
			return false;
		}
		*bits |= (uint16_t)(1u << id);
	}
	return true;
}

static struct owner *owner_at(struct senders *s, size_t number)
{
	if (number >= s->owners_n) {
		s->owners = mem_realloc(s->owners, (number + 1) * sizeof(*s->owners));
		memset(s->owners + s->owners_n, 0, (number + 1 - s->owners_n) * sizeof(*s->owners));
		s->owners_n = number + 1;
	}
	return &s->owners[number];
}

static struct code *code_of(const struct owner *o, const char *text)
{
	for (size_t i = 0; i < o->n; i++) {
		if (strcmp(o->codes[i].text, text) == 0)
			return &o->codes[i];
	}
	return NULL;
}

static struct code *add_code(struct owner *o, const char *text)
{
	o->codes = mem_realloc(o->codes, (o->n + 1) * sizeof(*o->codes));
	o->codes[o->n] = (struct code){.text = mem_strdup(text),
				       .n = (uint8_t)strlen(text),
				       .digits = is_digits(text),
				       .extension = CODE_EXTENSION_FITS};
	return &o->codes[o->n++];
}

static void add_source(struct senders *s, const char *text)
{
	s->sources = mem_realloc(s->sources, (s->sources_n + 1) * sizeof(*s->sources));
	s->sources[s->sources_n++] = mem_strdup(text);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add_sources(struct senders *s, const struct account_conf *a, int number, char **errors)
{
	bool good = true;
	for (size_t i = 0; i < a->sources.n; i++) {
		const char *text = a->sources.at[i];
		if (!*text || strlen(text) > SENDER_MAX) {
			conf_fault(errors, &a->where, "account %s: sources: \"%s\" has not 1 to %u characters",
				   a->system_id, text, SENDER_MAX);
			good = false;
		} else if (!code_of(owner_at(s, (size_t)number), text)) {
			add_code(owner_at(s, (size_t)number), text);
			add_source(s, text);
		}
	}
	return good;
}

/* Whether one of the account's sources begins the code: replies to the code are the account's then. */
static bool is_owned(const struct owner *o, const char *code)
{
	for (size_t i = 0; i < o->n; i++) {
		const struct code *c = &o->codes[i];
		if (strcmp(c->text, code) == 0 || (c->digits && is_digits(code) && strncmp(c->text, code, c->n) == 0))
			return true;
	}
	return false;
}

static bool add_code_row(struct senders *s, const struct senders_setup *setup, size_t i, char **errors)
{
	const struct code_conf *row = &setup->codes[i];
	int number = setup->account_number(row->account, setup->arg);
	uint16_t classes;
	bool good = classes_of(&row->classes, &row->where, "codes", &classes, errors);
	for (size_t j = 0; j < i; j++) {
		if (strcmp(setup->codes[j].account, row->account) == 0 &&
		    strcmp(setup->codes[j].code, row->code) == 0) {
			conf_fault(errors, &row->where, "codes: code %s of account %s stands in line %d already",
				   row->code, row->account, setup->codes[j].where.line);
			return false;
		}
	}
	if (number < 0) {
		conf_fault(errors, &row->where, "codes names account \"%s\", which is not in accounts", row->account);
		return false;
	}
	struct owner *o = owner_at(s, (size_t)number);
	if (!is_owned(o, row->code)) {
		conf_fault(errors, &row->where,
			   "codes: no source of account %s begins code %s; add one to its sources, so that replies "
			   "find it",
			   row->account, row->code);
		return false;
	}
	struct code *c = code_of(o, row->code);
	if (!c)
		c = add_code(o, row->code);
	c->classes = classes;
	c->extension = (int)row->extension;
	o->own |= classes;
	return good;
}

/* A number by name; "" is EVERY. False with a fault for a name that is not known. */
static bool number_of(const char *name, int (*find)(const char *name, void *arg), void *arg, int *out)
{
	*out = EVERY;
	return !*name || (*out = find(name, arg)) >= 0;
}

static bool check_to(const struct sender_conf *row, char **errors)
{
	bool good = true;
	for (size_t i = 0; i < row->to.n; i++) {
		size_t n = strlen(row->to.at[i]);
		if (n == 0 || n > SENDER_MAX) {
			conf_fault(errors, &row->where, "senders: to: \"%s\" has not 1 to %u characters", row->to.at[i],
				   SENDER_MAX);
			good = false;
		}
	}
	return good;
}

static bool add_pool(struct senders *s, const struct senders_setup *setup, const struct sender_conf *row, char **errors)
{
	struct pool p = {.where = row->where, .drop = row->extension == SENDER_DROP};
	bool good = check_to(row, errors);
	good &= classes_of(&row->classes, &row->where, "senders", &p.classes, errors);
	if (!number_of(row->carrier, setup->carrier_number, setup->arg, &p.carrier)) {
		conf_fault(errors, &row->where, "senders names carrier \"%s\", which is not in carriers", row->carrier);
		good = false;
	}
	if (!number_of(row->account, setup->account_number, setup->arg, &p.account)) {
		conf_fault(errors, &row->where, "senders names account \"%s\", which is not in accounts", row->account);
		good = false;
	}
	if (!good)
		return false;
	p.from = mem_strdup(row->from);
	p.from_n = (uint32_t)strlen(row->from);
	p.n = row->to.n;
	p.to = mem_zalloc(p.n * sizeof(*p.to));
	for (size_t i = 0; i < p.n; i++)
		p.to[i] = mem_strdup(row->to.at[i]);
	s->pools[s->pools_n++] = p;
	return true;
}

static bool begin_alike(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	return strncmp(a, b, n < m ? n : m) == 0;
}

/* Two codes of one carrier by which a reply could not find its way back. */
static const char *clash(const struct pool *a, const struct pool *b)
{
	bool meet = a->carrier == EVERY || b->carrier == EVERY || a->carrier == b->carrier;
	for (size_t i = 0; meet && i < a->n; i++) {
		for (size_t j = 0; j < b->n; j++) {
			bool same = strcmp(a->to[i], b->to[j]) == 0;
			if (a == b && i == j)
				continue;
			if (same && a != b && strcmp(a->from, b->from) == 0)
				continue;
			if (begin_alike(a->to[i], b->to[j]))
				return a->to[i];
		}
	}
	return NULL;
}

static bool check_pools(const struct senders *s, char **errors)
{
	bool good = true;
	for (size_t i = 0; i < s->pools_n; i++) {
		for (size_t j = 0; j <= i; j++) {
			const char *code = clash(&s->pools[i], &s->pools[j]);
			if (!code)
				continue;
			conf_fault(errors, &s->pools[i].where,
				   "senders: code %s and one of line %d begin alike: it would not be known whose a "
				   "reply is",
				   code, s->pools[j].where.line);
			good = false;
		}
	}
	return good;
}

struct senders *senders_new(const struct senders_setup *setup, char **errors)
{
	struct senders *s = mem_zalloc(sizeof(*s));
	bool good = true;
	for (size_t i = 0; i < setup->accounts_n; i++) {
		int number = setup->account_number(setup->accounts[i].system_id, setup->arg);
		if (number >= 0)
			good &= add_sources(s, &setup->accounts[i], number, errors);
	}
	if (s->sources_n > 0)
		qsort(s->sources, s->sources_n, sizeof(*s->sources), by_text);
	for (size_t i = 0; i < setup->codes_n; i++)
		good &= add_code_row(s, setup, i, errors);
	s->pools = mem_zalloc((setup->senders_n + 1) * sizeof(*s->pools));
	for (size_t i = 0; i < setup->senders_n; i++)
		good &= add_pool(s, setup, &setup->senders[i], errors);
	good &= check_pools(s, errors);
	if (good)
		return s;
	senders_free(s);
	return NULL;
}

void senders_free(struct senders *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->owners_n; i++) {
		for (size_t j = 0; j < s->owners[i].n; j++)
			mem_free(s->owners[i].codes[j].text);
		mem_free(s->owners[i].codes);
	}
	for (size_t i = 0; i < s->pools_n; i++) {
		for (size_t j = 0; j < s->pools[i].n; j++)
			mem_free(s->pools[i].to[j]);
		mem_free(s->pools[i].to);
		mem_free(s->pools[i].from);
	}
	for (size_t i = 0; i < s->sources_n; i++)
		mem_free(s->sources[i]);
	mem_free(s->sources);
	mem_free(s->owners);
	mem_free(s->pools);
	mem_free(s);
}

/* --- accounts --- */

static bool begins(struct view text, const char *with, size_t n)
{
	return text.n >= n && memcmp(text.p, with, n) == 0;
}

/* The longest code that the source begins with; a name stands for itself only. */
static const struct code *longest(const struct owner *o, struct view src)
{
	const struct code *best = NULL;
	for (size_t i = 0; i < o->n; i++) {
		const struct code *c = &o->codes[i];
		bool fits = begins(src, c->text, c->n) && (c->digits || src.n == c->n);
		if (fits && (!best || c->n > best->n))
			best = c;
	}
	return best;
}

static bool suits(const struct owner *o, const struct code *c, enum class_id class_id)
{
	uint16_t bit = (uint16_t)(1u << class_id);
	return o->own & bit ? (c->classes & bit) != 0 : c->classes == 0;
}

static const char *choose(const struct owner *o, enum class_id class_id, struct view *source)
{
	for (size_t i = 0; i < o->n; i++) {
		if (suits(o, &o->codes[i], class_id)) {
			*source = (struct view){(const uint8_t *)o->codes[i].text, o->codes[i].n};
			return NULL;
		}
	}
	return "no source, and the account has no code for the class";
}

static const char *check_extension(const struct code *c, struct view src)
{
	for (uint32_t i = c->n; i < src.n; i++) {
		if (src.p[i] < '0' || src.p[i] > '9')
			return "the source has more than digits behind the account's code";
	}
	if (src.n > SENDER_MAX)
		return "the source is longer than 20 digits";
	if (c->extension >= 0 && src.n - c->n > (uint32_t)c->extension)
		return "the source has more digits behind the account's code than its extension allows";
	return NULL;
}

/* Replies to the source would go to another account: it has a longer code there than the n octets of our own. */
__attribute__((noinline)) static bool is_listed(const struct senders *s, struct view src, size_t n)
{
	char text[SENDER_MAX + 1];
	const char *key = text;
	memcpy(text, src.p, src.n);
	for (size_t k = src.n; k > n; k--) {
		text[k] = '\0';
		if ((k == src.n || is_digits(text)) &&
		    bsearch(&key, s->sources, s->sources_n, sizeof(*s->sources), by_text))
			return true;
	}
	return false;
}

static bool is_of_another(const struct senders *s, struct view src, size_t n)
{
	return s->sources_n && src.n && src.n <= SENDER_MAX && is_listed(s, src, n);
}

const char *senders_judge(const struct senders *s, size_t account, enum class_id class_id, struct view src,
			  struct view *source)
{
	const struct owner *o = account < s->owners_n ? &s->owners[account] : NULL;
	*source = src;
	if (!o || o->n == 0) {
		if (src.n > SENDER_MAX)
			return "the source is longer than 20 characters";
		return is_of_another(s, src, 0) ? SENDER_OF_ANOTHER : NULL;
	}
	if (src.n == 0)
		return choose(o, class_id, source);
	const struct code *c = longest(o, src);
	if (!c)
		return "the source is none of the account's codes";
	if (is_of_another(s, src, c->n))
		return SENDER_OF_ANOTHER;
	if (suits(o, c, class_id))
		return check_extension(c, src);
	return c->classes ? "the source is a code for other classes" : "the class has codes of its own";
}

/* --- carriers --- */

static bool is_for(const struct pool *p, const struct sender *m)
{
	return (p->carrier == EVERY || (size_t)p->carrier == m->carrier) &&
	       (p->account == EVERY || (size_t)p->account == m->account) &&
	       (!p->classes || p->classes & 1u << m->class_id) && begins(m->source, p->from, p->from_n);
}

/* FNV-1a, and mixed: the same on every node and in every version, which map_hash() is not. */
static uint64_t weight(const char *code, const struct number *to)
{
	uint64_t h = 0xCBF29CE484222325u;
	for (const char *p = to->digits; *p; p++)
		h = (h ^ (uint8_t)*p) * 0x100000001B3u;
	h = (h ^ '/') * 0x100000001B3u;
	for (; *code; code++)
		h = (h ^ (uint8_t)*code) * 0x100000001B3u;
	h = (h ^ h >> 31) * 0x9E3779B97F4A7C15u;
	return h ^ h >> 29;
}

/* Of the codes that leave room, the one with the highest weight: one more code takes its share from each of the others
 * and moves nothing between them. */
static const char *pick(const struct pool *p, uint32_t rest, const struct number *to)
{
	const char *best = NULL;
	uint64_t highest = 0;
	for (size_t i = 0; i < p->n; i++) {
		uint64_t w = weight(p->to[i], to);
		if (strlen(p->to[i]) + rest <= SENDER_MAX && (!best || w > highest)) {
			best = p->to[i];
			highest = w;
		}
	}
	return best;
}

static int join(const char *head, struct view tail, char out[SENDER_MAX + 1])
{
	size_t n = strlen(head);
	memcpy(out, head, n);
	if (tail.n)
		memcpy(out + n, tail.p, tail.n);
	out[n + tail.n] = '\0';
	return (int)(n + tail.n);
}

bool senders_pooled(const struct senders *s)
{
	return s->pools_n > 0;
}

int senders_out(const struct senders *s, const struct sender *m, char out[SENDER_MAX + 1])
{
	for (size_t i = 0; i < s->pools_n; i++) {
		const struct pool *p = &s->pools[i];
		if (!is_for(p, m))
			continue;
		struct view rest = {m->source.p + p->from_n, p->drop ? 0 : m->source.n - p->from_n};
		const char *code = pick(p, rest.n, m->to);
		return code ? join(code, rest, out) : -1;
	}
	return 0;
}

int senders_back(const struct senders *s, size_t carrier, struct view code, char out[SENDER_MAX + 1])
{
	for (size_t i = 0; i < s->pools_n; i++) {
		const struct pool *p = &s->pools[i];
		if (p->carrier != EVERY && (size_t)p->carrier != carrier)
			continue;
		for (size_t j = 0; j < p->n; j++) {
			uint32_t n = (uint32_t)strlen(p->to[j]);
			if (!begins(code, p->to[j], n))
				continue;
			struct view rest = {code.p + n, p->drop ? 0 : code.n - n};
			return p->from_n + rest.n <= SENDER_MAX ? join(p->from, rest, out) : 0;
		}
	}
	return 0;
}
