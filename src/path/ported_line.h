/*
 * ported_line.h - one line of a file of ported numbers. Pure.
 */
#ifndef PATH_PORTED_LINE_H
#define PATH_PORTED_LINE_H

#include "path/number.h"
#include "smpp/view.h"

enum ported_line { PORTED_LINE_ROW, PORTED_LINE_EMPTY /* or a comment */, PORTED_LINE_BAD };
/*
 * "13800138000 mobile": a number in any of the forms of number_parse_text() and an operator's name, with blanks, tabs,
 * a comma or a semicolon between, each perhaps in double quotes. A line that begins with # is a comment. name is a view
 * into the line; why is static text.
 */
enum ported_line ported_line_read(struct view line, struct number *number, struct view *name, const char **why);

#endif
