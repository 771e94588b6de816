/*
 * reply_do.c - what a whole text of a phone user does: whose it is, its way to the app, answers. Must not know
 * parts, nor how and when the carrier is answered.
 */
#include "path/reply_priv.h"

#include <string.h>

#include "base/ids.h"
#include "base/log.h"
#include "path/inbound.h"
#include "path/record.h"

#define UNROUTED "unrouted"

const struct account *reply_account(const struct mo *mo)
{
	return mo->account < 0 ? NULL : accounts_at(mo->reply->accounts, (size_t)mo->account);
}

/* --- to the app --- */

static void on_forwarded(void *arg, uint64_t token, bool ok)
{
	struct mo *mo = reply_of(token);
	if (ok && mo->account >= 0)
		mo->reply->ops->backlog_grew(mo->reply->arg, (size_t)mo->account);
	reply_on_effect(arg, token, ok);
}

/* What the app will get: the text, or a part of it. */
static bool forward_frame(void *arg, struct view frame)
{
	struct mo *mo = arg;
	struct reply *r = mo->reply;
	static uint8_t rec[RECORD_MAX];
	const struct account *a = reply_account(mo);
	struct view name = view_of(a ? account_name(a) : UNROUTED);
	struct record record = {
		.kind = RECORD_MO, .account = name, .via = view_of(carrier_name(mo->carrier)), .frame = frame};
	size_t size = record_encode(&record, rec, sizeof(rec));
	if (size)
		reply_expect(mo,
			     store_backlog_add(r->store, name, r->ops->new_id(r->arg),
					       (struct view){rec, (uint32_t)size}, 0, on_forwarded, reply_token(mo)));
	return size > 0;
}

/* Which message is answered, for the app: the TLVs that it gave it, and its id. */
static struct view answered_tlvs(const struct mo *mo, uint8_t mem[STORE_LAST_MAX])
{
	struct tlv_out o = {mem, 0, STORE_LAST_MAX, false};
	char id[IDS_DIGITS + 1];
	const struct {
		uint16_t tag;
		struct view value;
	} words[] = {
		{TLV_CAMPAIGN, mo->last.campaign}, {TLV_VARIANT, mo->last.variant}, {TLV_GROUP_KEY, mo->last.group}};
	if (!mo->last.id || !reply_account(mo))
		return (struct view){NULL, 0};
	ids_print(mo->last.id, id);
	tlv_put_str(&o, TLV_ORIGINAL_MESSAGE_ID, view_of(id));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i].value.n)
			tlv_put_str(&o, words[i].tag, words[i].value);
	}
	return (struct view){o.p, o.n};
}

/* In the account's words: as it came, or with the text put together. */
void reply_forward(struct mo *mo)
{
	struct reply *r = mo->reply;
	const struct account *a = reply_account(mo);
	uint8_t own[STORE_LAST_MAX];
	const struct inbound in = {carrier_conf(mo->carrier), a ? account_conf(a) : NULL,
				   (uint16_t)r->ops->new_id(r->arg), answered_tlvs(mo, own)};
	struct pdu pdu;
	if (pdu_decode(mo->frame, mo->frame_n, &pdu) == ESME_ROK && inbound_frames(&in, &pdu, forward_frame, mo))
		r->counters.forwarded++;
	else
		log_peer_error(carrier_name(mo->carrier), "event=mo_unusable error=\"cannot be encoded\" account=%s",
			       a ? account_name(a) : UNROUTED);
}

/* --- to the phone --- */

/* Two machines that answer each other must come to an end; and a machine reads no text. */
bool reply_may_answer(struct mo *mo)
{
	struct reply *r = mo->reply;
	const struct reply_conf *conf = r->setup.conf;
	char number[32];
	const char *why = NULL;
	if (!number_is_phone(&mo->from)) {
		r->counters.machines++;
		log_peer_info(carrier_name(mo->carrier), "event=answer_not_sent code=%s number=%s reason=\"no phone\"",
			      mo->code, log_number(mo->from.digits, mo->from.n, number));
		return false;
	}
	if (conf->per_minute > 0 && mo->minute > (uint64_t)conf->per_minute)
		why = "per_minute";
	else if (conf->per_day > 0 && mo->day > (uint64_t)conf->per_day)
		why = "per_day";
	if (!why)
		return true;
	r->counters.held_back++;
	log_peer_warn(carrier_name(mo->carrier), "event=answer_held_back code=%s number=%s reason=\"over reply.%s\"",
		      mo->code, log_number(mo->from.digits, mo->from.n, number), why);
	return false;
}

void reply_answer(struct mo *mo, const char *utf8)
{
	struct reply *r = mo->reply;
	if (!*utf8 || mo->account < 0 || mo->from.n == 0 || !reply_may_answer(mo))
		return;
	int started = r->ops->send_text(r->arg, (size_t)mo->account, mo->code, &mo->from, utf8, reply_on_effect,
					reply_token(mo));
	if (started > 0)
		return; /* what will never do must not make the carrier send the reply again for ever */
	mo->answered = true;
	r->counters.texts++;
	reply_expect(mo, started);
}

/* --- whose it is --- */

size_t reply_owners(const struct reply *r, const char *code, size_t *out, size_t cap)
{
	size_t n = 0, longest = 1;
	for (size_t i = 0; i < accounts_count(r->accounts); i++) {
		const struct account *a = accounts_at(r->accounts, i);
		const struct account_conf *conf = account_conf(a);
		size_t best = 0;
		for (size_t k = 0; k < conf->sources.n && !account_removed(a); k++) {
			size_t len = strlen(conf->sources.at[k]);
			if (len > best && strncmp(conf->sources.at[k], code, len) == 0)
				best = len;
		}
		if (best < longest)
			continue;
		if (best > longest)
			n = 0;
		longest = best;
		if (n < cap)
			out[n++] = i;
	}
	return n;
}

static int account_for_rest(const struct reply *r)
{
	struct account *a =
		*r->setup.conf->account ? accounts_find(r->accounts, view_of(r->setup.conf->account)) : NULL;
	return a ? (int)account_number(a) : -1;
}

int reply_owner(const struct reply *r, const char *code)
{
	size_t owner;
	return reply_owners(r, code, &owner, 1) ? (int)owner : account_for_rest(r);
}

/* By code; where several own it or nobody does, by the last message that was sent to the number. */
static int find_account(struct mo *mo)
{
	struct reply *r = mo->reply;
	size_t owners[2];
	size_t n = reply_owners(r, mo->code, owners, 2);
	mo->shared = false;
	if (n == 1)
		return (int)owners[0];
	struct account *a = mo->last.id ? accounts_find(r->accounts, mo->last.account) : NULL;
	if (a && !account_removed(a)) {
		r->counters.by_last++;
		return (int)account_number(a);
	}
	mo->shared = n > 1;
	return n ? (int)owners[0] : account_for_rest(r);
}

static void take_unrouted(struct mo *mo)
{
	mo->reply->counters.unrouted++;
	log_peer_warn(carrier_name(mo->carrier),
		      "event=mo_unrouted code=%s action=\"kept in backlog:" UNROUTED
		      ", give the code to an account's sources\"",
		      mo->code);
	reply_do_unrouted(mo);
	reply_forward(mo);
}

/* A stop is a stop wherever the user is; else who is in a menu means the menu. */
bool reply_goes_first(const struct keyword_conf *k)
{
	return k->action == KEYWORD_OPT_OUT || k->action == KEYWORD_COMPLAINT || k->action == KEYWORD_OPT_IN;
}

void reply_do(struct mo *mo)
{
	mo->reply->counters.taken++;
	mo->account = find_account(mo);
	if (mo->account < 0) {
		take_unrouted(mo);
		return;
	}
	mo->events |= 1u << EVENT_REPLIED;
	const struct keyword_conf *k = mo->from.n ? reply_keyword(mo) : NULL;
	if (k && (reply_goes_first(k) || !*mo->place || !reply_menu(mo, true)))
		reply_do_keyword(mo, k);
	else if (!k && !reply_menu(mo, false))
		reply_forward(mo);
}
