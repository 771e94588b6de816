/*
 * steps_app.c - what a script can say of apps. Knows no carriers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "smpp/udh.h"
#include "steps.h"

#define APP_PORT 2775

struct app *steps_find_app(struct world *w, const struct step *s, const char *name)
{
	struct app *a = world_app(w, name, false);

	if (a == NULL)
		step_fail(s, "there is no app %s; it must bind first", name);
	return a;
}

const char *steps_status(uint32_t status)
{
	static char texts[4][16];
	static unsigned next;
	char *out = texts[next++ % 4];

	snprintf(out, sizeof(texts[0]), status == ESME_ROK ? "ok" : "0x%02x", status);
	return out;
}

bool steps_read_status(const struct step *s, const char *word, uint32_t *status)
{
	return script_status(word, status) || step_fail(s, "\"%s\" is no status: ok, 0x58", word);
}

/* -- links -- */

static bool bind_command(const struct step *s, const char *kind, uint32_t *command_id)
{
	static const struct {
		const char *kind;
		uint32_t command_id;
	} kinds[] = {{"transceiver", BIND_TRANSCEIVER}, {"receiver", BIND_RECEIVER}, {"transmitter", BIND_TRANSMITTER}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		*command_id = kinds[i].command_id;
		if (strcmp(kinds[i].kind, kind) == 0)
			return true;
	}
	return step_fail(s, "an app binds as transceiver, receiver or transmitter, not as %s", kind);
}

static bool expect_bind_answer(const struct step *s, const struct app *a, const char *want)
{
	uint32_t status;

	if (strcmp(want, "none") == 0)
		return !a->bind_answered || step_fail(s, "the bind was answered %s", steps_status(a->bind_status));
	if (!steps_read_status(s, want, &status))
		return false;
	if (!a->bind_answered)
		return step_fail(s, "the bind was not answered");
	return a->bind_status == status ||
	       step_fail(s, "the bind was answered %s, not %s", steps_status(a->bind_status), want);
}

static bool do_bind(struct world *w, struct step *s)
{
	struct app *a = world_app(w, s->args[0], true);
	uint32_t command_id;

	if (!bind_command(s, s->args[1], &command_id))
		return false;
	if (!app_bind(a, wire_hub(), APP_PORT, command_id, s->args[2], step_option(s, "password", "secret"),
		      step_option(s, "from", NULL), (uint8_t)step_number(s, "version", 0x34)))
		return step_fail(s, "the gateway does not listen");
	world_pass(w, WORLD_MOMENT_MS);
	return expect_bind_answer(s, a, step_option(s, "answer", "ok"));
}

/* Its port is not the carriers': "outbind = "127.0.0.1:3775"". */
static bool do_wait_for_call(struct world *w, struct step *s)
{
	struct app *a = world_app(w, s->args[0], true);
	uint32_t command_id;

	if (!bind_command(s, step_option(s, "kind", "receiver"), &command_id))
		return false;
	app_wait_for_call(a, wire_hub(), step_number(s, "port", 3775), command_id, s->args[1],
			  step_option(s, "password", "secret"));
	return true;
}

static bool expect_bind(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);

	return a != NULL && expect_bind_answer(s, a, s->args[1]);
}

static bool expect_no_listener(struct world *w, struct step *s)
{
	(void)w;
	struct wire *wire = wire_dial(wire_hub(), APP_PORT, NULL);

	if (wire == NULL)
		return true;
	wire_free(wire);
	return step_fail(s, "the gateway listens");
}

static bool do_unbind(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);
	struct pdu pdu = {.command_id = UNBIND};

	if (a == NULL || a->peer == NULL)
		return false;
	peer_send(a->peer, &pdu);
	return true;
}

static bool do_drop(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);

	if (a != NULL)
		app_disconnect(a, false);
	return a != NULL;
}

static bool do_close(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);

	if (a != NULL)
		app_disconnect(a, true);
	return a != NULL;
}

/* Its host is gone: nothing is answered, and nothing says so. */
static bool do_vanish(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);

	if (a == NULL || a->peer == NULL)
		return false;
	wire_black_hole(a->peer->wire);
	return true;
}

static bool expect_closed(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);

	if (a == NULL)
		return false;
	return (a->peer != NULL && a->peer->closed) ||
	       step_fail(s, "the gateway has not closed the connection of %s", a->name);
}

static bool expect_connected(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);

	if (a == NULL)
		return false;
	return (a->peer != NULL && !a->peer->closed) ||
	       step_fail(s, "the gateway has closed the connection of %s", a->name);
}

/* -- submits -- */

static bool by_data_sm(const struct step *s)
{
	return strcmp(step_option(s, "by", "submit_sm"), "data_sm") == 0;
}

static bool with_payload(const struct step *s)
{
	return by_data_sm(s) ? step_number(s, "payload", 1) != 0 : step_number(s, "payload", 0) != 0;
}

/* Tags and values that a submit's options ask for. */
static struct view submit_tlvs(const struct step *s, const struct label *l, uint8_t mem[STEPS_TLVS_MAX])
{
	struct tlv_out o = {mem, 0, STEPS_TLVS_MAX, false};
	const char *class_name = step_option(s, "class", NULL), *campaign = step_option(s, "campaign", NULL);
	const char *group = step_option(s, "group", NULL);

	if (class_name != NULL)
		tlv_put_str(&o, TLV_MESSAGE_CLASS, view_of(class_name));
	if (campaign != NULL)
		tlv_put_str(&o, TLV_CAMPAIGN, view_of(campaign));
	if (step_option(s, "variant", NULL) != NULL)
		tlv_put_str(&o, TLV_VARIANT, view_of(step_option(s, "variant", NULL)));
	if (group != NULL)
		tlv_put_str(&o, TLV_GROUP_KEY, view_of(group));
	if (strcmp(step_option(s, "kind", ""), "sar") == 0) {
		tlv_put_int(&o, TLV_SAR_MSG_REF_NUM, (uint32_t)step_number(s, "ref", 7), 2);
		tlv_put_int(&o, TLV_SAR_TOTAL_SEGMENTS, (uint32_t)step_number(s, "of", 1), 1);
		tlv_put_int(&o, TLV_SAR_SEGMENT_SEQNUM, (uint32_t)step_number(s, "part", 1), 1);
	}
	if (with_payload(s))
		tlv_put(&o, TLV_MESSAGE_PAYLOAD, l->text, l->text_n);
	tags_put(step_option(s, "tlvs", ""), &o);
	if (step_number(s, "ttl", 0) != 0)
		tlv_put_int(&o, TLV_QOS_TIME_TO_LIVE, (uint32_t)step_number(s, "ttl", 0), 4);
	return (struct view){o.p, o.n};
}

static uint8_t esm_mode(const char *mode)
{
	if (strcmp(mode, "datagram") == 0)
		return 1;
	if (strcmp(mode, "forward") == 0)
		return 2;
	return strcmp(mode, "store") == 0 ? 3 : 0;
}

/* The app's own header: "kind udh8 part 1 of 2 ref 7". */
static void add_header(const struct step *s, struct label *l)
{
	const char *kind = step_option(s, "kind", "");
	struct udh_concat concat = {(uint16_t)step_number(s, "ref", 7), (uint8_t)step_number(s, "of", 1),
				    (uint8_t)step_number(s, "part", 1), strcmp(kind, "udh16") == 0, false};
	uint8_t header[7];

	if (strncmp(kind, "udh", 3) != 0)
		return;
	uint32_t n = udh_write(&concat, header);
	memmove(l->text + n, l->text, l->text_n);
	memcpy(l->text, header, n);
	l->text_n += n;
}

/* "repeat 20": so often, one after the other. */
static bool repeat_text(const struct step *s, struct label *l)
{
	uint32_t once = l->text_n, n = once * (uint32_t)step_number(s, "repeat", 1);

	if (n + 7 > LABEL_TEXT_MAX)
		return step_fail(s, "the text of %s gets too long", l->name);
	for (; l->text_n < n; l->text_n += once)
		memcpy(l->text + l->text_n, l->text, once);
	add_header(s, l);
	return true;
}

static void set_words(const struct step *s, struct label *l, const char *text)
{
	size_t once = strlen(text), times = (size_t)step_number(s, "repeat", 1);

	l->words = mem_zalloc(once * times + 1);
	for (size_t i = 0; i < times; i++)
		memcpy(l->words + i * once, text, once);
}

bool steps_make_text(const struct step *s, enum charset dcs0, struct label *l)
{
	char text[LABEL_TEXT_MAX];
	const char *given = step_option(s, "text", NULL);

	if (given != NULL && strstr(s->args[1], "..") == NULL)
		snprintf(text, sizeof(text), "%s", given);
	else
		snprintf(text, sizeof(text), "%s%s", given != NULL ? given : "【银行】消息", l->name);
	l->data_coding = (uint8_t)step_number(s, "dcs", 8);
	if (!text_encode(text, l->data_coding, dcs0, l->text, &l->text_n))
		return step_fail(s, "the text of %s cannot be written in data_coding %u", l->name, l->data_coding);
	set_words(s, l, text);
	return repeat_text(s, l);
}

void steps_fill_submit(const struct step *s, struct label *l, uint8_t tlvs[STEPS_TLVS_MAX], struct pdu *pdu)
{
	snprintf(l->from, sizeof(l->from), "%s", step_option(s, "from", "1069"));
	pdu->sm.src.addr = view_of(l->from);
	pdu->sm.data_coding = l->data_coding;
	pdu->sm.registered_delivery = (uint8_t)step_number(s, "receipt", 1);
	pdu->sm.priority_flag = (uint8_t)step_number(s, "priority", 0);
	pdu->sm.replace_if_present_flag = (uint8_t)step_number(s, "replace", 0);
	pdu->sm.esm_class = esm_mode(step_option(s, "mode", "default"));
	if (strncmp(step_option(s, "kind", ""), "udh", 3) == 0)
		pdu->sm.esm_class |= ESM_UDHI;
	pdu->sm.service_type = view_of(step_option(s, "service", ""));
	pdu->sm.schedule = view_of(step_option(s, "schedule", ""));
	pdu->sm.validity = view_of(step_option(s, "validity", ""));
	pdu->tlvs = submit_tlvs(s, l, tlvs);
	if (!with_payload(s) && !by_data_sm(s))
		pdu->sm.short_message = (struct view){l->text, l->text_n};
}

struct submitting {
	struct world *w;
	struct app *app;
};

static bool submit_one(const struct step *s, const char *name, void *arg)
{
	struct submitting *x = arg;
	uint8_t tlvs[STEPS_TLVS_MAX];
	struct pdu pdu = {0};
	struct label *l = labels_add(&x->w->labels, name);

	if (l == NULL)
		return step_fail(s, "there is a message %s already", name);
	if (!steps_make_text(s, x->app->dcs0, l))
		return false;
	snprintf(l->to, sizeof(l->to), "%s", s->args[2]);
	pdu.sm.dst.addr = view_of(l->to);
	if (by_data_sm(s))
		pdu.command_id = DATA_SM;
	steps_fill_submit(s, l, tlvs, &pdu);
	app_submit(x->app, l, &pdu);
	return true;
}

static bool do_submit(struct world *w, struct step *s)
{
	struct submitting x = {w, steps_find_app(w, s, s->args[0])};

	if (x.app == NULL || x.app->peer == NULL)
		return false;
	return script_each(s, s->args[1], submit_one, &x);
}

static bool expect_response_of(const struct step *s, const char *name, void *arg)
{
	struct world *w = arg;
	struct label *l = labels_find(&w->labels, name);
	uint32_t status;

	if (l == NULL)
		return step_fail(s, "there is no message %s", name);
	l->told = true;
	if (strcmp(s->args[2], "none") == 0)
		return !l->answered || step_fail(s, "%s was answered %s", name, steps_status(l->status));
	if (!steps_read_status(s, s->args[2], &status))
		return false;
	if (!l->answered)
		return step_fail(s, "%s was not answered, expected %s", name, s->args[2]);
	if (l->status != status)
		return step_fail(s, "%s was answered %s, not %s", name, steps_status(l->status), s->args[2]);
	return status != ESME_ROK || strlen(l->id) == 18 ||
	       step_fail(s, "%s has the id \"%s\", not 18 digits", name, l->id);
}

static bool expect_response(struct world *w, struct step *s)
{
	return script_each(s, s->args[1], expect_response_of, w);
}

/* -- what apps get -- */

static bool do_reads(struct world *w, struct step *s)
{
	struct app *a = world_app(w, s->args[0], true);
	int dcs0 = charset_by_name(s->args[1]);

	if (dcs0 < 0)
		return step_fail(s, "there is no alphabet %s", s->args[1]);
	a->dcs0 = (enum charset)dcs0;
	return true;
}

static bool do_answer(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);

	if (a == NULL || !steps_read_status(s, s->args[1], &a->mood))
		return false;
	a->mood_left = (unsigned)step_number(s, "next", 0);
	a->silent = false;
	return true;
}

static bool do_silent(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);

	if (a != NULL)
		a->silent = true;
	return a != NULL;
}

static const char *describe(const struct delivery *d)
{
	static char text[512];

	if (d->receipt)
		snprintf(text, sizeof(text), "a receipt for %s: %s err %s",
			 d->label != NULL ? d->label->name : "an unknown id", d->stat, d->err);
	else
		snprintf(text, sizeof(text), "a reply \"%.300s\" from %s to %s", d->text, d->from, d->to);
	return text;
}

static struct delivery *first_delivery(const struct app *a)
{
	return list_empty(&a->inbox) ? NULL : LIST_OF(a->inbox.next, struct delivery, link);
}

static bool expect_word(const struct step *s, const char *option, const char *have)
{
	const char *want = step_option(s, option, NULL);

	return want == NULL || strcmp(want, have) == 0 || step_fail(s, "%s is \"%s\", not \"%s\"", option, have, want);
}

static bool expect_receipt_of(const struct step *s, const char *name, void *arg)
{
	struct app *a = arg;
	struct delivery *d = first_delivery(a);

	if (d == NULL)
		return step_fail(s, "%s got nothing, expected a receipt for %s: %s", a->name, name, s->args[2]);
	const char *have = d->label != NULL ? d->label->name : APP_RECEIPT_LABEL_UNKNOWN;
	if (!d->receipt || strcmp(have, name) != 0 || strcmp(d->stat, s->args[2]) != 0)
		return step_fail(s, "%s got %s, expected a receipt for %s: %s", a->name, describe(d), name, s->args[2]);
	if (d->label != NULL && d->label->receipts > 1 && step_number(s, "again", 0) == 0)
		return step_fail(s, "%s got more than one final receipt for %s", a->name, name);
	bool good = expect_word(s, "err", d->err) && expect_word(s, "status", d->carrier_status) &&
		    expect_word(s, "via", d->via) && expect_word(s, "verdict", d->verdict) &&
		    expect_word(s, "class", d->class_name) && expect_word(s, "from", d->from) &&
		    expect_word(s, "to", d->to) && expect_word(s, "part", d->part) &&
		    expect_word(s, "by", command_name(d->command_id)) &&
		    (step_number(s, "intermediate", 0) == (d->esm_type == ESM_INTERMEDIATE) ||
		     step_fail(s, "its esm_class says 0x%02x", d->esm_type));
	delivery_free(d);
	return good;
}

static bool expect_receipt(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);

	return a != NULL && script_each(s, s->args[1], expect_receipt_of, a);
}

struct ending {
	struct world *w;
	unsigned least, most; /* receipts per message */
};

static bool expect_end_of(const struct step *s, const char *name, void *arg)
{
	const struct ending *x = arg;
	struct label *l = labels_find(&x->w->labels, name);

	if (l == NULL)
		return step_fail(s, "there is no message %s", name);
	l->told = true;
	if (!l->answered || l->status != ESME_ROK)
		return true; /* nobody has promised anything */
	if (l->taken < x->least)
		return step_fail(s, "%s was acknowledged as %s and has no receipt", name, l->id);
	return l->taken <= x->most || step_fail(s, "the app has taken %u receipts for %s", l->taken, name);
}

static void forget_all(struct world *w)
{
	LIST_EACH(node, &w->apps) {
		struct app *a = LIST_OF(node, struct app, link);
		while (!list_empty(&a->inbox))
			delivery_free(LIST_OF(a->inbox.next, struct delivery, link));
	}
	LIST_EACH(node, &w->smscs) {
		struct smsc *c = LIST_OF(node, struct smsc, link);
		LIST_EACH(got, &c->got)
			LIST_OF(got, struct got, link)->seen = true;
	}
}

/* Every message that was acknowledged has a final receipt that the app took ("least 0": or none). What apps and
 * carriers got besides is of no interest. */
static bool expect_ends(struct world *w, struct step *s)
{
	struct ending x = {w, (unsigned)step_number(s, "least", 1), (unsigned)step_number(s, "most", 1)};
	bool good = script_each(s, s->args[0], expect_end_of, &x);

	forget_all(w);
	return good;
}

static bool reply_fits(const struct step *s, const struct delivery *d)
{
	const char *part = step_option(s, "part", d->part), *tags = step_option(s, "tlvs", d->tags);
	const char *have = d->marked != NULL ? d->marked : "none", *kind = step_option(s, "kind", have);

	if (step_number(s, "dcs", d->data_coding) != d->data_coding)
		return step_fail(s, "its data_coding is %u", d->data_coding);
	if (strcmp(part, d->part) != 0 || strcmp(kind, have) != 0)
		return step_fail(s, "it is part %s by %s", d->part, have);
	return strcmp(tags, d->tags) == 0 || step_fail(s, "its TLVs are %s", d->tags);
}

/* Which message it says that it answers. */
static bool reply_answers(const struct world *w, const struct step *s, const struct delivery *d)
{
	const char *name = step_option(s, "answers", NULL);
	const struct label *l = name != NULL ? labels_find(&w->labels, name) : NULL;

	if (strcmp(step_option(s, "campaign", d->campaign), d->campaign) != 0 ||
	    strcmp(step_option(s, "group", d->group), d->group) != 0)
		return step_fail(s, "it has campaign \"%s\" and group \"%s\"", d->campaign, d->group);
	if (name == NULL)
		return true;
	if (strcmp(name, "none") == 0)
		return *d->original == '\0' || step_fail(s, "it answers message %s", d->original);
	return (l != NULL && strcmp(l->id, d->original) == 0) ||
	       step_fail(s, "it answers message \"%s\", expected %s", d->original, l != NULL ? l->id : "a known one");
}

static bool expect_reply(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);
	struct delivery *d = a != NULL ? first_delivery(a) : NULL;

	if (a == NULL)
		return false;
	if (d == NULL)
		return step_fail(s, "%s got nothing, expected the reply \"%s\"", a->name, s->args[1]);
	if (d->receipt || strcmp(d->text, s->args[1]) != 0 || strcmp(d->from, s->args[2]) != 0 ||
	    strcmp(d->to, s->args[3]) != 0)
		return step_fail(s, "%s got %s, expected a reply \"%s\" from %s to %s", a->name, describe(d),
				 s->args[1], s->args[2], s->args[3]);
	if (!reply_fits(s, d) || !reply_answers(w, s, d))
		return false;
	delivery_free(d);
	return true;
}

/* Whatever phones have said to it. */
static bool do_read_replies(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);

	if (a == NULL)
		return false;
	LIST_EACH_SAFE(node, next, &a->inbox) {
		struct delivery *d = LIST_OF(node, struct delivery, link);
		if (!d->receipt)
			delivery_free(d);
	}
	return true;
}

static bool expect_nothing(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);

	if (a == NULL)
		return false;
	return list_empty(&a->inbox) ||
	       step_fail(s, "%s got %s, expected nothing", a->name, describe(first_delivery(a)));
}

/* -- octets -- */

static bool do_connect(struct world *w, struct step *s)
{
	struct app *a = world_app(w, s->args[0], true);

	if (!app_connect(a, wire_hub(), APP_PORT, step_option(s, "from", NULL)))
		return step_fail(s, "the gateway does not listen");
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hexadecimal digits, blanks between them as one likes; 'text' stands for its characters. */
static size_t read_octets(const char *p, uint8_t *out, size_t cap)
{
	size_t n = 0;

	while (*p != '\0' && n < cap) {
		if (*p == '\'') {
			for (p++; *p != '\0' && *p != '\'' && n < cap; p++)
				out[n++] = (uint8_t)*p;
			p += *p == '\'';
		} else if (hex_digit(p[0]) >= 0 && hex_digit(p[1]) >= 0) {
			out[n++] = (uint8_t)(hex_digit(p[0]) * 16 + hex_digit(p[1]));
			p += 2;
		} else {
			p++;
		}
	}
	return n;
}

static bool do_send(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);
	uint8_t octets[4096];

	if (a == NULL || a->peer == NULL)
		return false;
	wire_send(a->peer->wire, octets, read_octets(s->args[1], octets, sizeof(octets)));
	return true;
}

static bool expect_pdu(struct world *w, struct step *s)
{
	struct app *a = steps_find_app(w, s, s->args[0]);
	uint32_t status;

	if (a == NULL || !steps_read_status(s, s->args[2], &status))
		return false;
	if (list_empty(&a->answers))
		return step_fail(s, "%s got no PDU, expected %s %s", a->name, s->args[1], s->args[2]);
	struct answer *x = LIST_OF(a->answers.next, struct answer, link);
	uint32_t sequence = (uint32_t)step_number(s, "sequence", (long)x->sequence);
	if (strcmp(command_name(x->command_id), s->args[1]) != 0 || x->status != status || x->sequence != sequence)
		return step_fail(s, "%s got %s %s sequence %u, expected %s %s sequence %u", a->name,
				 command_name(x->command_id), steps_status(x->status), x->sequence, s->args[1],
				 s->args[2], sequence);
	answer_free(x);
	return true;
}

bool steps_app_end(const struct app *a, const struct step *last)
{
	if (!list_empty(&a->inbox))
		return step_fail(last, "at the end %s has got %s, which no step expected", a->name,
				 describe(first_delivery(a)));
	LIST_EACH(node, &a->answers) {
		const struct answer *x = LIST_OF(node, struct answer, link);
		if (x->command_id == GENERIC_NACK)
			return step_fail(last, "at the end %s has got a generic_nack, which no step expected", a->name);
	}
	LIST_EACH(node, &a->labels->all) {
		const struct label *l = LIST_OF(node, struct label, link);
		if (l->app == a && l->answered && !l->told && l->status != ESME_ROK)
			return step_fail(last, "%s was answered %s, which no step expected", l->name,
					 steps_status(l->status));
	}
	if (a->id_mismatches > 0)
		return step_fail(last, "%s got a receipt whose TLVs and text do not fit", a->name);
	return a->peer == NULL || a->peer->bad_frames == 0 || step_fail(last, "%s got a malformed PDU", a->name);
}

const struct step_row steps_app[] = {
	{"app NAME binds KIND as ACCOUNT", "password from version answer", STEP_ACTS, do_bind},
	{"app NAME waits for a call as ACCOUNT", "kind password port", STEP_ACTS, do_wait_for_call},
	{"app NAME unbinds", "", STEP_ACTS, do_unbind},
	{"app NAME drops", "", STEP_ACTS, do_drop},
	{"app NAME closes", "", STEP_ACTS, do_close},
	{"app NAME vanishes", "", STEP_ACTS, do_vanish},
	{"app NAME connects", "from", STEP_ACTS, do_connect},
	{"app NAME sends OCTETS", "", STEP_ACTS, do_send},
	{"app NAME submits MESSAGES to NUMBER", STEPS_SUBMIT_OPTIONS " payload by ttl", STEP_ACTS, do_submit},
	{"app NAME reads data_coding 0 as CHARSET", "", STEP_SETS, do_reads},
	{"app NAME answers STATUS", "next", STEP_ACTS, do_answer},
	{"app NAME is silent", "", STEP_ACTS, do_silent},
	{"expect no listener", "", STEP_LOOKS, expect_no_listener},
	{"expect app NAME bind STATUS", "", STEP_LOOKS, expect_bind},
	{"expect app NAME closed", "", STEP_LOOKS, expect_closed},
	{"expect app NAME connected", "", STEP_LOOKS, expect_connected},
	{"expect app NAME response MESSAGES STATUS", "", STEP_LOOKS, expect_response},
	{"expect app NAME receipt MESSAGES STAT", "err status via verdict class from to again part by intermediate",
	 STEP_LOOKS, expect_receipt},
	{"expect MESSAGES ended", "least most", STEP_LOOKS, expect_ends},
	{"expect app NAME reply TEXT from NUMBER to CODE", "part kind dcs tlvs answers campaign group", STEP_LOOKS,
	 expect_reply},
	{"app NAME reads its replies", "", STEP_LOOKS, do_read_replies},
	{"expect app NAME nothing", "", STEP_LOOKS, expect_nothing},
	{"expect app NAME pdu COMMAND STATUS", "sequence", STEP_LOOKS, expect_pdu},
	{NULL, NULL, STEP_LOOKS, NULL},
};
