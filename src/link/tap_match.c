/*
 * tap_match.c - looks at PDUs for a capture's filter. Must not know files.
 *
 * An answer has neither numbers nor names: it is wanted when its request was. The last ASKED requests are remembered by
 * session, sequence number and direction; when more are open the answers of the oldest are missed.
 */
#include "link/tap_match.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "smpp/pdu.h"

#define ASKED	   8192u /* a power of two */
#define NUMBER_MIN 7u

struct asked {
	uint64_t session; /* 0: empty */
	uint32_t sequence;
	bool out;
};

struct tap_match {
	struct tap_filter filter;
	struct asked asked[ASKED];
};

static const char *const words[] = {"all", "carrier", "account", "session", "number"};

const char *tap_filter_text(const struct tap_filter *f, char out[TAP_FILTER_TEXT])
{
	char number[32];

	if (f->by == TAP_ALL)
		snprintf(out, TAP_FILTER_TEXT, "%s", words[TAP_ALL]);
	else
		snprintf(out, TAP_FILTER_TEXT, "%s %s", words[f->by],
			 f->by == TAP_NUMBER ? log_masked(f->name, strlen(f->name), number) : f->name);
	return out;
}

struct tap_match *tap_match_new(const struct tap_filter *f)
{
	struct tap_match *m = mem_zalloc(sizeof(*m));

	m->filter = *f;
	return m;
}

void tap_match_free(struct tap_match *m)
{
	mem_free(m);
}

bool tap_same_number(const char *digits, const void *other, size_t n)
{
	const char *p = other;
	size_t len = strlen(digits);

	for (; n > 0 && (*p == '+' || *p == '0'); p++)
		n--;
	size_t least = n < len ? n : len;
	if (least < NUMBER_MIN && n != len)
		return false;
	return least > 0 && memcmp(p + n - least, digits + len - least, least) == 0;
}

static bool is_number(const struct tap_match *m, struct view addr)
{
	return tap_same_number(m->filter.name, addr.p, addr.n);
}

static bool has_dest(const struct tap_match *m, struct view dests)
{
	struct pdu_dest d;

	for (uint32_t pos = 0; pdu_next_dest(dests, &pos, &d);) {
		if (d.flag == PDU_DEST_SME && is_number(m, d.addr.addr))
			return true;
	}
	return false;
}

static bool about_number(const struct tap_match *m, const struct pdu *pdu)
{
	switch (pdu->command_id) {
	case SUBMIT_SM:
	case DELIVER_SM:
	case DATA_SM:
		return is_number(m, pdu->sm.src.addr) || is_number(m, pdu->sm.dst.addr);
	case SUBMIT_MULTI:
		return is_number(m, pdu->sm.src.addr) || has_dest(m, pdu->sm.dests);
	case CANCEL_SM:
		return is_number(m, pdu->cancel.src.addr) || is_number(m, pdu->cancel.dst.addr);
	case QUERY_SM:
		return is_number(m, pdu->query.src.addr);
	case REPLACE_SM:
		return is_number(m, pdu->replace.src.addr);
	case ALERT_NOTIFICATION:
		return is_number(m, pdu->alert.src.addr) || is_number(m, pdu->alert.esme.addr);
	default:
		return false;
	}
}

/* Sessions are called "bank#12" and "mobile/1". */
static bool owned(const char *session, const char *owner, char mark)
{
	size_t n = strlen(owner);

	return strncmp(session, owner, n) == 0 && session[n] == mark;
}

/* An app's bind comes before its session has the account's name. */
static bool binds_as(const struct tap_match *m, const struct pdu *pdu)
{
	uint32_t id = pdu->command_id;

	return (id == BIND_TRANSMITTER || id == BIND_RECEIVER || id == BIND_TRANSCEIVER) &&
	       view_eq(pdu->bind.system_id, view_of(m->filter.name));
}

static bool wants(const struct tap_match *m, const char *name, const struct pdu *pdu)
{
	switch (m->filter.by) {
	case TAP_CARRIER:
		return owned(name, m->filter.name, '/');
	case TAP_ACCOUNT:
		return owned(name, m->filter.name, '#') || binds_as(m, pdu);
	case TAP_SESSION:
		return strcmp(name, m->filter.name) == 0;
	case TAP_NUMBER:
		return about_number(m, pdu);
	case TAP_ALL:
		break;
	}
	return true;
}

static struct asked *place(struct tap_match *m, uint64_t session, uint32_t sequence, bool out)
{
	uint64_t hash = (session * 0x9E3779B97F4A7C15u) ^ ((uint64_t)sequence * 0xC2B2AE3D27D4EB4Fu) ^ out;

	return &m->asked[(hash ^ hash >> 32) & (ASKED - 1)];
}

bool tap_match(struct tap_match *m, const char *name, uint64_t session, bool out, const uint8_t *p, size_t n)
{
	struct pdu pdu = {.command_id = 0};

	if (m->filter.by == TAP_ALL)
		return true;
	if (n < PDU_HEADER)
		return wants(m, name, &pdu);
	uint32_t fault = pdu_decode(p, n, &pdu);
	(void)fault; /* the fields before it are there */
	bool wanted = wants(m, name, &pdu);
	if ((pdu.command_id & COMMAND_RESP) == 0) {
		if (wanted)
			*place(m, session, pdu.sequence, out) = (struct asked){session, pdu.sequence, out};
		return wanted;
	}
	struct asked *a = place(m, session, pdu.sequence, !out);
	if (a->session != session || a->sequence != pdu.sequence || a->out == out)
		return wanted;
	a->session = 0;
	return true;
}
