/*
 * load_book.h - smppload's accounts: what became of every message, and which receipt belongs to which. Knows no
 * sockets; told the time.
 */
#ifndef TOOLS_LOAD_BOOK_H
#define TOOLS_LOAD_BOOK_H

#include <stdbool.h>
#include <stdint.h>
#include "base/stats.h"
#include "smpp/view.h"

#define LOAD_BOOK_WORDS 64 /* different statuses, stat words; more are counted together in the last */

struct load_book_counts {
	uint64_t submitted, accepted, refused;
	uint64_t unknown;      /* submitted, never answered */
	uint64_t ids_repeated; /* accepted with an id that was given before */
	uint64_t matched;      /* messages whose final receipt came */
	uint64_t duplicate;    /* final receipts beyond a message's first */
	uint64_t unmatched;    /* receipts whose id no accepted message has (yet) */
	uint64_t disagreeing;  /* receipted_message_id and text name different ids */
	uint64_t intermediate; /* receipts that were not final */
	uint64_t parts;	       /* final receipts for one part of a message; it is matched with its last */
	uint64_t early;	       /* receipts that came before their response */
};

struct load_book_status {
	uint32_t status;
	uint64_t n;
};
struct load_book_stat {
	char word[24];
	uint64_t n;
};

struct load_book;
struct load_book *load_book_new(uint64_t messages);
void load_book_free(struct load_book *b);

/* Message i (0..messages-1) is out; at_us: when it was meant to leave. Again for a resent one. */
void load_book_submitted(struct load_book *b, uint64_t i, int64_t at_us);
/* Its answer: an id, a refusal, or none (an answer may still follow). */
void load_book_accepted(struct load_book *b, uint64_t i, struct view id, int64_t now_us);
void load_book_refused(struct load_book *b, uint64_t i, uint32_t status, int64_t now_us);
void load_book_unknown(struct load_book *b, uint64_t i);
/* It goes out once more: not refused or unknown any longer. */
void load_book_reopen(struct load_book *b, uint64_t i);

/* A final receipt: id as the peer wrote it, stat its word. */
void load_book_receipt(struct load_book *b, struct view id, struct view stat, int64_t now_us);
/* The same for part number (1..total) of a message that the peer has cut. */
void load_book_part(struct load_book *b, struct view id, struct view stat, uint8_t number, uint8_t total,
		    int64_t now_us);
void load_book_intermediate(struct load_book *b);
void load_book_disagreeing(struct load_book *b);

/* Accepted messages whose receipt has not come. */
uint64_t load_book_missing(const struct load_book *b);
const struct load_book_counts *load_book_counts(const struct load_book *b);
/* Walk: NULL past the end. */
const struct load_book_status *load_book_status_at(const struct load_book *b, unsigned i);
const struct load_book_stat *load_book_stat_at(const struct load_book *b, unsigned i);

struct load_book_latency {
	struct histogram h;
	int64_t max_us;
};
const struct load_book_latency *load_book_responses(const struct load_book *b);
const struct load_book_latency *load_book_receipts(const struct load_book *b);
void load_book_latency_add(struct load_book_latency *l, int64_t us);

#endif
