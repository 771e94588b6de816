/*
 * evidence_show.c - smppevidence show and search: records readable, as JSON or CSV. Must not judge them.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "audit/lines.h"
#include "audit/record.h"
#include "audit/search.h"
#include "base/ids.h"
#include "base/json_put.h"
#include "base/mem.h"
#include "tools/evidence.h"

#define VALUE_MAX 4096u /* octets of a field that is shown */

/* ---- one record ---- */

void evidence_head(enum evidence_form form)
{
	struct buf head = {0};

	if (form == EVIDENCE_TABLE)
		printf("%10s  %-29s  %-8s  %-18s  %s\n", "n", "at", "kind", "id", "more");
	if (form != EVIDENCE_CSV)
		return;
	for (const struct cdr_field *f = cdr_fields; f->name; f++)
		printf("%s,", f->name);
	printf("number_whole,text\n");
	buf_free(&head);
}

static void print_json(const char *name, struct view value)
{
	char *room = mem_zalloc(JSON_ESCAPED * (size_t)value.n + 3);

	json_put_string(room, value.p, value.n);
	printf(",\"%s\":%s", name, room);
	mem_free(room);
}

static void show_json(const struct cdr_line *l, struct view number, struct view text)
{
	char value[VALUE_MAX];
	int n;

	if (l->format == CDR_JSON) {
		printf("%.*s", (int)l->core.n, l->core.p);
	} else {
		printf("{\"n\":%" PRIu64, record_number(l));
		for (const struct cdr_field *f = cdr_fields + 1; f->name; f++) {
			if ((n = cdr_get(l, f->name, value, sizeof(value))) >= 0)
				print_json(f->name, (struct view){(const uint8_t *)value, (uint32_t)n});
		}
	}
	if (number.n)
		print_json("number_whole", number);
	if (text.n)
		print_json("text", text);
	printf("}\n");
}

static void print_csv(struct view value, char end)
{
	char *room = mem_zalloc(JSON_ESCAPED * (size_t)value.n + 3), *at = cdr_put_csv(room, value.p, value.n);

	printf("%.*s%c", (int)(at - room), room, end);
	mem_free(room);
}

static void show_csv(const struct cdr_line *l, struct view number, struct view text)
{
	char value[VALUE_MAX];

	for (const struct cdr_field *f = cdr_fields; f->name; f++) {
		int n = cdr_get(l, f->name, value, sizeof(value));

		print_csv((struct view){(const uint8_t *)value, n > 0 ? (uint32_t)n : 0}, ',');
	}
	print_csv(number, ',');
	print_csv(text, '\n');
}

/* Controls would move the terminal's cursor. */
static void print_word(const char *name, const char *value, size_t n)
{
	printf("  %s=", name);
	for (size_t i = 0; i < n; i++)
		putchar((uint8_t)value[i] < 0x20 || value[i] == 0x7f ? ' ' : value[i]);
}

static void show_table(const struct cdr_line *l, struct view number, struct view text)
{
	static const char *const first[] = {"n", "at", "kind", "id"};
	static const char *const left_out[] = {"n", "at", "kind", "id", "number_hash", "text_hash"};
	static const int width[] = {10, -29, -8, -18};
	char value[VALUE_MAX];

	for (size_t i = 0; i < 4; i++) {
		cdr_get(l, first[i], value, sizeof(value));
		printf("%s%*s", i ? "  " : "", width[i], value);
	}
	for (const struct cdr_field *f = cdr_fields; f->name; f++) {
		int n = cdr_get(l, f->name, value, sizeof(value));
		bool out = n < 0 || (number.n && strcmp(f->name, "number") == 0);

		for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
			out = out || strcmp(f->name, left_out[i]) == 0;
		if (!out)
			print_word(f->name, value, (size_t)n);
	}
	if (number.n)
		print_word("number", (const char *)number.p, number.n);
	if (text.n)
		print_word("text", (const char *)text.p, text.n);
	printf("\n");
}

void evidence_show(enum evidence_form form, const struct cdr_line *l, struct view number, struct view text)
{
	static void (*const shows[])(const struct cdr_line *, struct view, struct view) = {
		[EVIDENCE_TABLE] = show_table,
		[EVIDENCE_JSON] = show_json,
		[EVIDENCE_CSV] = show_csv,
	};

	shows[form](l, number, text);
}

/* ---- show ---- */

struct show_conf {
	bool json, csv;
	const char *records_key;
};
static const struct opts_about show_about = {
	.program = "smppevidence show",
	.operands = "PROOF|FILE...",
	.purpose = "Prints the records of a proof, or of an archive's file (.jsonl, .csv). Verifies nothing.",
	.exits = EVIDENCE_EXITS,
};
static const struct opts_row show_rows[] = {
	{"json", OPTS_FLAG, offsetof(struct show_conf, json), NULL, .help = "a JSON object a line"},
	{"csv", OPTS_FLAG, offsetof(struct show_conf, csv), NULL, .help = "CSV with a head"},
	{"records-key", OPTS_TEXT, offsetof(struct show_conf, records_key), "", .arg = "FILE",
	 .help = "opens encrypted personal data (records.key)"},
};

static struct view view_of_text(const struct proof_text *t)
{
	return (struct view){(const uint8_t *)t->p, (uint32_t)t->n};
}

static enum evidence_exit show_proof(const struct buf *text, const char *file, enum evidence_form form)
{
	char *why = NULL;
	struct proof *p = proof_read((const char *)buf_data(text), buf_len(text), &why);

	if (!p) {
		fprintf(stderr, "smppevidence: %s: %s\n", file, why ? why : "");
		free(why);
		return EVIDENCE_BROKEN;
	}
	for (size_t i = 0; i < p->n_records; i++) {
		struct cdr_line l = proof_line(&p->records[i]);

		evidence_show(form, &l, view_of_text(&p->records[i].number), view_of_text(&p->records[i].text));
	}
	proof_free(p);
	return EVIDENCE_GOOD;
}

static enum evidence_exit show_records(struct lines *lines, enum evidence_form form, struct box *box)
{
	struct record_values values = {0};
	struct view line;
	struct cdr_line l;

	while (lines_next(lines, &line)) {
		struct view number = {NULL, 0}, text = {NULL, 0};

		if (!cdr_cut(line, &l) || !record_number(&l)) /* CSV's head, or what somebody has put in */
			continue;
		if (record_open(&l, box, &values) != RECORD_BROKEN) {
			number = (struct view){buf_data(&values.number), (uint32_t)buf_len(&values.number)};
			text = (struct view){buf_data(&values.text), (uint32_t)buf_len(&values.text)};
		}
		evidence_show(form, &l, number, text);
	}
	record_values_free(&values);
	return lines_error(lines) ? EVIDENCE_UNREADABLE : EVIDENCE_GOOD;
}

static enum evidence_exit show_file(const char *file, enum evidence_form form, struct box *box)
{
	static const char proof[] = "{\"smppevidence\":";
	struct lines *lines = lines_open(file, 0);
	struct buf text = {0};
	struct view line;
	enum evidence_exit result;
	bool is_proof;

	is_proof = strcmp(file, "-") == 0 || (lines && lines_next(lines, &line) && line.n >= sizeof(proof) - 1 &&
					      memcmp(line.p, proof, sizeof(proof) - 1) == 0);
	lines_close(lines);
	lines = is_proof ? NULL : lines_open(file, 0);
	if (lines)
		result = show_records(lines, form, box);
	else
		result = evidence_read(file, &text) ? show_proof(&text, file, form) : EVIDENCE_UNREADABLE;
	lines_close(lines);
	buf_free(&text);
	return result;
}

static bool form_of(const struct opts_about *about, bool json, bool csv, enum evidence_form *out)
{
	*out = json ? EVIDENCE_JSON : csv ? EVIDENCE_CSV : EVIDENCE_TABLE;
	if (json && csv)
		opts_wrong(about, "--json and --csv exclude each other");
	return !(json && csv);
}

enum evidence_exit evidence_show_command(int argc, char **argv)
{
	struct show_conf conf = {0};
	int at = opts_parse(&show_about, show_rows, sizeof(show_rows) / sizeof(show_rows[0]), &conf, argc, argv);
	enum evidence_exit worst = EVIDENCE_GOOD;
	enum evidence_form form;
	struct box *box;
	bool bad;

	if (at < 0)
		return at == OPTS_DONE ? EVIDENCE_GOOD : EVIDENCE_USAGE;
	if (at == argc) {
		opts_wrong(&show_about, "a PROOF or a FILE is missing");
		return EVIDENCE_USAGE;
	}
	if (!form_of(&show_about, conf.json, conf.csv, &form))
		return EVIDENCE_USAGE;
	box = evidence_box(conf.records_key, SEAL_SHA256, &bad);
	if (bad)
		return EVIDENCE_UNREADABLE;
	evidence_head(form);
	for (; at < argc; at++) {
		enum evidence_exit one = show_file(argv[at], form, box);

		worst = one > worst ? one : worst;
	}
	box_free(box);
	return worst;
}

/* ---- search ---- */

struct search_conf {
	const char *id, *number, *from, *to, *account, *carrier, *kind, *state, *campaign, *verdict, *records_key;
	int64_t limit;
	bool newest, json, csv;
};
static const struct opts_about search_about = {
	.program = "smppevidence search",
	.operands = "ARCHIVE",
	.purpose = "Prints the records that fit all that is given. Verifies nothing.",
	.exits = EVIDENCE_EXITS,
};
#define AT(member) offsetof(struct search_conf, member)
static const struct opts_row search_rows[] = {
	{"id", OPTS_TEXT, AT(id), "", .arg = "ID", .help = "message_id"},
	{"number", OPTS_TEXT, AT(number), "", .arg = "NUMBER",
	 .help = "of the phone; also what other records say of its messages"},
	{"from", OPTS_TEXT, AT(from), NULL, .arg = "TIME", .help = "from there on, such as 2026-11-22T11:40"},
	{"to", OPTS_TEXT, AT(to), NULL, .arg = "TIME", .help = "before it"},
	{"account", OPTS_TEXT, AT(account), "", .arg = "NAME", .help = "account"},
	{"carrier", OPTS_TEXT, AT(carrier), "", .arg = "NAME", .help = "carrier"},
	{"kind", OPTS_TEXT, AT(kind), "", .arg = "KIND", .help = "accepted, attempt, receipt, ended, ..."},
	{"state", OPTS_TEXT, AT(state), "", .arg = "STATE", .help = "message_state"},
	{"campaign", OPTS_TEXT, AT(campaign), "", .arg = "NAME", .help = "campaign"},
	{"verdict", OPTS_TEXT, AT(verdict), "", .arg = "NAME", .help = "policy that has decided"},
	{"limit", OPTS_NUMBER, AT(limit), "0", .help = "records at most; 0: all", .min = 0, .max = INT64_MAX},
	{"newest", OPTS_FLAG, AT(newest), NULL, .help = "the newest first"},
	{"records-key", OPTS_TEXT, AT(records_key), "", .arg = "FILE",
	 .help = "opens encrypted personal data (records.key)"},
	{"json", OPTS_FLAG, AT(json), NULL, .help = "a JSON object a line"},
	{"csv", OPTS_FLAG, AT(csv), NULL, .help = "CSV with a head"},
};

struct searching {
	enum evidence_form form;
	uint64_t found;
};

static bool show_hit(void *arg, const struct search_hit *hit)
{
	struct searching *s = arg;

	if (s->found++ == 0)
		evidence_head(s->form);
	evidence_show(s->form, &hit->line, hit->number, hit->text);
	return true;
}

/* False: told. */
static bool read_query(const struct search_conf *conf, struct search_query *q)
{
	enum cdr_kind kind;

	q->from_ms = conf->from ? evidence_time(conf->from) : 0;
	q->to_ms = conf->to ? evidence_time(conf->to) : 0;
	if (*conf->id && !ids_parse(conf->id, strlen(conf->id), &q->id))
		opts_wrong(&search_about, "--id %s: needs 18 digits", conf->id);
	else if (q->from_ms < 0 || q->to_ms < 0)
		opts_wrong(&search_about, "--from, --to: need a time such as 2026-11-22T11:40");
	else if (*conf->kind && !cdr_kind_by_name(conf->kind, &kind))
		opts_wrong(&search_about, "--kind %s: there is no such kind", conf->kind);
	else
		return true;
	return false;
}

enum evidence_exit evidence_search(int argc, char **argv)
{
	struct search_conf conf = {0};
	int at =
		opts_parse(&search_about, search_rows, sizeof(search_rows) / sizeof(search_rows[0]), &conf, argc, argv);
	struct searching s = {.found = 0};
	struct search_query q = {0};
	volatile bool stop = false;
	char *why = NULL;

	if (at < 0)
		return at == OPTS_DONE ? EVIDENCE_GOOD : EVIDENCE_USAGE;
	if (argc - at != 1) {
		opts_wrong(&search_about, "one ARCHIVE is needed; options stand before it");
		return EVIDENCE_USAGE;
	}
	if (!form_of(&search_about, conf.json, conf.csv, &s.form) || !read_query(&conf, &q))
		return EVIDENCE_USAGE;
	q.directory = argv[at];
	q.key = conf.records_key;
	q.number = conf.number;
	q.follow = true;
	q.account = conf.account;
	q.carrier = conf.carrier;
	q.kind = conf.kind;
	q.state = conf.state;
	q.campaign = conf.campaign;
	q.verdict = conf.verdict;
	q.limit = (uint64_t)conf.limit;
	q.newest = conf.newest;
	if (search_run(&q, show_hit, NULL, &s, &stop, &why) != 0)
		return evidence_fail(why);
	if (!s.found)
		fputs("smppevidence: no record fits\n", stderr);
	return s.found ? EVIDENCE_GOOD : EVIDENCE_BROKEN;
}
