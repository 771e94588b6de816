/*
 * log_target.h - where the lines of the log go: the one target that is set (log.h, struct log_target), and stderr while
 * that is away. For log.c only.
 */
#ifndef BASE_LOG_TARGET_H
#define BASE_LOG_TARGET_H

#include "base/log_form.h"

void log_target_open(int fd); /* stderr, or what stands for it; borrowed. What has gathered goes to the one before */
void log_target_close(void);  /* back to stderr; frees memory */
void log_target_set(const struct log_target *t);
void log_target_reopen(void);
/* Takes the line over; it leaves with the next flush. */
void log_target_put(const struct log_line *line);
void log_target_flush(void);
bool log_target_elsewhere(void); /* it is not stderr */
bool log_target_away(void);
uint64_t log_target_dropped(void);

#endif
