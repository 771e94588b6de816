/*
 * log_rows.h - section log of the configuration.
 */
#ifndef BASE_LOG_ROWS_H
#define BASE_LOG_ROWS_H

#include "base/conf.h"

struct log_conf { /* section log */
	struct conf_where where;
	int level;
	bool mask;
	int target;   /* enum log_kind */
	char *file;   /* path from the root */
	char *socket; /* the same; "": the usual one */
	int facility; /* row of its names */
	char *mode;   /* octal */
	int64_t rate;
};
extern const struct conf_row log_rows[];

/* Checks what the rows cannot. Adds "file:line: message"; false with faults. */
bool log_conf_check(const struct log_conf *conf, char **errors);
/*
 * Applies it; before: what was applied before, or NULL. What has not changed is left as it is: a level that the
 * operator has set stays when the configuration says what it said before.
 */
void log_conf_apply(const struct log_conf *conf, const struct log_conf *before);

#endif
