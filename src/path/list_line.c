/*
 * list_line.c - reading one line of a file of numbers. Must not know what the list is for.
 */
#include "path/list_line.h"

#include <string.h>

#include "policy/calendar.h"
#include "policy/hours.h"

#define NUMBER_TEXT 40u /* octets: a number with blanks, hyphens and quotes in it */
#define MS_DIGITS   13u /* of a time from 2001 to 2286 in ms; in seconds three fewer */

static bool separates(uint8_t c)
{
	return c == ',' || c == ';' || c == '\t';
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct view trim(struct view v)
{
	while (v.n && is_blank(v.p[v.n - 1]))
		v.n--;
	while (v.n && is_blank(v.p[0]))
		v = (struct view){v.p + 1, v.n - 1};
	return v;
}

/* Takes the first field off a line, without its quotes; false when the line was used up. */
static bool field(struct view *line, bool *more, struct view *out)
{
	uint32_t n = 0;
	bool quoted = false;
	if (!*more)
		return false;
	for (; n < line->n && (quoted || !separates(line->p[n])); n++)
		quoted ^= line->p[n] == '"';
	*out = trim((struct view){line->p, n});
	if (out->n >= 2 && out->p[0] == '"' && out->p[out->n - 1] == '"')
		*out = trim((struct view){out->p + 1, out->n - 2});
	*more = n < line->n;
	n += *more;
	*line = (struct view){line->p + n, line->n - n};
	return true;
}

static bool read_number(struct view text, struct number *out)
{
	char copy[NUMBER_TEXT];
	if (text.n >= sizeof(copy))
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	return number_parse_text(copy, out);
}

enum list_line_kind list_line_read(struct view line, size_t max, struct list_line *out, const char **why)
{
	struct view text;
	bool more = true;
	*why = "";
	line = trim(line);
	if (!line.n || line.p[0] == '#')
		return LIST_LINE_EMPTY;
	*out = (struct list_line){.n = 0};
	*why = "not a phone number";
	if (!field(&line, &more, &text) || !text.n || !read_number(text, &out->number))
		return LIST_LINE_BAD;
	*why = "more fields than there can be";
	while (field(&line, &more, &text)) {
		if (out->n == max && text.n)
			return LIST_LINE_BAD;
		if (out->n < max)
			out->field[out->n++] = text;
	}
	return LIST_LINE_ROW;
}

/* n digits at a place; -1: they are not. */
static int digits(struct view v, uint32_t at, uint32_t n)
{
	int value = 0;
	if (at + n > v.n)
		return -1;
	for (uint32_t i = at; i < at + n; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return -1;
		value = value * 10 + v.p[i] - '0';
	}
	return value;
}

static bool read_stamp(struct view v, int64_t *out_ms)
{
	int64_t value = 0;
	for (uint32_t i = 0; i < v.n; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
		value = value * 10 + v.p[i] - '0';
	}
	*out_ms = v.n == MS_DIGITS ? value : value * 1000;
	return v.n == MS_DIGITS || v.n == MS_DIGITS - 3;
}

bool list_line_time(struct view v, int64_t *out_ms)
{
	int64_t day;
	int hour = 0, minute = 0, second = 0;
	if (v.n == MS_DIGITS || v.n == MS_DIGITS - 3) {
		if (read_stamp(v, out_ms))
			return true;
	}
	if (v.n < 10 || v.p[4] != '-' || v.p[7] != '-' ||
	    !calendar_date(digits(v, 0, 4), digits(v, 5, 2), digits(v, 8, 2), &day))
		return false;
	if (v.n != 10) {
		if ((v.n != 16 && v.n != 19) || (v.p[10] != ' ' && v.p[10] != 'T') || v.p[13] != ':' ||
		    (v.n == 19 && v.p[16] != ':'))
			return false;
		hour = digits(v, 11, 2);
		minute = digits(v, 14, 2);
		second = v.n == 19 ? digits(v, 17, 2) : 0;
	}
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return false;
	*out_ms = (((day * 24 + hour) * 60 + minute - HOURS_CHINA) * 60 + second) * 1000;
	return true;
}
