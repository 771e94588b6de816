/*
 * evidence_verify.c - smppevidence verify: tells what audit/verify.h finds in an archive and audit/proof.h in a proof.
 * Must not judge anything itself.
 */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "audit/octets.h"
#include "audit/verify.h"
#include "base/json_put.h"
#include "base/mem.h"
#include "tools/evidence.h"

struct verify_conf {
	struct opts_list keys, heads, expect;
	const char *from, *to, *records_key;
	bool no_key, json, quiet;
	int64_t faults;
};
static const struct opts_about about = {
	.program = "smppevidence verify",
	.operands = "ARCHIVE|PROOF...",
	.purpose = "Whether an archive (its directory) or a proof (its file) is whole. Names what is broken: file, "
		   "line, record.",
	.exits = EVIDENCE_EXITS,
};
#define AT(member) offsetof(struct verify_conf, member)
static const struct opts_row rows[] = {
	{"key", OPTS_LIST, AT(keys), NULL, .arg = "PUB", .help = "public key that is trusted; once for each",
	 .letter = 'k'},
	{"no-key", OPTS_FLAG, AT(no_key), NULL,
	 .help = "signatures are not looked at: who can write there can have "
		 "written it all anew"},
	{"head", OPTS_LIST, AT(heads), NULL, .arg = "HEX", .help = "this head of the chain must be in the archive"},
	{"expect", OPTS_LIST, AT(expect), NULL, .arg = "FILE",
	 .help = "each head in FILE must be: lines event=evidence_hour of the log, statements, bare digests"},
	{"from", OPTS_TEXT, AT(from), NULL, .arg = "TIME", .help = "hours from there on, such as 2026-11-22T11"},
	{"to", OPTS_TEXT, AT(to), NULL, .arg = "TIME", .help = "hours before it"},
	{"records-key", OPTS_TEXT, AT(records_key), "", .arg = "FILE",
	 .help = "opens encrypted personal data (records.key), to compare it, too"},
	{"faults", OPTS_NUMBER, AT(faults), "20", .help = "how many are printed", .min = 1, .max = 1000000},
	{"json", OPTS_FLAG, AT(json), NULL, .help = "one JSON object for each operand"},
	{"quiet", OPTS_FLAG, AT(quiet), NULL, .help = "faults only", .letter = 'q'},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

struct report { /* of one operand */
	const struct verify_conf *conf;
	uint64_t faults, records, opened;
	struct buf nodes, broken; /* JSON: elements */
};

static void put_json_string(struct buf *out, const char *name, const char *value)
{
	size_t n = strlen(value);
	char *at;

	buf_printf(out, "\"%s\":", name);
	at = (char *)buf_room(out, JSON_ESCAPED * n + 2);
	buf_filled(out, (size_t)(json_put_string(at, value, n) - at));
}

static void on_fault(void *arg, const struct verify_finding *f)
{
	struct report *r = arg;

	if (++r->faults > (uint64_t)r->conf->faults)
		return;
	if (r->conf->json) {
		buf_printf(&r->broken, "%s{", buf_len(&r->broken) ? "," : "");
		put_json_string(&r->broken, "fault", verify_fault_name(f->fault));
		buf_puts(&r->broken, ",");
		put_json_string(&r->broken, "file", f->file);
		buf_printf(&r->broken, ",\"line\":%" PRIu64 ",\"record\":%" PRIu64 ",", f->line, f->record);
		put_json_string(&r->broken, "text", f->text);
		buf_puts(&r->broken, "}");
		return;
	}
	if (*f->file)
		printf("%s:", f->file);
	if (f->line)
		printf("%" PRIu64 ":", f->line);
	printf("%s", *f->file ? " " : "");
	if (f->record)
		printf("record %" PRIu64 ": ", f->record);
	printf("%s: %s\n", verify_fault_name(f->fault), f->text);
}

static void node_json(struct report *r, const struct verify_node *n)
{
	buf_printf(&r->nodes,
		   "%s{\"node\":%u,\"first\":%" PRIu64 ",\"last\":%" PRIu64 ",\"records\":%" PRIu64
		   ",\"hours\":%" PRIu64 ",\"statements\":%" PRIu64 ",\"signatures\":%" PRIu64 ",\"erased\":%" PRIu64
		   ",\"closed\":%" PRIu64 ",\"opened\":%" PRIu64 ",\"unsigned_tail\":%" PRIu64
		   ",\"head\":\"%s\",\"last_hour\":\"%s\"}",
		   buf_len(&r->nodes) ? "," : "", n->node, n->first, n->last, n->records, n->hours, n->statements,
		   n->signatures, n->erased, n->closed, n->opened, n->tail, n->head, n->last_hour);
}

static const char *s(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void on_node(void *arg, const struct verify_node *n)
{
	struct report *r = arg;

	r->records += n->records;
	if (r->conf->json)
		node_json(r, n);
	if (r->conf->json || r->conf->quiet)
		return;
	printf("node %u: %" PRIu64 " record%s (%" PRIu64 " to %" PRIu64 ") in %" PRIu64 " hour%s, %" PRIu64
	       " statement%s, %" PRIu64 " signature%s good\n",
	       n->node, n->records, s(n->records), n->first, n->last, n->hours, s(n->hours), n->statements,
	       s(n->statements), n->signatures, s(n->signatures));
	if (!n->from_start)
		printf("node %u: begins with record %" PRIu64
		       ": what was before is deleted (retention), or not looked at\n",
		       n->node, n->first);
	if (n->opened || n->erased || n->closed)
		printf("node %u: personal data: %" PRIu64 " numbers and texts are those that were recorded, %" PRIu64
		       " records erased, %" PRIu64 " encrypted and not opened\n",
		       n->node, n->opened, n->erased, n->closed);
	if (n->tail)
		printf("node %u: the last %" PRIu64 " records have no good statement about them yet%s%s\n", n->node,
		       n->tail, *n->stated ? "; the last one was made " : "", n->stated);
	printf("node %u: head %s of %s\n", n->node, n->head, n->last_hour);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void end_report(struct report *r, const char *what, uint64_t octets, double took)
{
	double mb = (double)octets / 1e6;

	if (r->conf->json) {
		printf("{\"whole\":%s,", r->faults ? "false" : "true");
		printf("\"signatures\":%s,\"faults\":%" PRIu64 ",\"octets\":%" PRIu64
		       ",\"seconds\":%.3f,\"nodes\":[%.*s],"
		       "\"broken\":[%.*s]}\n",
		       r->conf->no_key ? "false" : "true", r->faults, octets, took, (int)buf_len(&r->nodes),
		       buf_len(&r->nodes) ? (char *)buf_data(&r->nodes) : "", (int)buf_len(&r->broken),
		       buf_len(&r->broken) ? (char *)buf_data(&r->broken) : "");
	} else if (r->faults) {
		if (r->faults > (uint64_t)r->conf->faults)
			printf("... and %" PRIu64 " more (--faults)\n", r->faults - (uint64_t)r->conf->faults);
		printf("%s: BROKEN: %" PRIu64 " fault%s\n", what, r->faults, r->faults == 1 ? "" : "s");
	} else if (!r->conf->quiet) {
		printf("%s: whole%s: %" PRIu64 " records, %.1f MB in %.2f s, %.0f MB/s\n", what,
		       r->conf->no_key ? " (signatures were not looked at)" : "", r->records, mb, took,
		       took > 0 ? mb / took : 0);
	}
	buf_free(&r->nodes);
	buf_free(&r->broken);
}

static enum evidence_exit verify_directory(struct verify_query *q, const struct verify_conf *conf,
					   const char *directory)
{
	struct report r = {.conf = conf};
	uint64_t octets = 0;
	double began = seconds();
	char *why = NULL;
	int result;

	for (size_t i = 0; i < q->anchors->n; i++)
		q->anchors->anchor[i].found = q->anchors->anchor[i].past = false;
	q->directory = directory;
	q->on_fault = on_fault;
	q->on_node = on_node;
	q->arg = &r;
	result = verify_archive(q, &octets, &why);
	if (result < 0)
		return evidence_fail(why);
	end_report(&r, directory, octets, seconds() - began);
	return result ? EVIDENCE_BROKEN : EVIDENCE_GOOD;
}

/* ---- a proof ---- */

struct proof_report {
	struct report all;
	const char *file;
	const struct proof *proof;
};

static void on_proof_fault(void *arg, enum verify_fault what, long record, const char *text)
{
	struct proof_report *p = arg;
	struct verify_finding f = {.fault = what, .file = p->file, .text = text};

	if (record >= 0)
		f.record = p->proof->records[record].n;
	on_fault(&p->all, &f);
}

static void tell_keys(const struct proof *p, const struct proof_found *found, bool given)
{
	for (size_t i = 0; i < p->n_statements; i++) {
		struct statement s;

		if (!statement_read((struct view){(const uint8_t *)p->statements[i].p, (uint32_t)p->statements[i].n},
				    &s))
			continue;
		printf("statement of the hour %s (records %" PRIu64 " to %" PRIu64 ", made %s): %s%s\n", s.name,
		       s.first, s.first + s.count - 1, s.at, *s.key ? "signed with " : "NOT SIGNED", s.key);
	}
	if (!given && found->whole)
		printf("NOT TRUSTED: the key came with the proof; compare its fingerprint with the one that the "
		       "gateway's "
		       "owner has published, or give the key (--key)\n");
}

static enum evidence_exit verify_proof(const struct verify_query *q, const struct verify_conf *conf, const char *file)
{
	struct proof_report r = {.all = {.conf = conf}, .file = file};
	struct proof_found found;
	struct buf text = {0};
	struct proof *p;
	double began = seconds();
	char *why = NULL;
	uint64_t octets;

	if (!evidence_read(file, &text)) {
		buf_free(&text);
		return EVIDENCE_UNREADABLE;
	}
	octets = buf_len(&text);
	p = proof_read((const char *)buf_data(&text), octets, &why);
	buf_free(&text);
	if (!p) {
		on_fault(&r.all,
			 &(struct verify_finding){.fault = VERIFY_CHANGED, .file = file, .text = why ? why : ""});
		free(why);
	} else {
		r.proof = p;
		found = proof_check(p, q->keys, q->n_keys, conf->no_key, on_proof_fault, &r);
		r.all.records = p->n_records;
		if (!conf->quiet && !conf->json)
			tell_keys(p, &found, q->n_keys > 0);
	}
	end_report(&r.all, file, octets, seconds() - began);
	proof_free(p);
	return r.all.faults ? EVIDENCE_BROKEN : EVIDENCE_GOOD;
}

/* ---- the command ---- */

static bool read_anchors(const struct verify_conf *conf, struct verify_anchors *out)
{
	for (unsigned i = 0; i < conf->heads.n; i++) {
		if (verify_anchors_read(out, conf->heads.item[i], strlen(conf->heads.item[i])) != 1) {
			opts_wrong(&about, "--head %s: needs 64 hex digits", conf->heads.item[i]);
			return false;
		}
	}
	for (unsigned i = 0; i < conf->expect.n; i++) {
		struct buf text = {0};
		bool good = evidence_read(conf->expect.item[i], &text);
		size_t n = good ? verify_anchors_read(out, (const char *)buf_data(&text), buf_len(&text)) : 0;

		buf_free(&text);
		if (good && n == 0)
			opts_wrong(&about, "--expect %s: no head of a chain is in it", conf->expect.item[i]);
		if (n == 0)
			return false;
	}
	return true;
}

static bool read_time(const char *name, const char *text, int64_t *out)
{
	*out = text ? evidence_time(text) : 0;
	if (*out >= 0)
		return true;
	opts_wrong(&about, "--%s %s: needs a time such as 2026-11-22T11:40", name, text);
	return false;
}

static enum evidence_exit verify_one(struct verify_query *q, const struct verify_conf *conf, const char *operand)
{
	struct stat st;
	bool directory = strcmp(operand, "-") != 0 && stat(operand, &st) == 0 && S_ISDIR(st.st_mode);

	if (!directory)
		return verify_proof(q, conf, operand);
	if (q->n_keys == 0 && !conf->no_key) {
		opts_wrong(&about,
			   "an archive is verified with the public key it was signed with (--key); with --no-key "
			   "only what it says of itself is compared");
		return EVIDENCE_USAGE;
	}
	return verify_directory(q, conf, operand);
}

enum evidence_exit evidence_verify(int argc, char **argv)
{
	struct verify_conf conf = {0};
	int at = opts_parse(&about, rows, ROWS, &conf, argc, argv);
	struct evidence_keys keys = {.n = 0};
	struct verify_anchors anchors = {0};
	struct verify_query q = {.anchors = &anchors};
	enum evidence_exit worst = EVIDENCE_GOOD;
	bool bad = false;

	if (at < 0)
		return at == OPTS_DONE ? EVIDENCE_GOOD : EVIDENCE_USAGE;
	if (at == argc || (conf.no_key && conf.keys.n > 0)) {
		opts_wrong(&about,
			   at == argc ? "an ARCHIVE or a PROOF is missing" : "--key and --no-key exclude each other");
		return EVIDENCE_USAGE;
	}
	if (!read_time("from", conf.from, &q.from_ms) || !read_time("to", conf.to, &q.to_ms))
		return EVIDENCE_USAGE;
	if (!evidence_keys_open(&conf.keys, &keys))
		return EVIDENCE_UNREADABLE;
	q.keys = keys.key;
	q.n_keys = keys.n;
	q.box = evidence_box(conf.records_key, SEAL_SHA256, &bad);
	if (bad || !read_anchors(&conf, &anchors))
		worst = bad ? EVIDENCE_UNREADABLE : EVIDENCE_USAGE;
	for (int i = at; worst != EVIDENCE_USAGE && !bad && i < argc; i++) {
		enum evidence_exit one = verify_one(&q, &conf, argv[i]);

		worst = one > worst ? one : worst;
	}
	box_free(q.box);
	verify_anchors_free(&anchors);
	evidence_keys_free(&keys);
	return worst;
}
