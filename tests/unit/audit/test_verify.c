/*
 * test_verify.c - a whole archive verifies; one that somebody has been at does not, whatever he did to it, and the
 * finding says where and what: changes, deletions, insertions, other orders, cut ends, a chain made anew, statements
 * made anew with another key.
 */
#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "audit/octets.h"
#include "audit/statement.h"
#include "audit/tree.h"
#include "audit/verify.h"
#include "base/mem.h"
#include "make_archive.h"
#include "slow.h"

static struct made made;

struct seen {
	unsigned faults;
	enum verify_fault fault; /* the first one */
	uint64_t line, record;
	char file[128], text[256];
	struct verify_node node;
	unsigned nodes;
};
static struct seen seen;

static void on_fault(void *arg, const struct verify_finding *f)
{
	struct seen *s = arg;

	if (s->faults++ > 0)
		return;
	s->fault = f->fault;
	s->line = f->line;
	s->record = f->record;
	snprintf(s->file, sizeof(s->file), "%s", f->file);
	snprintf(s->text, sizeof(s->text), "%s", f->text);
}

static void on_node(void *arg, const struct verify_node *n)
{
	struct seen *s = arg;

	s->node = *n;
	s->nodes++;
}

static int run(struct verify_query *q)
{
	uint64_t octets = 0;
	char *why = NULL;
	int result;

	memset(&seen, 0, sizeof(seen));
	q->directory = made.dir;
	q->on_fault = on_fault;
	q->on_node = on_node;
	q->arg = &seen;
	result = verify_archive(q, &octets, &why);
	free(why);
	if (result >= 0)
		assert_int_equal(result, seen.faults > 0);
	return result;
}

static int run_with(struct signer *key)
{
	struct verify_query q = {.keys = &key, .n_keys = key != NULL};

	return run(&q);
}

/* The archive is broken there. line, record 0: whatever. */
static void broken(enum verify_fault fault, const char *file, uint64_t line, uint64_t record)
{
	int result = run_with(made.key);

	if (result != 1 || seen.fault != fault || !strstr(seen.file, file) || (line && seen.line != line) ||
	    (record && seen.record != record))
		print_message("got %d: %s:%lu: record %lu: %s: %s\n", result, seen.file, (unsigned long)seen.line,
			      (unsigned long)seen.record, verify_fault_name(seen.fault), seen.text);
	assert_int_equal(result, 1);
	assert_string_equal(verify_fault_name(seen.fault), verify_fault_name(fault));
	assert_non_null(strstr(seen.file, file));
	if (line)
		assert_int_equal(seen.line, line);
	if (record)
		assert_int_equal(seen.record, record);
}

#define RECORDS (made_is_csv ? "csv" : "jsonl")
static bool made_is_csv;

/* Replaces a piece of a line by another one. */
static void edit(unsigned hour, const char *suffix, unsigned line, const char *from, const char *to)
{
	size_t n, line_n;
	char *text = made_read(&made, hour, suffix, &n), *at = made_line(text, line, &line_n), *piece;
	struct buf out = {0};

	piece = memmem(at, line_n, from, strlen(from));
	assert_non_null(piece);
	buf_put(&out, text, (size_t)(piece - text));
	buf_puts(&out, to);
	buf_puts(&out, piece + strlen(from));
	made_write(&made, hour, suffix, (const char *)buf_data(&out), buf_len(&out));
	buf_free(&out);
	mem_free(text);
}

/* Writes the lines of a file again in the order given; 0 ends it. */
static void reorder(unsigned hour, const char *suffix, const unsigned *lines)
{
	size_t n, line_n;
	char *text = made_read(&made, hour, suffix, &n);
	struct buf out = {0};

	for (; *lines; lines++) {
		const char *at = made_line(text, *lines, &line_n);

		buf_put(&out, at, line_n + 1);
	}
	made_write(&made, hour, suffix, (const char *)buf_data(&out), buf_len(&out));
	buf_free(&out);
	mem_free(text);
}

static void cut(unsigned hour, const char *suffix, size_t octets)
{
	size_t n;
	char *text = made_read(&made, hour, suffix, &n);

	made_write(&made, hour, suffix, text, n - octets);
	mem_free(text);
}

static void set_up(enum signer_type type, enum seal_digest digest, enum cdr_format format)
{
	made_is_csv = format == CDR_CSV;
	made_new(&made, type, digest, format);
}

static int usual(void **state)
{
	(void)state;
	set_up(SIGNER_ED25519, SEAL_SHA256, CDR_JSON);
	return 0;
}

static int usual_end(void **state)
{
	(void)state;
	made_free(&made);
	return 0;
}

static void whole(enum signer_type type, enum seal_digest digest, enum cdr_format format)
{
	set_up(type, digest, format);
	if (run_with(made.key) != 0)
		print_message("%s:%lu: %s: %s\n", seen.file, (unsigned long)seen.line, verify_fault_name(seen.fault),
			      seen.text);
	assert_int_equal(seen.faults, 0);
	assert_int_equal(seen.nodes, 1);
	assert_int_equal(seen.node.records, MADE_HOURS * MADE_EACH + 2);
	assert_int_equal(seen.node.first, 1);
	assert_int_equal(seen.node.last, MADE_HOURS * MADE_EACH + 2);
	assert_int_equal(seen.node.hours, MADE_HOURS);
	assert_int_equal(seen.node.statements, 2 * MADE_HOURS);
	assert_int_equal(seen.node.signatures, 2 * MADE_HOURS);
	assert_int_equal(seen.node.erased, 6);
	assert_int_equal(seen.node.opened, 2 * (MADE_HOURS * MADE_EACH + 2 - 6));
	assert_int_equal(seen.node.tail, 2);
	assert_true(seen.node.from_start);
	made_free(&made);
}

static void test_whole(void **state)
{
	(void)state;
	whole(SIGNER_ED25519, SEAL_SHA256, CDR_JSON);
	whole(SIGNER_ED25519, SEAL_SHA256, CDR_CSV);
	whole(SIGNER_SM2, SEAL_SM3, CDR_JSON);
	whole(SIGNER_SM2, SEAL_SM3, CDR_CSV);
}

static void test_clock_set_back(void **state)
{
	(void)state;
	made.back = true;
	whole(SIGNER_ED25519, SEAL_SHA256, CDR_JSON);
	set_up(SIGNER_ED25519, SEAL_SHA256, CDR_JSON);
	edit(3, RECORDS, 2, "银行", "很行");
	broken(VERIFY_CHANGED, "T22+0800-2", 2, 32);
	unlink(made_path(&made, 2, RECORDS));
	unlink(made_path(&made, 2, "seal"));
	broken(VERIFY_MISSING, "T22+0800-2", 1, 21);
	made_free(&made);
	made.back = false;
}

static void test_changes(void **state)
{
	(void)state;
	edit(1, RECORDS, 3, "0003\"", "0013\"");
	broken(VERIFY_CHANGED, "T23", 3, 13);
	edit(1, RECORDS, 3, "0013\"", "0003\"");
	assert_int_equal(run_with(made.key), 0);
	edit(1, RECORDS, 10, "银行", "很行");
	broken(VERIFY_CHANGED, "T23", 10, 20);
	edit(1, RECORDS, 10, "很行", "银行");
	edit(3, RECORDS, 12, "银行", "很行"); /* behind the last statement */
	broken(VERIFY_CHANGED, "T01", 12, 42);
	edit(3, RECORDS, 12, "很行", "银行");
	edit(0, RECORDS, 1, "accepted", "refused ");
	broken(VERIFY_CHANGED, "T22", 1, 1);
	edit(0, RECORDS, 1, "refused ", "accepted");
	edit(2, RECORDS, 5, "\"n\":25", "\"x\":25");
	broken(VERIFY_CHANGED, "T00", 5, 25);
}

static void test_personal(void **state)
{
	(void)state;
	edit(0, RECORDS, 2, "\"8613800000002\"", "\"8613800000003\"");
	broken(VERIFY_PERSONAL, "T22", 2, 2);
	edit(0, RECORDS, 2, "\"8613800000003\"", "\"8613800000002\"");
	edit(0, RECORDS, 2, "验证码", "取件码");
	broken(VERIFY_PERSONAL, "T22", 2, 2);
	edit(0, RECORDS, 2, "取件码", "验证码");
	edit(0, RECORDS, 2, "\"salt\":\"3", "\"salt\":\"4");
	broken(VERIFY_PERSONAL, "T22", 2, 2);
	edit(0, RECORDS, 2, "\"salt\":\"4", "\"tale\":\"3");
	broken(VERIFY_PERSONAL, "T22", 2, 2);
}

static void test_missing(void **state)
{
	(void)state;
	reorder(1, RECORDS, (unsigned[]){1, 2, 3, 6, 7, 8, 9, 10, 0});
	broken(VERIFY_MISSING, "T23", 4, 14);
	assert_non_null(strstr(seen.text, "14 to 15"));
}

static void test_missing_at_ends(void **state)
{
	(void)state;
	reorder(1, RECORDS, (unsigned[]){2, 3, 4, 5, 6, 7, 8, 9, 10, 0});
	broken(VERIFY_MISSING, "T23", 1, 11);
	usual_end(NULL);
	usual(NULL);
	reorder(1, RECORDS, (unsigned[]){1, 2, 3, 4, 5, 6, 7, 8, 0});
	broken(VERIFY_TRUNCATED, "T23", 0, 19);
	assert_non_null(strstr(seen.text, "19 to 20"));
	/* The statement taken away, too: the next hour's one does not follow, and its first record neither. */
	reorder(1, "seal", (unsigned[]){1, 0});
	broken(VERIFY_MISSING, "T00", 1, 19);
	assert_true(seen.faults >= 2);
	usual_end(NULL);
	usual(NULL);
	reorder(0, RECORDS, (unsigned[]){3, 4, 5, 6, 7, 8, 9, 10, 0});
	broken(VERIFY_MISSING, "T22", 1, 1);
}

static void test_hours_missing(void **state)
{
	(void)state;
	unlink(made_path(&made, 1, RECORDS));
	broken(VERIFY_MISSING, "T23", 0, 11);
	unlink(made_path(&made, 1, "seal"));
	broken(VERIFY_MISSING, "T00", 1, 11);
	assert_non_null(strstr(seen.text, "11 to 20"));
	/* The day that the hour is of. */
	unlink(made_path(&made, 0, RECORDS));
	unlink(made_path(&made, 0, "seal"));
	assert_int_equal(run_with(made.key), 0); /* as retention deletes it */
	assert_int_equal(seen.node.first, 21);
	assert_false(seen.node.from_start);
	unlink(made_path(&made, 2, RECORDS));
	broken(VERIFY_MISSING, "T00", 0, 21);
}

static void test_order(void **state)
{
	(void)state;
	reorder(2, RECORDS, (unsigned[]){1, 2, 4, 3, 5, 6, 7, 8, 9, 10, 0});
	broken(VERIFY_ORDER, "T00", 3, 23);
}

static void test_inserted(void **state)
{
	(void)state;
	reorder(2, RECORDS, (unsigned[]){1, 2, 3, 2, 4, 5, 6, 7, 8, 9, 10, 0}); /* once more */
	broken(VERIFY_INSERTED, "T00", 4, 22);
	usual_end(NULL);
	usual(NULL);
	reorder(2, RECORDS, (unsigned[]){1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 10, 0});
	edit(2, RECORDS, 4, "accepted", "refused "); /* a false one before the true one */
	broken(VERIFY_INSERTED, "T00", 4, 24);
	usual_end(NULL);
	usual(NULL);
}

static void insert_line(unsigned hour, const char *suffix, unsigned before, const char *line)
{
	size_t n, line_n;
	char *text = made_read(&made, hour, suffix, &n), *at = made_line(text, before, &line_n);
	struct buf out = {0};

	buf_put(&out, text, (size_t)(at - text));
	buf_puts(&out, line);
	buf_puts(&out, "\n");
	buf_puts(&out, at);
	made_write(&made, hour, suffix, (const char *)buf_data(&out), buf_len(&out));
	buf_free(&out);
	mem_free(text);
}

static void test_foreign_line(void **state)
{
	(void)state;
	insert_line(2, RECORDS, 4, "随便写的一行");
	broken(VERIFY_INSERTED, "T00", 4, 24);
	usual_end(NULL);
	usual(NULL);
	insert_line(2, "seal", 2, "{}");
	broken(VERIFY_STATEMENT, "T00+0800.seal", 2, 0);
}

static void test_cut(void **state)
{
	(void)state;
	cut(3, RECORDS, 10); /* in the midst of the last line */
	broken(VERIFY_TRUNCATED, "T01", 12, 42);
	usual_end(NULL);
	usual(NULL);
	cut(1, "seal", 1);
	broken(VERIFY_TRUNCATED, "T23+0800.seal", 2, 0);
}

/* ---- somebody who knows how it is done, but has not the key ---- */

/* All later chain values of the hour are made anew from a line on. */
static void chain_anew(unsigned hour)
{
	static const uint8_t zeros[DIGEST_OCTETS];
	struct digest *d = digest_new(SEAL_SHA256);
	struct buf out = {0};
	uint8_t chain[DIGEST_OCTETS];
	char hex[2 * DIGEST_OCTETS + 1];
	size_t n, line_n;
	char *text = made_read(&made, hour, RECORDS, &n), *seal = made_read(&made, hour, "seal", &n);
	struct statement s;

	assert_true(statement_read((struct view){(const uint8_t *)seal, (uint32_t)strcspn(seal, "\n")}, &s));
	memcpy(chain, hour ? s.before : zeros, sizeof(chain));
	for (char *at = text; *at; at += line_n + 1) {
		struct cdr_line l;

		line_n = strcspn(at, "\n");
		assert_true(cdr_cut((struct view){(const uint8_t *)at, (uint32_t)line_n}, &l));
		digest_of(d, (struct digest_piece[]){{chain, sizeof(chain)}, {l.core.p, l.core.n}}, 2, chain);
		octets_hex(chain, sizeof(chain), hex);
		memcpy(at + (l.chain.p - (const uint8_t *)at), hex, 2 * DIGEST_OCTETS);
		buf_put(&out, at, line_n + 1);
	}
	made_write(&made, hour, RECORDS, (const char *)buf_data(&out), buf_len(&out));
	buf_free(&out);
	mem_free(text);
	mem_free(seal);
	digest_free(d);
}

/* Statements of the hour made anew: root and chain as the records have them now; signed with a key, or as before. */
static void seal_anew(unsigned hour, const struct signer *key)
{
	struct digest *d = digest_new(SEAL_SHA256);
	struct buf out = {0};
	size_t n;
	char *text = made_read(&made, hour, RECORDS, &n), *seal = made_read(&made, hour, "seal", &n), *at = text;
	uint8_t previous[DIGEST_OCTETS];
	struct tree t;

	tree_begin(&t, NULL, 0);
	for (char *line = seal; *line; line += strcspn(line, "\n") + 1) {
		struct statement s;
		size_t from = buf_len(&out);

		assert_true(statement_read((struct view){(const uint8_t *)line, (uint32_t)strcspn(line, "\n")}, &s));
		for (; t.count < s.count; at += strcspn(at, "\n") + 1) {
			struct cdr_line l;

			assert_true(cdr_cut((struct view){(const uint8_t *)at, (uint32_t)strcspn(at, "\n")}, &l));
			assert_true(octets_unhex((const char *)l.chain.p, l.chain.n, s.chain, sizeof(s.chain)));
			tree_add(&t, d, s.chain, sizeof(s.chain));
		}
		tree_root(&t, d, s.root);
		if (from > 0)
			memcpy(s.previous, previous, sizeof(previous));
		statement_write(&s, key, &out);
		if (!key) { /* the old signature stays */
			buf_data(&out)[buf_len(&out) - 1] = ',';
			buf_printf(&out, "\"key\":\"%s\",\"signature\":\"", s.key);
			char base64[OCTETS_BASE64(SIGNER_MAX) + 1];
			octets_base64(s.signature, s.signature_n, base64);
			buf_printf(&out, "%s\"}", base64);
		}
		statement_digest((struct view){buf_data(&out) + from, (uint32_t)(buf_len(&out) - from)}, d, previous);
		buf_puts(&out, "\n");
	}
	made_write(&made, hour, "seal", (const char *)buf_data(&out), buf_len(&out));
	buf_free(&out);
	mem_free(text);
	mem_free(seal);
	digest_free(d);
}

static void test_chain_made_anew(void **state)
{
	struct signer *other = signer_make(SIGNER_ED25519);

	(void)state;
	edit(1, RECORDS, 7, "银行", "很行");
	chain_anew(1);
	broken(VERIFY_REWRITTEN, "T23+0800.seal", 2, 16);
	assert_non_null(strstr(seen.text, "16 to 20"));
	seal_anew(1, NULL); /* the tree, too */
	broken(VERIFY_SIGNATURE, "T23+0800.seal", 2, 0);
	seal_anew(1, other); /* with a key of his own */
	broken(VERIFY_UNKNOWN_KEY, "T23+0800.seal", 1, 0);
	assert_non_null(strstr(seen.text, signer_fingerprint(other)));
	/* Without keys to trust, only the links to other hours tell. */
	assert_int_equal(run_with(NULL), 1);
	signer_free(other);
}

static void test_all_made_anew(void **state)
{
	struct signer *other = signer_make(SIGNER_ED25519), *both[] = {made.key, other};
	struct verify_query q = {.keys = both, .n_keys = 2};

	(void)state;
	edit(3, RECORDS, 2, "银行", "很行");
	chain_anew(3);
	seal_anew(3, other);
	broken(VERIFY_UNKNOWN_KEY, "T01+0800.seal", 1, 0);
	assert_int_equal(run_with(NULL), 0);
	assert_int_equal(run(&q), 0); /* as after a change of keys: both are trusted */
	signer_free(other);
}

static void test_statements(void **state)
{
	char *end;
	size_t n;

	(void)state;
	reorder(1, "seal", (unsigned[]){2, 0});
	broken(VERIFY_STATEMENT, "T23+0800.seal", 1, 0);
	usual_end(NULL);
	usual(NULL);
	reorder(1, "seal", (unsigned[]){2, 1, 0});
	broken(VERIFY_STATEMENT, "T23+0800.seal", 1, 0);
	usual_end(NULL);
	usual(NULL);
	unlink(made_path(&made, 1, "seal"));
	broken(VERIFY_STATEMENT, "T00+0800.seal", 1, 0);
	usual_end(NULL);
	usual(NULL);
	edit(2, "seal", 2, "\"first\":21", "\"first\":22");
	broken(VERIFY_SIGNATURE, "T00+0800.seal", 2, 0);
	edit(2, "seal", 2, "\"first\":22", "\"first\":21");
	/* Of another hour: a copy of a good one. */
	end = made_read(&made, 1, "seal", &n);
	made_write(&made, 2, "seal", end, n);
	mem_free(end);
	broken(VERIFY_STATEMENT, "T00+0800.seal", 1, 0);
}

static void test_signatures_taken_away(void **state)
{
	size_t n;
	char *text = made_read(&made, 3, "seal", &n), *key = strstr(made_line(text, 2, &n), ",\"key\"");
	char whole_key[400];

	(void)state;
	snprintf(whole_key, sizeof(whole_key), "%.*s", (int)strcspn(key, "}"), key);
	edit(3, "seal", 2, whole_key, "");
	broken(VERIFY_UNSIGNED, "T01+0800.seal", 2, 0);
	assert_int_equal(run_with(NULL), 0);
	mem_free(text);
}

/* Without them anybody could write the records anew. */
static void test_statements_all_gone(void **state)
{
	(void)state;
	for (unsigned hour = 0; hour < MADE_HOURS; hour++)
		unlink(made_path(&made, hour, "seal"));
	broken(VERIFY_UNSIGNED, "T22+0800.seal", 0, 1);
}

static void test_statements_of_last_hours_gone(void **state)
{
	(void)state;
	unlink(made_path(&made, 3, "seal"));
	assert_int_equal(run_with(made.key), 0); /* it may have ended before the first one of this hour */
	assert_int_equal(seen.node.tail, MADE_EACH + 2);
	unlink(made_path(&made, 2, "seal"));
	broken(VERIFY_UNSIGNED, "T00+0800.seal", 0, 21);
}

static void test_line_end(void **state)
{
	(void)state;
	edit(1, RECORDS, 2, "\"}}", "\"}}\r");
	broken(VERIFY_CHANGED, "T23+0800.jsonl", 2, 12);
}

/* ---- what an archive cannot know of itself ---- */

static void remember_head(struct verify_anchors *a, unsigned hour, const char *form)
{
	size_t n, line_n;
	char *text = made_read(&made, hour, "seal", &n), hex[2 * DIGEST_OCTETS + 1], line[200];
	struct statement s;
	struct view v;

	v.p = (const uint8_t *)made_line(text, 2, &line_n);
	v.n = (uint32_t)line_n;
	assert_true(statement_read(v, &s));
	octets_hex(s.chain, DIGEST_OCTETS, hex);
	snprintf(line, sizeof(line), form, s.name, hex);
	assert_int_equal(verify_anchors_read(a, line, strlen(line)), 1);
	mem_free(text);
}

static void test_anchors(void **state)
{
	static const char *const forms[] = {
		"2026-11-23T02:00:00+08:00 INFO event=evidence_hour node=1 hour=%s last=40 chain=%s\n",
		"{\"node\":1,\"hour\":\"%s\",\"count\":10,\"first\":31,\"chain\":\"%s\"}",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct verify_anchors a = {0}, head = {0};
		struct verify_query q = {.keys = &made.key, .n_keys = 1, .anchors = &a};

		remember_head(&a, 0, forms[i]);
		remember_head(&a, 3, forms[i]);
		remember_head(&head, 3, "%.0s%s\n");
		assert_int_equal(a.anchor[1].record, 40);
		assert_int_equal(run(&q), 0);
		/* The whole last hour, and an earlier one as by retention. */
		unlink(made_path(&made, 3, RECORDS));
		unlink(made_path(&made, 3, "seal"));
		assert_int_equal(run_with(made.key), 0); /* nothing inside tells it */
		a.anchor[0].found = a.anchor[1].found = false;
		assert_int_equal(run(&q), 1);
		assert_string_equal(verify_fault_name(seen.fault), "truncated");
		assert_int_equal(seen.record, 40);
		unlink(made_path(&made, 0, RECORDS));
		unlink(made_path(&made, 0, "seal"));
		a.anchor[1].found = true;
		a.anchor[0].found = false;
		assert_int_equal(run(&q), 0);
		assert_true(a.anchor[0].past);
		q.anchors = &head;
		assert_int_equal(run(&q), 1);
		assert_int_equal(seen.fault, VERIFY_ANCHOR);
		verify_anchors_free(&a);
		verify_anchors_free(&head);
		usual_end(NULL);
		usual(NULL);
	}
}

static void test_anchor_of_another_past(void **state)
{
	struct verify_anchors a = {0};
	struct verify_query q = {.keys = &made.key, .n_keys = 1, .anchors = &a};

	(void)state;
	remember_head(&a, 2, "event=evidence_hour node=1 hour=%s chain=%s\n");
	a.anchor[0].chain[0] ^= 1; /* the holder of the key has made all anew */
	assert_int_equal(run(&q), 1);
	assert_int_equal(seen.fault, VERIFY_ANCHOR);
	verify_anchors_free(&a);
	assert_int_equal(verify_anchors_read(&a, "chain=12\nhour=x\n\nhead=zz", 23), 0);
}

static void test_part(void **state)
{
	struct verify_query q = {.keys = &made.key, .n_keys = 1};

	(void)state;
	q.from_ms = 1795363200000; /* midnight of Shanghai */
	edit(0, RECORDS, 2, "银行", "很行");
	assert_int_equal(run(&q), 0);
	assert_int_equal(seen.node.first, 21);
	q = (struct verify_query){.keys = &made.key, .n_keys = 1, .to_ms = 1795363200000};
	assert_int_equal(run(&q), 1);
	assert_int_equal(seen.node.hours, 2);
}

static void test_every_octet(void **state)
{
	size_t n;
	char *text = made_read(&made, 1, RECORDS, &n), *end = made_line(text, 3, &n) + n;

	(void)state;
	for (char *at = made_line(text, 2, &n); at < end; at += slow_step(61)) {
		char old = *at;

		*at = (char)(old == '\n' ? 'x' : old ^ 1);
		made_write(&made, 1, RECORDS, text, strlen(text));
		if (run_with(made.key) == 0)
			print_message("not found: octet %ld, \"%.40s\"\n", (long)(at - text), at);
		assert_true(seen.faults > 0);
		*at = old;
	}
	mem_free(text);
}

static void test_no_archive(void **state)
{
	char dir[64];

	(void)state;
	memcpy(dir, made.dir, sizeof(dir));
	strcpy(made.dir, "/tmp/there-is-no-archive");
	assert_int_equal(run_with(made.key), -1);
	strcpy(made.dir, "/proc/self");
	assert_int_equal(run_with(made.key), -1);
	memcpy(made.dir, dir, sizeof(dir));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, usual, usual_end)
static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_whole),
	cmocka_unit_test(test_clock_set_back),
	CASE(test_changes),
	CASE(test_personal),
	CASE(test_missing),
	CASE(test_missing_at_ends),
	CASE(test_hours_missing),
	CASE(test_order),
	CASE(test_inserted),
	CASE(test_foreign_line),
	CASE(test_cut),
	CASE(test_chain_made_anew),
	CASE(test_all_made_anew),
	CASE(test_statements),
	CASE(test_signatures_taken_away),
	CASE(test_statements_all_gone),
	CASE(test_statements_of_last_hours_gone),
	CASE(test_line_end),
	CASE(test_anchors),
	CASE(test_anchor_of_another_past),
	CASE(test_part),
	CASE(test_every_octet),
	CASE(test_no_archive),
};
UNIT_MAIN(cases)
