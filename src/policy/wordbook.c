/*
 * wordbook.c - making and sharing what is searched. Must not know accounts, classes or what a hit means.
 *
 * A thread touches the book that it makes, the lists and the set of the one before, which do not change, and its job,
 * until it has set job.done. Then the loop's side owns the result. Book and job live as long as one of the two sides
 * holds them.
 */
#include "policy/wordbook.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define THREAD_STACK 524288 /* octets */
#define DROPPED_HERE 20000u /* words; to give back the memory of many takes some ms */
#define QUICK_WORDS  1000u
#define NOT_BEFORE   UINT32_MAX

struct part { /* of one filter */
	char *path, *where_file;
	int where_line;
	struct wordlist *file, *words;
};

struct hit {
	uint64_t hits;
	uint64_t text; /* the last one that was counted */
};

struct wordbook {
	atomic_uint holders;
	struct part *parts;
	size_t n;
	struct wordset *set;
	struct hit *hits; /* by word */
	uint32_t *before; /* by word: its number in the book before, or NOT_BEFORE; NULL once they are taken over */
	struct wordbook *older; /* whose hits wordbook_begin() takes over; NULL: they are, or there are none */
	uint64_t text;
};

struct wordbook_job {
	atomic_uint holders;
	atomic_bool done;
	struct wordbook *book, *before;
	char *errors;
	bool good;
};

static char *copy(const char *s)
{
	return s ? mem_strdup(s) : NULL;
}

/* A book that is not made yet: its lists, but for files that must be read. */
static struct wordbook *book_new(const struct wordbook_source *sources, size_t n, const struct wordbook *before)
{
	struct wordbook *b = mem_zalloc(sizeof(*b));
	atomic_init(&b->holders, 1);
	b->parts = mem_zalloc(n * sizeof(*b->parts));
	b->n = n;
	for (size_t i = 0; i < n; i++) {
		struct part *p = &b->parts[i];
		p->path = copy(sources[i].path);
		p->where_file = copy(sources[i].where.file);
		p->where_line = sources[i].where.line;
		p->words = wordlist_hold(sources[i].words);
		for (size_t k = 0; p->path && before && k < before->n && !p->file; k++) {
			const struct part *old = &before->parts[k];
			if (old->path && strcmp(old->path, p->path) == 0 && wordlist_fresh(old->file, p->path))
				p->file = wordlist_hold(old->file);
		}
	}
	return b;
}

struct wordbook *wordbook_hold(struct wordbook *b)
{
	if (b)
		atomic_fetch_add(&b->holders, 1);
	return b;
}

void wordbook_drop(struct wordbook *b)
{
	if (!b || atomic_fetch_sub(&b->holders, 1) != 1)
		return;
	for (size_t i = 0; i < b->n; i++) {
		mem_free(b->parts[i].path);
		mem_free(b->parts[i].where_file);
		wordlist_drop(b->parts[i].file);
		wordlist_drop(b->parts[i].words);
	}
	mem_free(b->parts);
	wordset_free(b->set);
	mem_free(b->hits);
	mem_free(b->before);
	wordbook_drop(b->older);
	mem_free(b);
}

static bool part_same(const struct part *p, const struct wordbook_source *s)
{
	if (!p->path != !s->path || (p->path && strcmp(p->path, s->path) != 0))
		return false;
	return wordlist_same(p->words, s->words) && (!p->path || wordlist_fresh(p->file, p->path));
}

bool wordbook_same(const struct wordbook *b, const struct wordbook_source *sources, size_t n)
{
	bool same = b && b->n == n;
	for (size_t i = 0; same && i < n; i++)
		same = part_same(&b->parts[i], &sources[i]);
	return same;
}

bool wordbook_quick(const struct wordbook_source *sources, size_t n)
{
	size_t words = 0;
	for (size_t i = 0; i < n; i++) {
		if (sources[i].path)
			return false;
		words += wordlist_count(sources[i].words);
	}
	return words <= QUICK_WORDS;
}

/* --- making --- */

static bool read_files(struct wordbook *b, char **errors)
{
	bool good = true;
	for (size_t i = 0; i < b->n; i++) {
		struct part *p = &b->parts[i];
		struct conf_where where = {p->where_file, p->where_line};
		if (p->path && !p->file)
			p->file = wordlist_read(p->path, &where, errors);
		good = good && (!p->path || p->file);
	}
	return good;
}

static size_t add_list(struct wordset_entry *to, const struct wordlist *l, size_t filter)
{
	size_t n = wordlist_count(l);
	for (size_t i = 0; i < n; i++)
		to[i] = (struct wordset_entry){wordlist_at(l, i), (uint64_t)1 << filter};
	return n;
}

static struct wordset *make_set(const struct wordbook *b)
{
	size_t all = 0, n = 0;
	for (size_t i = 0; i < b->n; i++)
		all += wordlist_count(b->parts[i].words) + wordlist_count(b->parts[i].file);
	struct wordset_entry *entries = mem_zalloc(all * sizeof(*entries));
	for (size_t i = 0; i < b->n; i++) {
		n += add_list(entries + n, b->parts[i].words, i);
		n += add_list(entries + n, b->parts[i].file, i);
	}
	struct wordset *s = wordset_new(entries, n);
	mem_free(entries);
	return s;
}

/* May be called in a thread. */
static bool make(struct wordbook *b, const struct wordbook *before, char **errors)
{
	if (!read_files(b, errors))
		return false;
	b->set = make_set(b);
	size_t n = wordset_count(b->set);
	b->hits = mem_zalloc(n * sizeof(*b->hits));
	b->before = mem_zalloc(n * sizeof(*b->before));
	for (size_t i = 0; i < n; i++) {
		size_t was;
		bool stays = before && wordset_find(before->set, &wordset_at(b->set, i)->word, &was);
		b->before[i] = stays ? (uint32_t)was : NOT_BEFORE;
	}
	return true;
}

static void take_hits(struct wordbook *b, const struct wordbook *before)
{
	for (size_t i = 0; before && i < wordset_count(b->set); i++) {
		uint64_t hits = b->before[i] == NOT_BEFORE ? 0 : before->hits[b->before[i]].hits;
		if (hits) /* pages of zeros are not touched: most words are never found */
			b->hits[i].hits = hits;
	}
	mem_free(b->before);
	b->before = NULL;
}

struct wordbook *wordbook_make(const struct wordbook_source *sources, size_t n, struct wordbook *before, char **errors)
{
	struct wordbook *b = book_new(sources, n, before);
	if (make(b, before, errors)) {
		b->older = wordbook_hold(before);
		return b;
	}
	wordbook_drop(b);
	return NULL;
}

void wordbook_begin(struct wordbook *b)
{
	if (!b->older)
		return;
	take_hits(b, b->older);
	wordbook_drop(b->older);
	b->older = NULL;
}

/* --- in a thread --- */

static void job_drop(struct wordbook_job *job)
{
	if (atomic_fetch_sub(&job->holders, 1) != 1)
		return;
	wordbook_drop(job->book);
	wordbook_drop(job->before);
	free(job->errors);
	mem_free(job);
}

static void *job_run(void *arg)
{
	struct wordbook_job *job = arg;
	job->good = make(job->book, job->before, &job->errors);
	atomic_store(&job->done, true);
	job_drop(job);
	return NULL;
}

static bool start_thread(void *(*run)(void *), void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	/* signals are the loop's */
	sigfillset(&all);
	sigdelset(&all, SIGSYS); /* a refused system call is a signal to the thread that has made it */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&thread, &attr, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return rc == 0;
}

struct wordbook_job *wordbook_start(const struct wordbook_source *sources, size_t n, struct wordbook *before)
{
	struct wordbook_job *job = mem_zalloc(sizeof(*job));
	atomic_init(&job->holders, 2);
	atomic_init(&job->done, false);
	job->book = book_new(sources, n, before);
	job->before = wordbook_hold(before);
	if (!start_thread(job_run, job))
		job_run(job);
	return job;
}

static void *retire_run(void *arg)
{
	wordbook_drop(arg);
	return NULL;
}

void wordbook_retire(struct wordbook *b)
{
	if (!b || wordset_count(b->set) <= DROPPED_HERE || !start_thread(retire_run, b))
		wordbook_drop(b);
}

bool wordbook_finish(struct wordbook_job *job, struct wordbook **book, char **errors)
{
	if (!atomic_load(&job->done))
		return false;
	*book = NULL;
	*errors = job->errors;
	job->errors = NULL;
	if (job->good) {
		take_hits(job->book, job->before);
		*book = wordbook_hold(job->book);
	}
	job_drop(job);
	return true;
}

void wordbook_abandon(struct wordbook_job *job)
{
	if (job)
		job_drop(job);
}

/* --- what is searched, and hits --- */

const struct wordset *wordbook_set(const struct wordbook *b)
{
	return b->set;
}

uint64_t wordbook_text(struct wordbook *b)
{
	return ++b->text;
}

bool wordbook_hit(struct wordbook *b, size_t word, uint64_t text)
{
	struct hit *h = &b->hits[word];
	if (h->text == text)
		return false;
	h->text = text;
	h->hits++;
	return true;
}

uint64_t wordbook_hits(const struct wordbook *b, size_t word)
{
	return b->hits[word].hits;
}
