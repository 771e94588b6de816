/*
 * campaign_priv.h - what campaign.c (the table, counting, writing) and campaign_control.c (states, trials, orders)
 * share. Nobody else includes it.
 */
#ifndef PATH_CAMPAIGN_PRIV_H
#define PATH_CAMPAIGN_PRIV_H

#include "base/map.h"
#include "path/campaign.h"

#define CAMPAIGN_SAMPLES   20u	 /* of how many have left */
#define CAMPAIGN_SAMPLE_MS 15000 /* between two of them */

struct campaign_variant {
	char name[CAMPAIGN_VARIANT_MAX + 1];
	uint16_t place;
	int64_t now[CAMPAIGN_COUNTERS]; /* not written yet */
	int64_t out[CAMPAIGN_COUNTERS]; /* under way, or to be sent once more */
};

struct campaign {
	struct campaigns *owner;
	size_t account;
	char *account_name;
	char name[CAMPAIGN_NAME_MAX + 1];
	uint32_t name_n;
	struct campaign_variant *variants[CAMPAIGN_VARIANTS];
	unsigned variants_n;
	uint64_t open;	 /* messages that name it */
	int64_t used_ms; /* loop time: last named */
	bool dirty;	 /* something stands in now[] */
	bool again;	 /* out[] was not confirmed: the same once more, under the same tag */
	bool stale;	 /* to be read: another node may have changed it */
	unsigned flying; /* answers awaited: it stays while there are any */
	bool syncing, judging, letting;
	uint64_t flush; /* number of the one under way, or the last */
	struct campaign_control control;
	struct campaign_gate gate;
	struct {
		int64_t at_ms;
		uint64_t sent;
	} samples[CAMPAIGN_SAMPLES];
	unsigned samples_n, sample_next;
};

struct campaign_counters {
	uint64_t passed, failed; /* trials */
	uint64_t live, not_written;
};

struct campaigns {
	struct loop *loop;
	struct store *store;
	struct stats *stats;
	const struct campaigns_ops *ops;
	void *arg;
	const struct campaign_conf *confs;
	size_t confs_n;
	int64_t keep_s;
	int64_t begun_ms; /* stands in tags: another process of this node has others */
	struct map *names;
	struct campaign **live;
	size_t live_n, live_cap;
	struct campaign_place {
		struct campaign *campaign; /* NULL: free */
		unsigned variant;
	} * places; /* from 1 */
	size_t places_n, places_cap;
	uint64_t epoch;
	bool epoch_known, epoch_asked;
	struct timer timer;
	struct campaign_counters counters;
};

/* campaign.c */
struct store_campaign_id campaign_id(const struct campaign *c);
struct campaign *campaigns_get(struct campaigns *cs, const struct campaign_of *what); /* found or made; NULL: no room */
void campaign_sync(struct campaign *c);						      /* adds and reads */

/* campaign_control.c */
#define CAMPAIGN_PAIRS_MAX 24u
struct campaign_pairs { /* fields and values for a script, values printed */
	struct store_campaign_pair at[CAMPAIGN_PAIRS_MAX];
	char text[CAMPAIGN_PAIRS_MAX][32];
	size_t n;
};
void campaign_first_state(const struct campaign *c, struct campaign_pairs *out);
/* The store has said how it stands: tells the one above when that is another, and judges a trial that is over. */
void campaign_heard(struct campaign *c, const struct view *state);

#endif
