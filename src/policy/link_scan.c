/*
 * link_scan.c - finds links in texts of people. The text is folded first: ASCII in lower case, one octet for each kind
 * of separator, letters of other scripts as they are. Must not know which hosts are allowed.
 */
#include "policy/link_scan.h"

#include "base/mem.h"
#include "base/text.h"
#include "policy/link_tld.h"
#include "policy/subject.h"

#define STOP   0x01u /* 。 : a dot between characters of a name, else the end of a sentence */
#define BREAK  0x02u /* punctuation that stands in no link */
#define UNSEEN 0xffu /* of ascii[] */

struct link_scan {
	/* The folded text, ended by BREAKs so that it can be looked ahead; foreign: the character was not ASCII. */
	uint8_t at[POLICY_TEXT_MAX + 4], foreign[POLICY_TEXT_MAX + 4];
	uint32_t n;
	uint8_t ascii[128]; /* what each stands for; UNSEEN: nothing */
	link_host_fn fn;
	void *arg;
	bool going;
};

void link_scan_free(struct link_scan *s)
{
	mem_free(s);
}

/* --- where a link may be, by a quick look: in almost all texts nowhere --- */

static bool in_name(uint8_t octet)
{
	return (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
}

/* 。 behind a character that may be of a name, ASCII or full-width, or that cannot be seen and may hide such a one. */
static bool stop_in_name(struct view text, uint32_t at)
{
	const uint8_t *p = text.p + at;
	return at > 0 && (p[-1] < 0x80 || (at >= 2 && p[-2] == 0xc2) || (at >= 3 && (p[-3] == 0xef || p[-3] == 0xe2)));
}

/* The characters that fold to a dot or a slash, and 。. */
static bool separates(struct view text, uint32_t at)
{
	static const uint8_t dots[][3] = {{0xef, 0xbc, 0x8e}, {0xef, 0xbc, 0x8f}, {0xef, 0xbc, 0xbc},
					  {0xef, 0xb9, 0x92}, {0xe2, 0x80, 0xa4}, {0xef, 0xbd, 0xa1}};
	if (at + 3 > text.n)
		return false;
	for (size_t i = 0; i < sizeof(dots) / sizeof(dots[0]); i++) {
		if (memcmp(text.p + at, dots[i], 3) == 0)
			return true;
	}
	return text.p[at] == 0xe3 && text.p[at + 1] == 0x80 && text.p[at + 2] == 0x82 && stop_in_name(text, at);
}

static bool is_digit(uint8_t octet)
{
	return octet >= '0' && octet <= '9';
}

/*
 * A dot of an amount (128.00): digits before it, and behind it up to what ends every name: the last label of a name is
 * never of digits only, but of an address, which has another dot behind it.
 */
static bool dot_of_amount(struct view text, uint32_t at)
{
	uint32_t end = at + 1;
	while (end < text.n && is_digit(text.p[end]))
		end++;
	if (at == 0 || !is_digit(text.p[at - 1]) || end == at + 1)
		return false;
	if (end == text.n)
		return true;
	uint8_t next = text.p[end];
	return next < 0x80 ? next > ' ' && next < 0x7f && next != '.' && next != '-' && next != '_' && !in_name(next)
			   : next >= 0xe4 && next <= 0xe9; /* Chinese */
}

/* The functions below give a place in the text, or `end` when there is none before it. */
static uint32_t octet_before(struct view text, uint32_t end, uint8_t octet)
{
	const uint8_t *p = end ? memchr(text.p, octet, end) : NULL;
	return p ? (uint32_t)(p - text.p) : end;
}

static uint32_t dot_before(struct view text, uint32_t end)
{
	const uint8_t *p = text.p;
	for (; end && (p = memchr(p, '.', (size_t)(text.p + end - p))); p++) {
		if (!dot_of_amount(text, (uint32_t)(p - text.p)))
			return (uint32_t)(p - text.p);
	}
	return end;
}

static uint32_t wide_before(struct view text, uint32_t end, uint8_t lead)
{
	const uint8_t *p = text.p;
	for (; end && (p = memchr(p, lead, (size_t)(text.p + end - p))); p++) {
		if (separates(text, (uint32_t)(p - text.p)))
			return (uint32_t)(p - text.p);
	}
	return end;
}

/* The first thing that a link has and most texts have not; text.n: there is none, and no link. */
static uint32_t first_separator(struct view text)
{
	uint32_t at = dot_before(text, text.n);
	at = octet_before(text, at, '/');
	at = octet_before(text, at, '\\');
	at = wide_before(text, at, 0xef);
	at = wide_before(text, at, 0xe3);
	return wide_before(text, at, 0xe2);
}

/* Where the part of the sentence begins in which at lies: no name, and no link, goes over such a mark. */
static uint32_t clause_of(struct view text, uint32_t at)
{
	static const char *const marks[] = {"，", "、", "】"};
	for (; at > 0; at--) {
		const uint8_t *p = text.p + at - 1;
		for (size_t i = 0; (*p == 0xef || *p == 0xe3) && i < sizeof(marks) / sizeof(marks[0]); i++) {
			if (text.n - at + 1 >= 3 && memcmp(p, marks[i], 3) == 0)
				return at - 1;
		}
	}
	return 0;
}

/* --- folding --- */

/* What a character stands for in a link; characters of names in lower case. */
static int32_t fold_one(int32_t c)
{
	bool ascii = c < 0x80;
	if (c >= TEXT_PLAIN_FIRST && c <= TEXT_PLAIN_LAST)
		return c;
	if (text_is_blank(c))
		return ' ';
	if (c == 0x3002 || c == 0xff61)
		return STOP;
	if (c == 0x2024 || c == 0xfe52)
		return '.';
	c = text_fold_one(c);
	if (c == '\\')
		return '/';
	if (c >= 'A' && c <= 'Z')
		return c + 'a' - 'A';
	if (c >= 0x80)
		return text_is_punctuation(c) ? (int32_t)BREAK : c;
	return ascii || in_name((uint8_t)c) || strchr(".:/@-_%", c) ? c : (int32_t)BREAK;
}

/* Chinese, which stands for itself, as far as it goes. */
static uint32_t fold_chinese(struct link_scan *s, struct view text, uint32_t pos)
{
	const uint8_t *p = text.p + pos;
	for (; pos + 3 <= text.n && p[0] >= 0xe4 && p[0] <= 0xe9 && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80;
	     pos += 3, p += 3) {
		memcpy(s->at + s->n, p, 3);
		memset(s->foreign + s->n, 1, 3);
		s->n += 3;
	}
	return pos;
}

static void fold(struct link_scan *s, struct view text)
{
	s->n = 0;
	for (size_t pos = 0; pos < text.n;) {
		uint8_t octet = text.p[pos];
		if (octet < 0x80) {
			/* what cannot be seen is written over by the next one */
			s->at[s->n] = s->ascii[octet];
			s->foreign[s->n] = 0;
			s->n += s->ascii[octet] != UNSEEN;
			pos++;
			continue;
		}
		uint32_t behind = fold_chinese(s, text, (uint32_t)pos);
		if (behind > pos) {
			pos = behind;
			continue;
		}
		int32_t c = text_get((const char *)text.p, text.n, &pos);
		if (c >= 0 && text_is_unseen(c))
			continue;
		memset(s->foreign + s->n, 1, 4); /* more than is needed: what follows writes over it */
		s->n += (uint32_t)text_put(c < 0 ? (int32_t)BREAK : fold_one(c), (char *)s->at + s->n);
	}
	memset(s->at + s->n, BREAK, 4);
}

struct link_scan *link_scan_new(void)
{
	struct link_scan *s = mem_zalloc(sizeof(*s));
	for (int32_t c = 0; c < 0x80; c++)
		s->ascii[c] = text_is_unseen(c) ? UNSEEN : (uint8_t)fold_one(c);
	return s;
}

/* --- names --- */

static bool is_ascii_name(uint8_t c)
{
	return in_name(c) || c == '-' || c == '_';
}

static bool is_any_name(uint8_t c)
{
	return is_ascii_name(c) || c >= 0x80;
}

/* The end of a run of names with dots between them, which begins at from. */
static uint32_t run_end(const struct link_scan *s, uint32_t from, bool (*is_name)(uint8_t))
{
	uint32_t i = from;
	while (i < s->n) {
		if (is_name(s->at[i]))
			i++;
		else if (s->at[i] == '.' && i > from && is_name(s->at[i - 1]) && is_name(s->at[i + 1]))
			i++;
		else if (s->at[i] == STOP && i > from && is_ascii_name(s->at[i - 1]) && is_ascii_name(s->at[i + 1]))
			i++;
		else
			break;
	}
	return i;
}

struct host {
	char s[LINK_HOST_MAX];
	uint32_t n;
};

static void tell(struct link_scan *s, const char *host, uint32_t n)
{
	while (n > 0 && !is_any_name((uint8_t)host[n - 1]) && host[n - 1] != ']')
		n--;
	if (n > 0 && s->going)
		s->going = s->fn(s->arg, (struct view){(const uint8_t *)host, n});
}

/* The octets from..end as a host: 。 is a dot there. Of one that is too long the end counts: it says whose it is. */
static struct host host_of(const struct link_scan *s, uint32_t from, uint32_t end)
{
	struct host h;
	if (end - from > LINK_HOST_MAX)
		from = end - LINK_HOST_MAX;
	while (from < end && (s->at[from] & 0xc0) == 0x80)
		from++;
	h.n = end - from;
	for (uint32_t i = 0; i < h.n; i++)
		h.s[i] = s->at[from + i] == STOP ? '.' : (char)s->at[from + i];
	return h;
}

/* --- whether a bare name is a link --- */

struct labels {
	unsigned n, numbers; /* in all; of digits only, up to 255 */
	struct view first, last;
	bool known_inside; /* one behind the first and before the last is a top level domain that many use */
};

static bool all_digits(struct view v)
{
	for (uint32_t i = 0; i < v.n; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
	}
	return v.n > 0;
}

static bool all_letters(struct view v)
{
	for (uint32_t i = 0; i < v.n; i++) {
		if (v.p[i] < 'a' || v.p[i] > 'z')
			return false;
	}
	return v.n > 0;
}

static void add_label(struct labels *l, struct view label)
{
	if (l->n == 0)
		l->first = label;
	if (l->n >= 2)
		l->known_inside |= link_tld_common(l->last);
	l->last = label;
	l->n++;
	if (all_digits(label) && label.n <= 3 && (label.n < 3 || memcmp(label.p, "255", 3) <= 0))
		l->numbers++;
}

static struct labels labels_of(const struct host *h)
{
	struct labels l = {0};
	uint32_t from = 0;
	for (uint32_t i = 0; i <= h->n; i++) {
		if (i < h->n && h->s[i] != '.')
			continue;
		add_label(&l, (struct view){(const uint8_t *)h->s + from, i - from});
		from = i + 1;
	}
	return l;
}

/* located: a path or a port follows, as only behind a host. */
static bool is_link(const struct host *h, bool located)
{
	struct labels l = labels_of(h);
	if (l.n < 2)
		return false;
	if (l.n == 4 && l.numbers == 4)
		return true;
	if (l.n == 2 && !located && all_digits(l.first) && l.first.n <= 2)
		return false; /* 1.VIP : an item of a list */
	if (l.known_inside || link_tld_known(l.last))
		return true;
	return located && l.last.n >= 2 && all_letters(l.last);
}

static bool is_located(const struct link_scan *s, uint32_t end)
{
	return s->at[end] == '/' || (s->at[end] == ':' && s->at[end + 1] >= '0' && s->at[end + 1] <= '9');
}

/* --- the walk --- */

/* Behind a host: port, path, query. A link inside of it (a redirection) is looked at by the walk. */
static uint32_t path_end(const struct link_scan *s, uint32_t i)
{
	if (i >= s->n || !strchr("/:?#", s->at[i]))
		return i;
	while (i < s->n && s->at[i] > ' ' && s->at[i] < 0x7f && !strchr("\"'<>", s->at[i]) && !s->foreign[i] &&
	       memcmp(s->at + i, "://", 3) != 0)
		i++;
	return i;
}

/*
 * A run with 。 in it is one name to some, and a name and the next sentence to others (cmbchina.com。95555): each piece
 * counts, and the whole when it ends as a name does. False: it is no link.
 */
static bool tell_pieces(struct link_scan *s, uint32_t from, uint32_t end)
{
	bool any = false;
	for (uint32_t i = from, piece = from; i <= end; i++) {
		if (i < end && s->at[i] != STOP)
			continue;
		struct host h = host_of(s, piece, i);
		if (is_link(&h, i == end && is_located(s, end))) {
			tell(s, h.s, h.n);
			any = true;
		}
		piece = i + 1;
	}
	struct host whole = host_of(s, from, end);
	if (any ? !link_tld_known(labels_of(&whole).last) : !is_link(&whole, is_located(s, end)))
		return any;
	tell(s, whole.s, whole.n);
	return true;
}

/* Bare names. */
static bool tell_names(struct link_scan *s, uint32_t from, uint32_t end)
{
	if (memchr(s->at + from, STOP, end - from))
		return tell_pieces(s, from, end);
	if (!memchr(s->at + from, '.', end - from))
		return false;
	struct host h = host_of(s, from, end);
	if (!is_link(&h, is_located(s, end)))
		return false;
	tell(s, h.s, h.n);
	return true;
}

/* A run of ASCII names; a name of other letters may follow behind a dot. */
static uint32_t walk_names(struct link_scan *s, uint32_t from)
{
	uint32_t end = run_end(s, from, is_ascii_name);
	if (s->at[end] == '.' && s->at[end + 1] >= 0x80) {
		uint32_t whole = run_end(s, from, is_any_name);
		struct host h = host_of(s, from, whole);
		struct labels l = labels_of(&h);
		if (link_tld_begins(l.last) && !(l.n == 2 && all_digits(l.first))) {
			tell(s, h.s, h.n);
			return path_end(s, whole);
		}
	}
	return tell_names(s, from, end) ? path_end(s, end) : end;
}

/* A run of other letters: a name only when a dot and a top level domain follow at once. */
static uint32_t walk_letters(struct link_scan *s, uint32_t from)
{
	uint32_t end = from;
	while (s->at[end] >= 0x80)
		end++;
	if (s->at[end] != '.' || !is_any_name(s->at[end + 1]))
		return end;
	uint32_t whole = run_end(s, from, is_any_name);
	struct host h = host_of(s, from, whole);
	struct labels l = labels_of(&h);
	if (!is_link(&h, is_located(s, whole)) && !link_tld_begins(l.last))
		return end;
	tell(s, h.s, h.n);
	return path_end(s, whole);
}

static bool ends_authority(const struct link_scan *s, uint32_t i)
{
	uint8_t c = s->at[i];
	return c <= ' ' ? c != STOP || !is_ascii_name(s->at[i - 1]) || !is_ascii_name(s->at[i + 1])
			: strchr("/?#\"'<>(),;", c) != NULL;
}

/* Where the host at from ends: other letters behind a whole ASCII name are the next words of the sentence. */
static uint32_t host_end(const struct link_scan *s, uint32_t from, uint32_t end)
{
	uint32_t i = from;
	if (s->at[i] == '[') {
		const uint8_t *close = memchr(s->at + i, ']', end - i);
		return close ? (uint32_t)(close - s->at) + 1 : end;
	}
	bool dotted = false;
	for (; i < end && s->at[i] != ':'; i++) {
		bool letter = s->at[i] >= 0x80;
		if (letter && i > from && s->at[i - 1] < 0x80 && s->at[i - 1] != '.' && dotted)
			break;
		dotted = dotted || s->at[i] == '.' || s->at[i] == STOP;
	}
	return i;
}

/* Behind SCHEME:// ; what stands before an @ is no host to a browser, but may be one to a reader: the walk looks. */
static uint32_t walk_authority(struct link_scan *s, uint32_t from)
{
	while (s->at[from] == '/')
		from++;
	uint32_t end = from, host = from;
	for (; end < s->n && !ends_authority(s, end); end++) {
		if (s->at[end] == '@')
			host = end + 1;
	}
	uint32_t behind = host_end(s, host, end);
	struct host h = host_of(s, host, behind);
	if (!memchr(s->at + host, STOP, behind - host) || !tell_pieces(s, host, behind))
		tell(s, h.s, h.n);
	return host > from ? from : path_end(s, behind);
}

/* Behind the last octet of the folded text that a link which begins there would hold. */
static uint32_t last_separator(const struct link_scan *s)
{
	uint32_t n = s->n;
	while (n > 0 && s->at[n - 1] != '.' && s->at[n - 1] != '/' && s->at[n - 1] != STOP)
		n--;
	return n;
}

bool link_scan(struct link_scan *s, struct view text, link_host_fn fn, void *arg)
{
	if (text.n > POLICY_TEXT_MAX)
		return false;
	uint32_t first = first_separator(text);
	if (first == text.n)
		return true;
	uint32_t from = clause_of(text, first);
	fold(s, (struct view){text.p + from, text.n - from});
	s->fn = fn;
	s->arg = arg;
	s->going = true;
	uint32_t end = last_separator(s);
	for (uint32_t i = 0; i < end && s->going;) {
		if (i > 0 && memcmp(s->at + i, "://", 3) == 0 && in_name(s->at[i - 1]))
			i = walk_authority(s, i + 3);
		else if (is_ascii_name(s->at[i]))
			i = walk_names(s, i);
		else if (s->at[i] >= 0x80)
			i = walk_letters(s, i);
		else
			i++;
	}
	return true;
}

uint32_t link_fold_host(struct link_scan *s, struct view host, char *out, uint32_t cap)
{
	if (host.n == 0 || host.n > LINK_HOST_MAX)
		return 0;
	fold(s, host);
	bool bracket = s->at[0] == '[' && s->at[s->n - 1] == ']';
	for (uint32_t i = 0; i < s->n; i++) {
		if (s->at[i] == STOP)
			s->at[i] = '.';
		if (!is_any_name(s->at[i]) && s->at[i] != '.' && !bracket)
			return 0;
	}
	if (s->n == 0 || s->n > cap || s->at[0] == '.' || s->at[s->n - 1] == '.')
		return 0;
	memcpy(out, s->at, s->n);
	return s->n;
}
