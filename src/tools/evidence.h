/*
 * evidence.h - what the commands of smppevidence share. A command is a row in smppevidence.c, with its own options.
 */
#ifndef TOOLS_EVIDENCE_H
#define TOOLS_EVIDENCE_H

#include <stdio.h>

#include "audit/box.h"
#include "audit/cdr.h"
#include "audit/proof.h"
#include "audit/signer.h"
#include "base/buf.h"
#include "tools/opts.h"

enum evidence_exit { EVIDENCE_GOOD = 0, EVIDENCE_BROKEN = 1, EVIDENCE_USAGE = 2, EVIDENCE_UNREADABLE = 3 };
#define EVIDENCE_EXITS                                                                                                 \
	"0  whole, done\n1  broken, or nothing found\n2  wrong usage\n3  something cannot be read or written"

struct evidence_keys { /* public ones, of --key */
	struct signer *key[OPTS_LIST_MAX];
	size_t n;
};
/* False: one cannot be read; told. */
__attribute__((warn_unused_result)) bool evidence_keys_open(const struct opts_list *files, struct evidence_keys *out);
void evidence_keys_free(struct evidence_keys *k);

/* The file, "-" is standard input, with a NUL behind it; false: told. At most PROOF_MAX octets. */
__attribute__((warn_unused_result)) bool evidence_read(const char *file, struct buf *out);
/* Writes it all to the file, "-" or NULL: standard output. mode: of a new file. fresh: an old one is not replaced. */
__attribute__((warn_unused_result)) int evidence_write(const char *file, const struct buf *text, unsigned mode,
						       bool fresh);
/* "2026-11-22", "2026-11-22T11", "...T11:40", "...:01", local, or with a zone "+08:00": UTC ms; -1: none. */
int64_t evidence_time(const char *text);
/* Tells *why on stderr as "smppevidence: ...", and frees it. */
enum evidence_exit evidence_fail(char *why);
/* NULL for "" and after a failure, which is told: then *bad. */
struct box *evidence_box(const char *file, enum seal_digest digest, bool *bad);

enum evidence_form { EVIDENCE_TABLE, EVIDENCE_JSON, EVIDENCE_CSV };
/* What comes before the first record. */
void evidence_head(enum evidence_form form);
/* A record on standard output; number, text: opened, n 0: not. */
void evidence_show(enum evidence_form form, const struct cdr_line *l, struct view number, struct view text);

enum evidence_exit evidence_keygen(int argc, char **argv);
enum evidence_exit evidence_pubkey(int argc, char **argv);
enum evidence_exit evidence_verify(int argc, char **argv);
enum evidence_exit evidence_prove(int argc, char **argv);
enum evidence_exit evidence_show_command(int argc, char **argv);
enum evidence_exit evidence_search(int argc, char **argv);
enum evidence_exit evidence_erase(int argc, char **argv);

#endif
