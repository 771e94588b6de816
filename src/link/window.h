/*
 * window.h - outstanding requests of one direction of a session: a ring indexed by sequence number (smpp.md 6).
 * Pure: told the time. A request that timed out frees its place but stays known, so that a late answer is matched. A
 * number is also skipped when an older request still stands at its place in the ring.
 */
#ifndef LINK_WINDOW_H
#define LINK_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

struct window;
struct window *window_new(uint32_t size /* 1..10000 outstanding */);
void window_free(struct window *w);

/* Another size; requests beyond a smaller one stay until they are settled. */
void window_resize(struct window *w, uint32_t size /* 1..10000 */);

uint32_t window_room(const struct window *w); /* how many may still be sent */
uint32_t window_used(const struct window *w);
/*
 * Takes a place: the sequence number to send with, 1..0x7FFFFFFF, or 0 when full. Skips numbers still outstanding when
 * it wraps. cookie is the caller's.
 */
uint32_t window_take(struct window *w, uint64_t cookie, int64_t now_us);
/* The next sequence number for a request that takes no place (enquire_link, unbind). */
uint32_t window_number(struct window *w);
/* Sets the next sequence number of a window that was not used yet: 1..0x7FFFFFFF. */
void window_start_at(struct window *w, uint32_t sequence);
/* Gives back the last taken place whose request was not sent after all; its number is given out again. */
void window_untake(struct window *w, uint32_t sequence);

enum window_match { WINDOW_UNKNOWN, WINDOW_ANSWERED, WINDOW_LATE /* timed out before; told once */ };
enum window_match window_settle(struct window *w, uint32_t sequence, uint64_t *cookie, int64_t *sent_us);

/* The oldest outstanding request's time of sending, INT64_MAX when none. */
int64_t window_oldest_us(struct window *w);
/* Times out one request sent at or before limit_us, oldest first; false when there is none (left). */
bool window_expire(struct window *w, int64_t limit_us, uint64_t *cookie);
/* At the end of a session: takes out every outstanding request in order of sending; false when none is left. */
bool window_drain(struct window *w, uint64_t *cookie);

#endif
