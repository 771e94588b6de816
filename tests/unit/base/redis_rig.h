/*
 * redis_rig.h - a connection to Redis under test, for test_redis*.c: a real redis-server on a unix socket, or a server
 * that answers by a script; a loop that runs until something is so; what was told, counted. One at a time.
 */
#ifndef REDIS_RIG_H
#define REDIS_RIG_H

#include "unit.h"

#include <stdarg.h>
#include <sys/types.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/redis.h"

struct redis_rig {
	char dir[32], path[64], address[80], last_reason[300];
	struct loop *loop;
	struct redis *redis;
	struct redis_conf conf;
	pid_t server;
	unsigned ups, downs, answered, nulls, errors;
	const char *const *script; /* what is to come of it */
	unsigned connections;	   /* that came to the script */
};
extern struct redis_rig rig;

/* The tests of a program: group runs them, all is their number. Gives what main returns. */
int redis_rig_run(int (*group)(void), int all);

/* A real server, with an option of its own or without; killed at the end of the test at the latest. */
void redis_rig_server_with(const char *option, const char *value);
void redis_rig_server(void);
void redis_rig_server_end(void);

/* A server whose answer to each read is the next of lines, and that closes after the last; NULL ends them. */
void redis_rig_script(const char *const *lines);
void redis_rig_script_end(void);

/* Around each test: the loop, the settings, all counts zero. */
int redis_rig_begin(void **state);
int redis_rig_end(void **state);

/* Opens the connection; waits until it is up. */
void redis_rig_open(void);
void redis_rig_connect(void);
void redis_rig_on_up(void *arg);
void redis_rig_on_down(void *arg, const char *reason);

/* Runs the loop until it is so; the test fails when it takes too long. */
void redis_rig_until(bool (*condition)(void));
bool redis_rig_is_up(void);
bool redis_rig_is_up_again(void);
bool redis_rig_is_down(void);
bool redis_rig_is_freed(void);
bool redis_rig_none_waits(void);

/* A command of n strings; as redis_send. */
int redis_rig_command(redis_fn fn, void *arg, size_t n, ...);

/* What a command may be given: counts its answer; expects the number that arg is; expects NULL and counts it in the
 * unsigned at arg; frees the connection in its
 * answer and sets the bool at arg; frees it at NULL and counts that. */
void redis_rig_count(const redisReply *reply, void *arg);
void redis_rig_expect_number(const redisReply *reply, void *arg);
void redis_rig_expect_null(const redisReply *reply, void *arg);
void redis_rig_free_in_reply(const redisReply *reply, void *arg);
void redis_rig_free_at_null(const redisReply *reply, void *arg);

#endif
