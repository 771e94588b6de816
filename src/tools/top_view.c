/*
 * top_view.c - a frame of the live screen out of two looks: lines above, a table that fits the width, the keys. Must
 * not know terminals or sockets.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/columns.h"
#include "base/mem.h"
#include "tools/top.h"
#include "tools/top_columns.h"

#define HEAD_LINES 6 /* above the rows, with the heads */
#define ALARMS	   3 /* named */
#define LINE_ROOM  1024

static const char *const view_names[TOP_VIEWS] = {"carriers", "accounts", "binds"};

/* --- lines --- */

static const char *const styles[] = {[TOP_PLAIN] = "",
				     [TOP_GOOD] = "\033[32m",
				     [TOP_LOOK] = "\033[33m",
				     [TOP_BAD] = "\033[1;31m",
				     [TOP_HEAD] = "\033[7m"};

/*
 * One line, cut to the width; on a screen filled up to it, so that it covers what stood there. Reverse video is no
 * colour.
 */
static void put_line(const struct top_state *s, enum top_style style, const char *text, struct buf *out)
{
	size_t len = strlen(text);
	bool styled = s->live && (s->colour || style == TOP_HEAD) && style != TOP_PLAIN;
	while (len > 0 && text[len - 1] == ' ')
		len--;
	size_t columns, n = columns_cut(text, len, s->width, &columns);
	buf_puts(out, styled ? styles[style] : "");
	buf_put(out, text, n);
	for (; s->live && columns < s->width; columns++)
		buf_puts(out, " ");
	buf_puts(out, styled ? "\033[0m\n" : "\n");
}

static const char *span(double seconds, char out[32])
{
	int64_t s = (int64_t)seconds;

	if (s < 60)
		snprintf(out, 32, "%" PRId64 " s", s);
	else if (s < 3600)
		snprintf(out, 32, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, 32, "%" PRId64 " h %" PRId64 " min", s / 3600, s / 60 % 60);
	else
		snprintf(out, 32, "%" PRId64 " d %" PRId64 " h", s / 86400, s / 3600 % 24);
	return out;
}

static void put_gateway(const struct top_state *s, const struct tree_node *status, struct buf *out)
{
	char line[LINE_ROOM], up[32], clock[16];
	bool healthy = tree_bool(status, "healthy");
	time_t now = time(NULL);
	struct tm tm;

	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&now, &tm));
	snprintf(line, sizeof(line), "%s  smppgw %s  node %.0f  up %s  %s  %s%s", clock,
		 tree_text(status, "version", "?"), tree_number(status, "node", 0),
		 span(tree_number(status, "uptime_s", 0), up), tree_text(status, "phase", "?"), healthy ? "" : "! ",
		 healthy ? "healthy" : tree_text(status, "unhealthy", "not healthy"));
	put_line(s, healthy ? TOP_GOOD : TOP_BAD, line, out);
}

static void put_messages(const struct top_state *s, const struct tree_node *status, struct buf *out)
{
	const struct tree_node *store = tree_member(status, "store"), *messages = tree_member(status, "messages"),
			       *by = tree_member(messages, "by_state");
	char line[LINE_ROOM];
	bool up = tree_bool(store, "up");
	int n = snprintf(line, sizeof(line), "%sstore %s, oldest write %.1f ms   messages %.0f", up ? "" : "! ",
			 up ? "up" : "down", tree_number(store, "lag_ms", 0), tree_number(messages, "total", 0));

	for (const struct tree_node *state = tree_first(by); state; state = tree_next(state)) {
		double v = tree_number(state, NULL, 0);
		if (v > 0 && n < (int)sizeof(line))
			n += snprintf(line + n, sizeof(line) - (size_t)n, "   %s %.0f", tree_name(state), v);
	}
	put_line(s, up ? TOP_PLAIN : TOP_BAD, line, out);
}

/* The sum of a counter over a list now, less what it was before; -1: there was nothing before. */
static double sum_rate(const struct top_look *look, const struct top_look *before, const char *list, const char *key)
{
	const struct tree_node *now = tree_member(tree_root(look->status), list),
			       *old = tree_member(tree_root(before->status), list);
	double seconds = (double)(look->at_us - before->at_us) / 1e6, sum = 0;

	if (!old || seconds <= 0)
		return -1;
	for (size_t i = 0; i < tree_count(now); i++)
		sum += tree_number(tree_at(now, i), key, 0);
	for (size_t i = 0; i < tree_count(old); i++)
		sum -= tree_number(tree_at(old, i), key, 0);
	return sum < 0 ? -1 : sum / seconds;
}

static void put_rates(const struct top_state *s, const struct top_look *look, const struct top_look *before,
		      struct buf *out)
{
	static const struct {
		const char *word, *list, *key;
	} sums[] = {{"in", "accounts", "received"},
		    {"sent", "carriers", "submitted"},
		    {"ok", "carriers", "ok"},
		    {"errors", "carriers", "errors"},
		    {"throttled", "carriers", "throttled"}};
	char line[LINE_ROOM] = "";
	int n = 0;

	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		double v = sum_rate(look, before, sums[i].list, sums[i].key);
		n += v < 0 ? snprintf(line + n, sizeof(line) - (size_t)n, "%s%s -", i ? "   " : "", sums[i].word)
			   : snprintf(line + n, sizeof(line) - (size_t)n, "%s%s %.1f/s", i ? "   " : "", sums[i].word,
				      v);
	}
	put_line(s, TOP_PLAIN, line, out);
}

static void put_alarms(const struct top_state *s, const struct top_look *look, struct buf *out)
{
	const struct tree_node *alarms = tree_member(tree_root(look->now), "alarms");
	size_t count = tree_count(alarms);
	char line[LINE_ROOM];
	int n;

	if (*s->why) {
		snprintf(line, sizeof(line), "! %s", s->why);
		put_line(s, TOP_BAD, line, out);
		return;
	}
	if (!alarms || count == 0) {
		put_line(s, TOP_PLAIN, alarms ? "no alarms" : "", out);
		return;
	}
	n = snprintf(line, sizeof(line), "! %zu alarm%s:", count, count == 1 ? "" : "s");
	for (size_t i = 0; i < count && i < ALARMS && n < (int)sizeof(line); i++)
		n += snprintf(line + n, sizeof(line) - (size_t)n, "%s %.40s %.40s (%.20s)", i ? "," : "",
			      tree_text(tree_at(alarms, i), "alarm", "?"), tree_text(tree_at(alarms, i), "object", ""),
			      tree_text(tree_at(alarms, i), "severity", "?"));
	put_line(s, TOP_BAD, line, out);
}

/* --- the table --- */

struct shown { /* a table that is being put together */
	const struct top_column *columns;
	size_t n;
	bool fits[TOP_MAX_COLUMNS];
	size_t width[TOP_MAX_COLUMNS];
	struct top_row *rows;
	size_t rows_n;
};

static size_t cell_width(const struct top_column *c, const struct top_row *row, char out[TOP_CELL])
{
	c->print(row, out);
	return columns_of_text(out, strlen(out));
}

/* The columns' widths; those that are kept least go until the rest fits. */
static void measure(struct shown *t, size_t width)
{
	char cell[TOP_CELL];

	for (size_t i = 0; i < t->n; i++) {
		const struct top_column *c = &t->columns[i];
		t->fits[i] = true;
		t->width[i] = strlen(c->head) + 1; /* the mark of what is sorted by */
		for (size_t r = 0; r < t->rows_n; r++) {
			size_t w = cell_width(c, &t->rows[r], cell);
			t->width[i] = w > t->width[i] ? w : t->width[i];
		}
		t->width[i] = t->width[i] < c->most ? t->width[i] : c->most;
	}
	for (;;) {
		size_t sum = 0, worst = 0;
		for (size_t i = 0; i < t->n; i++) {
			sum += t->fits[i] ? t->width[i] + 2 : 0;
			if (t->fits[i] && (!t->fits[worst] || t->columns[i].keep >= t->columns[worst].keep))
				worst = i;
		}
		if (sum <= width + 2 || t->columns[worst].keep == 0)
			return;
		t->fits[worst] = false;
	}
}

static void put_cell(const struct shown *t, size_t i, const char *text, char *line, size_t cap)
{
	size_t columns, n = columns_cut(text, strlen(text), t->width[i], &columns), at = strlen(line);
	int gap = (int)(t->width[i] - columns);

	snprintf(line + at, cap - at, "%s%*s%.*s%*s", at ? "  " : "", t->columns[i].right ? gap : 0, "", (int)n, text,
		 t->columns[i].right ? 0 : gap, "");
}

static void put_heads(const struct top_state *s, const struct shown *t, struct buf *out)
{
	char line[LINE_ROOM] = "", head[TOP_CELL];

	for (size_t i = 0; i < t->n; i++) {
		if (!t->fits[i])
			continue;
		snprintf(head, sizeof(head), "%s%s", t->columns[i].head,
			 i == s->sort[s->view] ? (t->columns[i].value ? "-" : "+") : "");
		put_cell(t, i, head, line, sizeof(line));
	}
	put_line(s, TOP_HEAD, line, out);
}

static void put_row(const struct top_state *s, const struct shown *t, const struct top_row *row, struct buf *out)
{
	char line[LINE_ROOM] = "", cell[TOP_CELL];

	for (size_t i = 0; i < t->n; i++) {
		if (!t->fits[i])
			continue;
		t->columns[i].print(row, cell);
		put_cell(t, i, cell, line, sizeof(line));
	}
	put_line(s, top_row_style(s->view, row), line, out);
}

/* The element of a list that has this name; NULL. */
static const struct tree_node *named(const struct tree_node *list, const char *name)
{
	for (size_t i = 0; i < tree_count(list); i++) {
		if (strcmp(tree_text(tree_at(list, i), "name", ""), name) == 0)
			return tree_at(list, i);
	}
	return NULL;
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct top_column *c = arg;
	const struct top_row *x = a, *y = b;
	int by_name = strcmp(tree_text(x->status, "name", ""), tree_text(y->status, "name", ""));

	if (c->value) {
		double v = c->value(x), w = c->value(y);
		return v > w ? -1 : v < w ? 1 : by_name;
	}
	char left[TOP_CELL], right[TOP_CELL];
	c->print(x, left);
	c->print(y, right);
	int by_text = strcmp(left, right);
	return by_text ? by_text : by_name;
}

static void gather(const struct top_state *s, const struct top_look *look, const struct top_look *before,
		   struct shown *t)
{
	const char *list = view_names[s->view];
	const struct tree_node *status = tree_member(tree_root(look->status), list),
			       *now = tree_member(tree_root(look->now), list),
			       *old = tree_member(tree_root(before->status), list), *at = tree_at(status, 0);
	double seconds = before->status ? (double)(look->at_us - before->at_us) / 1e6 : 0;

	t->columns = top_columns(s->view, &t->n);
	t->rows_n = tree_count(status);
	t->rows = mem_zalloc((t->rows_n + 1) * sizeof(*t->rows));
	for (size_t i = 0; i < t->rows_n; i++, at = tree_next(at)) {
		const char *name = tree_text(at, "name", "");
		t->rows[i] = (struct top_row){.status = at, .seconds = seconds};
		if (s->view == TOP_BINDS)
			continue; /* there may be many, and they count nothing */
		t->rows[i].now = named(now, name);
		t->rows[i].before = named(old, name);
	}
	const struct top_column *by = &t->columns[s->sort[s->view]];
	qsort_r(t->rows, t->rows_n, sizeof(*t->rows), compare, (void *)(uintptr_t)by);
}

static void put_table(struct top_state *s, const struct top_look *look, const struct top_look *before, struct buf *out)
{
	struct shown t = {.n = 0};
	size_t room = s->height > HEAD_LINES + 1 ? s->height - HEAD_LINES - 1 : 0, i;

	gather(s, look, before, &t);
	measure(&t, s->width);
	put_heads(s, &t, out);
	if (!s->live)
		room = t.rows_n;
	if (s->scroll + room > t.rows_n)
		s->scroll = t.rows_n > room ? t.rows_n - room : 0;
	for (i = 0; i < room && s->scroll + i < t.rows_n; i++)
		put_row(s, &t, &t.rows[s->scroll + i], out);
	for (; s->live && i < room; i++)
		put_line(s, TOP_PLAIN, "", out);
	mem_free(t.rows);
}

void top_next_column(struct top_state *s)
{
	size_t n;

	(void)top_columns(s->view, &n);
	s->sort[s->view] = (s->sort[s->view] + 1) % (unsigned)n;
}

/* --- the frame --- */

static void put_help(const struct top_state *s, struct buf *out)
{
	static const char *const lines[] = {
		"q        quit",
		"c a b    carriers, accounts, binds",
		"s        sort by the next column: + by text, - the largest first",
		"p        pause, and go on",
		"up down  scroll; page up and page down as well",
		"h        this, and back",
		"",
		"/S       a second, between the last two looks",
		"P50 P99  milliseconds from submit to the carrier's answer, last minute",
		"DELIV    delivered of all that ended, last 15 minutes",
		"!        in front of a state: it needs a hand",
	};
	size_t n = sizeof(lines) / sizeof(lines[0]), room = s->height > HEAD_LINES ? s->height - HEAD_LINES : 0;

	put_line(s, TOP_HEAD, "help", out);
	for (size_t i = 0; i + 1 < room; i++)
		put_line(s, TOP_PLAIN, i < n ? lines[i] : "", out);
}

static void put_keys(const struct top_state *s, struct buf *out)
{
	char line[LINE_ROOM];
	size_t n;
	const struct top_column *columns = top_columns(s->view, &n);

	snprintf(line, sizeof(line), "%sq quit  c carriers  a accounts  b binds  s sort: %s  p pause  h help",
		 s->paused ? "[paused] " : "", columns[s->sort[s->view]].head);
	size_t before = buf_len(out);
	put_line(s, s->paused ? TOP_LOOK : TOP_PLAIN, line, out);
	if (buf_len(out) > before)
		out->end--; /* the last line of a screen has no end: it would scroll */
}

void top_frame(struct top_state *s, const struct top_look *look, const struct top_look *before, struct buf *out)
{
	if (!look->status) {
		put_line(s, *s->why ? TOP_BAD : TOP_PLAIN, *s->why ? s->why : "asking the gateway ...", out);
		for (size_t i = 2; s->live && i < s->height; i++)
			put_line(s, TOP_PLAIN, "", out);
		if (s->live)
			put_keys(s, out);
		return;
	}
	put_gateway(s, tree_root(look->status), out);
	put_messages(s, tree_root(look->status), out);
	put_rates(s, look, before, out);
	put_alarms(s, look, out);
	put_line(s, TOP_PLAIN, "", out);
	if (s->help && s->live)
		put_help(s, out);
	else
		put_table(s, look, before, out);
	if (s->live)
		put_keys(s, out);
}
