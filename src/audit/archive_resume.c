/*
 * archive_resume.c - finds where the last run of a node ended: its last file with a whole record, the chain there, the
 * last statement; cuts off what is torn, states the hour that was left open, or goes on with it. Must not know why the
 * last run ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/archive_priv.h"
#include "audit/lines.h"
#include "audit/octets.h"
#include "audit/statement.h"
#include "base/log.h"
#include "base/mem.h"

#define BLOCK 65536

struct past { /* what is known of an hour that was written */
	struct hour hour;
	uint64_t first, last, records; /* numbers; 0 records: an empty file */
	struct recent *recent;	       /* NULL: nobody asks */
	unsigned file;		       /* for recent */
	uint8_t chain[DIGEST_OCTETS];
	bool chained; /* the last record has a chain */
	bool stated;  /* there is a statement */
	struct statement statement;
	uint8_t digest[DIGEST_OCTETS]; /* of its line */
};

static bool fault(char **why, const char *path, const char *what, int error)
{
	if (asprintf(why, "%s: %s: %s", path, what, strerror(error)) < 0)
		*why = NULL;
	return false;
}

/* --- torn ends --- */

/* Octets behind the last line break. */
static int64_t torn_octets(int fd, int64_t size)
{
	char block[BLOCK];
	int64_t end = size;

	while (end > 0) {
		int64_t from = end > BLOCK ? end - BLOCK : 0;
		ssize_t n = pread(fd, block, (size_t)(end - from), from);
		if (n != end - from)
			return -1;
		char *at = memrchr(block, '\n', (size_t)n);
		if (at)
			return size - (from + (at - block) + 1);
		end = from;
	}
	return size;
}

/* What is behind the last whole line goes. Octets, or -1 with errno. */
static int64_t cut_torn(const char *path)
{
	struct stat s;
	int64_t torn = -1;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (fstat(fd, &s) == 0)
		torn = torn_octets(fd, s.st_size);
	if (torn > 0 && (ftruncate(fd, s.st_size - torn) != 0 || fdatasync(fd) != 0))
		torn = -1;
	int error = errno;
	close(fd);
	errno = error;
	return torn;
}

static void note(struct archive *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void note(struct archive *a, const char *fmt, ...)
{
	size_t n = strlen(a->torn);
	va_list args;

	va_start(args, fmt);
	if (n < sizeof(a->torn) - 2) {
		memcpy(a->torn + n, "; ", 3);
		vsnprintf(a->torn + n + 2, sizeof(a->torn) - n - 2, fmt, args);
	}
	va_end(args);
}

static bool mend(struct archive *a, const char *path, const char *what, char **why)
{
	int64_t torn = cut_torn(path);
	if (torn < 0)
		return fault(why, path, "its end cannot be read or mended", errno);
	if (torn > 0) {
		log_warn("-", "event=records_torn path=%s octets=%lld", path, (long long)torn);
		note(a, "%lld octets of %s were torn and are cut off", (long long)torn, what);
	}
	return true;
}

/* --- reading an hour --- */

static void read_statement(struct past *p, const char *path)
{
	struct lines *l = lines_open(path, 0);
	struct view line;

	while (l && lines_next(l, &line)) {
		struct statement s;
		if (!lines_whole(l) || !statement_read(line, &s))
			continue;
		struct digest *d = digest_new(s.digest);
		statement_digest(line, d, p->digest);
		digest_free(d);
		p->statement = s;
		p->stated = true;
	}
	lines_close(l);
}

/* Each record of the hour; a NULL archive: they are only counted. */
static bool read_records(struct past *p, const char *path, struct archive *a, char **why)
{
	struct lines *l = lines_open(path, 0);
	struct cdr_line cut;
	struct view line;
	char text[40];

	if (!l)
		return fault(why, path, "cannot be read", errno);
	p->records = 0;
	while (lines_next(l, &line)) {
		if (!lines_whole(l) || !cdr_cut(line, &cut) || cdr_get(&cut, "n", text, sizeof(text)) < 1)
			continue;
		p->last = strtoull(text, NULL, 10);
		if (p->records++ == 0)
			p->first = p->last;
		p->chained =
			cut.chain.n && octets_unhex((const char *)cut.chain.p, cut.chain.n, p->chain, DIGEST_OCTETS);
		if (p->recent)
			recent_record(p->recent, &cut, p->file, lines_at(l));
		if (!a)
			continue;
		if (a->sealer && p->chained)
			sealer_again(a->sealer, p->chain);
		if (p->records == 1)
			sieve_begin(&a->hour.block, lines_at(l));
		a->hour.size = lines_at(l);
		sieve_line(&a->hour.block, &cut);
		int64_t at = cdr_get(&cut, "at", text, sizeof(text)) > 0 ? cdr_time_ms(text) : 0;
		archive_hour_record(a, at, line.n + 1);
	}
	int error = lines_error(l);
	lines_close(l);
	return !error || fault(why, path, "cannot be read", error);
}

static char *records_path(const struct archive *a, const struct hour *h)
{
	return hours_path(a->directory, h, h->json ? "jsonl" : "csv");
}

static bool read_hour(struct archive *a, const struct hour *h, struct past *p, char **why)
{
	char *records = records_path(a, h), *seal = hours_path(a->directory, h, "seal");
	bool good = true;

	*p = (struct past){.hour = *h, .recent = &a->recent, .file = 1};
	recent_begin(&a->recent);
	if (h->json || h->csv)
		good = mend(a, records, "records", why) && read_records(p, records, NULL, why);
	if (good && h->seal) {
		good = mend(a, seal, "statements", why);
		read_statement(p, seal);
	}
	if (good && h->seal && p->stated && p->statement.count > p->records)
		note(a, "%llu records of %s that were stated are missing",
		     (unsigned long long)(p->statement.count - p->records), h->name);
	mem_free(a->recent_path[1]);
	a->recent_path[1] = records;
	mem_free(seal);
	return good;
}

/* The file had just begun: what the last minute had stands in the one before it, too. */
static bool read_minute(struct archive *a, const struct hours *all, size_t at, char **why)
{
	size_t i = at;

	if (recent_minute(&a->recent))
		return true;
	while (i > 0 && all->hour[i - 1].node == a->node && !all->hour[i - 1].json && !all->hour[i - 1].csv)
		i--;
	if (i == 0 || all->hour[i - 1].node != a->node)
		return true;
	struct past before = {.hour = all->hour[i - 1], .recent = &a->recent, .file = 0};
	struct past last = {.hour = all->hour[at], .recent = &a->recent, .file = 1};
	a->recent_path[0] = records_path(a, &before.hour);
	recent_begin(&a->recent);
	return read_records(&before, a->recent_path[0], NULL, why) && read_records(&last, a->recent_path[1], NULL, why);
}

/* --- going on --- */

/* The last statement of all. */
static void find_previous(const struct archive *a, const struct hours *all, struct past *p)
{
	memset(p, 0, sizeof(*p));
	for (size_t i = all->n; i-- > 0 && !p->stated;) {
		if (all->hour[i].node != a->node || !all->hour[i].seal)
			continue;
		char *seal = hours_path(a->directory, &all->hour[i], "seal");
		read_statement(p, seal);
		mem_free(seal);
	}
}

/* The chain before an hour: it says so itself, or the hour before it does. */
static bool chain_before(struct archive *a, const struct hours *all, size_t at, const struct past *p,
			 uint8_t chain[DIGEST_OCTETS], char **why)
{
	memset(chain, 0, DIGEST_OCTETS);
	if (p->stated) {
		memcpy(chain, p->statement.before, DIGEST_OCTETS);
		return true;
	}
	for (size_t i = at; i-- > 0 && all->hour[i].node == a->node;) {
		struct past q = {.hour = all->hour[i]};
		if (!all->hour[i].json && !all->hour[i].csv)
			continue;
		char *path = records_path(a, &all->hour[i]);
		bool good = read_records(&q, path, NULL, why);
		mem_free(path);
		if (!good)
			return false;
		if (q.records == 0)
			continue;
		if (q.chained)
			memcpy(chain, q.chain, DIGEST_OCTETS);
		return true;
	}
	return true;
}

/* Whether the hour goes on with what is configured now: then, or when it is only to be stated, it is read again. */
static bool same_form(const struct archive *a, const struct past *p)
{
	return p->hour.json == (a->format == CDR_JSON) && !(p->hour.json && p->hour.csv) &&
	       p->chained == (a->sealer != NULL) && (!p->stated || p->statement.digest == a->digest);
}

static bool go_on(struct archive *a, struct past *p, char **why)
{
	struct archive_hour *h = &a->hour;
	char day[12], name[HOURS_NAME_MAX];
	int64_t now = loop_wall_ms(a->loop), from = archive_hour_names(a->node, now, day, name);

	memcpy(h->day, p->hour.day, sizeof(h->day));
	memcpy(h->name, p->hour.name, sizeof(h->name));
	h->begun = true;
	h->until_ms = p->hour.from_ms + 3600 * 1000;
	h->floor_ms = p->hour.from_ms;
	if (a->sealer)
		sealer_begin(a->sealer, h->name, p->first);

	char *path = records_path(a, &p->hour);
	int error = archive_hour_reopen(a);
	bool good = error ? fault(why, path, "cannot be written; check owner and rights", error) : true;
	good = good && read_records(p, path, a, why);
	mem_free(path);
	h->stated = p->stated ? p->statement.count : 0;
	if (good && h->until_ms <= from)
		archive_hour_state(a, true);
	return good;
}

static bool find_end(struct archive *a, const struct hours *all, char **why)
{
	struct past p = {0}, before;
	uint8_t chain[DIGEST_OCTETS] = {0};
	size_t at = all->n;

	/* The last hour of the node that has a record; later ones are empty files of a run that was killed. */
	while (at > 0 && p.records == 0) {
		if (all->hour[--at].node != a->node) {
			p.records = 0;
			continue;
		}
		if (!read_hour(a, &all->hour[at], &p, why))
			return false;
	}
	p.recent = NULL;
	if (p.records && !read_minute(a, all, at, why))
		return false;
	recent_end(&a->recent);
	if (p.records == 0)
		return true;
	a->next = p.last + 1;
	a->last_hour_ms = p.hour.from_ms;
	find_previous(a, all, &before);
	bool whole = p.stated && p.statement.hour && p.statement.count == p.records;
	if (!whole && same_form(a, &p)) {
		if (!chain_before(a, all, at, &p, chain, why))
			return false;
		if (a->sealer)
			sealer_resume(a->sealer, chain, before.digest);
		return go_on(a, &p, why);
	}
	if (a->sealer)
		sealer_resume(a->sealer, p.chain, before.digest);
	return true;
}

/* --- the directory --- */

static bool take_lock(struct archive *a, char **why)
{
	char *path;
	bool good = false;

	if (asprintf(&path, "%s/%u.lock", a->directory, a->node) < 0)
		return false;
	a->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (a->lock_fd < 0)
		fault(why, path, "records cannot be written; check the directory's owner and rights", errno);
	else if (flock(a->lock_fd, LOCK_EX | LOCK_NB) == 0)
		good = true;
	else if (asprintf(why,
			  "%s: another process writes the records of node %u there; end it, or give this one another "
			  "node or records.directory",
			  path, a->node) < 0)
		*why = NULL;
	free(path);
	return good;
}

bool archive_resume(struct archive *a, char **why)
{
	struct hours all;
	bool good;

	if (mkdir(a->directory, 0750) != 0 && errno != EEXIST)
		return fault(why, a->directory, "records.directory cannot be made; make it by hand", errno);
	if (!take_lock(a, why))
		return false;
	if (hours_list(a->directory, &all) != 0)
		good = fault(why, a->directory, "records.directory cannot be read", errno);
	else
		good = find_end(a, &all, why);
	if (good && all.n && loop_wall_ms(a->loop) - all.hour[all.n - 1].from_ms > INT64_C(30) * 86400 * 1000)
		a->trusted_ms = loop_now_ms(a->loop) + INT64_C(86400) * 1000;
	hours_free(&all);
	return good;
}

/* --- what the last run recorded --- */

bool archive_missed(const struct archive *a, uint64_t id)
{
	return recent_missed(&a->recent, id);
}

bool archive_ended(const struct archive *a, uint64_t id, struct archive_end *out)
{
	const struct recent_place *e = recent_ended(&a->recent, id);
	struct lines *l = e && a->recent_path[e->file] ? lines_open(a->recent_path[e->file], e->at) : NULL;
	struct view line;
	struct cdr_line cut;
	char price[32];
	bool found = l && lines_next(l, &line) && lines_whole(l) && cdr_cut(line, &cut);

	*out = (struct archive_end){.price = -1};
	if (found) {
		(void)cdr_get(&cut, "account", out->account, sizeof(out->account));
		(void)cdr_get(&cut, "carrier", out->carrier, sizeof(out->carrier));
		(void)cdr_get(&cut, "state", out->state, sizeof(out->state));
		(void)cdr_get(&cut, "how", out->how, sizeof(out->how));
		if (cdr_get(&cut, "price", price, sizeof(price)) > 0)
			out->price = strtoll(price, NULL, 10);
	}
	lines_close(l);
	return found;
}

void archive_restored(struct archive *a)
{
	recent_free(&a->recent);
	for (unsigned i = 0; i < 2; i++) {
		mem_free(a->recent_path[i]);
		a->recent_path[i] = NULL;
	}
}
