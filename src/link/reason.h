/*
 * reason.h - why a connection or session ended: the one list. Each reason is its log text, its counter and its record.
 */
#ifndef LINK_REASON_H
#define LINK_REASON_H

enum end_reason {
	END_PEER_CLOSED,    /* the peer closed the connection */
	END_PEER_UNBOUND,   /* unbind from the peer, answered */
	END_WE_UNBOUND,	    /* our unbind, answered or waited for long enough */
	END_IO_ERROR,	    /* reset, unreachable, ... */
	END_CONNECT_FAILED, /* connection refused or timed out */
	END_RESOLVE_FAILED,
	END_TLS_FAILED,	     /* no handshake, or a record that is none; conn_error() says what */
	END_BIND_REFUSED,    /* bind_resp with an error, given or received */
	END_BIND_TIMEOUT,    /* client: no bind_resp; server: no bind (session_init) */
	END_SILENT,	     /* no answer to enquire_link */
	END_PARTIAL_PDU,     /* a PDU not complete in time */
	END_BAD_LENGTH,	     /* command_length out of range: framing lost */
	END_MALFORMED,	     /* too many malformed PDUs in a row */
	END_SLOW_READER,     /* output over its bound */
	END_DISPLACED,	     /* a new bind took the place of a dead one */
	END_NOT_ALLOWED,     /* too many connections, address not allowed */
	END_PROXY_HEADER,    /* a listener behind a balancer: no PROXY header, a wrong one, or none in time */
	END_OUTBIND_REFUSED, /* an outbind that no carrier of ours expects */
	END_CONFIG,	     /* account or carrier changed or removed */
	END_SHUTDOWN,
	END_REASONS
};

/* The word in log lines and in the counter's label ("peer_closed"). Static text. */
const char *reason_name(enum end_reason r);
/* One sentence for the operator: what it means, what to do. */
const char *reason_help(enum end_reason r);

#endif
