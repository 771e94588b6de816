/*
 * caps.c - frequency caps: the rows, and which of them are for whom. Must not know who counts, nor how.
 */
#include "policy/caps.h"

#include <ctype.h>
#include <stdio.h>

#include "base/mem.h"

static const char *const scopes[] = {"account", "signature", "global", NULL};

const struct conf_row caps_rows[] = {
	{"name", CONF_STRING, offsetof(struct cap_conf, name), "", 1, CAP_NAME_MAX, NULL, true,
	 "Name of the cap, of letters, digits, - and _; rows of one name count the same messages.", NULL},
	{"account", CONF_STRING, offsetof(struct cap_conf, to.account), "", 0, 15, "", true,
	 "system_id of the account that the row is for; empty for every one.", NULL},
	{"classes", CONF_LIST, offsetof(struct cap_conf, to.classes), "", 0, CLASSES, "", true,
	 "Classes that the row is for; empty for all.", NULL},
	{"scope", CONF_CHOICE, offsetof(struct cap_conf, scope), "", 0, 0, "account", true,
	 "What is counted together: what the account sends, what it sends under one signature, or what all send.",
	 scopes},
	{"limit", CONF_INT, offsetof(struct cap_conf, limit), "messages", 0, 1000000, NULL, true,
	 "Most messages to one number within the window.", NULL},
	{"window", CONF_INT, offsetof(struct cap_conf, window), "s", 1, 31536000, NULL, true,
	 "Length of the rolling window.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct caps {
	struct scope *scope; /* over caps, by number */
	struct cap *caps;
	size_t n;
};

/* It stands in keys, between colons. */
static bool name_good(const char *name)
{
	for (; *name; name++) {
		if (!isalnum((unsigned char)*name) && *name != '-' && *name != '_')
			return false;
	}
	return true;
}

static bool same_list(const struct conf_list *a, const struct conf_list *b)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++)
		same = strcmp(a->at[i], b->at[i]) == 0;
	return same;
}

static bool same_messages(const struct cap_conf *a, const struct cap_conf *b)
{
	return a->scope == b->scope && strcmp(a->to.account, b->to.account) == 0 &&
	       same_list(&a->to.classes, &b->to.classes);
}

static bool check(const struct cap_conf *rows, size_t i, char **errors)
{
	const struct conf_where *where = &rows[i].to.where;
	bool good = name_good(rows[i].name);
	if (!good)
		conf_fault(errors, where, "caps: the name \"%s\" is not of letters, digits, - and _", rows[i].name);
	for (size_t k = 0; k < i; k++) {
		if (strcmp(rows[k].name, rows[i].name) != 0 || same_messages(&rows[k], &rows[i]))
			continue;
		conf_fault(errors, where,
			   "caps: the row %s at %s:%d counts other messages: give both the same account, classes and "
			   "scope, or another name",
			   rows[i].name, rows[k].to.where.file, rows[k].to.where.line);
		return false;
	}
	return good;
}

static void fill(struct caps *c, const struct cap_conf *rows)
{
	for (size_t i = 0; i < c->n; i++) {
		struct cap *cap = &c->caps[i];
		snprintf(cap->name, sizeof(cap->name), "%s", rows[i].name);
		cap->scope = (enum cap_scope)rows[i].scope;
		cap->limit = rows[i].limit;
		cap->window_ms = rows[i].window * 1000;
		cap->group = (uint32_t)i;
		for (size_t k = c->n; k-- > 0;) {
			bool same = strcmp(rows[k].name, rows[i].name) == 0;
			if (same && rows[k].window * 1000 > cap->keep_ms)
				cap->keep_ms = rows[k].window * 1000;
			if (same && k < i)
				cap->group = (uint32_t)k;
		}
	}
}

/* Rows of one name behind each other, the first of each name in its place. */
static struct cap_conf *gathered(const struct cap_conf *rows, size_t n)
{
	struct cap_conf *out = mem_zalloc((n + 1) * sizeof(*out));
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		bool first = true;
		for (size_t k = 0; k < i; k++)
			first = first && strcmp(rows[k].name, rows[i].name) != 0;
		for (size_t k = i; first && k < n; k++) {
			if (strcmp(rows[k].name, rows[i].name) == 0)
				out[at++] = rows[k];
		}
	}
	return out;
}

struct caps *caps_new(const struct cap_conf *rows, size_t n, const struct policy_names *names, char **errors)
{
	struct caps *c = mem_zalloc(sizeof(*c));
	struct cap_conf *own = gathered(rows, n);
	bool good = true;
	for (size_t i = 0; i < n; i++)
		good = check(rows, i, errors) && good;
	c->n = n;
	c->caps = mem_zalloc((n + 1) * sizeof(*c->caps));
	fill(c, own);
	c->scope = scope_new("caps", own, sizeof(*own), n, false, names, errors);
	mem_free(own);
	if (good && c->scope)
		return c;
	caps_free(c);
	return NULL;
}

void caps_free(struct caps *c)
{
	if (!c)
		return;
	scope_free(c->scope);
	mem_free(c->caps);
	mem_free(c);
}

struct scope_list caps_for(const struct caps *c, size_t account, enum class_id class_id)
{
	return scope_at(c->scope, account, class_id);
}

const struct cap *caps_at(const struct caps *c, uint32_t i)
{
	return &c->caps[i];
}

bool caps_concerns(const struct caps *c, size_t account, enum class_id class_id)
{
	return caps_for(c, account, class_id).n > 0;
}
