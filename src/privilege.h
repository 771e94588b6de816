/*
 * privilege.h - which user the gateway is, and that it never becomes another one.
 */
#ifndef PRIVILEGE_H
#define PRIVILEGE_H

#include "base/conf.h"

struct process_conf { /* section process */
	struct conf_where where;
	char *user, *group;
	bool sandbox;
	bool core_dumps;
};

extern const struct conf_row process_rows[];

/* User and group exist; faults are added to *errors. */
bool privilege_check(const struct process_conf *conf, char **errors);

/*
 * Before anything is opened and before there is a thread: what cannot be opened then cannot be opened after a reload
 * either. From here on no program that is run can gain rights (no_new_privs). Started as root with process.user:
 * becomes that user with its groups, and proves that there is no way back; with low_ports it keeps the one right to
 * listen on ports below 1024. Without core_dumps its memory, where passwords and texts are, goes into no core dump and
 * cannot be read by other processes of the same user. 0, or -1 with *why (owned by the caller, free()).
 */
__attribute__((warn_unused_result)) int privilege_drop(const struct process_conf *conf, bool low_ports, char **why);
/* Logs who it is now, once the log has its place. */
void privilege_tell(const struct process_conf *conf);

#endif
