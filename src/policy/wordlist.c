/*
 * wordlist.c - reading words. Must not know filters, nor how words are found.
 */
#include "policy/wordlist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "policy/fold.h"

#define FILE_MAX_OCTETS (64 << 20)
#define FAULTS_MAX	20u /* of one file; the others are counted */

struct place { /* one word: offsets into the pools */
	uint32_t cp, text, category;
	uint32_t n;
};

struct pool_of { /* grows; octets */
	char *at;
	size_t n, cap;
};

struct wordlist {
	atomic_uint holders;
	struct stat file; /* when it was read */
	struct pool_of places, cps, texts;
};

struct reading {
	struct wordlist *list;
	const char *file;
	int line;
	unsigned faults;
	char **errors;
};

static void *pool_add(struct pool_of *p, const void *from, size_t n)
{
	if (p->cap - p->n < n) {
		p->cap = p->cap * 2 > p->n + n ? p->cap * 2 : p->n + n + 1024;
		p->at = mem_realloc(p->at, p->cap);
	}
	void *to = memcpy(p->at + p->n, from, n);
	p->n += n;
	return to;
}

static struct wordlist *list_new(void)
{
	struct wordlist *l = mem_zalloc(sizeof(*l));
	atomic_init(&l->holders, 1);
	return l;
}

struct wordlist *wordlist_hold(struct wordlist *l)
{
	if (l)
		atomic_fetch_add(&l->holders, 1);
	return l;
}

void wordlist_drop(struct wordlist *l)
{
	if (!l || atomic_fetch_sub(&l->holders, 1) != 1)
		return;
	mem_free(l->places.at);
	mem_free(l->cps.at);
	mem_free(l->texts.at);
	mem_free(l);
}

size_t wordlist_count(const struct wordlist *l)
{
	return l ? l->places.n / sizeof(struct place) : 0;
}

struct word wordlist_at(const struct wordlist *l, size_t i)
{
	struct place p;
	memcpy(&p, l->places.at + i * sizeof(p), sizeof(p));
	return (struct word){.cp = (const uint32_t *)(const void *)l->cps.at + p.cp,
			     .n = p.n,
			     .text = l->texts.at + p.text,
			     .category = l->texts.at + p.category};
}

bool wordlist_same(const struct wordlist *a, const struct wordlist *b)
{
	if (!a || !b)
		return a == b;
	return a->texts.n == b->texts.n && (a->texts.n == 0 || memcmp(a->texts.at, b->texts.at, a->texts.n) == 0);
}

/* --- words --- */

static void fault(struct reading *r, const char *why)
{
	struct conf_where where = {r->file, r->line};
	if (++r->faults <= FAULTS_MAX)
		conf_fault(r->errors, &where, "%s", why);
}

static uint32_t add_text(struct wordlist *l, const char *s, size_t n)
{
	uint32_t at = (uint32_t)l->texts.n;
	pool_add(&l->texts, s, n);
	pool_add(&l->texts, "", 1);
	return at;
}

static void take_word(struct reading *r, const char *s, size_t n, const char *category, size_t category_n)
{
	struct wordlist *l = r->list;
	uint32_t cp[WORD_MAX + FOLD_MAX], at[WORD_MAX + FOLD_MAX];
	size_t pos = 0, len;
	if (!text_valid(s, n) || !text_valid(category, category_n)) {
		fault(r, "this is no UTF-8; save the words as UTF-8");
		return;
	}
	len = fold_text(s, n, &pos, cp, at, sizeof(cp) / sizeof(cp[0]));
	if (len == 0) {
		fault(r,
		      "a word of blanks, punctuation and symbols only, which are left out when words are looked for");
		return;
	}
	if (len > WORD_MAX || pos < n) {
		fault(r, "a word is longer than 64 characters");
		return;
	}
	struct place p = {.cp = (uint32_t)(l->cps.n / sizeof(cp[0])), .n = (uint32_t)len};
	p.text = add_text(l, s, n);
	p.category = add_text(l, category, category_n);
	pool_add(&l->cps, cp, len * sizeof(cp[0]));
	pool_add(&l->places, &p, sizeof(p));
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void trim(const char **s, size_t *n)
{
	while (*n && blank((*s)[*n - 1]))
		--*n;
	while (*n && blank(**s)) {
		++*s;
		--*n;
	}
}

static void take_line(struct reading *r, const char *s, size_t n)
{
	trim(&s, &n);
	if (n == 0 || *s == '#')
		return;
	const char *tab = memchr(s, '\t', n), *category = tab ? tab : s + n;
	size_t word_n = (size_t)(category - s), category_n = n - word_n;
	trim(&s, &word_n);
	trim(&category, &category_n);
	take_word(r, s, word_n, category, category_n);
}

static void take_lines(struct reading *r, const char *s, size_t n)
{
	static const char bom[] = "\xef\xbb\xbf";
	if (n >= 3 && memcmp(s, bom, 3) == 0) {
		s += 3;
		n -= 3;
	}
	for (const char *end = s + n; s < end;) {
		const char *newline = memchr(s, '\n', (size_t)(end - s));
		size_t len = newline ? (size_t)(newline - s) : (size_t)(end - s);
		r->line++;
		take_line(r, s, len);
		s += len + 1;
	}
}

/* What was read, or NULL. */
static struct wordlist *finish(struct reading *r)
{
	if (r->faults > FAULTS_MAX) {
		struct conf_where where = {r->file, r->line};
		conf_fault(r->errors, &where, "and %u faults more", r->faults - FAULTS_MAX);
	}
	if (r->faults == 0)
		return r->list;
	wordlist_drop(r->list);
	return NULL;
}

struct wordlist *wordlist_of(const struct conf_list *words, const struct conf_where *where, char **errors)
{
	struct reading r = {.list = list_new(), .file = where->file, .line = where->line, .errors = errors};
	for (size_t i = 0; i < words->n; i++)
		take_word(&r, words->at[i], strlen(words->at[i]), "", 0);
	return finish(&r);
}

/* --- files --- */

/* The whole file, for mem_free(); NULL with errno, which is 0 when it is no file of ours. */
static char *read_all(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *text = NULL;
	ssize_t n = 1;
	if (fd < 0)
		return NULL;
	errno = 0;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_size <= FILE_MAX_OCTETS) {
		size_t size = (size_t)st->st_size, have = 0;
		text = mem_zalloc(size);
		while (have < size && (n = read(fd, text + have, size - have)) > 0)
			have += (size_t)n;
		st->st_size = (off_t)have; /* shorter now: it is being written, and read again at the next reload */
	}
	int error = errno;
	if (n < 0) {
		mem_free(text);
		text = NULL;
	}
	close(fd);
	errno = error;
	return text;
}

struct wordlist *wordlist_read(const char *path, const struct conf_where *where, char **errors)
{
	struct reading r = {.list = list_new(), .file = path, .errors = errors};
	char *text = read_all(path, &r.list->file);
	if (!text) {
		conf_fault(errors, where, "filters: cannot read file \"%s\": %s", path,
			   errno ? strerror(errno) : "it is no ordinary file, or larger than 64 MiB");
		wordlist_drop(r.list);
		return NULL;
	}
	take_lines(&r, text, (size_t)r.list->file.st_size);
	mem_free(text);
	return finish(&r);
}

bool wordlist_fresh(const struct wordlist *l, const char *path)
{
	struct stat st;
	const struct stat *was = &l->file;
	return stat(path, &st) == 0 && st.st_dev == was->st_dev && st.st_ino == was->st_ino &&
	       st.st_size == was->st_size && st.st_mtim.tv_sec == was->st_mtim.tv_sec &&
	       st.st_mtim.tv_nsec == was->st_mtim.tv_nsec;
}
