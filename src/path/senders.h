/*
 * senders.h - sender codes: which source an account may use for a class of messages, and which code a carrier gets
 * instead of it; the way back for replies. Pure after it is built.
 */
#ifndef PATH_SENDERS_H
#define PATH_SENDERS_H

#include "base/conf.h"
#include "link/account.h"
#include "path/number.h"
#include "policy/class.h"

#define SENDER_MAX 20u /* octets of a source address; source_addr:c21 without its NUL */

struct code_conf { /* section codes: ( { account; code; classes; extension } ) */
	struct conf_where where;
	char *account;
	char *code;		  /* one of the account's sources, or one of them and more digits */
	struct conf_list classes; /* empty: all that have no codes of their own */
	int64_t extension;	  /* most digits behind the code; CODE_EXTENSION_FITS: what fits into SENDER_MAX */
};
extern const struct conf_row code_rows[];

#define CODE_EXTENSION_FITS (-1)

struct sender_conf { /* section senders: ( { carrier; account; classes; from; to; extension } ) */
	struct conf_where where;
	char *carrier, *account;  /* "": all */
	struct conf_list classes; /* empty: all */
	char *from;		  /* how the source begins; "": any source */
	struct conf_list to;	  /* codes that stand in its place */
	int extension;		  /* SENDER_KEEP, SENDER_DROP */
};
extern const struct conf_row sender_rows[];

/* sender_conf.extension: what stood behind `from` stands behind the new code, or not. */
enum { SENDER_KEEP, SENDER_DROP };

struct senders_setup { /* numbers of accounts and carriers by name, -1: there is none */
	const struct account_conf *accounts;
	const struct code_conf *codes;
	const struct sender_conf *senders;
	size_t accounts_n, codes_n, senders_n;
	int (*account_number)(const char *name, void *arg);
	int (*carrier_number)(const char *name, void *arg);
	void *arg;
};

struct senders;

/*
 * Builds from the configuration (not kept). NULL on faults, all added to *errors (conf_fault()): unknown account,
 * carrier or class; a code that is none of the account's; over-long codes; a code twice for an account; two codes of
 * pools of one carrier of which one begins with the other: a reply to it could be for either.
 */
struct senders *senders_new(const struct senders_setup *setup, char **errors);
void senders_free(struct senders *s);

/*
 * Whether the account may send a message of the class from this source. NULL: it may, and *source is what it leaves the
 * account with: what it was, or where it was empty the first of the account's codes that suits the class (borrows src
 * or s). Else why not, a static text; the answer is ESME_RINVSRCADR.
 */
const char *senders_judge(const struct senders *s, size_t account, enum class_id class_id, struct view src,
			  struct view *source);

bool senders_pooled(const struct senders *s); /* any carrier gets other codes than the apps' own */

struct sender {			 /* a message that leaves */
	size_t carrier, account; /* account: any number without codes for nobody's */
	enum class_id class_id;
	struct view source;
	const struct number *to;
};
/*
 * The source that the carrier gets: written to out, its length returned. 0: as it is, no row fits. -1: no code of its
 * pool leaves room for its extension. The same number gets the same code: after a restart, on every node, and mostly
 * when a code is added to the pool.
 */
int senders_out(const struct senders *s, const struct sender *m, char out[SENDER_MAX + 1]);
/*
 * The way back: what a reply that the carrier has for this code is for. Written to out, its length returned; 0: the
 * code is of no pool.
 */
int senders_back(const struct senders *s, size_t carrier, struct view code, char out[SENDER_MAX + 1]);

#endif
