/*
 * json_read.h - one member of a JSON object (RFC 8259), out of a text that somebody else has written. Reads all of it:
 * a text that is no object to its end has no members. Allocates nothing.
 */
#ifndef BASE_JSON_READ_H
#define BASE_JSON_READ_H

#include <stddef.h>

enum json_kind {
	JSON_BROKEN, /* the text is no JSON object */
	JSON_ABSENT, /* it has no such member */
	JSON_STRING,
	JSON_TRUE,
	JSON_FALSE,
	JSON_OTHER, /* null, a number, an array, an object */
};

#define JSON_DEPTH 32 /* objects and arrays in each other; deeper ones count as broken */

/*
 * The member of the outermost object; of several of one name the last. A string goes to out as UTF-8 with a NUL, cut at
 * a character's border when it needs more than cap octets; out is "" for all other kinds. cap > 0.
 */
enum json_kind json_member(const char *text, size_t n, const char *name, char *out, size_t cap);

#endif
