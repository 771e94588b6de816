/*
 * fuzz_history.c - any octets as minutes of the history that Redis has kept, and what the dashboard shows of them. Two
 * octets of length, that many octets of a minute, and so on; what is left is a `?` and a query string.
 *
 * What must hold: what was read is kept again and reads back as the same; the page is whole JSON that names what was
 * asked for, or says why not.
 */
#include <string.h>

#include "base/loop.h"
#include "base/text.h"
#include "must.h"
#include "quiet.h"
#include "noc/api.h"
#include "noc/history.h"
#include "path/tally.h"

#define WALL_MS 1767578400000
#define MINUTES 6

static struct loop *loop;
static struct tally *tally;

static struct history *new_history(void)
{
	struct history *h = history_new();
	const struct history_state all = {.name = ""};
	history_look(h, tally, 1000, WALL_MS, &all, NULL, 0);
	return h;
}

static void compare(struct history *h, int64_t minute)
{
	struct buf first = {0}, second = {0};
	struct history *other = new_history();
	history_save(h, minute, &first);
	struct view octets = {buf_len(&first) ? buf_data(&first) : NULL, (uint32_t)buf_len(&first)};
	MUST(history_load(other, minute, octets));
	history_save(other, minute, &second);
	MUST(buf_len(&first) == buf_len(&second) &&
	     (buf_len(&first) == 0 || memcmp(buf_data(&first), buf_data(&second), buf_len(&first)) == 0));
	buf_free(&first);
	buf_free(&second);
	history_free(other);
}

/* Brackets that close each other outside of strings, and one value. */
static void check_json(const char *p, size_t n)
{
	int depth = 0;
	bool string = false;
	MUST(n > 2 && *p == '{' && text_valid(p, n));
	for (size_t i = 0; i < n; i++) {
		if (string && p[i] == '\\')
			i++;
		else if (p[i] == '"')
			string = !string;
		else if (!string && (p[i] == '{' || p[i] == '['))
			depth++;
		else if (!string && (p[i] == '}' || p[i] == ']'))
			MUST(--depth >= 0 && (depth > 0 || i + 2 >= n));
	}
	MUST(depth == 0 && !string);
}

static void show(const struct history *h, struct view text)
{
	static struct query q;
	const struct snapshot_source from = {.history = h, .loop = loop};
	struct buf out = {0};
	char string[512];
	snprintf(string, sizeof(string), "%.*s", (int)text.n, (const char *)text.p);
	if (query_parse(&q, string))
		return;
	int status = api_history(&from, &q, &out);
	MUST(status == 200 || status == 400);
	check_json((const char *)buf_data(&out), buf_len(&out));
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view rest = {data, (uint32_t)size};
	if (size > 8192)
		return 0;
	if (!loop) {
		be_quiet();
		loop = loop_new_simulated(WALL_MS);
		tally = tally_new(loop);
	}
	struct history *h = new_history();
	int64_t now = history_minute(h), minute = now - MINUTES;
	for (; minute < now && rest.n > 2; minute++) {
		uint32_t n = (uint32_t)take_octet(&rest) << 8;
		n |= take_octet(&rest);
		struct view octets = take_view(&rest, n);
		bool whole = history_load(h, minute, octets);
		MUST(!whole || history_known(h, minute));
		if (whole && minute == now - MINUTES)
			compare(h, minute);
	}
	if (rest.n > 0 && rest.n < 200 && take_octet(&rest) == '?')
		show(h, rest);
	history_free(h);
	return 0;
}
