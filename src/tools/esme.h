/*
 * esme.h - what smppload and smppsend share as ESMEs: where and as whom they bind, and how they tell why it went
 * wrong.
 */
#ifndef TOOLS_ESME_H
#define TOOLS_ESME_H

#include "link/session.h"
#include "link/tls.h"
#include "tools/opts.h"

struct esme_conf {
	const char *host;
	int64_t port;
	const char *system_id, *password, *system_type;
	bool tls, tls_insecure;
	const char *tls_ca, *tls_name, *tls_cert, *tls_key;
};

/* Rows of a program's option table; base: offset of its struct esme_conf. */
#define ESME_OPTION_ROWS(base)                                                                                         \
	{"host", OPTS_TEXT, (base) + offsetof(struct esme_conf, host), "127.0.0.1", .help = "the SMSC or gateway"},    \
		{"port",   OPTS_NUMBER,	  (base) + offsetof(struct esme_conf, port),                                   \
		 "2775",   .arg = "PORT", .help = "its port",                                                          \
		 .min = 1, .max = 65535},                                                                              \
		{"system-id", OPTS_TEXT, (base) + offsetof(struct esme_conf, system_id), "bank",                       \
		 .help = "whom to bind as"},                                                                           \
		{"password", OPTS_SECRET, (base) + offsetof(struct esme_conf, password), "secret",                     \
		 .help = "its password"},                                                                              \
		{"system-type", OPTS_TEXT, (base) + offsetof(struct esme_conf, system_type), "",                       \
		 .help = "system_type of the bind, where the peer asks for one"},                                      \
		{"tls", OPTS_FLAG, (base) + offsetof(struct esme_conf, tls),                                           \
		 .help = "speaks TLS; the peer's certificate is verified"},                                            \
		{"tls-ca", OPTS_TEXT, (base) + offsetof(struct esme_conf, tls_ca),                                     \
		 "",	   "FILE",    .help = "who signs the peer's certificate; without it whom the system trusts"},  \
		{"tls-name", OPTS_TEXT, (base) + offsetof(struct esme_conf, tls_name),                                 \
		 "",	     "NAME",	.help = "the name that it must carry; without it the host"},                   \
		{"tls-cert", OPTS_TEXT, (base) + offsetof(struct esme_conf, tls_cert),                                 \
		 "",	     "FILE",	.help = "our client certificate"},                                             \
		{"tls-key", OPTS_TEXT, (base) + offsetof(struct esme_conf, tls_key),                                   \
		 "",	    "FILE",    .help = "its key, where it does not stand in the same file"},                   \
	{                                                                                                              \
		"tls-insecure", OPTS_FLAG, (base) + offsetof(struct esme_conf, tls_insecure),                          \
			.help = "does not verify the peer"                                                             \
	}

/* What connections are made with: *tls is NULL without --tls. False, told on stderr: a file cannot be used, or there
 * are TLS options without --tls. */
bool esme_tls(const char *program, const struct esme_conf *conf, struct tls_context **tls);
/* The bind of a session: command is BIND_TRANSMITTER, BIND_RECEIVER or BIND_TRANSCEIVER. */
void esme_bind(struct session *s, const struct esme_conf *conf, uint32_t command);
/* One line on stderr: the bind was refused with status, or the connection ended; what to do about it. */
void esme_tell_refused(const char *program, const struct esme_conf *conf, uint32_t status);
void esme_tell_ended(const char *program, const struct esme_conf *conf, enum end_reason reason, const char *error);
/* "0x0B ESME_RINVDSTADR (meaning)" */
void esme_status_text(uint32_t status, char out[256]);
/* TON and NPI by the look of an address: over 11 digits international, with letters alphanumeric, else unknown. */
struct pdu_addr esme_address(struct view addr);

#endif
