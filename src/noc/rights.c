/*
 * rights.c - what a peer of the console may do, by its credentials and by tokens. Must not know commands.
 */
#include "noc/rights.h"

#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/list.h"
#include "base/mem.h"
#include "link/auth.h"
#include "link/hasher.h"

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59 /* Linux 4.13 */
#endif
#define PEER_GROUPS  256 /* of a peer that are looked at */
#define NAME_LONGEST 32
#define SECRET_HASH  "$6$smppgw$" /* costs as much as a true one */

static const char *const right_names[] = {"none", "read", "operate", "admin"};
static const char *const right_choices[] = {"read", "operate", "admin", NULL};

const struct conf_row console_rows[] = {
	{"socket", CONF_STRING, offsetof(struct console_conf, socket), "", 0, 0, "", false,
	 "Path of the console's unix socket; empty: off.", NULL},
	{"mode", CONF_STRING, offsetof(struct console_conf, mode), "", 1, 5, "0600", false,
	 "Mode of the console's socket, octal.", NULL},
	{"group", CONF_STRING, offsetof(struct console_conf, group), "", 0, 0, "", false,
	 "Group of the console's socket; its members may operate, whoever else the mode lets in may read.", NULL},
	{"read_group", CONF_STRING, offsetof(struct console_conf, read_group), "", 0, 0, "", false,
	 "When it is set, only its members may read, not whoever the mode lets in.", NULL},
	{"operate_group", CONF_STRING, offsetof(struct console_conf, operate_group), "", 0, 0, "", false,
	 "Group whose members may operate, too.", NULL},
	{"admin_group", CONF_STRING, offsetof(struct console_conf, admin_group), "", 0, 0, "", false,
	 "Group whose members may do everything.", NULL},
	{0},
};

const struct conf_row token_rows[] = {
	{"name", CONF_STRING, offsetof(struct token_conf, name), "", 1, NAME_LONGEST, NULL, true,
	 "Whose token it is, for the log and the records; the token is shown as NAME:SECRET.", NULL},
	{"token", CONF_SECRET, offsetof(struct token_conf, token), "", 1, 0, NULL, true,
	 "crypt(3) hash of the secret, as smppgwctl passwd --token prints it.", NULL},
	{"right", CONF_CHOICE, offsetof(struct token_conf, right), "", 0, 0, "read", true,
	 "What the token gives: read, operate or admin.", right_choices},
	{0},
};

struct group_right { /* a row of groups: option, right */
	const char *name;
	gid_t gid;
	bool is;
	enum console_right right;
};
#define GROUPS 4

struct token {
	char *name, *hash;
	struct auth auth;
	enum console_right right;
};

struct rights {
	struct group_right groups[GROUPS];
	char *names[GROUPS];
	bool everybody_reads;
	struct token *tokens;
	size_t n;
	int64_t second; /* in which so many tries were made */
	unsigned tries;
	struct hasher *hasher;
	struct list proofs; /* that are under way */
};

struct proof { /* of a token that was shown */
	struct list link;
	struct rights *rights;
	char *token;			     /* NAME:SECRET */
	char *hash;			     /* that the secret is compared with */
	void (*told)(bool right, void *arg); /* NULL: nobody wants to know any more */
	void *arg;
};

const char *console_right_name(enum console_right r)
{
	return right_names[r];
}

static bool group_known(const char *name, gid_t *gid)
{
	const struct group *g = *name ? getgrnam(name) : NULL;

	if (g)
		*gid = g->gr_gid;
	return g != NULL;
}

/* --- check --- */

static bool check_group(const struct console_conf *c, const char *option, const char *name, char **errors)
{
	gid_t gid;

	if (!*name || group_known(name, &gid))
		return true;
	conf_fault(errors, &c->where, "console.%s \"%s\" does not exist on this machine", option, name);
	return false;
}

static bool check_token(const struct token_conf *t, char **errors)
{
	if (strpbrk(t->name, ": \t\"")) {
		conf_fault(errors, &t->where, "console_tokens.name \"%s\" must have no blanks, colons or quotes",
			   t->name);
		return false;
	}
	if (!auth_is_hash(t->token)) {
		conf_fault(errors, &t->where,
			   "console_tokens.token of %s is not a hash; put there what `smppgwctl passwd --token` prints",
			   t->name);
		return false;
	}
	return true;
}

bool rights_check(const struct console_conf *c, const struct token_conf *tokens, size_t n, char **errors)
{
	bool ok = check_group(c, "group", c->group, errors);

	ok &= check_group(c, "read_group", c->read_group, errors);
	ok &= check_group(c, "operate_group", c->operate_group, errors);
	ok &= check_group(c, "admin_group", c->admin_group, errors);
	for (size_t i = 0; i < n; i++) {
		ok &= check_token(&tokens[i], errors);
		for (size_t k = 0; k < i; k++) {
			if (strcmp(tokens[i].name, tokens[k].name) != 0)
				continue;
			conf_fault(errors, &tokens[i].where, "console_tokens: the name %s is there twice",
				   tokens[i].name);
			ok = false;
		}
	}
	return ok;
}

void rights_warn(const struct console_conf *c, char **warnings)
{
	bool groups = *c->group || *c->read_group || *c->operate_group || *c->admin_group;

	if (*c->socket && groups && (strtoul(c->mode, NULL, 8) & 0022) == 0)
		conf_fault(warnings, &c->where,
			   "warning: console.mode %s lets no group in: \"0660\" lets in members of console.group, "
			   "\"0666\" those of the other groups, too",
			   c->mode);
}

/* --- make --- */

static void drop_tokens(struct rights *r)
{
	for (size_t i = 0; i < r->n; i++) {
		auth_free(&r->tokens[i].auth);
		mem_free(r->tokens[i].name);
		mem_free(r->tokens[i].hash);
	}
	mem_free(r->tokens);
	r->tokens = NULL;
	r->n = 0;
}

void rights_use_tokens(struct rights *r, const struct token_conf *tokens, size_t n)
{
	drop_tokens(r);
	r->tokens = mem_zalloc((n + 1) * sizeof(*r->tokens));
	r->n = n;
	for (size_t i = 0; i < n; i++) {
		struct token *t = &r->tokens[i];
		t->name = mem_strdup(tokens[i].name);
		t->hash = mem_strdup(tokens[i].token);
		t->auth = (struct auth){.secret = t->hash};
		t->right = (enum console_right)(tokens[i].right + 1);
	}
}

struct rights *rights_new(const struct console_conf *c, const struct token_conf *tokens, size_t n,
			  struct hasher *hasher)
{
	const struct group_right rows[GROUPS] = {
		{.name = c->admin_group, .right = CONSOLE_ADMIN},
		{.name = c->group, .right = CONSOLE_OPERATE},
		{.name = c->operate_group, .right = CONSOLE_OPERATE},
		{.name = c->read_group, .right = CONSOLE_READ},
	};
	struct rights *r = mem_zalloc(sizeof(*r));

	for (size_t i = 0; i < GROUPS; i++) {
		r->groups[i] = rows[i];
		r->names[i] = mem_strdup(rows[i].name);
		r->groups[i].name = r->names[i];
		r->groups[i].is = group_known(r->names[i], &r->groups[i].gid);
	}
	r->everybody_reads = !*c->read_group;
	r->hasher = hasher;
	list_init(&r->proofs);
	rights_use_tokens(r, tokens, n);
	return r;
}

static void proof_free(struct proof *p)
{
	list_remove(&p->link);
	explicit_bzero(p->token, strlen(p->token));
	explicit_bzero(p->hash, strlen(p->hash));
	mem_free(p->token);
	mem_free(p->hash);
	mem_free(p);
}

void rights_free(struct rights *r)
{
	if (!r)
		return;
	LIST_EACH_SAFE(node, tmp, &r->proofs) {
		struct proof *p = LIST_OF(node, struct proof, link);
		hasher_forget(r->hasher, p);
		proof_free(p);
	}
	drop_tokens(r);
	for (size_t i = 0; i < GROUPS; i++)
		mem_free(r->names[i]);
	mem_free(r);
}

/* --- credentials --- */

struct peer_groups {
	gid_t at[PEER_GROUPS];
	size_t n;
};

static bool in_group(const struct peer_groups *g, gid_t gid)
{
	for (size_t i = 0; i < g->n; i++) {
		if (g->at[i] == gid)
			return true;
	}
	return false;
}

/* Its main group and the others. */
static void read_groups(int fd, gid_t main_group, struct peer_groups *out)
{
	socklen_t len = sizeof(out->at) - sizeof(out->at[0]);

	out->at[0] = main_group;
	out->n = 1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, out->at + 1, &len) == 0)
		out->n += len / sizeof(out->at[0]);
}

struct rights_peer rights_of_peer(const struct rights *r, int fd)
{
	struct rights_peer p = {r->everybody_reads ? CONSOLE_READ : CONSOLE_NONE, (uid_t)-1, NULL};
	struct peer_groups groups;
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
		return p;
	p.uid = cred.uid;
	if (cred.uid == 0 || cred.uid == geteuid()) {
		p.right = CONSOLE_ADMIN;
		return p;
	}
	read_groups(fd, cred.gid, &groups);
	for (size_t i = 0; i < GROUPS; i++) {
		const struct group_right *g = &r->groups[i];
		if (g->is && g->right > p.right && in_group(&groups, g->gid))
			p.right = g->right;
	}
	return p;
}

/* --- tokens --- */

static bool may_try(struct rights *r, int64_t wall_ms)
{
	if (r->second != wall_ms / 1000) {
		r->second = wall_ms / 1000;
		r->tries = 0;
	}
	return r->tries++ < RIGHTS_TRIES;
}

static struct view secret_of(const char *token)
{
	size_t n = strcspn(token, ":");

	return view_of(token[n] ? token + n + 1 : "");
}

static struct token *find_token(struct rights *r, const char *token)
{
	size_t n = strcspn(token, ":");

	for (size_t i = 0; i < r->n; i++) {
		if (strlen(r->tokens[i].name) == n && memcmp(r->tokens[i].name, token, n) == 0)
			return &r->tokens[i];
	}
	return NULL;
}

enum rights_verdict rights_show_token(struct rights *r, const char *token, int64_t wall_ms, struct rights_peer *p)
{
	struct token *t = find_token(r, token);

	if (!t || auth_compare(&t->auth, secret_of(token)) != AUTH_RIGHT)
		return may_try(r, wall_ms) ? RIGHTS_COSTS : RIGHTS_BUSY;
	p->token = t->name;
	p->right = t->right > p->right ? t->right : p->right;
	return RIGHTS_TRUE;
}

/* A reload may have changed the tokens meanwhile: what was compared with a hash counts while the token has that. */
static void on_compared(bool right, void *arg)
{
	struct proof *p = arg;
	void (*told)(bool right, void *arg) = p->told;
	void *told_arg = p->arg;
	struct token *t = find_token(p->rights, p->token);

	right = right && t && strcmp(t->hash, p->hash) == 0;
	if (right)
		auth_prove(&t->auth, secret_of(p->token));
	proof_free(p);
	if (told)
		told(right, told_arg);
}

/* A name that is unknown costs as much. */
void rights_prove(struct rights *r, const char *token, void (*told)(bool right, void *arg), void *arg)
{
	struct proof *p = mem_zalloc(sizeof(*p));
	struct token *t = find_token(r, token);

	p->rights = r;
	p->token = mem_strdup(token);
	p->hash = mem_strdup(t ? t->hash : r->n ? r->tokens[0].hash : SECRET_HASH);
	p->told = told;
	p->arg = arg;
	list_append(&r->proofs, &p->link);
	hasher_ask(r->hasher, p->hash, secret_of(token), on_compared, p);
}

void rights_forget(struct rights *r, const void *arg)
{
	LIST_EACH(node, &r->proofs) {
		struct proof *p = LIST_OF(node, struct proof, link);
		if (p->arg == arg)
			p->told = NULL;
	}
}

/* --- who has it --- */

void rights_holders(const struct rights *r, enum console_right right, struct buf *out)
{
	const char *before = ", tokens ";

	buf_puts(out, "root, the gateway's user");
	for (size_t i = 0; i < GROUPS; i++) {
		if (r->groups[i].is && r->groups[i].right >= right)
			buf_printf(out, ", group %s", r->groups[i].name);
	}
	for (size_t i = 0; i < r->n; i++) {
		if (r->tokens[i].right < right)
			continue;
		buf_printf(out, "%s%s", before, r->tokens[i].name);
		before = ", ";
	}
}
