/*
 * conf_value.c - values of a configuration's rows. Knows the types and their limits; knows neither sections nor files.
 */
#include "base/conf_value.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"

#define CONF_VALUE_SHOWN                                                                                               \
	60u /* octets of a text or a list that are printed; at least twice as much room must be there */

static void conf_value_keep(struct conf_strings *own, void *p)
{
	if (own->n == own->cap) {
		own->cap = own->cap > 0 ? own->cap * 2 : 64;
		own->at = mem_realloc(own->at, own->cap * sizeof(own->at[0]));
	}
	own->at[own->n++] = p;
}

char *conf_value_own(struct conf_strings *own, const void *s, size_t n)
{
	char *copy = mem_strndup(s, n);

	conf_value_keep(own, copy);
	return copy;
}

void conf_value_free(struct conf_strings *own)
{
	for (size_t i = 0; i < own->n; i++)
		mem_free(own->at[i]);
	mem_free(own->at);
	memset(own, 0, sizeof(*own));
}

__attribute__((format(printf, 2, 3))) static int conf_value_say(char why[CONF_WHY], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, CONF_WHY, fmt, ap);
	va_end(ap);
	return -1;
}

static bool conf_value_is_int(const config_setting_t *s)
{
	return config_setting_type(s) == CONFIG_TYPE_INT || config_setting_type(s) == CONFIG_TYPE_INT64;
}

static bool conf_value_any(const struct conf_row *row)
{
	return row->min == 0 && row->max == 0;
}

static int conf_value_read_int(const struct conf_row *row, const config_setting_t *s, void *at, char why[CONF_WHY])
{
	if (config_setting_type(s) == CONFIG_TYPE_STRING)
		return conf_value_say(why, "must be a whole number, without quotes");
	if (!conf_value_is_int(s))
		return conf_value_say(why, "must be a whole number");

	int64_t v = config_setting_get_int64(s);
	if (!conf_value_any(row) && (v < row->min || v > row->max))
		return conf_value_say(why, "must be %lld..%lld%s%s, not %lld", (long long)row->min, (long long)row->max,
				      row->unit[0] != '\0' ? " " : "", row->unit, (long long)v);
	*(int64_t *)at = v;
	return 0;
}

static int conf_value_read_float(const struct conf_row *row, const config_setting_t *s, void *at, char why[CONF_WHY])
{
	double v;

	if (config_setting_type(s) == CONFIG_TYPE_FLOAT)
		v = config_setting_get_float(s);
	else if (conf_value_is_int(s))
		v = (double)config_setting_get_int64(s);
	else
		return conf_value_say(why, "must be a number, without quotes");
	if (!conf_value_any(row) && (v < (double)row->min || v > (double)row->max))
		return conf_value_say(why, "must be %lld..%lld%s%s, not %g", (long long)row->min, (long long)row->max,
				      row->unit[0] != '\0' ? " " : "", row->unit, v);
	*(double *)at = v;
	return 0;
}

static int conf_value_take_string(const struct conf_row *row, const char *v, void *at, struct conf_strings *own,
				  char why[CONF_WHY])
{
	size_t n = strlen(v);
	if (!text_valid(v, n))
		return conf_value_say(why, "is not UTF-8 text; save the file as UTF-8");
	if (row->max > 0 && ((int64_t)n < row->min || (int64_t)n > row->max))
		return conf_value_say(why, "must have %lld..%lld octets, not %zu", (long long)row->min,
				      (long long)row->max, n);
	*(char **)at = conf_value_own(own, v, n);
	return 0;
}

static int conf_value_read_string(const struct conf_row *row, const config_setting_t *s, void *at,
				  struct conf_strings *own, char why[CONF_WHY])
{
	if (config_setting_type(s) != CONFIG_TYPE_STRING)
		return conf_value_say(why, "must be a string in quotes");
	return conf_value_take_string(row, config_setting_get_string(s), at, own, why);
}

/* What may stand elsewhere: a secret is what is in the file, a path is the file. */
static int conf_value_read_placed(const struct conf_row *row, const config_setting_t *s, void *at,
				  struct conf_strings *own, char why[CONF_WHY])
{
	char path[SECRET_PATH], text[SECRET_MAX + 1];
	const char *said = config_setting_get_string(s);
	enum secret_kind kind = said != NULL ? secret_place(said, path, why) : SECRET_PLAIN;

	if (kind == SECRET_PLAIN)
		return conf_value_read_string(row, s, at, own, why);
	if (kind == SECRET_WRONG)
		return -1;
	if (row->type == CONF_PATH) {
		*(char **)at = conf_value_own(own, path, strlen(path));
		return 0;
	}
	if (secret_read(path, text, why) != 0)
		return -1;
	int result = conf_value_take_string(row, text, at, own, why);
	explicit_bzero(text, sizeof(text));
	return result;
}

/* The index of a choice, or -1. */
static int conf_value_choice(const struct conf_row *row, const char *name)
{
	for (int i = 0; row->choices[i] != NULL; i++) {
		if (strcmp(row->choices[i], name) == 0)
			return i;
	}
	return -1;
}

static void conf_value_join(const struct conf_row *row, const char *between, char *out, size_t cap)
{
	size_t n = 0;

	out[0] = '\0';
	for (int i = 0; row->choices[i] != NULL && n < cap; i++)
		n += (size_t)snprintf(out + n, cap - n, "%s%s", i > 0 ? between : "", row->choices[i]);
}

static int conf_value_read_choice(const struct conf_row *row, const config_setting_t *s, void *at, char why[CONF_WHY])
{
	char names[CONF_WHY / 2];

	conf_value_join(row, ", ", names, sizeof(names));
	if (config_setting_type(s) != CONFIG_TYPE_STRING)
		return conf_value_say(why, "must be one of %s, in quotes", names);

	const char *v = config_setting_get_string(s);
	int choice = conf_value_choice(row, v);
	if (choice < 0)
		return conf_value_say(why, "must be one of %s, not \"%.60s\"", names,
				      text_valid(v, strlen(v)) ? v : "?");
	*(int *)at = choice;
	return 0;
}

static int conf_value_read_item(const config_setting_t *s, unsigned i, char **at, struct conf_strings *own,
				char why[CONF_WHY])
{
	const config_setting_t *item = config_setting_get_elem(s, i);
	char number[24];

	if (conf_value_is_int(item)) {
		int n = snprintf(number, sizeof(number), "%lld", config_setting_get_int64(item));
		*at = conf_value_own(own, number, (size_t)n);
		return 0;
	}
	if (config_setting_type(item) != CONFIG_TYPE_STRING)
		return conf_value_say(why, "has an entry (number %u) that is no string; write it in quotes", i + 1);

	const char *v = config_setting_get_string(item);
	if (!text_valid(v, strlen(v)))
		return conf_value_say(why, "has an entry (number %u) that is not UTF-8 text", i + 1);
	*at = conf_value_own(own, v, strlen(v));
	return 0;
}

static int conf_value_read_list(const struct conf_row *row, const config_setting_t *s, void *at,
				struct conf_strings *own, char why[CONF_WHY])
{
	struct conf_list list = {0};

	if (config_setting_type(s) != CONFIG_TYPE_ARRAY && config_setting_type(s) != CONFIG_TYPE_LIST)
		return conf_value_say(why, "must be a list of strings: [ \"...\", \"...\" ]");

	unsigned n = (unsigned)config_setting_length(s);
	if (row->max > 0 && ((int64_t)n < row->min || (int64_t)n > row->max))
		return conf_value_say(why, "must have %lld..%lld entries, not %u", (long long)row->min,
				      (long long)row->max, n);
	if (n > 0) {
		list.at = mem_zalloc(n * sizeof(list.at[0]));
		conf_value_keep(own, list.at);
	}
	for (; list.n < n; list.n++) {
		if (conf_value_read_item(s, (unsigned)list.n, &list.at[list.n], own, why) != 0)
			return -1;
	}
	*(struct conf_list *)at = list;
	return 0;
}

int conf_value_read(const struct conf_row *row, const config_setting_t *s, void *at, struct conf_strings *own,
		    char why[CONF_WHY])
{
	switch (row->type) {
	case CONF_INT:
		return conf_value_read_int(row, s, at, why);
	case CONF_FLOAT:
		return conf_value_read_float(row, s, at, why);
	case CONF_BOOL:
		if (config_setting_type(s) != CONFIG_TYPE_BOOL)
			return conf_value_say(why, "must be true or false, without quotes");
		*(bool *)at = config_setting_get_bool(s) != 0;
		return 0;
	case CONF_STRING:
		return conf_value_read_string(row, s, at, own, why);
	case CONF_SECRET:
	case CONF_PATH:
		return conf_value_read_placed(row, s, at, own, why);
	case CONF_CHOICE:
		return conf_value_read_choice(row, s, at, why);
	case CONF_LIST:
		return conf_value_read_list(row, s, at, own, why);
	}
	return conf_value_say(why, "has an unknown type");
}

static void conf_value_bad_default(const struct conf_row *row)
{
	fprintf(stderr, "smppgw: the table's default of %s is not of its type: %s\n", row->key, row->def);
	abort();
}

static void conf_value_default_list(const struct conf_row *row, void *at, struct conf_strings *own)
{
	struct conf_row any = *row; /* without limits */
	char text[1024], why[CONF_WHY];
	config_t cfg;

	*(struct conf_list *)at = (struct conf_list){0};
	if (row->def[0] == '\0')
		return;
	any.min = any.max = 0;
	config_init(&cfg);
	int n = snprintf(text, sizeof(text), "list = %s;", row->def);
	if (n >= (int)sizeof(text) || config_read_string(&cfg, text) != CONFIG_TRUE ||
	    conf_value_read_list(&any, config_lookup(&cfg, "list"), at, own, why) != 0)
		conf_value_bad_default(row);
	config_destroy(&cfg);
}

void conf_value_default(const struct conf_row *row, void *at, struct conf_strings *own)
{
	char *end = NULL;

	errno = 0;
	switch (row->type) {
	case CONF_INT:
		*(int64_t *)at = strtoll(row->def, &end, 10);
		break;
	case CONF_FLOAT:
		*(double *)at = strtod(row->def, &end);
		break;
	case CONF_BOOL:
		*(bool *)at = strcmp(row->def, "true") == 0;
		if (!*(bool *)at && strcmp(row->def, "false") != 0)
			conf_value_bad_default(row);
		break;
	case CONF_STRING:
	case CONF_SECRET:
	case CONF_PATH:
		*(char **)at = conf_value_own(own, row->def, strlen(row->def));
		break;
	case CONF_CHOICE:
		*(int *)at = conf_value_choice(row, row->def);
		if (*(int *)at < 0)
			conf_value_bad_default(row);
		break;
	case CONF_LIST:
		conf_value_default_list(row, at, own);
		break;
	}
	if (end != NULL && (end == row->def || *end != '\0' || errno != 0))
		conf_value_bad_default(row);
}

bool conf_value_is_string(const struct conf_row *row)
{
	return row->type == CONF_STRING || row->type == CONF_SECRET || row->type == CONF_PATH;
}

static bool conf_value_same_list(const struct conf_list *a, const struct conf_list *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->at[i], b->at[i]) != 0)
			return false;
	}
	return true;
}

bool conf_value_same(const struct conf_row *row, const void *a, const void *b)
{
	switch (row->type) {
	case CONF_INT:
		return *(const int64_t *)a == *(const int64_t *)b;
	case CONF_FLOAT:
		return memcmp(a, b, sizeof(double)) == 0;
	case CONF_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case CONF_STRING:
	case CONF_SECRET:
	case CONF_PATH:
		return strcmp(*(char *const *)a, *(char *const *)b) == 0;
	case CONF_CHOICE:
		return *(const int *)a == *(const int *)b;
	case CONF_LIST:
		return conf_value_same_list(a, b);
	}
	return false;
}

void conf_value_copy(const struct conf_row *row, void *at, const void *from, struct conf_strings *own)
{
	static const size_t sizes[] = {[CONF_INT] = sizeof(int64_t),
				       [CONF_BOOL] = sizeof(bool),
				       [CONF_CHOICE] = sizeof(int),
				       [CONF_FLOAT] = sizeof(double),
				       [CONF_LIST] = 0};

	if (conf_value_is_string(row)) {
		const char *s = *(char *const *)from;
		*(char **)at = s != NULL ? conf_value_own(own, s, strlen(s)) : NULL;
	} else if (row->type == CONF_LIST) {
		const struct conf_list *list = from;
		struct conf_list *copy = at;
		*copy = (struct conf_list){.at = mem_zalloc((list->n + 1) * sizeof(char *)), .n = list->n};
		conf_value_keep(own, copy->at);
		for (size_t i = 0; i < list->n; i++)
			copy->at[i] = conf_value_own(own, list->at[i], strlen(list->at[i]));
	} else {
		memcpy(at, from, sizes[row->type]);
	}
}

static void conf_value_print_text(const char *s, const char *quote, char *out, size_t cap)
{
	size_t n = s != NULL ? strlen(s) : 0;
	bool cut = n > CONF_VALUE_SHOWN;

	if (cut) {
		for (n = CONF_VALUE_SHOWN; n > 0 && ((uint8_t)s[n] & 0xC0u) == 0x80; n--)
			;
	}
	snprintf(out, cap, "%s%.*s%s%s", quote, (int)n, n > 0 ? s : "", cut ? "..." : "", quote);
}

static void conf_value_print_list(const struct conf_list *list, char *out, size_t cap)
{
	size_t used = (size_t)snprintf(out, cap, "[");

	for (size_t i = 0; i < list->n; i++) {
		if (used > CONF_VALUE_SHOWN) {
			snprintf(out, cap, "%zu entries", list->n);
			return;
		}
		used += (size_t)snprintf(out + used, cap - used, "%s", i > 0 ? ", " : "");
		conf_value_print_text(list->at[i], "", out + used, cap - used);
		used += strlen(out + used);
	}
	snprintf(out + used, cap - used, "]");
}

void conf_value_print(const struct conf_row *row, const void *at, char *out, size_t cap)
{
	switch (row->type) {
	case CONF_INT:
		snprintf(out, cap, "%lld", (long long)*(const int64_t *)at);
		break;
	case CONF_FLOAT:
		snprintf(out, cap, "%g", *(const double *)at);
		break;
	case CONF_BOOL:
		snprintf(out, cap, "%s", *(const bool *)at ? "true" : "false");
		break;
	case CONF_STRING:
	case CONF_PATH:
		conf_value_print_text(*(char *const *)at, "\"", out, cap);
		break;
	case CONF_SECRET:
		snprintf(out, cap, "%s", **(char *const *)at != '\0' ? "(set)" : "(not set)");
		break;
	case CONF_CHOICE:
		snprintf(out, cap, "%s", row->choices[*(const int *)at]);
		break;
	case CONF_LIST:
		conf_value_print_list(at, out, cap);
		break;
	}
}

void conf_value_type(const struct conf_row *row, char *out, size_t cap)
{
	static const char *const names[] = {"int", "bool", "string", "secret", "choice", "list", "float", "string"};
	int n = snprintf(out, cap, "%s", names[row->type]);

	if (row->type == CONF_CHOICE) {
		out[n++] = ' ';
		conf_value_join(row, "|", out + n, cap - (size_t)n);
	} else if (row->type != CONF_BOOL && row->max != 0) {
		snprintf(out + n, cap - (size_t)n, " %lld..%lld", (long long)row->min, (long long)row->max);
	}
}
