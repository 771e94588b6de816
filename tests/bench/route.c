/*
 * route.c - what a routing decision costs with many prefixes and many ported numbers: ns of CPU and octets of memory.
 * Prints "name value" lines for tests/bench/run. Knows the rooms that decide, and no daemon.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/loop.h"
#include "base/mem.h"
#include "path/ported.h"

#define PREFIXES  100000u
#define CARRIERS  40u
#define QUESTIONS (1u << 20)

static char *operator_names[] = {"移动", "联通", "电信", "广电"};
#define OPERATORS (sizeof(operator_names) / sizeof(operator_names[0]))

static uint64_t seed = 88172645463325252u;

static uint64_t random_u64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static int64_t cpu_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static uint64_t resident(void)
{
	unsigned long long size = 0, pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (f && fscanf(f, "%llu %llu", &size, &pages) != 2)
		pages = 0;
	if (f)
		fclose(f);
	return pages * 4096u;
}

static int carrier_number(const char *name, void *arg)
{
	(void)arg;
	return atoi(name);
}

/* Half of the prefixes are given by hand, each with a carrier; the other half belongs to operators. */
static struct routes *make_routes(void)
{
	static struct route_conf rules[PREFIXES / 2 + OPERATORS];
	static struct operator_conf operators[OPERATORS];
	static const struct routes_names names = {.carrier = carrier_number};
	static char carriers[CARRIERS][8], *lists[CARRIERS][1];
	size_t n = 0;
	for (unsigned i = 0; i < CARRIERS; i++) {
		snprintf(carriers[i], sizeof(carriers[i]), "%u", i);
		lists[i][0] = carriers[i];
	}
	for (size_t i = 0; i < OPERATORS; i++) {
		operators[i] = (struct operator_conf){{"bench.conf", 1}, operator_names[i], {NULL, 0}};
		operators[i].prefixes.at = mem_zalloc(PREFIXES * sizeof(char *));
		rules[n++] = (struct route_conf){
			.where = {"bench.conf", 2}, .operator= operator_names[i], .carriers = {lists[i], 1}};
	}
	for (unsigned i = 0; i < PREFIXES; i++) { /* seven digits behind 86, as the operators' own blocks */
		char prefix[16];
		snprintf(prefix, sizeof(prefix), "861%06u", (3 * 100000 + i * 7) % 1000000);
		struct operator_conf *op = &operators[i / 2 % OPERATORS];
		if (i % 2)
			op->prefixes.at[op->prefixes.n++] = mem_strdup(prefix);
		else
			rules[n++] = (struct route_conf){.where = {"bench.conf", 3},
							 .prefix = mem_strdup(prefix),
							 .carriers = {lists[i / 2 % CARRIERS], 1}};
	}
	char *errors = NULL;
	struct routes_conf conf = {rules, n, operators, OPERATORS, NULL};
	struct routes *r = routes_new(&conf, &names, &errors);
	if (!r) {
		fprintf(stderr, "route: %s", errors);
		exit(1);
	}
	return r;
}

static struct number random_number(void)
{
	struct number n = {.n = 13};
	snprintf(n.digits, sizeof(n.digits), "861%010llu", (unsigned long long)(random_u64() % 10000000000u));
	return n;
}

static void teach(struct ported *p, unsigned numbers)
{
	for (unsigned i = 0; i < numbers; i++) {
		struct number n = random_number();
		if (ported_learn(p, &n, operator_names[i % OPERATORS], NULL, NULL) < 0)
			abort();
	}
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static void nothing(void *arg)
{
	(void)arg;
}

static uint64_t found; /* so that nothing is left out by the compiler */

static double decide_all(const struct routes *r, const struct ported *p, const struct number *questions)
{
	int64_t began = cpu_ns();
	for (unsigned i = 0; i < QUESTIONS; i++) {
		struct route_query q = {
			.to = &questions[i], .account = 0, .class_id = CLASS_NOTICE, .operator_ = ROUTE_NO_OPERATOR};
		struct ported_entry entry;
		if (p && ported_find(p, q.to, &entry)) {
			q.operator_ = entry.operator_;
			q.not_operators = entry.not_operators;
		}
		const struct route *route = routes_decide(r, &q);
		found += route ? route->carriers[0] : 1000;
	}
	return (double)(cpu_ns() - began) / QUESTIONS;
}

int main(int argc, char **argv)
{
	unsigned numbers = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 10000000;
	struct loop *loop = loop_new_simulated(0);
	struct stats *stats = stats_new();
	struct number *questions = mem_zalloc(QUESTIONS * sizeof(*questions));
	struct routes *routes = make_routes();
	for (unsigned i = 0; i < QUESTIONS; i++)
		questions[i] = random_number();
	decide_all(routes, NULL, questions);
	printf("prefixes_ns %.1f\n", decide_all(routes, NULL, questions));
	printf("prefixes_octets %zu\n", routes_octets(routes));
	uint64_t before = resident();
	struct ported *p = ported_new(&(struct ported_setup){
		.loop = loop, .routes = routes, .ready = never, .changed = nothing, .stats = stats});
	teach(p, numbers);
	struct ported_status status;
	ported_status(p, &status);
	printf("ported_numbers %llu\n", (unsigned long long)status.numbers);
	printf("ported_octets %llu\n", (unsigned long long)status.octets);
	printf("ported_resident %llu\n", (unsigned long long)(resident() - before));
	decide_all(routes, p, questions);
	printf("decision_ns %.1f\n", decide_all(routes, p, questions));
	ported_free(p);
	routes_free(routes);
	stats_free(stats);
	loop_free(loop);
	mem_free(questions);
	return found == 0;
}
