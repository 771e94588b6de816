/*
 * reassembly.h - parts of long MO until they are whole (smpp.md 9): by carrier, source, destination, reference, total
 * and kind. Bounded in number and age. Knows no store: keys for it are given and taken.
 */
#ifndef PATH_REASSEMBLY_H
#define PATH_REASSEMBLY_H

#include "base/loop.h"
#include "smpp/pdu.h"
#include "smpp/udh.h"

#define REASSEMBLY_KEY_MAX  192u /* a carrier of 31 octets, two addresses of 64, the numbers */
#define REASSEMBLY_TEXT_MAX 36000u

struct reassembly;
/* A text put together: octets in the parts' alphabet, without UDH. Borrowed for the call. */
struct reassembled {
	const struct pdu *first; /* the first part that is there, decoded */
	struct view text;
	unsigned have, total; /* have < total: its time was over */
	size_t carrier;
	size_t parts_n;
	const char (*keys)[REASSEMBLY_KEY_MAX]; /* store keys of its parts */
	const struct view *frames;		/* ... and the parts themselves */
};

struct reassembly *reassembly_new(struct loop *loop, uint32_t max_parts, int64_t age_ms,
				  void (*on_expired)(void *arg, const struct reassembled *r), void *arg);
void reassembly_free(struct reassembly *x);
/* What is there already keeps its time. */
void reassembly_set_bounds(struct reassembly *x, uint32_t max_parts, int64_t age_ms);

/* The store key of a part: unique among parts that are there at a time. */
void reassembly_key(const char *carrier_name, const struct pdu *pdu, const struct udh_concat *c,
		    char out[REASSEMBLY_KEY_MAX]);
/*
 * Adds a part (frame copied). A part that is there already replaces nothing. When the text is whole: whole(arg, ...) is
 * called and its parts are forgotten. False at the bound (take the part as it is).
 */
bool reassembly_add(struct reassembly *x, size_t carrier, const char *carrier_name, struct view frame,
		    const struct pdu *pdu, const struct udh_concat *c,
		    void (*whole)(void *arg, const struct reassembled *r), void *arg);
size_t reassembly_parts(const struct reassembly *x); /* places taken */

#endif
