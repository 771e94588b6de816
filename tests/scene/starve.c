/*
 * starve.c - scenes in which one allocation fails. Linked in front of the scene program (tests/scene/oom_scene): malloc
 * and its kin as our code calls them go through here, and so does main(). What libraries allocate inside does not.
 *
 *   SMPPGW_OOM=collect  says at the end on stderr every place that has allocated: "site HASH ADDRESS...", the addresses
 *                       of its callers, innermost first, in the file of the program
 *   SMPPGW_OOM=HASH     fails the first allocation of that place, once, and says "failed HASH"
 *
 * Where memory must be there (base/mem.h) the gateway aborts, with a line that says so. The scene then goes on as after
 * a kill -9: another gateway starts with the same Redis, and apps that were bound bind again. What a step expects is
 * not judged from the failure on, but for the account at the end of the scene (SMPPGW_OOM_JUDGE=1: steps that begin
 * with "expect").
 */
#include <execinfo.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_redis.h"
#include "steps.h"

#define DEPTH 7
#define SITES 16384
#define APPS  16

struct site {
	uint64_t hash;
	uintptr_t at[DEPTH];
};

extern const char __executable_start;
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_aligned_alloc(size_t to, size_t n);
void *__real_realloc(void *p, size_t n);
int __real_vasprintf(char **out, const char *fmt, va_list ap);
_Noreturn void __real_abort(void);
int __real_main(int argc, char **argv);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_aligned_alloc(size_t to, size_t n);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);
int __wrap_vasprintf(char **out, const char *fmt, va_list ap);
int __wrap_asprintf(char **out, const char *fmt, ...);
_Noreturn void __wrap_abort(void);
int __wrap_main(int argc, char **argv);

static struct site sites[SITES];
static uint64_t wanted;
static bool collects, playing, failed, died;
static __thread bool ours; /* the thread that plays; others are left alone */
static jmp_buf back;
static struct step *binds[APPS]; /* the last of each app that was told to bind and has not left */

static bool site_known(const struct site *s)
{
	size_t i = s->hash % SITES;

	for (; sites[i].hash != 0; i = (i + 1) % SITES) {
		if (sites[i].hash == s->hash)
			return true;
	}
	sites[i] = *s;
	return false;
}

/* Whether this allocation is the one that fails. */
static bool fails(void)
{
	void *frames[DEPTH + 2];
	struct site s = {.hash = 14695981039346656037u};

	if (!ours || !playing || failed || (!collects && wanted == 0))
		return false;
	ours = false;
	int n = backtrace(frames, DEPTH + 2);
	ours = true;
	for (int i = 2; i < n; i++) {
		s.at[i - 2] = (uintptr_t)frames[i] - (uintptr_t)&__executable_start;
		s.hash = (s.hash ^ s.at[i - 2]) * 1099511628211u;
	}
	if (collects)
		return site_known(&s) && false;
	if (s.hash != wanted)
		return false;
	fprintf(stderr, "failed %016llx\n", (unsigned long long)wanted);
	return failed = true;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_aligned_alloc(size_t to, size_t n)
{
	return fails() ? NULL : __real_aligned_alloc(to, n);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

char *__wrap_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = fails() ? NULL : __real_malloc(n);

	return copy != NULL ? memcpy(copy, s, n) : NULL;
}

int __wrap_vasprintf(char **out, const char *fmt, va_list ap)
{
	return fails() ? -1 : __real_vasprintf(out, fmt, ap);
}

int __wrap_asprintf(char **out, const char *fmt, ...)
{
	va_list ap;

	if (fails())
		return -1;
	va_start(ap, fmt);
	int n = __real_vasprintf(out, fmt, ap);
	va_end(ap);
	return n;
}

/* Only what follows from the allocation that failed, and only once, is the gateway's policy. */
_Noreturn void __wrap_abort(void)
{
	if (!failed || died || !playing || !ours)
		__real_abort();
	died = true;
	longjmp(back, 1);
}

static bool judged(const struct step *s)
{
	return getenv("SMPPGW_OOM_JUDGE") != NULL && strcmp(s->words[0], "expect") == 0;
}

/* Whether "gab1..gab9" were all submitted: the abort may have come in the middle of that step. */
static bool submitted(const struct world *w, const char *range)
{
	char prefix[40], name[60];
	unsigned first, last;

	if (sscanf(range, "%39[a-z]%u..%*[a-z]%u", prefix, &first, &last) != 3)
		return true;
	for (; first <= last; first++) {
		snprintf(name, sizeof(name), "%s%u", prefix, first);
		if (labels_find(&w->labels, name) == NULL)
			return false;
	}
	return true;
}

/* Remembers who is bound. */
static void watch_app(struct step *s)
{
	size_t i = 0;

	if (s->n < 3 || strcmp(s->words[0], "app") != 0)
		return;
	bool comes = strcmp(s->words[2], "binds") == 0;
	if (!comes && strcmp(s->words[2], "drops") != 0 && strcmp(s->words[2], "unbinds") != 0)
		return;
	while (i < APPS - 1 && binds[i] != NULL && strcmp(binds[i]->words[1], s->words[1]) != 0)
		i++;
	if (comes || binds[i] != NULL)
		binds[i] = s;
}

static bool start_again(struct world *w, bool *started, steps_play_fn *play)
{
	char *why = NULL;

	world_abandon(w);
	if (!world_start(w, &why)) {
		fprintf(stderr, "after the failure the gateway does not start: %s\n", why != NULL ? why : "?");
		return false;
	}
	for (size_t i = 0; i < APPS && binds[i] != NULL; i++) {
		if (strcmp(binds[i]->words[2], "binds") == 0)
			(void)play(w, binds[i], started); /* where it may not bind now, it had not been bound either */
	}
	return true;
}

static bool guard(struct world *w, struct step *s, bool *started, steps_play_fn *play)
{
	bool good;

	if (died && judged(s) && s->n > 1 && !submitted(w, s->words[1]))
		return true;
	watch_app(s);
	playing = true;
	if (setjmp(back) == 0) {
		good = play(w, s, started);
		playing = false;
		return good || (failed && !judged(s));
	}
	playing = false;
	if (getenv("SMPPGW_OOM_JUDGE") == NULL) /* a scene that accounts for nothing has shown all it can */
		_Exit(EXIT_SUCCESS);
	return start_again(w, started, play);
}

int __wrap_main(int argc, char **argv)
{
	const char *mode = getenv("SMPPGW_OOM");
	void *frames[2];

	ours = backtrace(frames, 2) > 0; /* what backtrace() itself allocates is allocated now */
	collects = mode != NULL && strcmp(mode, "collect") == 0;
	wanted = mode != NULL && !collects ? strtoull(mode, NULL, 16) : 0;
	steps_guard = guard;
	int status = __real_main(argc, argv);
	for (size_t i = 0; collects && i < SITES; i++) {
		if (sites[i].hash == 0)
			continue;
		fprintf(stderr, "site %016llx", (unsigned long long)sites[i].hash);
		for (int k = 0; k < DEPTH && sites[i].at[k] != 0; k++)
			fprintf(stderr, " %llx", (unsigned long long)sites[i].at[k]);
		fputc('\n', stderr);
	}
	if (died) { /* what the dead gateway held is not freed: no word of leaks */
		fflush(NULL);
		_Exit(status);
	}
	return status;
}
