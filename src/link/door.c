/*
 * door.c - the sockets that apps come by: opened, kept over a reload where address and port stay, each with its TLS
 * context, or plain. Who may bind is admit.c's.
 */
#include <stdio.h>
#include <string.h>
#include "link/account_priv.h"

static const struct conn_listen_ops door_ops = {
	.on_accept = admit_connection,
	.on_refused = admit_no_header,
};

/* What the listener looks at, from d->conf. */
static void door_tell_listener(struct door *d)
{
	const struct listen_conf *conf = d->conf;
	const struct conf_list *from = &conf->proxy_from;

	mem_free(d->proxy_from);
	d->proxy_from = mem_zalloc((from->n + 1) * sizeof(*d->proxy_from));
	d->listen = (struct conn_listen_conf){
		.address = conf->address,
		.port = conf->port,
		.proxy = conf->proxy,
		.proxy_from = d->proxy_from,
		.header_ms = d->as->limits->session_init,
	};
	for (size_t i = 0; i < from->n; i++) {
		if (net_cidr_parse(from->at[i], &d->proxy_from[d->listen.proxy_froms]) == 0)
			d->listen.proxy_froms++;
	}
}

static void door_free(struct door *d)
{
	conn_unlisten(d->listener);
	tls_release(d->tls);
	tls_release(d->fresh);
	mem_free(d->proxy_from);
	mem_free(d->conf);
	mem_free(d);
}

static struct door *door_open(struct accounts *as, const struct listen_conf *conf, char **errors)
{
	const char *why = "";
	struct door *d = mem_zalloc(sizeof(*d));

	d->as = as;
	d->conf = mem_zalloc(sizeof(*d->conf));
	*d->conf = *conf;
	door_tell_listener(d);
	d->listener = conn_listen(as->conns, &d->listen, &door_ops, d, &why);
	if (d->listener != NULL)
		return d;
	conf_fault(errors, &conf->where, "cannot listen on %s port %lld: %s", conf->address, (long long)conf->port,
		   why);
	door_free(d);
	return NULL;
}

static bool doors_hold(const struct doors *doors, const struct door *d)
{
	for (size_t i = 0; i < doors->n; i++) {
		if (doors->at[i] == d)
			return true;
	}
	return false;
}

static struct door *doors_find(const struct doors *doors, const struct listen_conf *conf, const struct doors *but)
{
	for (size_t i = 0; i < doors->n; i++) {
		struct door *d = doors->at[i];
		if (d->conf->port == conf->port && strcmp(d->conf->address, conf->address) == 0 && !doors_hold(but, d))
			return d;
	}
	return NULL;
}

/* Certificates are read again even where their names have not changed: somebody may have renewed them. */
static bool door_prepare_tls(struct door *d, const struct listen_conf *conf, struct tls_fresh *fresh, char **errors)
{
	if (!fresh->read)
		tls_read_server(fresh, &conf->tls, &conf->where);
	bool good = fresh->fault == NULL;
	tls_release(d->fresh);
	d->fresh = fresh->context;
	fresh->context = NULL;
	if (!good)
		conf_fault(errors, &conf->where, "listen on port %lld: %s", (long long)conf->port, fresh->fault);
	if (fresh->warning != NULL && !d->as->doors.open) /* a reload tells them all itself */
		log_warn("-", "event=tls_warning port=%lld why=\"%s\"", (long long)conf->port, fresh->warning);
	tls_forget_fresh(fresh);
	return good;
}

int doors_prepare(struct accounts *as, const struct listen_conf *confs, size_t n, struct tls_fresh *fresh,
		  struct doors *out, char **errors)
{
	struct tls_fresh unread = {.read = false};
	bool good = true;

	*out = (struct doors){.at = mem_zalloc((n + 1) * sizeof(*out->at)), .open = true};
	for (size_t i = 0; i < n; i++) {
		struct door *d = doors_find(&as->doors, &confs[i], out);
		if (d == NULL)
			d = door_open(as, &confs[i], errors);
		if (d != NULL)
			out->at[out->n++] = d;
		good = d != NULL && door_prepare_tls(d, &confs[i], fresh != NULL ? &fresh[i] : &unread, errors) && good;
	}
	if (good)
		return 0;
	doors_drop(as, out);
	return -1;
}

void doors_drop(struct accounts *as, struct doors *prepared)
{
	for (size_t i = 0; i < prepared->n; i++) {
		struct door *d = prepared->at[i];
		if (!doors_hold(&as->doors, d)) {
			door_free(d);
			continue;
		}
		tls_release(d->fresh);
		d->fresh = NULL;
	}
	mem_free(prepared->at);
	*prepared = (struct doors){0};
}

/* Connections that are up keep the context that they were made with, but for peers that are revoked by now. */
static void door_apply(struct door *d, const struct listen_conf *conf)
{
	bool renewed = d->tls != NULL && d->fresh != NULL && !tls_same_certificate(d->tls, d->fresh);

	*d->conf = *conf;
	door_tell_listener(d);
	tls_replace(&d->tls, d->fresh);
	d->fresh = NULL;
	if (renewed)
		log_info("-", "event=tls_renewed port=%lld", (long long)conf->port);
}

static struct listener_ends door_ends(const struct door *d)
{
	if (d->tls == NULL)
		return (struct listener_ends){0};
	return (struct listener_ends){tls_expires(d->tls), tls_crl_ends(d->tls)};
}

/* The first one to end is the one to be warned of. */
static void note_end(uint64_t *first, int64_t ends)
{
	if (ends != 0 && (*first == 0 || (uint64_t)ends < *first))
		*first = (uint64_t)ends;
}

static void doors_note_end(struct accounts *as, const struct door *d)
{
	struct listener_ends ends = door_ends(d);

	note_end(&as->listener.certificate_expires, ends.certificate_s);
	note_end(&as->listener.crl_expires, ends.crl_s);
}

void doors_apply(struct accounts *as, const struct listen_conf *confs, struct doors *prepared)
{
	struct doors before = as->doors;

	as->doors = *prepared;
	*prepared = (struct doors){0};
	as->listener.certificate_expires = as->listener.crl_expires = 0;
	for (size_t i = 0; i < as->doors.n; i++) {
		door_apply(as->doors.at[i], &confs[i]);
		doors_note_end(as, as->doors.at[i]);
	}
	for (size_t i = 0; i < before.n; i++) {
		if (!doors_hold(&as->doors, before.at[i]))
			door_free(before.at[i]);
	}
	mem_free(before.at);
}

void doors_close(struct accounts *as)
{
	for (size_t i = 0; i < as->doors.n; i++)
		door_free(as->doors.at[i]);
	mem_free(as->doors.at);
	as->doors = (struct doors){0};
}

void accounts_each_listener(const struct accounts *as,
			    void (*fn)(const struct listen_conf *conf, const struct listener_ends *ends, void *arg),
			    void *arg)
{
	for (size_t i = 0; i < as->doors.n; i++) {
		struct listener_ends ends = door_ends(as->doors.at[i]);
		fn(as->doors.at[i]->conf, &ends, arg);
	}
}
