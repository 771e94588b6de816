/*
 * archive_rows.c - options and counters of the archive, and what can be wrong with them before it starts. Must not know
 * how records are written.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/archive_priv.h"

static const char *const formats[] = {"json", "csv", NULL}, *const numbers[] = {"masked", "plain", "encrypted", NULL},
			 *const texts[] = {"none", "hash", "plain", "encrypted", NULL},
			 *const digests[] = {"sha256", "sm3", NULL};

const struct conf_row records_rows[] = {
	{"directory", CONF_STRING, offsetof(struct records_conf, directory), "", 0, 512, "", false,
	 "Where records are kept, a directory of the gateway's own; empty: no records.", NULL},
	{"format", CONF_CHOICE, offsetof(struct records_conf, format), "", 0, 0, "json", false,
	 "A record is a line of this form.", formats},
	{"kinds", CONF_LIST, offsetof(struct records_conf, kinds), "", 0, 0, "[ \"all\" ]", true,
	 "Kinds of records that are kept: names, all, none, -name for all but it.", NULL},
	{"numbers", CONF_CHOICE, offsetof(struct records_conf, numbers), "", 0, 0, "plain", false,
	 "How phone numbers are kept, beside their masked form.", numbers},
	{"texts", CONF_CHOICE, offsetof(struct records_conf, texts), "", 0, 0, "hash", false,
	 "How texts are kept; hash: only what a text that is known can be proved by.", texts},
	{"key", CONF_PATH, offsetof(struct records_conf, key), "", 0, 512, "", false,
	 "File with keys of 64 hex digits, a line each: the first one encrypts.", NULL},
	{"retention", CONF_INT, offsetof(struct records_conf, retention), "days", 0, 36500, "200", true,
	 "Days that records are kept; 0: for ever.", NULL},
	{"required", CONF_BOOL, offsetof(struct records_conf, required), "", 0, 0, "false", true,
	 "Whether submits are refused while records cannot be written.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

const struct conf_row evidence_rows[] = {
	{"chain", CONF_BOOL, offsetof(struct evidence_conf, chain), "", 0, 0, "true", false,
	 "Whether each record carries the digest of all before it.", NULL},
	{"digest", CONF_CHOICE, offsetof(struct evidence_conf, digest), "", 0, 0, "sha256", false,
	 "Digest of the chain, the tree and the commitments.", digests},
	{"key", CONF_PATH, offsetof(struct evidence_conf, key), "", 0, 512, "", false,
	 "PEM file of the private key that statements are signed with: Ed25519, or SM2 with sm3; empty: unsigned.",
	 NULL},
	{"checkpoint", CONF_INT, offsetof(struct evidence_conf, checkpoint), "s", 1, 3600, "60", false,
	 "A statement about the hour so far is made so often while records come.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

#define KIND(which, name)                                                                                              \
	{                                                                                                              \
		"smppgw_records_total", "Records made, by kind.", STATS_COUNTER,                                       \
			offsetof(struct archive_counters, kind[which]), "kind", name                                   \
	}
const struct stats_row archive_stat_rows[] = {
	KIND(CDR_START, "start"),
	KIND(CDR_STOP, "stop"),
	KIND(CDR_ACCEPTED, "accepted"),
	KIND(CDR_REFUSED, "refused"),
	KIND(CDR_HELD, "held"),
	KIND(CDR_ATTEMPT, "attempt"),
	KIND(CDR_DOUBT, "doubt"),
	KIND(CDR_RECEIPT, "receipt"),
	KIND(CDR_ENDED, "ended"),
	KIND(CDR_REOPENED, "reopened"),
	KIND(CDR_TOLD, "told"),
	KIND(CDR_REPLY, "reply"),
	KIND(CDR_ACTION, "action"),
	KIND(CDR_RELOAD, "reload"),
	KIND(CDR_ALARM, "alarm"),
	KIND(CDR_LOST, "lost"),
	KIND(CDR_ERASED, "erased"),
	{"smppgw_records_written_bytes_total", "Octets of records written.", STATS_COUNTER,
	 offsetof(struct archive_counters, octets), NULL, NULL},
	{"smppgw_records_lost_total", "Records that could not be written and had no more room in memory.",
	 STATS_COUNTER, offsetof(struct archive_counters, lost), NULL, NULL},
	{"smppgw_records_errors_total", "Tries to write records that failed.", STATS_COUNTER,
	 offsetof(struct archive_counters, errors), NULL, NULL},
	{"smppgw_records_waiting_bytes", "Octets of records that the disk has not taken yet.", STATS_GAUGE,
	 offsetof(struct archive_counters, waiting), NULL, NULL},
	{"smppgw_records_disk_free_bytes", "Octets free on the disk of the records.", STATS_GAUGE,
	 offsetof(struct archive_counters, free_octets), NULL, NULL},
	{"smppgw_evidence_statements_total", "Statements about records made.", STATS_COUNTER,
	 offsetof(struct archive_counters, statements), NULL, NULL},
};
const size_t archive_stat_rows_n = sizeof(archive_stat_rows) / sizeof(archive_stat_rows[0]);

bool archive_kinds(const struct conf_list *names, uint32_t *set, const char **bad)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < names->n; i++) {
		const char *name = names->at[i];
		bool out = *name == '-';
		enum cdr_kind k = CDR_KINDS;
		uint32_t these = strcmp(name, "all") == 0 ? (1u << CDR_KINDS) - 1 : 0;
		if (!these && cdr_kind_by_name(name + out, &k))
			these = 1u << k;
		if (!these && strcmp(name, "none") != 0) {
			*bad = name;
			return false;
		}
		bits = out ? bits & ~these : bits | these;
	}
	/* Who adds ends up must know which were taken back. */
	*set = bits & 1u << CDR_ENDED ? bits | 1u << CDR_REOPENED : bits & ~(1u << CDR_REOPENED);
	return true;
}

static void check_box(const struct records_conf *r, char **errors)
{
	char *why = NULL;
	struct box *b;

	if ((r->numbers == CDR_NUMBER_ENCRYPTED || r->texts == CDR_TEXT_ENCRYPTED) && !*r->key) {
		conf_fault(errors, &r->where,
			   "records.key is missing: numbers or texts are encrypted; make a file with openssl rand -hex "
			   "32");
		return;
	}
	b = box_new(r->key, SEAL_SHA256, &why);
	if (!b)
		conf_fault(errors, &r->where, "records.key: %s", why ? why : "out of memory");
	box_free(b);
	free(why);
}

static void check_sealer(const struct evidence_conf *e, char **errors)
{
	char *why = NULL;
	struct sealer *s;

	if (!e->chain) {
		if (*e->key)
			conf_fault(errors, &e->where,
				   "evidence.key signs nothing without evidence.chain: set chain = true, or leave key "
				   "out");
		return;
	}
	s = sealer_new(&(struct sealer_conf){(enum seal_digest)e->digest, e->key, 0}, &why);
	if (!s)
		conf_fault(errors, &e->where, "evidence.key: %s", why ? why : "out of memory");
	sealer_free(s);
	free(why);
}

bool archive_check(const struct records_conf *r, const struct evidence_conf *e, char **errors)
{
	const char *bad;
	char *before = *errors, *found = NULL;
	uint32_t set;

	if (!archive_kinds(&r->kinds, &set, &bad))
		conf_fault(&found, &r->where, "records.kinds: there is no kind \"%s\"; doc/records.md names them", bad);
	if (!*r->directory && r->required)
		conf_fault(&found, &r->where, "records.required needs records.directory, where they are written");
	if (!*r->directory && *e->key)
		conf_fault(&found, &e->where,
			   "evidence.key signs nothing without records.directory, where the records are");
	if (*r->directory) {
		check_box(r, &found);
		check_sealer(e, &found);
	}
	if (!found)
		return true;
	if (asprintf(errors, "%s%s", before ? before : "", found) < 0)
		*errors = before;
	else
		free(before);
	free(found);
	return false;
}

static void warn_of_mode(const struct conf_where *where, const char *option, const char *path, char **warnings)
{
	struct stat st;

	if (*path && stat(path, &st) == 0 && (st.st_mode & S_IROTH) != 0)
		conf_fault(warnings, where, "warning: %s: everybody may read %s: chmod 600", option, path);
}

void archive_warn(const struct records_conf *r, const struct evidence_conf *e, char **warnings)
{
	if (*r->directory && r->numbers == CDR_NUMBER_MASKED && r->texts >= CDR_TEXT_PLAIN)
		conf_fault(
			warnings, &r->where,
			"warning: records.texts: no whole number is kept beside the texts (records.numbers = "
			"\"masked\"), "
			"so that those of one person can be erased only message by message (erase --id), or with those "
			"of all whose numbers look the same masked");
	warn_of_mode(&r->where, "records.key", r->key, warnings);
	warn_of_mode(&e->where, "evidence.key", e->key, warnings);
}
