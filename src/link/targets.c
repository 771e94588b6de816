/*
 * targets.c - the addresses of a carrier: which one is next. Knows no sessions.
 */
#include "link/targets.h"

#include <stdio.h>
#include <string.h>
#include "base/net.h"

size_t targets_count(const struct carrier_conf *conf)
{
	size_t n = conf->addresses.n;

	return n == 0 ? 1 : n > TARGETS_MAX ? TARGETS_MAX : n;
}

int64_t targets_at(const struct carrier_conf *conf, size_t place, char host[256])
{
	int64_t port = conf->port;

	if (place < conf->addresses.n && net_parse_hostport(conf->addresses.at[place], host, &port))
		return port;
	snprintf(host, 256, "%s", conf->host);
	return port;
}

size_t targets_pick(const struct targets *t, const struct carrier_conf *conf, unsigned number)
{
	size_t n = targets_count(conf), first = conf->spread ? (number - 1) % n : 0, best = first;

	for (size_t i = 1; i < n; i++) {
		size_t place = (first + i) % n;
		if (t->failures[place] < t->failures[best])
			best = place;
	}
	return best;
}

void targets_failed(struct targets *t, size_t place)
{
	t->failures[place]++;
}

void targets_bound(struct targets *t, size_t place)
{
	t->failures[place] = 0;
}

void targets_again(struct targets *t)
{
	memset(t, 0, sizeof(*t));
}

bool targets_left(const struct targets *t, const struct carrier_conf *conf)
{
	for (size_t i = 1; i < targets_count(conf); i++) {
		if (t->failures[i] != t->failures[0])
			return true;
	}
	return false;
}

void targets_check(const struct carrier_conf *c, char **errors)
{
	char host[256];
	int64_t port;

	if (c->mode != CARRIER_MODE_CONNECT) {
		if (c->addresses.n > 0)
			conf_fault(errors, &c->where,
				   "carrier %s: addresses are where we connect to, but mode is not connect", c->name);
		return;
	}
	if (*c->host == '\0' && c->addresses.n == 0)
		conf_fault(errors, &c->where, "carrier %s: host is missing", c->name);
	if (*c->host == '\0' && c->addresses.n > 0 && c->tls.enable && (c->tls.name == NULL || *c->tls.name == '\0'))
		conf_fault(
			errors, &c->where,
			"carrier %s: with addresses and without host, tls.name must say whose certificate is expected",
			c->name);
	for (size_t i = 0; i < c->addresses.n; i++) {
		if (!net_parse_hostport(c->addresses.at[i], host, &port))
			conf_fault(errors, &c->where, "carrier %s: addresses: \"%s\" is not host:port or [IPv6]:port",
				   c->name, c->addresses.at[i]);
	}
}
