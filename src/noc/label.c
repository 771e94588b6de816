/*
 * label.c - escapes texts. Must not know who they belong to.
 */
#include "noc/label.h"

#include <string.h>

#include "base/columns.h"
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
		columns += columns_of(c);
	}
	return columns;
}
