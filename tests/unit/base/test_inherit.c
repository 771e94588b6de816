/* test_inherit.c - listening sockets that a process was given: found by address, in the way, left over; and near.h. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/inherit.h"
#include "base/near.h"
#include "unit.h"

static struct net_addr at(const char *host, int64_t port)
{
	struct net_addr a;
	assert_true(net_literal(host, port, &a));
	return a;
}

/* A port that the kernel chose. */
static int listen_at(const char *host, int64_t *port)
{
	struct net_addr a = at(host, *port);
	int fd = net_listen(&a, 5);
	assert_true(fd >= 0);
	char name[INHERIT_NAME];
	assert_true(inherit_name(fd, name));
	*port = strtoll(strrchr(name, '-') + 1, NULL, 10);
	return fd;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void found_by_address(void **state)
{
	int64_t port = 0;
	(void)state;
	int fd = listen_at("127.0.0.1", &port);
	inherit_add(fd);
	struct net_addr a = at("127.0.0.1", port);
	assert_int_equal(net_listen(&a, 5), fd);
	assert_int_equal(inherit_find(&a), -1); /* once only */
	assert_true(is_open(fd));
	close(fd);
}

static void in_the_way(void **state)
{
	int64_t port = 0;
	(void)state;
	int fd = listen_at("127.0.0.1", &port);
	inherit_add(fd);
	struct net_addr all = at("0.0.0.0", port);
	int other = net_listen(&all, 5);
	assert_true(other >= 0);
	char name[INHERIT_NAME];
	assert_true(inherit_name(other, name));
	assert_memory_equal(name, "tcp-0.0.0.0-", 12);
	close(other);
}

static void left_over(void **state)
{
	int64_t port = 0;
	int fds[8], pair[2];
	(void)state;
	int fd = listen_at("127.0.0.1", &port);
	assert_int_equal(inherit_listening(fds, 8), 1);
	assert_int_equal(fds[0], fd);
	inherit_add(fd);
	assert_int_equal(pipe(pair), 0);
	inherit_add(pair[0]); /* no socket */
	assert_false(is_open(pair[0]));
	close(pair[1]);
	inherit_end();
	assert_false(is_open(fd));
	assert_int_equal(inherit_listening(fds, 8), 0);
}

static void names(const char *name, void *arg)
{
	strcat(strcat(arg, name), ",");
}

static void of_another_process(void **state)
{
	char seen[100] = "";
	(void)state;
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", "1", 1); /* not us */
	setenv("LISTEN_FDNAMES", "tcp-a", 1);
	inherit_from_environment(names, seen);
	assert_string_equal(seen, "");
	assert_null(getenv("LISTEN_FDS"));
}

static void nearest(void **state)
{
	struct near n;
	(void)state;
	near_start(&n, "relaod");
	near_try(&n, "replay", 6);
	near_try(&n, "reload [--check]", 6);
	assert_string_equal(near_best(&n), "reload");
	near_start(&n, "重新加载");
	near_try(&n, "reload", 6);
	assert_null(near_best(&n));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(found_by_address),   cmocka_unit_test(in_the_way), cmocka_unit_test(left_over),
	cmocka_unit_test(of_another_process), cmocka_unit_test(nearest),
};
UNIT_MAIN(cases)
