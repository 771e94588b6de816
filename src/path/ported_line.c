/*
 * ported_line.c - reading one line of a file of ported numbers. Must not know operators, nor where lines come from.
 */
#include "path/ported_line.h"

#include <string.h>

#define NUMBER_TEXT 40u /* octets: a number with blanks, hyphens and quotes in it */

static bool separates(uint8_t c)
{
	return c == ' ' || c == '\t' || c == ',' || c == ';';
}

static struct view trim(struct view v)
{
	while (v.n && (separates(v.p[v.n - 1]) || v.p[v.n - 1] == '\r'))
		v.n--;
	while (v.n && (v.p[0] == ' ' || v.p[0] == '\t'))
		v = (struct view){v.p + 1, v.n - 1};
	return v;
}

/* Takes the first field off a line, without its quotes. */
static struct view field(struct view *line)
{
	uint32_t n = 0;
	while (n < line->n && !separates(line->p[n]))
		n++;
	struct view f = {line->p, n};
	while (n < line->n && separates(line->p[n]))
		n++;
	*line = (struct view){line->p + n, line->n - n};
	if (f.n >= 2 && f.p[0] == '"' && f.p[f.n - 1] == '"')
		f = (struct view){f.p + 1, f.n - 2};
	return f;
}

enum ported_line ported_line_read(struct view line, struct number *number, struct view *name, const char **why)
{
	char text[NUMBER_TEXT];
	*why = "";
	line = trim(line);
	if (!line.n || line.p[0] == '#')
		return PORTED_LINE_EMPTY;
	struct view digits = field(&line);
	*name = field(&line);
	*why = "not a phone number";
	if (digits.n >= sizeof(text))
		return PORTED_LINE_BAD;
	memcpy(text, digits.p, digits.n);
	text[digits.n] = '\0';
	if (!number_parse_text(text, number))
		return PORTED_LINE_BAD;
	*why = "no operator behind the number";
	if (!name->n)
		return PORTED_LINE_BAD;
	*why = "more than a number and an operator";
	return line.n ? PORTED_LINE_BAD : PORTED_LINE_ROW;
}
