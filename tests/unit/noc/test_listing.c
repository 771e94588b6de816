/*
 * test_listing.c - answers that are made in steps, over a real console socket: one step in a turn that it makes long,
 * others are answered meanwhile, and nothing is left when who has asked goes, or the gateway. And tables in steps.
 */
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/net.h"
#include "exchange.h"
#include "link/hasher.h"
#include "noc/form.h"
#include "noc/listing.h"
#include "noc/table.h"

static struct loop *loop;
static struct console *console;
static struct console_stats counted;
static struct console_about about;
static struct hasher *hasher;
static char dir[] = "/tmp/smppgw-listing-XXXXXX";
static char path[64];

struct job {
	unsigned steps, made;
	bool slow;
	uint64_t last_turn;
};
static unsigned ended;

static bool some(void *arg, struct buf *out)
{
	struct job *j = arg;
	if (j->slow) {
		assert_true(j->last_turn != loop_turns(loop)); /* each in a turn of its own */
		while (!loop_is_long(loop))
			;
	}
	j->last_turn = loop_turns(loop);
	buf_printf(out, "step %u\n", ++j->made);
	return j->made < j->steps;
}

static void end(void *arg)
{
	ended++;
	mem_free(arg);
}

static int list(struct console_call *call)
{
	static const struct listing_steps steps = {some, end};
	struct job *j = mem_zalloc(sizeof(*j));
	*j = (struct job){.steps = (unsigned)atoi(call->words[0]),
			  .slow = strcmp(call->words[1], "slow") == 0,
			  .last_turn = UINT64_MAX};
	return listing_start(call, loop, &steps, j);
}

struct counted {
	struct listing_rows rows;
	unsigned at, all;
};

static enum listing_row next_number(void *job, bool is_shown)
{
	struct counted *c = job;
	if (c->at == c->all)
		return LISTING_END;
	if (++c->at % 3 == 0)
		return LISTING_PASSED;
	if (is_shown)
		table_cell(c->rows.table, "%u", c->at);
	return LISTING_MEANT;
}

static void end_numbers(void *job)
{
	struct counted *c = job;
	table_free(c->rows.table);
	mem_free(c);
	ended++;
}

static int numbers(struct console_call *call)
{
	static const struct listing_steps steps = {listing_rows_some, end_numbers};
	struct counted *c = mem_zalloc(sizeof(*c));
	c->all = (unsigned)atoi(call->words[0]);
	c->rows = (struct listing_rows){.table = table_new("+N"), .most = 100, .next = next_number};
	return listing_start(call, loop, &steps, c);
}

static int say(struct console_call *call)
{
	buf_puts(call->out, "said\n");
	return 0;
}

static const struct console_command table[] = {
	{.name = "list", .args = "N HOW", .min = 2, .max = 2, .right = CONSOLE_READ, .fn = list, .help = "Lists."},
	{.name = "numbers", .args = "N", .min = 1, .max = 1, .right = CONSOLE_READ, .fn = numbers, .help = "Lists."},
	{.name = "say", .right = CONSOLE_READ, .fn = say, .help = "Says it."},
	{.name = NULL},
};

static char *ask(const char *request)
{
	int fd = exchange_connect(path, 0);
	assert_true(fd >= 0);
	return exchange_on(loop, fd, request, strlen(request), false);
}

static void answers(const char *request, const char *answer)
{
	char *got = ask(request);
	assert_string_equal(got, answer);
	mem_free(got);
}

static void a_short_one_is_there_at_once(void **state)
{
	(void)state;
	ended = 0;
	answers("list 3 fast\n", "ok\nstep 1\nstep 2\nstep 3\n");
	assert_int_equal(ended, 1);
	answers("list 1 slow\n", "ok\nstep 1\n");
	answers("--json list 2 fast\n", "ok\n{\"lines\":[\"step 1\",\"step 2\"]}\n");
	assert_int_equal(ended, 3);
}

static void a_long_one_leaves_room_for_others(void **state)
{
	(void)state;
	ended = 0;
	int fd = exchange_connect(path, 0);
	assert_int_equal(send(fd, "list 40 slow\n", 13, 0), 13);
	answers("say\n", "ok\nsaid\n");
	assert_int_equal(ended, 0); /* it is still being made */
	char *got = exchange_on(loop, fd, "", 0, false);
	assert_memory_equal(got, "ok\nstep 1\nstep 2\n", 17);
	assert_non_null(strstr(got, "\nstep 40\n"));
	assert_int_equal(ended, 1);
	mem_free(got);
	answers("--json list 2 slow\n", "ok\n{\"lines\":[\"step 1\",\"step 2\"]}\n");
}

/* A table: those that are meant, so many of them, and how many more there are; as JSON, too. */
static void rows_are_counted_beyond_the_most(void **state)
{
	(void)state;
	ended = 0;
	answers("numbers 5\n", "ok\nN\n1\n2\n4\n5\n");
	answers("numbers 0\n", "ok\nN\n");
	char *got = ask("numbers 1000\n");
	assert_non_null(strstr(got, "\n  1\n"));
	assert_non_null(strstr(got, "\n149\nand 567 more\n"));
	assert_null(strstr(got, "\n  3\n"));
	mem_free(got);
	answers("--json numbers 4\n", "ok\n{\"rows\":[{\"n\":1},{\"n\":2},{\"n\":4}],\"lines\":[]}\n");
	got = ask("--json numbers 154\n");
	assert_non_null(strstr(got, "{\"n\":149}]"));
	assert_non_null(strstr(got, "\"lines\":[\"and 3 more\"]"));
	mem_free(got);
	assert_int_equal(ended, 5);
}

static bool has_ended(void *arg)
{
	(void)arg;
	return ended > 0;
}

static void who_goes_wants_it_no_more(void **state)
{
	(void)state;
	ended = 0;
	int fd = exchange_connect(path, 0);
	assert_int_equal(send(fd, "list 100000000 slow\n", 20, 0), 20);
	answers("say\n", "ok\nsaid\n");
	assert_int_equal(ended, 0);
	shutdown(fd, SHUT_RDWR);
	close(fd);
	/* it is seen when something is written to it, or at once */
	for (int i = 0; i < 3; i++)
		answers("say\n", "ok\nsaid\n");
	listing_stop_all();
	assert_true(exchange_until(loop, has_ended, NULL));
	assert_int_equal(ended, 1);
}

static void all_stop_with_the_gateway(void **state)
{
	(void)state;
	ended = 0;
	int fds[3];
	for (int i = 0; i < 3; i++) {
		fds[i] = exchange_connect(path, 0);
		assert_int_equal(send(fds[i], "list 100000000 slow\n", 20, 0), 20);
	}
	answers("say\n", "ok\nsaid\n");
	listing_stop_all();
	assert_int_equal(ended, 3);
	listing_stop_all();
	assert_int_equal(ended, 3);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

static void tables_are_printed_in_steps(void **state)
{
	struct buf whole = {0}, parts = {0};
	(void)state;
	for (int way = 0; way < 2; way++) {
		struct table *t = table_new("NAME +COUNT");
		for (int round = 0; round < 2; round++) { /* it is empty again afterwards */
			for (int i = 0; i < 7; i++) {
				table_cell(t, "name %d", i * 1000);
				table_cell(t, "%d", i);
			}
			if (way == 0) {
				table_print(t, &whole);
				continue;
			}
			unsigned steps = 0;
			while (table_print_some(t, &parts, 3))
				steps++;
			assert_int_equal(steps, 2); /* heads and seven rows */
		}
		table_free(t);
	}
	assert_int_equal(buf_len(&whole), buf_len(&parts));
	assert_memory_equal(buf_data(&whole), buf_data(&parts), buf_len(&whole));
	buf_free(&whole);
	buf_free(&parts);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(a_short_one_is_there_at_once), cmocka_unit_test(a_long_one_leaves_room_for_others),
	cmocka_unit_test(who_goes_wants_it_no_more),	cmocka_unit_test(all_stop_with_the_gateway),
	cmocka_unit_test(tables_are_printed_in_steps),	cmocka_unit_test(rows_are_counted_beyond_the_most),
};

__attribute__((constructor)) static void start(void)
{
	static char none[] = "";
	const struct console_conf conf = {
		.group = none, .read_group = none, .operate_group = none, .admin_group = none};
	signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(dir))
		abort();
	snprintf(path, sizeof(path), "%s/socket", dir);
	loop = loop_new();
	int fd = net_listen_unix(path, 0600);
	if (fd < 0)
		abort();
	hasher = hasher_new(loop);
	about = (struct console_about){table, NULL, rights_new(&conf, NULL, 0, hasher), NULL, &counted};
	console = console_new(loop, fd, &about);
}

__attribute__((destructor)) static void stop(void)
{
	console_free(console);
	rights_free(about.rights);
	hasher_free(hasher);
	loop_free(loop);
	unlink(path);
	rmdir(dir);
}

UNIT_MAIN(cases)
