/*
 * accounts_rig.c - accounts over an in-memory network: what is above them, and the apps.
 */
#include "accounts_rig.h"

#include <stdlib.h>

static void on_request(struct account *a, struct session *s, const struct pdu *pdu, void *arg)
{
	struct accounts_rig *t = arg;

	(void)a;
	t->requests++;
	session_answer(s, pdu->command_id, pdu->sequence, ESME_ROK, view_of("1"), (struct view){NULL, 0});
}

static void on_settled(struct account *a, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
		       void *arg)
{
	struct accounts_rig *t = arg;

	(void)a;
	(void)resp;
	t->settled++;
	t->cookie = cookie;
	t->outcome = outcome;
}

static void on_receiver(struct account *a, void *arg)
{
	(void)a;
	((struct accounts_rig *)arg)->receivers++;
}

static void on_no_receiver(struct account *a, void *arg)
{
	(void)a;
	((struct accounts_rig *)arg)->no_receivers++;
}

static const struct account_ops ops = {on_request, on_settled, on_receiver, on_no_receiver};

struct account_conf *accounts_rig_add(struct accounts_rig *t, const char *system_id, const char *password)
{
	struct account_conf *c = &t->confs[t->n++];

	c->system_id = strdup(system_id);
	c->password = strdup(password);
	c->max_binds = 10;
	c->window = 10;
	c->response_timeout = 20000;
	c->enquire_link = 30000;
	return c;
}

struct accounts_rig *accounts_rig_prepare(void)
{
	struct accounts_rig *t = calloc(1, sizeof(*t));

	rig_start(&t->rig);
	t->stats = stats_new();
	t->limits = (struct limits_conf){
		.session_init = 10000,
		.partial_pdu = 15000,
		.max_pdu = 70000,
		.max_connections = 30,
	};
	return t;
}

void accounts_rig_open(struct accounts_rig *t)
{
	static struct listen_conf listen = {.address = (char *)"127.0.0.1", .port = ACCOUNTS_PORT};
	char *why = NULL;

	t->accounts = accounts_new(t->rig.loop, t->rig.conns, t->rig.sessions, t->confs, t->n, &t->limits, "smppgw",
				   &ops, t, t->stats);
	assert_int_equal(accounts_listen(t->accounts, &listen, 1, &why), 0);
}

struct accounts_rig *accounts_rig_start(void)
{
	struct accounts_rig *t = accounts_rig_prepare();

	accounts_rig_add(t, "bank", "secret");
	accounts_rig_open(t);
	return t;
}

void accounts_rig_stop(struct accounts_rig *t)
{
	accounts_shutdown(t->accounts);
	accounts_shutdown(t->accounts);
	rig_turn(&t->rig);
	assert_true(accounts_idle(t->accounts));
	for (size_t i = 0; i < ACCOUNTS_FARS; i++) {
		if (t->far[i] != NULL)
			wire_free(t->far[i]);
	}
	accounts_free(t->accounts);
	stats_free(t->stats);
	for (size_t i = 0; i < t->n; i++) {
		free(t->confs[i].system_id);
		free(t->confs[i].password);
	}
	rig_stop(&t->rig);
	free(t);
}

struct wire *accounts_rig_dial(struct accounts_rig *t, size_t i, const char *from)
{
	t->far[i] = wire_dial(t->rig.conns, ACCOUNTS_PORT, from);
	assert_non_null(t->far[i]);
	rig_turn(&t->rig);
	return t->far[i];
}

void accounts_rig_bind(struct accounts_rig *t, size_t i, uint32_t command, const char *id, const char *password,
		       uint32_t status)
{
	far_bind(t->far[i], command, 1, id, password, 0x34);
	rig_turn(&t->rig);
	far_expect(t->far[i], command | COMMAND_RESP, status, 1);
}

struct wire *accounts_rig_dial_bound(struct accounts_rig *t, size_t i, uint32_t command)
{
	accounts_rig_dial(t, i, NULL);
	accounts_rig_bind(t, i, command, "bank", "secret", ESME_ROK);
	return t->far[i];
}

void accounts_rig_fill(struct pdu *pdu, uint8_t peer_version, void *arg)
{
	((struct accounts_rig *)arg)->fill_version = peer_version;
	pdu->sm.short_message = view_of("receipt");
}

struct looked_for {
	const char *name, *label_value, *value;
	uint64_t found;
	unsigned times;
};

static void look(const struct stats_sample *sample, void *arg)
{
	struct looked_for *l = arg;

	if (strcmp(sample->row->name, l->name) != 0 ||
	    (l->label_value != NULL && strcmp(sample->label_value, l->label_value) != 0) ||
	    (l->value != NULL && strcmp(sample->row->value, l->value) != 0))
		return;
	l->found = *(const uint64_t *)sample->at;
	l->times++;
}

uint64_t accounts_rig_counted(struct accounts_rig *t, const char *name, const char *account, const char *value)
{
	struct looked_for l = {name, account, value, 0, 0};

	stats_walk(t->stats, look, &l);
	assert_int_equal(l.times, 1);
	return l.found;
}
