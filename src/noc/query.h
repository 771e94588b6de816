/*
 * query.h - the query string of a request ("dim=carrier&name=%E7%A7%BB%E5%8A%A8") as names and values. Pure.
 */
#ifndef NOC_QUERY_H
#define NOC_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#define QUERY_MAX   2048 /* octets as it comes */
#define QUERY_PAIRS 8

struct query {
	size_t n;
	const char *names[QUERY_PAIRS], *values[QUERY_PAIRS]; /* UTF-8 without control characters; in text */
	char text[QUERY_MAX + 1];
};

/*
 * text: NULL or "": no pairs. NULL, or why it is refused, static text: too long, too many pairs, a name twice, a broken
 * %XX, invalid UTF-8, a control character.
 */
const char *query_parse(struct query *q, const char *text);
/* The value of a name; NULL: it was not given. */
const char *query_get(const struct query *q, const char *name);

#endif
