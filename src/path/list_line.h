/*
 * list_line.h - one line of a file of numbers: opt-outs, consents. Pure.
 */
#ifndef PATH_LIST_LINE_H
#define PATH_LIST_LINE_H

#include "path/number.h"
#include "smpp/view.h"

#define LIST_LINE_FIELDS 3u

struct list_line { /* fields are views into the line */
	struct number number;
	struct view field[LIST_LINE_FIELDS];
	size_t n;
};
enum list_line_kind { LIST_LINE_ROW, LIST_LINE_EMPTY /* or a comment */, LIST_LINE_BAD };
/*
 * "13800138000,bank/某某银行,2026-05-01 08:30": a number in any of the forms of number_parse_text(), then at most `max`
 * fields, with commas, semicolons or tabs between; each perhaps in double quotes; blanks around them do not count. A
 * line that begins with # is a comment. why is static text.
 */
enum list_line_kind list_line_read(struct view line, size_t max, struct list_line *out, const char **why);

/* "2026-05-01", "2026-05-01 08:30", "2026-05-01T08:30:15", of China's clock; or UTC seconds or ms as digits. */
bool list_line_time(struct view text, int64_t *out_ms);

#endif
