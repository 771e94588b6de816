/*
 * archive.c - takes records, writes them once per turn, waits when the disk does not take them. Must not know who makes
 * records, nor how files and statements come about (archive_hour.c, archive_resume.c, archive_keep.c).
 */
#include "audit/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/archive_priv.h"
#include "audit/erased.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "of its own"
#endif
#define TURN_MAX    (4u << 20) /* octets written in a turn: what has waited long comes in pieces */
#define TICK_MS	    1000
#define CLEAN_MS    3600000
#define LOOK_MS	    10000
#define JUMP_MS	    3600000  /* a clock that moves so far by itself is not believed */
#define DISTRUST_MS 86400000 /* for so long nothing is deleted then */

static void log_failure(struct archive *a, int error)
{
	char *why;

	if (asprintf(&why, "%s: %s", a->directory, strerror(error)) < 0)
		why = NULL;
	if (why && a->why && strcmp(why, a->why) == 0) {
		free(why);
		return;
	}
	free(a->why);
	a->why = why;
	log_error(
		"-",
		"event=records_failed path=%s error=\"%s\" waiting=%zu hint=\"free space or check rights; records wait "
		"in memory up to %u octets\"",
		a->directory, strerror(error), buf_len(&a->out), ARCHIVE_WAIT_MAX);
}

static void put_record(struct archive *a, const struct cdr *c);

/* What could not wait is told as soon as there is room again. */
static void tell_lost(struct archive *a)
{
	char why[96];
	struct cdr c = {.kind = CDR_LOST, .wait_ms = -1, .answer_ms = -1, .price = -1};

	snprintf(why, sizeof(why), "the disk took no records: %s", a->error ? strerror(a->error) : "it does again");
	c.at_ms = loop_wall_ms(a->loop);
	c.parts = a->lost > UINT32_MAX ? UINT32_MAX : (unsigned)a->lost;
	c.why = view_of(why);
	log_warn("-", "event=records_lost count=%llu", (unsigned long long)a->lost);
	a->lost = 0;
	put_record(a, &c);
}

static void recovered(struct archive *a)
{
	log_info("-", "event=records_recovered path=%s lost=%llu", a->directory, (unsigned long long)a->lost);
	free(a->why);
	a->why = NULL;
	if (a->lost)
		tell_lost(a);
}

/* As much as the octets: 0 when the disk has taken it. */
static int write_waiting(struct archive *a, size_t octets)
{
	if (a->error && loop_now_ms(a->loop) < a->again_ms)
		return a->error;

	int before = a->error;
	a->error = archive_hour_write(a, octets);
	if (a->error) {
		a->count.errors++;
		a->again_ms = loop_now_ms(a->loop) + TICK_MS;
		log_failure(a, a->error);
	} else if (before) {
		recovered(a);
		a->error = archive_hour_write(a, octets);
	}
	return a->error;
}

void archive_write(struct archive *a)
{
	if (buf_len(&a->out) == 0)
		return;
	if (write_waiting(a, TURN_MAX) == 0 && buf_len(&a->out) > 0)
		loop_wake_in(a->loop, 0);
}

static void on_turn(void *arg)
{
	archive_write(arg);
}

/* An hour that is over ends when all of it is written; while the disk does not take it, it goes on. */
static void end_hour(struct archive *a)
{
	if (write_waiting(a, TURN_MAX) == 0 && buf_len(&a->out) == 0)
		archive_hour_state(a, true);
}

/* --- once a second --- */

/* Deleting is by the clock: one that jumps deletes nothing for a day. */
static void watch_clock(struct archive *a)
{
	int64_t ahead = loop_wall_ms(a->loop) - loop_now_ms(a->loop), moved = ahead - a->wall_ahead_ms;

	if (moved > JUMP_MS || moved < -JUMP_MS) {
		a->trusted_ms = loop_now_ms(a->loop) + DISTRUST_MS;
		log_warn("-", "event=records_clock moved_ms=%lld hint=\"no old records are deleted for a day\"",
			 (long long)moved);
	}
	a->wall_ahead_ms = ahead;
}

static void checkpoint(struct archive *a)
{
	int64_t now = loop_now_ms(a->loop);

	if (now - a->stated_ms < a->checkpoint * 1000 || !a->hour.begun || buf_len(&a->out) > 0)
		return;
	a->stated_ms = now;
	archive_hour_state(a, false);
}

/* What the worker cannot do is told once, and when it can again. */
static void watch_duties(struct archive *a)
{
	static const char *const names[DUTY_KINDS] = {
		[DUTY_SEAL] = "statements", [DUTY_CLEAN] = "retention", [DUTY_LOOK] = "disk", [DUTY_TOTALS] = "totals"};

	for (int k = 0; k < DUTY_KINDS; k++) {
		int error = keeper_error(a->keeper, (enum duty_kind)k);
		if (error == a->duty_error[k])
			continue;
		a->duty_error[k] = error;
		if (error)
			log_error("-",
				  "event=records_duty_failed what=%s path=%s error=\"%s\" hint=\"free space or check "
				  "rights; it is tried again each second\"",
				  names[k], a->directory, strerror(error));
		else
			log_info("-", "event=records_duty_recovered what=%s path=%s", names[k], a->directory);
	}
}

/* A day that is over, all of it written, is added up. */
static void watch_day(struct archive *a)
{
	char day[12], name[HOURS_NAME_MAX], path[1024];

	archive_hour_names(a->node, loop_wall_ms(a->loop), day, name);
	if (strcmp(day, a->day) == 0)
		return;
	snprintf(path, sizeof(path), "%s/%s", a->directory, a->day);
	if (*a->day && access(path, F_OK) == 0)
		archive_keep_totals(a, a->day);
	memcpy(a->day, day, sizeof(day));
}

/* Of a note that smppevidence erase has left. */
static void put_erased(void *arg, const struct erased *e)
{
	struct archive *a = arg;
	struct cdr c = {.kind = CDR_ERASED, .wait_ms = -1, .answer_ms = -1, .price = -1};
	char why[400];

	snprintf(why, sizeof(why), "%s, in %llu files", e->what, (unsigned long long)e->files);
	c.at_ms = loop_wall_ms(a->loop);
	c.done_ms = e->at_ms;
	c.parts = e->records > UINT32_MAX ? UINT32_MAX : (unsigned)e->records;
	c.who = view_of(e->who);
	c.why = view_of(why);
	log_warn("-", "event=records_erased who=\"%s\" records=%llu what=\"%s\"", e->who,
		 (unsigned long long)e->records, why);
	archive_put(a, &c);
}

static void on_tick(struct timer *t)
{
	struct archive *a = LIST_OF(t, struct archive, tick);
	int64_t now = loop_now_ms(a->loop);

	watch_clock(a);
	erased_take(a->directory, put_erased, a);
	if (a->hour.begun && archive_hour_over(a, loop_wall_ms(a->loop)))
		end_hour(a);
	else
		checkpoint(a);
	if (!a->hour.begun || !archive_hour_over(a, loop_wall_ms(a->loop)))
		watch_day(a);
	if (now - a->looked_ms >= LOOK_MS) {
		a->looked_ms = now;
		archive_keep_look(a);
	}
	if (now - a->cleaned_ms >= CLEAN_MS && now >= a->trusted_ms) {
		a->cleaned_ms = now;
		archive_keep_clean(a);
	}
	if (a->hour.gone)
		(void)write_waiting(a, TURN_MAX); /* known before somebody wants a record */
	watch_duties(a);
	keeper_again(a->keeper);
	loop_timer(a->loop, &a->tick, TICK_MS);
}

/* --- one record --- */

/* A value as it will be read back: what commits to it must be about the same octets. */
static struct view utf8(struct view v, struct buf *clean)
{
	static const char mark[] = "\xEF\xBF\xBD";
	const char *s = (const char *)v.p;

	if (text_valid(s, v.n))
		return v;
	for (size_t at = 0; at < v.n;) {
		size_t from = at;
		if (text_get(s, v.n, &at) < 0)
			buf_puts(clean, mark);
		else
			buf_put(clean, s + from, at - from);
	}
	return (struct view){buf_data(clean), (uint32_t)buf_len(clean)};
}

/* What of the record is personal, and how it is kept; salt, hashes: for the commitments. */
struct keep {
	struct personal personal;
	struct buf clean_number, clean_text;
	uint8_t salt[BOX_SALT];
	char number_hash[BOX_HASH], text_hash[BOX_HASH];
};

static void choose(struct archive *a, const struct cdr *c, struct keep *k)
{
	struct personal *p = &k->personal;
	bool number = c->number.n && a->numbers != CDR_NUMBER_MASKED, text = c->text.n && a->texts != CDR_TEXT_NONE;

	if (!number && !text)
		return;
	box_salt(a->box, k->salt);
	p->salt = k->salt;
	if (number) {
		p->number = utf8(c->number, &k->clean_number);
		p->closed_number = a->numbers == CDR_NUMBER_ENCRYPTED;
		box_hash(a->box, k->salt, "number", p->number, k->number_hash);
	}
	if (!text)
		return;
	struct view v = utf8(c->text, &k->clean_text);
	box_hash(a->box, k->salt, "text", v, k->text_hash);
	if (a->texts != CDR_TEXT_HASH) {
		p->text = v;
		p->closed_text = a->texts == CDR_TEXT_ENCRYPTED;
	}
}

static void put_chain(struct archive *a, size_t core_at, size_t core_n)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t chain[DIGEST_OCTETS];
	char text[80], *p = text;
	bool json = a->format == CDR_JSON;

	if (!a->sealer) {
		if (!json)
			buf_puts(&a->out, ",");
		return;
	}
	sealer_add(a->sealer, buf_data(&a->out) + core_at, core_n, chain);
	p = stpcpy(p, json ? ",\"chain\":\"" : ",");
	for (unsigned i = 0; i < DIGEST_OCTETS; i++) {
		*p++ = hex[chain[i] >> 4];
		*p++ = hex[chain[i] & 15];
	}
	if (json)
		*p++ = '"';
	buf_put(&a->out, text, (size_t)(p - text));
}

static void tell_sieve(struct archive *a, const struct cdr *c)
{
	struct sieve_block *b = &a->hour.block;
	char masked[32];

	if (c->id)
		sieve_key(b, sieve_id(c->id));
	if (c->msg)
		sieve_key(b, sieve_id(c->msg));
	if (c->original)
		sieve_key(b, sieve_id(c->original));
	if (c->number.n)
		sieve_key(b, sieve_number(view_of(log_masked(c->number.p, c->number.n, masked))));
}

static void put_record(struct archive *a, const struct cdr *c)
{
	struct keep k = {.number_hash = "", .text_hash = ""};
	size_t core_at = buf_len(&a->out), core_n;

	choose(a, c, &k);
	cdr_write_core(c, a->next, k.number_hash, k.text_hash, a->format, &a->out);
	core_n = buf_len(&a->out) - core_at;
	put_chain(a, core_at, core_n);
	box_write(a->box, &k.personal, a->format, core_at, core_n, &a->out);
	buf_put(&a->out, "\n", 1);
	a->next++;
	a->count.kind[c->kind]++;
	tell_sieve(a, c);
	archive_hour_record(a, c->at_ms, buf_len(&a->out) - core_at);
	buf_free(&k.clean_number);
	buf_free(&k.clean_text);
}

bool archive_wants(const struct archive *a, enum cdr_kind k)
{
	return a->wanted >> k & 1;
}

void archive_put(struct archive *a, const struct cdr *c)
{
	int64_t wall = loop_wall_ms(a->loop);

	if (!archive_wants(a, c->kind))
		return;
	if (archive_hour_over(a, wall)) {
		if (a->hour.begun)
			end_hour(a);
		if (!a->hour.begun)
			archive_hour_begin(a, wall);
	}
	if (buf_len(&a->out) >= ARCHIVE_WAIT_MAX) {
		a->lost++;
		a->count.lost++;
		return;
	}
	put_record(a, c);
}

void archive_on_hour(struct archive *a, void (*fn)(void *arg, const char *hour, const char *line), void *arg)
{
	a->on_hour = fn;
	a->on_hour_arg = arg;
}

bool archive_full(const struct archive *a)
{
	return a->required && a->error != 0;
}

void archive_look(const struct archive *a, struct archive_view *out)
{
	uint8_t head[DIGEST_OCTETS];

	*out = (struct archive_view){
		.on = a->on,
		.directory = a->on ? a->directory : "",
		.key = a->key ? a->key : "",
		.why = a->why ? a->why : "",
		.next = a->next,
		.waiting = buf_len(&a->out),
		.lost = a->count.lost,
		.free_octets = a->count.free_octets,
	};
	if (!a->sealer)
		return;
	out->signing = sealer_signs(a->sealer);
	sealer_head(a->sealer, head);
	for (unsigned i = 0; i < DIGEST_OCTETS; i++)
		snprintf(out->head + 2 * i, 3, "%02x", head[i]);
}

/* --- begin and end --- */

static void put_plain(struct archive *a, enum cdr_kind kind, const char *why)
{
	struct cdr c = {.kind = kind, .wait_ms = -1, .answer_ms = -1, .price = -1};

	c.at_ms = loop_wall_ms(a->loop);
	c.why = view_of(why);
	archive_put(a, &c);
}

static bool start(struct archive *a, const struct records_conf *r, const struct evidence_conf *e, char **why)
{
	char text[256];

	a->box = box_new(r->key, a->digest, why);
	if (!a->box)
		return false;
	if (e->chain) {
		a->sealer = sealer_new(&(struct sealer_conf){a->digest, e->key, a->node}, why);
		if (!a->sealer)
			return false;
	}
	if (!archive_resume(a, why))
		return false;
	snprintf(text, sizeof(text), "smppgw %s%s", PACKAGE_VERSION, a->torn);
	put_plain(a, CDR_START, text);
	if (write_waiting(a, SIZE_MAX) != 0) {
		if (asprintf(why, "%s: records cannot be written: %s", a->directory, strerror(a->error)) < 0)
			*why = NULL;
		return false;
	}
	return true;
}

/* The day before may have ended while nothing ran. */
static void look_back(struct archive *a)
{
	char day[12], name[HOURS_NAME_MAX], path[1024];

	archive_hour_names(a->node, loop_wall_ms(a->loop) - INT64_C(86400) * 1000, day, name);
	snprintf(path, sizeof(path), "%s/%s", a->directory, day);
	bool there = access(path, F_OK) == 0;
	snprintf(path, sizeof(path), "%s/%s/totals-%u.csv", a->directory, day, a->node);
	if (there && access(path, F_OK) != 0)
		archive_keep_totals(a, day);
}

struct archive *archive_new(struct loop *loop, struct worker *worker, const struct records_conf *r,
			    const struct evidence_conf *e, unsigned node, struct stats *stats, char **why)
{
	struct archive *a = mem_zalloc(sizeof(*a));

	*why = NULL;
	a->loop = loop;
	a->stats = stats;
	a->on = *r->directory;
	a->directory = mem_strdup(r->directory);
	a->key = mem_strdup(r->key);
	a->format = (enum cdr_format)r->format;
	a->numbers = (enum cdr_numbers)r->numbers;
	a->texts = (enum cdr_texts)r->texts;
	a->digest = (enum seal_digest)e->digest;
	a->checkpoint = e->checkpoint;
	a->node = node;
	a->next = 1;
	a->lock_fd = a->hour.fd = a->hour.sieve_fd = -1;
	a->wall_ahead_ms = loop_wall_ms(loop) - loop_now_ms(loop);
	a->stated_ms = loop_now_ms(loop);
	a->looked_ms = -LOOK_MS;
	a->cleaned_ms = -CLEAN_MS;
	a->keeper = keeper_new(worker, a);
	if (stats)
		stats_add(stats, archive_stat_rows, archive_stat_rows_n, &a->count, NULL, NULL, NULL);
	archive_use(a, r);
	if (!a->on)
		return a;
	if (!start(a, r, e, why)) {
		a->wanted = 0;
		buf_consume(&a->out, buf_len(&a->out), 0);
		archive_free(a);
		return NULL;
	}
	/* First in each stage, as it is made before those who store and send: a record is written before what it is
	 * about is in the store or acknowledged, and a kill in between leaves a record too many (reopened), never one
	 * too few. */
	for (int stage = 0; stage < LOOP_STAGES; stage++) {
		a->hooks[stage] = (struct loop_hook){.fn = on_turn, .arg = a};
		loop_hook(loop, (enum loop_stage)stage, &a->hooks[stage]);
	}
	a->tick.fn = on_tick;
	loop_timer(loop, &a->tick, TICK_MS);
	look_back(a);
	return a;
}

void archive_use(struct archive *a, const struct records_conf *r)
{
	const char *bad;
	uint32_t set = 0;

	if (a->on && archive_kinds(&r->kinds, &set, &bad))
		a->wanted = set;
	a->retention = r->retention;
	a->required = a->on && r->required;
	a->cleaned_ms = -CLEAN_MS;
}

static void stop(struct archive *a)
{
	for (int stage = 0; stage < LOOP_STAGES; stage++)
		loop_unhook(a->loop, &a->hooks[stage]);
	loop_timer_clear(a->loop, &a->tick);
	put_plain(a, CDR_STOP, "");
	a->again_ms = 0;
	if (write_waiting(a, SIZE_MAX) != 0) {
		log_error("-", "event=records_given_up path=%s octets=%zu error=\"%s\"", a->directory, buf_len(&a->out),
			  strerror(a->error));
		return;
	}
	if (a->hour.begun)
		archive_hour_state(a, false);
}

void archive_free(struct archive *a)
{
	if (!a)
		return;
	keeper_hold(a->keeper);
	if (a->hooks[0].fn)
		stop(a);
	keeper_end(a->keeper);
	if (a->hour.fd >= 0)
		close(a->hour.fd);
	if (a->hour.sieve_fd >= 0)
		close(a->hour.sieve_fd);
	if (a->lock_fd >= 0)
		close(a->lock_fd);
	if (a->stats)
		stats_drop(a->stats, &a->count);
	sealer_free(a->sealer);
	box_free(a->box);
	archive_restored(a);
	buf_free(&a->out);
	free(a->why);
	mem_free(a->directory);
	mem_free(a->key);
	mem_free(a);
}
