/*
 * reply_webhook.c - replies whose answer a webhook gives. A webhook takes seconds, a carrier waits for its
 * deliver_sm_resp not so long: so what is to be asked is stored with the MO's other effects, the MO is answered, then
 * the webhook is asked, its answer is sent, and when that is stored, what was to be asked is forgotten. What is found
 * at start is asked again, with the same id. Must not know menus' trees, nor how a MO is answered.
 *
 * Nothing acknowledged is lost: at each moment the store has the question, or the stored answer, or both. Both are
 * there from the moment in which the answer is stored until the question is deleted, a round trip later: a kill between
 * them asks again, and the phone has its answer twice.
 */
#include "path/reply_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ids.h"
#include "base/json_read.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#define AGAIN_MS 1000 /* between tries to store what cannot be stored now */

enum field {
	FIELD_ACCOUNT,
	FIELD_NUMBER,
	FIELD_CODE,
	FIELD_WEBHOOK,
	FIELD_FALLBACK,
	FIELD_DEADLINE,
	FIELD_QUIET,
	FIELD_BEGUN,
	FIELD_JSON,
	FIELDS
};

struct asked {		  /* a question to a webhook, until its answer is stored */
	struct list link; /* reply.asked; none while its MO is not answered */
	struct reply *reply;
	uint64_t id;	 /* of the stored question, and what the webhook knows it by */
	uint64_t handle; /* of the webhook's call; 0: none */
	char *field[FIELDS];
	struct number to;
	char *text; /* the answer; NULL: not known yet */
	bool over;  /* all is stored but that it is over */
	struct timer again;
};

static void asked_free(struct asked *a)
{
	loop_timer_clear(a->reply->loop, &a->again);
	if (a->handle)
		webhook_cancel(a->reply->setup.webhooks, a->handle);
	for (size_t i = 0; i < FIELDS; i++)
		mem_free(a->field[i]);
	if (a->link.next) {
		list_remove(&a->link);
		a->reply->counters.webhooks_open--;
	}
	mem_free(a->text);
	mem_free(a);
}

/* --- a question in octets: each field behind its length --- */

static void put_field(struct buf *out, const char *s)
{
	size_t n = strlen(s);
	const uint8_t head[] = {(uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
	buf_put(out, head, sizeof(head));
	buf_put(out, s, n);
}

static bool take_field(struct view *rest, char **out)
{
	if (rest->n < 3)
		return false;
	uint32_t n = (uint32_t)rest->p[0] << 16 | (uint32_t)rest->p[1] << 8 | rest->p[2];
	if (rest->n - 3 < n)
		return false;
	*out = mem_strndup(rest->p + 3, n);
	*rest = (struct view){rest->p + 3 + n, rest->n - 3 - n};
	return true;
}

/* --- the question as JSON --- */

static void put_json(struct buf *out, const char *name, struct view v)
{
	buf_printf(out, "%s\"%s\":\"", buf_len(out) ? "," : "{", name);
	for (size_t at = 0; at < v.n;) {
		size_t from = at;
		int32_t c = text_get((const char *)v.p, v.n, &at);
		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", (char)c);
		else if (c >= 0 && c < 0x20)
			buf_printf(out, "\\u%04x", (unsigned)c);
		else if (c >= 0)
			buf_put(out, v.p + from, at - from);
	}
	buf_puts(out, "\"");
}

static char *question(const struct mo *mo, uint64_t id)
{
	struct buf out = {0};
	char own[IDS_DIGITS + 1], original[IDS_DIGITS + 1] = "";
	ids_print(id, own);
	if (mo->last.id)
		ids_print(mo->last.id, original);
	put_json(&out, "id", view_of(own));
	put_json(&out, "account", view_of(account_name(reply_account(mo))));
	put_json(&out, "number", view_of(mo->from.digits));
	put_json(&out, "code", view_of(mo->code));
	put_json(&out, "text", (struct view){(const uint8_t *)mo->text, (uint32_t)mo->text_n});
	put_json(&out, "menu", view_of(mo->menu->menu));
	put_json(&out, "node", view_of(mo->menu->node));
	put_json(&out, "original_message_id", view_of(original));
	put_json(&out, "campaign", mo->last.campaign);
	buf_puts(&out, "}");
	char *json = mem_strndup(buf_data(&out), buf_len(&out));
	buf_free(&out);
	return json;
}

/* --- the end: the question is forgotten, however often that must be tried --- */

static void finish(struct asked *a);

static void on_forgotten(void *arg, uint64_t token, bool ok)
{
	struct asked *a = (struct asked *)(uintptr_t)token;
	(void)arg;
	if (ok)
		asked_free(a);
	else
		loop_timer(a->reply->loop, &a->again, AGAIN_MS);
}

static void finish(struct asked *a)
{
	a->over = true;
	if (store_pending_del(a->reply->store, a->id, on_forgotten, (uint64_t)(uintptr_t)a) < 0)
		loop_timer(a->reply->loop, &a->again, AGAIN_MS);
}

/* --- the answer goes out --- */

static void on_sent(void *arg, uint64_t token, bool ok)
{
	struct asked *a = (struct asked *)(uintptr_t)token;
	(void)arg;
	if (!ok) {
		loop_timer(a->reply->loop, &a->again, AGAIN_MS);
		return;
	}
	a->reply->counters.texts++;
	finish(a);
}

static void send_answer(struct asked *a)
{
	struct reply *r = a->reply;
	struct account *account = accounts_find(r->accounts, view_of(a->field[FIELD_ACCOUNT]));
	if (!*a->text || *a->field[FIELD_QUIET] || !account || account_removed(account)) {
		finish(a);
		return;
	}
	int started = r->ops->send_text(r->arg, account_number(account), a->field[FIELD_CODE], &a->to, a->text, on_sent,
					(uint64_t)(uintptr_t)a);
	if (started > 0)
		finish(a); /* it will never do */
	else if (started < 0)
		loop_timer(r->loop, &a->again, AGAIN_MS);
}

static void settle(struct asked *a, const char *text)
{
	a->text = mem_strdup(text);
	send_answer(a);
}

static void fall_back(struct asked *a, const char *why)
{
	a->reply->counters.fallbacks++;
	log_peer_warn(a->field[FIELD_ACCOUNT], "event=webhook_fallback webhook=%s id=%llu error=\"%s\"",
		      a->field[FIELD_WEBHOOK], (unsigned long long)a->id, why);
	settle(a, a->field[FIELD_FALLBACK]);
}

/* --- the webhook --- */

static void on_heard(void *arg, uint64_t token, bool ok)
{
	(void)arg;
	(void)token;
	if (!ok)
		log_debug("-", "event=menu_place_kept action=\"it expires by itself\"");
}

static void leave_menu(const struct asked *a)
{
	struct view number = {(const uint8_t *)a->to.digits, a->to.n};
	int64_t begun_ms = strtoll(a->field[FIELD_BEGUN], NULL, 10); /* he may have gone on since */
	if (store_menu_end(a->reply->store, number, view_of(a->field[FIELD_CODE]), begun_ms, on_heard, 0) < 0)
		on_heard(NULL, 0, false);
}

/* False: it is no answer. */
static bool read_answer(const struct webhook_answer *answer, char text[MENU_TEXT_MAX], bool *end)
{
	char none[8];
	*end = false;
	if (strncasecmp(answer->type, "application/json", 16) != 0) {
		bool readable = strncasecmp(answer->type, "text/plain", 10) == 0 &&
				text_valid(answer->body, answer->n) && !memchr(answer->body, 0, answer->n);
		size_t n = text_cut(answer->body, answer->n, MENU_TEXT_MAX - 1);
		memcpy(text, answer->body, n);
		text[n] = '\0';
		return readable;
	}
	enum json_kind kind = json_member(answer->body, answer->n, "text", text, MENU_TEXT_MAX);
	*end = json_member(answer->body, answer->n, "end", none, sizeof(none)) == JSON_TRUE;
	return kind == JSON_STRING || kind == JSON_ABSENT;
}

static void on_answer(void *arg, uint64_t token, const struct webhook_answer *answer)
{
	struct asked *a = (struct asked *)(uintptr_t)token;
	char text[MENU_TEXT_MAX];
	bool end;
	(void)arg;
	a->handle = 0;
	if (!answer->ok) {
		fall_back(a, answer->why);
	} else if (!read_answer(answer, text, &end)) {
		fall_back(a, "the answer is neither text/plain in UTF-8 nor JSON with a member text");
	} else {
		if (end)
			leave_menu(a);
		settle(a, text);
	}
}

static void ask(struct asked *a)
{
	struct webhooks *w = a->reply->setup.webhooks;
	const char *json = a->field[FIELD_JSON];
	int index = webhooks_find(w, a->field[FIELD_WEBHOOK]);
	char id[IDS_DIGITS + 1];
	ids_print(a->id, id);
	if (index >= 0)
		a->handle = webhook_send(w, (size_t)index, id, json, strlen(json),
					 strtoll(a->field[FIELD_DEADLINE], NULL, 10), on_answer, NULL,
					 (uint64_t)(uintptr_t)a);
	if (!a->handle)
		fall_back(a, index < 0 ? "it is not in webhooks" : "too many wait for it");
}

static void on_again(struct timer *t)
{
	struct asked *a = LIST_OF(t, struct asked, again);
	if (a->over)
		finish(a);
	else
		send_answer(a);
}

/* --- from a MO, and from the store --- */

static struct asked *asked_new(struct reply *r, uint64_t id)
{
	struct asked *a = mem_zalloc(sizeof(*a));
	a->reply = r;
	a->id = id;
	a->again.fn = on_again;
	return a;
}

static void begin(struct asked *a)
{
	list_append(&a->reply->asked, &a->link);
	a->reply->counters.webhooks_open++;
	ask(a);
}

void reply_webhook(struct mo *mo)
{
	struct reply *r = mo->reply;
	const struct menu_conf *m = mo->menu;
	struct buf rec = {0};
	char deadline[24], begun[24];
	if (!mo->from.n)
		return;
	struct asked *a = asked_new(r, r->ops->new_id(r->arg));
	snprintf(deadline, sizeof(deadline), "%lld", (long long)m->deadline);
	snprintf(begun, sizeof(begun), "%lld", (long long)mo->begun_ms);
	mo->answered = reply_may_answer(mo);
	const char *const fields[FIELDS] = {account_name(reply_account(mo)),
					    mo->from.digits,
					    mo->code,
					    m->webhook,
					    m->fallback,
					    deadline,
					    mo->answered ? "" : "1",
					    begun};
	a->to = mo->from;
	a->field[FIELD_JSON] = question(mo, a->id);
	for (size_t i = 0; i < FIELDS; i++) {
		if (i != FIELD_JSON)
			a->field[i] = mem_strdup(fields[i]);
		put_field(&rec, a->field[i]);
	}
	r->counters.webhooks++;
	mo->asked = a;
	reply_expect(mo, store_pending_put(r->store, a->id, (struct view){buf_data(&rec), (uint32_t)buf_len(&rec)},
					   reply_on_effect, reply_token(mo)));
	buf_free(&rec);
}

void reply_webhook_go(struct mo *mo)
{
	struct asked *a = mo->asked;
	mo->asked = NULL;
	if (!a)
		return;
	if (!mo->failed) {
		begin(a);
		return;
	}
	/* the carrier sends the MO again, which asks again; perhaps this question was stored */
	list_append(&a->reply->asked, &a->link);
	a->reply->counters.webhooks_open++;
	finish(a);
}

void reply_load_pending(struct reply *r, uint64_t id, struct view rec)
{
	struct asked *a = asked_new(r, id);
	bool good = true;
	for (size_t i = 0; good && i < FIELDS; i++)
		good = take_field(&rec, &a->field[i]);
	if (!good || !number_parse_text(a->field[FIELD_NUMBER], &a->to)) {
		log_warn("-", "event=pending_dropped id=%llu reason=unreadable", (unsigned long long)id);
		asked_free(a);
		return;
	}
	begin(a);
}

void reply_webhook_drop(struct asked *a)
{
	asked_free(a);
}

void reply_webhooks_free(struct reply *r)
{
	LIST_EACH_SAFE(node, next, &r->asked) {
		asked_free(LIST_OF(node, struct asked, link));
	}
}
