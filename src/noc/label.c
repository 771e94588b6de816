/*
 * label.c - escapes texts. Must not know who they belong to.
 */
#include "noc/label.h"

#include <string.h>

#include "base/text.h"

#define LABEL_BAD "\xEF\xBF\xBD" /* U+FFFD */

/* The next character of text at *pos, as octets in the result's n octets at *octets; 0 at the end. */
static size_t label_next(const char *text, size_t n, size_t *pos, const char **octets, int32_t *scalar)
{
	size_t from = *pos;

	if (from >= n)
		return 0;
	*scalar = text_get(text, n, pos);
	if (*scalar < 0) {
		*scalar = 0xFFFD;
		*octets = LABEL_BAD;
		return strlen(LABEL_BAD);
	}
	*octets = text + from;
	return *pos - from;
}

static void label_escaped(struct buf *out, const char *text, bool quotes)
{
	size_t n = strlen(text), len;
	const char *octets;
	int32_t c;

	for (size_t pos = 0; (len = label_next(text, n, &pos, &octets, &c)) > 0;) {
		if (c == '\n')
			buf_puts(out, "\\n");
		else if (c == '\\' || (quotes && c == '"'))
			buf_printf(out, "\\%c", (char)c);
		else
			buf_put(out, octets, len);
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

	buf_puts(out, "\"");
	for (size_t pos = 0; (len = label_next(text, n, &pos, &octets, &c)) > 0;) {
		if (c < 0x20 || c == 0x7F)
			buf_printf(out, "\\u%04x", (unsigned)c);
		else if (c == '\\' || c == '"')
			buf_printf(out, "\\%c", (char)c);
		else
			buf_put(out, octets, len);
	}
	buf_puts(out, "\"");
}

struct span {
	int32_t first, last;
};

/* Two columns on a terminal: East Asian wide and full-width. */
static const struct span wide[] = {
	{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0x33FF},	{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},
	{0xA000, 0xA4CF}, {0xA960, 0xA97F}, {0xAC00, 0xD7A3},	{0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
	{0xFF01, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};
/* None: combining marks, joiners, variation selectors. */
static const struct span narrow[] = {
	{0x0300, 0x036F}, {0x200B, 0x200F}, {0x2060, 0x2064}, {0x20D0, 0x20F0}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF},
};

static bool label_in(int32_t c, const struct span *spans, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (c >= spans[i].first && c <= spans[i].last)
			return true;
	}
	return false;
}

size_t label_cell(struct buf *out, const char *text)
{
	size_t n = strlen(text), len, columns = 0;
	const char *octets;
	int32_t c;

	for (size_t pos = 0; (len = label_next(text, n, &pos, &octets, &c)) > 0;) {
		if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029) {
			buf_puts(out, "?");
			columns++;
			continue;
		}
		buf_put(out, octets, len);
		if (label_in(c, wide, sizeof(wide) / sizeof(wide[0])))
			columns += 2;
		else if (!label_in(c, narrow, sizeof(narrow) / sizeof(narrow[0])))
			columns++;
	}
	return columns;
}
