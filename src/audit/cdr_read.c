/*
 * cdr_read.c - reads a record back: cuts a line in core, chain and personal, finds fields in them. Takes nothing for
 * granted: what stands there may have been changed by somebody. Must not know files.
 */
#include <string.h>

#include "audit/cdr.h"
#include "base/text.h"

#define CHAIN_DIGITS 64u
#define PERSONAL     4u /* columns */

static const char *const personal_names[PERSONAL] = {"salt", "number", "text", "box"};

struct reader {
	const uint8_t *p, *end;
};

static struct view between(const uint8_t *from, const uint8_t *to)
{
	return (struct view){from, (uint32_t)(to - from)};
}

static bool is_hex(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!(p[i] >= '0' && p[i] <= '9') && !(p[i] >= 'a' && p[i] <= 'f'))
			return false;
	}
	return true;
}

/* --- JSON --- */

/* A string from its quote on; false: it has no end. */
static bool skip_string(struct reader *r)
{
	for (r->p++; r->p < r->end; r->p++) {
		if (*r->p == '\\')
			r->p++;
		else if (*r->p == '"') {
			r->p++;
			return true;
		}
	}
	return false;
}

/* `"name":value` with a comma before it unless it is the first. Values are strings and whole numbers. */
static bool next_member(struct reader *r, struct view *name, struct view *value)
{
	const uint8_t *from;

	if (r->p < r->end && (*r->p == ',' || *r->p == '{'))
		r->p++;
	from = r->p;
	if (r->p >= r->end || *r->p != '"' || !skip_string(r) || r->p >= r->end || *r->p != ':')
		return false;
	*name = between(from + 1, r->p - 1);
	from = ++r->p;
	if (r->p < r->end && *r->p == '"') {
		if (!skip_string(r))
			return false;
	} else {
		while (r->p < r->end && ((*r->p >= '0' && *r->p <= '9') || *r->p == '-'))
			r->p++;
	}
	*value = between(from, r->p);
	return value->n > 0 && (r->p == r->end || *r->p == ',' || *r->p == '}');
}

/* Whether it is an object of such members from { to } and no more. */
static bool is_object(struct view v)
{
	struct reader r = {v.p, v.p + v.n - 1};
	struct view name, value;

	if (v.n < 2 || v.p[0] != '{' || v.p[v.n - 1] != '}')
		return false;
	if (v.n == 2)
		return true;
	while (next_member(&r, &name, &value)) {
		if (r.p == r.end)
			return true;
		if (*r.p != ',')
			return false;
	}
	return false;
}

static bool is_null(struct view v)
{
	if (v.n < 4 || memcmp(v.p, "null", 4) != 0)
		return false;
	for (uint32_t i = 4; i < v.n; i++) {
		if (v.p[i] != ' ')
			return false;
	}
	return true;
}

static bool cut_json(struct view line, struct cdr_line *out)
{
	static const char chain[] = ",\"chain\":\"", personal[] = ",\"personal\":";
	const uint8_t *end = line.p + line.n - 1; /* where the last } stands */
	struct reader r = {line.p, end};
	struct view name, value;

	if (line.n < 8 || memcmp(line.p, "{\"n\":", 5) != 0 || *end != '}')
		return false;
	out->core.p = NULL;
	while (r.p < end) {
		size_t left = (size_t)(end - r.p);
		const uint8_t *at = r.p;
		if (left >= sizeof(personal) && memcmp(at, personal, sizeof(personal) - 1) == 0) {
			out->personal = between(at + sizeof(personal) - 1, end);
			if (!out->core.p)
				out->core = between(line.p, at);
			return is_object(out->personal) || is_null(out->personal);
		}
		if (out->core.p) /* behind the chain comes nothing else */
			return false;
		if (left >= sizeof(chain) + CHAIN_DIGITS && memcmp(at, chain, sizeof(chain) - 1) == 0) {
			out->core = between(line.p, at);
			out->chain = (struct view){at + sizeof(chain) - 1, CHAIN_DIGITS};
			r.p = out->chain.p + CHAIN_DIGITS + 1;
			if (!is_hex(out->chain.p, CHAIN_DIGITS) || r.p[-1] != '"')
				return false;
			continue;
		}
		if (!next_member(&r, &name, &value))
			return false;
	}
	if (!out->core.p)
		out->core = between(line.p, end);
	return r.p == end;
}

static int hex_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hex digits at p; -1: they are none. */
static int32_t unit_of(const uint8_t *p, const uint8_t *end)
{
	int32_t v = 0;
	for (int i = 0; i < 4; i++) {
		int d = p + i < end ? hex_of(p[i]) : -1;
		if (d < 0)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

/* What stands behind a backslash, as UTF-8; p goes on behind it. */
static size_t unescape(const uint8_t **p, const uint8_t *end, char out[4])
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	uint8_t c = *(*p)++;
	const char *at = c ? strchr(from, c) : NULL;
	int32_t scalar, low;

	if (c == 'u' && (scalar = unit_of(*p, end)) >= 0) {
		*p += 4;
		if (scalar >= 0xd800 && scalar < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u' &&
		    (low = unit_of(*p + 2, end)) >= 0xdc00 && low < 0xe000) {
			*p += 6;
			scalar = 0x10000 + ((scalar - 0xd800) << 10) + (low - 0xdc00);
		}
		return text_put(scalar >= 0xd800 && scalar < 0xe000 ? 0xfffd : scalar, out);
	}
	out[0] = at ? to[at - from] : (char)c;
	return 1;
}

struct writer {
	char *out;
	size_t cap, n;
	bool full;
};

/* Characters of several octets come whole or not at all, and nothing behind the first that had no room. */
static void write_some(struct writer *w, const void *p, size_t n)
{
	if (w->full || w->n + n + 1 > w->cap) {
		w->full = true;
		return;
	}
	memcpy(w->out + w->n, p, n);
	w->n += n;
}

static int write_end(struct writer *w)
{
	w->n = text_cut(w->out, w->n, w->n);
	w->out[w->n] = '\0';
	return (int)w->n;
}

/* A value with its escapes resolved; csv: a doubled quote is one. */
static int take_value(struct view v, bool csv, char *out, size_t cap)
{
	struct writer w = {out, cap, 0, false};
	const uint8_t *p = v.p, *end = v.p + v.n;
	bool quoted = v.n >= 2 && *p == '"';
	char octets[4];

	if (quoted) {
		p++;
		end--;
	}
	while (p < end) {
		const uint8_t *from = p;
		size_t at = 0;
		if (quoted && *p == '\\' && p + 1 < end) {
			p++;
			size_t n = unescape(&p, end, octets);
			write_some(&w, octets, n);
			continue;
		}
		if (csv && quoted && *p == '"' && p + 1 < end && p[1] == '"')
			from = ++p;
		(void)text_get((const char *)p, (size_t)(end - p), &at);
		p += at;
		write_some(&w, from, at);
	}
	return write_end(&w);
}

static int member_of(struct view object, const char *wanted, char *out, size_t cap)
{
	struct reader r = {object.p, object.p + object.n};
	struct view name, value;

	while (next_member(&r, &name, &value)) {
		if (view_eq(name, view_of(wanted)))
			return take_value(value, false, out, cap);
	}
	return -1;
}

/* --- CSV --- */

/* A column up to its comma or the end. False: its quotes are broken. */
static bool next_column(struct reader *r, struct view *value)
{
	const uint8_t *from = r->p;
	if (r->p < r->end && *r->p == '"') {
		for (r->p++; r->p < r->end; r->p++) {
			if (*r->p != '"')
				continue;
			if (r->p + 1 >= r->end || r->p[1] != '"')
				break;
			r->p++;
		}
		if (r->p >= r->end)
			return false;
		r->p++;
	} else {
		while (r->p < r->end && *r->p != ',' && *r->p != '"')
			r->p++;
	}
	*value = between(from, r->p);
	return r->p == r->end || *r->p == ',';
}

static bool cut_csv(struct view line, struct cdr_line *out)
{
	struct reader r = {line.p, line.p + line.n};
	const unsigned fields = cdr_fields_n, columns = fields + 1 + PERSONAL;
	const uint8_t *personal = NULL;
	struct view value;

	for (unsigned i = 0; i < columns; i++) {
		if (i > 0 && (r.p == r.end || *r.p++ != ','))
			return false;
		if (i == fields)
			out->core = between(line.p, r.p - 1);
		if (i == fields + 1)
			personal = r.p;
		if (!next_column(&r, &value) || (i == 0 && (value.n == 0 || *value.p < '0' || *value.p > '9')))
			return false;
		if (i == fields)
			out->chain = value;
	}
	if (r.p != r.end || (out->chain.n && (out->chain.n != CHAIN_DIGITS || !is_hex(out->chain.p, CHAIN_DIGITS))))
		return false;
	if (r.p - personal > (ptrdiff_t)PERSONAL - 1)
		out->personal = between(personal, r.p);
	return true;
}

static int column_of(struct view columns, unsigned wanted, char *out, size_t cap)
{
	struct reader r = {columns.p, columns.p + columns.n};
	struct view value;

	for (unsigned i = 0; next_column(&r, &value); i++) {
		if (i == wanted)
			return value.n ? take_value(value, true, out, cap) : -1;
		if (r.p == r.end)
			break;
		r.p++;
	}
	return -1;
}

/* --- both --- */

bool cdr_cut(struct view line, struct cdr_line *out)
{
	while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	*out = (struct cdr_line){.format = line.n && line.p[0] == '{' ? CDR_JSON : CDR_CSV};
	return line.n && (out->format == CDR_JSON ? cut_json(line, out) : cut_csv(line, out));
}

int cdr_get(const struct cdr_line *l, const char *field, char *out, size_t cap)
{
	out[0] = '\0';
	if (l->format == CDR_JSON)
		return member_of(l->core, field, out, cap);
	for (unsigned i = 0; cdr_fields[i].name; i++) {
		if (strcmp(cdr_fields[i].name, field) == 0)
			return column_of(l->core, i, out, cap);
	}
	return -1;
}

int cdr_get_personal(const struct cdr_line *l, const char *name, char *out, size_t cap)
{
	out[0] = '\0';
	if (l->personal.n == 0 || cdr_erased(l))
		return -1;
	if (l->format == CDR_JSON)
		return member_of(l->personal, name, out, cap);
	for (unsigned i = 0; i < PERSONAL; i++) {
		if (strcmp(personal_names[i], name) == 0)
			return column_of(l->personal, i, out, cap);
	}
	return -1;
}

bool cdr_erased(const struct cdr_line *l)
{
	if (l->personal.n == 0 || l->format == CDR_JSON)
		return l->personal.n && is_null(l->personal);
	for (uint32_t i = 0; i < l->personal.n; i++) {
		if (l->personal.p[i] != (i < PERSONAL - 1 ? ',' : ' '))
			return false;
	}
	return true;
}

/* "2026-11-22T11:40:01.123+08:00" and nothing else. */
int64_t cdr_time_ms(const char *text)
{
	static const char shape[] = "0000-00-00T00:00:00.000+00:00";
	unsigned f[9] = {0}, field = 0;
	size_t n = strlen(text);

	if (n != sizeof(shape) - 1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (shape[i] == '0') {
			if (text[i] < '0' || text[i] > '9')
				return -1;
			f[field] = f[field] * 10 + (unsigned)(text[i] - '0');
			continue;
		}
		field++;
		if (text[i] != shape[i] && !(shape[i] == '+' && text[i] == '-'))
			return -1;
	}
	if (f[0] < 1970 || f[1] < 1 || f[1] > 12 || f[2] < 1)
		return -1;
	/* Days of a date: Howard Hinnant's way; March is the first month. */
	int64_t y = (int64_t)f[0] - (f[1] <= 2), era = y / 400, yoe = y - era * 400;
	int64_t doy = (153 * ((int64_t)f[1] + (f[1] > 2 ? -3 : 9)) + 2) / 5 + f[2] - 1;
	int64_t days = era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
	int64_t east = ((int64_t)f[7] * 60 + f[8]) * 60 * (text[23] == '-' ? -1 : 1);
	return (((days * 24 + f[3]) * 60 + f[4]) * 60 + f[5] - east) * 1000 + f[6];
}
