/*
 * session_keep.c - answers that are kept for a while: encoded at once, as whole frames, sent when the owner lets them
 * go (session_conf.keeper). Must not know why they wait.
 */
#include <string.h>
#include "link/session_priv.h"

#define KEEP_MAX 65536u /* octets; beyond them, or when the peer does not read, answers go at once */

/* True: resp, which takes at most bound octets, is kept. False: it is not, nor is any other. */
bool session_keep(struct session *s, const struct pdu *resp, size_t bound)
{
	struct session_keeper *k = s->conf->keeper;
	size_t n = 0;

	if (buf_len(&s->kept) + bound <= KEEP_MAX && conn_free(s->conn) >= 4 * KEEP_MAX)
		n = pdu_encode(resp, buf_room(&s->kept, bound), bound);
	if (n == 0) {
		session_release(s);
		return false;
	}
	buf_filled(&s->kept, n);
	bool first = list_empty(&k->sessions);
	if (list_empty(&s->keeping))
		list_append(&k->sessions, &s->keeping);
	if (first)
		k->on_first(k);
	return true;
}

void session_release(struct session *s)
{
	size_t n = buf_len(&s->kept);

	list_remove(&s->keeping);
	if (n == 0)
		return;
	uint8_t *room = s->state == SESSION_ENDING ? NULL : conn_room(s->conn, n);
	if (room != NULL) {
		memcpy(room, buf_data(&s->kept), n);
		for (size_t at = 0, frame; at < n; at += frame) {
			frame = (size_t)room[at + 2] << 8 | room[at + 3]; /* one is shorter than KEEP_MAX */
			session_filled(s, room + at, frame);
		}
	} else {
		session_close(s, END_SLOW_READER);
	}
	buf_consume(&s->kept, n, 0);
}

void session_keeper_release(struct session_keeper *k)
{
	while (!list_empty(&k->sessions))
		session_release(LIST_OF(k->sessions.next, struct session, keeping));
}
