/*
 * api_history.c - GET /api/history: the last day of one object by minutes, its last minute by seconds. Must not know
 * how the history is kept.
 */
#include "noc/api.h"

#include "base/mem.h"
#include "noc/history.h"
#include "noc/json.h"

#define API_NAME_MAX 512 /* octets */

static const struct {
	const char *key;
	unsigned column;
} columns[] = {
	{"accepted", TALLY_ACCEPTED},
	{"refused", TALLY_REFUSED},
	{"sent", TALLY_SENT},
	{"delivered", TALLY_DELIVERED},
	{"failed", TALLY_FAILED},
	{"replies", TALLY_REPLIES},
	{"optouts", TALLY_OPTOUTS},
	{"complaints", TALLY_COMPLAINTS},
	{"queued", HISTORY_COLUMN_GAUGE + HISTORY_QUEUED},
	{"oldest_s", HISTORY_COLUMN_GAUGE + HISTORY_OLDEST},
	{"outstanding", HISTORY_COLUMN_GAUGE + HISTORY_OUTSTANDING},
	{"submits", HISTORY_COLUMN_GAUGE + HISTORY_SUBMITS},
	{"flaps", HISTORY_COLUMN_GAUGE + HISTORY_FLAPS},
	{"wait_p50", HISTORY_COLUMN_OF(TALLY_WAIT, HISTORY_P50)},
	{"wait_p95", HISTORY_COLUMN_OF(TALLY_WAIT, HISTORY_P95)},
	{"wait_p99", HISTORY_COLUMN_OF(TALLY_WAIT, HISTORY_P99)},
	{"answer_p50", HISTORY_COLUMN_OF(TALLY_ANSWER, HISTORY_P50)},
	{"answer_p95", HISTORY_COLUMN_OF(TALLY_ANSWER, HISTORY_P95)},
	{"answer_p99", HISTORY_COLUMN_OF(TALLY_ANSWER, HISTORY_P99)},
	{"receipt_p50", HISTORY_COLUMN_OF(TALLY_RECEIPT, HISTORY_P50)},
	{"receipt_p95", HISTORY_COLUMN_OF(TALLY_RECEIPT, HISTORY_P95)},
	{"receipt_p99", HISTORY_COLUMN_OF(TALLY_RECEIPT, HISTORY_P99)},
};

typedef void (*series_fn)(const struct history *h, enum tally_dim d, const struct history_object *o, unsigned column,
			  struct history_series *out);

struct asked {
	const struct history *history;
	enum tally_dim dim;
	const struct history_object *o;
	struct history_series *series; /* room for one */
};

static void history_points(struct json *j, unsigned column, const struct history_series *s)
{
	for (unsigned i = 0; i < s->points; i++) {
		if (s->v[i] == HISTORY_UNKNOWN)
			json_text(j, NULL, NULL);
		else if (column >= HISTORY_COLUMN_TIME)
			json_ms(j, NULL, s->v[i]);
		else
			json_u64(j, NULL, (uint64_t)s->v[i]);
	}
}

static void history_all_series(struct json *j, const struct asked *a, unsigned step_s, series_fn read)
{
	read(a->history, a->dim, a->o, TALLY_ACCEPTED, a->series);
	json_u64(j, "step_s", step_s);
	json_u64(j, "from_ms", (uint64_t)a->series->from_ms);
	json_u64(j, "points", a->series->points);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		read(a->history, a->dim, a->o, columns[i].column, a->series);
		json_open(j, columns[i].key, '[');
		history_points(j, columns[i].column, a->series);
		json_close(j, ']');
	}
}

static int history_refuse(struct json *j, const char *why)
{
	json_open(j, NULL, '{');
	json_text(j, "error", why);
	json_close(j, '}');
	buf_puts(j->out, "\n");
	return 400;
}

/* False: there is no such dimension. */
static bool history_dim(const char *name, enum tally_dim *out)
{
	for (int d = 0; d < TALLY_DIMS; d++) {
		*out = (enum tally_dim)d;
		if (strcmp(name, tally_dim_name(*out)) == 0)
			return true;
	}
	return false;
}

int api_history(const struct snapshot_source *from, const struct query *asked, struct buf *out)
{
	struct json j = {.out = out};
	const char *dim = query_get(asked, "dim"), *name = query_get(asked, "name");
	const char *part = query_get(asked, "part"); /* "seconds": the last minute only */
	struct asked a = {.history = from->history};

	if (!history_dim(dim ? dim : "all", &a.dim))
		return history_refuse(&j, "dim is all, carrier, operator, account, class, campaign or reason");
	name = name && a.dim != TALLY_ALL ? name : "";
	if (strlen(name) > API_NAME_MAX)
		return history_refuse(&j, "name is too long");
	a.o = history_find(a.history, a.dim, name);
	a.series = mem_zalloc(sizeof(*a.series));
	json_open(&j, NULL, '{');
	json_text(&j, "dim", tally_dim_name(a.dim));
	json_text(&j, "name", name);
	if (!part || strcmp(part, "seconds") != 0)
		history_all_series(&j, &a, 60, history_minutes);
	json_open(&j, "seconds", '{');
	history_all_series(&j, &a, 1, history_seconds);
	json_close(&j, '}');
	json_close(&j, '}');
	buf_puts(out, "\n");
	mem_free(a.series);
	return 200;
}
