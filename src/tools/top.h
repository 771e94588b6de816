/*
 * top.h - the live screen of smppgwctl: looks at the gateway again and again through its console, shows carriers,
 * accounts and binds with rates between two looks. Reads only.
 */
#ifndef TOOLS_TOP_H
#define TOOLS_TOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "tools/tree.h"

/* --- top.c --- */

struct top_conf {
	const char *socket, *token; /* token: NULL for none */
	int64_t iterations;	    /* frames; 0: until it is ended */
	int64_t interval_us;
};
/* argv[0] is "top". Exit status; usage faults are told on stderr. */
int top_main(int argc, char **argv, const char *socket, const char *token);

/* --- top_ask.c: one look --- */

struct top_look { /* what the gateway said at one moment; a tree is NULL when it did not */
	struct tree *status, *now;
	int64_t at_us; /* monotonic */
	bool refused;  /* it has answered, with an error */
};
void top_look_free(struct top_look *l);

struct top_ask;
struct top_ask *top_ask_new(const char *socket, const char *token);
void top_ask_free(struct top_ask *a);
void top_ask_begin(struct top_ask *a);
bool top_ask_busy(const struct top_ask *a);
int top_ask_fd(const struct top_ask *a);	   /* to poll for reading; -1: none */
int64_t top_ask_deadline(const struct top_ask *a); /* monotonic us; then, or when fd can be read: */
/* True when the look has ended: *look is owned by the caller; why is "" or says what went wrong. */
bool top_ask_go_on(struct top_ask *a, struct top_look *look, char *why, size_t cap);

/* --- top_view.c: a frame --- */

enum top_view { TOP_CARRIERS, TOP_ACCOUNTS, TOP_BINDS, TOP_VIEWS };
struct top_state {
	enum top_view view;
	unsigned sort[TOP_VIEWS]; /* column */
	size_t scroll;		  /* rows that are above the screen */
	bool paused, help;
	bool colour, live; /* live: a screen of so many lines, with keys */
	size_t width, height;
	char why[600]; /* why there is no new look; "" */
};
void top_next_column(struct top_state *s);
/* Lines with a newline each, at most s->width columns wide, when live exactly s->height of them. before: NULL for none.
 */
void top_frame(struct top_state *s, const struct top_look *look, const struct top_look *before, struct buf *out);

/* --- top_term.c: the terminal --- */

/* Raw keys and the other screen; it is put back at exit, on any way. False: there is no terminal. */
bool top_term_open(void);
void top_term_close(void);
void top_term_size(size_t *width, size_t *height);
/* One write. */
void top_term_show(const struct buf *frame);
enum top_key { TOP_KEY_NONE = 0, TOP_KEY_UP = 256, TOP_KEY_DOWN, TOP_KEY_PAGE_UP, TOP_KEY_PAGE_DOWN };
/* The next key that was pressed: an ASCII character or one of the above; TOP_KEY_NONE when there is none. */
int top_term_key(void);

#endif
