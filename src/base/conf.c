/*
 * conf.c - a configuration file into structs, by tables of rows. Knows sections, keys and where they stand in the file;
 * brings no key of its own.
 */
#include "base/conf.h"

#include <errno.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/buf.h"
#include "base/conf_scan.h"
#include "base/conf_value.h"
#include "base/mem.h"
#include "base/near.h"
#include "base/secret.h"
#include "base/text.h"

#define CONF_FAULT_MAX 1016u /* octets of a message */

#define CONF_KEY_MAX 128 /* octets of a dotted key */

struct conf_reader {
	struct conf *conf;
	const struct conf_section *sections;
	const char *file;
	char *folder;	   /* of file; included names are relative to it */
	const char *shown; /* the file that was warned of last: once is enough */
	char **errors;
};

/* A fault is one line of whole characters, whatever the configuration's text in it is. */
static void conf_one_line(char *message)
{
	message[text_cut(message, strlen(message), CONF_FAULT_MAX)] = '\0';
	for (char *p = message; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	}
}

void conf_fault(char **errors, const struct conf_where *where, const char *fmt, ...)
{
	size_t old = *errors != NULL ? strlen(*errors) : 0;
	char message[CONF_FAULT_MAX + 8];
	struct buf line = {0};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	conf_one_line(message);
	/* a section that is not in the file is missed at the file's beginning */
	buf_printf(&line, "%s:%d: %s\n", where->file, where->line > 0 ? where->line : 1, message);
	*errors = mem_realloc(*errors, old + buf_len(&line) + 1);
	memcpy(*errors + old, buf_data(&line), buf_len(&line));
	(*errors)[old + buf_len(&line)] = '\0';
	buf_free(&line);
}

/* A file's name for messages: an included one gets the folder in front. Owned by the configuration. */
static const char *conf_file_name(struct conf_reader *r, const char *raw)
{
	struct conf *c = r->conf;
	struct buf path = {0};

	if (raw == NULL)
		raw = r->file;
	if (c->last_raw != NULL && strcmp(c->last_raw, raw) == 0)
		return c->last_file;
	if (strcmp(raw, r->file) != 0)
		buf_printf(&path, "%s/", r->folder);
	buf_puts(&path, raw);
	c->last_raw = conf_value_own(&c->own, raw, strlen(raw));
	c->last_file = conf_value_own(&c->own, buf_data(&path), buf_len(&path));
	buf_free(&path);
	return c->last_file;
}

static struct conf_where conf_place(struct conf_reader *r, const config_setting_t *s)
{
	return (struct conf_where){.file = conf_file_name(r, config_setting_source_file(s)),
				   .line = (int)config_setting_source_line(s)};
}

/* How the key is called in messages: "carriers: tls.certificate". */
static const char *conf_title(const struct conf_section *section, const char *key, char out[CONF_KEY_MAX * 2])
{
	snprintf(out, CONF_KEY_MAX * 2, "%s%s%s", section->name, section->name[0] != '\0' ? ": " : "", key);
	return out;
}

/* The setting of a dotted key below group; NULL when it is not there. */
static config_setting_t *conf_find(config_setting_t *group, const char *key)
{
	char part[CONF_KEY_MAX];

	for (config_setting_t *s = group; s != NULL && config_setting_is_group(s);) {
		size_t n = strcspn(key, ".");
		if (n >= sizeof(part))
			return NULL;
		memcpy(part, key, n);
		part[n] = '\0';
		s = config_setting_get_member(s, part);
		if (key[n] == '\0')
			return s;
		key += n + 1;
	}
	return NULL;
}

/* A secret in a file that everybody may read: one of its own, or this one. A hash is none. */
static void conf_look_at(struct conf_reader *r, const struct conf_section *section, const struct conf_row *row,
			 const config_setting_t *s)
{
	char path[SECRET_PATH], why[SECRET_WHY], title[CONF_KEY_MAX * 2];
	struct conf_where place = conf_place(r, s);

	if (row->type != CONF_SECRET)
		return;
	const char *value = config_setting_get_string(s);
	enum secret_kind kind = secret_place(value, path, why);
	if (kind == SECRET_FILE && secret_is_open(path))
		conf_fault(&r->conf->warnings, &place, "warning: %s: everybody may read the file %s: chmod 640",
			   conf_title(section, row->key, title), path);
	if (kind != SECRET_PLAIN || *value == '\0' || *value == '$' || r->shown == place.file ||
	    !secret_shows(place.file))
		return;
	r->shown = place.file;
	conf_fault(&r->conf->warnings, &place,
		   "warning: %s: everybody may read this file, and a secret stands in it: chmod 640",
		   conf_title(section, row->key, title));
}

/* Fills one struct from a group of the file (NULL: all defaults). */
static void conf_fill(struct conf_reader *r, const struct conf_section *section, config_setting_t *group, void *at)
{
	struct conf_where *where = at;
	char why[CONF_WHY], title[CONF_KEY_MAX * 2];

	if (group != NULL)
		*where = conf_place(r, group);
	else
		*where = (struct conf_where){.file = conf_file_name(r, NULL), .line = 0};
	for (const struct conf_row *row = section->rows; row->key != NULL; row++) {
		void *value = (char *)at + row->offset;
		config_setting_t *s = group != NULL ? conf_find(group, row->key) : NULL;
		if (s != NULL) {
			if (conf_value_read(row, s, value, &r->conf->own, why) != 0) {
				struct conf_where place = conf_place(r, s);
				conf_fault(r->errors, &place, "%s %s", conf_title(section, row->key, title), why);
			} else {
				conf_look_at(r, section, row, s);
			}
		} else if (row->def != NULL) {
			conf_value_default(row, value, &r->conf->own);
		} else {
			conf_fault(r->errors, where, "%s is missing: %s", conf_title(section, row->key, title),
				   row->help);
		}
	}
}

/* Says that name is not a key below prefix, and which one is nearest. */
static void conf_unknown(struct conf_reader *r, const struct conf_section *section, const config_setting_t *s,
			 const char *prefix)
{
	const char *name = config_setting_name(s);
	size_t skip = strlen(prefix);
	struct near near;
	struct conf_where place = conf_place(r, s);
	char title[CONF_KEY_MAX * 2], key[CONF_KEY_MAX];

	near_start(&near, name);
	for (const struct conf_row *row = section->rows; row->key != NULL; row++) {
		if (strncmp(row->key, prefix, skip) == 0)
			near_try(&near, row->key + skip, strcspn(row->key + skip, "."));
	}
	for (const struct conf_section *other = r->sections;
	     section->name[0] == '\0' && skip == 0 && other->rows != NULL; other++)
		near_try(&near, other->name, strlen(other->name));
	snprintf(key, sizeof(key), "%s%s", prefix, name);
	if (near_best(&near))
		conf_fault(r->errors, &place, "%s is not known; did you mean %s?", conf_title(section, key, title),
			   near_best(&near));
	else
		conf_fault(r->errors, &place, "%s is not known", conf_title(section, key, title));
}

static const struct conf_section *conf_section_named(const struct conf_section *sections, const char *name)
{
	for (; sections->rows != NULL; sections++) {
		if (strcmp(sections->name, name) == 0)
			return sections;
	}
	return NULL;
}

enum conf_known { CONF_KNOWN_NOT, CONF_KNOWN_KEY, CONF_KNOWN_GROUP };

static enum conf_known conf_known(const struct conf_section *section, const char *key)
{
	size_t n = strlen(key);

	for (const struct conf_row *row = section->rows; row->key != NULL; row++) {
		if (strcmp(row->key, key) == 0)
			return CONF_KNOWN_KEY;
		if (strncmp(row->key, key, n) == 0 && row->key[n] == '.')
			return CONF_KNOWN_GROUP;
	}
	return CONF_KNOWN_NOT;
}

/* Every member of group must be a key or a group of keys of the section; prefix is "" or ends with a dot. */
static void conf_check_members(struct conf_reader *r, const struct conf_section *section, const config_setting_t *group,
			       const char *prefix)
{
	char key[CONF_KEY_MAX], title[CONF_KEY_MAX * 2];
	bool top = section->name[0] == '\0' && prefix[0] == '\0';

	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(s);
		int n = snprintf(key, sizeof(key), "%s%s", prefix, name);
		enum conf_known known = n < (int)sizeof(key) - 1 ? conf_known(section, key) : CONF_KNOWN_NOT;
		if (known == CONF_KNOWN_KEY || (top && conf_section_named(r->sections, name) != NULL))
			continue;
		if (known == CONF_KNOWN_NOT) {
			conf_unknown(r, section, s, prefix);
		} else if (!config_setting_is_group(s)) {
			struct conf_where place = conf_place(r, s);
			conf_fault(r->errors, &place, "%s must be a group: %s: { ... };",
				   conf_title(section, key, title), name);
		} else {
			memcpy(key + n, ".", 2);
			conf_check_members(r, section, s, key);
		}
	}
}

static void conf_read_group(struct conf_reader *r, struct conf_block *b, config_setting_t *s)
{
	if (s != NULL && !config_setting_is_group(s)) {
		struct conf_where place = conf_place(r, s);
		conf_fault(r->errors, &place, "%s must be a group: %s: { ... };", b->section->name, b->section->name);
		s = NULL;
	} else {
		conf_fill(r, b->section, s, b->structs);
	}
	if (s != NULL)
		conf_check_members(r, b->section, s, "");
}

static void conf_read_list(struct conf_reader *r, struct conf_block *b, config_setting_t *s)
{
	for (size_t i = 0; i < b->n; i++) {
		config_setting_t *element = config_setting_get_elem(s, (unsigned)i);
		if (!config_setting_is_group(element)) {
			struct conf_where place = conf_place(r, element);
			conf_fault(r->errors, &place, "%s has an entry (number %zu) that is no group { ... }",
				   b->section->name, i + 1);
			continue;
		}
		conf_fill(r, b->section, element, (char *)b->structs + i * b->section->size);
		conf_check_members(r, b->section, element, "");
	}
}

static void conf_read_section(struct conf_reader *r, struct conf_block *b, config_setting_t *root)
{
	const struct conf_section *section = b->section;
	config_setting_t *s = section->name[0] == '\0' ? root : config_setting_get_member(root, section->name);

	b->n = 1;
	if (section->list)
		b->n = s != NULL && config_setting_is_list(s) ? (size_t)config_setting_length(s) : 0;
	b->structs = mem_zalloc(b->n * section->size);
	if (!section->list) {
		conf_read_group(r, b, s);
	} else if (s != NULL && !config_setting_is_list(s)) {
		struct conf_where place = conf_place(r, s);
		conf_fault(r->errors, &place, "%s must be a list: %s: ( { ... }, { ... } );", section->name,
			   section->name);
	} else {
		conf_read_list(r, b, s);
	}
}

/* Reads and parses; 0, or -1 with a fault. */
static int conf_parse(struct conf_reader *r, config_t *cfg)
{
	struct conf_where where = {.file = r->file, .line = 0};
	struct stat st;

	errno = EISDIR;
	if (stat(r->file, &st) != 0 || S_ISDIR(st.st_mode)) {
		conf_fault(r->errors, &where, "cannot be read: %s", strerror(errno));
		return -1;
	}
	if (S_ISREG(st.st_mode) && !conf_scan_includes(r->file, r->folder, r->errors)) /* a pipe is read once */
		return -1;
	config_set_include_dir(cfg, r->folder);
	errno = 0;
	if (config_read_file(cfg, r->file) == CONFIG_TRUE)
		return 0;
	where.file = conf_file_name(r, config_error_file(cfg));
	where.line = config_error_line(cfg);
	if (config_error_type(cfg) == CONFIG_ERR_FILE_IO)
		conf_fault(r->errors, &where, "cannot be read: %s", strerror(errno != 0 ? errno : EIO));
	else
		conf_fault(r->errors, &where, "%s", config_error_text(cfg));
	return -1;
}

/* The folder of a file, without the slash at its end; owned by the caller. */
static char *conf_folder(const char *file)
{
	const char *slash = strrchr(file, '/');

	if (slash == NULL)
		return mem_strdup(".");
	return slash == file ? mem_strdup("/") : mem_strndup(file, (size_t)(slash - file));
}

/* Everything that is checked in a file that could be parsed. */
static void conf_take(struct conf_reader *r, const config_t *cfg)
{
	static const struct conf_row none[] = {{.key = NULL}};
	const struct conf_section top = {.name = "", .rows = none};
	config_setting_t *root = config_root_setting(cfg);

	for (unsigned i = 0; i < cfg->num_filenames; i++)
		conf_scan_numbers(conf_file_name(r, cfg->filenames[i]), r->errors);
	for (size_t i = 0; i < r->conf->blocks; i++)
		conf_read_section(r, &r->conf->block[i], root);
	if (conf_section_named(r->sections, "") == NULL)
		conf_check_members(r, &top, root, "");
}

static struct conf *conf_make(const struct conf_section *sections)
{
	struct conf *c = mem_zalloc(sizeof(*c));

	while (sections[c->blocks].rows != NULL)
		c->blocks++;
	c->block = mem_zalloc(c->blocks * sizeof(c->block[0]));
	for (size_t i = 0; i < c->blocks; i++)
		c->block[i].section = &sections[i];
	return c;
}

struct conf *conf_read(const char *file, const struct conf_section *sections, char **errors)
{
	struct conf *c = conf_make(sections);
	struct conf_reader r = {
		.conf = c, .sections = sections, .file = file, .folder = conf_folder(file), .errors = errors};
	config_t cfg;

	*errors = NULL;
	config_init(&cfg);
	if (conf_parse(&r, &cfg) == 0)
		conf_take(&r, &cfg);
	mem_free(r.folder);
	config_destroy(&cfg);
	if (*errors != NULL) {
		conf_free(c);
		return NULL;
	}
	return c;
}

void conf_warn(const struct conf *c, char **warnings)
{
	size_t old = *warnings != NULL ? strlen(*warnings) : 0, n = c->warnings != NULL ? strlen(c->warnings) : 0;

	if (n == 0)
		return;
	*warnings = mem_realloc(*warnings, old + n + 1);
	memcpy(*warnings + old, c->warnings, n + 1);
}

static void conf_wipe(const struct conf_block *b)
{
	for (const struct conf_row *row = b->section->rows; row->key != NULL; row++) {
		for (size_t i = 0; row->type == CONF_SECRET && i < b->n; i++)
			secret_wipe(*(char **)(void *)((char *)b->structs + i * b->section->size + row->offset));
	}
}

void conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->blocks; i++) {
		conf_wipe(&c->block[i]);
		mem_free(c->block[i].structs);
	}
	mem_free(c->warnings);
	mem_free(c->block);
	conf_value_free(&c->own);
	mem_free(c);
}

void *conf_get(const struct conf *c, const char *section, size_t *n)
{
	for (size_t i = 0; i < c->blocks; i++) {
		if (strcmp(c->block[i].section->name, section) == 0) {
			if (n != NULL)
				*n = c->block[i].n;
			return c->block[i].structs;
		}
	}
	fprintf(stderr, "smppgw: no configuration table has a section %s\n", section);
	abort();
}

void conf_print_rows(const struct conf_section *sections)
{
	char type[256];

	for (; sections->rows != NULL; sections++) {
		for (const struct conf_row *row = sections->rows; row->key != NULL; row++) {
			conf_value_type(row, type, sizeof(type));
			printf("%s%s%s\t%s\t%s\t%s\t%s\t%s\n", sections->name, sections->name[0] != '\0' ? "." : "",
			       row->key, type, row->unit, row->def != NULL ? row->def : "required",
			       row->reload ? "yes" : "no", row->help);
		}
	}
}
