/*
 * policy_mode.c - which policy is off, tried or kept for whom, and what becomes of a message that it cannot be asked
 * about in time: the rows of section policies, the most particular one wins. Must not know what a policy says.
 */
#include <string.h>

#include "base/mem.h"
#include "policy/policy_priv.h"

#define CELL_OPEN 0x80u /* a cell: enum policy_mode, and this */

/* What follows from the cells of one account, class and plane together: asked for every message. */
struct summary {
	struct policy_asks asks;
	struct policy_steps steps;
	bool concerned; /* any of them, or the recipient is met */
	bool reads_text;
};

struct policy_modes {
	size_t accounts_n, carriers_n; /* carriers_n 0: no row names a carrier, one plane serves all */
	uint8_t *cells;
	struct summary *summaries;
};

static const char *const modes[] = {"default", "off", "dry_run", "on", NULL};
static const char *const fails[] = {"default", "open", "closed", NULL};

const struct conf_row policy_mode_rows[] = {
	{"policy", CONF_STRING, offsetof(struct policy_mode_conf, policy), "", 1, 20, NULL, true,
	 "Name of the policy that the row is about, as doc/configuration.md lists them.", NULL},
	{"account", CONF_STRING, offsetof(struct policy_mode_conf, account), "", 0, 15, "", true,
	 "Account that the row is for; empty for all.", NULL},
	{"class", CONF_STRING, offsetof(struct policy_mode_conf, class_name), "", 0, 16, "", true,
	 "Class that the row is for; empty for all.", NULL},
	{"carrier", CONF_STRING, offsetof(struct policy_mode_conf, carrier), "", 0, 63, "", true,
	 "Carrier that the row is for: the one that would take the message when it is judged; empty for all.", NULL},
	{"mode", CONF_CHOICE, offsetof(struct policy_mode_conf, mode), "", 0, 0, "default", true,
	 "off: not asked; dry_run: counted and logged, and the message goes; on: kept.", modes},
	{"fail", CONF_CHOICE, offsetof(struct policy_mode_conf, fail), "", 0, 0, "default", true,
	 "When Redis does not answer in time: open lets the message go, closed refuses it.", fails},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

static uint8_t *cell(const struct policy_modes *m, enum policy_id id, size_t account, enum class_id class_id,
		     size_t plane)
{
	return &m->cells[((plane * POLICIES + id) * m->accounts_n + account) * CLASSES + class_id];
}

/* A carrier that is not known sees what holds whichever it is: the last plane. */
static const uint8_t *look(const struct policy_modes *m, enum policy_id id, size_t account, enum class_id class_id,
			   size_t carrier)
{
	size_t plane = carrier < m->carriers_n ? carrier : m->carriers_n;
	return account < m->accounts_n ? cell(m, id, account, class_id, plane) : NULL;
}

enum policy_mode policy_mode(const struct policy *p, enum policy_id id, size_t account, enum class_id class_id,
			     size_t carrier)
{
	const uint8_t *c = look(p->modes, id, account, class_id, carrier);
	return c ? (enum policy_mode)(*c & ~CELL_OPEN) : POLICY_OFF;
}

bool policy_fails_open(const struct policy *p, enum policy_id id, size_t account, enum class_id class_id,
		       size_t carrier)
{
	const uint8_t *c = look(p->modes, id, account, class_id, carrier);
	return !c || (*c & CELL_OPEN);
}

static struct summary *summary(const struct policy_modes *m, size_t account, enum class_id class_id, size_t carrier)
{
	size_t plane = carrier < m->carriers_n ? carrier : m->carriers_n;
	return &m->summaries[(plane * m->accounts_n + account) * CLASSES + class_id];
}

static void sum_up(const struct policy *p, const struct policy_modes *m, size_t account, enum class_id class_id,
		   size_t carrier)
{
	struct summary *s = summary(m, account, class_id, carrier);
	for (size_t i = 0; i < policy_rows_n; i++) {
		const struct policy_row *row = &policy_rows[i];
		uint8_t c = *look(m, row->id, account, class_id, carrier);
		uint32_t bit = row->of_recipient ? 1u << row->id : 0;
		bool on = (c & ~CELL_OPEN) == POLICY_ON;
		s->asks.enforce |= on ? bit : 0;
		s->asks.open |= on && (c & CELL_OPEN) ? bit : 0;
		s->asks.dry |= (c & ~CELL_OPEN) == POLICY_DRY_RUN ? bit : 0;
		s->steps.on |= on && row->judge ? 1u << i : 0;
		s->steps.dry |= (c & ~CELL_OPEN) == POLICY_DRY_RUN && row->judge ? 1u << i : 0;
		bool reads = row->reads_text || recipient_reads_text(p->recipient, row->id, account, class_id);
		if (reads && (c & ~CELL_OPEN) != POLICY_OFF) /* by any carrier: it is not known then */
			summary(m, account, class_id, POLICY_NO_CARRIER)->reads_text = true;
	}
	s->concerned = s->asks.enforce || s->asks.dry || s->steps.on || s->steps.dry ||
		       recipient_meets(p->recipient, account, class_id);
}

struct policy_asks policy_asks(const struct policy *p, size_t account, enum class_id class_id, size_t carrier)
{
	static const struct policy_asks nothing;
	return account < p->modes->accounts_n ? summary(p->modes, account, class_id, carrier)->asks : nothing;
}

struct policy_steps policy_steps(const struct policy *p, size_t account, enum class_id class_id, size_t carrier)
{
	static const struct policy_steps nothing;
	return account < p->modes->accounts_n ? summary(p->modes, account, class_id, carrier)->steps : nothing;
}

bool policy_reads_text(const struct policy *p, size_t account, enum class_id class_id)
{
	return account < p->modes->accounts_n && summary(p->modes, account, class_id, POLICY_NO_CARRIER)->reads_text;
}

bool policy_concerns(const struct policy *p, size_t account, enum class_id class_id, size_t carrier)
{
	return (account < p->modes->accounts_n && summary(p->modes, account, class_id, carrier)->concerned) ||
	       policy_reads_text(p, account, class_id);
}

/* One row of the section with its names read. -1: every one. */
struct mode_row {
	const struct policy_mode_conf *conf;
	int id, account, class_id, carrier;
};

static bool fits(const struct mode_row *r, enum policy_id id, size_t account, enum class_id class_id, size_t carrier)
{
	return r->id == (int)id && (r->account < 0 || (size_t)r->account == account) &&
	       (r->class_id < 0 || r->class_id == (int)class_id) && (r->carrier < 0 || (size_t)r->carrier == carrier);
}

static int weight(const struct mode_row *r)
{
	return (r->account >= 0) * 4 + (r->carrier >= 0) * 2 + (r->class_id >= 0);
}

struct filling {
	const struct policy *policy;
	struct policy_modes *modes;
	struct mode_row *rows;
	size_t n;
};

static uint8_t decide(const struct filling *x, const struct policy_row *row, size_t account, enum class_id class_id,
		      size_t carrier)
{
	bool on = row->concerns && row->concerns(x->policy, account, class_id);
	bool open = !(row->closed && class_promotional(class_id));
	int mode_weight = -1, fail_weight = -1;
	enum policy_mode mode = on ? POLICY_ON : POLICY_OFF;
	for (size_t i = 0; i < x->n; i++) {
		const struct mode_row *r = &x->rows[i];
		if (!fits(r, row->id, account, class_id, carrier))
			continue;
		if (r->conf->mode && weight(r) >= mode_weight) {
			mode = (enum policy_mode)(r->conf->mode - 1);
			mode_weight = weight(r);
		}
		if (r->conf->fail && weight(r) >= fail_weight) {
			open = r->conf->fail == 1;
			fail_weight = weight(r);
		}
	}
	return (uint8_t)(mode | (open ? CELL_OPEN : 0));
}

static void fill(const struct filling *x)
{
	const struct policy_modes *m = x->modes;
	for (size_t plane = 0; plane <= m->carriers_n; plane++) {
		size_t carrier = plane < m->carriers_n ? plane : POLICY_NO_CARRIER;
		for (size_t i = 0; i < policy_rows_n; i++) {
			for (size_t a = 0; a < m->accounts_n; a++) {
				for (int c = 0; c < CLASSES; c++)
					*cell(m, policy_rows[i].id, a, (enum class_id)c, plane) =
						decide(x, &policy_rows[i], a, (enum class_id)c, carrier);
			}
		}
	}
}

static int policy_by_name(const char *name)
{
	for (size_t i = 0; i < policy_rows_n; i++) {
		if (strcmp(policy_rows[i].name, name) == 0)
			return (int)policy_rows[i].id;
	}
	return -1;
}

static bool read_row(const struct policy_mode_conf *conf, const struct policy_names *names, struct mode_row *r,
		     char **errors)
{
	enum class_id class_id;
	*r = (struct mode_row){conf, policy_by_name(conf->policy), -1, -1, -1};
	if (r->id < 0) {
		conf_fault(errors, &conf->where, "policies: there is no policy \"%s\"", conf->policy);
		return false;
	}
	if (*conf->account && (r->account = names->account(names->arg, conf->account)) < 0) {
		conf_fault(errors, &conf->where, "policies: there is no account \"%s\"", conf->account);
		return false;
	}
	if (*conf->carrier && (r->carrier = names->carrier(names->arg, conf->carrier)) < 0) {
		conf_fault(errors, &conf->where, "policies: there is no carrier \"%s\"", conf->carrier);
		return false;
	}
	if (*conf->class_name) {
		if (!class_by_name(view_of(conf->class_name), &class_id)) {
			conf_fault(errors, &conf->where, "policies: \"%s\" is no class", conf->class_name);
			return false;
		}
		r->class_id = (int)class_id;
	}
	return true;
}

struct policy_modes *policy_modes_new(const struct policy *p, const struct policy_conf *conf,
				      const struct policy_names *names, char **errors)
{
	struct policy_modes *m = mem_zalloc(sizeof(*m));
	struct filling x = {p, m, mem_zalloc((conf->modes_n + 1) * sizeof(*x.rows)), conf->modes_n};
	bool good = true;
	m->accounts_n = names->accounts_n;
	for (size_t i = 0; i < conf->modes_n; i++) {
		good = read_row(&conf->modes[i], names, &x.rows[i], errors) && good;
		if (*conf->modes[i].carrier)
			m->carriers_n = names->carriers_n;
	}
	if (good) {
		m->cells = mem_zalloc((m->carriers_n + 1) * POLICIES * (m->accounts_n + 1) * CLASSES);
		m->summaries = mem_zalloc((m->carriers_n + 1) * (m->accounts_n + 1) * CLASSES * sizeof(*m->summaries));
		fill(&x);
		for (size_t i = 0; i < m->accounts_n * CLASSES * (m->carriers_n + 1); i++) {
			size_t plane = i / CLASSES / m->accounts_n;
			sum_up(p, m, i / CLASSES % m->accounts_n, (enum class_id)(i % CLASSES),
			       plane < m->carriers_n ? plane : POLICY_NO_CARRIER);
		}
	}
	mem_free(x.rows);
	if (good)
		return m;
	policy_modes_free(m);
	return NULL;
}

void policy_modes_free(struct policy_modes *m)
{
	if (!m)
		return;
	mem_free(m->cells);
	mem_free(m->summaries);
	mem_free(m);
}
