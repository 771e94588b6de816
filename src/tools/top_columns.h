/*
 * top_columns.h - the columns of the live screen's tables, one row each; which may go when the screen is narrow.
 */
#ifndef TOOLS_TOP_COLUMNS_H
#define TOOLS_TOP_COLUMNS_H

#include "tools/top.h"

#define TOP_CELL	160 /* octets of a cell */
#define TOP_MAX_COLUMNS 20

enum top_style { TOP_PLAIN, TOP_GOOD, TOP_LOOK, TOP_BAD, TOP_HEAD };

struct top_row {				       /* a carrier, account or bind, as the gateway tells of it */
	const struct tree_node *status, *now, *before; /* of status, of now, of the status before; NULL: unknown */
	double seconds;				       /* between the two looks; 0: there is only one */
};

struct top_column {
	const char *head;
	size_t most;   /* columns on the screen */
	unsigned keep; /* 0: always; the highest goes first */
	bool right;
	void (*print)(const struct top_row *r, char out[TOP_CELL]);
	double (*value)(const struct top_row *r); /* to sort by, the largest first; NULL: by the text */
};

const struct top_column *top_columns(enum top_view v, size_t *n);
enum top_style top_row_style(enum top_view v, const struct top_row *r);

#endif
