/*
 * alarm.h - what the NOC is called for: a table of alarms, judged once a second by what the gateway looks like then
 * (alarm_inputs.h), with a threshold to raise and one to clear, and how long each must hold. Told the time; knows no
 * log, no webhook, no gateway. Nothing is kept over a restart: alarms are judged anew.
 *
 * An object's state is raised or not; it is raised when its value has been at or beyond `threshold` for `after` seconds
 * and cleared when it has been short of `clear`, or not known, for `clear_after` seconds. Time in which nobody looked
 * (the process stood still) counts as two seconds at most.
 */
#ifndef NOC_ALARM_H
#define NOC_ALARM_H

#include "base/conf.h"
#include "base/stats.h"
#include "smpp/view.h"

#define ALARM_OBJECT_MAX 288u /* octets of an object's name, with its NUL */

enum alarm_scope { ALARM_GATEWAY, ALARM_CARRIER, ALARM_ACCOUNT, ALARM_LISTENER, ALARM_SCOPES };
enum alarm_severity { ALARM_WARNING, ALARM_CRITICAL };
const char *alarm_severity_name(enum alarm_severity s);
const char *alarm_scope_name(enum alarm_scope s); /* "gateway", "carrier", ... */

struct alarm_conf { /* section alarms: ( {..} ): other settings than the table's; of several rows that fit the last
		       holds, option by option */
	struct conf_where where;
	char *alarm;			     /* its name */
	struct conf_list carriers, accounts; /* objects; both empty: all */
	int mode;			     /* enum: 0 as the table has it, 1 on, 2 off */
	double threshold, clear;	     /* -1: as the table has it */
	int64_t after, clear_after;	     /* s; -1 */
	int64_t min;			     /* messages, before a ratio is judged; -1 */
	int severity;			     /* enum: 0 as the table has it, 1 warning, 2 critical */
};
extern const struct conf_row alarm_rows[];

struct alarm_post_conf { /* section alarm: who is told, and when */
	struct conf_where where;
	char *webhook;	/* name in webhooks; "": none */
	int64_t repeat; /* s: a critical one that nobody has acknowledged is told again; 0: not */
	int64_t grace;	/* s: nothing is raised so long after the start */
};
extern const struct conf_row alarm_post_rows[];

struct alarm_setting { /* what holds for one alarm of one object */
	double threshold, clear;
	int64_t after, clear_after; /* s */
	uint64_t min;		    /* messages */
	enum alarm_severity severity;
	bool on;
};

struct alarm_inputs;
struct alarm_row {
	const char *name, *unit; /* unit: "s", "%", ...; "": there is only yes (1) and no (0) */
	const char *zh, *en;	 /* a sentence: what is wrong */
	const char *todo;	 /* a sentence: what to do first */
	enum alarm_scope scope;
	bool below;  /* bad is what is small: raised at or below threshold, cleared above clear */
	bool always; /* judged while the gateway is starting, too */
	bool moment; /* it is over in the second in which it happens: while raised, the worst value is shown */
	struct alarm_setting by_default;
	/* Its value for object i of its scope; NAN: nothing is known, or there is nothing to judge. */
	double (*value)(const struct alarm_inputs *in, size_t i, const struct alarm_setting *s);
};
extern const struct alarm_row alarm_table[];
extern const size_t alarm_table_n;

/* Faults of both sections: unknown alarms, objects that do not exist, clear on the wrong side of threshold. */
struct alarm_names { /* whether they are configured */
	bool (*carrier)(const void *arg, const char *name);
	bool (*account)(const void *arg, const char *name);
	bool (*webhook)(const void *arg, const char *name);
	const void *arg;
};
bool alarms_check(const struct alarm_conf *rows, size_t n, const struct alarm_post_conf *post,
		  const struct alarm_names *names, char **errors);

struct alarm_view { /* one alarm of one object; texts are good for the call */
	const struct alarm_row *row;
	const char *alarm, *object; /* object: "gateway", or the carrier's, account's, listener's name */
	enum alarm_severity severity;
	bool raised;
	int64_t since_ms; /* UTC: raised at; 0: not raised */
	double value;	  /* now, NAN: not known; of a `moment` the worst since it was raised */
	double worst;	  /* since it was raised */
	double threshold, clear;
	const char *unit, *zh, *en, *todo;
	bool acked;
	int64_t acked_ms;     /* UTC */
	const char *acked_by; /* "" when nobody has */
};

enum alarm_change { ALARM_RAISED, ALARM_CLEARED, ALARM_REPEATED /* critical, and nobody has acknowledged it */ };

struct alarms;
/*
 * on_change: told of each, once; not during alarms_each(). stats: smppgw_alarm{alarm,object} and the counters. The
 * configuration is borrowed until alarms_use().
 */
struct alarms *alarms_new(const struct alarm_conf *rows, size_t n, const struct alarm_post_conf *post,
			  struct stats *stats,
			  void (*on_change)(void *arg, enum alarm_change what, const struct alarm_view *v), void *arg);
void alarms_free(struct alarms *a); /* NULL does no harm */
/* After a reload. What is raised and now off, or whose object has gone, is cleared with the next look. */
void alarms_use(struct alarms *a, const struct alarm_conf *rows, size_t n, const struct alarm_post_conf *post);
/* Once a second: judges everything. in is borrowed for the call. */
void alarms_judge(struct alarms *a, const struct alarm_inputs *in);

/* all: those that are not raised too (only what is on). Raised ones: critical first, of those what nobody
 * has acknowledged, of those the oldest first. */
void alarms_each(const struct alarms *a, bool all, void (*fn)(void *arg, const struct alarm_view *v), void *arg);
/*
 * The same in steps: the order is taken now; each alarm is shown as it is when its turn comes, those whose object has
 * gone or that are off by then are left out. Not to be asked when the alarms are freed.
 */
struct alarms_list;
struct alarms_list *alarms_list_new(const struct alarms *a, bool all);
bool alarms_list_next(struct alarms_list *l, struct alarm_view *v); /* false: that was all */
void alarms_list_free(struct alarms_list *l);			    /* NULL does no harm */
struct alarms_count {
	uint64_t warning, critical, acked; /* raised; acked ones are in the others too */
};
void alarms_count(const struct alarms *a, struct alarms_count *out);
/* Somebody has taken it in hand: it is told no more until it is cleared. False: no such alarm is raised. */
bool alarms_ack(struct alarms *a, const char *alarm, const char *object, const char *who, int64_t wall_ms);

/* For smppgwd --counters: the names that alarms_new() registers. */
extern const struct stats_row alarm_stat_rows[], alarm_gauges[];
extern const size_t alarm_stat_rows_n;

/*
 * Prints the table to stdout, a line each: name<TAB>scope<TAB>severity<TAB>raised at<TAB>after s<TAB>cleared at<TAB>
 * after s<TAB>least messages<TAB>unit<TAB>sentence zh<TAB>en<TAB>what to do.
 */
void alarm_print_table(void);

/* "93.4 %", "1", "12 s": a value with its unit, for people; NAN: "-". */
const char *alarm_value_text(double value, const char *unit, char out[48]);

#endif
