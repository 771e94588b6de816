/*
 * evidence_prove.c - smppevidence prove: writes a proof out of an archive, after it was checked. Must not know its
 * form.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "audit/prove.h"
#include "base/ids.h"
#include "tools/evidence.h"

struct prove_conf {
	struct opts_list keys;
	const char *out, *reveal, *text, *records_key;
};
static const struct opts_about about = {
	.program = "smppevidence prove",
	.operands = "ARCHIVE ID|NODE/RECORD",
	.purpose =
		"Makes a proof of all records of a message (ID: its message_id), or of one record (1/17: record 17 of\n"
		"node 1): a small file that verifies anywhere, with the public key only.",
	.exits = EVIDENCE_EXITS,
};
#define AT(member) offsetof(struct prove_conf, member)
static const struct opts_row rows[] = {
	{"key", OPTS_LIST, AT(keys), NULL, .arg = "PUB",
	 .help = "public key that statements are signed with, is put in", .letter = 'k'},
	{"out", OPTS_TEXT, AT(out), "-", .arg = "FILE", .help = "where the proof goes to", .letter = 'o'},
	{"reveal", OPTS_TEXT, AT(reveal), "", .arg = "number,text",
	 .help = "what is shown in the clear, and proven to be what was recorded"},
	{"text", OPTS_TEXT, AT(text), NULL, .arg = "TEXT",
	 .help = "the text, known from elsewhere: put in where a record commits to it (records.texts = \"hash\")"},
	{"records-key", OPTS_TEXT, AT(records_key), "", .arg = "FILE",
	 .help = "opens encrypted personal data (records.key)"},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static bool read_reveal(const char *words, struct prove_query *q)
{
	while (*words) {
		size_t n = strcspn(words, ",");

		if (n == 6 && strncmp(words, "number", n) == 0)
			q->number = true;
		else if (n == 4 && strncmp(words, "text", n) == 0)
			q->text = true;
		else
			return false;
		words += n + (words[n] == ',');
	}
	return true;
}

static bool read_about(const char *word, struct prove_query *q)
{
	char *end;
	unsigned long node;

	if (ids_parse(word, strlen(word), &q->id))
		return true;
	node = strtoul(word, &end, 10);
	if (end == word || *end != '/' || node > IDS_MAX_NODE || end[1] < '1' || end[1] > '9')
		return false;
	q->node = (unsigned)node;
	q->record = strtoull(end + 1, &end, 10);
	return *end == '\0';
}

static void on_fault(void *arg, enum verify_fault what, long record, const char *text)
{
	(void)what;
	const struct proof *p = arg;

	if (record >= 0)
		fprintf(stderr, "smppevidence: record %" PRIu64 ": %s\n", p->records[record].n, text);
	else
		fprintf(stderr, "smppevidence: %s\n", text);
}

/* What the proof is not about, for who has asked. */
static void tell(const struct prove_query *q, const struct prove_told *t, const struct proof *p)
{
	if (t->unstated)
		fprintf(stderr,
			"smppevidence: %" PRIu64 " of %" PRIu64 " records are left out: no statement is about them "
			"yet; ask again when their hour is over\n",
			t->unstated, t->found);
	if (t->closed)
		fprintf(stderr,
			"smppevidence: of %" PRIu64 " records not all could be revealed: erased, not kept, or "
			"encrypted (--records-key)\n",
			t->closed);
	if (q->known && !t->known)
		fprintf(stderr, "smppevidence: --text is left out: it is not the text of any of these records, octet "
				"for octet, or "
				"they keep no hash of it\n");
	fprintf(stderr, "smppevidence: %zu records, %zu statements, %zu keys\n", p->n_records, p->n_statements,
		p->n_keys);
}

static enum evidence_exit make(const struct prove_query *q, const char *out)
{
	struct prove_told told;
	struct buf text = {0};
	char *why = NULL;
	struct proof *p = prove(q, &told, &why);
	int result;

	if (!p) {
		evidence_fail(why);
		return told.found || !why ? EVIDENCE_BROKEN : EVIDENCE_UNREADABLE;
	}
	if (!proof_check(p, NULL, 0, q->n_keys == 0, on_fault, p).whole) {
		fprintf(stderr,
			"smppevidence: no proof can be made: the archive is broken there (smppevidence verify %s), "
			"or the key is another one\n",
			q->directory);
		proof_free(p);
		return EVIDENCE_BROKEN;
	}
	proof_write(p, &text);
	result = evidence_write(out, &text, 0644, false);
	if (result == 0)
		tell(q, &told, p);
	buf_free(&text);
	proof_free(p);
	return result == 0 ? EVIDENCE_GOOD : EVIDENCE_UNREADABLE;
}

enum evidence_exit evidence_prove(int argc, char **argv)
{
	struct prove_conf conf = {0};
	int at = opts_parse(&about, rows, ROWS, &conf, argc, argv);
	struct evidence_keys keys = {.n = 0};
	struct prove_query q = {0};
	enum evidence_exit result = EVIDENCE_UNREADABLE;
	bool bad;

	if (at < 0)
		return at == OPTS_DONE ? EVIDENCE_GOOD : EVIDENCE_USAGE;
	if (argc - at != 2 || !read_about(argv[at + 1], &q)) {
		opts_wrong(&about,
			   "an ARCHIVE, and an ID of 18 digits or NODE/RECORD are needed; options stand before them");
		return EVIDENCE_USAGE;
	}
	if (!read_reveal(conf.reveal, &q)) {
		opts_wrong(&about, "--reveal %s: needs number, text, or both with a comma", conf.reveal);
		return EVIDENCE_USAGE;
	}
	if (!evidence_keys_open(&conf.keys, &keys))
		return EVIDENCE_UNREADABLE;
	q.directory = argv[at];
	q.known = conf.text;
	q.keys = keys.key;
	q.n_keys = keys.n;
	q.box = evidence_box(conf.records_key, SEAL_SHA256, &bad);
	if (!bad)
		result = make(&q, conf.out);
	box_free(q.box);
	evidence_keys_free(&keys);
	return result;
}
