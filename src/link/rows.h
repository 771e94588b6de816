/*
 * rows.h - the counters of a session as rows of its owner's table. Private to src/link.
 */
#ifndef LINK_ROWS_H
#define LINK_ROWS_H

#include "base/stats.h"
#include "link/session.h"

#define ROW_ENDED(kind, type, reason, text)                                                                            \
	{                                                                                                              \
		"smppgw_" kind "_ended_total", "Connections that ended, by reason.", STATS_COUNTER,                    \
			offsetof(type, session.ended[reason]), "reason", text                                          \
	}

#define ROW_COUNT(kind, type, member, help)                                                                            \
	{                                                                                                              \
		"smppgw_" kind "_" #member "_total", help, STATS_COUNTER, offsetof(type, session.member), NULL, NULL   \
	}

/* type has a member "struct session_stats session" */
#define ROWS_OF_SESSION(kind, type)                                                                                    \
	ROW_COUNT(kind, type, pdus_in, "PDUs received."), ROW_COUNT(kind, type, pdus_out, "PDUs sent."),               \
		ROW_COUNT(kind, type, malformed, "Malformed PDUs received."),                                          \
		ROW_COUNT(kind, type, unknown_command, "PDUs with an unknown command_id."),                            \
		ROW_COUNT(kind, type, wrong_state, "Requests that are not legal in the session's state."),             \
		ROW_COUNT(kind, type, unsolicited, "Responses to no request of ours."),                                \
		ROW_COUNT(kind, type, timeouts, "Requests of ours without an answer in time."),                        \
		ROW_COUNT(kind, type, nacks, "generic_nack received."),                                                \
		ROW_COUNT(kind, type, window_full, "Times that a request had to wait for room."),                      \
		ROW_ENDED(kind, type, END_PEER_CLOSED, "peer_closed"),                                                 \
		ROW_ENDED(kind, type, END_PEER_UNBOUND, "peer_unbound"),                                               \
		ROW_ENDED(kind, type, END_WE_UNBOUND, "we_unbound"), ROW_ENDED(kind, type, END_IO_ERROR, "io_error"),  \
		ROW_ENDED(kind, type, END_CONNECT_FAILED, "connect_failed"),                                           \
		ROW_ENDED(kind, type, END_RESOLVE_FAILED, "resolve_failed"),                                           \
		ROW_ENDED(kind, type, END_TLS_FAILED, "tls_failed"),                                                   \
		ROW_ENDED(kind, type, END_BIND_REFUSED, "bind_refused"),                                               \
		ROW_ENDED(kind, type, END_BIND_TIMEOUT, "bind_timeout"), ROW_ENDED(kind, type, END_SILENT, "silent"),  \
		ROW_ENDED(kind, type, END_PARTIAL_PDU, "partial_pdu"),                                                 \
		ROW_ENDED(kind, type, END_BAD_LENGTH, "bad_length"),                                                   \
		ROW_ENDED(kind, type, END_MALFORMED, "malformed"),                                                     \
		ROW_ENDED(kind, type, END_SLOW_READER, "slow_reader"),                                                 \
		ROW_ENDED(kind, type, END_DISPLACED, "displaced"),                                                     \
		ROW_ENDED(kind, type, END_NOT_ALLOWED, "not_allowed"),                                                 \
		ROW_ENDED(kind, type, END_OUTBIND_REFUSED, "outbind_refused"),                                         \
		ROW_ENDED(kind, type, END_CONFIG, "config"), ROW_ENDED(kind, type, END_SHUTDOWN, "shutdown")

#endif
