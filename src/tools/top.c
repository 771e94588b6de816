/*
 * top.c - the turns of the live screen: keys, signals, time, looks. Must not know how anything looks.
 */
#include "tools/top.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tools/opts.h"

enum { DONE = 0, GATEWAY_ERROR = 1, USAGE = 2, UNREACHABLE = 3 };
#define PLAIN_WIDTH 132

static const struct opts_about about = {
	.program = "smppgwctl top",
	.operands = "",
	.purpose =
		"Shows the gateway's carriers, accounts and binds live. Keys: q quit, c carriers, a accounts, b binds, "
		"s the next column to sort by, p pause, arrows to scroll, h help.",
	.exits = "0  ended as asked\n1  the gateway answered with an error\n2  wrong usage\n3  the gateway could not "
		 "be reached",
};

struct given {
	bool once;
	int64_t iterations, interval_us;
};

static const struct opts_row rows[] = {
	{"once", OPTS_FLAG, offsetof(struct given, once), NULL, .help = "print one frame, for scripts"},
	{"iterations", OPTS_NUMBER, offsetof(struct given, iterations), "0", .arg = "N", .min = 0, .max = 1000000,
	 .help = "print so many frames below each other"},
	{"interval", OPTS_TIME, offsetof(struct given, interval_us), "1s", .arg = "TIME",
	 .help = "time between two looks"},
};

struct top {
	struct top_conf conf;
	struct top_state state;
	struct top_ask *ask;
	struct top_look look, before;
	int64_t next_us; /* of the next look */
	int64_t frames;
	bool refused, done;
};

static volatile sig_atomic_t ended_by, resized, stopped, continued;

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void on_signal(int number)
{
	if (number == SIGWINCH)
		resized = 1;
	else if (number == SIGTSTP)
		stopped = 1;
	else if (number == SIGCONT)
		continued = 1;
	else
		ended_by = number;
}

/* They are heard while we wait, and nowhere else. */
static void catch_signals(sigset_t *while_waiting)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT};
	struct sigaction act = {.sa_handler = on_signal};
	sigset_t block;

	sigemptyset(&block);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		sigaction(numbers[i], &act, NULL);
		sigaddset(&block, numbers[i]);
	}
	sigprocmask(SIG_BLOCK, &block, while_waiting);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigdelset(while_waiting, numbers[i]);
	signal(SIGPIPE, SIG_IGN);
}

static void draw(struct top *t)
{
	struct buf frame = {0};

	if (t->state.live)
		top_term_size(&t->state.width, &t->state.height);
	top_frame(&t->state, &t->look, &t->before, &frame);
	if (t->state.live) {
		top_term_show(&frame);
	} else {
		fwrite(buf_data(&frame), 1, buf_len(&frame), stdout);
		t->done |= fflush(stdout) != 0;
	}
	buf_free(&frame);
}

/* --- keys --- */

static void scroll(struct top *t, int64_t by)
{
	int64_t to = (int64_t)t->state.scroll + by;

	t->state.scroll = to > 0 ? (size_t)to : 0; /* the frame knows how far it may go */
}

static void view(struct top *t, enum top_view v)
{
	t->state.view = v;
	t->state.scroll = 0;
	t->state.help = false;
}

static void on_key(struct top *t, int key)
{
	int64_t page = t->state.height > 8 ? (int64_t)t->state.height - 8 : 1;

	switch (key) {
	case 'q':
	case 'Q':
		t->done = true;
		break;
	case 'c':
	case 'a':
	case 'b':
		view(t, key == 'c' ? TOP_CARRIERS : key == 'a' ? TOP_ACCOUNTS : TOP_BINDS);
		break;
	case 's':
		top_next_column(&t->state);
		break;
	case 'p':
	case ' ':
		t->state.paused = !t->state.paused;
		break;
	case 'h':
	case '?':
		t->state.help = !t->state.help;
		break;
	case 'j':
	case TOP_KEY_DOWN:
		scroll(t, 1);
		break;
	case 'k':
	case TOP_KEY_UP:
		scroll(t, -1);
		break;
	case TOP_KEY_PAGE_DOWN:
		scroll(t, page);
		break;
	case TOP_KEY_PAGE_UP:
		scroll(t, -page);
		break;
	default:
		t->state.help = false;
	}
}

/* --- looks --- */

/* Without a terminal the first look shows nothing: there are no rates yet. */
static void on_look(struct top *t, struct top_look *look, const char *why)
{
	bool first = !t->look.status;

	snprintf(t->state.why, sizeof(t->state.why), "%s", why);
	if (look->status) {
		top_look_free(&t->before);
		t->before = t->look;
		t->look = *look;
	}
	t->refused = look->refused;
	if (!t->state.live && *why)
		fprintf(stderr, "smppgwctl: %s\n", why);
	else if (t->state.live || !first)
		draw(t);
	else
		return;
	t->frames++;
	t->done |= t->conf.iterations > 0 && t->frames >= t->conf.iterations;
	if (!t->done && !t->state.live)
		puts("");
}

static void go_on(struct top *t)
{
	struct top_look look = {.status = NULL};
	char why[600];

	if (!top_ask_busy(t->ask) && now_us() >= t->next_us && !t->state.paused) {
		t->next_us = now_us() + t->conf.interval_us;
		top_ask_begin(t->ask);
	}
	while (top_ask_busy(t->ask)) {
		if (top_ask_go_on(t->ask, &look, why, sizeof(why)))
			on_look(t, &look, why);
		else if (top_ask_fd(t->ask) >= 0)
			return;
	}
}

static void wait_for_more(const struct top *t, const sigset_t *mask)
{
	struct pollfd fds[2] = {{.fd = t->state.live ? STDIN_FILENO : -1, .events = POLLIN},
				{.fd = top_ask_fd(t->ask), .events = POLLIN}};
	int64_t until = top_ask_busy(t->ask) ? top_ask_deadline(t->ask) : t->next_us;
	int64_t left = until - now_us();

	if (t->state.paused && !top_ask_busy(t->ask))
		left = 3600 * INT64_C(1000000);
	left = left > 0 ? left : 0;
	struct timespec wait = {.tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000};
	if (ppoll(fds, 2, &wait, mask) > 0 && (fds[0].revents & (POLLHUP | POLLERR)))
		ended_by = SIGHUP; /* the terminal has gone; it stays readable, and no signal comes through then */
}

/* Ctrl-Z: the shell gets its screen. */
static void rest(void)
{
	stopped = 0;
	top_term_close();
	raise(SIGSTOP);
	continued = 1; /* before a key is read: the terminal has lines now */
}

/* We go on, whoever has stopped us: the screen is ours again. */
static void back(struct top *t)
{
	continued = 0;
	if (!t->state.live)
		return;
	t->done |= !top_term_open();
	resized = 1;
}

static void run(struct top *t)
{
	sigset_t mask;
	int key;

	catch_signals(&mask);
	t->next_us = now_us();
	while (!t->done && !ended_by) {
		go_on(t);
		if (t->done)
			break;
		wait_for_more(t, &mask);
		if (stopped)
			rest();
		if (continued)
			back(t);
		bool again = resized;
		resized = 0;
		while (t->state.live && (key = top_term_key()) != TOP_KEY_NONE) {
			on_key(t, key);
			again = true;
		}
		if (again && t->state.live && !t->done)
			draw(t);
	}
}

static size_t plain_width(void)
{
	const char *text = getenv("COLUMNS");
	long n = text ? strtol(text, NULL, 10) : 0;

	return n >= 40 && n <= 1000 ? (size_t)n : PLAIN_WIDTH;
}

int top_main(int argc, char **argv, const char *socket, const char *token)
{
	struct given given = {0};
	int at = opts_parse(&about, rows, sizeof(rows) / sizeof(rows[0]), &given, argc, argv);
	const char *no_colour = getenv("NO_COLOR");

	if (at < 0)
		return at == OPTS_DONE ? DONE : USAGE;
	struct top t = {.conf = {.socket = socket,
				 .token = token,
				 .iterations = given.once ? 1 : given.iterations,
				 .interval_us = given.interval_us > 100000 ? given.interval_us : 100000}};
	t.state.live = t.conf.iterations == 0 && top_term_open();
	t.state.colour = t.state.live && !(no_colour && *no_colour);
	t.state.width = plain_width();
	t.ask = top_ask_new(socket, token);
	bool live = t.state.live;
	run(&t);
	top_term_close();
	top_ask_free(t.ask);
	top_look_free(&t.look);
	top_look_free(&t.before);
	if (!ended_by)
		return live || !*t.state.why ? DONE : t.refused ? GATEWAY_ERROR : UNREACHABLE;
	signal(ended_by, SIG_DFL); /* whoever waits for us sees how we have ended */
	sigset_t all;
	sigfillset(&all);
	raise(ended_by);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	return UNREACHABLE;
}
