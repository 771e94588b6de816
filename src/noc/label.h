/*
 * label.h - texts inside other formats: names from the configuration as Prometheus label values, as JSON strings, as
 * cells of a table. Invalid UTF-8 becomes U+FFFD, so that one bad name spoils no whole page. Pure.
 */
#ifndef NOC_LABEL_H
#define NOC_LABEL_H

#include "base/buf.h"

/* Without the quotes around it: \ " and newline escaped. */
void label_prometheus(struct buf *out, const char *text);
/* The same for a HELP line: \ and newline escaped. */
void label_help(struct buf *out, const char *text);
/* With the quotes. */
void label_json(struct buf *out, const char *text);
/* For a terminal: control characters as '?'. Returns the columns that it takes there. */
size_t label_cell(struct buf *out, const char *text);

#endif
