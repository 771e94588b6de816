/*
 * sandbox.c - a filter of system calls (seccomp). Must not know what the calls are made for.
 *
 * Three answers. What the gateway, libc and OpenSSL need is allowed. What only an intruder asks for (another program,
 * another user, memory of other processes, kernel modules, io_uring, which no filter sees into) ends the process at
 * once: nothing that was acknowledged is lost by that, and whoever got so far must not try a second thing. All else
 * fails with EPERM, and the log names it: a newer libc that has found a new call must not end a gateway. Whoever fails
 * so goes on; so the gateway is not stopped by what the table below has forgotten.
 *
 * Memory that is written and then run is refused as well: patterns are not compiled to machine code for that reason.
 * Libraries may still be loaded, since the name service does so late.
 */
#include "sandbox.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/sanitized.h"

#ifdef HAVE_SECCOMP
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>
#endif

struct sandbox_stats {
	uint64_t on, refused;
};
static struct sandbox_stats counted;

const struct stats_row sandbox_stat_rows[] = {
	{"smppgw_sandbox_on", "1 when the filter of system calls is on.", STATS_GAUGE,
	 offsetof(struct sandbox_stats, on), NULL, NULL},
	{"smppgw_sandbox_refused_total", "System calls that the filter has refused.", STATS_COUNTER,
	 offsetof(struct sandbox_stats, refused), NULL, NULL},
};
const size_t sandbox_stat_rows_n = sizeof(sandbox_stat_rows) / sizeof(sandbox_stat_rows[0]);

void sandbox_count_in(struct stats *stats)
{
	stats_add(stats, sandbox_stat_rows, sandbox_stat_rows_n, &counted, NULL, NULL, NULL);
}

#ifdef HAVE_SECCOMP

/* clang-format off */
/* Allowed with any arguments. Names, since a call may be missing on a machine or in an old libseccomp. */
static const char *const allowed[] = {
	/* sockets; which ones may be made: allow_sockets() */
	"accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen", "recvfrom",
	"recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown",
	/* the loop, and what wakes it */
	"epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd", "eventfd2",
	"pipe", "pipe2", "poll", "ppoll", "pselect6", "select", "timerfd_create", "timerfd_gettime", "timerfd_settime",
	/* files: log, records, captures, lists, certificates, configuration, /proc/self */
	"access", "chmod", "chown", "close", "close_range", "creat", "dup", "dup2", "dup3", "faccessat", "faccessat2",
	"fadvise64", "fallocate", "fchmod", "fchmodat", "fchown", "fchownat", "fcntl", "fdatasync", "flock", "fstat",
	"fstatfs", "fsync", "ftruncate", "getcwd", "getdents", "getdents64", "lchown", "link", "linkat", "lseek",
	"lstat", "mkdir", "mkdirat", "newfstatat", "open", "openat", "pread64", "preadv", "preadv2", "pwrite64",
	"pwritev", "pwritev2", "read", "readahead", "readlink", "readlinkat", "readv", "rename", "renameat",
	"renameat2", "rmdir", "stat", "statfs", "statx", "sync_file_range", "umask", "unlink", "unlinkat", "utimensat",
	"write", "writev",
	/* memory; with rights to run: allow_memory() */
	"brk", "madvise", "mincore", "mlock", "mlock2", "mremap", "munlock", "munmap",
	/* threads, signals, the end; which threads may be made: allow_threads() */
	"exit", "exit_group", "futex", "get_robust_list", "gettid", "membarrier", "restart_syscall", "rseq",
	"rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait",
	"sched_getaffinity", "sched_getparam", "sched_getscheduler", "sched_yield", "set_robust_list",
	"set_tid_address", "sigaltstack",
	/* time */
	"clock_getres", "clock_gettime", "clock_nanosleep", "gettimeofday", "nanosleep", "time", "times",
	/* asking who and where we are */
	"getegid", "geteuid", "getgid", "getgroups", "getpgrp", "getpid", "getppid", "getrandom", "getresgid",
	"getresuid", "getrlimit", "getrusage", "getuid", "sysinfo", "uname",
};

/* Ends the process. */
static const char *const deadly[] = {
	/* other programs and processes */
	"execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
	"pidfd_getfd", "kcmp", "memfd_create", "memfd_secret", "personality",
	/* other rights */
	"setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid", "setgroups",
	"capset", "seccomp", "add_key", "request_key", "keyctl",
	/* another view of the machine */
	"mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsmount", "mount_setattr",
	"setns", "unshare", "open_by_handle_at",
	/* the kernel and the machine */
	"bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
	"init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff",
	"acct", "quotactl", "iopl", "ioperm", "modify_ldt", "settimeofday", "clock_settime", "sethostname",
	"setdomainname",
};
/* clang-format on */

static int add(scmp_filter_ctx c, uint32_t action, const char *name)
{
	int nr = seccomp_syscall_resolve_name(name);
	return nr == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(c, action, nr, 0);
}

/* Rules over an argument: it is this; its bits under the mask are these. */
static struct scmp_arg_cmp arg_is(unsigned n, scmp_datum_t value)
{
	return (struct scmp_arg_cmp){.arg = n, .op = SCMP_CMP_EQ, .datum_a = value};
}

static struct scmp_arg_cmp arg_has(unsigned n, scmp_datum_t mask, scmp_datum_t bits)
{
	return (struct scmp_arg_cmp){.arg = n, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = bits};
}

/* TCP, UDP (of the name service) and unix sockets; of netlink what getaddrinfo() asks about routes. Nothing raw. */
static int allow_sockets(scmp_filter_ctx c)
{
	static const unsigned families[] = {AF_INET, AF_INET6, AF_UNIX}, types[] = {SOCK_STREAM, SOCK_DGRAM};
	const scmp_datum_t type_of = 0xf; /* the rest of the argument is SOCK_NONBLOCK and SOCK_CLOEXEC */
	int rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 1, arg_is(0, AF_UNIX));
	for (size_t f = 0; f < 3; f++) {
		for (size_t t = 0; t < 2; t++)
			rc |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2, arg_is(0, families[f]),
					       arg_has(1, type_of, types[t]));
	}
	return rc | seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2, arg_is(0, AF_NETLINK),
				     arg_is(2, NETLINK_ROUTE));
}

/* Nothing that may be written and run at once, and nothing that may be run after it was written. */
static int allow_memory(scmp_filter_ctx c)
{
	static const scmp_datum_t may[] = {0, PROT_WRITE, PROT_EXEC};
	int rc = 0;
	for (size_t i = 0; i < 3; i++)
		rc |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				       arg_has(2, PROT_WRITE | PROT_EXEC, may[i]));
	return rc | seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, arg_has(2, PROT_EXEC, 0));
}

/* Threads of ours, no processes and no namespaces. The arguments of clone3 cannot be seen here: libc then uses clone.
 */
static int allow_threads(scmp_filter_ctx c)
{
	const scmp_datum_t thread = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND;
	const scmp_datum_t spaces = CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
				    CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_PTRACE;
	int rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, arg_has(0, thread | spaces, thread));
	int nr = seccomp_syscall_resolve_name("clone3");
	if (nr != __NR_SCMP_ERROR)
		rc |= seccomp_rule_add(c, SCMP_ACT_ERRNO(ENOSYS), nr, 0);
	return rc;
}

/* Signals to ourselves (abort), and the question whether the gateway that had our lease is still there. */
static int allow_rest(scmp_filter_ctx c)
{
	static const unsigned long asks[] = {FIONREAD, FIONBIO, TCGETS, TIOCGWINSZ};
	scmp_datum_t self = (scmp_datum_t)getpid();
	int rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, arg_is(0, self));
	rc |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(kill), 1, arg_is(0, self));
	rc |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(kill), 1, arg_is(1, 0));
	rc |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, arg_is(0, PR_SET_NAME));
	rc |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, arg_is(0, PR_SET_DUMPABLE));
	/* libcap asks, when a module of the name service (libnss-mymachines) brings it */
	rc |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, arg_is(0, PR_CAPBSET_READ));
	rc |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, arg_is(2, 0));
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		rc |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, arg_is(1, asks[i]));
	return rc;
}

/* --- what was refused --- */

#define CALLS 1024u /* numbers of system calls are below */

static _Atomic unsigned refused_n;
static _Atomic unsigned refused[CALLS];
static unsigned told[CALLS], told_n;

/* In the thread that has made the call: the call answers -EPERM, and the turn's log tells of it. */
static void on_refused(int number, siginfo_t *info, void *context)
{
	ucontext_t *u = context;
	(void)number;
#if defined(__x86_64__)
	u->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
	u->uc_mcontext.regs[0] = (unsigned long long)-EPERM;
#endif
	atomic_fetch_add(&refused[(unsigned)info->si_syscall % CALLS], 1);
	atomic_fetch_add(&refused_n, 1);
}

void sandbox_tell(void)
{
	unsigned n = atomic_load(&refused_n);
	if (n == told_n)
		return;
	counted.refused += n - told_n;
	told_n = n;
	for (unsigned i = 0; i < CALLS; i++) {
		unsigned so_far = atomic_load(&refused[i]);
		if (so_far != 0 && told[i] == 0) {
			char *name = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), (int)i);
			log_error(
				"-",
				"event=sandbox_refused call=%s number=%u advice=\"if nobody has broken in, report it; "
				"process.sandbox = false helps until then\"",
				name ? name : "?", i);
			free(name);
		}
		told[i] = so_far;
	}
}

/* --- on --- */

/* How a call that is in no table is answered; where the handler does not know the machine, without a line of the log.
 */
static uint32_t else_action(void)
{
#if defined(__x86_64__) || defined(__aarch64__)
	struct sigaction how = {.sa_sigaction = on_refused, .sa_flags = SA_SIGINFO | SA_RESTART};
	if (sigaction(SIGSYS, &how, NULL) == 0)
		return SCMP_ACT_TRAP;
#endif
	return SCMP_ACT_ERRNO(EPERM);
}

static int fill(scmp_filter_ctx c)
{
	int rc = 0;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		rc |= add(c, SCMP_ACT_ALLOW, allowed[i]);
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++)
		rc |= add(c, SCMP_ACT_KILL_PROCESS, deadly[i]);
	return rc | allow_sockets(c) | allow_memory(c) | allow_threads(c) | allow_rest(c);
}

/* 0, or an error number. The mitigation that a filter brings by default is for programs that run foreign code. */
static int load(void)
{
	scmp_filter_ctx c = seccomp_init(else_action());
	if (!c)
		return ENOMEM;
	int rc = fill(c) != 0 ? -EINVAL : 0;
	if (rc == 0)
		rc = seccomp_attr_set(c, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (rc == 0)
		rc = seccomp_attr_set(c, SCMP_FLTATR_CTL_TSYNC, 1);
	(void)seccomp_attr_set(c, SCMP_FLTATR_CTL_SSB, 1);
	(void)seccomp_attr_set(c, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0)
		rc = seccomp_load(c);
	seccomp_release(c);
	return -rc;
}

#else

static int load(void)
{
	return ENOSYS;
}

void sandbox_tell(void)
{
}

#endif

/* What keeps it off, or NULL. Sanitizers and valgrind make calls of their own. */
static const char *kept_off(bool wanted)
{
	const char *preload = getenv("LD_PRELOAD");
	if (!wanted)
		return "process.sandbox is false";
#ifndef HAVE_SECCOMP
	return "built without libseccomp";
#endif
#ifdef SANITIZED
	return "built with sanitizers";
#endif
	return preload && strstr(preload, "vgpreload") ? "runs under valgrind" : NULL;
}

void sandbox_close(bool wanted)
{
	const char *why = kept_off(wanted);
	int error = why ? 0 : load();
	counted.on = !why && error == 0;
	if (why)
		log_info("-", "event=sandbox state=off why=\"%s\"", why);
	else if (error != 0)
		log_warn("-", "event=sandbox state=off why=\"the kernel has not taken the filter: %s\"",
			 strerror(error));
	else
		log_info("-", "event=sandbox state=on");
}
