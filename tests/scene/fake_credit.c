/*
 * fake_credit.c - the scripts of src/path/store_credit.c as Redis runs them, made of commands on the same data. Knows
 * nothing of messages.
 */
#include "fake_credit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct blob text(const char *s)
{
	return (struct blob){(uint8_t *)(uintptr_t)s, strlen(s)};
}

static redisReply *call(const struct fake_script *s, size_t n, const struct blob *words)
{
	return fake_data_run(s->d, s->now_ms, n, words);
}

static long long number(const struct fake_script *s, size_t n, const struct blob *words)
{
	redisReply *r = call(s, n, words);
	long long v = r->type == REDIS_REPLY_INTEGER ? r->integer : r->str != NULL ? strtoll(r->str, NULL, 10) : 0;
	freeReplyObject(r);
	return v;
}

static void add(const struct fake_script *s, struct blob key, struct blob field, long long by)
{
	char value[24];

	snprintf(value, sizeof(value), "%lld", by);
	number(s, 4, (const struct blob[]){text("HINCRBY"), key, field, text(value)});
}

static void expire(const struct fake_script *s, struct blob key)
{
	number(s, 3, (const struct blob[]){text("EXPIRE"), key, text("34560000")});
}

redisReply *fake_credit_reserve(const struct fake_script *s)
{
	const struct blob *a = s->args;
	long long floor = strtoll((const char *)a[0].p, NULL, 10), taken = 0;
	long long balance = number(s, 3, (const struct blob[]){text("HGET"), s->keys[0], a[1]});
	redisReply *r = fake_reply_array((s->args_n - 2) / 2);

	for (size_t i = 2; i + 1 < s->args_n; i += 2) {
		char entry[256];
		long long amount = strtoll((const char *)a[i + 1].p, NULL, 10);
		bool granted = balance - amount >= floor;
		r->element[(i - 2) / 2] = fake_reply_integer(granted);
		if (!granted)
			continue;
		snprintf(entry, sizeof(entry), "%.*s,%.*s", (int)a[1].n, (const char *)a[1].p, (int)a[i + 1].n,
			 (const char *)a[i + 1].p);
		number(s, 4, (const struct blob[]){text("HSET"), s->keys[1], a[i], text(entry)});
		balance -= amount;
		taken += amount;
	}
	if (taken > 0)
		add(s, s->keys[0], a[1], -taken);
	return r;
}

static void use(const struct fake_script *s, const char *place, const char *what, long long value)
{
	char field[256];

	snprintf(field, sizeof(field), "%s/%s", place, what);
	add(s, s->keys[2], text(field), value);
	expire(s, s->keys[2]);
}

/* entry: account,amount,segments; how: segments,carrier or "". */
static void settle(const struct fake_script *s, char *entry, const char *how)
{
	char *segments = strrchr(entry, ','), place[520];
	long long n, charge = 0;

	*segments++ = '\0';
	char *amount = strrchr(entry, ',');
	*amount++ = '\0';
	if (*how != '\0') {
		n = strtoll(how, NULL, 10);
		if (n == 0)
			n = strtoll(segments, NULL, 10);
		charge = strtoll(amount, NULL, 10) / strtoll(segments, NULL, 10) * n;
		snprintf(place, sizeof(place), "%s/%s", entry, strchr(how, ',') + 1);
		use(s, place, "messages", 1);
		use(s, place, "segments", n);
		use(s, place, "amount", charge);
	}
	if (strtoll(amount, NULL, 10) != charge)
		add(s, s->keys[0], text(entry), strtoll(amount, NULL, 10) - charge);
}

redisReply *fake_credit_settle(const struct fake_script *s)
{
	long long ended = 0;

	for (size_t i = 0; i + 1 < s->args_n; i += 2) {
		char entry[256] = "", how[96];
		redisReply *r = call(s, 3, (const struct blob[]){text("HGET"), s->keys[1], s->args[i]});
		if (r->type == REDIS_REPLY_STRING)
			snprintf(entry, sizeof(entry), "%s", r->str);
		freeReplyObject(r);
		if (*entry == '\0')
			continue;
		number(s, 3, (const struct blob[]){text("HDEL"), s->keys[1], s->args[i]});
		snprintf(how, sizeof(how), "%.*s", (int)s->args[i + 1].n, (const char *)s->args[i + 1].p);
		settle(s, entry, how);
		ended++;
	}
	return fake_reply_integer(ended);
}

redisReply *fake_credit_usage(const struct fake_script *s)
{
	for (size_t i = 0; i + 1 < s->args_n; i += 2)
		add(s, s->keys[0], s->args[i], strtoll((const char *)s->args[i + 1].p, NULL, 10));
	expire(s, s->keys[0]);
	return fake_reply_integer((long long)s->args_n / 2);
}

redisReply *fake_credit_change(const struct fake_script *s)
{
	const char *command = blob_is(&s->args[1], "set") ? "HSET" : "HINCRBY";

	number(s, 4, (const struct blob[]){text(command), s->keys[0], s->args[0], s->args[2]});
	return call(s, 3, (const struct blob[]){text("HGET"), s->keys[0], s->args[0]});
}
