/*
 * text_rig.h - what the tests of policies of the text share: rows as they stand in a file, accounts and carriers,
 * texts.
 */
#ifndef TESTS_UNIT_POLICY_TEXT_RIG_H
#define TESTS_UNIT_POLICY_TEXT_RIG_H

#include <stdlib.h>
#include <unistd.h>

#include "base/conf.h"
#include "policy/subject.h"
#include "unit.h"

enum { BANK, LOAN, SHOP }; /* accounts */
enum { MOBILE, UNICOM };   /* carriers */
#define RIG_FILE_MAX 64

static int rig_number(const char *const *list, const char *name)
{
	for (int i = 0; list[i]; i++) {
		if (strcmp(list[i], name) == 0)
			return i;
	}
	return -1;
}

static int rig_account(const void *arg, const char *name)
{
	static const char *const list[] = {"bank", "loan", "shop", NULL};
	(void)arg;
	return rig_number(list, name);
}

static int rig_carrier(const void *arg, const char *name)
{
	static const char *const list[] = {"mobile", "unicom", NULL};
	(void)arg;
	return rig_number(list, name);
}

static const struct policy_names rig_names = {NULL, rig_account, rig_carrier, 3, 2};

struct rig {
	struct conf *conf;
	struct conf_section sections[2]; /* borrowed by conf */
	const void *rows;
	size_t n;
	char file[RIG_FILE_MAX];
	char *errors;
};

/* text: the section as it stands in a configuration; it must be free of faults of form. */
__attribute__((unused)) static void rig_read(struct rig *r, const char *name, const struct conf_row *rows, size_t size,
					     const char *text)
{
	*r = (struct rig){.sections = {{name, true, size, rows}}, .file = "/tmp/text_rig.XXXXXX"};
	int fd = mkstemp(r->file);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	r->conf = conf_read(r->file, r->sections, &r->errors);
	unlink(r->file);
	if (!r->conf)
		print_error("%s", r->errors);
	assert_non_null(r->conf);
	r->rows = conf_get(r->conf, name, &r->n);
}

__attribute__((unused)) static void rig_end(struct rig *r)
{
	conf_free(r->conf);
	free(r->errors);
}

/* The faults, with FILE in place of the file's name. */
__attribute__((unused)) static void rig_faults(struct rig *r, const char *want)
{
	char got[2000] = "", *out = got;
	assert_non_null(r->errors);
	for (const char *p = r->errors; *p && out < got + sizeof(got) - 8;) {
		if (strncmp(p, r->file, strlen(r->file)) == 0) {
			out += sprintf(out, "FILE");
			p += strlen(r->file);
		} else {
			*out++ = *p++;
		}
	}
	*out = '\0';
	assert_string_equal(got, want);
	free(r->errors);
	r->errors = NULL;
}

struct rig_text {
	struct policy_subject s;
	char text[POLICY_TEXT_MAX];
};

/* A text of the account bank that may be changed. */
__attribute__((unused)) static struct policy_subject *rig_text(struct rig_text *t, enum class_id class_id,
							       const char *text)
{
	size_t n = strlen(text);
	assert_true(n <= sizeof(t->text));
	memcpy(t->text, text, n);
	t->s = (struct policy_subject){.account = BANK,
				       .account_name = "bank",
				       .carrier = POLICY_NO_CARRIER,
				       .class_id = class_id,
				       .text = t->text,
				       .text_n = (uint32_t)n,
				       .text_cap = sizeof(t->text)};
	return &t->s;
}

__attribute__((unused)) static void assert_text(const struct policy_subject *s, const char *want)
{
	if (s->text_n != strlen(want) || memcmp(s->text, want, s->text_n) != 0)
		fail_msg("the text is \"%.*s\", not \"%s\"", (int)s->text_n, s->text, want);
}

__attribute__((unused)) static void assert_view(struct view v, const char *want)
{
	if (!view_eq(v, view_of(want)))
		fail_msg("it is \"%.*s\", not \"%s\"", (int)v.n, (const char *)v.p, want);
}

#endif
