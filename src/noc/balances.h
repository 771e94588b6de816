/*
 * balances.h - what prepaid accounts may still use, asked of the store once in ten seconds. Must not know who wants to
 * know.
 */
#ifndef NOC_BALANCES_H
#define NOC_BALANCES_H

#include <stddef.h>

struct flow;

struct balances;
struct balances *balances_new(void);
void balances_free(struct balances *b); /* also while answers are on their way */
/* Asks for those of whom no answer is on its way. */
void balances_ask(struct balances *b, struct flow *flow);
/* Yuan that the account of this number may use until its submits are refused; NAN: not known, or not prepaid. */
double balances_left(const struct balances *b, const struct flow *flow, size_t account);

#endif
