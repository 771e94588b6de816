/*
 * records.c - options of trace and cdr, as rows. Must not know what is done with what they find.
 */
#include "noc/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "base/loop.h"
#include "base/mem.h"
#include "noc/actions.h"
#include "noc/since.h"
#include "path/number.h"

struct reading {
	struct console_call *call;
	struct find *find;
	struct records_options *options;
	const char *value;
};

static bool read_time(struct reading *r, int64_t *out)
{
	const struct snapshot_source *from = r->call->arg;

	if (since_parse(r->value, loop_wall_ms(from->loop), out))
		return true;
	console_fail(r->call, "\"%.60s\" is no time in the past: %s", r->value, SINCE_FORMS);
	return false;
}

static bool read_from(struct reading *r)
{
	return read_time(r, &r->find->query.from_ms);
}

static bool read_to(struct reading *r)
{
	return read_time(r, &r->find->query.to_ms);
}

static bool read_limit(struct reading *r)
{
	char *end;
	unsigned long long v = strtoull(r->value, &end, 10);

	if (*r->value >= '0' && *r->value <= '9' && *end == '\0' && v >= 1 && v <= r->options->limit_max) {
		r->options->limit = v;
		return true;
	}
	console_fail(r->call, "--limit is a number from 1 to %llu", (unsigned long long)r->options->limit_max);
	return false;
}

static bool read_id(struct reading *r)
{
	if (ids_parse(r->value, strlen(r->value), &r->find->query.id))
		return true;
	console_fail(r->call, "\"%.60s\" is no message id: it has 18 digits", r->value);
	return false;
}

static bool read_number(struct reading *r)
{
	struct number n;

	if (number_parse_text(r->value, &n)) {
		r->find->query.number = find_keep(r->find, n.digits);
		return true;
	}
	console_fail(r->call, "\"%.60s\" is no phone number", r->value);
	return false;
}

static bool read_kind(struct reading *r)
{
	enum cdr_kind kind;

	if (cdr_kind_by_name(r->value, &kind)) {
		r->find->query.kind = cdr_kind_name(kind);
		return true;
	}
	struct buf all = {0};
	for (int k = 0; k < CDR_KINDS; k++)
		buf_printf(&all, "%s%s", k ? ", " : "", cdr_kind_name((enum cdr_kind)k));
	console_fail(r->call, "no kind of record %.60s; there are %.*s", r->value, (int)buf_len(&all),
		     (const char *)buf_data(&all));
	buf_free(&all);
	return false;
}

#define NAME(member)                                                                                                   \
	static bool read_##member(struct reading *r)                                                                   \
	{                                                                                                              \
		r->find->query.member = find_keep(r->find, r->value);                                                  \
		return true;                                                                                           \
	}
NAME(account)
NAME(carrier)
NAME(state)
NAME(campaign)
NAME(verdict)
#undef NAME

#define FLAG(member)                                                                                                   \
	static bool read_##member(struct reading *r)                                                                   \
	{                                                                                                              \
		r->options->member = true;                                                                             \
		return true;                                                                                           \
	}
FLAG(unmask)
FLAG(csv)
FLAG(json_lines)
FLAG(masked)
FLAG(dry_run)
#undef FLAG

static const struct {
	const char *name;
	bool flag; /* it has no value */
	bool (*read)(struct reading *r);
} options[] = {
	{"--since", false, read_from},	    {"--from", false, read_from},
	{"--to", false, read_to},	    {"--before", false, read_to},
	{"--limit", false, read_limit},	    {"--id", false, read_id},
	{"--number", false, read_number},   {"--account", false, read_account},
	{"--carrier", false, read_carrier}, {"--kind", false, read_kind},
	{"--state", false, read_state},	    {"--campaign", false, read_campaign},
	{"--verdict", false, read_verdict}, {"--unmask", true, read_unmask},
	{"--csv", true, read_csv},	    {"--json-lines", true, read_json_lines},
	{"--masked", true, read_masked},    {"--dry-run", true, read_dry_run},
};
#define OPTIONS (sizeof(options) / sizeof(options[0]))

static bool is_allowed(const char *allowed, const char *name)
{
	char wanted[40];

	snprintf(wanted, sizeof(wanted), " %.30s ", name);
	return strstr(allowed, wanted) != NULL;
}

bool records_read(struct console_call *call, struct find *f, const char *const *words, size_t n, const char *allowed,
		  struct records_options *o)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		while (k < OPTIONS && (strcmp(options[k].name, words[i]) != 0 || !is_allowed(allowed, words[i])))
			k++;
		if (k == OPTIONS) {
			console_fail(call, "no option %.60s; there are%s", words[i], allowed);
			return false;
		}
		struct reading r = {call, f, o, NULL};
		if (!options[k].flag) {
			if (++i == n) {
				console_fail(call, "%s needs a value", words[i - 1]);
				return false;
			}
			r.value = words[i];
		}
		if (!options[k].read(&r))
			return false;
	}
	return true;
}

bool records_unmask(struct console_call *call, const char *command)
{
	const struct snapshot_source *from = call->arg;
	struct action what = {.at_ms = loop_wall_ms(from->loop), .uid = call->uid, .outcome = "ok"};

	if (call->right < CONSOLE_OPERATE) {
		console_fail(call, "--unmask needs the right to operate; without it numbers are masked");
		return false;
	}
	if (strncmp(call->who, "token:", 6) == 0)
		snprintf(what.token, sizeof(what.token), "%.32s", call->who + 6);
	snprintf(what.command, sizeof(what.command), "%s", command);
	if (from->actions)
		actions_put(from->actions, &what);
	return true;
}
