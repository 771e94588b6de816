/*
 * lines.h - a file line by line, in constant memory, with the place of each. Knows no records.
 */
#ifndef AUDIT_LINES_H
#define AUDIT_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "smpp/view.h"

#define LINES_MAX (1u << 20) /* octets of a line; what is longer comes in pieces, none of them whole */

struct lines;
struct lines *lines_open(const char *path, uint64_t at); /* from that octet on; NULL with errno */
void lines_close(struct lines *l);
/* The next line without its line break, good until the next call; false: the end, or lines_error(). */
__attribute__((warn_unused_result)) bool lines_next(struct lines *l, struct view *line);
/* The last line once more, which was not whole: the file may have grown. */
__attribute__((warn_unused_result)) bool lines_again(struct lines *l, struct view *line);
bool lines_whole(const struct lines *l);      /* the last one had its line break */
uint64_t lines_at(const struct lines *l);     /* octet where it starts */
uint64_t lines_number(const struct lines *l); /* from 1, of those since lines_open() */
int lines_error(const struct lines *l);	      /* errno of reading; 0 */

#endif
