/*
 * record.h - the form in which a message stands in Redis and in memory: octets <-> struct. Pure.
 * Version 1, little-endian, 48 octets of numbers, then account, stat, err, via, frame.
 */
#ifndef PATH_RECORD_H
#define PATH_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "smpp/view.h"

enum record_kind {
	RECORD_MT,    /* accepted from an app (or made by us), not finished */
	RECORD_FINAL, /* finished; its receipt has not reached the app yet */
	RECORD_MO,    /* from a phone, for an app */
};

#define RECORD_INTERNAL	    0x01u /* made by the gateway (a reply): no app waits for a receipt */
#define RECORD_INTERMEDIATE 0x02u /* RECORD_FINAL: an intermediate notification, the message itself goes on */
#define RECORD_PART	    0x04u /* RECORD_FINAL: the receipt of one part of the message app_id */
#define RECORD_NOTE	    (RECORD_INTERMEDIATE | RECORD_PART)
#define RECORD_REVIEW	    0x08u /* RECORD_MT: held until the operator has read it */
#define RECORD_READ	    0x10u /* RECORD_MT: the operator has read it, it goes */

struct record {
	uint8_t kind, class_id, flags;
	uint8_t final_state; /* enum message_state, RECORD_FINAL only */
	uint8_t attempts;
	uint8_t verdict;		       /* enum policy_id: the policy that holds or has ended it; 0 none */
	int64_t accept_ms, expiry_ms, done_ms; /* UTC; 0 = none */
	uint64_t app_id;		       /* the id that the app knows it by; 0: the record's own */
	struct view account;		       /* system_id */
	struct view stat, err;		       /* the carrier's own words, untouched */
	struct view via;		       /* carrier's name */
	struct view frame;		       /* the PDU as it came: submit_sm, data_sm or deliver_sm with header */
};

#define RECORD_HEADER 48u
#define RECORD_MAX    80000u /* octets: a frame at its largest and the rest */

/* Octets that it takes; 0 when a view is over its maximum (255; frame 70,000). */
size_t record_size(const struct record *r);
/* Octets written; 0 when cap is too small or a view is over its maximum. */
size_t record_encode(const struct record *r, uint8_t *buf, size_t cap);
/* The same where record_size() has said that there is room, and was not 0. */
void record_write(const struct record *r, uint8_t *buf);
/* False when it is no whole record of a version that we know. Encoded again it gives the same octets. Views borrow buf.
 */
__attribute__((warn_unused_result)) bool record_decode(struct view buf, struct record *out);
/* The frame of a record that record_write() has written, nothing else of it is looked at. Borrows buf. */
struct view record_frame(struct view buf);

#endif
