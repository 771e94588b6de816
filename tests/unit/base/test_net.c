/* test_net.c - addresses, CIDR lists, and sockets on loopback. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"
#include "base/net.h"

static void resolve(const char *host, int64_t port, struct net_addr *a)
{
	const char *why = NULL;

	if (net_resolve(host, port, a, &why) != 0)
		fail_msg("%s: %s", host, why);
}

static void check_print(const char *host, int64_t port, const char *want)
{
	struct net_addr a;
	char text[64];

	resolve(host, port, &a);
	net_print(&a, text);
	assert_string_equal(text, want);
}

static void test_resolve_and_print(void **state)
{
	struct net_addr a;
	const char *why = NULL;

	(void)state;
	check_print("127.0.0.1", 2775, "127.0.0.1:2775");
	check_print("::1", 2775, "[::1]:2775");
	check_print("[2001:db8::7]", 65535, "[2001:db8::7]:65535");
	assert_int_equal(net_resolve("127.0.0.1", 65536, &a, &why), -1);
	assert_non_null(why);
	why = NULL;
	assert_int_equal(net_resolve("300.1.2.3.invalid", 1, &a, &why), -1);
	assert_non_null(why);
	assert_int_equal(net_resolve("[localhost]", 1, &a, &why), -1);
}

static void test_literals(void **state)
{
	struct net_addr a;
	char text[64];

	(void)state;
	assert_true(net_literal("127.0.0.2", 1, &a));
	net_print(&a, text);
	assert_string_equal(text, "127.0.0.2:1");
	assert_true(net_literal("[::1]", 2, &a));
	assert_true(net_literal("2001:db8::7", 3, &a));
	net_print(&a, text);
	assert_string_equal(text, "[2001:db8::7]:3");
	assert_false(net_literal("localhost", 1, &a));
	assert_false(net_literal("[localhost]", 1, &a));
	assert_false(net_literal("", 1, &a));
	assert_false(net_literal("127.0.0.1", 65536, &a));
}

static void test_host_and_port(void **state)
{
	static const char *const bad[] = {"",	   "host",    ":1",	 "host:", "host:0", "host:65536", "host:x",
					  "::1:1", "host:1x", "host: 1", "::1",	  "[::1]",  "host:-1"};
	char host[256], longer[300];
	int64_t port = 0;

	(void)state;
	assert_true(net_parse_hostport("smsc.example.cn:2775", host, &port));
	assert_string_equal(host, "smsc.example.cn");
	assert_int_equal(port, 2775);
	assert_true(net_parse_hostport("[2001:db8::7]:65535", host, &port));
	assert_string_equal(host, "[2001:db8::7]");
	assert_int_equal(port, 65535);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (net_parse_hostport(bad[i], host, &port))
			fail_msg("\"%s\" was taken", bad[i]);
	}
	memset(longer, 'a', sizeof(longer));
	memcpy(longer + 256, ":1", 3);
	assert_false(net_parse_hostport(longer, host, &port));
	assert_true(net_parse_hostport(longer + 1, host, &port));
}

static bool match(const char *cidr, const char *host)
{
	struct net_cidr c;
	struct net_addr a;

	assert_int_equal(net_cidr_parse(cidr, &c), 0);
	resolve(host, 1, &a);
	return net_cidr_match(&c, 1, &a);
}

static void test_cidr(void **state)
{
	static const char *const bad[] = {"",	       "10.0.0.0/33", "10.0.0.1/8",	  "10.0.0/8",	"x",
					  "10.0.0.0/", "10.0.0.0/-1", "2001:db8::1/32",	  "::/129",	"10.0.0.0/8x",
					  "1.2.3.4.5", "/8",	      "10.0.0.0/0000008", "1.2.3.4/31 "};
	struct net_cidr list[2];
	struct net_addr a;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(net_cidr_parse(bad[i], &list[0]), -1);
	assert_true(match("10.0.0.0/8", "10.255.1.2"));
	assert_false(match("10.0.0.0/8", "11.0.0.0"));
	assert_true(match("10.1.2.128/25", "10.1.2.129"));
	assert_false(match("10.1.2.128/25", "10.1.2.127"));
	assert_true(match("192.168.1.7", "192.168.1.7"));
	assert_false(match("192.168.1.7", "192.168.1.6"));
	assert_true(match("0.0.0.0/0", "8.8.8.8"));
	assert_false(match("0.0.0.0/0", "2001:db8::1"));
	assert_true(match("2001:db8::/32", "2001:db8:ffff::1"));
	assert_false(match("2001:db8::/32", "2001:db9::"));
	assert_true(match("::/0", "1.2.3.4"));
	assert_true(match("10.0.0.0/8", "::ffff:10.1.1.1")); /* an IPv4 peer of a dual-stack socket */
	assert_int_equal(net_cidr_parse("10.0.0.0/8", &list[0]), 0);
	assert_int_equal(net_cidr_parse("::1", &list[1]), 0);
	resolve("::1", 1, &a);
	assert_true(net_cidr_match(list, 2, &a));
	assert_false(net_cidr_match(list, 1, &a));
	assert_false(net_cidr_match(list, 0, &a));
}

static void wait_for(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	assert_int_equal(poll(&p, 1, 10000), 1);
}

static int option(int fd, int level, int name)
{
	int v = -1;
	socklen_t len = sizeof(v);

	assert_int_equal(getsockopt(fd, level, name, &v, &len), 0);
	return v;
}

static void check_socket(int fd)
{
	assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_int_equal(option(fd, IPPROTO_TCP, TCP_NODELAY), 1);
	assert_int_equal(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
}

/* False when the host has no such address. */
static bool run_loopback(const char *host)
{
	struct net_addr a, peer;
	char c;

	resolve(host, 0, &a);
	int listener = net_listen(&a, 16);
	if (listener < 0 && (errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT))
		return false;
	assert_true(listener >= 0);
	assert_int_equal(getsockname(listener, (void *)&a.ss, &a.len), 0);
	assert_int_equal(net_accept(listener, &peer), -1);
	assert_int_equal(errno, EAGAIN);

	int client = net_connect(&a);
	assert_true(client >= 0);
	wait_for(client, POLLOUT);
	assert_int_equal(net_connected(client), 0);
	wait_for(listener, POLLIN);
	int server = net_accept(listener, &peer);
	assert_true(server >= 0);
	assert_int_equal(peer.ss.ss_family, a.ss.ss_family);
	check_socket(client);
	check_socket(server);
	assert_int_equal(write(client, "x", 1), 1);
	wait_for(server, POLLIN);
	assert_int_equal(read(server, &c, 1), 1);
	assert_int_equal(option(client, IPPROTO_TCP, TCP_KEEPIDLE), NET_KEEPALIVE_S);
	assert_int_equal(option(client, IPPROTO_TCP, TCP_USER_TIMEOUT), NET_USER_TIMEOUT_MS);
	net_tune(server, 7, 1234);
	assert_int_equal(option(server, IPPROTO_TCP, TCP_KEEPIDLE), 7);
	assert_int_equal(option(server, IPPROTO_TCP, TCP_USER_TIMEOUT), 1234);
	net_tune(server, 0, 0);
	assert_int_equal(option(server, SOL_SOCKET, SO_KEEPALIVE), 0);
	assert_int_equal(option(server, IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
	close(client);
	close(server);
	close(listener);

	client = net_connect(&a); /* nobody listens any more */
	if (client >= 0) {
		wait_for(client, POLLOUT);
		assert_int_equal(net_connected(client), ECONNREFUSED);
		close(client);
	} else {
		assert_int_equal(errno, ECONNREFUSED);
	}
	return true;
}

static void test_ipv4(void **state)
{
	(void)state;
	assert_true(run_loopback("127.0.0.1"));
}

static void test_ipv6(void **state)
{
	(void)state;
	if (!run_loopback("::1"))
		print_message("::1 is not there: IPv6 sockets are not tested on this host\n");
}

static void test_unix(void **state)
{
	char dir[] = "/tmp/test_net.XXXXXX", path[64], longer[200];
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	int fd = net_listen_unix(path, 0640);
	assert_true(fd >= 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(net_listen_unix(path, 0600), -1);
	assert_int_equal(errno, EADDRINUSE);
	close(fd); /* the file stays, as after kill -9 */
	fd = net_listen_unix(path, 0600);
	assert_true(fd >= 0);
	close(fd);
	unlink(path);

	fd = open(path, O_CREAT | O_WRONLY, 0600); /* not a socket: left alone */
	close(fd);
	assert_int_equal(net_listen_unix(path, 0600), -1);
	assert_int_equal(stat(path, &st), 0);
	unlink(path);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(net_listen_unix(longer, 0600), -1);
	assert_int_equal(errno, ENAMETOOLONG);
	rmdir(dir);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_resolve_and_print),
	cmocka_unit_test(test_literals),
	cmocka_unit_test(test_host_and_port),
	cmocka_unit_test(test_cidr),
	cmocka_unit_test(test_ipv4),
	cmocka_unit_test(test_ipv6),
	cmocka_unit_test(test_unix),
};
UNIT_MAIN(cases)
