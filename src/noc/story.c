/*
 * story.c - puts the steps of a message in order and prints them with their times. Must not know what a record says in
 * words (story_words.c), nor where records come from.
 */
#include "noc/story.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "base/json_put.h"
#include "base/mem.h"
#include "noc/json.h"
#include "noc/label.h"
#include "noc/status.h"

#define FIELD_MAX 2048u

struct step {
	int64_t at_ms;
	size_t order; /* in which it came, among those of one ms */
	char *line;   /* the record; cut borrows it */
	struct cdr_line cut;
	char *number, *text;
	size_t number_n, text_n;
};

struct story {
	uint64_t id;
	struct step *steps;
	size_t n, cap;
	bool sorted;
};

struct story *story_new(uint64_t id)
{
	struct story *s = mem_zalloc(sizeof(*s));

	s->id = id;
	return s;
}

void story_free(struct story *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++) {
		mem_free(s->steps[i].line);
		mem_free(s->steps[i].number);
		mem_free(s->steps[i].text);
	}
	mem_free(s->steps);
	mem_free(s);
}

uint64_t story_id(const struct story *s)
{
	return s->id;
}

size_t story_steps(const struct story *s)
{
	return s->n;
}

void story_add(struct story *s, const struct search_hit *hit)
{
	char at[64];
	struct step x = {.order = s->n,
			 .line = mem_strndup((const char *)hit->whole.p, hit->whole.n),
			 .number = mem_strndup(hit->number.n ? (const char *)hit->number.p : "", hit->number.n),
			 .text = mem_strndup(hit->text.n ? (const char *)hit->text.p : "", hit->text.n),
			 .number_n = hit->number.n,
			 .text_n = hit->text.n};

	if (!cdr_cut((struct view){(const uint8_t *)x.line, hit->whole.n}, &x.cut) ||
	    cdr_get(&x.cut, "at", at, sizeof(at)) < 0) {
		mem_free(x.line);
		mem_free(x.number);
		mem_free(x.text);
		return;
	}
	x.at_ms = cdr_time_ms(at);
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 16;
		s->steps = mem_realloc(s->steps, s->cap * sizeof(s->steps[0]));
	}
	s->steps[s->n++] = x;
	s->sorted = false;
}

static int by_time(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void story_sort(struct story *s)
{
	if (!s->sorted && s->n)
		qsort(s->steps, s->n, sizeof(s->steps[0]), by_time);
	s->sorted = true;
}

int64_t story_begin_ms(const struct story *s)
{
	int64_t first = 0;

	for (size_t i = 0; i < s->n; i++)
		first = first == 0 || s->steps[i].at_ms < first ? s->steps[i].at_ms : first;
	return first;
}

int64_t story_end_ms(const struct story *s)
{
	int64_t last = 0;

	for (size_t i = 0; i < s->n; i++)
		last = s->steps[i].at_ms > last ? s->steps[i].at_ms : last;
	return last;
}

static bool step_is(const struct step *x, enum cdr_kind kind)
{
	char name[32];

	return cdr_get(&x->cut, "kind", name, sizeof(name)) >= 0 && strcmp(name, cdr_kind_name(kind)) == 0;
}

bool story_ended(const struct story *s)
{
	size_t ends = 0, reopened = 0;

	for (size_t i = 0; i < s->n; i++) {
		ends += step_is(&s->steps[i], CDR_ENDED);
		reopened += step_is(&s->steps[i], CDR_REOPENED);
	}
	return ends > reopened;
}

/* --- for people --- */

/* The first value of a field in any step; "-" when none has it. */
static const char *story_find(const struct story *s, const char *name, char out[FIELD_MAX])
{
	for (size_t i = 0; i < s->n; i++) {
		if (cdr_get(&s->steps[i].cut, name, out, FIELD_MAX) > 0)
			return out;
	}
	return strcpy(out, "-");
}

uint64_t story_app_id(const struct story *s)
{
	char text[FIELD_MAX], msg[32];
	uint64_t id;

	for (size_t i = 0; i < s->n; i++) {
		int n = cdr_get(&s->steps[i].cut, "msg", msg, sizeof(msg));
		if (n <= 0 || !ids_parse(msg, (size_t)n, &id) || id != s->id)
			continue;
		n = cdr_get(&s->steps[i].cut, "id", text, sizeof(text));
		if (n > 0 && ids_parse(text, (size_t)n, &id))
			return id;
	}
	return s->id;
}

static void story_number(const struct story *s, bool whole, struct buf *out)
{
	char masked[FIELD_MAX];

	for (size_t i = 0; whole && i < s->n; i++) {
		if (s->steps[i].number_n) {
			buf_puts(out, s->steps[i].number);
			return;
		}
	}
	buf_puts(out, story_find(s, "number", masked));
}

static void story_head(const struct story *s, bool whole, struct buf *out)
{
	char account[FIELD_MAX], class_name[FIELD_MAX], code[FIELD_MAX], id[IDS_DIGITS + 1];

	if (s->id == 0) {
		buf_puts(out, "without a message\n");
		return;
	}
	ids_print(s->id, id);
	buf_printf(out, "%s  %s  %s  %s -> ", id, story_find(s, "account", account), story_find(s, "class", class_name),
		   story_find(s, "code", code));
	story_number(s, whole, out);
	buf_puts(out, "\n");
}

/* "2026-05-01T09:30:00.123+08:00" with a blank for the T and without the zone's colon. */
static void story_time(const struct step *x, struct buf *out)
{
	char at[64];
	int n = cdr_get(&x->cut, "at", at, sizeof(at));

	if (n > 10)
		at[10] = ' ';
	if (n > 6 && at[n - 3] == ':')
		buf_printf(out, "%.*s %.3s%s", n - 6, at, at + n - 6, at + n - 2);
	else
		buf_puts(out, at);
}

static void story_offset(int64_t ms, struct buf *out)
{
	char span[STATUS_STAMP], text[STATUS_STAMP + 2];

	if (ms < 600000 && ms > -600000) {
		buf_printf(out, "%+11.3f s", (double)ms / 1000);
		return;
	}
	snprintf(text, sizeof(text), "%c%s", ms < 0 ? '-' : '+', status_span(ms < 0 ? -ms : ms, span));
	buf_printf(out, "%13s", text);
}

static void story_whose(const struct step *x, struct buf *out)
{
	char account[FIELD_MAX];

	if (cdr_get(&x->cut, "account", account, sizeof(account)) > 0) {
		buf_puts(out, "  ");
		label_cell(out, account);
	}
}

/* When it was accepted, by its record; else by what a later one says of it; else by its id. */
static int64_t story_accepted(const struct story *s)
{
	char text[64];

	for (size_t i = 0; i < s->n; i++) {
		if (step_is(&s->steps[i], CDR_ACCEPTED) || step_is(&s->steps[i], CDR_REFUSED))
			return s->steps[i].at_ms;
	}
	for (size_t i = 0; i < s->n; i++) {
		int64_t at = -1;
		if (cdr_get(&s->steps[i].cut, "accepted", text, sizeof(text)) > 0)
			at = cdr_time_ms(text);
		if (at > 0)
			return at;
	}
	return ids_time_ms(s->id);
}

void story_print(struct story *s, bool whole, struct buf *out)
{
	int64_t zero_ms = story_accepted(s);

	story_sort(s);
	story_head(s, whole, out);
	for (size_t i = 0; i < s->n; i++) {
		const struct step *x = &s->steps[i];
		buf_puts(out, "  ");
		story_time(x, out);
		if (s->id)
			story_offset(x->at_ms - zero_ms, out);
		else
			story_whose(x, out);
		buf_puts(out, "  ");
		story_sentence(&x->cut, (struct view){(const uint8_t *)x->text, (uint32_t)x->text_n}, whole, out);
		buf_puts(out, "\n");
	}
}

/* --- for programs --- */

static bool story_is_count(const char *name)
{
	static const char *const counts[] = {"n",	"part",	   "parts",	"segments",
					     "attempt", "wait_ms", "answer_ms", "price"};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (strcmp(name, counts[i]) == 0)
			return true;
	}
	return false;
}

/* What stands in a file may have been changed: a count is one only when it looks so. */
static bool story_is_number(const char *v)
{
	size_t n = strspn(v, "0123456789");

	return n > 0 && n < 16 && v[n] == '\0' && (v[0] != '0' || n == 1);
}

static void story_member(struct json *j, const char *name, struct view v)
{
	char *text = mem_strndup((const char *)v.p, v.n);

	json_text(j, name, text);
	mem_free(text);
}

void story_record_json(const struct cdr_line *l, struct view number, struct view text, bool whole, struct buf *out)
{
	struct json j = {.out = out};
	char value[FIELD_MAX];

	json_open(&j, NULL, '{');
	for (const struct cdr_field *f = cdr_fields; f->name; f++) {
		int n = cdr_get(l, f->name, value, sizeof(value));
		if (n < 0 || (whole && number.n && strcmp(f->name, "number") == 0))
			continue;
		if (story_is_count(f->name) && story_is_number(value))
			json_raw(&j, f->name, value, (size_t)n);
		else
			json_text(&j, f->name, value);
	}
	if (whole && number.n)
		story_member(&j, "number", number);
	if (whole && text.n)
		story_member(&j, "text", text);
	json_close(&j, '}');
}

void story_json(struct story *s, bool whole, struct buf *out)
{
	char id[IDS_DIGITS + 1];

	story_sort(s);
	ids_print(s->id, id);
	if (s->id)
		buf_printf(out, "\"id\":\"%s\",\"records\":[", id);
	else
		buf_puts(out, "\"id\":null,\"records\":[");
	for (size_t i = 0; i < s->n; i++) {
		const struct step *x = &s->steps[i];
		if (i)
			buf_puts(out, ",");
		story_record_json(&x->cut, (struct view){(const uint8_t *)x->number, (uint32_t)x->number_n},
				  (struct view){(const uint8_t *)x->text, (uint32_t)x->text_n}, whole, out);
	}
	buf_puts(out, "]");
}

static void story_cell(const char *v, size_t n, struct buf *out)
{
	char *p = (char *)buf_room(out, 2 + JSON_ESCAPED * n);

	buf_filled(out, (size_t)(cdr_put_csv(p, v, n) - p));
}

void story_csv_head(bool whole, struct buf *out)
{
	for (const struct cdr_field *f = cdr_fields; f->name; f++)
		buf_printf(out, "%s%s", f == cdr_fields ? "" : ",", f->name);
	buf_puts(out, whole ? ",text\n" : "\n");
}

void story_record_csv(const struct cdr_line *l, struct view number, struct view text, bool whole, struct buf *out)
{
	char value[FIELD_MAX];

	for (const struct cdr_field *f = cdr_fields; f->name; f++) {
		int n = cdr_get(l, f->name, value, sizeof(value));
		if (f != cdr_fields)
			buf_puts(out, ",");
		if (whole && number.n && strcmp(f->name, "number") == 0)
			story_cell((const char *)number.p, number.n, out);
		else if (n > 0)
			story_cell(value, (size_t)n, out);
	}
	if (whole) {
		buf_puts(out, ",");
		if (text.n)
			story_cell((const char *)text.p, text.n, out);
	}
	buf_puts(out, "\n");
}
