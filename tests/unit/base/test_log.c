/* test_log.c - the form of a line, masking, and a log that nobody reads. */
#include <fcntl.h>
#include <regex.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "unit.h"
#include "base/log.h"

static char got[1 << 22];

static FILE *open_file_log(enum log_level level, bool mask)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	log_open(fileno(f), level, mask);
	return f;
}

/* What was logged since open_file_log(). */
static const char *close_file_log(FILE *f)
{
	log_close();
	rewind(f);
	size_t n = fread(got, 1, sizeof(got) - 1, f);
	got[n] = '\0';
	fclose(f);
	return got;
}

static bool matches(const char *text, const char *pattern)
{
	regex_t re;

	assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
	int rc = regexec(&re, text, 0, NULL, 0);
	regfree(&re);
	return rc == 0;
}

static void test_line(void **state)
{
	(void)state;
	setenv("TZ", "Asia/Shanghai", 1);
	tzset();
	FILE *f = open_file_log(LOG_LEVEL_INFO, true);
	log_info("119976220012407000", "event=accepted account=%s parts=%d", "银行", 2);
	log_debug("x", "never=seen");
	log_error(NULL, "event=failed");
	const char *text = close_file_log(f);
	assert_true(matches(text,
			    "^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}\\+08:00 "
			    "info 119976220012407000 event=accepted account=银行 parts=2\n"
			    "[^\n]* error - event=failed\n$"));
}

static void test_controls_and_length(void **state)
{
	char longer[3000] = "";

	(void)state;
	while (strlen(longer) < 2500)
		strcat(longer, "超长");
	FILE *f = open_file_log(LOG_LEVEL_DEBUG, true);
	log_debug("a\nb", "text=one\ntwo\r\x1b[31m\x7f\xff\xc2\x85ok");
	log_warn("b", "%s", longer);
	const char *text = close_file_log(f);
	const char *second = strchr(text, '\n') + 1;
	assert_non_null(strstr(text, " debug a?b text=one?two??[31m???ok\n"));
	assert_int_equal(strlen(second), 2000 + 1 - (2000 - (strstr(second, "超") - second)) % 3);
	assert_true(strlen(second) >= 1998);
	assert_int_equal(strchr(second, '\n') - second, strlen(second) - 1);
}

static void test_levels(void **state)
{
	(void)state;
	assert_int_equal(log_level_by_name("warn"), LOG_LEVEL_WARN);
	assert_int_equal(log_level_by_name("debug"), LOG_LEVEL_DEBUG);
	assert_int_equal(log_level_by_name("loud"), -1);
	FILE *f = open_file_log(LOG_LEVEL_ERROR, true);
	assert_false(log_on(LOG_LEVEL_WARN));
	log_warn("-", "a=1");
	log_set_level(LOG_LEVEL_WARN);
	assert_int_equal(log_level(), LOG_LEVEL_WARN);
	log_warn("-", "a=2");
	const char *text = close_file_log(f);
	assert_null(strstr(text, "a=1"));
	assert_non_null(strstr(text, "a=2"));
}

static void check_number(const char *number, const char *want)
{
	char out[32];

	assert_string_equal(log_number(number, strlen(number), out), want);
}

static void test_masks(void **state)
{
	char out[128];

	(void)state;
	FILE *f = open_file_log(LOG_LEVEL_INFO, true);
	check_number("13800138000", "138****8000");
	check_number("8613800138000", "138****8000");
	check_number("+8613800138000", "138****8000");
	check_number("85291234567", "852****4567");
	check_number("8621123456", "862****3456");
	check_number("106901234567890", "106****7890");
	check_number("95588", "95588");
	check_number("1234567", "123****67");
	check_number("", "");
	check_number("\n\x01\xff", "???");
	check_number("12345678901234567890123456789012345678901234567890", "123****7890");
	assert_string_equal(log_text("您的验证码 1234", strlen("您的验证码 1234"), out), "len=10");
	close_file_log(f);

	f = open_file_log(LOG_LEVEL_INFO, false);
	check_number("+8613800138000", "+8613800138000");
	check_number("1234567890123456789012345678901234567890", "1234567890123456789012345678901");
	assert_string_equal(log_text("验证码\n1234", strlen("验证码\n1234"), out), "验证码?1234");
	char longer[301] = "";
	for (int i = 0; i < 100; i++)
		strcat(longer, "码");
	log_text(longer, 300, out);
	assert_int_equal(strlen(out), 126);
	close_file_log(f);
}

static void test_limit(void **state)
{
	struct log_limit l = {0};
	unsigned kept_back = 99, said = 0;

	(void)state;
	struct timespec begin, now;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &begin);
	for (int i = 0; i < 1000; i++)
		said += log_limit(&l, 5, &kept_back);
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	assert_in_range(said, 5, 5 * (now.tv_sec - begin.tv_sec + 1));
	l.second--; /* as if a second had passed */
	unsigned waiting = l.kept_back;
	assert_true(waiting > 0);
	assert_true(log_limit(&l, 5, &kept_back));
	assert_int_equal(kept_back, waiting);
	assert_int_equal(l.kept_back, 0);
}

/* Appends what can be read to got[n]. */
static size_t drain(int fd, size_t n)
{
	ssize_t k;

	while ((k = read(fd, got + n, sizeof(got) - 1 - n)) > 0)
		n += (size_t)k;
	got[n] = '\0';
	return n;
}

/*
 * Nobody reads: nothing blocks, lines over 1 MiB are dropped and counted; once it is read the log tells, lines whole.
 */
static void run_unread(int read_fd, int write_fd)
{
	uint64_t before = log_dropped(), lines = 0;

	assert_int_equal(fcntl(read_fd, F_SETFL, O_NONBLOCK), 0);
	log_open(write_fd, LOG_LEVEL_INFO, true);
	alarm(300); /* ends the program if it blocks */
	for (unsigned i = 0; i < 40000; i++)
		log_info("-", "n=%u pad=0123456789012345678901234567890123456789", i);
	log_flush();
	alarm(0);
	uint64_t lost = log_dropped() - before;
	assert_true(lost > 1000 && lost < 40000);

	size_t n = 0, seen;
	for (int idle = 0; idle < 3; log_flush()) {
		seen = n;
		n = drain(read_fd, n);
		idle = n == seen ? idle + 1 : 0;
	}
	for (char *p = got; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	assert_int_equal(lines, 40000 - lost + 1);
	const char *told = strstr(got, "warn - event=log_lines_dropped count=");
	assert_non_null(told);
	assert_int_equal(atoi(strstr(told, "count=") + 6), lost);
	log_close();
	close(read_fd);
	close(write_fd);
}

static void test_unread_pipe(void **state)
{
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	run_unread(fd[0], fd[1]);
}

static void test_unread_socket(void **state)
{
	int fd[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	run_unread(fd[0], fd[1]);
}

static void test_full_disk(void **state)
{
	int fd = open("/dev/full", O_WRONLY);
	uint64_t before = log_dropped();

	(void)state;
	assert_true(fd >= 0);
	log_open(fd, LOG_LEVEL_INFO, true);
	log_info("-", "a=1");
	log_info("-", "a=2");
	log_flush();
	log_flush();
	assert_int_equal(log_dropped() - before, 2);
	log_close();
	close(fd);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_line),	      cmocka_unit_test(test_controls_and_length),
	cmocka_unit_test(test_levels),	      cmocka_unit_test(test_masks),
	cmocka_unit_test(test_limit),	      cmocka_unit_test(test_unread_pipe),
	cmocka_unit_test(test_unread_socket), cmocka_unit_test(test_full_disk),
};
UNIT_MAIN(cases)
