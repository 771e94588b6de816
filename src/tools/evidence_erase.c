/*
 * evidence_erase.c - smppevidence erase: takes personal data out of records, as the law may ask for. Must not know how.
 */
#include <inttypes.h>
#include <pwd.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit/erase.h"
#include "audit/erased.h"
#include "base/ids.h"
#include "tools/evidence.h"

struct erase_conf {
	const char *number, *id, *before, *records_key;
	bool masked, dry_run;
};
static const struct opts_about about = {
	.program = "smppevidence erase",
	.operands = "ARCHIVE",
	.purpose = "Overwrites numbers, texts and salts of records for ever; chain and statements stay whole.",
	.exits = EVIDENCE_EXITS,
};
#define AT(member) offsetof(struct erase_conf, member)
static const struct opts_row rows[] = {
	{"number", OPTS_TEXT, AT(number), "", .arg = "NUMBER", .help = "of this phone only"},
	{"masked", OPTS_FLAG, AT(masked), NULL,
	 .help = "also records that only look the same masked: others' data, too"},
	{"id", OPTS_TEXT, AT(id), "", .arg = "ID", .help = "of this message only, and of replies to it"},
	{"before", OPTS_TEXT, AT(before), NULL, .arg = "TIME", .help = "of records before it only, such as 2026-11-22"},
	{"records-key", OPTS_TEXT, AT(records_key), "", .arg = "FILE",
	 .help = "tells whose number is in an encrypted record (records.key)"},
	{"dry-run", OPTS_FLAG, AT(dry_run), NULL, .help = "only counts", .letter = 'n'},
};

static bool is_number(const char *text)
{
	size_t digits = 0;

	for (const char *c = text; *c; c++)
		digits += *c >= '0' && *c <= '9';
	return digits >= 3 && strspn(text, "+-() 0123456789") == strlen(text);
}

/* False: told. */
static bool read_query(const struct erase_conf *conf, struct erase_query *q)
{
	q->number = conf->number;
	q->key = conf->records_key;
	q->dry = conf->dry_run;
	q->masked = conf->masked;
	q->before_ms = conf->before ? evidence_time(conf->before) : 0;
	if (q->before_ms < 0)
		opts_wrong(&about, "--before %s: needs a time such as 2026-11-22", conf->before);
	else if (*conf->number && !is_number(conf->number))
		opts_wrong(&about, "--number %s: needs a phone number", conf->number);
	else if (*conf->id && !ids_parse(conf->id, strlen(conf->id), &q->id))
		opts_wrong(&about, "--id %s: needs 18 digits", conf->id);
	else if (conf->masked && !*conf->number)
		opts_wrong(&about, "--masked needs --number");
	else if (!*conf->number && !*conf->id && !conf->before)
		opts_wrong(&about, "--number, --id or --before is needed: never all of an archive by mistake");
	else
		return true;
	return false;
}

/* Who is behind sudo, else whom the process belongs to. */
static void name_of_caller(char *who, size_t cap)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *p = getpwuid(getuid());

	if (sudo && *sudo && getuid() == 0)
		snprintf(who, cap, "%.100s (sudo)", sudo);
	else
		snprintf(who, cap, "%.100s", p ? p->pw_name : "?");
	if (!p)
		snprintf(who, cap, "uid %u", (unsigned)getuid());
}

/* The gateway makes a record of it; the number stands there masked, for it was to go. */
static bool leave_note(const struct erase_query *q, const struct erase_result *result)
{
	char who[128], what[ERASE_WORDS];
	int64_t now_ms = (int64_t)time(NULL) * 1000;

	name_of_caller(who, sizeof(who));
	erase_words(q, what);
	int error = erased_leave(q->directory, &(struct erased){now_ms, result->records, result->files, who, what});
	if (error)
		fprintf(stderr, "smppevidence: %s: the erasure is done, but no note of it can be left: %s\n",
			q->directory, strerror(error));
	return error == 0;
}

enum evidence_exit evidence_erase(int argc, char **argv)
{
	struct erase_conf conf = {0};
	int at = opts_parse(&about, rows, sizeof(rows) / sizeof(rows[0]), &conf, argc, argv);
	struct erase_query q = {0};
	struct erase_result result = {0};
	volatile bool stop = false;
	char *why = NULL;

	if (at < 0)
		return at == OPTS_DONE ? EVIDENCE_GOOD : EVIDENCE_USAGE;
	if (argc - at != 1) {
		opts_wrong(&about, "one ARCHIVE is needed; options stand before it");
		return EVIDENCE_USAGE;
	}
	if (!read_query(&conf, &q))
		return EVIDENCE_USAGE;
	q.directory = argv[at];
	int failed = erase_run(&q, NULL, NULL, &stop, &result, &why);
	bool noted = q.dry || result.records == 0 || leave_note(&q, &result);
	if (failed || !noted)
		return evidence_fail(failed ? why : strdup("an erasure without a note of it"));
	printf("%" PRIu64 " record%s %s in %" PRIu64 " file%s\n", result.records, result.records == 1 ? "" : "s",
	       q.dry ? "would be erased" : "erased", result.files, result.files == 1 ? "" : "s");
	if (result.closed)
		printf("%" PRIu64
		       " records may be of this number and stay: they have it encrypted (--records-key opens them) or "
		       "masked only (--id erases one message, --masked all that look the same)\n",
		       result.closed);
	return result.records ? EVIDENCE_GOOD : EVIDENCE_BROKEN;
}
