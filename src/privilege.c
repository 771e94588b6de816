/*
 * privilege.c - from root to the user of the gateway, for good. Knows no socket and no file.
 */
#include "privilege.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sanitized.h"

const struct conf_row process_rows[] = {
	{"user", CONF_STRING, offsetof(struct process_conf, user), "", 0, 32, "", false,
	 "User that a gateway started as root becomes; empty: it stays who has started it.", NULL},
	{"group", CONF_STRING, offsetof(struct process_conf, group), "", 0, 32, "", false,
	 "Its group; empty: the user's own.", NULL},
	{"sandbox", CONF_BOOL, offsetof(struct process_conf, sandbox), "", 0, 0, "true", false,
	 "Whether system calls that the gateway has no need of are refused, once it has started.", NULL},
	{"core_dumps", CONF_BOOL, offsetof(struct process_conf, core_dumps), "", 0, 0, "false", false,
	 "Whether a crash leaves a core dump and a debugger may look in, which shows passwords and texts.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

static bool dropped, ports_kept; /* for privilege_tell() */

struct identity {
	const char *user;
	uid_t uid;
	gid_t gid;
};

__attribute__((format(printf, 2, 3))) static int privilege_why(char **why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(why, fmt, ap) < 0)
		*why = NULL;
	va_end(ap);
	return -1;
}

/* NULL, or what is wrong. */
static const char *identity_find(const struct process_conf *conf, struct identity *id)
{
	const struct passwd *p = getpwnam(conf->user);

	if (!p)
		return "user";
	*id = (struct identity){conf->user, p->pw_uid, p->pw_gid};
	if (*conf->group == '\0')
		return NULL;
	const struct group *g = getgrnam(conf->group);
	if (!g)
		return "group";
	id->gid = g->gr_gid;
	return NULL;
}

bool privilege_check(const struct process_conf *conf, char **errors)
{
	struct identity id;

	if (*conf->user == '\0') {
		if (*conf->group != '\0')
			conf_fault(errors, &conf->where, "process.group \"%s\" needs process.user", conf->group);
		return *conf->group == '\0';
	}
	const char *what = identity_find(conf, &id);
	if (what)
		conf_fault(errors, &conf->where, "process.%s \"%s\" does not exist on this machine", what,
			   strcmp(what, "user") == 0 ? conf->user : conf->group);
	return what == NULL;
}

/* Only the right to listen on ports below 1024; the user has changed with PR_SET_KEEPCAPS. */
static int keep_ports(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2] = {0};

	sets[0].effective = sets[0].permitted = 1u << CAP_NET_BIND_SERVICE;
	return (int)syscall(SYS_capset, &head, sets);
}

/* That this process can be root no more is tried, not believed. */
static bool can_return(const struct identity *id)
{
	uid_t real, effective, saved;
	gid_t greal, geffective, gsaved;

	if (getresuid(&real, &effective, &saved) != 0 || getresgid(&greal, &geffective, &gsaved) != 0)
		return true;
	if (real != id->uid || effective != id->uid || saved != id->uid)
		return true;
	if (greal != id->gid || geffective != id->gid || gsaved != id->gid)
		return true;
	return setuid(0) == 0 || seteuid(0) == 0 || (id->gid != 0 && setegid(0) == 0);
}

static int become(const struct identity *id, bool low_ports, char **why)
{
	if (initgroups(id->user, id->gid) != 0)
		return privilege_why(why, "process.user %s: its groups cannot be taken: %s", id->user, strerror(errno));
	if (low_ports && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
		return privilege_why(why, "process.user %s: the right to low ports cannot be kept: %s", id->user,
				     strerror(errno));
	if (setresgid(id->gid, id->gid, id->gid) != 0 || setresuid(id->uid, id->uid, id->uid) != 0)
		return privilege_why(why, "process.user %s: cannot become that user: %s", id->user, strerror(errno));
	if (low_ports && keep_ports() != 0)
		return privilege_why(why, "process.user %s: the right to low ports cannot be kept: %s", id->user,
				     strerror(errno));
	if (can_return(id))
		return privilege_why(why, "process.user %s: the rights of root are still there", id->user);
	return 0;
}

static int drop(const struct process_conf *conf, bool low_ports, char **why)
{
	struct identity id;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return privilege_why(why, "no_new_privs cannot be set: %s", strerror(errno));
	if (*conf->user == '\0')
		return 0;
	if (identity_find(conf, &id) != NULL)
		return privilege_why(why, "process.user %s is not there any more", conf->user);
	if (id.uid == geteuid() && id.uid == getuid())
		return 0; /* who has started it has done so: a service manager, a container */
	if (geteuid() != 0)
		return privilege_why(why,
				     "process.user %s: only root can become another user; start it as root or as %s",
				     conf->user, conf->user);
	if (become(&id, low_ports, why) < 0)
		return -1;
	dropped = true;
	ports_kept = low_ports;
	return 0;
}

/* The limit is for the kernel's own files, the other for programs that it hands dumps to, and for other processes. */
static int hide_memory(char **why)
{
	const struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return privilege_why(why, "core dumps cannot be turned off: %s", strerror(errno));
	return 0;
}

int privilege_drop(const struct process_conf *conf, bool low_ports, char **why)
{
	if (drop(conf, low_ports, why) != 0)
		return -1;
#ifdef SANITIZED
	bool wanted = false; /* the search for leaks looks in like a debugger */
#else
	bool wanted = !conf->core_dumps;
#endif
	return wanted ? hide_memory(why) : 0;
}

void privilege_tell(const struct process_conf *conf)
{
	if (dropped)
		log_info("-", "event=privileges_dropped user=%s uid=%u gid=%u low_ports=%s", conf->user,
			 (unsigned)getuid(), (unsigned)getgid(), ports_kept ? "yes" : "no");
	else if (*conf->user == '\0' && geteuid() == 0)
		log_warn("-", "event=running_as_root advice=\"set process.user, or start it as another user; user = "
			      "\\\"root\\\" if it is meant\"");
}
