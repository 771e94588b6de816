/*
 * relay.c - the plain relay that the bench compares the gateway with: takes ESME binds on one port, holds one bind to
 * an SMSC, and only rewrites sequence numbers both ways. Nothing behind the header is looked at, nothing is stored,
 * and deliver_sm go to the receiving ESMEs in turn. It knows no accounts, receipts or limits: it shows what moving
 * the octets costs. Its own epoll loop, one read and one write per connection and turn.
 *
 * Prints "listening 127.0.0.1:PORT", and at SIGTERM its counts and its CPU time per message.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "smpp/command.h"
#include "smpp/pdu.h"
#include "tools/opts.h"

#define BUFFER	 (8u << 20) /* octets in, and out, per connection */
#define READ_MAX (256u << 10)
#define PEERS	 1024
#define RING	 262144u /* requests on their way, per direction */

struct peer {
	int fd; /* -1: free */
	bool bound, receives, waits /* for writability */;
	uint32_t in_n, out_n, out_sent;
	uint8_t *in, *out;
};

struct relay_conf {
	struct opts_address listen, to;
	const char *system_id, *password;
};

static const struct opts_about about = {
	.program = "relay",
	.operands = "",
	.purpose = "Relays SMPP from ESMEs to one SMSC and rewrites sequence numbers only: the bench's yardstick.",
	.exits = "0  ended by SIGINT or SIGTERM\n1  a socket failed, or the SMSC went away\n2  wrong usage",
};

static const struct opts_row rows[] = {
	{"listen", OPTS_ADDRESS, offsetof(struct relay_conf, listen), "127.0.0.1:0", .help = "where ESMEs bind"},
	{"to", OPTS_ADDRESS, offsetof(struct relay_conf, to), "127.0.0.1:2776", .help = "the SMSC"},
	{"system-id", OPTS_TEXT, offsetof(struct relay_conf, system_id), "gw", .help = "whom to bind as there"},
	{"password", OPTS_TEXT, offsetof(struct relay_conf, password), "gw", .help = "its password"},
};

struct slot { /* where a request came from, by the sequence number it was sent on with */
	uint32_t sequence;
	int16_t peer;
};

static struct peer esmes[PEERS], smsc = {.fd = -1};
static unsigned esmes_n; /* places that have been taken */
static struct slot up[RING], down[RING];
static uint32_t up_sequence, down_sequence;
static unsigned turn;
static int epoll_fd;
static uint64_t requests_up, requests_down;
static volatile sig_atomic_t ending;
static int failed;

static void on_signal(int number)
{
	(void)number;
	ending = 1;
}

static void fatal(const char *what)
{
	fprintf(stderr, "relay: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return ntohl(v);
}

static void put32(uint8_t *p, uint32_t v)
{
	v = htonl(v);
	memcpy(p, &v, 4);
}

static void watch(struct peer *p, int op, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = p};

	if (epoll_ctl(epoll_fd, op, p->fd, &ev) != 0)
		fatal("epoll_ctl");
}

static void open_peer(struct peer *p, int fd)
{
	int on = 1;
	uint8_t *in = p->in ? p->in : malloc(BUFFER), *out = p->out ? p->out : malloc(BUFFER);

	if (!in || !out)
		fatal("memory");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	*p = (struct peer){.fd = fd, .in = in, .out = out};
	watch(p, EPOLL_CTL_ADD, EPOLLIN);
}

static void close_peer(struct peer *p)
{
	close(p->fd);
	p->fd = -1;
	p->bound = p->receives = false;
	if (p == &smsc && !ending) {
		fprintf(stderr, "relay: the SMSC closed the connection\n");
		ending = failed = 1;
	}
}

/* Copies a PDU to a peer's output with another sequence number; what finds no room is lost, which the bench notices. */
static void pass(struct peer *p, const uint8_t *pdu, uint32_t n, uint32_t sequence)
{
	if (p->fd < 0 || BUFFER - p->out_n < n)
		return;
	memcpy(p->out + p->out_n, pdu, n);
	put32(p->out + p->out_n + 12, sequence);
	p->out_n += n;
}

static void answer(struct peer *p, const uint8_t *pdu, uint32_t id)
{
	static const uint8_t name[] = "relay";
	uint8_t out[PDU_HEADER + sizeof(name)];
	bool bind = id == BIND_TRANSCEIVER || id == BIND_TRANSMITTER || id == BIND_RECEIVER;
	uint32_t n = bind ? sizeof(out) : PDU_HEADER;

	pdu_header(out, id | COMMAND_RESP, 0, get32(pdu + 12));
	put32(out, n);
	memcpy(out + PDU_HEADER, name, sizeof(name));
	pass(p, out, n, get32(pdu + 12));
}

static void from_esme(struct peer *p, const uint8_t *pdu, uint32_t n)
{
	uint32_t id = get32(pdu + 4);
	struct slot *slot;

	switch (id) {
	case BIND_TRANSCEIVER:
	case BIND_RECEIVER:
		p->receives = true; /* falls through */
	case BIND_TRANSMITTER:
		p->bound = true; /* falls through */
	case ENQUIRE_LINK:
	case UNBIND:
		answer(p, pdu, id);
		return;
	}
	if (id & COMMAND_RESP) {
		slot = &down[get32(pdu + 12) % RING];
		pass(&smsc, pdu, n, slot->sequence);
		return;
	}
	up_sequence = up_sequence % 0x7FFFFFFF + 1;
	up[up_sequence % RING] = (struct slot){get32(pdu + 12), (int16_t)(p - esmes)};
	pass(&smsc, pdu, n, up_sequence);
	requests_up++;
}

static struct peer *next_receiver(void)
{
	for (unsigned i = 0; i < esmes_n; i++) {
		struct peer *p = &esmes[turn++ % esmes_n];

		if (p->fd >= 0 && p->receives)
			return p;
	}
	return NULL;
}

static void from_smsc(struct peer *p, const uint8_t *pdu, uint32_t n)
{
	uint32_t id = get32(pdu + 4);
	const struct slot *slot;

	if (id == (BIND_TRANSCEIVER | COMMAND_RESP)) {
		if (get32(pdu + 8) != 0) {
			fprintf(stderr, "relay: the SMSC refused the bind with 0x%02X\n", get32(pdu + 8));
			ending = failed = 1;
		}
		p->bound = true;
		return;
	}
	if (id == ENQUIRE_LINK || id == UNBIND) {
		answer(p, pdu, id);
		return;
	}
	if (id & COMMAND_RESP) {
		slot = &up[get32(pdu + 12) % RING];
		pass(&esmes[slot->peer], pdu, n, slot->sequence);
		return;
	}
	p = next_receiver();
	if (!p)
		return;
	down_sequence = down_sequence % 0x7FFFFFFF + 1;
	down[down_sequence % RING] = (struct slot){get32(pdu + 12), (int16_t)(p - esmes)};
	pass(p, pdu, n, down_sequence);
	requests_down++;
}

/* Every whole PDU of the input; false when the framing is lost. */
static bool cut(struct peer *p, void (*take)(struct peer *p, const uint8_t *pdu, uint32_t n))
{
	uint32_t at = 0;

	while (p->in_n - at >= PDU_HEADER) {
		uint32_t n = get32(p->in + at);

		if (n < PDU_HEADER || n > BUFFER / 2)
			return false;
		if (p->in_n - at < n)
			break;
		take(p, p->in + at, n);
		at += n;
	}
	memmove(p->in, p->in + at, p->in_n - at);
	p->in_n -= at;
	return true;
}

static void on_input(struct peer *p)
{
	uint32_t room = BUFFER - p->in_n;
	ssize_t n = recv(p->fd, p->in + p->in_n, room < READ_MAX ? room : READ_MAX, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		p->in_n += (uint32_t)n;
	if (n <= 0 || !cut(p, p == &smsc ? from_smsc : from_esme))
		close_peer(p);
}

static void flush_peer(struct peer *p)
{
	ssize_t n;

	if (p->fd < 0 || p->waits || p->out_n == 0)
		return;
	n = send(p->fd, p->out + p->out_sent, p->out_n - p->out_sent, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		close_peer(p);
		return;
	}
	p->out_sent += n > 0 ? (uint32_t)n : 0;
	if (p->out_sent == p->out_n) {
		p->out_sent = p->out_n = 0;
		return;
	}
	p->waits = true;
	watch(p, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

static void on_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	unsigned i = 0;

	while (i < PEERS && esmes[i].fd >= 0)
		i++;
	if (fd >= 0 && i == PEERS)
		close(fd);
	if (fd < 0 || i == PEERS)
		return;
	if (i == esmes_n)
		esmes_n++;
	open_peer(&esmes[i], fd);
}

static struct sockaddr_in address(const struct opts_address *from)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)from->port)};

	if (inet_pton(AF_INET, from->host, &a.sin_addr) != 1) {
		fprintf(stderr, "relay: %s is no IPv4 address\n", from->host);
		exit(2);
	}
	return a;
}

static int listen_on(const struct opts_address *where)
{
	struct sockaddr_in a = address(where);
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = NULL};

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 || listen(fd, 64) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &ev) != 0)
		fatal("listen");
	printf("listening 127.0.0.1:%d\n", ntohs(a.sin_port));
	fflush(stdout);
	return fd;
}

static void bind_smsc(const struct relay_conf *conf)
{
	struct sockaddr_in a = address(&conf->to);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pdu pdu = {.command_id = BIND_TRANSCEIVER, .sequence = 0x7FFFFFFF};
	size_t n;

	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		fatal("connect to the SMSC");
	open_peer(&smsc, fd);
	pdu.bind.system_id = view_of(conf->system_id);
	pdu.bind.password = view_of(conf->password);
	pdu.bind.interface_version = 0x34;
	n = pdu_encode(&pdu, smsc.out, BUFFER);
	smsc.out_n = (uint32_t)n;
	flush_peer(&smsc);
}

static void run(int listener)
{
	struct epoll_event events[PEERS + 2];

	while (!ending) {
		int n = epoll_wait(epoll_fd, events, PEERS + 2, -1);

		for (int i = 0; i < n; i++) {
			struct peer *p = events[i].data.ptr;

			if (!p) {
				on_accept(listener);
				continue;
			}
			if (events[i].events & EPOLLOUT && p->fd >= 0) {
				p->waits = false;
				watch(p, EPOLL_CTL_MOD, EPOLLIN);
			}
			if (events[i].events & ~(uint32_t)EPOLLOUT && p->fd >= 0)
				on_input(p);
		}
		flush_peer(&smsc);
		for (unsigned i = 0; i < esmes_n; i++)
			flush_peer(&esmes[i]);
	}
}

static void report(void)
{
	struct rusage ru;
	double us;

	getrusage(RUSAGE_SELF, &ru);
	us = ((double)ru.ru_utime.tv_sec + (double)ru.ru_stime.tv_sec) * 1e6 + (double)ru.ru_utime.tv_usec +
	     (double)ru.ru_stime.tv_usec;
	printf("requests_up=%llu requests_down=%llu cpu_us=%.0f cpu_us_per_message=%.3f\n",
	       (unsigned long long)requests_up, (unsigned long long)requests_down, us,
	       requests_up ? us / (double)requests_up : 0.0);
}

int main(int argc, char **argv)
{
	struct sigaction sa = {.sa_handler = on_signal};
	struct relay_conf conf = {.system_id = NULL};
	int listener, at = opts_parse(&about, rows, sizeof(rows) / sizeof(rows[0]), &conf, argc, argv);

	if (at < 0)
		return at == OPTS_DONE ? 0 : 2;
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	for (unsigned i = 0; i < PEERS; i++)
		esmes[i].fd = -1;
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	bind_smsc(&conf);
	listener = listen_on(&conf.listen);
	run(listener);
	report();
	for (unsigned i = 0; i < PEERS; i++) {
		free(esmes[i].in);
		free(esmes[i].out);
	}
	free(smsc.in);
	free(smsc.out);
	return failed;
}
