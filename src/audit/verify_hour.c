/*
 * verify_hour.c - verifies the records of one hour against the chain, and against the statements of its .seal file as
 * the count of records reaches each of them. Must not know other hours but by what the run has come to.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit/verify_priv.h"
#include "base/mem.h"

#define SEAL_MAX (64u << 20) /* octets of a .seal file */

struct check { /* of one hour */
	struct verify_run *v;
	const struct hour *hour;
	char *seal_path;
	char *seal; /* the .seal file, whole */
	size_t seal_n, seal_at;
	uint64_t seal_line;
	struct statement next; /* the one that comes, when waiting */
	struct view next_line;
	bool waiting;
	unsigned digests; /* bit set of those that the statements name */
	struct tree tree[SEAL_DIGESTS];
	uint64_t first, count;
	uint8_t before[DIGEST_OCTETS];
	bool broken;	    /* a record is: what follows in this hour is only counted */
	bool statement_bad; /* one of its statements was told */
};

/* The digest of the record before and the core; with another digest, when an hour was begun with one. */
static bool chain_fits(struct verify_run *v, enum seal_digest with, const struct cdr_line *l,
		       uint8_t chain[DIGEST_OCTETS])
{
	uint8_t got[DIGEST_OCTETS];

	record_follow(l, v->head, v->digest[with], got);
	return record_chain(l, chain) && memcmp(got, chain, DIGEST_OCTETS) == 0;
}

bool verify_fits(struct verify_run *v, const struct cdr_line *l, uint8_t chain[DIGEST_OCTETS])
{
	enum seal_digest other = v->with == SEAL_SHA256 ? SEAL_SM3 : SEAL_SHA256;

	if (record_number(l) != v->next)
		return false;
	if (chain_fits(v, v->with, l, chain))
		return true;
	if (!chain_fits(v, other, l, chain))
		return false;
	v->with = other;
	return true;
}

/* ---- statements ---- */

/* The file's text, with a NUL; NULL when there is none or it cannot be read (told). */
static char *read_seal(struct check *c)
{
	int fd = open(c->seal_path, O_RDONLY | O_CLOEXEC);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	char *text = NULL;
	ssize_t n = -1;

	if (size >= 0 && size < (off_t)SEAL_MAX) {
		text = mem_zalloc((size_t)size + 1);
		n = pread(fd, text, (size_t)size, 0);
	}
	if (n < 0 && !(fd < 0 && errno == ENOENT))
		verify_tell(c->v, VERIFY_UNREADABLE, c->seal_path, 0, 0, "%s",
			    size >= (off_t)SEAL_MAX ? "larger than any .seal file" : strerror(errno));
	if (fd >= 0)
		close(fd);
	c->seal_n = n > 0 ? (size_t)n : 0;
	c->v->octets += c->seal_n;
	return text;
}

static void statement_fault(struct check *c, enum verify_fault fault, const char *why)
{
	if (!c->statement_bad)
		verify_tell(c->v, fault, c->seal_path, c->seal_line, c->waiting ? c->next.first : 0, "%s", why);
	c->statement_bad = true;
}

static bool next_line(struct check *c, struct view *line)
{
	const char *from, *newline;

	if (c->seal_at >= c->seal_n)
		return false;
	from = c->seal + c->seal_at;
	newline = memchr(from, '\n', c->seal_n - c->seal_at);
	*line = (struct view){(const uint8_t *)from,
			      (uint32_t)(newline ? (size_t)(newline - from) : c->seal_n - c->seal_at)};
	c->seal_at += line->n + (newline ? 1u : 0u);
	c->seal_line++;
	if (!newline)
		statement_fault(c, VERIFY_TRUNCATED, "the file ends in the midst of a statement");
	return newline != NULL;
}

/* Which digests the hour's trees are wanted for. */
static void look_ahead(struct check *c)
{
	struct view line;
	struct statement s;

	while (next_line(c, &line)) {
		if (!statement_read(line, &s))
			continue;
		c->digests |= 1u << s.digest;
		if (c->digests == 1u << s.digest && c->seal_line == 1)
			c->v->with = s.digest;
	}
	c->seal_at = 0;
	c->seal_line = 0;
	c->statement_bad = false;
}

static void next_statement(struct check *c)
{
	while ((c->waiting = next_line(c, &c->next_line))) {
		if (statement_read(c->next_line, &c->next))
			return;
		statement_fault(c, VERIFY_STATEMENT,
				"this is no statement, or not in the form that the gateway writes");
	}
}

/* The line before it, of whatever hour, is the one that it names. */
static void check_link(struct check *c)
{
	struct verify_run *v = c->v;
	uint8_t previous[DIGEST_OCTETS] = {0};

	if (v->last_n > 0)
		statement_digest((struct view){(const uint8_t *)v->last_line, v->last_n}, v->digest[v->last_digest],
				 previous);
	else if (c->next.first > 1) /* what was before is deleted */
		memcpy(previous, c->next.previous, DIGEST_OCTETS);
	if (memcmp(previous, c->next.previous, DIGEST_OCTETS) != 0)
		statement_fault(c, VERIFY_STATEMENT,
				v->last_n > 0 ? "a statement is missing before this one, or the one before was changed"
					      : "this is not the first statement, as its record would have it: those "
						"before are missing");
}

static bool check_signature(struct check *c)
{
	const struct verify_query *q = c->v->q;
	char why[200];

	if (q->n_keys == 0)
		return true;
	if (c->next.signature_n == 0) {
		statement_fault(c, VERIFY_UNSIGNED, "this statement has no signature: anybody can have written it");
		return false;
	}
	for (size_t i = 0; i < q->n_keys; i++) {
		if (strcmp(signer_fingerprint(q->keys[i]), c->next.key) != 0)
			continue;
		if (statement_signed_by(&c->next, c->next_line, q->keys[i])) {
			c->v->node.signatures++;
			return true;
		}
		statement_fault(c, VERIFY_SIGNATURE,
				"the signature does not fit: the statement was changed, or another "
				"key has signed it");
		return false;
	}
	snprintf(why, sizeof(why), "signed with the key %s, which is none of those given (--key)", c->next.key);
	statement_fault(c, VERIFY_UNKNOWN_KEY, why);
	return false;
}

/* What it says of the hour, without its records. */
static bool check_frame(struct check *c)
{
	const struct statement *s = &c->next;

	if (s->node != c->hour->node || strcmp(s->name, c->hour->name) != 0) {
		statement_fault(c, VERIFY_STATEMENT, "this statement is of another hour or node");
		return false;
	}
	return true;
}

/* The records have come to the statement's count: all that it says must be so. */
static void check_records(struct check *c)
{
	struct verify_run *v = c->v;
	const struct statement *s = &c->next;
	uint8_t root[DIGEST_OCTETS];
	uint64_t from = v->stated_to + 1 > c->first ? v->stated_to + 1 : c->first;

	tree_root(&c->tree[s->digest], v->digest[s->digest], root);
	if (s->first != c->first || memcmp(s->before, c->before, DIGEST_OCTETS) != 0 ||
	    memcmp(s->chain, v->head, DIGEST_OCTETS) != 0) {
		verify_tell(v, VERIFY_REWRITTEN, c->seal_path, c->seal_line, from,
			    "the statement is about another chain: of the records %" PRIu64 " to %" PRIu64
			    ", some were changed, taken out or put in, and the chain was made anew",
			    from, s->first + s->count - 1);
		c->broken = true;
	} else if (memcmp(s->root, root, DIGEST_OCTETS) != 0) {
		verify_tell(v, VERIFY_REWRITTEN, c->seal_path, c->seal_line, from,
			    "the root of the records %" PRIu64 " to %" PRIu64 " is not the one of this statement",
			    c->first, c->first + c->count - 1);
		c->broken = true;
	}
}

static void take_statement(struct check *c)
{
	struct verify_run *v = c->v;
	bool good = check_frame(c);

	check_link(c);
	good = check_signature(c) && good;
	if (good && !c->broken)
		check_records(c);
	if (good && !c->broken) {
		v->stated_to = c->first + c->count - 1;
		memcpy(v->node.stated, c->next.at, sizeof(v->node.stated));
		verify_anchors_meet(v, c->hour, v->head);
	}
	v->node.statements++;
	v->last_n = c->next_line.n;
	v->last_digest = c->next.digest;
	memcpy(v->last_line, c->next_line.p, c->next_line.n);
	next_statement(c);
}

/* Statements about as many records as have come. */
static void take_statements(struct check *c)
{
	while (c->waiting && c->next.count <= c->count) {
		if (c->next.count < c->count && !c->broken) {
			statement_fault(c, VERIFY_STATEMENT, "this statement stands behind one about more records");
			c->broken = true;
		}
		take_statement(c);
	}
}

/* ---- records ---- */

/* Where the chain is when the hour begins, if the run does not know: its first statement says, or it is the start. */
static void begin_chain(struct check *c, uint64_t number)
{
	struct verify_run *v = c->v;

	if (v->chained)
		return;
	if (c->waiting) {
		memcpy(v->head, c->next.before, DIGEST_OCTETS);
		v->next = c->next.first;
		v->chained = true;
	} else if (number == 1) {
		memset(v->head, 0, DIGEST_OCTETS);
		v->next = 1;
		v->chained = true;
	}
}

static void begin_records(struct check *c, uint64_t number)
{
	struct verify_run *v = c->v;

	begin_chain(c, number);
	c->first = v->chained ? v->next : number;
	memcpy(c->before, v->head, DIGEST_OCTETS);
	if (v->node.records == 0) {
		v->node.first = c->first;
		v->node.from_start = c->first == 1;
	}
}

/* Without a statement and a record before, the first one cannot be judged: the chain is taken as it stands there. */
static bool start_behind(struct verify_run *v, const struct cdr_line *l, uint64_t number)
{
	if (!number || !record_chain(l, v->head))
		return false;
	v->next = number + 1;
	v->chained = true;
	return true;
}

static void take_record(struct check *c, const struct cdr_line *l, const char *path, struct lines *lines)
{
	struct verify_run *v = c->v;
	uint8_t chain[DIGEST_OCTETS];
	uint64_t number = c->count == 0 || !v->chained ? record_number(l) : 0;
	bool begins = c->count == 0 && !c->first;

	if (begins) {
		begin_records(c, number);
		take_statements(c);
	}
	v->node.records++;
	if (begins && !v->chained && start_behind(v, l, number)) {
		memcpy(chain, v->head, DIGEST_OCTETS);
	} else if (v->chained && verify_fits(v, l, chain)) {
		memcpy(v->head, chain, DIGEST_OCTETS);
		v->next++;
	} else {
		verify_explain(v, path, lines_at(lines), lines_number(lines));
		c->broken = true;
		return;
	}
	for (int i = 0; i < SEAL_DIGESTS; i++) {
		if (c->digests >> i & 1)
			tree_add(&c->tree[i], v->digest[i], chain, DIGEST_OCTETS);
	}
	c->count++;
	v->node.last = v->next - 1;
	verify_personal(v, path, lines_number(lines), l);
	take_statements(c);
}

/* The first line of a CSV file names the columns. */
static bool is_head(struct view line)
{
	struct buf head = {0};
	bool same;

	cdr_write_head(&head);
	same = buf_len(&head) == line.n + 1u && memcmp(buf_data(&head), line.p, line.n) == 0;
	buf_free(&head);
	return same;
}

static void take_line(struct check *c, struct view line, const char *path, struct lines *lines, bool csv)
{
	struct verify_run *v = c->v;
	struct cdr_line l;

	if (csv && lines_number(lines) == 1 && is_head(line))
		return;
	if (c->broken) {
		v->node.records++;
		return;
	}
	if (!lines_whole(lines) && line.n < LINES_MAX) {
		verify_tell(v, VERIFY_TRUNCATED, path, lines_number(lines), v->chained ? v->next : 0,
			    "the file ends in the midst of a line");
		c->broken = true;
	} else if (line.n && line.p[line.n - 1] == '\r') {
		verify_tell(v, VERIFY_CHANGED, path, lines_number(lines), v->chained ? v->next : 0,
			    "the line ends with CR LF, which the gateway does not write");
		v->node.records++;
		c->broken = true;
	} else if (!lines_whole(lines) || !cdr_cut(line, &l) || (l.format == CDR_CSV) != csv) {
		verify_explain(v, path, lines_at(lines), lines_number(lines));
		v->node.records++;
		c->broken = true;
	} else {
		take_record(c, &l, path, lines);
	}
}

/* The gateway may be writing there: what comes of a torn line's rest is waited for a little. */
static bool next_record(struct lines *lines, struct view *line)
{
	bool any = lines_next(lines, line);

	for (int i = 0; i < 5 && any && !lines_whole(lines) && line->n < LINES_MAX; i++) {
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
		any = lines_again(lines, line);
	}
	return any;
}

static void take_file(struct check *c, bool csv)
{
	char *path = hours_path(c->v->q->directory, c->hour, csv ? "csv" : "jsonl");
	struct lines *lines = lines_open(path, 0);
	struct view line;
	int error = lines ? 0 : errno;

	while (lines && next_record(lines, &line)) {
		c->v->octets += line.n + 1u;
		take_line(c, line, path, lines, csv);
	}
	if (lines)
		error = lines_error(lines);
	if (error) {
		verify_tell(c->v, VERIFY_UNREADABLE, path, 0, 0, "%s", strerror(error));
		c->broken = true;
	}
	lines_close(lines);
	mem_free(path);
}

/* Statements about more records than there are. */
static void end_hour(struct check *c)
{
	struct verify_run *v = c->v;
	uint64_t last;

	if (c->waiting && !c->first && c->next.count == 0) { /* an hour that never got a record */
		begin_records(c, 0);
		take_statements(c);
	}
	last = c->waiting ? c->next.first + c->next.count - 1 : 0;
	if (c->waiting && !c->broken && check_signature(c) && check_frame(c)) {
		char *path = hours_path(v->q->directory, c->hour, c->hour->csv ? "csv" : "jsonl");
		uint64_t from = c->count ? v->next : c->next.first;

		verify_tell(v, c->count ? VERIFY_TRUNCATED : VERIFY_MISSING, path, 0, from,
			    c->hour->json || c->hour->csv
				    ? "records %" PRIu64 " to %" PRIu64 " are missing at the end: line %" PRIu64
				      " of the .seal file is about them"
				    : "records %" PRIu64 " to %" PRIu64 " are missing, the file is gone: line %" PRIu64
				      " of its .seal file is about them",
			    from, last, c->seal_line);
		mem_free(path);
		c->broken = true;
	}
	while (c->waiting)
		take_statement(c);
	if (c->broken)
		v->chained = false;
	verify_anchors_meet(v, c->hour, c->broken ? NULL : v->head);
}

void verify_hour(struct verify_run *v, const struct hour *h)
{
	struct check *c = mem_zalloc(sizeof(*c));

	c->v = v;
	c->hour = h;
	c->seal_path = hours_path(v->q->directory, h, "seal");
	c->seal = read_seal(c);
	look_ahead(c);
	for (int i = 0; i < SEAL_DIGESTS; i++)
		tree_begin(&c->tree[i], NULL, 0);
	next_statement(c);
	if (h->json)
		take_file(c, false);
	if (h->csv)
		take_file(c, true);
	end_hour(c);
	mem_free(c->seal);
	mem_free(c->seal_path);
	mem_free(c);
}
