/*
 * fuzz_archive.c - any octets as the files of an archive's hour: records, and behind a line of eight dashes the
 * statements. The first octet says which format, and whether they are searched, verified or added up; all are read as
 * what the last run left, too.
 *
 * What must hold: what is found lies in the file and is what was asked for; each fault has words; only an archive
 * without faults is whole.
 */
#include <sys/stat.h>

#include "audit/recent.h"
#include "audit/search.h"
#include "audit/totals.h"
#include "audit/verify.h"
#include "quiet.h"
#include "scratch.h"

#define DAY  "2026-11-22"
#define HOUR "1-20261122T22+0800"

static const char *file;
static uint64_t file_n, hits, sum;
static unsigned faults;

static bool on_hit(void *arg, const struct search_hit *hit)
{
	const struct search_query *q = arg;
	char value[64];
	MUST(hit->at + hit->whole.n <= file_n && hit->file && *hit->file);
	sum = sum * 31 + hit->at;
	if (q->account)
		MUST(cdr_get(&hit->line, "account", value, sizeof(value)) > 0 && strcmp(value, q->account) == 0);
	return ++hits < 1000;
}

static void search(const struct search_query *q)
{
	char *why = NULL;
	static const volatile bool stop;
	hits = sum = 0;
	int rc = search_run(q, on_hit, NULL, (void *)(uintptr_t)q, &stop, &why);
	MUST((rc == 0) == !why);
	MUST(q->limit == 0 || hits <= q->limit);
	free(why);
}

static void on_fault(void *arg, const struct verify_finding *f)
{
	(void)arg;
	MUST(f->fault < VERIFY_FAULTS && f->text && *f->text);
	faults++;
}

static void on_node(void *arg, const struct verify_node *n)
{
	(void)arg;
	MUST(n->records <= file_n && n->statements <= file_n);
}

static void on_total(void *arg, const struct totals_row *row)
{
	(void)arg;
	int64_t ends = row->delivered + row->failed, most = (int64_t)file_n;
	MUST(row->account && row->carrier && ends <= most && -ends <= most);
}

static void read_recent(struct view text)
{
	struct recent r = {0};
	struct cdr_line line;
	const uint8_t *from = text.p;
	recent_begin(&r);
	while (text.n > 0) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		struct view one = take_view(&text, end ? (uint32_t)(end - text.p) : text.n);
		(void)take_octet(&text);
		if (cdr_cut(one, &line))
			recent_record(&r, &line, 0, (uint64_t)(one.p - from));
	}
	recent_end(&r);
	(void)recent_missed(&r, 100000000000000000ull);
	const struct recent_place *e = recent_ended(&r, r.ends ? r.end[r.ends / 2].id : 0);
	MUST(!e || (e->ended && e->at < file_n));
	recent_free(&r);
}

static void verify(const char *directory)
{
	struct verify_query v = {.directory = directory, .on_fault = on_fault, .on_node = on_node};
	char *why = NULL;
	uint64_t octets = 0;
	faults = 0;
	int rc = verify_archive(&v, &octets, &why);
	MUST(rc == 0 ? faults == 0 : faults > 0 || why);
	free(why);
}

static void add_up(const char *directory)
{
	static const volatile bool stop;
	char *why = NULL;
	MUST(totals_run(directory, DAY, -1, on_total, NULL, &stop, &why) == 0 || why);
	free(why);
}

/* One way to read it: opening files costs more than reading what fits into an input. */
static void read_one_way(const char *directory, unsigned way)
{
	const struct search_query queries[] = {
		{.directory = directory, .key = ""},
		{.directory = directory, .key = "", .account = "银行", .newest = true, .limit = 2},
		{.directory = directory, .key = "", .number = "13800000002"},
		{.directory = directory, .key = "", .id = 100000000000000000ull}};
	if (way < 4)
		search(&queries[way]);
	else if (way < 7)
		verify(directory);
	else
		add_up(directory);
}

static char day[80];

static void clean_day(void)
{
	rmdir(day);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > 32768)
		return 0;
	be_quiet();
	if (*day == '\0') {
		snprintf(day, sizeof(day), "%s/" DAY, scratch());
		MUST(mkdir(day, 0700) == 0);
		atexit(clean_day);
	}
	struct view text = {data + 1, (uint32_t)size - 1};
	const uint8_t *mark = text.n > 0 ? memmem(text.p, text.n, "--------\n", 9) : NULL;
	struct view records = take_view(&text, mark ? (uint32_t)(mark - text.p) : text.n);
	(void)take_view(&text, 9);
	bool csv = data[0] & 1;
	file_n = records.n;
	file = scratch_file(csv ? DAY "/" HOUR ".csv" : DAY "/" HOUR ".jsonl", records.p, records.n);
	const char *seal = mark ? scratch_file(DAY "/" HOUR ".seal", text.p, text.n) : NULL;
	read_one_way(scratch(), data[0] >> 1 & 7);
	read_recent(records);
	unlink(file);
	if (seal)
		unlink(seal);
	return 0;
}
