/*
 * sim_pending.h - the messages that smppsim has taken and is not done with: fixed records in chunks that never move,
 * timed in buckets of one millisecond, or waiting in queues. Knows no sessions; told the time. No allocation per
 * message.
 */
#ifndef TOOLS_SIM_PENDING_H
#define TOOLS_SIM_PENDING_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_NONE    UINT32_MAX
#define SIM_ADDR    20u /* octets of an address */
#define SIM_TEXT    20u /* octets of the text that a receipt repeats */
#define SIM_SERVICE 5u

enum sim_due { SIM_DUE_ANSWER, SIM_DUE_RECEIPT };

struct sim_message {
	uint64_t id;	  /* the carrier's id as a number */
	uint64_t bind;	  /* session handle of the bind that submitted it */
	int64_t taken_ms; /* UTC */
	int64_t due_ms;
	uint32_t next;	   /* in a bucket or queue */
	uint32_t sequence; /* of its submit_sm, for a late answer */
	uint32_t command;  /* the same: submit_sm or data_sm */
	uint16_t peer;	   /* who bound: index */
	uint8_t due;	   /* enum sim_due */
	bool receipt, failed, repeat /* its receipt goes out twice */, taken;
	bool notify;	   /* it is told of as ENROUTE before its receipt */
	bool intermediate; /* not a message: the notification that it is on its way */
	bool cancelled;	   /* its receipt says DELETED */
	bool final;	   /* its receipt was due: too late for cancel_sm and replace_sm */
	uint8_t src_ton, src_npi, dst_ton, dst_npi;
	uint8_t src_n, dst_n, text_n, service_n;
	uint8_t src[SIM_ADDR], dst[SIM_ADDR], text[SIM_TEXT], service[SIM_SERVICE];
};

struct sim_fifo {
	uint32_t head, tail, count; /* head SIM_NONE: empty */
};

struct sim_pending;
struct sim_pending *sim_pending_new(uint32_t max, int64_t now_ms);
void sim_pending_free(struct sim_pending *p);
/* A zeroed record's index; SIM_NONE when max are out. */
uint32_t sim_pending_take(struct sim_pending *p);
void sim_pending_give(struct sim_pending *p, uint32_t i); /* must be in no bucket and no queue */
struct sim_message *sim_pending_at(const struct sim_pending *p, uint32_t i);
uint32_t sim_pending_count(const struct sim_pending *p);
/* The first record in use from i on, SIM_NONE when none is: to look at all of them, in no order. */
uint32_t sim_pending_scan(const struct sim_pending *p, uint32_t i);

/* Times it; due_ms in the past means at once. O(1). */
void sim_pending_time(struct sim_pending *p, uint32_t i, int64_t due_ms);
/* Takes out one that is due at now_ms, in order of time (within one millisecond: of timing); SIM_NONE when none is. */
uint32_t sim_pending_due(struct sim_pending *p, int64_t now_ms);
/* When to look again: never later than the next due time; INT64_MAX when nothing is timed. */
int64_t sim_pending_next(const struct sim_pending *p);

void sim_fifo_init(struct sim_fifo *f);
void sim_fifo_put(struct sim_pending *p, struct sim_fifo *f, uint32_t i);
uint32_t sim_fifo_take(struct sim_pending *p, struct sim_fifo *f); /* SIM_NONE when empty */
/* Appends all of from, which is empty then. */
void sim_fifo_splice(struct sim_pending *p, struct sim_fifo *into, struct sim_fifo *from);

#endif
