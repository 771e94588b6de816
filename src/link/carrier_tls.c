/*
 * carrier_tls.c - the TLS context that a carrier's new connections are made with. Files are tls.c's, connections
 * bind.c's.
 */
#include "link/carrier_priv.h"

static bool carrier_wants_tls(const struct carrier *c)
{
	return c->conf->tls.enable && c->conf->mode == CARRIER_MODE_CONNECT;
}

void carrier_renew_tls(struct carrier *c)
{
	struct tls_report report = {.fault = ""};
	struct tls_context *fresh = NULL;

	if (carrier_wants_tls(c)) {
		fresh = tls_client_new(&c->conf->tls, c->conf->host, &c->conf->where, &report);
		if (report.warning[0] != '\0' && !c->cs->started) /* a reload tells them all itself */
			log_warn(c->conf->name, "event=tls_warning why=\"%s\"", report.warning);
		if (fresh == NULL) {
			log_error(c->conf->name, "event=tls_unusable why=\"%s\" using=%s", report.fault,
				  c->tls != NULL ? "old" : "none");
			return;
		}
		if (c->tls != NULL && !tls_same_certificate(c->tls, fresh))
			log_info(c->conf->name, "event=tls_renewed");
	}
	tls_release(c->tls);
	c->tls = fresh;
	c->stats.certificate_expires = fresh != NULL ? (uint64_t)tls_expires(fresh) : 0;
}

bool carrier_tls_ready(struct carrier *c)
{
	if (!carrier_wants_tls(c))
		return true;
	if (c->tls == NULL)
		carrier_renew_tls(c);
	return c->tls != NULL;
}
