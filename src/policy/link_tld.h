/*
 * link_tld.h - top level domains: which ends of a dotted word make a phone take it for a link. Pure.
 */
#ifndef POLICY_LINK_TLD_H
#define POLICY_LINK_TLD_H

#include <stdbool.h>
#include "smpp/view.h"

/* label: in lower case. Known: countries, what China's senders use, xn--, and Chinese ones. */
bool link_tld_known(struct view label);
/* Known, and never a word of a version, a file or a sentence: what makes a link wherever it stands. */
bool link_tld_common(struct view label);
/* The label begins with a Chinese one: the next words of a sentence may follow it. */
bool link_tld_begins(struct view label);

#endif
