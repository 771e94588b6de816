/*
 * log.h - the log: one line per outcome, "TIME LEVEL id key=value ...", gathered and written once per turn.
 * The only process-wide state in base besides the hash seed.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* fd is borrowed; before log_open() lines go to stderr at level info, written at once. Times are local with zone. */
void log_open(int fd, enum log_level level, bool mask);
/* Writes what it can, frees memory, goes back to stderr at level info. For the end of the process and tests. */
void log_close(void);

/*
 * Where lines go from now on; before, and while that is away (a full disk, a daemon that has ended, a folder that is
 * gone), to the fd of log_open(), which is told so. A target that is away is tried once a second.
 */
enum log_kind { LOG_TO_STDERR, LOG_TO_JOURNALD, LOG_TO_SYSLOG, LOG_TO_FILE };
struct log_target { /* borrowed for the call */
	enum log_kind kind;
	const char *path;  /* the file; the datagram socket of journald or syslogd, "": the usual one */
	unsigned facility; /* syslog's number, 0..23 */
	unsigned mode;	   /* of a file that is made */
};
void log_to(const struct log_target *t);
void log_reopen(void);	  /* a file that was renamed is made anew; when that fails the one before is used on */
bool log_elsewhere(void); /* lines go, or are to go, to another place than the fd of log_open() */
bool log_away(void);	  /* lines go to stderr for want of the target */

void log_set_level(enum log_level level);
void log_set_mask(bool mask);
bool log_masks(void);
enum log_level log_level(void);
int log_level_by_name(const char *name); /* "error" "warn" "info" "debug"; -1 when unknown */
bool log_on(enum log_level level);

/*
 * id: message id, account, carrier or session name, "-" when there is none. fmt gives key=value pairs. Control
 * characters in the result are replaced; a line is cut at 2,000 octets at a UTF-8 border.
 */
__attribute__((format(printf, 3, 4))) void log_write(enum log_level level, const char *id, const char *fmt, ...);
/*
 * The next lines of a text, at most so many, each as a line `key="..."` of its own, from octet *at on, which is moved.
 * Each of them ends with a newline. False: that was the last one.
 */
bool log_lines(enum log_level level, const char *key, const char *text, size_t size, unsigned most, size_t *at);
#define log_error(id, ...) log_write(LOG_LEVEL_ERROR, id, __VA_ARGS__)
#define log_warn(id, ...)  log_write(LOG_LEVEL_WARN, id, __VA_ARGS__)
#define log_info(id, ...)                                                                                              \
	do {                                                                                                           \
		if (log_on(LOG_LEVEL_INFO))                                                                            \
			log_write(LOG_LEVEL_INFO, id, __VA_ARGS__);                                                    \
	} while (0)
#define log_debug(id, ...)                                                                                             \
	do {                                                                                                           \
		if (log_on(LOG_LEVEL_DEBUG))                                                                           \
			log_write(LOG_LEVEL_DEBUG, id, __VA_ARGS__);                                                   \
	} while (0)

/*
 * Rate limit for lines a peer can cause at will: true at most per_second times a second for this row (LOG_RATE: as
 * log_set_rate() says); how many were kept back stands in *suppressed when it says true again. A row with a name lives
 * as long as the process: when no line follows that tells it, log_turn() tells what was kept back
 * (event=lines_kept_back).
 */
struct log_limit {
	const char *what; /* its name, up to a blank; or NULL */
	int64_t second;
	unsigned used, kept_back;
	bool listed;
	struct log_limit *next;
};
#define LOG_RATE 0u
bool log_limit(struct log_limit *l, unsigned per_second, unsigned *suppressed);
void log_set_rate(unsigned per_second); /* 1 or more; 20 at first */
uint64_t log_kept_back(void);		/* lines, since the start */

/* The same as one statement: a line that peers can cause at will; each place in the code is a row. fmt: a literal. */
#define log_peer_write(lv, id, fmt, ...)                                                                               \
	do {                                                                                                           \
		static struct log_limit log_row_ = {.what = (fmt)};                                                    \
		if (log_on(lv) && log_peer_may(&log_row_))                                                             \
			log_write(lv, id, fmt, ##__VA_ARGS__);                                                         \
	} while (0)
#define log_peer_error(id, ...) log_peer_write(LOG_LEVEL_ERROR, id, __VA_ARGS__)
#define log_peer_warn(id, ...)	log_peer_write(LOG_LEVEL_WARN, id, __VA_ARGS__)
#define log_peer_info(id, ...)	log_peer_write(LOG_LEVEL_INFO, id, __VA_ARGS__)
#define log_peer_debug(id, ...) log_peer_write(LOG_LEVEL_DEBUG, id, __VA_ARGS__)
bool log_peer_may(struct log_limit *l);

/*
 * A phone number for a log line. Masked: a leading 86 or +86 of a mainland number goes, the first 3 and the last 4 stay
 * ("138****8000"); of 7 to 9 octets the first 3 and the last 2; up to 6 (service numbers such as 95588) stay whole.
 * Returns out. n octets of p; what is not printable shows as '?'.
 */
const char *log_number(const void *p, size_t n, char out[32]);
/* The same, masked whatever the log's setting is. */
const char *log_masked(const void *p, size_t n, char out[32]);
/* A text for a log line: when masked "len=11" (characters), else its start, printable. Returns out. */
const char *log_text(const void *utf8, size_t n, char out[128]);

/*
 * Writes what has gathered. Never blocks for long: when the target would block, up to 1 MiB waits, and further lines
 * are dropped and counted; the log tells how many (event=log_lines_dropped) when it can be written again.
 */
void log_flush(void);
void log_turn(void); /* once a turn: tells what limits have kept back, and flushes */
uint64_t log_dropped(void);

#endif
