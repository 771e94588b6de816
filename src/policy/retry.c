/*
 * retry.c - the operator's tables of errors and retries over the built-in ones. Must not know messages, their state,
 * nor whether a carrier is up.
 */
#include "policy/retry.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"

#define EVERY_CARRIER (-1)

static const char *const conf_actions[] = {"default", "fail", "same", "next", NULL};

const struct conf_row error_rows[] = {
	{"carrier", CONF_STRING, offsetof(struct error_conf, carrier), "", 0, 32, "", true,
	 "Carrier that the row is for; empty for all. Rows with a carrier come before rows without.", NULL},
	{"status", CONF_STRING, offsetof(struct error_conf, status), "", 0, 10, "", true,
	 "command_status of a refused submit, as 0x45 or 69; such a row has neither stat nor err.", NULL},
	{"stat", CONF_STRING, offsetof(struct error_conf, stat), "", 0, 64, "", true,
	 "Word stat of a failed receipt, or its beginning and *; case does not matter; empty for any.", NULL},
	{"err", CONF_STRING, offsetof(struct error_conf, err), "", 0, 64, "", true,
	 "err of a failed receipt, all of it; case does not matter; empty for any.", NULL},
	{"class", CONF_CHOICE, offsetof(struct error_conf, fault), "", 0, 0, NULL, true, "What the error is about.",
	 fault_names},
	{"answer", CONF_STRING, offsetof(struct error_conf, answer), "", 0, 10, "", true,
	 "command_status that an app gets that waits for this carrier's answer (mode 2); empty for the carrier's own.",
	 NULL},
	{"operator", CONF_STRING, offsetof(struct error_conf, operator_name), "", 0, 64, "", true,
	 "Operator that has the number now, where a code of class network says it.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

const struct conf_row retry_rows[] = {
	{"class", CONF_CHOICE, offsetof(struct retry_conf, fault), "", 0, 0, NULL, true,
	 "Class of errors that the row is for.", fault_names},
	{"submit", CONF_CHOICE, offsetof(struct retry_conf, submit), "", 0, 0, "default", true,
	 "After a refused submit: end the message, try again, or try the next carrier of its route.", conf_actions},
	{"receipt", CONF_CHOICE, offsetof(struct retry_conf, receipt), "", 0, 0, "default", true,
	 "After a failed receipt: end the message, send it again, or by the next carrier of its route.", conf_actions},
	{"pause", CONF_INT, offsetof(struct retry_conf, pause), "ms", 0, 86400000, "0", true,
	 "First pause before the next submit, doubles; 0 for messages.retry.", NULL},
	{"pause_max", CONF_INT, offsetof(struct retry_conf, pause_max), "ms", 0, 86400000, "0", true,
	 "Longest pause before the next submit; 0 for messages.retry_max.", NULL},
	{"attempts", CONF_INT, offsetof(struct retry_conf, attempts), "", 0, 250, "0", true,
	 "Most submits of a message that meets this error; 0 for messages.attempts.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

/* A failed receipt of class phone means that the carrier has tried for hours; a refused submit, that it has not. */
static const struct {
	enum retry_action submit, receipt;
} builtin[FAULTS] = {
	[FAULT_TEMPORARY] = {RETRY_SAME, RETRY_NEXT}, [FAULT_CARRIER] = {RETRY_NEXT, RETRY_NEXT},
	[FAULT_PHONE] = {RETRY_SAME, RETRY_FAIL},     [FAULT_NUMBER] = {RETRY_FAIL, RETRY_FAIL},
	[FAULT_CONTENT] = {RETRY_FAIL, RETRY_FAIL},   [FAULT_BLOCKED] = {RETRY_FAIL, RETRY_FAIL},
	[FAULT_SESSION] = {RETRY_NEXT, RETRY_NEXT},   [FAULT_PERMANENT] = {RETRY_FAIL, RETRY_FAIL},
	[FAULT_FLOW] = {RETRY_SAME, RETRY_SAME},      [FAULT_NETWORK] = {RETRY_NEXT, RETRY_NEXT},
	[FAULT_SIGNATURE] = {RETRY_NEXT, RETRY_NEXT}, [FAULT_FREQUENCY] = {RETRY_FAIL, RETRY_FAIL},
};

struct error_row {
	int carrier;	 /* number or EVERY_CARRIER */
	uint32_t status; /* 0: a row for receipts */
	char *stat, *err;
	struct retry_reading reading; /* its operator is owned */
};

struct retries {
	struct retry_row rows[FAULTS];
	struct error_row *errors; /* rows with a carrier first, else in the order of the file */
	size_t n;
};

const char *retry_action_name(enum retry_action action)
{
	static const char *const names[RETRY_ACTIONS] = {"fail", "same", "next"};
	return names[action];
}

/* --- building --- */

static bool status_of(const char *text, uint32_t *status)
{
	char *end;
	errno = 0;
	unsigned long long v = strtoull(text, &end, 0);
	*status = (uint32_t)v;
	return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && v > 0 && v <= UINT32_MAX;
}

/* What is wrong with a row's keys; NULL when they go together. */
static const char *row_fault(const struct error_conf *e)
{
	bool of_receipt = *e->stat || *e->err;
	const char *star = strchr(e->stat, '*');
	if (*e->status && of_receipt)
		return "has both status (for submits) and stat or err (for receipts); make two rows of it";
	if (!*e->status && !of_receipt)
		return "needs status (for submits), or stat or err (for receipts; stat = \"*\" is every failure)";
	if (star && star[1])
		return "has a * inside stat; it can only stand at the end";
	if (*e->answer && of_receipt)
		return "has answer, which only a row with status can have: a receipt is answered otherwise";
	if (*e->operator_name && e->fault != FAULT_NETWORK)
		return "has operator, which only a row of class network can have";
	return NULL;
}

static bool add_error(struct retries *r, const struct error_conf *e, int (*carrier_number)(const char *name, void *arg),
		      void *arg, char **errors)
{
	struct error_row row = {.carrier = EVERY_CARRIER, .reading = {.fault = (enum fault)e->fault}};
	const char *wrong = row_fault(e);
	bool good = wrong == NULL;
	if (wrong)
		conf_fault(errors, &e->where, "the row of errors %s", wrong);
	if (*e->carrier && (row.carrier = carrier_number(e->carrier, arg)) < 0) {
		conf_fault(errors, &e->where, "errors names carrier \"%s\", which is not in carriers", e->carrier);
		good = false;
	}
	if (*e->status && !status_of(e->status, &row.status)) {
		conf_fault(errors, &e->where, "errors: status \"%s\" is no status like 0x45", e->status);
		good = false;
	}
	if (*e->answer && !status_of(e->answer, &row.reading.answer)) {
		conf_fault(errors, &e->where, "errors: answer \"%s\" is no status like 0x45", e->answer);
		good = false;
	}
	if (good) {
		row.stat = mem_strdup(e->stat);
		row.err = mem_strdup(e->err);
		row.reading.operator_name = *e->operator_name ? mem_strdup(e->operator_name) : NULL;
		r->errors[r->n++] = row;
	}
	return good;
}

static bool add_errors(struct retries *r, const struct error_conf *errs, size_t n,
		       int (*carrier_number)(const char *name, void *arg), void *arg, char **errors)
{
	bool good = true;
	r->errors = mem_zalloc((n + 1) * sizeof(*r->errors));
	for (int with_carrier = 1; with_carrier >= 0; with_carrier--) {
		for (size_t i = 0; i < n; i++) {
			if ((*errs[i].carrier != '\0') == with_carrier)
				good &= add_error(r, &errs[i], carrier_number, arg, errors);
		}
	}
	return good;
}

static enum retry_action chosen(int conf, enum retry_action otherwise)
{
	return conf == RETRY_BUILTIN ? otherwise : (enum retry_action)(conf - 1);
}

static void fill_rows(struct retries *r, const struct retry_limits *limits)
{
	for (int i = 0; i < FAULTS; i++) {
		r->rows[i] = (struct retry_row){
			.submit = builtin[i].submit,
			.receipt = builtin[i].receipt,
			.pause_ms = limits->pause_ms,
			.pause_max_ms = limits->pause_max_ms,
			.attempts = limits->attempts,
		};
	}
}

/* A pause that is longer than a longest pause which was not given makes that as long. */
static bool set_row(struct retry_row *row, const struct retry_conf *c, char **errors)
{
	row->submit = chosen(c->submit, row->submit);
	row->receipt = chosen(c->receipt, row->receipt);
	if (c->pause)
		row->pause_ms = c->pause;
	if (c->pause_max)
		row->pause_max_ms = c->pause_max;
	else if (row->pause_max_ms < row->pause_ms)
		row->pause_max_ms = row->pause_ms;
	if (c->attempts)
		row->attempts = (unsigned)c->attempts;
	if (row->pause_ms <= row->pause_max_ms)
		return true;
	conf_fault(errors, &c->where, "retry of class %s: pause (%lld ms) is longer than pause_max (%lld ms)",
		   fault_name((enum fault)c->fault), (long long)row->pause_ms, (long long)row->pause_max_ms);
	return false;
}

static bool set_rows(struct retries *r, const struct retry_conf *retry, size_t n, char **errors)
{
	bool good = true, named[FAULTS] = {false};
	for (size_t i = 0; i < n; i++) {
		if (named[retry[i].fault]) {
			conf_fault(errors, &retry[i].where, "retry names class %s twice",
				   fault_name((enum fault)retry[i].fault));
			good = false;
		}
		named[retry[i].fault] = true;
		good &= set_row(&r->rows[retry[i].fault], &retry[i], errors);
	}
	return good;
}

struct retries *retries_new(const struct retry_conf *retry, size_t retry_n, const struct error_conf *errs,
			    size_t errs_n, const struct retry_limits *limits,
			    int (*carrier_number)(const char *name, void *arg), void *arg, char **errors)
{
	struct retries *r = mem_zalloc(sizeof(*r));
	fill_rows(r, limits);
	bool good = set_rows(r, retry, retry_n, errors);
	good &= add_errors(r, errs, errs_n, carrier_number, arg, errors);
	if (good)
		return r;
	retries_free(r);
	return NULL;
}

void retries_free(struct retries *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++) {
		mem_free(r->errors[i].stat);
		mem_free(r->errors[i].err);
		mem_free((char *)r->errors[i].reading.operator_name);
	}
	mem_free(r->errors);
	mem_free(r);
}

/* --- asking --- */

static bool is_for(const struct error_row *row, size_t carrier)
{
	return row->carrier == EVERY_CARRIER || (size_t)row->carrier == carrier;
}

struct retry_reading retries_read_status(const struct retries *r, size_t carrier, uint32_t status)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct error_row *row = &r->errors[i];
		if (row->status && row->status == status && is_for(row, carrier))
			return row->reading;
	}
	return (struct retry_reading){.fault = fault_of_status(status)};
}

enum fault retries_of_status(const struct retries *r, size_t carrier, uint32_t status)
{
	return retries_read_status(r, carrier, status).fault;
}

static bool same_text(const char *text, struct view word)
{
	return word.n == strlen(text) && strncasecmp(text, (const char *)word.p, word.n) == 0;
}

struct retry_reading retries_read_receipt(const struct retries *r, size_t carrier, enum message_state state,
					  struct view stat, struct view err)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct error_row *row = &r->errors[i];
		if (!row->status && is_for(row, carrier) && fault_word_fits(row->stat, stat) &&
		    (!*row->err || same_text(row->err, err)))
			return row->reading;
	}
	return (struct retry_reading){.fault = fault_of_receipt(state, stat)};
}

enum fault retries_of_receipt(const struct retries *r, size_t carrier, enum message_state state, struct view stat,
			      struct view err)
{
	return retries_read_receipt(r, carrier, state, stat, err).fault;
}

const struct retry_row *retries_row(const struct retries *r, enum fault fault)
{
	return &r->rows[fault];
}

int64_t retry_pause_ms(const struct retry_row *row, unsigned attempt, uint64_t random)
{
	int64_t pause = row->pause_ms;
	for (unsigned i = 1; i < attempt && pause < row->pause_max_ms; i++)
		pause *= 2;
	if (pause > row->pause_max_ms)
		pause = row->pause_max_ms;
	return pause + (int64_t)(random % ((uint64_t)pause / 8 + 1));
}
