/*
 * route_test.h - expectations of routing, one a line, checked against the rules, sender codes and prices of a
 * configuration: the same decisions as for a submit, asked without one. Pure but for what it is given.
 *
 *   ACCOUNT SOURCE DEST CLASS [at HH:MM] [ported OPERATOR] => EXPECTED
 *
 * SOURCE "-": empty; CLASS "-": the account's. at: in the zone of the rules' hours; without it the line must hold at
 * every hour of the day. ported: the number is served by OPERATOR, "!OPERATOR": it is known not to be there; without it
 * what the world knows of the number counts. EXPECTED: carriers by comma, in their order (in any order when they share
 * by weight); "rule NAME"; "none": no rule holds; "refused STATUS": number or name, as the app would get it.
 * '#' begins a comment at the beginning of a line or behind a blank.
 */
#ifndef PATH_ROUTE_TEST_H
#define PATH_ROUTE_TEST_H

#include "link/carrier.h"
#include "path/ported.h"
#include "path/senders.h"
#include "policy/classes.h"

struct route_test_account {
	size_t number;
	enum class_id class_id; /* of messages that name none */
	bool plain;		/* gets standard statuses */
};

enum route_test_ported { ROUTE_TEST_KNOWN, ROUTE_TEST_NOT_READ };

struct route_test_world { /* what holds; borrowed for a call */
	const struct routes *routes;
	const struct senders *senders;
	const struct class_rule *rules;							   /* CLASSES of them */
	bool (*account)(const char *system_id, struct route_test_account *out, void *arg); /* false: there is none */
	const struct carrier_conf *(*carrier)(size_t number, void *arg);
	/* NULL: nothing is known of any number. */
	enum route_test_ported (*ported)(const struct number *to, struct ported_entry *out, void *arg);
	void *arg;
};

enum route_test_result { ROUTE_TEST_EMPTY, ROUTE_TEST_PASSED, ROUTE_TEST_FAILED, ROUTE_TEST_SKIPPED };

#define ROUTE_TEST_TEXT_MAX 700u

/*
 * Checks one line, without its newline. FAILED and SKIPPED: said has why, without file and line; a line that cannot be
 * read has failed, and none of its words are said but those it was read by.
 */
enum route_test_result route_test_line(const struct route_test_world *w, struct view line,
				       char said[ROUTE_TEST_TEXT_MAX]);

#endif
