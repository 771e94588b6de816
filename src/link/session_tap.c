/*
 * session_tap.c - hands frames to a capture that runs (tap.h). Knows no files.
 */
#include "link/session_priv.h"

void session_tapped(struct session *s, bool out, const uint8_t *p, size_t n)
{
	struct tap_from from = {s->name, s->handle, conn_peer(s->conn), &s->place};
	struct net_addr local;

	tap_hear(s->hub->tap, &from, out, p, n);
	if (!tap_wants(s->hub->tap, &from, out, p, n))
		return;
	conn_local(s->conn, &local);
	tap_put(s->hub->tap, &from, &local, out, p, n);
}

struct tap *session_hub_tap(const struct session_hub *hub)
{
	return hub->tap;
}
