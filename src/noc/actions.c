/*
 * actions.c - tells the log and the archive what was done at the console, keeps the latest. Must not know commands.
 */
#include "noc/actions.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "audit/archive.h"
#include "base/log.h"
#include "base/mem.h"

struct actions {
	struct archive *archive;
	struct action *ring; /* ACTIONS_KEPT; made with the first one */
	uint64_t count;
	uid_t uid; /* whose name was looked up last */
	char user[33];
	bool known;
};

struct actions *actions_new(struct archive *archive)
{
	struct actions *a = mem_zalloc(sizeof(*a));

	a->archive = archive;
	return a;
}

void actions_free(struct actions *a)
{
	if (!a)
		return;
	mem_free(a->ring);
	mem_free(a);
}

/* A name service may be slow: the last name is remembered. */
static const char *user_name(struct actions *a, uid_t uid)
{
	if (!a->known || a->uid != uid) {
		const struct passwd *p = getpwuid(uid);
		snprintf(a->user, sizeof(a->user), "%s", p ? p->pw_name : "");
		a->uid = uid;
		a->known = true;
	}
	return a->user;
}

void actions_name(struct actions *a, struct action *what)
{
	snprintf(what->user, sizeof(what->user), "%s", user_name(a, what->uid));
}

const char *actions_who(const struct action *what, char out[128])
{
	snprintf(out, 128, "%s%suid %ld%s%s", what->user, *what->user ? " " : "", (long)what->uid,
		 *what->token ? " token " : "", what->token);
	return out;
}

static void record(const struct actions *a, const struct action *what)
{
	char who[128];

	if (!a->archive || !archive_wants(a->archive, CDR_ACTION))
		return;
	const struct cdr c = {
		.kind = CDR_ACTION,
		.at_ms = what->at_ms,
		.who = view_of(actions_who(what, who)),
		.why = view_of(what->command),
		.status = view_of(what->outcome),
		.wait_ms = -1,
		.answer_ms = -1,
		.price = -1,
	};
	archive_put(a->archive, &c);
}

/* What is between double quotes in a line of the log has none inside. */
static const char *unquoted(const char *text, char *out, size_t cap)
{
	snprintf(out, cap, "%s", text);
	for (char *p = out; (p = strchr(p, '"')) != NULL;)
		*p = '\'';
	return out;
}

void actions_put(struct actions *a, struct action *what)
{
	char command[sizeof(what->command)], outcome[sizeof(what->outcome)];

	actions_name(a, what);
	log_info("-", "event=action user=%s uid=%ld token=%s command=\"%s\" outcome=\"%s\"",
		 *what->user ? what->user : "-", (long)what->uid, *what->token ? what->token : "-",
		 unquoted(what->command, command, sizeof(command)), unquoted(what->outcome, outcome, sizeof(outcome)));
	record(a, what);
	if (!a->ring)
		a->ring = mem_zalloc(ACTIONS_KEPT * sizeof(*a->ring));
	a->ring[a->count++ % ACTIONS_KEPT] = *what;
}

static uint64_t first_kept(const struct actions *a)
{
	return a->count > ACTIONS_KEPT ? a->count - ACTIONS_KEPT : 0;
}

void actions_each(const struct actions *a, int64_t since_ms, void (*fn)(const struct action *what, void *arg),
		  void *arg)
{
	for (uint64_t i = first_kept(a); i < a->count; i++) {
		const struct action *what = &a->ring[i % ACTIONS_KEPT];
		if (what->at_ms >= since_ms)
			fn(what, arg);
	}
}

int64_t actions_oldest_ms(const struct actions *a)
{
	return a->count ? a->ring[first_kept(a) % ACTIONS_KEPT].at_ms : 0;
}

const uint64_t *actions_count(const struct actions *a)
{
	return &a->count;
}
