/*
 * prove.c - finds the records that are to be proven, and walks their hours once more for what leads from them to a
 * statement. Must not know whether the archive is whole: who made a proof checks it (proof.h).
 */
#include "audit/prove.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/hours.h"
#include "audit/lines.h"
#include "audit/search.h"
#include "base/mem.h"

#define FOUND_MAX 100000u /* records of one proof */

struct found {
	size_t hour; /* index in the list */
	uint64_t n;
};
struct job {
	const struct prove_query *q;
	struct prove_told *told;
	struct hours hours;
	struct found *found; /* by hour, then by n */
	size_t n_found, cap;
	struct proof *proof;
	struct digest *digest[SEAL_DIGESTS];
};

/* ---- which records ---- */

static void keep_found(struct job *j, size_t hour, uint64_t n)
{
	if (j->n_found == FOUND_MAX)
		return;
	if (j->n_found == j->cap) {
		j->cap = j->cap ? 2 * j->cap : 64;
		j->found = mem_realloc(j->found, j->cap * sizeof(*j->found));
	}
	j->found[j->n_found++] = (struct found){hour, n};
}

/* The hour that a file is of: ".../DAY/NAME.SUFFIX". */
static bool hour_of(const struct job *j, const char *file, size_t *out)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file, *dot = strrchr(name, '.');
	size_t n = dot ? (size_t)(dot - name) : strlen(name);

	for (*out = 0; *out < j->hours.n; ++*out) {
		const char *of = j->hours.hour[*out].name;

		if (strlen(of) == n && memcmp(of, name, n) == 0)
			return true;
	}
	return false;
}

static bool take_hit(void *arg, const struct search_hit *hit)
{
	struct job *j = arg;
	uint64_t n = record_number(&hit->line);
	size_t hour;

	if (n && hour_of(j, hit->file, &hour))
		keep_found(j, hour, n);
	return true;
}

static int by_place(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->hour != y->hour)
		return x->hour < y->hour ? -1 : 1;
	return x->n < y->n ? -1 : x->n > y->n;
}

static int find_message(struct job *j, char **why)
{
	struct search_query q = {.directory = j->q->directory, .key = "", .id = j->q->id};
	volatile bool stop = false;

	if (search_run(&q, take_hit, NULL, j, &stop, why) != 0)
		return -1;
	if (j->n_found > 0)
		qsort(j->found, j->n_found, sizeof(*j->found), by_place);
	return 0;
}

/* The last hour of the node that begins with no higher number. */
static void find_record(struct job *j)
{
	size_t best = j->hours.n;

	for (size_t i = 0; i < j->hours.n; i++) {
		const struct hour *h = &j->hours.hour[i];

		if (h->node == j->q->node && (h->json || h->csv) && h->first && h->first <= j->q->record)
			best = i;
	}
	if (best < j->hours.n)
		keep_found(j, best, j->q->record);
}

/* ---- their way to a statement ---- */

struct walk { /* over one hour */
	struct job *j;
	const struct hour *hour;
	const struct found *wanted;
	size_t n_wanted, at;
	struct statement statement;
	unsigned index; /* of the statement in the proof */
	struct tree tree;
	struct tree_path *paths;
	uint8_t before[DIGEST_OCTETS];
	size_t first_record; /* of the hour, in the proof */
};

/* The last statement of the hour, a signed one if there is one; false: none. */
static bool last_statement(struct walk *w, char line[STATEMENT_LINE_MAX], uint32_t *n)
{
	char *path = hours_path(w->j->q->directory, w->hour, "seal");
	struct lines *lines = lines_open(path, 0);
	struct statement s;
	struct view text;
	bool any = false;

	while (lines && lines_next(lines, &text)) {
		if (!lines_whole(lines) || !statement_read(text, &s) ||
		    (any && w->statement.signature_n && !s.signature_n))
			continue;
		w->statement = s;
		memcpy(line, text.p, text.n);
		*n = text.n;
		any = true;
	}
	lines_close(lines);
	mem_free(path);
	return any;
}

static void add_key(struct walk *w)
{
	const struct prove_query *q = w->j->q;

	for (size_t i = 0; i < q->n_keys; i++) {
		if (strcmp(signer_fingerprint(q->keys[i]), w->statement.key) == 0)
			proof_add_key(w->j->proof, q->keys[i]);
	}
}

static struct proof_text copy_of(struct view v)
{
	return (struct proof_text){mem_strndup(v.p ? (const char *)v.p : "", v.n), v.n};
}

/* Number and text as far as they are asked for and can be had. */
static void reveal(struct walk *w, struct proof_record *r, const struct cdr_line *l)
{
	const struct prove_query *q = w->j->q;
	struct record_values values = {0};

	if (!q->number && !q->text && !q->known)
		return;
	if (record_open(l, q->box, &values) == RECORD_OPEN && values.has_salt) {
		memcpy(r->salt, values.salt, sizeof(r->salt));
		if (q->number && values.has_number)
			r->number = copy_of((struct view){buf_data(&values.number), (uint32_t)buf_len(&values.number)});
		if (q->text && values.has_text)
			r->text = copy_of((struct view){buf_data(&values.text), (uint32_t)buf_len(&values.text)});
		if (q->known &&
		    record_commits(l, "text", values.salt, view_of(q->known), w->j->digest[w->statement.digest])) {
			if (!r->text.p)
				r->text = copy_of(view_of(q->known));
			w->j->told->known++;
		}
		r->salted = r->number.p || r->text.p;
	}
	if ((q->number && !r->number.p && record_has(l, "number_hash")) ||
	    (q->text && !r->text.p && record_has(l, "text_hash")))
		w->j->told->closed++;
	record_values_free(&values);
}

static void take_wanted(struct walk *w, const struct cdr_line *l, uint64_t n)
{
	struct proof_record *r = proof_add_record(w->j->proof);

	r->core = copy_of(l->core);
	r->n = n;
	r->statement = w->index;
	memcpy(r->before, w->before, DIGEST_OCTETS);
	reveal(w, r, l);
	w->at++;
}

static void take_line(struct walk *w, struct view line)
{
	struct cdr_line l;
	uint8_t chain[DIGEST_OCTETS];
	uint64_t n;

	if (w->tree.count == w->statement.count || !cdr_cut(line, &l) || !record_chain(&l, chain))
		return;
	n = w->statement.first + w->tree.count;
	if (w->at < w->n_wanted && w->wanted[w->at].n == n && record_number(&l) == n)
		take_wanted(w, &l, n);
	tree_add(&w->tree, w->j->digest[w->statement.digest], chain, DIGEST_OCTETS);
	memcpy(w->before, chain, DIGEST_OCTETS);
}

static void read_records(struct walk *w, const char *suffix)
{
	char *path = hours_path(w->j->q->directory, w->hour, suffix);
	struct lines *lines = lines_open(path, 0);
	struct view line;

	while (lines && lines_next(lines, &line) && lines_whole(lines))
		take_line(w, line);
	lines_close(lines);
	mem_free(path);
}

/* Those of the hour's wanted records that its statement is about. */
static size_t stated(const struct walk *w)
{
	size_t n = 0;

	while (n < w->n_wanted && w->wanted[n].n >= w->statement.first &&
	       w->wanted[n].n - w->statement.first < w->statement.count)
		n++;
	return n;
}

static void walk_hour(struct walk *w)
{
	struct proof *p = w->j->proof;
	char line[STATEMENT_LINE_MAX];
	uint32_t n = 0;
	size_t all = w->n_wanted;

	w->n_wanted = last_statement(w, line, &n) ? stated(w) : 0;
	w->j->told->unstated += all - w->n_wanted;
	if (w->n_wanted == 0)
		return;
	w->index = proof_add_statement(p, (struct view){(const uint8_t *)line, n});
	add_key(w);
	w->paths = mem_zalloc(w->n_wanted * sizeof(*w->paths));
	for (size_t i = 0; i < w->n_wanted; i++)
		w->paths[i].leaf = w->wanted[i].n - w->statement.first;
	tree_begin(&w->tree, w->paths, w->n_wanted);
	memcpy(w->before, w->statement.before, DIGEST_OCTETS);
	w->first_record = p->n_records;
	if (w->hour->json)
		read_records(w, "jsonl");
	if (w->hour->csv)
		read_records(w, "csv");
	tree_finish(&w->tree, w->j->digest[w->statement.digest]);
	for (size_t i = 0; w->first_record + i < p->n_records; i++)
		p->records[w->first_record + i].path = w->paths[i];
	mem_free(w->paths);
}

static void walk_all(struct job *j)
{
	for (size_t from = 0, to; from < j->n_found; from = to) {
		struct walk w = {.j = j, .hour = &j->hours.hour[j->found[from].hour], .wanted = &j->found[from]};

		for (to = from; to < j->n_found && j->found[to].hour == j->found[from].hour; to++)
			;
		w.n_wanted = to - from;
		walk_hour(&w);
	}
}

/* ---- all of it ---- */

static bool run(struct job *j, char **why)
{
	const struct prove_query *q = j->q;
	int result = 0;

	if (hours_list(q->directory, &j->hours) < 0) {
		if (asprintf(why, "%s: %s", q->directory, strerror(errno)) < 0)
			*why = NULL;
		return false;
	}
	hours_order(q->directory, &j->hours);
	if (q->id)
		result = find_message(j, why);
	else
		find_record(j);
	if (result < 0)
		return false;
	j->told->found = j->n_found;
	walk_all(j);
	if (j->proof->n_records > 0)
		return true;
	if (j->n_found == 0 &&
	    asprintf(why, "%s: no such record; is the id right, and not older than the archive?", q->directory) < 0)
		*why = NULL;
	if (j->n_found > 0 && asprintf(why,
				       "%s: no statement is about it yet; the gateway makes one each "
				       "evidence.checkpoint, and at the end of each hour",
				       q->directory) < 0)
		*why = NULL;
	return false;
}

struct proof *prove(const struct prove_query *q, struct prove_told *told, char **why)
{
	struct job j = {.q = q, .told = told, .proof = mem_zalloc(sizeof(*j.proof))};

	*told = (struct prove_told){0};
	j.proof->id = q->id;
	j.proof->record = q->id ? 0 : q->record;
	j.proof->node = q->id ? 0 : q->node;
	for (int i = 0; i < SEAL_DIGESTS; i++)
		j.digest[i] = digest_new((enum seal_digest)i);
	if (!run(&j, why)) {
		proof_free(j.proof);
		j.proof = NULL;
	}
	for (int i = 0; i < SEAL_DIGESTS; i++)
		digest_free(j.digest[i]);
	hours_free(&j.hours);
	mem_free(j.found);
	return j.proof;
}
