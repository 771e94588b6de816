/*
 * intruder.c - closes the gateway's sandbox and makes one system call under it, for sandbox.sh. Exit status 0: the call
 * was answered as its row says; 1: it was not; a forbidden one ends the program.
 */
#include <errno.h>
#include <linux/io_uring.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "sandbox.h"

/* Whether a result is the answer EPERM. */
static bool refused(long result)
{
	return result == -1 && errno == EPERM;
}

static bool run_program(void)
{
	char *const args[] = {"true", NULL};
	execv("/bin/true", args);
	return false;
}

static bool other_process(void)
{
	return refused(fork());
}

static bool trace_parent(void)
{
	return refused(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static bool other_user(void)
{
	return refused(syscall(SYS_setuid, 0));
}

static bool ring(void)
{
	struct io_uring_params p = {0};
	return refused(syscall(SYS_io_uring_setup, 4, &p));
}

static bool namespaces(void)
{
	return refused(unshare(CLONE_NEWUSER));
}

static bool raw_socket(void)
{
	return refused(socket(AF_INET, SOCK_RAW, 1));
}

static bool packet_socket(void)
{
	return refused(socket(AF_PACKET, SOCK_DGRAM, 0));
}

static bool names_of_attributes(void)
{
	return refused(syscall(SYS_setxattr, "/tmp", "user.x", "x", 1, 0));
}

static bool code_after_write(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p != MAP_FAILED && refused(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static bool code_while_written(void)
{
	return refused((long)mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static bool signal_others(void)
{
	return refused(kill(getppid(), SIGTERM)) && kill(getppid(), 0) == 0;
}

static void *in_thread(void *arg)
{
	bool *good = arg;
	*good = raw_socket();
	return NULL;
}

/* As in the gateway: a thread with all signals but SIGSYS blocked makes a call that is refused, and goes on. */
static bool threads(void)
{
	sigset_t all;
	pthread_t thread;
	bool good = false;
	sigfillset(&all);
	sigdelset(&all, SIGSYS);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	return pthread_create(&thread, NULL, in_thread, &good) == 0 && pthread_join(thread, NULL) == 0 && good;
}

static bool names(void)
{
	struct addrinfo *found = NULL, hints = {.ai_socktype = SOCK_STREAM};
	if (getaddrinfo("localhost", "2775", &hints, &found) != 0)
		return false;
	freeaddrinfo(found);
	return true;
}

/* The arguments of clone3 cannot be looked at: libc is told that there is none. */
static bool clone_of_old(void)
{
	return syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		bool (*fn)(void);
	} calls[] = {
		{"execve", run_program},
		{"fork", other_process},
		{"ptrace", trace_parent},
		{"setuid", other_user},
		{"io_uring", ring},
		{"unshare", namespaces},
		{"raw_socket", raw_socket},
		{"packet_socket", packet_socket},
		{"setxattr", names_of_attributes},
		{"mprotect_exec", code_after_write},
		{"mmap_wx", code_while_written},
		{"kill", signal_others},
		{"thread", threads},
		{"lookup", names},
		{"clone3", clone_of_old},
	};
	sandbox_close(true);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (argc == 2 && strcmp(argv[1], calls[i].name) == 0) {
			bool good = calls[i].fn();
			sandbox_tell();
			log_flush();
			return good ? 0 : 1;
		}
	}
	fprintf(stderr, "usage: intruder CALL\n");
	return 2;
}
