/*
 * top_term.c - a terminal as a screen: raw keys, the alternate screen, frames without flicker. Must not know what is
 * shown. ANSI sequences only, which every terminal of today understands.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "tools/top.h"

#define SIZE_MOST 1000 /* columns, lines: what more than a wall could show */
#define ENTER	  "\033[?1049h\033[?25l\033[2J"
#define LEAVE	  "\033[0m\033[?25h\033[?1049l"

static struct termios before;
static bool is_open;

static void put(const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t done = write(STDOUT_FILENO, at, n);
		if (done < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (done > 0) {
			at += done;
			n -= (size_t)done;
		}
	}
}

void top_term_close(void)
{
	if (!is_open)
		return;
	is_open = false;
	put(LEAVE, strlen(LEAVE));
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
}

bool top_term_open(void)
{
	static bool told;
	struct termios raw;

	if (!is_open && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0))
		return false;
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) != 0)
		return false;
	if (!told)
		atexit(top_term_close);
	told = true;
	is_open = true;
	put(ENTER, strlen(ENTER));
	return true;
}

void top_term_size(size_t *width, size_t *height)
{
	struct winsize w;

	*width = 80;
	*height = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col == 0 || w.ws_row == 0)
		return;
	*width = w.ws_col < SIZE_MOST ? w.ws_col : SIZE_MOST;
	*height = w.ws_row < SIZE_MOST ? w.ws_row : SIZE_MOST;
}

/* Every line is drawn over what stood there: nothing is ever blank between two frames. */
void top_term_show(const struct buf *frame)
{
	const char *p = (const char *)buf_data(frame);
	size_t n = buf_len(frame);
	struct buf out = {0};

	buf_puts(&out, "\033[H");
	while (n > 0) {
		const char *end = memchr(p, '\n', n);
		size_t len = end ? (size_t)(end - p) : n;
		buf_put(&out, p, len);
		n -= len + (end ? 1 : 0);
		p += len + (end ? 1 : 0);
		if (n > 0)
			buf_puts(&out, "\r\n");
	}
	put(buf_data(&out), buf_len(&out));
	buf_free(&out);
}

static int read_one(void)
{
	unsigned char c;

	return read(STDIN_FILENO, &c, 1) == 1 ? c : TOP_KEY_NONE;
}

/* Arrows and the like are an escape, a bracket, and what follows. */
int top_term_key(void)
{
	int c = read_one();

	if (c != '\033')
		return c;
	c = read_one();
	if (c != '[' && c != 'O')
		return c == TOP_KEY_NONE ? '\033' : c;
	switch (read_one()) {
	case 'A':
		return TOP_KEY_UP;
	case 'B':
		return TOP_KEY_DOWN;
	case '5':
		(void)read_one();
		return TOP_KEY_PAGE_UP;
	case '6':
		(void)read_one();
		return TOP_KEY_PAGE_DOWN;
	default:
		return '\033';
	}
}
