/*
 * steps_ops.c - what a script can say of apps that ask for, take back and change what they submitted, and submit to
 * many at once. Knows no carriers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "fake_redis.h"
#include "smpp/receipt.h"
#include "steps.h"

static const struct label *find_label(const struct world *w, const struct step *s, const char *name)
{
	const struct label *l = labels_find(&w->labels, name);

	if (l == NULL)
		step_fail(s, "there is no message %s", name);
	return l;
}

static bool send_pdu(struct world *w, struct step *s, struct pdu *pdu)
{
	struct app *a = steps_find_app(w, s, s->args[0]);

	if (a == NULL || a->peer == NULL)
		return false;
	peer_send(a->peer, pdu);
	return true;
}

/* -- query_sm -- */

static bool do_query(struct world *w, struct step *s)
{
	const struct label *l = find_label(w, s, s->args[1]);
	struct pdu pdu = {.command_id = QUERY_SM};

	if (l == NULL)
		return false;
	pdu.query.id = view_of(step_option(s, "id", l->id));
	pdu.query.src.addr = view_of(step_option(s, "from", l->from));
	return send_pdu(w, s, &pdu);
}

static bool expect_state(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);
	const struct label *l = find_label(w, s, s->args[1]);

	if (a == NULL || l == NULL)
		return false;
	struct answer *x = list_empty(&a->answers) ? NULL : LIST_OF(a->answers.next, struct answer, link);
	if (x == NULL || x->command_id != (QUERY_SM | COMMAND_RESP) || x->status != ESME_ROK)
		return step_fail(s, "%s got %s %s, expected query_sm_resp ok", a->name,
				 x != NULL ? command_name(x->command_id) : "no PDU",
				 x != NULL ? steps_status(x->status) : "");
	const char *stat = receipt_stat_name((enum message_state)x->state);
	bool good = strcmp(x->id, l->id) == 0 || step_fail(s, "it is about %s, not %s", x->id, l->id);
	good = good && (strcmp(stat, s->args[2]) == 0 || step_fail(s, "%s is %s, not %s", l->name, stat, s->args[2]));
	good = good && (step_number(s, "err", 0) == x->error || step_fail(s, "error_code is %u", x->error));
	good = good &&
	       (strcmp(step_option(s, "date", x->date), x->date) == 0 || step_fail(s, "final_date is \"%s\"", x->date));
	good = good && ((x->date[0] != '\0') == receipt_state_final((enum message_state)x->state) ||
			step_fail(s, "final_date is \"%s\" with state %s", x->date, stat));
	answer_free(x);
	return good;
}

/* Keys with ends; a key that none is left in is gone. */
static bool expect_kept(struct world *w, struct step *s)
{
	size_t have = fake_data_keys(fake_redis_data(), "done:", false);

	(void)w;
	return have == strtoull(s->args[0], NULL, 10) || step_fail(s, "%zu keys of ends are in the store", have);
}

static bool expect_without_expiry(struct world *w, struct step *s)
{
	size_t have = fake_data_keys(fake_redis_data(), "done:", true);

	(void)w;
	return have == strtoull(s->args[0], NULL, 10) || step_fail(s, "%zu keys of ends never expire", have);
}

/* -- cancel_sm -- */

static struct view group_tlv(const struct step *s, uint8_t mem[STEPS_TLVS_MAX])
{
	struct tlv_out o = {mem, 0, STEPS_TLVS_MAX, false};
	const char *group = step_option(s, "group", NULL);

	if (group != NULL)
		tlv_put_str(&o, TLV_GROUP_KEY, view_of(group));
	return (struct view){o.p, o.n};
}

static bool do_cancel(struct world *w, struct step *s)
{
	const struct label *l = find_label(w, s, s->args[1]);
	struct pdu pdu = {.command_id = CANCEL_SM};

	if (l == NULL)
		return false;
	pdu.cancel.id = view_of(step_option(s, "id", l->id));
	pdu.cancel.src.addr = view_of(step_option(s, "from", l->from));
	pdu.cancel.dst.addr = view_of(step_option(s, "to", ""));
	return send_pdu(w, s, &pdu);
}

static bool do_cancel_all(struct world *w, struct step *s)
{
	uint8_t tlvs[STEPS_TLVS_MAX];
	struct pdu pdu = {.command_id = CANCEL_SM};

	pdu.cancel.src.addr = view_of(step_option(s, "from", ""));
	pdu.cancel.dst.addr = view_of(step_option(s, "to", ""));
	pdu.cancel.service_type = view_of(step_option(s, "service", ""));
	pdu.tlvs = group_tlv(s, tlvs);
	return send_pdu(w, s, &pdu);
}

/* -- the operator's cancel -- */

static struct {
	unsigned asked, times, cancelled, late;
} operator; /* of commands that were under way together: the sums */

static void on_cancelled(void *arg, unsigned cancelled, unsigned too_late)
{
	(void)arg;
	operator.times++;
	operator.cancelled += cancelled;
	operator.late += too_late;
}

static bool do_operator_cancels(struct world *w, struct step *s)
{
	const char *campaign = step_option(s, "campaign", NULL), *group = step_option(s, "group", NULL);
	const char *to = step_option(s, "to", NULL), *message = step_option(s, "message", NULL);
	struct flow_cancel what = {.account = accounts_find(flow_accounts(w->flow), view_of(s->args[0]))};
	struct number number;

	if (what.account == NULL)
		return step_fail(s, "there is no account %s", s->args[0]);
	if (to != NULL && number_parse_text(to, &number))
		what.to = &number;
	if (campaign != NULL)
		what.campaign = view_of(campaign);
	if (group != NULL)
		what.group = view_of(group);
	if (message != NULL) {
		const struct label *l = find_label(w, s, message);
		if (l == NULL || !ids_parse(l->id, strlen(l->id), &what.id))
			return false;
	}
	if (operator.times == operator.asked)
		memset(&operator, 0, sizeof(operator));
	operator.asked++;
	return flow_cancel(w->flow, &what, on_cancelled, NULL) == 0 || step_fail(s, "the store is away");
}

static bool expect_operator(struct world *w, struct step *s)
{
	unsigned want = (unsigned)strtoul(s->args[0], NULL, 10), late = (unsigned)step_number(s, "late", 0);

	(void)w;
	if (operator.asked == 0 || operator.times != operator.asked)
		return step_fail(
			s, "the operator has asked %u times and was told %u times", operator.asked, operator.times);
	return (operator.cancelled == want && operator.late == late) ||
	       step_fail(s, "the operator was told of %u cancelled and %u too late", operator.cancelled, operator.late);
}

/* -- replace_sm -- */

static bool do_replace(struct world *w, struct step *s)
{
	struct label *l = labels_find(&w->labels, s->args[1]);
	struct pdu pdu = {.command_id = REPLACE_SM};

	if (l == NULL)
		return step_fail(s, "there is no message %s", s->args[1]);
	if (!text_encode(s->args[2], l->data_coding, CHARSET_GSM7, l->other, &l->other_n))
		return step_fail(s, "the text cannot be written in data_coding %u", l->data_coding);
	pdu.replace.id = view_of(step_option(s, "id", l->id));
	pdu.replace.src.addr = view_of(step_option(s, "from", l->from));
	pdu.replace.schedule = view_of(step_option(s, "schedule", ""));
	pdu.replace.validity = view_of(step_option(s, "validity", ""));
	pdu.replace.registered_delivery = (uint8_t)step_number(s, "receipt", 1);
	pdu.replace.sm_default_msg_id = (uint8_t)step_number(s, "default", 0);
	pdu.replace.short_message = (struct view){l->other, l->other_n};
	return send_pdu(w, s, &pdu);
}

/* -- submit_multi -- */

struct many {
	struct world *w;
	struct app *app;
	const char *numbers; /* the rest of the list, by commas; "list:NAME" is a distribution list */
	struct label *first;
	uint8_t dests[8192];
	uint32_t n;
	uint8_t count;
};

static bool add_dest(const struct step *s, const char *name, void *arg)
{
	struct many *x = arg;
	struct label *l = labels_add(&x->w->labels, name);
	size_t n = strcspn(x->numbers, ",");
	struct pdu_dest d = {.flag = PDU_DEST_SME};

	if (l == NULL)
		return step_fail(s, "there is a message %s already", name);
	bool list = strncmp(x->numbers, "list:", 5) == 0;
	snprintf(l->to, sizeof(l->to), "%.*s", (int)(list ? n - 5 : n), list ? x->numbers + 5 : x->numbers);
	x->numbers += n + (x->numbers[n] == ',');
	if (x->first == NULL) {
		x->first = l;
		if (!steps_make_text(s, CHARSET_GSM7, l))
			return false;
	} else {
		memcpy(l->text, x->first->text, x->first->text_n);
		l->text_n = x->first->text_n;
		l->data_coding = x->first->data_coding;
		snprintf(l->from, sizeof(l->from), "%s", step_option(s, "from", "1069"));
	}
	if (list)
		d = (struct pdu_dest){.flag = PDU_DEST_LIST, .list = view_of(l->to)};
	else
		d.addr.addr = view_of(l->to);
	x->count++;
	l->app = x->app;
	l->sequence = x->app->peer->next_sequence;
	return pdu_put_dest(x->dests, sizeof(x->dests), &x->n, &d) || step_fail(s, "too many destinations");
}

static bool do_submit_multi(struct world *w, struct step *s)
{
	static struct many x;
	uint8_t tlvs[STEPS_TLVS_MAX];
	struct pdu pdu = {.command_id = SUBMIT_MULTI};

	x = (struct many){.w = w, .app = steps_find_app(w, s, s->args[0]), .numbers = s->args[2]};
	if (x.app == NULL || x.app->peer == NULL || !script_each(s, s->args[1], add_dest, &x))
		return false;
	steps_fill_submit(s, x.first, tlvs, &pdu);
	pdu.sm.ndests = x.count;
	pdu.sm.dests = (struct view){x.dests, x.n};
	peer_send(x.app->peer, &pdu);
	return true;
}

const struct step_row steps_ops[] = {
	{"app NAME submits MESSAGES to many NUMBERS", STEPS_SUBMIT_OPTIONS, STEP_ACTS, do_submit_multi},
	{"app NAME queries MESSAGE", "id from", STEP_ACTS, do_query},
	{"expect app NAME state MESSAGE STAT", "err date", STEP_LOOKS, expect_state},
	{"expect ends kept COUNT", "", STEP_LOOKS, expect_kept},
	{"expect ends without expiry COUNT", "", STEP_LOOKS, expect_without_expiry},
	{"app NAME cancels all", "from to service group", STEP_ACTS, do_cancel_all},
	{"app NAME cancels MESSAGE", "id from to", STEP_ACTS, do_cancel},
	{"operator cancels of ACCOUNT", "message to campaign group", STEP_ACTS, do_operator_cancels},
	{"expect operator cancelled COUNT", "late", STEP_LOOKS, expect_operator},
	{"app NAME replaces MESSAGE by TEXT", "id from schedule validity receipt default", STEP_ACTS, do_replace},
	{NULL, NULL, STEP_LOOKS, NULL},
};
