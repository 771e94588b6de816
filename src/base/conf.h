/*
 * conf.h - reads a libconfig file into structs, by tables of rows. Knows no key: the rooms bring their rows.
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum conf_type {
	CONF_INT,    /* int64_t; min..max, both 0: any */
	CONF_BOOL,   /* bool */
	CONF_STRING, /* char *; owned by struct conf; min..max octets when max > 0 */
	CONF_SECRET, /* char *; as string, never printed; "file:/path", "credential:NAME": what is in there (secret.h)
		      */
	CONF_CHOICE, /* int; one of help's choices[], by index */
	CONF_LIST,   /* struct conf_list: an array or list of strings (whole numbers are taken as strings);
			min..max entries when max > 0 */
	CONF_FLOAT,  /* double; a whole number is taken too; min..max, both 0: any */
	CONF_PATH,   /* char *; the name of a file, as string; "credential:NAME" and "file:/path" become their path */
};

struct conf_list {
	char **at;
	size_t n;
};

struct conf_row {
	const char *key; /* "tps"; "tls.certificate" for a key in a nested group */
	enum conf_type type;
	size_t offset;	  /* into the section's struct */
	const char *unit; /* "s", "ms", "messages/s", "octets", "" */
	int64_t min, max;
	const char *def;	    /* default as written in a file, strings without quotes, lists as [ "a", "b" ];
				       NULL = required; "" = empty string / empty list; may lie outside min..max ("not set") */
	bool reload;		    /* takes effect on reload */
	const char *help;	    /* one sentence */
	const char *const *choices; /* CONF_CHOICE: NULL-terminated */
};

struct conf_section {
	const char *name;	     /* "" for keys at the top of the file */
	bool list;		     /* name: ( {..}, {..} ): one struct per element; else one struct. A section that
					is not in the file: no struct, or one with all defaults */
	size_t size;		     /* of the struct; every struct begins with struct conf_where */
	const struct conf_row *rows; /* ends with key NULL */
};

struct conf_where { /* first member of every section struct: for messages that name file and line */
	const char *file;
	int line; /* 0: the section is not in the file, all defaults */
};

struct conf;

/*
 * Reads file with its @include's (relative to the folder of the file named here, also in included files). sections
 * ends with rows NULL. On any fault (syntax, unknown key or section, wrong type, out of range, missing required key):
 * NULL, and *errors (owned by the caller, free()) holds one "file:line: message" per line, all faults found, not only
 * the first (a syntax error ends the search). Values of CONF_SECRET never stand in a message. Strings must be UTF-8.
 */
struct conf *conf_read(const char *file, const struct conf_section *sections, char **errors);
void conf_free(struct conf *c); /* secrets are overwritten first */
/* What is no fault: secrets in files that everybody may read. Adds "file:line: warning: message" lines. */
void conf_warn(const struct conf *c, char **warnings);
/* The structs of a section: a group's single struct with *n = 1, or a list's array; n may be NULL. Owned by c. */
void *conf_get(const struct conf *c, const char *section, size_t *n);
/* Adds "file:line: message\n" to a growing text of faults (for checks across sections); *errors is NULL at first. */
__attribute__((format(printf, 3, 4))) void conf_fault(char **errors, const struct conf_where *where, const char *fmt,
						      ...);
/*
 * Prints the table: section.key<TAB>type<TAB>unit<TAB>default<TAB>reloadable yes/no<TAB>help, a line each, to stdout.
 * The type has the range or the choices behind it ("int 1..99", "choice connect|accept"); a required key's default is
 * "required".
 */
void conf_print_rows(const struct conf_section *sections);
/* Whether two structs of a section have the same values, by its rows (where they stand in the file does not count). */
bool conf_same(const struct conf_section *section, const void *a, const void *b);

/* --- conf_diff.c: what a reload changes --- */

struct conf_change {
	const struct conf_section *section;
	const struct conf_row *row; /* NULL: a whole element of a list came or went */
	bool restart;		    /* takes effect only at the next start */
	const char *text; /* "carriers mobile: tps 100 -> 200", "+ accounts bank", "- routes #3"; never a secret */
};
/*
 * Tells each difference between two reads of the same table of sections, in the table's order; borrowed for the call.
 * The elements of a list are known by their first required key that is a string, when no two have the same; else by
 * their place (#1 is the first), after what is the same at both ends. Returns how many.
 */
size_t conf_diff(const struct conf *before, const struct conf *after,
		 void (*fn)(const struct conf_change *change, void *arg), void *arg);
/*
 * What takes effect only at the next start stays as it is: every such value of `running` is taken over into `next`
 * (copied), in groups and in list elements of the same name.
 */
void conf_carry(struct conf *next, const struct conf *running);
/*
 * A copy of one struct of a section (size octets) for who needs it longer than the configuration that it was read with.
 * conf_copy_free() frees it; NULL does no harm.
 */
void *conf_copy(const struct conf_row *rows, size_t size, const void *from);
void conf_copy_free(const struct conf_row *rows, void *copy);

#endif
