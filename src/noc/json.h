/*
 * json.h - writes JSON: objects, arrays, values, with commas set by itself. Pure. Keys are our own and plain, names and
 * texts may hold anything.
 */
#ifndef NOC_JSON_H
#define NOC_JSON_H

#include "base/buf.h"

struct json {
	struct buf *out;
	bool comma; /* the next value at this level needs one */
};

/* key: NULL inside an array. */
void json_open(struct json *j, const char *key, char bracket /* '{' or '[' */);
void json_close(struct json *j, char bracket /* '}' or ']' */);
void json_text(struct json *j, const char *key, const char *text); /* NULL: null */
/* A value that is JSON already. */
void json_raw(struct json *j, const char *key, const void *value, size_t n);
void json_u64(struct json *j, const char *key, uint64_t v);
/* Up to six digits behind the point; at most 1e12; null when it is no number. */
void json_real(struct json *j, const char *key, double v);
void json_bool(struct json *j, const char *key, bool v);
/* us as milliseconds with three digits behind the point. */
void json_ms(struct json *j, const char *key, int64_t us);

#endif
