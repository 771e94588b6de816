/*
 * link_scan.h - the hosts of the links in a text: what a phone may make a link of, and what is written to look like
 * one. Pure.
 */
#ifndef POLICY_LINK_SCAN_H
#define POLICY_LINK_SCAN_H

#include <stdbool.h>
#include "smpp/view.h"

#define LINK_HOST_MAX 255u /* octets; of a longer host its end is told */

struct link_scan;
struct link_scan *link_scan_new(void);
void link_scan_free(struct link_scan *s);

/* Told of each host, folded, UTF-8, without port and user; borrowed for the call. False: no more. */
typedef bool (*link_host_fn)(void *arg, struct view host);

/*
 * What counts: SCHEME://host; a bare name that ends with a known top level domain (t.cn, 12306.cn/a, 招商银行.中国);
 * any name before a path or a port; four numbers as an address; the host of an e-mail address. Full-width characters
 * count as ASCII, and so does 。 between two characters of a name. Numbers, dates, times and versions (3.5%,
 * 2026.05.01, 10:30, V2.0) do not count, nor does a number of one or two digits before a name (1.VIP). The same host
 * may be told twice. False: the text is longer than POLICY_TEXT_MAX, and was not read.
 */
bool link_scan(struct link_scan *s, struct view text, link_host_fn fn, void *arg);
/* A host as link_scan() would tell it. Returns octets, at most cap; 0 when it cannot be a host. */
uint32_t link_fold_host(struct link_scan *s, struct view host, char *out, uint32_t cap);

#endif
