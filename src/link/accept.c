/*
 * accept.c - carriers that come to us: they bind in, or call with outbind and we bind. Who may, is judged here for the
 * door; from then on the session is a bind of the carrier like those that we made (bind.c). Knows no messages.
 */
#include "link/accept.h"

#include <stdio.h>
#include <string.h>
#include "base/net.h"
#include "link/account.h"
#include "link/carrier_priv.h"
#include "link/guard.h"

#define WIRE_PASSWORD_MAX 8 /* octets that a bind or an outbind can say [S 5.2.2] */

struct carrier *accept_find(const struct carriers *cs, struct view system_id)
{
	for (size_t i = 0; i < cs->n; i++) {
		const struct carrier_conf *conf = cs->at[i]->conf;
		if (conf->mode == CARRIER_MODE_ACCEPT && !cs->at[i]->removed &&
		    view_eq(view_of(conf->system_id), system_id))
			return cs->at[i];
	}
	return NULL;
}

/* The password may be another one since the last bind: the configuration was read again. */
struct auth *accept_auth(struct carrier *c)
{
	struct accept *a = &c->accept;

	if (a->secret == NULL || strcmp(a->secret, c->conf->password) != 0) {
		accept_free(c);
		a->secret = mem_strdup(c->conf->password);
		a->auth.secret = a->secret;
	}
	return &a->auth;
}

void accept_free(struct carrier *c)
{
	struct accept *a = &c->accept;

	auth_free(&a->auth);
	if (a->secret != NULL)
		explicit_bzero(a->secret, strlen(a->secret));
	mem_free(a->secret);
	*a = (struct accept){0};
}

const char *accept_hash(const struct carriers *cs)
{
	for (size_t i = 0; i < cs->n; i++) {
		const struct carrier_conf *conf = cs->at[i]->conf;
		if (conf->mode == CARRIER_MODE_ACCEPT && !cs->at[i]->removed && auth_is_hash(conf->password))
			return conf->password;
	}
	return NULL;
}

bool accept_allows(const struct carrier *c, const struct net_addr *peer)
{
	struct net_cidr cidr;

	for (size_t i = 0; i < c->conf->allow.n; i++) {
		if (net_cidr_parse(c->conf->allow.at[i], &cidr) == 0 && net_cidr_match(&cidr, 1, peer))
			return true;
	}
	return c->conf->allow.n == 0;
}

bool accept_vouches(const struct carrier *c, const struct net_addr *peer)
{
	struct net_cidr cidr;

	for (size_t i = 0; i < c->conf->allow.n; i++) {
		if (net_cidr_parse(c->conf->allow.at[i], &cidr) == 0 && guard_vouches(&cidr, 1, peer))
			return true;
	}
	return false;
}

bool accept_any_vouches(const struct carriers *cs, const struct net_addr *peer)
{
	for (size_t i = 0; i < cs->n; i++) {
		const struct carrier *c = cs->at[i];
		if (c->conf->mode != CARRIER_MODE_CONNECT && !c->removed && accept_vouches(c, peer))
			return true;
	}
	return false;
}

bool accept_open(const struct carrier *c)
{
	return c->cs->started && !c->cs->shutting && !carrier_unwanted(c);
}

static struct carrier_bind *accept_free_bind(const struct carrier *c)
{
	for (size_t i = 0; i < c->nbinds; i++) {
		if (c->binds[i].session == NULL && !c->binds[i].leaving)
			return &c->binds[i];
	}
	return NULL;
}

bool accept_has_place(const struct carrier *c)
{
	return accept_free_bind(c) != NULL;
}

void accept_probe(struct carrier *c, int64_t idle_us, int64_t ms)
{
	for (size_t i = 0; i < c->nbinds; i++) {
		struct session *s = c->binds[i].session;
		if (s != NULL && session_idle_us(s) >= idle_us)
			session_probe(s, ms);
	}
}

bool accept_may_get_place(const struct carrier *c)
{
	for (size_t i = 0; i < c->nbinds; i++) {
		const struct session *s = c->binds[i].session;
		if (s != NULL && (session_probing(s) || session_state(s) >= SESSION_UNBINDING))
			return true;
	}
	return false;
}

static struct carrier_bind *accept_adopt(struct carrier *c, struct session *s, enum carrier_kind kind)
{
	struct carrier_bind *b = accept_free_bind(c);

	b->kind = kind;
	b->session = s;
	bind_name(b);
	session_adopt(s, &c->sessions, &bind_session_ops, b, &c->stats.session);
	return b;
}

void accept_take(struct carrier *c, struct session *s, uint32_t bind_command, const char *our_system_id)
{
	/* kinds are named as we see them: an ESME's receiver is where we send to */
	accept_adopt(c, s,
		     bind_command == BIND_TRANSMITTER ? CARRIER_RX
		     : bind_command == BIND_RECEIVER  ? CARRIER_TX
						      : CARRIER_TRX);
	session_set_system_id(s, our_system_id);
}

void accept_count_refused(struct carrier *c)
{
	c->stats.binds_refused++;
}

/* --- outbind --- */

/* How far an outbind comes with this carrier; NULL: all the way. */
static const char *accept_fault(const struct carrier *c, const struct net_addr *peer, const struct pdu_outbind *said)
{
	struct auth auth = {.secret = c->conf->outbind_password};

	if (!accept_allows(c, peer))
		return "its address is not in allow";
	if (auth_compare(&auth, said->password) != AUTH_RIGHT)
		return "wrong outbind_password";
	if (!accept_open(c))
		return "the carrier does not bind now";
	return accept_has_place(c) ? NULL : "all its binds are up; see binds";
}

struct carrier *accept_caller(const struct carriers *cs, const struct net_addr *peer, const struct pdu_outbind *said,
			      const char **why)
{
	*why = "no carrier of mode outbind has this outbind_system_id";
	for (size_t i = 0; i < cs->n; i++) {
		struct carrier *c = cs->at[i];
		if (c->conf->mode != CARRIER_MODE_OUTBIND || c->removed ||
		    !view_eq(view_of(c->conf->outbind_system_id), said->system_id))
			continue;
		*why = accept_fault(c, peer, said);
		if (*why == NULL)
			return c;
		c->stats.binds_refused++;
	}
	return NULL;
}

void accept_answer(struct carrier *c, struct session *s)
{
	bool both = c->conf->bind == CARRIER_BIND_TRANSCEIVER;
	struct carrier_bind *b = accept_adopt(c, s, both ? CARRIER_TRX : CARRIER_RX);

	c->stats.outbinds++;
	log_peer_info(session_name(s), "event=outbind from=%s", c->conf->outbind_system_id);
	session_turn(s);
	bind_session_ops.on_open(s, b);
}

/* --- PDUs --- */

/* Fields that deliver_sm does not use [S 4.6.1], and the messaging mode. */
static void accept_strip(struct pdu *pdu)
{
	pdu->sm.schedule = pdu->sm.validity = (struct view){NULL, 0};
	pdu->sm.replace_if_present_flag = 0;
	pdu->sm.sm_default_msg_id = 0;
	pdu->sm.esm_class = (uint8_t)(pdu->sm.esm_class & ~ESM_MODE_MASK);
}

void accept_to_deliver_sm(struct pdu *pdu)
{
	if (pdu->command_id != SUBMIT_SM)
		return;
	pdu->command_id = DELIVER_SM;
	accept_strip(pdu);
}

bool accept_hears(struct session *s, struct pdu *pdu)
{
	if (pdu->command_id == SUBMIT_SM || pdu->command_id == DATA_SM) {
		accept_strip(pdu);
		return true;
	}
	session_answer(s, pdu->command_id, pdu->sequence, ESME_RINVCMDID, (struct view){NULL, 0},
		       (struct view){NULL, 0});
	return false;
}

/* --- configuration --- */

static void accept_check_allow(const struct carrier_conf *c, char **errors)
{
	struct net_cidr cidr;

	for (size_t i = 0; i < c->allow.n; i++) {
		if (net_cidr_parse(c->allow.at[i], &cidr) != 0)
			conf_fault(errors, &c->where,
				   "carrier %s: allow: \"%s\" is no address or network like 10.0.0.0/8", c->name,
				   c->allow.at[i]);
	}
}

void accept_check(const struct carrier_conf *c, char **errors)
{
	accept_check_allow(c, errors);
	if (c->mode != CARRIER_MODE_ACCEPT && strlen(c->password) > WIRE_PASSWORD_MAX)
		conf_fault(errors, &c->where, "carrier %s: password has more than %d octets, which no bind can say",
			   c->name, WIRE_PASSWORD_MAX);
	if (c->mode == CARRIER_MODE_CONNECT && c->bind == CARRIER_BIND_RECEIVER)
		conf_fault(errors, &c->where,
			   "carrier %s: bind is receiver, over which nothing can be sent; take transceiver or pair",
			   c->name);
	if (c->mode == CARRIER_MODE_ACCEPT && c->bind != CARRIER_BIND_AUTO)
		conf_fault(errors, &c->where, "carrier %s: bind says how we bind, but mode is accept; leave it out",
			   c->name);
	if (c->mode == CARRIER_MODE_ACCEPT && *c->system_id == '\0')
		conf_fault(errors, &c->where, "carrier %s: mode is accept, but system_id is empty", c->name);
	if (c->mode == CARRIER_MODE_OUTBIND && c->bind == CARRIER_BIND_PAIR)
		conf_fault(errors, &c->where, "carrier %s: bind is pair, but an outbind is answered with one bind",
			   c->name);
	if (c->mode == CARRIER_MODE_OUTBIND && *c->outbind_system_id == '\0')
		conf_fault(errors, &c->where, "carrier %s: mode is outbind, but outbind_system_id is missing", c->name);
	if (auth_is_hash(c->outbind_password))
		conf_fault(errors, &c->where, "carrier %s: outbind_password begins with $; only password may be a hash",
			   c->name);
}

static void accept_check_name(const struct carrier_conf *c, const char *whose, const char *name,
			      const struct conf_where *where, char **errors)
{
	conf_fault(errors, &c->where, "carrier %s: mode is accept, but its system_id \"%s\" is %s %s's in line %d",
		   c->name, c->system_id, whose, name, where->line);
}

void carriers_check_names(const struct carrier_conf *confs, size_t n, const struct account_conf *accounts, size_t m,
			  char **errors)
{
	for (size_t i = 0; i < n; i++) {
		const struct carrier_conf *c = &confs[i];
		if (c->mode != CARRIER_MODE_ACCEPT)
			continue;
		for (size_t j = 0; j < i; j++) {
			if (confs[j].mode == CARRIER_MODE_ACCEPT && strcmp(confs[j].system_id, c->system_id) == 0)
				accept_check_name(c, "carrier", confs[j].name, &confs[j].where, errors);
		}
		for (size_t j = 0; j < m; j++) {
			if (strcmp(accounts[j].system_id, c->system_id) == 0)
				accept_check_name(c, "account", accounts[j].system_id, &accounts[j].where, errors);
		}
	}
}
