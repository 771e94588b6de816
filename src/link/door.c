/*
 * door.c - the sockets that apps come to: each with its TLS context, or plain. Who may bind is admit.c's.
 */
#include "link/door.h"

#include <stdio.h>
#include "link/account_priv.h"

static bool door_has_tls(const struct listen_conf *conf)
{
	return conf->tls.certificate != NULL && *conf->tls.certificate != '\0';
}

static char *door_why(const struct listen_conf *conf, const char *what, const char *reason)
{
	char text[1400];

	snprintf(text, sizeof(text), "%s:%d: cannot %s %s port %lld: %s", conf->where.file != NULL ? conf->where.file : "-",
		 conf->where.line, what, conf->address, (long long)conf->port, reason);
	return mem_strdup(text);
}

struct door *door_open(struct accounts *as, const struct listen_conf *conf, char **why)
{
	struct door *d = mem_zalloc(sizeof(*d));
	struct tls_report report = {.fault = ""};
	const char *reason = "";

	d->as = as;
	d->conf = conf;
	if (door_has_tls(conf)) {
		d->tls = tls_server_new(&conf->tls, &conf->where, &report);
		if (d->tls == NULL) {
			*why = door_why(conf, "speak TLS on", report.fault);
			mem_free(d);
			return NULL;
		}
	}
	d->listener = conn_listen(as->conns, conf->address, conf->port, admit_connection, d, &reason);
	if (d->listener == NULL) {
		*why = door_why(conf, "listen on", reason);
		door_close(d);
		return NULL;
	}
	if (report.warning[0] != '\0')
		log_warn("-", "event=tls_warning port=%lld why=\"%s\"", (long long)conf->port, report.warning);
	return d;
}

bool door_renew(struct door *d)
{
	struct tls_report report = {.fault = ""};
	long long port = (long long)d->conf->port;

	if (!door_has_tls(d->conf)) {
		tls_release(d->tls);
		d->tls = NULL;
		return true;
	}
	struct tls_context *fresh = tls_server_new(&d->conf->tls, &d->conf->where, &report);
	if (fresh == NULL) {
		log_error("-", "event=tls_not_renewed port=%lld why=\"%s\" advice=\"the old certificate stays in use\"", port,
			  report.fault);
		return false;
	}
	if (report.warning[0] != '\0')
		log_warn("-", "event=tls_warning port=%lld why=\"%s\"", port, report.warning);
	if (d->tls == NULL || !tls_same_certificate(d->tls, fresh))
		log_info("-", "event=tls_renewed port=%lld expires_in_days=%lld", port, (long long)tls_days(fresh));
	tls_release(d->tls);
	d->tls = fresh;
	return true;
}

void door_close(struct door *d)
{
	if (d == NULL)
		return;
	conn_unlisten(d->listener);
	tls_release(d->tls);
	mem_free(d);
}
