/*
 * subject.c - what policies do to a subject: tell people why, change its text. Must not know any policy.
 */
#include "policy/subject.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "policy/fold.h"

/* The detail stands in a log line, between quotation marks, and repeats what an app has sent. */
static void make_plain(char *s, size_t n)
{
	for (size_t pos = 0, at = 0; pos < n; at = pos) {
		int32_t c = text_get(s, n, &pos);
		if (c < 0)
			s[at] = '?';
		else if (c < ' ' || c == 0x7f)
			s[at] = ' ';
		else if (c == '"')
			s[at] = '\'';
	}
}

void subject_detail(struct policy_subject *s, const char *fmt, ...)
{
	char all[4 * POLICY_DETAIL_MAX];
	va_list args;
	va_start(args, fmt);
	vsnprintf(all, sizeof(all), fmt, args);
	va_end(args);
	size_t n = text_cut(all, strlen(all), POLICY_DETAIL_MAX - 1);
	make_plain(all, n);
	memcpy(s->detail, all, n);
	s->detail[n] = '\0';
}

/* The signature moves with the text behind the place; when the place lies in it, it is gone. */
static void move_signature(struct policy_subject *s, uint32_t at, uint32_t n, uint32_t with_n)
{
	if (s->signature.n == 0)
		return;
	uint32_t first = (uint32_t)((const char *)s->signature.p - s->text);
	if (first + s->signature.n <= at)
		return;
	if (first >= at + n)
		s->signature.p = (const uint8_t *)s->text + first - n + with_n;
	else
		s->signature = (struct view){NULL, 0};
}

bool subject_replace(struct policy_subject *s, uint32_t at, uint32_t n, struct view with)
{
	if (s->fixed || s->text_n - n + with.n > s->text_cap)
		return false;
	move_signature(s, at, n, with.n);
	memmove(s->text + at + with.n, s->text + at + n, s->text_n - at - n);
	if (with.n)
		memcpy(s->text + at, with.p, with.n);
	s->text_n = s->text_n - n + with.n;
	s->valid = s->valid && text_valid((const char *)with.p, with.n);
	if (s->letters)
		s->letters->known = false;
	return true;
}

const struct subject_letters *subject_letters(const struct policy_subject *s)
{
	struct subject_letters *l = s->letters;
	if (!l)
		return NULL;
	if (!l->known || l->text_n != s->text_n) {
		size_t pos = 0;
		l->n = (uint32_t)fold_text(s->text, s->text_n, &pos, l->cp, l->at, SUBJECT_LETTERS);
		l->whole = pos == s->text_n;
		l->text_n = s->text_n;
		l->known = true;
	}
	return l->whole ? l : NULL;
}
