/*
 * conf_value.h - one row of a configuration table and its value: from a libconfig setting, from the default, compared,
 * copied, printed; and what a read configuration is made of. For conf.c and conf_diff.c only.
 */
#ifndef BASE_CONF_VALUE_H
#define BASE_CONF_VALUE_H

#include <libconfig.h>
#include "base/conf.h"

#define CONF_WHY 512 /* octets of a reason */

struct conf_strings { /* what a configuration owns; freed together */
	void **at;
	size_t n, cap;
};

struct conf_block { /* the structs read for one section */
	const struct conf_section *section;
	void *structs;
	size_t n;
};

struct conf {
	struct conf_block *block;
	size_t blocks;
	struct conf_strings own;
	char *warnings;			  /* owned; NULL: none */
	const char *last_raw, *last_file; /* the newest file name in own: as libconfig calls it, as messages call it */
};

/* Copies n octets (and a NUL) to memory owned by own. */
char *conf_value_own(struct conf_strings *own, const void *s, size_t n);
void conf_value_free(struct conf_strings *own);

/* Takes the setting as the row's value into at. 0, or -1 with a sentence in why ("must be ..."). */
__attribute__((warn_unused_result)) int conf_value_read(const struct conf_row *row, const config_setting_t *s, void *at,
							struct conf_strings *own, char why[CONF_WHY]);
/* Sets the row's default, which must not be NULL; a default that is not of the row's type ends the process. */
void conf_value_default(const struct conf_row *row, void *at, struct conf_strings *own);
bool conf_value_is_string(const struct conf_row *row); /* its value is a char * */
bool conf_value_same(const struct conf_row *row, const void *a, const void *b);
/* Takes the value at from over to at, with strings of own. */
void conf_value_copy(const struct conf_row *row, void *at, const void *from, struct conf_strings *own);
/* "100", "true", "\"abc\"", "[a, b]"; of a secret only whether it is set; long ones are cut. */
void conf_value_print(const struct conf_row *row, const void *at, char *out, size_t cap);
/* "int 1..99", "choice a|b", "string" */
void conf_value_type(const struct conf_row *row, char *out, size_t cap);

#endif
