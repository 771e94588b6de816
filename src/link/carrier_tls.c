/*
 * carrier_tls.c - the TLS context that a carrier's new connections are made with. Files are tls.c's, connections
 * bind.c's.
 */
#include "link/carrier_priv.h"

static bool carrier_wants_tls(const struct carrier_conf *conf)
{
	return conf->tls.enable && conf->mode == CARRIER_MODE_CONNECT;
}

void carrier_read_tls(const struct carrier_conf *conf, struct tls_fresh *fresh)
{
	if (carrier_wants_tls(conf))
		tls_read_client(fresh, &conf->tls, conf->host, &conf->where);
	else
		*fresh = (struct tls_fresh){.read = true};
}

void carrier_take_tls(struct carrier *c, struct tls_fresh *fresh)
{
	if (!fresh->read)
		carrier_read_tls(c->conf, fresh);
	if (fresh->warning != NULL && !c->cs->started) /* a reload tells them all itself */
		log_warn(c->conf->name, "event=tls_warning why=\"%s\"", fresh->warning);
	if (fresh->fault != NULL) {
		log_error(c->conf->name, "event=tls_unusable why=\"%s\" using=%s", fresh->fault,
			  c->tls != NULL ? "old" : "none");
	} else {
		if (c->tls != NULL && fresh->context != NULL && !tls_same_certificate(c->tls, fresh->context))
			log_info(c->conf->name, "event=tls_renewed");
		tls_replace(&c->tls, fresh->context);
		fresh->context = NULL;
		c->stats.certificate_expires = c->tls != NULL ? (uint64_t)tls_expires(c->tls) : 0;
		c->stats.crl_expires = c->tls != NULL ? (uint64_t)tls_crl_ends(c->tls) : 0;
	}
	tls_forget_fresh(fresh);
}

bool carrier_tls_ready(struct carrier *c)
{
	struct tls_fresh fresh = {.read = false};

	if (!carrier_wants_tls(c->conf))
		return true;
	if (c->tls == NULL)
		carrier_take_tls(c, &fresh);
	return c->tls != NULL;
}
