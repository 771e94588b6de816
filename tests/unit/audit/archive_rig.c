/* archive_rig.c - see archive_rig.h. */
#include "archive_rig.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit/digest.h"
#include "audit/hours.h"
#include "audit/octets.h"
#include "audit/verify.h"
#include "base/mem.h"

void rig_make(struct rig *r)
{
	memset(r, 0, sizeof(*r));
	setenv("TZ", "Asia/Shanghai", 1);
	tzset();
	snprintf(r->directory, sizeof(r->directory), "%s/smppgw-archive.XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"); /* many starts, each with its fdatasync */
	if (!mkdtemp(r->directory))
		abort();
	r->kinds[0] = (char *)"all";
	r->records = (struct records_conf){.directory = r->directory,
					   .kinds = {r->kinds, 1},
					   .numbers = CDR_NUMBER_PLAIN,
					   .texts = CDR_TEXT_HASH,
					   .key = (char *)"",
					   .retention = 200};
	r->evidence = (struct evidence_conf){.chain = true, .key = (char *)"", .checkpoint = 60};
	r->at_ms = RIG_START;
}

void rig_start(struct rig *r)
{
	char *why = NULL;

	r->loop = loop_new_simulated(r->at_ms);
	r->worker = worker_new(r->loop);
	r->stats = stats_new();
	r->archive = archive_new(r->loop, r->worker, &r->records, &r->evidence, 1, r->stats, &why);
	if (!r->archive)
		fprintf(stderr, "archive_new: %s\n", why ? why : "?");
	free(why);
}

static void drop(struct rig *r)
{
	r->at_ms = loop_wall_ms(r->loop);
	worker_free(r->worker);
	stats_free(r->stats);
	loop_free(r->loop);
}

void rig_stop(struct rig *r)
{
	archive_free(r->archive);
	drop(r);
}

/* What it wrote at its end is taken away again. */
void rig_kill(struct rig *r)
{
	char records[256], seal[256];
	const char *suffix = r->records.format == CDR_JSON ? "jsonl" : "csv";
	size_t n = 0, n_seal = 0;

	loop_turn(r->loop);
	snprintf(records, sizeof(records), "%s", rig_file(r, suffix, 9999));
	snprintf(seal, sizeof(seal), "%s", rig_file(r, "seal", 9999));
	free(rig_read(records, &n));
	free(rig_read(seal, &n_seal));
	archive_free(r->archive);
	if (truncate(records, (off_t)n) != 0)
		abort();
	const char *after = rig_file(r, suffix, 9999);
	if (strcmp(after, records) != 0)
		unlink(after);
	after = rig_file(r, "seal", 9999);
	if (*after && strcmp(after, seal) == 0 && truncate(after, (off_t)n_seal) != 0)
		abort();
	if (*after && strcmp(after, seal) != 0)
		unlink(after);
	drop(r);
}

static int delete_one(const char *path, const struct stat *s, int flag, struct FTW *at)
{
	(void)s;
	(void)flag;
	(void)at;
	return remove(path);
}

void rig_end(struct rig *r)
{
	nftw(r->directory, delete_one, 16, FTW_DEPTH | FTW_PHYS);
}

void rig_put(struct rig *r, enum cdr_kind kind, uint64_t id, const char *number, const char *text)
{
	struct cdr c = {.kind = kind, .id = id, .wait_ms = -1, .answer_ms = -1, .price = -1};

	c.at_ms = loop_wall_ms(r->loop);
	c.account = view_of("银行");
	c.class_name = view_of("验证码");
	c.number = view_of(number);
	c.text = view_of(text);
	archive_put(r->archive, &c);
}

/* i 9999: the last one. */
const char *rig_file(const struct rig *r, const char *suffix, unsigned i)
{
	static char path[256];
	struct hours all;
	unsigned found = 0;

	path[0] = '\0';
	if (hours_list(r->directory, &all) != 0)
		abort();
	for (size_t h = 0; h < all.n; h++) {
		char *p = hours_path(r->directory, &all.hour[h], suffix);
		if (access(p, F_OK) == 0 && (found++ == i || i == 9999))
			snprintf(path, sizeof(path), "%s", p);
		mem_free(p);
	}
	hours_free(&all);
	return path;
}

char *rig_read(const char *path, size_t *n)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	*n = f ? fread(text, 1, (1 << 20) - 1, f) : 0;
	if (f)
		fclose(f);
	return text;
}

static bool follow(struct digest *d, const struct cdr_line *l, uint8_t head[DIGEST_OCTETS], uint64_t *next)
{
	uint8_t chain[DIGEST_OCTETS];
	char text[32];

	if (cdr_get(l, "n", text, sizeof(text)) < 1 || strtoull(text, NULL, 10) != (*next)++)
		return false;
	digest_of(d, (struct digest_piece[]){{head, DIGEST_OCTETS}, {l->core.p, l->core.n}}, 2, head);
	return octets_unhex((const char *)l->chain.p, l->chain.n, chain, DIGEST_OCTETS) &&
	       memcmp(chain, head, DIGEST_OCTETS) == 0;
}

long rig_chain(const struct rig *r)
{
	const char *suffix = r->records.format == CDR_JSON ? "jsonl" : "csv";
	struct digest *d = digest_new((enum seal_digest)r->evidence.digest);
	uint8_t head[DIGEST_OCTETS] = {0};
	uint64_t next = 1;
	bool good = true;

	for (unsigned i = 0; good; i++) {
		char path[256];
		size_t n;
		snprintf(path, sizeof(path), "%s", rig_file(r, suffix, i));
		if (!*path)
			break;
		char *text = rig_read(path, &n), *line = text, *end;
		for (; good && (end = strchr(line, '\n')) != NULL; line = end + 1) {
			struct cdr_line l;
			if (line == text && r->records.format == CDR_CSV)
				continue;
			good = cdr_cut((struct view){(uint8_t *)line, (uint32_t)(end - line)}, &l) &&
			       follow(d, &l, head, &next);
		}
		good = good && *line == '\0';
		free(text);
	}
	digest_free(d);
	return good ? (long)next - 1 : -1;
}

static void tell(void *arg, const struct verify_finding *f)
{
	(void)arg;
	fprintf(stderr, "%s:%llu: %s: %s\n", f->file, (unsigned long long)f->line, verify_fault_name(f->fault),
		f->text);
}

static void ignore(void *arg, const struct verify_node *n)
{
	(void)arg;
	(void)n;
}

int rig_verify(const struct rig *r)
{
	struct verify_query q = {.directory = r->directory, .on_fault = tell, .on_node = ignore};
	char *why = NULL;
	uint64_t octets;
	int result = verify_archive(&q, &octets, &why);

	if (why)
		fprintf(stderr, "%s\n", why);
	free(why);
	return result;
}

struct wanted {
	const char *name, *value;
	uint64_t found;
};

static void look(const struct stats_sample *s, void *arg)
{
	struct wanted *w = arg;
	if (strcmp(s->row->name, w->name) == 0 && (!w->value || strcmp(s->row->value, w->value) == 0))
		w->found += *(const uint64_t *)s->at;
}

uint64_t rig_counter(const struct rig *r, const char *name, const char *value)
{
	struct wanted w = {name, value, 0};
	stats_walk(r->stats, look, &w);
	return w.found;
}
