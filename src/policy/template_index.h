/*
 * template_index.h - which of many templates a text may be made of. Each template has an anchor: the piece of its own
 * text that the fewest others have; who has it in its text is a candidate. Pure.
 */
#ifndef POLICY_TEMPLATE_INDEX_H
#define POLICY_TEMPLATE_INDEX_H

#include <stddef.h>
#include "policy/template_text.h"

struct template_index;
/* Every template has characters. Borrows them only for the call. */
struct template_index *template_index_new(const struct template_text *templates, size_t n);
void template_index_free(struct template_index *x);

/* Told of each candidate once, by number. False: no more. */
typedef bool (*template_candidate_fn)(void *arg, uint32_t template);
/* False when fn has said so. */
bool template_index_each(struct template_index *x, const int32_t *text, uint32_t n, template_candidate_fn fn,
			 void *arg);

#endif
