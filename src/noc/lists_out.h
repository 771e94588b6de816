/*
 * lists_out.h - what the commands about lists of numbers (optout, consent, dead) have in common: reading what was
 * asked, printing what comes.
 */
#ifndef NOC_LISTS_OUT_H
#define NOC_LISTS_OUT_H

#include "noc/verb.h"

#define LISTS_OUT_SHOWN 1000u /* numbers that a list shows */

struct lists *lists_out_of(const struct console_call *call);
/* False with the message set. */
bool lists_out_number(struct console_call *call, const char *word, struct number *out);
/* Whether the account stands in the configuration; else false with the message set. */
bool lists_out_account(struct console_call *call, const char *word);

/* All below return a command's result. */
int lists_out_change(struct console_call *call, const struct lists_one *one, const char *changed, const char *same);
int lists_out_import(struct console_call *call, const struct lists_place *place, const char *file);
/* file "-": the answer itself; most: numbers printed there. */
int lists_out_scan(struct console_call *call, const struct lists_place *place, const char *file, uint64_t most);
/* none: what is said when no place has it. */
int lists_out_find(struct console_call *call, const struct lists_place *place, const struct number *number,
		   const char *none);
int lists_out_count(struct console_call *call, const struct lists_place *place);
/* number NULL: the newest entries of whoever. */
int lists_out_history(struct console_call *call, const struct lists_place *place, const struct number *number,
		      unsigned newest);

#endif
