/*
 * esme.c - binding as an ESME, and telling people why a bind or a connection failed. Knows no messages.
 */
#include "tools/esme.h"

#include <ctype.h>
#include <stdio.h>

#include "smpp/command.h"
#include "smpp/status.h"

#define NUMBER_DIGITS_MIN 11u /* an international number has at least as many, country code included */

void esme_bind(struct session *s, const struct esme_conf *conf, uint32_t command)
{
	struct pdu pdu = {.command_id = command};

	pdu.bind.system_id = view_of(conf->system_id);
	pdu.bind.password = view_of(conf->password);
	pdu.bind.system_type = view_of(conf->system_type);
	pdu.bind.interface_version = 0x34;
	session_bind(s, &pdu);
}

bool esme_tls(const char *program, const struct esme_conf *conf, struct tls_context **tls)
{
	struct tls_conf with = {
		.enable = true,
		.certificate = (char *)(uintptr_t)conf->tls_cert,
		.key = (char *)(uintptr_t)conf->tls_key,
		.ca = (char *)(uintptr_t)conf->tls_ca,
		.name = (char *)(uintptr_t)conf->tls_name,
		.verify = !conf->tls_insecure,
	};
	bool any = *conf->tls_cert || *conf->tls_key || *conf->tls_ca || *conf->tls_name || conf->tls_insecure;
	struct tls_report report = {.fault = ""};

	*tls = NULL;
	if (conf->tls)
		*tls = tls_client_new(&with, conf->host, NULL, &report);
	else if (any)
		snprintf(report.fault, sizeof(report.fault), "there are --tls-... options, but --tls is missing");
	if (report.fault[0] != '\0')
		fprintf(stderr, "%s: %s\n", program, report.fault);
	return report.fault[0] == '\0';
}

void esme_status_text(uint32_t status, char out[256])
{
	snprintf(out, 256, "0x%02X %s (%s)", status, status_name(status), status_help(status));
}

void esme_tell_refused(const char *program, const struct esme_conf *conf, uint32_t status)
{
	char text[256];

	esme_status_text(status, text);
	fprintf(stderr, "%s: %s:%lld refused the bind as \"%s\" with %s; check --system-id and --password\n", program,
		conf->host, (long long)conf->port, conf->system_id, text);
}

void esme_tell_ended(const char *program, const struct esme_conf *conf, enum end_reason reason, const char *error)
{
	fprintf(stderr, "%s: %s:%lld: %s%s%s; %s\n", program, conf->host, (long long)conf->port, reason_name(reason),
		*error ? ": " : "", error, reason_help(reason));
}

struct pdu_addr esme_address(struct view addr)
{
	struct pdu_addr a = {.ton = 0, .npi = 1, .addr = addr};

	for (uint32_t i = 0; i < addr.n; i++) {
		if (!isdigit(addr.p[i]))
			return (struct pdu_addr){.ton = 5, .npi = 0, .addr = addr};
	}
	if (addr.n >= NUMBER_DIGITS_MIN && addr.p[0] != '0' && !(addr.n >= 2 && memcmp(addr.p, "10", 2) == 0))
		a.ton = addr.n > NUMBER_DIGITS_MIN ? 1 : 0;
	return a;
}
