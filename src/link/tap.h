/*
 * tap.h - captures PDUs to a pcap file: whole frames as sessions read and write them, so that links over TLS show plain
 * SMPP. One capture at a time, with limits always; packets have the addresses and ports of the connection, and sequence
 * numbers per direction, so that a dissector of SMPP reads the file as if it came from the wire. Passwords are blanked.
 */
#ifndef LINK_TAP_H
#define LINK_TAP_H

#include "base/loop.h"
#include "base/net.h"
#include "link/tap_match.h"

#define TAP_WHY 200 /* octets */

struct tap_conf {
	const char *file; /* path from the root; made new, mode 0600; borrowed for the call */
	struct tap_filter filter;
	uint64_t max_frames; /* 0: as many as there are */
	uint64_t max_octets; /* of the file */
	int64_t for_ms;
	bool no_text;	 /* texts of users are blanked */
	const char *who; /* for the log; borrowed for the call */
};

struct tap_status { /* of the one that runs, or of the last one */
	bool running;
	char file[4096];
	char filter[TAP_FILTER_TEXT];
	const char *ended; /* why; static; "" while it runs, or when there was none */
	uint64_t frames, octets, max_frames, max_octets;
	int64_t since_ms;    /* wall clock; 0: there was none */
	int64_t ms, left_ms; /* how long it has run, or did; until its time is over */
	bool no_text;
};

/* What a session keeps for its captures. */
struct tap_place {
	uint32_t capture; /* which capture the numbers are of */
	uint32_t next[2]; /* TCP sequence numbers: in, out */
};

struct tap_from {
	const char *name; /* of the session */
	uint64_t session; /* its handle */
	const struct net_addr *peer;
	struct tap_place *place;
};

struct tap;
/* on: written by the tap, true while it wants frames; borrowed for its life. Never NULL. */
struct tap *tap_new(struct loop *loop, bool *on);
void tap_free(struct tap *t); /* ends what runs */
/* 0, or -1 with why: one runs, or the file cannot be made. */
__attribute__((warn_unused_result)) int tap_start(struct tap *t, const struct tap_conf *conf, char why[TAP_WHY]);
void tap_stop(struct tap *t, const char *why); /* static text; harmless when none runs */
void tap_status(const struct tap *t, struct tap_status *out);

/* fn hears every frame, whether a capture runs or not; NULL: nobody does. */
typedef void (*tap_ear)(void *arg, const struct tap_from *from, bool out, const uint8_t *p, size_t n);
void tap_listen(struct tap *t, tap_ear fn, void *arg);
void tap_hear(const struct tap *t, const struct tap_from *from, bool out, const uint8_t *p, size_t n);

/* Whether the capture wants this frame; then tap_put() takes it. Only while it is on. */
bool tap_wants(struct tap *t, const struct tap_from *from, bool out, const uint8_t *p, size_t n);
void tap_put(struct tap *t, const struct tap_from *from, const struct net_addr *local, bool out, const uint8_t *p,
	     size_t n);

#endif
