/*
 * reason.c - the reasons an end can have, one row each. Knows nothing of who ended.
 */
#include "link/reason.h"

static const struct {
	const char *name, *help;
} reasons[END_REASONS] = {
	[END_PEER_CLOSED] = {"peer_closed", "The peer closed the connection without an unbind; see its own log."},
	[END_PEER_UNBOUND] = {"peer_unbound", "The peer sent unbind and was answered; nothing to do."},
	[END_WE_UNBOUND] = {"we_unbound", "We sent unbind; nothing to do."},
	[END_IO_ERROR] = {"io_error", "The connection broke (reset, unreachable); check the network and the peer."},
	[END_CONNECT_FAILED] = {"connect_failed", "Nobody answered at the carrier's address; check host, port and "
						  "firewall."},
	[END_RESOLVE_FAILED] = {"resolve_failed", "The carrier's host has no address; check host and the resolver."},
	[END_TLS_FAILED] = {"tls_failed",
			    "TLS with the peer failed; the error says what; see certificate, ca, name and "
			    "min_version under tls, on both sides."},
	[END_BIND_REFUSED] = {"bind_refused", "The bind was refused; the status in the log line says why."},
	[END_BIND_TIMEOUT] = {"bind_timeout", "No bind, or no answer to ours, came in time; check what "
					      "speaks there."},
	[END_SILENT] = {"silent", "The peer did not answer enquire_link; it or the network is dead."},
	[END_PARTIAL_PDU] = {"partial_pdu", "A PDU was begun and not completed in time; the peer or the network "
					    "hangs."},
	[END_BAD_LENGTH] = {"bad_length", "A command_length out of range: what speaks there is not SMPP, or it lost "
					  "its place."},
	[END_MALFORMED] = {"malformed", "Too many malformed PDUs in a row; the hex in the log shows them."},
	[END_SLOW_READER] = {"slow_reader", "The peer does not read what we send; it is overloaded or hangs."},
	[END_DISPLACED] = {"displaced", "The bind was dead and a new bind took its place; nothing to do."},
	[END_NOT_ALLOWED] = {"not_allowed", "Too many connections, or an address that is not allowed; see limits and "
					    "allow."},
	[END_PROXY_HEADER] = {"proxy_header",
			      "A listener with proxy = true got no PROXY header of version 2; check the "
			      "balancer."},
	[END_OUTBIND_REFUSED] = {"outbind_refused", "An outbind that no carrier expects; the log line says what is "
						    "wrong with it."},
	[END_CONFIG] = {"config", "The account or carrier was changed or removed in the configuration."},
	[END_SHUTDOWN] = {"shutdown", "The gateway shut down."},
};

const char *reason_name(enum end_reason r)
{
	return (unsigned)r < END_REASONS ? reasons[r].name : "unknown";
}

const char *reason_help(enum end_reason r)
{
	return (unsigned)r < END_REASONS ? reasons[r].help : "";
}
