/*
 * address.c - beginnings of numbers and codes, rewritten both ways by rules "86=>0086". Must not know messages, pools
 * of codes, or routes.
 */
#include "path/address.h"

#include <string.h>

#define ARROW	 "=>"
#define MOBILE_N 13u /* 86, then 11 digits */

struct rule {
	struct view from, to;
};

static struct view trimmed(const char *s, size_t n)
{
	while (n && *s == ' ') {
		s++;
		n--;
	}
	while (n && s[n - 1] == ' ')
		n--;
	return (struct view){(const uint8_t *)s, (uint32_t)n};
}

static bool read_rule(const char *text, struct rule *out)
{
	const char *arrow = strstr(text, ARROW);
	if (!arrow)
		return false;
	out->from = trimmed(text, (size_t)(arrow - text));
	out->to = trimmed(arrow + strlen(ARROW), strlen(arrow + strlen(ARROW)));
	return out->from.n + out->to.n > 0 && out->from.n <= NUMBER_MAX && out->to.n <= NUMBER_MAX;
}

static bool begins(struct view s, struct view with)
{
	return s.n >= with.n && (with.n == 0 || memcmp(s.p, with.p, with.n) == 0);
}

static void check_rules(const struct carrier_conf *conf, const char *key, const struct conf_list *rules, char **errors)
{
	struct rule r;
	for (size_t i = 0; i < rules->n; i++) {
		if (!read_rule(rules->at[i], &r))
			conf_fault(
				errors, &conf->where,
				"carrier %s: %s: \"%s\" is no rule like \"86=>0086\" of at most 20 characters a side",
				conf->name, key, rules->at[i]);
	}
}

void address_check(const struct carrier_conf *conf, char **errors)
{
	check_rules(conf, "dest_rewrite", &conf->dest_rewrite, errors);
	check_rules(conf, "source_rewrite", &conf->source_rewrite, errors);
}

/* s with its beginning exchanged; false when that is too long. */
static bool exchange(struct view s, const struct rule *r, char room[NUMBER_MAX + 1], struct view *out)
{
	uint32_t rest = s.n - r->from.n;
	if (r->to.n + rest > NUMBER_MAX)
		return false;
	if (r->to.n)
		memcpy(room, r->to.p, r->to.n);
	memcpy(room + r->to.n, s.p + r->from.n, rest);
	*out = (struct view){(const uint8_t *)room, r->to.n + rest};
	return true;
}

/* + and 00 in front mean an international number, whatever rule follows. */
static struct view unmarked(struct view s)
{
	uint32_t skip = s.n > 1 && s.p[0] == '+' ? 1 : s.n > 4 && s.p[0] == '0' && s.p[1] == '0' ? 2 : 0;
	return (struct view){s.p + skip, s.n - skip};
}

/* The first rule that fits counts; without one addr stays as it is. */
static bool rewrite(const struct conf_list *rules, struct view normal, struct view *addr, char room[NUMBER_MAX + 1])
{
	struct rule r;
	for (size_t i = 0; i < rules->n; i++) {
		if (read_rule(rules->at[i], &r) && begins(normal, r.from))
			return exchange(normal, &r, room, addr);
	}
	return true;
}

/* The other way; a rule that takes a beginning away gives it back only to what lacks it. */
static void restore(const struct conf_list *rules, struct view *addr, char room[NUMBER_MAX + 1])
{
	struct rule r;
	for (size_t i = 0; i < rules->n; i++) {
		if (!read_rule(rules->at[i], &r) || !begins(*addr, r.to) || (r.to.n == 0 && begins(*addr, r.from)))
			continue;
		const struct rule back = {r.to, r.from};
		struct view out;
		if (exchange(*addr, &back, room, &out))
			*addr = out;
		return;
	}
}

static void set_kind(struct pdu_addr *a, int64_t ton, int64_t npi)
{
	if (ton >= 0)
		a->ton = (uint8_t)ton;
	if (npi >= 0)
		a->npi = (uint8_t)npi;
}

bool address_leave(const struct carrier_conf *conf, struct pdu *pdu, struct address_room *room, const char **why)
{
	struct number to;
	set_kind(&pdu->sm.src, conf->source_ton, conf->source_npi);
	set_kind(&pdu->sm.dst, conf->dest_ton, conf->dest_npi);
	if (conf->source_rewrite.n &&
	    !rewrite(&conf->source_rewrite, unmarked(pdu->sm.src.addr), &pdu->sm.src.addr, room->src)) {
		*why = "source over 20 characters after source_rewrite";
		return false;
	}
	if (conf->dest_rewrite.n && number_parse(pdu->sm.dst, &to) &&
	    !rewrite(&conf->dest_rewrite, (struct view){(const uint8_t *)to.digits, to.n}, &pdu->sm.dst.addr,
		     room->dst)) {
		*why = "number over 20 digits after dest_rewrite";
		return false;
	}
	return true;
}

const struct pdu *address_come(const struct carrier_conf *conf, const struct pdu *pdu, struct address_room *room,
			       struct pdu *out)
{
	if (conf->dest_rewrite.n + conf->source_rewrite.n == 0)
		return pdu;
	bool alert = pdu->command_id == ALERT_NOTIFICATION;
	*out = *pdu;
	restore(&conf->dest_rewrite, alert ? &out->alert.src.addr : &out->sm.src.addr, room->src);
	restore(&conf->source_rewrite, alert ? &out->alert.esme.addr : &out->sm.dst.addr, room->dst);
	return out;
}

static bool is_mobile(const struct number *n)
{
	return n->n == MOBILE_N && memcmp(n->digits, "861", 3) == 0 && n->digits[3] >= '3';
}

void address_show(enum address_form form, struct pdu_addr *addr, char room[NUMBER_MAX + 2])
{
	struct number n;
	bool marked = addr->ton == 1 || unmarked(addr->addr).n != addr->addr.n;
	if (!number_parse(*addr, &n) || !(marked || is_mobile(&n)))
		return;
	bool national = form == ADDRESS_NATIONAL && is_mobile(&n);
	uint32_t plus = form == ADDRESS_PLUS ? 1 : 0, skip = national ? 2 : 0;
	if (n.n + plus > NUMBER_MAX)
		return;
	room[0] = '+';
	memcpy(room + plus, n.digits + skip, n.n - skip);
	*addr = (struct pdu_addr){national ? 2 : 1, 1, {(const uint8_t *)room, n.n - skip + plus}};
}
