/*
 * steps_carrier.c - what a script can make carriers do, and the phones behind them. Knows no apps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smpp/udh.h"
#include "steps.h"

#define SECOND_US     1000000
#define USER_DATA_MAX 1200u

struct smsc *steps_find_smsc(struct world *w, const struct step *s, const char *name)
{
	struct smsc *c = world_smsc(w, name);

	if (c == NULL)
		step_fail(s, "the configuration has no carrier %s", name);
	return c;
}

/* -- moods -- */

static bool do_accept(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c == NULL)
		return false;
	c->mood = ESME_ROK;
	c->mood_left = 0;
	c->silent = false;
	c->per_second = 0;
	c->delay_ms = 0;
	return true;
}

static bool do_reads(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	int dcs0 = charset_by_name(s->args[1]);

	if (c == NULL || dcs0 < 0)
		return step_fail(s, "there is no alphabet %s", s->args[1]);
	c->dcs0 = (enum charset)dcs0;
	return true;
}

static bool do_answer(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c == NULL || !steps_read_status(s, s->args[1], &c->mood))
		return false;
	c->mood_left = (unsigned)step_number(s, "next", 0);
	c->silent = false;
	return true;
}

static bool do_answer_after(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c == NULL)
		return false;
	c->delay_ms = script_ms(s->args[1]);
	return c->delay_ms >= 0 || step_fail(s, "\"%s\" is no time like 50ms", s->args[1]);
}

static bool do_send_receipts(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c == NULL)
		return false;
	c->receipt_ms = script_ms(s->args[1]);
	return c->receipt_ms > 0 || step_fail(s, "\"%s\" is no time like 50ms", s->args[1]);
}

static bool do_congested(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c == NULL)
		return false;
	c->congestion = strcmp(s->args[1], "none") == 0 ? -1 : (int)strtol(s->args[1], NULL, 10);
	return true;
}

static bool do_silent(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c != NULL)
		c->silent = true;
	return c != NULL;
}

static bool do_take(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c == NULL)
		return false;
	c->per_second = strtol(s->args[1], NULL, 10);
	return steps_read_status(s, step_option(s, "status", "0x58"), &c->over_status);
}

struct answering {
	struct world *w;
	struct smsc *smsc;
	uint32_t status;
};

/* The oldest of a message's submits that has no answer. */
static bool answer_one(const struct step *s, const char *name, void *arg)
{
	struct answering *x = arg;

	LIST_EACH(node, &x->smsc->got) {
		struct got *g = LIST_OF(node, struct got, link);
		if (g->answered || g->label == NULL || strcmp(g->label->name, name) != 0)
			continue;
		smsc_answer(x->smsc, g, x->status);
		return true;
	}
	return step_number(s, "maybe", 0) || step_fail(s, "%s waits for no answer at %s", name, x->smsc->name);
}

static bool do_answer_now(struct world *w, struct step *s)
{
	struct answering x = {w, steps_find_smsc(w, s, s->args[0]), 0};

	return x.smsc != NULL && steps_read_status(s, s->args[2], &x.status) &&
	       script_each(s, s->args[1], answer_one, &x);
}

static bool read_form(const struct step *s, const char *word, enum id_form *form)
{
	static const char *const names[] = {"text", "dec", "hex", "HEX", "padded", "none", "same", "theirs"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		*form = (enum id_form)i;
		if (strcmp(names[i], word) == 0)
			return true;
	}
	return step_fail(s, "the forms of ids are text, dec, hex, HEX, padded, none, same, theirs");
}

static bool do_ids(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c == NULL || !read_form(s, s->args[1], &c->in_response) || !read_form(s, s->args[2], &c->in_receipt))
		return false;
	c->next_id = (uint64_t)step_number(s, "first", (long)c->next_id);
	return true;
}

static bool do_same_ids(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c != NULL)
		c->same_ids = true;
	return c != NULL;
}

/* -- links -- */

static bool do_drop(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c != NULL)
		smsc_end(c, false);
	return c != NULL;
}

static bool do_drop_bind(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	struct peer *p = c != NULL ? smsc_peer(c, (uint32_t)strtoul(s->args[1], NULL, 10)) : NULL;

	if (p == NULL)
		return step_fail(s, "%s has no bind %s", s->args[0], s->args[1]);
	smsc_end_bind(c, p, false);
	return true;
}

static bool do_close(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c != NULL)
		smsc_end(c, true);
	return c != NULL;
}

static bool do_unbind(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	struct peer *p = c != NULL ? smsc_peer(c, 1) : NULL;
	struct pdu pdu = {.command_id = UNBIND};

	if (p == NULL)
		return step_fail(s, "%s has no bind", s->args[0]);
	p->bound = false;
	peer_send(p, &pdu);
	return true;
}

static bool do_go_away(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c == NULL)
		return false;
	c->away = true;
	if (w->loop != NULL)
		wire_unserve(wire_hub(), c->port);
	return true;
}

static bool do_come_back(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c == NULL)
		return false;
	c->away = false;
	if (w->loop != NULL)
		smsc_serve(c, wire_hub(), w->loop);
	return true;
}

static bool do_answer_binds(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	return c != NULL && steps_read_status(s, s->args[1], &c->bind_status);
}

static bool expect_bound(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	unsigned want = (unsigned)strtoul(s->args[1], NULL, 10);

	if (c == NULL)
		return false;
	return smsc_bound(c) == want || step_fail(s, "%s has %u binds, not %u", c->name, smsc_bound(c), want);
}

static bool expect_dialled(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	unsigned want = (unsigned)strtoul(s->args[1], NULL, 10);

	if (c == NULL)
		return false;
	return c->connections == want || step_fail(s, "%s was dialled %u times, not %u", c->name, c->connections, want);
}

/* -- receipts -- */

struct receipt_spec {
	const char *cid, *stat, *from, *to;
};

static uint8_t state_of(const char *stat)
{
	static const char *const names[] = {"-",       "ENROUTE", "DELIVRD", "EXPIRED", "DELETED",
					    "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD"};

	for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], stat) == 0)
			return (uint8_t)i;
	}
	return 5;
}

static bool send_receipt(struct smsc *c, const struct step *s, const struct receipt_spec *r)
{
	const char *form = step_option(s, "form", "text");
	struct peer *p = smsc_peer(c, (uint32_t)step_number(s, "bind", 0));
	uint8_t tlv_mem[256];
	struct tlv_out tlvs = {tlv_mem, 0, sizeof(tlv_mem), false};
	struct pdu pdu = {.command_id = smsc_request(c, strcmp(step_option(s, "command", ""), "data_sm") == 0)};
	char text[512];

	if (p == NULL)
		return step_number(s, "maybe", 0) || step_fail(s, "%s has no such bind", c->name);
	smsc_receipt_text(r->cid, r->stat, step_option(s, "err", "000"), text, sizeof(text));
	if (strcmp(form, "text") != 0) {
		tlv_put_str(&tlvs, TLV_RECEIPTED_MESSAGE_ID, view_of(r->cid));
		tlv_put_int(&tlvs, TLV_MESSAGE_STATE, state_of(r->stat), 1);
	}
	if (strcmp(form, "tlv") != 0 && pdu.command_id == DATA_SM)
		tlv_put(&tlvs, TLV_MESSAGE_PAYLOAD, text, (uint32_t)strlen(text));
	else if (strcmp(form, "tlv") != 0)
		pdu.sm.short_message = view_of(text);
	pdu.sm.src.addr = view_of(r->from);
	pdu.sm.dst.addr = view_of(r->to);
	pdu.sm.esm_class = (uint8_t)step_number(s, "esm", ESM_RECEIPT);
	pdu.tlvs = (struct view){tlvs.p, tlvs.n};
	smsc_deliver(c, p, &pdu);
	return true;
}

/* What a carrier took of a message: the last submit, or its n-th (option submit). */
static const struct got *taken_of(const struct smsc *c, const struct label *l, long n)
{
	const struct got *last = NULL;

	LIST_EACH(node, &c->got) {
		const struct got *g = LIST_OF(node, struct got, link);
		if (g->label != l || !g->took)
			continue;
		last = g;
		if (n > 0 && --n == 0)
			return last;
	}
	return n > 0 ? NULL : last;
}

static bool receipt_of(const struct step *s, const char *name, void *arg)
{
	const struct answering *x = arg;
	const struct label *l = labels_find(&x->w->labels, name);
	const struct got *given = l != NULL ? taken_of(x->smsc, l, step_number(s, "submit", 0)) : NULL;
	char cid[80];

	if (given == NULL)
		return step_number(s, "maybe", 0) || step_fail(s, "%s has given %s no id", x->smsc->name, name);
	smsc_receipt_id(x->smsc, given->cid, cid);
	struct receipt_spec r = {cid, s->args[2], step_option(s, "from", l->to), given->from};
	if (!send_receipt(x->smsc, s, &r))
		return false;
	if (strstr(s->args[1], "..") != NULL)
		world_pass(x->w, 2); /* each is answered before the next */
	return true;
}

static bool do_receipt(struct world *w, struct step *s)
{
	struct answering x = {w, steps_find_smsc(w, s, s->args[0]), 0};

	return x.smsc != NULL && script_each(s, s->args[1], receipt_of, &x);
}

static bool do_receipt_for_id(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	struct receipt_spec r = {s->args[1], s->args[2], step_option(s, "from", "8613800138000"),
				 step_option(s, "to", "1069")};

	return c != NULL && send_receipt(c, s, &r);
}

/* The receipt of a submit that has no response yet: its id is the one that the response will bring. */
static bool do_early_receipt(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	const struct label *l = labels_find(&w->labels, s->args[1]);
	char text[80], cid[80];

	if (c == NULL || l == NULL)
		return step_fail(s, "there is no message %s", s->args[1]);
	snprintf(text, sizeof(text), c->in_response == ID_TEXT ? "M%llu" : "%llu", (unsigned long long)c->next_id);
	if (c->in_response == ID_HEX)
		snprintf(text, sizeof(text), "%llx", (unsigned long long)c->next_id);
	smsc_receipt_id(c, text, cid);
	struct receipt_spec r = {cid, s->args[2], l->to, l->from};
	return send_receipt(c, s, &r);
}

static bool expect_answer(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	uint32_t status;

	if (c == NULL)
		return false;
	if (strcmp(s->args[1], "none") == 0)
		return !c->answered ||
		       step_fail(s, "%s's deliver_sm was answered %s", c->name, steps_status(c->answer));
	if (!steps_read_status(s, s->args[1], &status))
		return false;
	if (!c->answered)
		return step_fail(s, "%s's deliver_sm was not answered, expected %s", c->name, s->args[1]);
	if (c->esme && status == ESME_ROK && strlen(c->answer_id) != 18)
		return step_fail(s, "%s's submit_sm was answered with the id \"%s\"", c->name, c->answer_id);
	return c->answer == status ||
	       step_fail(s, "%s's deliver_sm was answered %s, not %s", c->name, steps_status(c->answer), s->args[1]);
}

/* -- phones -- */

/* The user data of a MO: a part's header, then the text in data_coding. */
static bool mo_user_data(const struct step *s, uint8_t data_coding, enum charset dcs0, uint8_t *out, uint32_t *n)
{
	const char *kind = step_option(s, "kind", "udh8");
	struct udh_concat concat = {(uint16_t)step_number(s, "ref", 7), (uint8_t)step_number(s, "of", 1),
				    (uint8_t)step_number(s, "part", 1), strcmp(kind, "udh16") == 0, false};
	uint8_t text[LABEL_TEXT_MAX];
	uint32_t head = 0, len;

	if (!text_encode(s->args[1], data_coding, dcs0, text, &len))
		return step_fail(s, "the text cannot be written in data_coding %u", data_coding);
	if (concat.total > 1 && strcmp(kind, "sar") != 0)
		head = udh_write(&concat, out);
	memcpy(out + head, text, len);
	*n = head + len;
	return true;
}

static bool do_reply(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[3]);
	struct peer *p = c != NULL ? smsc_peer(c, (uint32_t)step_number(s, "bind", 0)) : NULL;
	uint8_t user[USER_DATA_MAX], tlv_mem[USER_DATA_MAX + 64];
	struct tlv_out tlvs = {tlv_mem, 0, sizeof(tlv_mem), false};
	struct pdu pdu = {.command_id = 0};
	bool sar = strcmp(step_option(s, "kind", ""), "sar") == 0;
	uint32_t n = 0;

	if (p == NULL)
		return step_number(s, "maybe", 0) || step_fail(s, "%s has no bind that receives", s->args[3]);
	pdu.command_id = smsc_request(c, strcmp(step_option(s, "command", ""), "data_sm") == 0);
	pdu.sm.data_coding = (uint8_t)step_number(s, "dcs", 8);
	if (!mo_user_data(s, pdu.sm.data_coding, c->dcs0, user, &n))
		return false;
	pdu.sm.src = (struct pdu_addr){(uint8_t)step_number(s, "ton", 1), 1, view_of(s->args[0])};
	pdu.sm.dst.addr = view_of(s->args[2]);
	if (step_number(s, "of", 1) > 1 && !sar)
		pdu.sm.esm_class = ESM_UDHI;
	if (sar) {
		tlv_put_int(&tlvs, TLV_SAR_MSG_REF_NUM, (uint32_t)step_number(s, "ref", 7), 2);
		tlv_put_int(&tlvs, TLV_SAR_TOTAL_SEGMENTS, (uint32_t)step_number(s, "of", 1), 1);
		tlv_put_int(&tlvs, TLV_SAR_SEGMENT_SEQNUM, (uint32_t)step_number(s, "part", 1), 1);
	}
	tags_put(step_option(s, "tlvs", ""), &tlvs);
	if (step_number(s, "payload", 0) != 0 || pdu.command_id == DATA_SM)
		tlv_put(&tlvs, TLV_MESSAGE_PAYLOAD, user, n);
	else
		pdu.sm.short_message = (struct view){user, n};
	pdu.tlvs = (struct view){tlvs.p, tlvs.n};
	smsc_deliver(c, p, &pdu);
	return true;
}

const struct step_row steps_carrier[] = {
	{"carrier NAME accepts", "", STEP_ACTS, do_accept},
	{"carrier NAME is silent", "", STEP_ACTS, do_silent},
	{"carrier NAME says congested STATE", "", STEP_SETS, do_congested},
	{"carrier NAME reads data_coding 0 as CHARSET", "", STEP_SETS, do_reads},
	{"carrier NAME answers binds STATUS", "", STEP_SETS, do_answer_binds},
	{"carrier NAME answers after TIME", "", STEP_ACTS, do_answer_after},
	{"carrier NAME sends receipts after TIME", "", STEP_SETS, do_send_receipts},
	{"carrier NAME answers STATUS", "next", STEP_ACTS, do_answer},
	{"carrier NAME now answers MESSAGES STATUS", "maybe", STEP_ACTS, do_answer_now},
	{"carrier NAME takes COUNT a second", "status", STEP_ACTS, do_take},
	{"carrier NAME gives the same ids again", "", STEP_ACTS, do_same_ids},
	{"carrier NAME gives ids in FORM and receipts in FORM", "first", STEP_ACTS, do_ids},
	{"carrier NAME drops", "", STEP_ACTS, do_drop},
	{"carrier NAME drops bind NUMBER", "", STEP_ACTS, do_drop_bind},
	{"carrier NAME closes", "", STEP_ACTS, do_close},
	{"carrier NAME unbinds", "", STEP_ACTS, do_unbind},
	{"carrier NAME goes away", "", STEP_SETS, do_go_away},
	{"carrier NAME comes back", "", STEP_SETS, do_come_back},
	{"carrier NAME receipt for id ID STAT", "maybe from to err form bind esm command", STEP_ACTS,
	 do_receipt_for_id},
	{"carrier NAME early receipt MESSAGE STAT", "maybe err form bind esm command", STEP_ACTS, do_early_receipt},
	{"carrier NAME receipt MESSAGES STAT", "submit maybe from err form bind esm command", STEP_ACTS, do_receipt},
	{"phone NUMBER replies TEXT to CODE through NAME", "part of ref kind dcs payload bind command tlvs ton maybe",
	 STEP_ACTS, do_reply},
	{"expect carrier NAME answer STATUS", "", STEP_LOOKS, expect_answer},
	{"expect carrier NAME bound COUNT", "", STEP_LOOKS, expect_bound},
	{"expect carrier NAME dialled COUNT", "", STEP_LOOKS, expect_dialled},
	{NULL, NULL, STEP_LOOKS, NULL},
};
