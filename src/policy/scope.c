/*
 * scope.c - whom the rows of a section are for. Must not know what the rows say.
 */
#include "policy/scope.h"

#include "base/mem.h"

#define ANY (-1)

struct key { /* a row's names, read */
	const struct scope_conf *conf;
	int account, carrier; /* numbers, or ANY */
	uint8_t classes;      /* bits, 1 << enum class_id */
	uint8_t weight;
};

struct scope {
	struct key *keys;
	size_t keys_n, accounts_n;
	/* By account: its group. Accounts that no row names are all in group 0. */
	uint32_t *group;
	size_t groups_n;
	/* The rows of group g and class c are rows[from[i]] .. rows[from[i + 1]], i = g * CLASSES + c. */
	uint32_t *from, *rows;
};

static bool read_classes(const char *section, struct key *k, char **errors)
{
	const struct conf_list *list = &k->conf->classes;
	bool good = true;
	for (size_t i = 0; i < list->n; i++) {
		enum class_id id;
		if (class_by_name(view_of(list->at[i]), &id)) {
			k->classes |= (uint8_t)(1u << id);
			continue;
		}
		conf_fault(errors, &k->conf->where, "%s: \"%s\" is none of otp, alert, notice, remind, collect, promo",
			   section, list->at[i]);
		good = false;
	}
	if (list->n == 0)
		k->classes = (1u << CLASSES) - 1;
	return good;
}

static bool read_key(const char *section, const struct scope_conf *conf, const struct policy_names *names,
		     struct key *k, char **errors)
{
	*k = (struct key){conf, ANY, ANY, 0, 0};
	bool good = read_classes(section, k, errors);
	if (*conf->account && (k->account = names->account(names->arg, conf->account)) < 0) {
		conf_fault(errors, &conf->where, "%s: there is no account \"%s\"", section, conf->account);
		good = false;
	}
	if (conf->carrier && *conf->carrier && (k->carrier = names->carrier(names->arg, conf->carrier)) < 0) {
		conf_fault(errors, &conf->where, "%s: there is no carrier \"%s\"", section, conf->carrier);
		good = false;
	}
	k->weight = (uint8_t)((k->account != ANY) * 4 + (k->carrier != ANY) * 2 + (conf->classes.n > 0));
	return good;
}

/* Two rows of which none is more particular, for one account, class and carrier. */
static bool check_one_choice(const char *section, const struct key *keys, size_t n, char **errors)
{
	bool good = true;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < i; j++) {
			if (keys[i].weight != keys[j].weight || keys[i].account != keys[j].account ||
			    keys[i].carrier != keys[j].carrier || !(keys[i].classes & keys[j].classes))
				continue;
			conf_fault(errors, &keys[i].conf->where,
				   "%s: the row at %s:%d is for the same account and class; only one can hold", section,
				   keys[j].conf->where.file, keys[j].conf->where.line);
			good = false;
			break;
		}
	}
	return good;
}

static bool fits(const struct key *k, size_t account, size_t class_id)
{
	return (k->account == ANY || (size_t)k->account == account) && (k->classes >> class_id & 1u);
}

#define WEIGHT_MAX 7

/* All rows, the most particular first. */
static uint32_t *sorted(const struct scope *s)
{
	uint32_t *order = mem_zalloc((s->keys_n + 1) * sizeof(*order));
	size_t n = 0;
	for (int weight = WEIGHT_MAX; weight >= 0; weight--) {
		for (size_t i = 0; i < s->keys_n; i++) {
			if (s->keys[i].weight == weight)
				order[n++] = (uint32_t)i;
		}
	}
	return order;
}

/* The rows of one account and class, into `to`; returns how many. to NULL: only counts. */
static uint32_t list_rows(const struct scope *s, const uint32_t *order, size_t account, size_t class_id, uint32_t *to)
{
	uint32_t n = 0;
	for (size_t i = 0; i < s->keys_n; i++) {
		if (!fits(&s->keys[order[i]], account, class_id))
			continue;
		if (to)
			to[n] = order[i];
		n++;
	}
	return n;
}

/* Returns an account of each group; of group 0 a number that is none. */
static size_t *make_groups(struct scope *s)
{
	size_t *some = mem_zalloc((s->accounts_n + 1) * sizeof(*some));
	s->group = mem_zalloc((s->accounts_n + 1) * sizeof(*s->group));
	some[0] = s->accounts_n;
	s->groups_n = 1;
	for (size_t i = 0; i < s->keys_n; i++) {
		int account = s->keys[i].account;
		if (account == ANY || s->group[account])
			continue;
		some[s->groups_n] = (size_t)account;
		s->group[account] = (uint32_t)s->groups_n++;
	}
	return some;
}

static void compile(struct scope *s)
{
	size_t *some = make_groups(s), cells = s->groups_n * CLASSES;
	uint32_t *order = sorted(s);
	s->from = mem_zalloc((cells + 1) * sizeof(*s->from));
	for (size_t i = 0; i < cells; i++)
		s->from[i + 1] = s->from[i] + list_rows(s, order, some[i / CLASSES], i % CLASSES, NULL);
	s->rows = mem_zalloc((s->from[cells] + 1) * sizeof(*s->rows));
	for (size_t i = 0; i < cells; i++)
		list_rows(s, order, some[i / CLASSES], i % CLASSES, s->rows + s->from[i]);
	mem_free(order);
	mem_free(some);
}

struct scope *scope_new(const char *section, const void *rows, size_t size, size_t n, bool one_choice,
			const struct policy_names *names, char **errors)
{
	struct scope *s = mem_zalloc(sizeof(*s));
	bool good = true;
	s->keys = mem_zalloc((n + 1) * sizeof(*s->keys));
	s->keys_n = n;
	s->accounts_n = names->accounts_n;
	for (size_t i = 0; i < n; i++) {
		const struct scope_conf *conf = (const void *)((const char *)rows + i * size);
		good = read_key(section, conf, names, &s->keys[i], errors) && good;
	}
	if (good && (!one_choice || check_one_choice(section, s->keys, n, errors))) {
		compile(s);
		return s;
	}
	scope_free(s);
	return NULL;
}

void scope_free(struct scope *s)
{
	if (!s)
		return;
	mem_free(s->keys);
	mem_free(s->group);
	mem_free(s->from);
	mem_free(s->rows);
	mem_free(s);
}

struct scope_list scope_at(const struct scope *s, size_t account, enum class_id class_id)
{
	size_t i = (account < s->accounts_n ? s->group[account] : 0) * CLASSES + class_id;
	return (struct scope_list){s->rows + s->from[i], s->from[i + 1] - s->from[i]};
}

bool scope_row_fits(const struct scope *s, uint32_t row, size_t account, enum class_id class_id)
{
	return fits(&s->keys[row], account, class_id);
}

bool scope_carrier(const struct scope *s, uint32_t row, size_t carrier)
{
	int own = s->keys[row].carrier;
	return own == ANY || (carrier != POLICY_NO_CARRIER && (size_t)own == carrier);
}
