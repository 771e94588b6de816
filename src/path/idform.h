/*
 * idform.h - the forms of a carrier's message id (smpp.md 11): bytes, case, leading zeros, hexadecimal <-> decimal of
 * any length. Pure.
 */
#ifndef PATH_IDFORM_H
#define PATH_IDFORM_H

#include <stdbool.h>
#include "smpp/view.h"

#define IDFORM_MAX 80u /* characters of a canonical form: 64 hexadecimal digits are 78 decimal ones */

enum idform {
	IDFORM_TEXT,	   /* the same text in response and receipt, but for case, blanks and leading zeros */
	IDFORM_DEC_TO_HEX, /* response hexadecimal, receipt decimal */
	IDFORM_HEX_TO_DEC, /* response decimal, receipt hexadecimal */
	IDFORMS
};

const char *idform_name(enum idform f);
bool idform_by_name(struct view name, enum idform *out); /* exact */

/*
 * The canonical text: blanks and NULs around it trimmed, "0x" of a hexadecimal number and leading zeros stripped, upper
 * case. Returns its length, 0 for an empty or over-long id.
 */
size_t idform_canonical(struct view id, char out[IDFORM_MAX]);
/*
 * What a receipt's id (canonical) is as the response's id (canonical) under the form; 0 when it has no such form
 * (not digits of that base).
 */
size_t idform_convert(enum idform f, struct view id, char out[IDFORM_MAX]);

#endif
