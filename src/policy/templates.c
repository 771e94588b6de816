/*
 * templates.c - approved templates of accounts and signatures. Must not know how one is matched (template_text.c) and
 * found (template_index.c).
 */
#include "policy/templates.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "policy/optout_text.h"
#include "policy/signature.h"
#include "policy/template_index.h"
#include "policy/template_text.h"

const struct conf_row templates_rows[] = {
	{"account", CONF_STRING, offsetof(struct templates_conf, scope.account), "", 0, 15, "", true,
	 "Account that the row is for; empty for all.", NULL},
	{"classes", CONF_LIST, offsetof(struct templates_conf, scope.classes), "", 0, 6, "", true,
	 "Classes of messages that the row is for; empty for all.", NULL},
	{"signature", CONF_STRING, offsetof(struct templates_conf, signature), "", 0, 192, "", true,
	 "Signature of the texts, without its brackets; empty for any.", NULL},
	{"name", CONF_STRING, offsetof(struct templates_conf, name), "", 0, 64, "", true,
	 "What people call the template.", NULL},
	{"text", CONF_STRING, offsetof(struct templates_conf, text), "", 0, 4000, "", true,
	 "The template, with placeholders, without signature and opt-out words.", NULL},
	{"file", CONF_STRING, offsetof(struct templates_conf, file), "", 0, 1024, "", true,
	 "File of templates, one in each line; relative to the folder of the configuration.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct owner {
	uint32_t row;
	char *signature; /* owned; NULL: any */
};

struct templates {
	struct scope *scope;
	struct template_text *texts;
	struct owner *owners; /* by template */
	size_t n, room;
	struct template_index *index;
	const struct optout_text *words;
};

/* --- reading --- */

static void make_room(struct templates *x)
{
	if (x->n < x->room)
		return;
	x->room = x->room ? 2 * x->room : 64;
	x->texts = mem_realloc(x->texts, x->room * sizeof(*x->texts));
	x->owners = mem_realloc(x->owners, x->room * sizeof(*x->owners));
}

/* Adds one template; NULL, or what is wrong with it. A signature that it begins or ends with is no part of it. */
static const char *add(struct templates *x, const struct templates_conf *conf, uint32_t row, struct view text)
{
	struct view body, written = signature_split(text, &body), own = view_of(conf->signature);
	if (written.n && own.n && !view_eq(written, own))
		return "it has another signature than the row";
	make_room(x);
	const char *why = template_read(body, &x->texts[x->n]);
	if (why)
		return why;
	struct view signature = own.n ? own : written;
	x->owners[x->n++] = (struct owner){row, signature.n ? mem_strndup(signature.p, signature.n) : NULL};
	return NULL;
}

static bool add_text(struct templates *x, const struct templates_conf *conf, uint32_t row, char **errors)
{
	if (!*conf->text)
		return true;
	const char *why = add(x, conf, row, view_of(conf->text));
	if (why)
		conf_fault(errors, &conf->scope.where, "templates: text of \"%s\": %s", conf->name, why);
	return !why;
}

static char *path_of(const struct templates_conf *conf)
{
	const char *slash = conf->scope.where.file ? strrchr(conf->scope.where.file, '/') : NULL;
	if (!slash || conf->file[0] == '/')
		return mem_strdup(conf->file);
	size_t folder = (size_t)(slash - conf->scope.where.file) + 1, n = strlen(conf->file);
	char *path = mem_zalloc(folder + n + 1);
	memcpy(path, conf->scope.where.file, folder);
	memcpy(path + folder, conf->file, n);
	return path;
}

static size_t without_end(char *line, size_t n)
{
	while (n > 0 && strchr("\r\n\t ", line[n - 1]))
		n--;
	line[n] = '\0';
	return n;
}

static bool add_lines(struct templates *x, const struct templates_conf *conf, uint32_t row, const char *path, FILE *f,
		      char **errors)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t got;
	struct conf_where at = {path, 0};
	bool good = true;
	while ((got = getline(&line, &room, f)) >= 0) {
		at.line++;
		size_t n = without_end(line, (size_t)got), bom = n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
		if (n == bom || line[bom] == '#')
			continue;
		const char *why = text_valid(line, n) ? add(x, conf, row, view_of(line + bom)) : "it is not UTF-8";
		if (why)
			conf_fault(errors, &at, "templates: %s", why);
		good = good && !why;
	}
	free(line);
	return good;
}

static bool add_file(struct templates *x, const struct templates_conf *conf, uint32_t row, char **errors)
{
	if (!*conf->file)
		return true;
	char *path = path_of(conf);
	FILE *f = fopen(path, "re");
	bool good = false;
	if (f) {
		good = add_lines(x, conf, row, path, f, errors);
		fclose(f);
	} else {
		conf_fault(errors, &conf->scope.where, "templates: cannot read %s: %s", path, strerror(errno));
	}
	mem_free(path);
	return good;
}

static bool add_row(struct templates *x, const struct templates_conf *conf, uint32_t row, char **errors)
{
	if (!*conf->text && !*conf->file) {
		conf_fault(errors, &conf->scope.where, "templates: a row has text, or file, or both");
		return false;
	}
	bool good = add_text(x, conf, row, errors);
	return add_file(x, conf, row, errors) && good;
}

struct templates *templates_new(const struct templates_conf *rows, size_t n, const struct policy_names *names,
				char **errors)
{
	struct templates *x = mem_zalloc(sizeof(*x));
	bool good = true;
	x->scope = scope_new("templates", rows, sizeof(*rows), n, false, names, errors);
	for (size_t i = 0; i < n; i++)
		good = add_row(x, &rows[i], (uint32_t)i, errors) && good;
	if (good && x->scope) {
		x->index = template_index_new(x->texts, x->n);
		return x;
	}
	templates_free(x);
	return NULL;
}

void templates_free(struct templates *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->n; i++) {
		template_clear(&x->texts[i]);
		mem_free(x->owners[i].signature);
	}
	mem_free(x->texts);
	mem_free(x->owners);
	template_index_free(x->index);
	scope_free(x->scope);
	mem_free(x);
}

void templates_leave_out(struct templates *x, const struct optout_text *words)
{
	x->words = words;
}

size_t templates_count(const struct templates *x)
{
	return x->n;
}

bool templates_concerns(const struct templates *x, size_t account, enum class_id class_id)
{
	return scope_at(x->scope, account, class_id).n > 0;
}

/* --- judging --- */

struct looking {
	const struct templates *templates;
	const struct policy_subject *subject;
	struct view signature;
	const int32_t *text;
	uint32_t n;
};

/* False: it is the one. */
static bool on_candidate(void *arg, uint32_t i)
{
	const struct looking *l = arg;
	const struct templates *x = l->templates;
	const struct owner *owner = &x->owners[i];
	if (!scope_row_fits(x->scope, owner->row, l->subject->account, l->subject->class_id))
		return true;
	if (owner->signature && !view_eq(view_of(owner->signature), l->signature))
		return true;
	return !template_fits(&x->texts[i], l->text, l->n);
}

static bool has_template(const struct templates *x, const struct policy_subject *s, struct view signature,
			 struct view body)
{
	int32_t text[TEMPLATE_CHARACTERS];
	bool overlong;
	struct looking l = {x, s, signature, text, template_fold(body, text, &overlong)};
	return !overlong && !template_index_each(x->index, text, l.n, on_candidate, &l);
}

enum policy_effect templates_judge(const struct templates *x, struct policy_subject *s)
{
	if (!templates_concerns(x, s->account, s->class_id))
		return POLICY_PASS;
	struct view text = {(const uint8_t *)s->text, s->text_n}, body, signature = signature_split(text, &body);
	struct view less = x->words ? optout_text_without(x->words, s, body) : body;
	if (has_template(x, s, signature, less) || (less.n < body.n && has_template(x, s, signature, body)))
		return POLICY_PASS;
	subject_detail(s, "no approved template of the account%s%.*s%s has this text",
		       signature.n ? " and signature 【" : "", (int)signature.n, (const char *)signature.p,
		       signature.n ? "】" : "");
	return POLICY_REFUSE;
}
