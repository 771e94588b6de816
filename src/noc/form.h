/*
 * form.h - what a command answers, in one of two forms: text for people, or JSON. A command writes lines with
 * buf_printf() and tables with table_print() and need not know which; the console asks for the form before and takes it
 * after. Pure but for a random number of the process, so that no text in an answer can be taken for a mark.
 *
 * As JSON an answer is always one object: its tables are members, arrays of an object per row (table.h says how); lines
 * are strings in "lines"; why it failed is "error". A command that has something better opens a member of its own, or
 * gives the whole object.
 */
#ifndef NOC_FORM_H
#define NOC_FORM_H

#include "base/buf.h"

/* out is empty: it will be taken as JSON. */
void form_want_json(struct buf *out);
bool form_is_json(const struct buf *out);

/*
 * Only when form_is_json(): what is put into out from here to form_close() is the value of a member, valid JSON. name
 * "" is the whole object: then no other member and no line counts. A second member of the same name is called NAME_2.
 */
void form_open(struct buf *out, const char *name);
void form_close(struct buf *out);

/* Appends the object, with a newline, to to. from: one that wanted JSON, or plain lines. error: NULL for none. */
void form_take(const struct buf *from, const char *error, struct buf *to);

#endif
