/*
 * columns.c - widths on a terminal. Must not know what is shown there.
 */
#include "base/columns.h"

#include <stdbool.h>

#include "base/text.h"

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

static bool in_spans(int32_t c, const struct span *spans, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (c >= spans[i].first && c <= spans[i].last)
			return true;
	}
	return false;
}

unsigned columns_of(int32_t c)
{
	if (in_spans(c, wide, sizeof(wide) / sizeof(wide[0])))
		return 2;
	return in_spans(c, narrow, sizeof(narrow) / sizeof(narrow[0])) ? 0 : 1;
}

size_t columns_of_text(const char *text, size_t n)
{
	size_t columns;

	columns_cut(text, n, SIZE_MAX, &columns);
	return columns;
}

size_t columns_cut(const char *text, size_t n, size_t max, size_t *columns)
{
	size_t pos = 0, before = 0;

	*columns = 0;
	while (pos < n) {
		int32_t c = text_get(text, n, &pos);
		unsigned width = c < 0 ? 1 : columns_of(c);
		if (width > max - *columns)
			return before;
		*columns += width;
		before = pos;
	}
	return pos;
}
