/*
 * route_priv.h - the rules as they are looked at, shared by route.c and route_rules.c. Nobody else includes it.
 */
#ifndef PATH_ROUTE_PRIV_H
#define PATH_ROUTE_PRIV_H

#include "path/route.h"
#include "path/trie.h"
#include "policy/hours.h"

#define RULE_ANY_CLASS	((1u << CLASSES) - 1)
#define RULE_SOURCE_MAX 21u /* octets of a source address without its NUL */

/* Ranks in the trie. */
enum { RANK_HAND /* value: a rule */, RANK_OPERATOR /* value: an operator, whose rules stand here */ };

struct rule {
	uint16_t lane;
	uint16_t account;	 /* or ROUTE_NO_ACCOUNT: any */
	uint8_t classes;	 /* a bit each */
	uint8_t sources, hours;	 /* how many; 0: any */
	uint32_t source0, hour0; /* the first of them */
};

struct rule_info { /* for people; offsets into the set's texts */
	uint32_t name, file, key;
	int line;
};

struct rule_source {
	uint8_t n;
	char text[RULE_SOURCE_MAX];
};

struct rules {
	struct trie *trie;
	struct rule *rules;
	struct rule_info *infos;
	size_t n;
	char *texts;
	size_t texts_n, texts_cap;
	struct rule_source *sources;
	size_t sources_n;
	struct hours_span *hours;
	size_t hours_n;
	uint32_t *of_operator; /* rules, operator by operator, in the order of the file */
	uint32_t operator0[ROUTE_MAX_OPERATORS + 1];
	uint64_t known; /* operators of this configuration, a bit each */
	int zone;
};

struct routes {
	struct rules *set;
	struct route *table;
	size_t n, cap;
	size_t copied; /* a copy: how many it had when it was made */
	char *operators[ROUTE_MAX_OPERATORS];
	size_t operators_n;
};

/* The number of the route with this content, added when it is new; -1 when there are too many. */
int routes_intern(struct routes *r, const struct route *want);

/* NULL on faults; may have added routes and operators to r then. */
struct rules *rules_build(struct routes *r, const struct routes_conf *conf, const struct routes_names *names,
			  char **errors);
void rules_free(struct rules *set);
/* Lanes from first on have other numbers: number[lane - first]. */
void rules_renumber(struct rules *set, size_t first, const uint16_t *number);
size_t rules_octets(const struct rules *set);
/* NULL when all conditions of a rule but its prefix hold, else which one does not. */
const char *rules_judge(const struct rules *set, const struct rule *rule, const struct route_query *q);

#endif
