/*
 * box.h - the personal piece of a record: salt, commitments, what stands in the clear and what is encrypted. A box is
 * base64 of: 0x01, id of the key (first 4 octets of its SHA-256), nonce (12), AES-256-GCM of `{"salt":...}`, tag (16);
 * its additional data is the record's core, so that a box opens in its own record only. Knows no files but the key's.
 */
#ifndef AUDIT_BOX_H
#define AUDIT_BOX_H

#include "audit/cdr.h"
#include "audit/digest.h"

#define BOX_SALT 16u		 /* octets */
#define BOX_HASH (2u * 16u + 1u) /* hex digits of a commitment, with NUL */

struct box;
/*
 * key: file of keys, 64 hex digits each, a line each; the first one encrypts, all of them open. NULL or "": nothing is
 * encrypted or opened. NULL with *why (free()).
 */
struct box *box_new(const char *key, enum seal_digest digest, char **why);
void box_free(struct box *b);

struct personal {
	const uint8_t *salt;		 /* NULL: there is no commitment */
	struct view number, text;	 /* n 0: not kept */
	bool closed_number, closed_text; /* encrypted; then the salt is too */
};
void box_salt(struct box *b, uint8_t salt[BOX_SALT]);
/* The commitment to a value under "number" or "text". */
void box_hash(struct box *b, const uint8_t salt[BOX_SALT], const char *name, struct view value, char hex[BOX_HASH]);
/*
 * Appends what comes behind the chain, up to the end of the line without its line break. The core starts at octet
 * core_at of what out holds, and has core_n octets. Values are UTF-8.
 */
void box_write(struct box *b, const struct personal *p, enum cdr_format format, size_t core_at, size_t core_n,
	       struct buf *out);

/*
 * The personal values of a line, opened as far as they can be: from the clear, or the box. They are appended to `keep`,
 * and views are of it, good until it changes. False: there is a box that no key opens.
 */
bool box_read(struct box *b, const struct cdr_line *l, struct buf *keep, struct view *number, struct view *text);
/* What is in a line's box, `{"salt":"...","number":"...","text":"..."}`, good until the next call. False: no key opens
 * it. */
bool box_inside(struct box *b, const struct cdr_line *l, struct view *inside);

#endif
