/*
 * reply_begin.c - what Redis knows when a MO comes, in one call: whether it is a copy, how often its phone was answered
 * lately, which message it answers. And what Redis is told when the MO has ended. Must not know what a text does.
 */
#include "path/reply_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

#define FNV_PRIME 0x100000001b3ull

/* FNV-1a twice, from two starts: the same in every process and on every node. */
struct digest {
	uint64_t a, b;
};

static void add(struct digest *d, const void *p, size_t n)
{
	const uint8_t *octets = p;
	for (size_t i = 0; i < n; i++) {
		d->a = (d->a ^ octets[i]) * FNV_PRIME;
		d->b = (d->b ^ (octets[i] + 0x9du)) * FNV_PRIME;
	}
	d->b ^= d->b >> 29;
}

static void add_view(struct digest *d, struct view v)
{
	add(d, &v.n, sizeof(v.n));
	add(d, v.p, v.n);
}

void reply_digest(struct mo *mo, const struct pdu *pdu)
{
	struct digest d = {0xcbf29ce484222325ull, 0x84222325cbf29ce4ull};
	struct udh_concat concat = {0};
	struct view text = {NULL, 0};
	if (!pdu_text(pdu, &text))
		text.n = 0;
	if (!udh_concat_pdu(pdu, &concat))
		concat = (struct udh_concat){0};
	const uint32_t part[] = {concat.ref, concat.total, concat.seq, pdu->sm.data_coding};
	add_view(&d, view_of(carrier_name(mo->carrier)));
	add_view(&d, pdu->sm.src.addr);
	add_view(&d, pdu->sm.dst.addr);
	add_view(&d, text);
	add(&d, part, sizeof(part));
	snprintf(mo->digest, sizeof(mo->digest), "%016llx%016llx", (unsigned long long)d.a, (unsigned long long)d.b);
}

static struct view number_of(const struct mo *mo)
{
	return (struct view){(const uint8_t *)mo->from.digits, mo->from.n};
}

/* The views of what is known, into memory of mo. */
static struct view keep(struct mo *mo, size_t *at, struct view v)
{
	struct view kept = {(const uint8_t *)mo->last_text + *at, v.n};
	if (*at + v.n > sizeof(mo->last_text))
		return (struct view){NULL, 0};
	if (v.n)
		memcpy(mo->last_text + *at, v.p, v.n);
	*at += v.n;
	return kept;
}

static void keep_last(struct mo *mo, const struct store_last *last)
{
	size_t at = 0;
	mo->last.id = last->id;
	mo->last.account = keep(mo, &at, last->account);
	mo->last.signature = keep(mo, &at, last->signature);
	mo->last.class_name = keep(mo, &at, last->class_name);
	mo->last.campaign = keep(mo, &at, last->campaign);
	mo->last.variant = keep(mo, &at, last->variant);
	mo->last.group = keep(mo, &at, last->group);
}

static void on_known(void *arg, uint64_t token, bool ok, const struct store_mo *known)
{
	struct mo *mo = reply_of(token);
	if (ok && known->state == STORE_MO_NEW) {
		mo->begun = true;
		mo->marked = *mo->digest != '\0';
		snprintf(mo->place, sizeof(mo->place), "%.*s", (int)known->place.n,
			 known->place.n ? (const char *)known->place.p : "");
		mo->minute = known->minute;
		mo->day = known->day;
		mo->all_stopped = known->all_stopped;
		mo->account_stopped = known->account_stopped;
		keep_last(mo, &known->last);
		reply_begun(mo);
	} else if (ok && known->state == STORE_MO_COPY) {
		mo->copy = true;
	} else if (ok) {
		log_peer_info(carrier_name(mo->carrier),
			      "event=mo_busy action=\"another node has it, it shall come again\"");
		ok = false;
	}
	reply_on_effect(arg, token, ok);
}

void reply_begin(struct mo *mo)
{
	struct reply *r = mo->reply;
	const struct reply_conf *conf = r->setup.conf;
	size_t owners[STORE_MO_OWNERS];
	mo->begun_ms = loop_wall_ms(r->loop);
	mo->counted = number_is_phone(&mo->from) && mo->from.n;
	struct store_mo_ask ask = {.digest = mo->digest,
				   .now_ms = mo->begun_ms,
				   .duplicate_ms = conf->duplicate * 1000,
				   .last_age_s = mo->from.n ? conf->last_age : 0,
				   .number = number_of(mo),
				   .code = view_of(mo->code),
				   .count = mo->counted,
				   .owners_n = reply_owners(r, mo->code, owners, STORE_MO_OWNERS)};
	for (size_t i = 0; i < ask.owners_n; i++)
		ask.owners[i] = account_name(accounts_at(r->accounts, owners[i]));
	if (ask.last_age_s)
		r->ops->recent(r->arg, &ask, &ask.recent);
	reply_expect(mo, store_mo_begin(r->store, &ask, on_known, reply_token(mo)));
}

/* A stop that has been taken back and is said again is no copy; what takes it back, said again, is: stop wins. */
void reply_end(struct mo *mo)
{
	struct reply *r = mo->reply;
	const struct store_mo_end end = {.at_ms = mo->begun_ms,
					 .duplicate_ms = r->setup.conf->duplicate * 1000,
					 .last = mo->last.id,
					 .stopped = mo->stopped,
					 .final = *mo->key || mo->events & 1u << EVENT_OPTED_IN};
	if (mo->begun && mo->counted && !mo->answered)
		store_mo_unanswered(r->store, number_of(mo), view_of(mo->code));
	if (mo->marked && mo->failed)
		store_mo_forget(r->store, mo->digest);
	else if (mo->marked)
		store_mo_done(r->store, mo->digest, &end);
}
