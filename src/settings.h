/*
 * settings.h - the configuration file as the daemon knows it: every section with its table of rows, read into the
 * structs of the rooms.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "audit/archive.h"
#include "base/log_rows.h"
#include "noc/noc.h"
#include "path/flow.h"
#include "privilege.h"

struct top_conf { /* keys at the top of the file */
	struct conf_where where;
	int64_t node;
	char *system_id;
};

struct settings {
	struct conf *conf; /* owns everything below */
	const struct top_conf *top;
	const struct process_conf *process;
	const struct log_conf *log;
	const struct records_conf *records;
	const struct evidence_conf *evidence;
	struct flow_conf flow;
	struct noc_conf noc;
};

/* Reads and checks; running: for a gateway that runs, so that it does not take long. 0, or -1 with *errors (owned by
 * the caller, free()): "file:line: message" lines. */
__attribute__((warn_unused_result)) int settings_read(const char *file, bool running, struct settings *out,
						      char **errors);
/* What is no fault, but not what it looks like: adds "file:line: warning: message" lines. */
void settings_warn(const struct settings *s, char **warnings);
/* What takes effect only at a start stays as it is: taken over from what runs. */
void settings_carry(struct settings *next, const struct settings *running);
void settings_free(struct settings *s);
/* Every option, for --options and the checks of the documentation. */
void settings_print_options(void);

#endif
