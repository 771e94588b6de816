/*
 * table.h - plain tables for people: columns aligned by the width on a terminal. Pure.
 */
#ifndef NOC_TABLE_H
#define NOC_TABLE_H

#include "base/buf.h"

struct table;

/*
 * As JSON (form.h) it is an array of an object per row, in the member "rows": the keys are the heads in lower case,
 * what is no letter or digit as "_"; a number in a column that is right aligned is a number (one of more than 15 digits
 * stays a text), "-" is null, all else is text. A first word "name:" of the heads names the member.
 *
 * heads: "NAME" left, "+NAME" right aligned, separated by blanks ("_" stands for a blank inside a head).
 */
struct table *table_new(const char *heads);
void table_free(struct table *t);
/* The next cell, row by row from left to right. Text is copied. */
void table_text(struct table *t, const char *text);
__attribute__((format(printf, 2, 3))) void table_cell(struct table *t, const char *fmt, ...);
/* Prints heads and rows; a row that is not full is left out. The table is empty then. */
void table_print(struct table *t, struct buf *out);
/* The same in steps, for people: at most so many further rows, the heads being one. False: that was all. */
bool table_print_some(struct table *t, struct buf *out, size_t rows);

#endif
