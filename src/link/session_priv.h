/*
 * session_priv.h - what the three files of a session share: session.c (life and API), session_in.c (what comes in),
 * session_time.c (timers). Private to them.
 */
#ifndef LINK_SESSION_PRIV_H
#define LINK_SESSION_PRIV_H

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "link/session.h"
#include "link/tap.h"
#include "link/window.h"

#define SESSION_LEAVE_US   5000000 /* how long answers, and then unbind_resp, are waited for */
#define SESSION_REFUSED_US 1000000 /* a refused peer may bind again for so long */
#define SESSION_MALFORMED  10	   /* malformed PDUs in a row that end a session */
#define SESSION_ENQUIRES   100	   /* enquire_link answered in one second; the rest waits for the next one */
#define SESSION_TOLD_LEAST 8 /* outstanding requests that a turn settles at least when they time out or are lost */
#define SESSION_US_PER_MS  1000

enum {			/* why nothing is read: bits of session.holds */
       HOLD_WINDOW = 1, /* the peer has too many requests unanswered */
       HOLD_JUDGE = 2,	/* its bind is being judged */
       HOLD_FLOOD = 4,	/* too many enquire_link in this second */
       HOLD_OWNER = 8,	/* session_hold() */
};

struct session_hub {
	struct loop *loop;
	struct conn_hub *conns;
	struct pool *pool;
	struct tap *tap;
	bool tapped; /* written by the tap: a capture runs */
};

struct session {
	struct session_hub *hub;
	uint64_t handle;
	struct conn *conn;
	const struct session_conf *conf;
	const struct session_ops *ops;
	void *arg;
	struct session_stats *stats;
	struct window *out; /* our requests; NULL until the first */
	struct timer timer; /* the earliest of all deadlines, or earlier */
	int64_t armed_us;   /* when it fires; INT64_MAX: not set */
	enum session_role role;
	enum session_state state;
	enum session_state bound_as; /* what the bind asks for */
	enum end_reason end_reason;  /* of an unbind of ours */

	int64_t bind_until_us;	    /* OPEN, BINDING */
	int64_t refused_until_us;   /* the same after a refused bind */
	int64_t bound_us;	    /* 0: not bound */
	int64_t life_us;	    /* reading went on again: counts as a sign of life */
	int64_t enquire_us;	    /* our enquire_link, nothing was heard since; 0: none */
	int64_t partial_us;	    /* since when a PDU is incomplete; 0: none is */
	int64_t probe_until_us;	    /* the same for a probe */
	int64_t leave_until_us;	    /* leaving, or the peer's unbind waits for our answers; 0: neither */
	int64_t enquires_second_us; /* the second that enquires counts in */

	uint32_t bind_command, bind_sequence;	    /* of the bind that is under way */
	uint32_t enquire_sequence, unbind_sequence; /* of ours; 0: none out */
	uint32_t peer_unbind_sequence;
	uint32_t unanswered; /* the peer's requests */
	uint32_t enquires;
	uint8_t malformed_row;
	uint8_t holds;
	uint8_t peer_version;
	bool leaving;	   /* session_end() with an unbind: waits for answers, then sends it */
	bool peer_unbinds; /* the peer's unbind waits for our answers */
	bool refused;	   /* its last bind was refused */
	bool blocked;	   /* session_send() said no: on_room is due */
	bool stray_told;
	bool spoken; /* a PDU has come or gone: its role is decided */
	struct tap_place place;
	struct list keeping; /* in conf->keeper's sessions while answers are kept */
	struct buf kept;     /* those, whole frames */
	char system_id[17];  /* for bind_resp */
	char name[64];
};

static inline int64_t session_now(const struct session *s)
{
	return loop_now_us(s->hub->loop);
}

static inline bool session_is_bound(const struct session *s)
{
	return s->state >= SESSION_BOUND_TX && s->state <= SESSION_BOUND_TRX;
}

/* session.c */
struct window *session_window(struct session *s);
/* The frame of n octets at the room that conn_room() gave. */
void session_filled(struct session *s, const uint8_t *room, size_t n);
void session_put_header(struct session *s, uint32_t command_id, uint32_t status, uint32_t sequence);
void session_answer_bind(struct session *s, uint32_t status);
void session_become_bound(struct session *s, uint8_t version);
void session_close(struct session *s, enum end_reason reason);	/* at once */
void session_finish(struct session *s, enum end_reason reason); /* after what waits is written */
void session_set_hold(struct session *s, unsigned bit, bool on);
void session_answered(struct session *s); /* one of the peer's requests less; or answers may have become complete */
void session_offer_room(struct session *s);
void session_send_enquire(struct session *s);
void session_send_unbind(struct session *s);

/* session_in.c */
size_t session_in_octets(void *arg, const uint8_t *p, size_t n);

/* session_keep.c */
bool session_keep(struct session *s, const struct pdu *resp, size_t bound);
void session_release(struct session *s); /* its kept answers go; they are dropped when it is ending */

/* session_tap.c */
void session_tapped(struct session *s, bool out, const uint8_t *p, size_t n);

/* A whole frame, read or written. */
static inline void session_tap(struct session *s, bool out, const uint8_t *p, size_t n)
{
	if (__builtin_expect(s->hub->tapped, false))
		session_tapped(s, out, p, n);
}

/* session_time.c */
void session_time_fire(struct timer *t);
/* A deadline may have come nearer: sets the timer when it would fire too late. */
void session_time_arm(struct session *s);

#endif
