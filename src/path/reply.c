/*
 * reply.c - the life of a MO: taken, put together of parts, kept until all of its effects are stored, answered. Must
 * not know what a text does (reply_do.c), nor queues, routes or binds of apps.
 */
#include "path/reply_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"
#include "path/record.h"
#include "smpp/charset.h"

struct mo *reply_of(uint64_t token)
{
	return (struct mo *)(uintptr_t)token;
}

uint64_t reply_token(struct mo *mo)
{
	return (uint64_t)(uintptr_t)mo;
}

static void drop(struct mo *mo)
{
	LIST_EACH_SAFE(node, next, &mo->copies) {
		drop(LIST_OF(node, struct mo, link));
	}
	for (size_t i = 0; i < mo->parts_n; i++)
		mem_free(mo->parts[i].frame);
	list_remove(&mo->link);
	mem_free(mo->parts);
	mem_free(mo->frame);
	conf_copy_free(menu_rows, mo->menu);
	if (mo->asked)
		reply_webhook_drop(mo->asked);
	mem_free(mo);
}

static void add_part_again(struct reply *r, const struct carrier *c, struct view frame);

/*
 * The effects of a long text could not be stored: its parts wait again, without the one that the carrier sends again. A
 * text that was whole at start stays in the store until the next start.
 */
static void return_parts(const struct mo *mo)
{
	if (!mo->session && !mo->incomplete)
		return;
	for (size_t i = 0; i < mo->parts_n; i++) {
		const struct held_part *p = &mo->parts[i];
		if (strcmp(p->key, mo->key) != 0)
			add_part_again(mo->reply, mo->carrier, (struct view){p->frame, p->n});
	}
}

/* A carrier that has bound in to us gets an id, as from any SMSC. */
static void answer_carrier(const struct mo *mo, bool failed)
{
	struct reply *r = mo->reply;
	struct session *s = mo->session ? session_get(r->sessions, mo->session) : NULL;
	char id[IDS_DIGITS + 1] = "";
	if (!s)
		return;
	if (!failed && session_role(s) == SESSION_SMSC)
		ids_print(r->ops->new_id(r->arg), id);
	session_answer(s, mo->command_id, mo->sequence, failed ? ESME_RX_T_APPN : ESME_ROK, view_of(id),
		       (struct view){NULL, 0});
}

static void tell(const struct mo *mo)
{
	struct reply *r = mo->reply;
	for (int kind = EVENT_REPLIED; kind <= EVENT_CONFIRMED; kind++) {
		if (mo->events & 1u << kind)
			r->ops->event(r->arg, &(struct reply_event){(enum event_kind)kind,
								    (size_t)mo->account,
								    &mo->from,
								    mo->code,
								    carrier_name(mo->carrier),
								    &mo->last,
								    {(const uint8_t *)mo->text, (uint32_t)mo->text_n},
								    mo->events});
	}
}

static void forget_parts(const struct mo *mo)
{
	for (size_t i = 0; i < mo->parts_n; i++) {
		if (store_part_del(mo->reply->store, view_of(mo->parts[i].key)) < 0)
			log_debug(carrier_name(mo->carrier), "event=part_kept part=%zu of=%zu", i + 1, mo->parts_n);
	}
}

/* The one end of a MO: its effects are stored, or could not be, or it is a copy. */
static void done(struct mo *mo)
{
	struct reply *r = mo->reply;
	if (mo->failed) {
		r->counters.failed++;
		log_peer_warn(carrier_name(mo->carrier),
			      "event=mo_failed error=\"not stored\" action=\"the carrier sends it again\"");
	} else if (mo->copy) {
		r->counters.copies++;
		log_peer_info(carrier_name(mo->carrier), "event=mo_copy code=%s action=\"no second effect\"", mo->code);
	}
	reply_end(mo);
	answer_carrier(mo, mo->failed);
	LIST_EACH(node, &mo->copies) {
		r->counters.copies++;
		answer_carrier(LIST_OF(node, struct mo, link), mo->failed);
	}
	reply_webhook_go(mo);
	if (mo->failed) {
		return_parts(mo);
	} else {
		forget_parts(mo);
		tell(mo);
	}
	drop(mo);
}

void reply_release(struct mo *mo)
{
	if (--mo->pending == 0)
		done(mo);
}

void reply_on_effect(void *arg, uint64_t token, bool ok)
{
	(void)arg;
	struct mo *mo = reply_of(token);
	mo->failed |= !ok;
	reply_release(mo);
}

void reply_expect(struct mo *mo, int started)
{
	if (started == 0)
		mo->pending++;
	else
		mo->failed = true;
}

static struct mo *start(struct reply *r, const struct carrier *c, const struct pdu *pdu)
{
	struct mo *mo = mem_zalloc(sizeof(*mo));
	mo->reply = r;
	mo->carrier = c;
	mo->pending = 1;
	mo->account = -1;
	list_init(&mo->copies);
	if (!number_parse(pdu->sm.src, &mo->from))
		mo->from.n = 0;
	snprintf(mo->code, sizeof(mo->code), "%.*s", (int)pdu->sm.dst.addr.n, (const char *)pdu->sm.dst.addr.p);
	list_append(&r->open, &mo->link);
	return mo;
}

static void decode_text(struct mo *mo, uint8_t data_coding, struct view text)
{
	enum charset from = charset_of_dcs(data_coding, (enum charset)carrier_conf(mo->carrier)->dcs0);
	struct view head = {text.p, text.n < REPLY_TEXT_MAX / 4 ? text.n : REPLY_TEXT_MAX / 4};
	long n = from == CHARSET_BINARY
			 ? 0
			 : charset_convert(from, head, CHARSET_UTF8, true, (uint8_t *)mo->text, REPLY_TEXT_MAX);
	mo->text_n = n > 0 ? (size_t)n : 0;
}

static void hold_parts(struct mo *mo, const struct reassembled *whole)
{
	mo->parts_n = whole->parts_n;
	mo->parts = mem_zalloc(whole->parts_n * sizeof(*mo->parts));
	for (size_t i = 0; i < whole->parts_n; i++) {
		struct held_part *p = &mo->parts[i];
		memcpy(p->key, whole->keys[i], sizeof(p->key));
		p->n = whole->frames[i].n;
		p->frame = mem_zalloc(p->n);
		memcpy(p->frame, whole->frames[i].p, p->n);
	}
}

static void keep_frame(struct mo *mo, const struct pdu *pdu)
{
	static uint8_t frame[RECORD_MAX];
	mem_free(mo->frame);
	mo->frame_n = (uint32_t)pdu_encode(pdu, frame, sizeof(frame));
	mo->frame = mem_zalloc(mo->frame_n + 1);
	memcpy(mo->frame, frame, mo->frame_n);
}

/* A text put together of parts: as one deliver_sm. */
static void apply_parts(struct mo *mo, const struct reassembled *whole)
{
	static uint8_t payload[REASSEMBLY_TEXT_MAX + 4];
	struct tlv_out tlvs = {payload, 0, sizeof(payload), false};
	struct pdu pdu = *whole->first;
	pdu.command_id = DELIVER_SM; /* also when the parts are data_sm, which has no short_message */
	pdu.sm.esm_class = (uint8_t)(pdu.sm.esm_class & ~ESM_UDHI);
	pdu.tlvs = (struct view){NULL, 0};
	if (whole->text.n <= 254) {
		pdu.sm.short_message = whole->text;
	} else {
		pdu.sm.short_message = (struct view){NULL, 0};
		tlv_put(&tlvs, TLV_MESSAGE_PAYLOAD, whole->text.p, whole->text.n);
		pdu.tlvs = (struct view){tlvs.p, tlvs.n};
	}
	decode_text(mo, pdu.sm.data_coding, whole->text);
	mo->whole = true;
	mo->incomplete = whole->have < whole->total;
	hold_parts(mo, whole);
	keep_frame(mo, &pdu);
	if (mo->begun)
		reply_do(mo);
	else
		reply_begin(mo);
}

static void on_whole(void *arg, const struct reassembled *whole)
{
	apply_parts(arg, whole);
}

static void on_incomplete(void *arg, const struct reassembled *r)
{
	struct reply *reply = arg;
	struct carrier *c = reply->ops->carrier(reply->arg, r->carrier);
	reply->counters.expired_parts++;
	log_peer_warn(carrier_name(c), "event=mo_incomplete parts=%u/%u action=\"the parts that came are used\"",
		      r->have, r->total);
	struct mo *mo = start(reply, c, r->first);
	apply_parts(mo, r);
	reply_release(mo);
}

/* True when the PDU was a part and has been taken as one. */
static bool take_part(struct mo *mo, const struct pdu *pdu, struct view frame)
{
	struct reply *r = mo->reply;
	struct udh_concat concat;
	if (!udh_concat_pdu(pdu, &concat) || concat.total < 2)
		return false;
	const char *name = carrier_name(mo->carrier);
	reassembly_key(name, pdu, &concat, mo->key);
	if (!frame.n || !reassembly_add(r->parts, carrier_number(mo->carrier), name, frame, pdu, &concat, on_whole, mo))
		return false;
	r->counters.parts++;
	if (!mo->whole)
		reply_expect(mo, store_part_put(r->store, view_of(mo->key), frame, reply_on_effect, reply_token(mo)));
	return true;
}

/* What came in one PDU. */
static void take_one(struct mo *mo)
{
	struct view text, frame = {mo->frame, mo->frame_n};
	struct pdu pdu;
	if (pdu_decode(frame.p, frame.n, &pdu) != ESME_ROK) {
		log_peer_error(carrier_name(mo->carrier), "event=mo_unusable error=\"cannot be read again\"");
		return;
	}
	mo->frame = NULL; /* a whole text takes its place, while this part is still looked at */
	bool part = take_part(mo, &pdu, frame);
	if (part) {
		mem_free((void *)frame.p);
		return;
	}
	mo->frame = (uint8_t *)frame.p;
	if (pdu_text(&pdu, &text)) {
		uint32_t skip = pdu.sm.esm_class & ESM_UDHI ? udh_length(text) : 0;
		decode_text(mo, pdu.sm.data_coding, skip ? (struct view){text.p + skip, text.n - skip} : text);
	}
	reply_do(mo);
}

void reply_begun(struct mo *mo)
{
	if (mo->whole)
		reply_do(mo);
	else
		take_one(mo);
}

/* A copy of one that has not got all its effects yet is answered with it. */
static bool joins_other(struct mo *mo)
{
	struct reply *r = mo->reply;
	LIST_EACH(node, &r->open) {
		struct mo *other = LIST_OF(node, struct mo, link);
		if (other == mo || !*mo->digest || strcmp(other->digest, mo->digest) != 0)
			continue;
		list_remove(&mo->link);
		list_append(&other->copies, &mo->link);
		return true;
	}
	return false;
}

void reply_take(struct reply *r, const struct carrier *c, struct session *s, const struct pdu *pdu)
{
	struct mo *mo = start(r, c, pdu);
	mo->session = session_handle(s);
	mo->sequence = pdu->sequence;
	mo->command_id = pdu->command_id;
	keep_frame(mo, pdu);
	if (r->setup.conf->duplicate > 0)
		reply_digest(mo, pdu);
	if (!store_up(r->store))
		mo->failed = true;
	else if (joins_other(mo))
		return;
	else
		reply_begin(mo);
	reply_release(mo);
}

/* A part that is in the store: a text that it makes whole has its effects, and nobody is answered. */
static void add_part_again(struct reply *r, const struct carrier *c, struct view frame)
{
	struct pdu pdu;
	struct udh_concat concat;
	const char *name = carrier_name(c);
	if (pdu_decode(frame.p, frame.n, &pdu) != ESME_ROK || !udh_concat_pdu(&pdu, &concat)) {
		log_peer_warn(name, "event=part_dropped reason=unreadable");
		return;
	}
	struct mo *mo = start(r, c, &pdu);
	if (!reassembly_add(r->parts, carrier_number(c), name, frame, &pdu, &concat, on_whole, mo))
		log_peer_warn(name, "event=part_dropped reason=\"too many parts\"");
	reply_release(mo);
}

void reply_load_part(struct reply *r, struct carriers *carriers, struct view key, struct view frame)
{
	char name[64];
	const uint8_t *slash = memchr(key.p, '/', key.n);
	snprintf(name, sizeof(name), "%.*s", slash ? (int)(slash - key.p) : 0, (const char *)key.p);
	const struct carrier *c = carriers_find(carriers, name);
	if (c)
		add_part_again(r, c, frame);
	else
		log_peer_warn(name, "event=part_dropped reason=\"carrier gone\"");
}

static void set_up(struct reply *r, const struct reply_setup *setup)
{
	char *faults = NULL; /* reply_check() has found none */
	const struct menu_words words = {&setup->conf->menu_back, &setup->conf->menu_repeat};
	keywords_free(r->keywords);
	menus_free(r->menus);
	r->setup = *setup;
	r->menus = menus_new(setup->menus, setup->menus_n, &words);
	r->keywords = keywords_new(setup->keywords, setup->keywords_n, setup->conf->builtin_keywords, &faults);
	free(faults);
}

bool reply_check(const struct reply_setup *setup, bool (*account_known)(const void *arg, const char *name),
		 const void *arg, char **errors)
{
	struct keywords *k = keywords_new(setup->keywords, setup->keywords_n, setup->conf->builtin_keywords, errors);
	bool good = k != NULL;
	keywords_free(k);
	for (size_t i = 0; i < setup->keywords_n; i++) {
		const struct keyword_conf *row = &setup->keywords[i];
		if (!*row->account || account_known(arg, row->account))
			continue;
		conf_fault(errors, &row->where, "keyword names account \"%s\", which is not in accounts", row->account);
		good = false;
	}
	return good;
}

void reply_use(struct reply *r, const struct reply_setup *setup)
{
	set_up(r, setup);
	reassembly_set_bounds(r->parts, (uint32_t)setup->conf->max_parts, setup->conf->part_age * 1000);
}

struct reply *reply_new(struct loop *loop, const struct reply_setup *setup, struct session_hub *sessions,
			struct accounts *accounts, struct store *store, const struct reply_ops *ops, void *arg,
			struct stats *stats)
{
	struct reply *r = mem_zalloc(sizeof(*r));
	set_up(r, setup);
	r->loop = loop;
	r->sessions = sessions;
	r->accounts = accounts;
	r->store = store;
	r->ops = ops;
	r->arg = arg;
	r->stats = stats;
	list_init(&r->open);
	list_init(&r->asked);
	r->parts =
		reassembly_new(loop, (uint32_t)setup->conf->max_parts, setup->conf->part_age * 1000, on_incomplete, r);
	stats_add(stats, reply_stats_rows, reply_stats_rows_n, &r->counters, NULL, NULL, NULL);
	return r;
}

void reply_free(struct reply *r)
{
	if (!r)
		return;
	LIST_EACH_SAFE(node, next, &r->open) {
		drop(LIST_OF(node, struct mo, link));
	}
	reply_webhooks_free(r);
	menus_free(r->menus);
	reassembly_free(r->parts);
	keywords_free(r->keywords);
	stats_drop(r->stats, &r->counters);
	mem_free(r);
}
