/*
 * campaign_page.h - a campaign as people read it: out of the fields of its hash, per variant and by hour, rates with
 * their intervals, and whether one variant is shown to be better. Knows no store and no console.
 */
#ifndef NOC_CAMPAIGN_PAGE_H
#define NOC_CAMPAIGN_PAGE_H

#include "base/buf.h"
#include "path/campaign.h"

struct campaign_page;
struct campaign_page *campaign_page_new(void);
void campaign_page_free(struct campaign_page *p);
/* A field of the hash and its value. */
void campaign_page_field(struct campaign_page *p, struct view name, struct view value);
bool campaign_page_empty(const struct campaign_page *p); /* nothing but what orders leave: no text was accepted */
const struct campaign_control *campaign_page_control(struct campaign_page *p);

struct campaign_about {
	const char *account, *name;
	int64_t now_ms;	  /* UTC */
	bool here;	  /* it is in this node's memory: */
	uint64_t waiting; /* at its gate */
	double rate;	  /* messages/s; below 0: not known */
};
void campaign_page_print(struct campaign_page *p, const struct campaign_about *about, struct buf *out);

#endif
