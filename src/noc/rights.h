/*
 * rights.h - who may do what at the console: root and the daemon's own user everything; members of console.admin_group
 * everything, of console.group and console.operate_group operate; with console.read_group its members read, without it
 * whoever the socket's mode lets in. A token gives its own right, when that is more.
 */
#ifndef NOC_RIGHTS_H
#define NOC_RIGHTS_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/conf.h"

enum console_right { CONSOLE_NONE, CONSOLE_READ, CONSOLE_OPERATE, CONSOLE_ADMIN };
const char *console_right_name(enum console_right r); /* "none", "read", "operate", "admin" */

struct console_conf { /* section console */
	struct conf_where where;
	char *socket; /* path; "": off */
	char *mode;   /* octal: "0600" */
	char *group;  /* of the socket's file, its members operate; "": the daemon's own, for nobody */
	char *read_group, *operate_group, *admin_group;
};
extern const struct conf_row console_rows[];

struct token_conf { /* section console_tokens */
	struct conf_where where;
	char *name, *token; /* token: crypt(3) hash of the secret */
	int right;	    /* 0 read, 1 operate, 2 admin */
};
extern const struct conf_row token_rows[];

/* Groups that do not exist, tokens that are no hashes, names twice. Adds "file:line: message"; false with faults. */
bool rights_check(const struct console_conf *c, const struct token_conf *tokens, size_t n, char **errors);

/* Groups that the socket's mode keeps out. */
void rights_warn(const struct console_conf *c, char **warnings);

struct hasher; /* link/hasher.h */
struct rights;
/* What is read is copied. Groups that do not exist give nobody anything. hasher, which compares tokens, is borrowed for
 * life; NULL: none is ever right. Never NULL. */
struct rights *rights_new(const struct console_conf *c, const struct token_conf *tokens, size_t n,
			  struct hasher *hasher);
void rights_use_tokens(struct rights *r, const struct token_conf *tokens, size_t n); /* after a reload */
void rights_free(struct rights *r);

struct rights_peer {
	enum console_right right;
	uid_t uid;
	const char *token; /* name of the token it has shown; NULL: none. Good until rights_use_tokens() */
};
/* By the credentials of a connected unix socket. */
struct rights_peer rights_of_peer(const struct rights *r, int fd);

enum rights_verdict {
	RIGHTS_TRUE,
	RIGHTS_COSTS /* rights_prove() finds out */,
	RIGHTS_BUSY /* too many in this second */
};
/*
 * "NAME:SECRET". RIGHTS_TRUE: p has its name, and its right when that is more: only for a secret that was right before.
 * Others cost a crypt(3), at most RIGHTS_TRIES times a second.
 */
#define RIGHTS_TRIES 4
enum rights_verdict rights_show_token(struct rights *r, const char *token, int64_t wall_ms, struct rights_peer *p);
/*
 * Once after each RIGHTS_COSTS: runs the crypt, in a thread. told in a later turn whether the token is right, as the
 * tokens are then; rights_show_token() says so from then on.
 */
void rights_prove(struct rights *r, const char *token, void (*told)(bool right, void *arg), void *arg);
void rights_forget(struct rights *r, const void *arg); /* nobody with this arg is told any more */

/* Who has a right, in one line: "root, the gateway's user, group smsops, tokens zhang, wang". */
void rights_holders(const struct rights *r, enum console_right right, struct buf *out);

#endif
