/*
 * links.c - lists of hosts that texts may link to. Must not know what makes a link (link_scan.c).
 */
#include "policy/links.h"

#include "base/mem.h"
#include "policy/link_scan.h"

const struct conf_row links_rows[] = {
	{"account", CONF_STRING, offsetof(struct links_conf, scope.account), "", 0, 15, "", true,
	 "Account that the row is for; empty for all.", NULL},
	{"classes", CONF_LIST, offsetof(struct links_conf, scope.classes), "", 0, 6, "", true,
	 "Classes of messages that the row is for; empty for all.", NULL},
	{"hosts", CONF_LIST, offsetof(struct links_conf, hosts), "", 0, 10000, "", true,
	 "Hosts that texts may link to, *.NAME for all below a name; empty for no links at all.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct entry {
	struct view host; /* folded; owned. With below: it begins with the dot */
	bool below;
};

struct rule {
	struct entry *entries;
	size_t n;
};

struct links {
	struct scope *scope;
	struct rule *rules; /* by row */
	size_t rules_n;
	struct link_scan *scan;
};

static bool add_entry(struct links *x, struct rule *rule, const struct links_conf *conf, const char *text,
		      char **errors)
{
	struct entry *e = &rule->entries[rule->n++];
	e->below = strncmp(text, "*.", 2) == 0;
	char *host = mem_zalloc(LINK_HOST_MAX + 1);
	uint32_t n =
		link_fold_host(x->scan, view_of(e->below ? text + 2 : text), host + e->below, LINK_HOST_MAX - e->below);
	if (e->below)
		host[0] = '.';
	e->host = (struct view){(const uint8_t *)host, n + e->below};
	if (n > 0)
		return true;
	conf_fault(errors, &conf->scope.where,
		   "links: \"%s\" is no host; write cmbchina.com, or *.bank.cn, without http:// and path", text);
	return false;
}

static bool build_rule(struct links *x, struct rule *rule, const struct links_conf *conf, char **errors)
{
	bool good = true;
	rule->entries = mem_zalloc((conf->hosts.n + 1) * sizeof(*rule->entries));
	for (size_t i = 0; i < conf->hosts.n; i++)
		good = add_entry(x, rule, conf, conf->hosts.at[i], errors) && good;
	return good;
}

struct links *links_new(const struct links_conf *rows, size_t n, const struct policy_names *names, char **errors)
{
	struct links *x = mem_zalloc(sizeof(*x));
	bool good = true;
	x->scan = link_scan_new();
	x->rules = mem_zalloc((n + 1) * sizeof(*x->rules));
	x->rules_n = n;
	x->scope = scope_new("links", rows, sizeof(*rows), n, false, names, errors);
	for (size_t i = 0; i < n; i++)
		good = build_rule(x, &x->rules[i], &rows[i], errors) && good;
	if (good && x->scope)
		return x;
	links_free(x);
	return NULL;
}

void links_free(struct links *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->rules_n; i++) {
		for (size_t j = 0; j < x->rules[i].n; j++)
			mem_free((void *)x->rules[i].entries[j].host.p);
		mem_free(x->rules[i].entries);
	}
	mem_free(x->rules);
	link_scan_free(x->scan);
	scope_free(x->scope);
	mem_free(x);
}

bool links_concerns(const struct links *x, size_t account, enum class_id class_id)
{
	return scope_at(x->scope, account, class_id).n > 0;
}

/* --- judging --- */

static bool matches(const struct entry *e, struct view host)
{
	if (!e->below)
		return view_eq(e->host, host);
	return host.n > e->host.n && memcmp(host.p + host.n - e->host.n, e->host.p, e->host.n) == 0;
}

struct asked {
	const struct links *links;
	struct scope_list list;
	struct policy_subject *subject;
	bool refused;
};

static bool on_host(void *arg, struct view host)
{
	struct asked *a = arg;
	for (size_t i = 0; i < a->list.n; i++) {
		const struct rule *rule = &a->links->rules[a->list.at[i]];
		for (size_t j = 0; j < rule->n; j++) {
			if (matches(&rule->entries[j], host))
				return true;
		}
	}
	subject_detail(a->subject, "a link to %.*s, which is not on the list of hosts", (int)host.n,
		       (const char *)host.p);
	a->refused = true;
	return false;
}

enum policy_effect links_judge(const struct links *x, struct policy_subject *s)
{
	struct asked a = {x, scope_at(x->scope, s->account, s->class_id), s, false};
	if (a.list.n == 0)
		return POLICY_PASS;
	if (!link_scan(x->scan, (struct view){(const uint8_t *)s->text, s->text_n}, on_host, &a)) {
		subject_detail(s, "it is too long to look for links in it");
		return POLICY_REFUSE;
	}
	return a.refused ? POLICY_REFUSE : POLICY_PASS;
}
