/*
 * opening_priv.h - what opening.c (asking) and opening_rows.c (the options, building) share. Nobody else includes it.
 */
#ifndef POLICY_OPENING_PRIV_H
#define POLICY_OPENING_PRIV_H

#include "policy/opening.h"
#include "policy/spans.h"

#define OPENING_CACHE 1024u /* a power of two */

struct opening_rule { /* a window or a slot */
	struct spans *spans;
	char *name, *campaign; /* campaign "" : every one */
	int64_t spread_ms, within_ms;
	int16_t zone; /* minutes east of UTC, when own_zone */
	bool own_zone;
	bool refuse;
	bool names_class; /* for every carrier: what is built in does not hold beside it */
};

struct opening_cell { /* what was found for numbers of China lately */
	size_t account, carrier;
	int64_t from_ms, to_ms; /* from <= t < to: it still holds */
	int64_t opens_ms, ends_ms, spread_ms;
	uint8_t class_id;
	bool open;
};

struct opening {
	struct calendar *calendar;
	struct opening_rule *windows, *slots;
	size_t windows_n, slots_n;
	struct opening_rule builtin;
	struct scope *window_scope, *slot_scope;
	struct opening_cell *cells; /* OPENING_CACHE of them; what is known, not what is set: written while asking */
};

#endif
