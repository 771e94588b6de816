/*
 * top_ask.c - one look at the gateway: what its console answers to `status` and to `now`, without waiting for it. Must
 * not know what is shown of it.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "tools/ask.h"
#include "tools/top.h"

#define ANSWER_US 3000000 /* for one question */
#define QUESTIONS 2

static const char *const questions[QUESTIONS] = {"status", "now"};

struct top_ask {
	const char *socket, *token;
	int fd;
	unsigned question;
	bool busy;
	int64_t deadline_us;
	struct ask_answer answer;
	struct buf text;
	struct top_look look;
};

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void top_look_free(struct top_look *l)
{
	tree_free(l->status);
	tree_free(l->now);
	*l = (struct top_look){.status = NULL};
}

struct top_ask *top_ask_new(const char *socket, const char *token)
{
	struct top_ask *a = mem_zalloc(sizeof(*a));

	a->socket = socket;
	a->token = token;
	a->fd = -1;
	return a;
}

static void hang_up(struct top_ask *a)
{
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
	buf_consume(&a->text, buf_len(&a->text), SIZE_MAX);
	a->answer = (struct ask_answer){.n = 0};
}

void top_ask_free(struct top_ask *a)
{
	hang_up(a);
	top_look_free(&a->look);
	buf_free(&a->text);
	mem_free(a);
}

/* A question is short: it goes out at once, or the gateway is not well. */
static bool ask(struct top_ask *a)
{
	struct buf line = {0};

	a->fd = ask_connect(a->socket, true);
	if (a->fd < 0)
		return false;
	ask_options(&line, true, a->token);
	buf_printf(&line, "%s\n", questions[a->question]);
	ssize_t n = write(a->fd, buf_data(&line), buf_len(&line));
	bool sent = n == (ssize_t)buf_len(&line);
	buf_free(&line);
	a->deadline_us = now_us() + ANSWER_US;
	return sent;
}

void top_ask_begin(struct top_ask *a)
{
	a->busy = true;
	a->question = 0;
	a->deadline_us = 0; /* it is asked when it goes on */
}

bool top_ask_busy(const struct top_ask *a)
{
	return a->busy;
}

int top_ask_fd(const struct top_ask *a)
{
	return a->fd;
}

int64_t top_ask_deadline(const struct top_ask *a)
{
	return a->deadline_us;
}

static bool end_look(struct top_ask *a, struct top_look *look)
{
	hang_up(a);
	a->busy = false;
	a->look.at_us = now_us();
	*look = a->look;
	a->look = (struct top_look){.status = NULL};
	return true;
}

static bool fail_look(struct top_ask *a, struct top_look *look)
{
	bool refused = a->look.refused;
	top_look_free(&a->look);
	a->look.refused = refused;
	return end_look(a, look);
}

/* What has come: 1 there may be more later, 0 the answer is whole, -1 with errno. */
static int take(struct top_ask *a)
{
	char p[16384];
	size_t rest;
	ssize_t n;

	while ((n = read(a->fd, p, sizeof(p))) > 0) {
		ask_take(&a->answer, p, (size_t)n, NULL, &rest);
		buf_put(&a->text, p + n - rest, rest);
	}
	if (n == 0)
		return 0;
	return errno == EAGAIN || errno == EINTR ? 1 : -1;
}

/* An answer is whole. False: it says that there is none. */
static bool keep(struct top_ask *a, char *why, size_t cap)
{
	struct tree **into = a->question == 0 ? &a->look.status : &a->look.now;

	enum ask_verdict v = ask_verdict(&a->answer, a->socket, why, cap);
	a->look.refused |= a->question == 0 && v == ASK_ERROR;
	if (v != ASK_OK)
		return false;
	*into = tree_read((const char *)buf_data(&a->text), buf_len(&a->text));
	if (!*into)
		snprintf(why, cap, "the gateway's answer to %s is not JSON; is it older than this smppgwctl?",
			 questions[a->question]);
	return *into != NULL;
}

bool top_ask_go_on(struct top_ask *a, struct top_look *look, char *why, size_t cap)
{
	char unimportant[600];

	*why = '\0';
	if (a->fd < 0 && !ask(a)) {
		ask_unreachable(a->socket, errno, why, cap);
		return fail_look(a, look);
	}
	int result = take(a);
	if (result > 0 && now_us() < a->deadline_us)
		return false;
	if (result != 0) {
		snprintf(why, cap, "the gateway at %s has not answered %s within 3 s", a->socket,
			 questions[a->question]);
		return fail_look(a, look);
	}
	/* who can tell no more than the status is shown, too */
	bool kept = keep(a, a->question == 0 ? why : unimportant, a->question == 0 ? cap : sizeof(unimportant));
	hang_up(a);
	if (a->question == 0 && !kept)
		return fail_look(a, look);
	if (++a->question == QUESTIONS)
		return end_look(a, look);
	a->deadline_us = 0;
	return false;
}
