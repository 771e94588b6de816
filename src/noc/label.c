/*
 * label.c - escapes texts. Must not know who they belong to.
 */
#include "noc/label.h"

#include <stdint.h>
#include <string.h>

#include "base/columns.h"
#include "base/text.h"

#define LABEL_BAD "\xEF\xBF\xBD" /* U+FFFD */

/* What every form takes as it is; a bit for each octet below 0x80. */
static const uint64_t label_plain[2] = {
	~UINT64_C(0) << 0x20 & ~(UINT64_C(1) << '"'),
	~(UINT64_C(1) << ('\\' - 64) | UINT64_C(1) << (0x7F - 64)),
};

/* How many octets from text[at] on are plain. */
static size_t label_run(const char *text, size_t n, size_t at)
{
	size_t from = at;

	for (; at < n; at++) {
		uint8_t c = (uint8_t)text[at];
		if (c >= 0x80 || !(label_plain[c >> 6] >> (c & 63) & 1))
			break;
	}
	return at - from;
}

/*
 * The next run of plain octets, or one other character of text at *pos, as octets in the result's n octets at *octets;
 * 0 at the end. scalar: the character; 0: a run.
 */
static size_t label_next(const char *text, size_t n, size_t *pos, const char **octets, int32_t *scalar)
{
	size_t from = *pos, run;

	if (from >= n)
		return 0;
	*octets = text + from;
	*scalar = 0;
	if ((run = label_run(text, n, from)) > 0) {
		*pos += run;
		return run;
	}
	*scalar = text_get(text, n, pos);
	if (*scalar < 0) {
		*scalar = 0xFFFD;
		*octets = LABEL_BAD;
		return strlen(LABEL_BAD);
	}
	return *pos - from;
}

static void label_put(struct buf *out, const char *octets, size_t n)
{
	memcpy(buf_room(out, n), octets, n);
	buf_filled(out, n);
}

static void label_escaped(struct buf *out, const char *text, bool quotes)
{
	size_t n = strlen(text), len;
	const char *octets;
	int32_t c;

	for (size_t pos = 0; (len = label_next(text, n, &pos, &octets, &c)) > 0;) {
		if (c == '\n')
			label_put(out, "\\n", 2);
		else if (c == '\\' || (quotes && c == '"'))
			label_put(out, (char[]){'\\', (char)c}, 2);
		else
			label_put(out, octets, len);
	}
}

void label_prometheus(struct buf *out, const char *text)
{
	label_escaped(out, text, true);
}

void label_help(struct buf *out, const char *text)
{
	label_escaped(out, text, false);
}

void label_json(struct buf *out, const char *text)
{
	size_t n = strlen(text), len;
	const char *octets;
	int32_t c;

	label_put(out, "\"", 1);
	for (size_t pos = 0; (len = label_next(text, n, &pos, &octets, &c)) > 0;) {
		if (c == 0)
			label_put(out, octets, len);
		else if (c < 0x20 || c == 0x7F)
			buf_printf(out, "\\u%04x", (unsigned)c);
		else if (c == '\\' || c == '"')
			label_put(out, (char[]){'\\', (char)c}, 2);
		else
			label_put(out, octets, len);
	}
	label_put(out, "\"", 1);
}

size_t label_cell(struct buf *out, const char *text)
{
	size_t n = strlen(text), len, columns = 0;
	const char *octets;
	int32_t c;

	for (size_t pos = 0; (len = label_next(text, n, &pos, &octets, &c)) > 0;) {
		if (c == 0) {
			label_put(out, octets, len);
			columns += len;
			continue;
		}
		if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029) {
			buf_puts(out, "?");
			columns++;
			continue;
		}
		label_put(out, octets, len);
		columns += columns_of(c);
	}
	return columns;
}
