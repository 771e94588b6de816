/*
 * reply_do.c - what a whole text of a phone user does: whose it is, keywords, its way to the app, answers. Must not
 * know parts, nor how and when the carrier is answered.
 */
#include "path/reply_priv.h"

#include <string.h>

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

/* In the account's words: as it came, or with the text put together. */
void reply_forward(struct mo *mo)
{
	struct reply *r = mo->reply;
	const struct account *a = reply_account(mo);
	const struct inbound in = {carrier_conf(mo->carrier), a ? account_conf(a) : NULL,
				   (uint16_t)r->ops->new_id(r->arg)};
	struct pdu pdu;
	if (pdu_decode(mo->frame, mo->frame_n, &pdu) == ESME_ROK && inbound_frames(&in, &pdu, forward_frame, mo))
		r->counters.forwarded++;
	else
		log_error(carrier_name(mo->carrier), "event=mo_unusable error=\"cannot be encoded\" account=%s",
			  a ? account_name(a) : UNROUTED);
}

/* --- to the phone --- */

void reply_answer(struct mo *mo, const char *utf8)
{
	struct reply *r = mo->reply;
	if (!*utf8 || mo->account < 0 || mo->from.n == 0)
		return;
	int started = r->ops->send_text(r->arg, (size_t)mo->account, mo->code, &mo->from, utf8, reply_on_effect,
					reply_token(mo));
	if (started > 0)
		return; /* what will never do must not make the carrier send the reply again for ever */
	r->counters.texts++;
	reply_expect(mo, started);
}

/* --- keywords --- */

static void apply_keyword(struct mo *mo, const struct keyword_conf *k)
{
	struct reply *r = mo->reply;
	bool out = k->action == KEYWORD_OPT_OUT;
	const char *account = account_name(reply_account(mo));
	char number[32];
	if (out)
		r->counters.opt_outs++;
	else
		r->counters.opt_ins++;
	log_info(account, "event=%s number=%s carrier=%s code=%s", out ? "opt_out" : "opt_in",
		 log_number(mo->from.digits, mo->from.n, number), carrier_name(mo->carrier), mo->code);
	r->ops->opted(r->arg, (size_t)mo->account, &mo->from, out);
	reply_expect(mo, store_optout(r->store, view_of(account), (struct view){(uint8_t *)mo->from.digits, mo->from.n},
				      out, view_of("sms"), (struct view){(uint8_t *)mo->text, (uint32_t)mo->text_n},
				      reply_on_effect, reply_token(mo)));
	reply_answer(mo, k->reply);
}

/* --- whose it is --- */

/* The account that owns the code: longest of all sources that it begins with; else the one for the rest; else -1. */
int reply_owner(const struct reply *r, const char *code)
{
	int best = -1;
	size_t best_n = 0;
	for (size_t i = 0; i < accounts_count(r->accounts); i++) {
		const struct account *a = accounts_at(r->accounts, i);
		const struct account_conf *conf = account_conf(a);
		for (size_t k = 0; k < conf->sources.n && !account_removed(a); k++) {
			size_t n = strlen(conf->sources.at[k]);
			if (n > best_n && strncmp(conf->sources.at[k], code, n) == 0) {
				best = (int)i;
				best_n = n;
			}
		}
	}
	if (best < 0 && *r->setup.conf->account) {
		struct account *a = accounts_find(r->accounts, view_of(r->setup.conf->account));
		best = a ? (int)account_number(a) : -1;
	}
	return best;
}

void reply_do(struct mo *mo)
{
	struct reply *r = mo->reply;
	struct view text = {(const uint8_t *)mo->text, (uint32_t)mo->text_n};
	r->counters.taken++;
	mo->account = reply_owner(r, mo->code);
	if (mo->account < 0) {
		r->counters.unrouted++;
		log_warn(carrier_name(mo->carrier),
			 "event=mo_unrouted code=%s action=\"kept in backlog:" UNROUTED
			 ", give the code to an account's sources\"",
			 mo->code);
		reply_forward(mo);
		return;
	}
	const struct keyword_conf *k = keyword_match(r->setup.keywords, r->setup.keywords_n, text);
	if (k && mo->from.n) {
		apply_keyword(mo, k);
		if (k->forward)
			reply_forward(mo);
	} else if (!reply_menu(mo)) {
		reply_forward(mo);
	}
}
