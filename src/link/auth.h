/*
 * auth.h - passwords: plain or crypt(3) hash, compared in constant time. Knows no SMPP and no accounts.
 */
#ifndef LINK_AUTH_H
#define LINK_AUTH_H

#include <stdbool.h>
#include "smpp/view.h"

#define AUTH_PASSWORD_MAX 127 /* octets; longer ones never match */

struct auth {
	const char *secret; /* borrowed: the password, or its crypt(3) hash */
	char *proven;	    /* a password that matched the hash; owned */
};

enum auth_verdict { AUTH_RIGHT, AUTH_WRONG, AUTH_COSTS /* only auth_matches() can tell */ };

/* Whether a configured secret is a hash: it begins with "$". */
bool auth_is_hash(const char *secret);
/* Cheap. A hash answers AUTH_RIGHT for the password that matched before, else AUTH_COSTS. */
enum auth_verdict auth_compare(const struct auth *a, struct view password);
/* Runs crypt(3): milliseconds of CPU, or a second, as the hash wants it. In any thread; hasher.h has one for it. */
bool auth_matches(const char *hash, struct view password);
/* The password has matched a's hash: remembered, so that it does not cost again. */
void auth_prove(struct auth *a, struct view password);
void auth_free(struct auth *a);

#endif
