/* test_log_target.c - files that are renamed, removed or full; journald and syslogd that come and go; limits. */
#include <fcntl.h>
#include <regex.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "unit.h"
#include "base/log.h"

static char dir[64], file[96], sock[96];
static FILE *err; /* stands for stderr */
static char got[1 << 20];

static int set_up(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/smppgw-log.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/日志.log", dir);
	snprintf(sock, sizeof(sock), "%s/socket", dir);
	err = tmpfile();
	assert_non_null(err);
	log_open(fileno(err), LOG_LEVEL_INFO, true);
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	log_close();
	fclose(err);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void to(enum log_kind kind, const char *path)
{
	struct log_target t = {.kind = kind, .path = path, .facility = 16, .mode = 0640};

	log_to(&t);
}

static const char *read_path(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n = f != NULL ? fread(got, 1, sizeof(got) - 1, f) : 0;

	got[n] = '\0';
	if (f != NULL)
		fclose(f);
	return got;
}

static const char *read_err(void)
{
	log_flush();
	rewind(err);
	got[fread(got, 1, sizeof(got) - 1, err)] = '\0';
	return got;
}

static bool matches(const char *text, const char *pattern)
{
	regex_t re;

	assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE), 0);
	int rc = regexec(&re, text, 0, NULL, 0);
	regfree(&re);
	return rc == 0;
}

/* A target that is away is looked at once a second. */
static void next_second(void)
{
	struct timespec now, then;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &then);
	do {
		struct timespec ms = {.tv_nsec = 5000000};
		nanosleep(&ms, NULL);
		clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	} while (now.tv_sec == then.tv_sec);
}

static int listen_datagrams(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	strcpy(a.sun_path, sock);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

/* The next datagram, "" when there is none. */
static const char *datagram(int fd)
{
	ssize_t n = recv(fd, got, sizeof(got) - 1, 0);

	got[n > 0 ? n : 0] = '\0';
	return got;
}

static void test_file_reopened(void **state)
{
	char old[128];
	struct stat st;

	(void)state;
	snprintf(old, sizeof(old), "%s.1", file);
	to(LOG_TO_FILE, file);
	log_info("银行", "event=one n=%d", 1);
	log_flush();
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(rename(file, old), 0);
	log_info("-", "event=two");
	log_flush();
	log_info("-", "event=three"); /* still gathered: belongs to the file before */
	log_reopen();
	log_info("-", "event=four");
	log_flush();
	const char *text = read_path(old);
	assert_true(matches(text, "^20[0-9T:.+-]* info 银行 event=one n=1$"));
	assert_true(matches(text, "event=two$") && matches(text, "event=three$"));
	assert_false(matches(text, "event=four"));
	text = read_path(file);
	assert_true(matches(text, "event=log_reopened target=file") && matches(text, "event=four$"));
	assert_false(matches(text, "event=three"));
	assert_string_equal(read_err(), "");
}

static void test_reopen_fails(void **state)
{
	char hidden[128];

	(void)state;
	snprintf(hidden, sizeof(hidden), "%s/sub", dir);
	assert_int_equal(mkdir(hidden, 0700), 0);
	snprintf(file, sizeof(file), "%s/sub/log", dir);
	to(LOG_TO_FILE, file);
	int keep = open(file, O_RDONLY);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(hidden), 0);
	log_reopen();
	log_info("-", "event=kept");
	log_flush();
	got[read(keep, got, sizeof(got) - 1)] = '\0';
	close(keep);
	assert_true(matches(got, "error - event=log_reopen_failed .*No such file"));
	assert_true(matches(got, "event=kept$"));
}

static void test_file_away_and_back(void **state)
{
	char sub[128];

	(void)state;
	snprintf(sub, sizeof(sub), "%s/sub", dir);
	snprintf(file, sizeof(file), "%s/sub/log", dir);
	to(LOG_TO_FILE, file);
	assert_true(log_away());
	log_info("-", "event=elsewhere");
	const char *text = read_err();
	assert_true(matches(text, "error - event=log_target_lost target=file .*error=\"No such file or directory\""));
	assert_true(matches(text, "event=elsewhere$"));
	assert_int_equal(mkdir(sub, 0700), 0);
	next_second();
	log_flush();
	assert_false(log_away());
	log_info("-", "event=home");
	log_flush();
	text = read_path(file);
	assert_true(matches(text, "warn - event=log_target_back target=file .*lines_on_stderr=2$"));
	assert_true(matches(text, "event=home$"));
}

static void test_file_removed(void **state)
{
	(void)state;
	to(LOG_TO_FILE, file);
	log_flush();
	assert_int_equal(unlink(file), 0);
	next_second();
	log_flush();
	log_info("-", "event=again");
	log_flush();
	const char *text = read_path(file);
	assert_true(matches(text, "event=log_reopened .*it was removed"));
	assert_true(matches(text, "event=again$"));
}

static void test_full_disk(void **state)
{
	(void)state;
	to(LOG_TO_FILE, "/dev/full");
	log_info("-", "event=a");
	log_info("-", "event=b");
	const char *text = read_err();
	assert_true(matches(text, "event=log_target_lost .*No space left"));
	assert_true(matches(text, "event=a$") && matches(text, "event=b$"));
}

static void test_syslog(void **state)
{
	int fd = listen_datagrams();

	(void)state;
	to(LOG_TO_SYSLOG, sock);
	log_warn("移动", "event=paused ms=%d", 5);
	log_flush();
	assert_true(matches(datagram(fd), "^<132>[A-Z][a-z]{2} [ 123][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9] "
					  "smppgwd\\[[0-9]+\\]: warn 移动 event=paused ms=5$"));
	close(fd);
}

static void test_journald(void **state)
{
	int fd = listen_datagrams();

	(void)state;
	to(LOG_TO_JOURNALD, sock);
	log_error("119976220012407000", "event=finished how=failed text=\"验\n码\"");
	log_info("-", "none of ours");
	log_flush();
	const char *text = datagram(fd);
	assert_true(matches(text, "^PRIORITY=3$") && matches(text, "^SYSLOG_IDENTIFIER=smppgwd$"));
	assert_true(matches(text, "^SMPPGW_ID=119976220012407000$") && matches(text, "^SMPPGW_EVENT=finished$"));
	assert_true(matches(text, "^MESSAGE=119976220012407000 event=finished how=failed text=\"验\\?码\"$"));
	text = datagram(fd);
	assert_true(matches(text, "^PRIORITY=6$") && matches(text, "^MESSAGE=- none of ours$"));
	assert_false(matches(text, "SMPPGW_EVENT"));
	close(fd);
}

/* syslogd ends, and is started again: at once, and after a while. */
static void test_daemon_goes_and_comes(void **state)
{
	int fd = listen_datagrams();

	(void)state;
	to(LOG_TO_SYSLOG, sock);
	close(fd);
	unlink(sock);
	fd = listen_datagrams();
	log_info("-", "event=restarted");
	log_flush();
	assert_true(matches(datagram(fd), "event=restarted$"));
	close(fd);
	unlink(sock);
	log_info("-", "event=nobody");
	log_flush();
	assert_true(log_away());
	const char *text = read_err();
	assert_true(matches(text, "event=log_target_lost target=syslog") && matches(text, "event=nobody$"));
	fd = listen_datagrams();
	next_second();
	log_flush();
	assert_false(log_away());
	log_info("-", "event=back");
	log_flush();
	assert_true(matches(datagram(fd), "event=log_target_back target=syslog"));
	assert_true(matches(datagram(fd), "event=back$"));
	close(fd);
}

/* Nobody reads the datagrams: nothing blocks; when they are read all are there, or the log tells how many are not. */
static void test_daemon_hangs(void **state)
{
	int fd = listen_datagrams();
	uint64_t before = log_dropped();
	unsigned seen = 0, told = 0;

	(void)state;
	to(LOG_TO_SYSLOG, sock);
	alarm(60);
	for (unsigned i = 0; i < 20000; i++)
		log_info("-", "event=n n=%u pad=012345678901234567890123456789", i);
	log_flush();
	alarm(0);
	assert_false(log_away());
	uint64_t lost = log_dropped() - before;
	assert_true(lost > 100 && lost < 20000);
	for (;; log_flush()) {
		if (*datagram(fd) == '\0')
			break;
		const char *dropped = strstr(got, "event=log_lines_dropped count=");
		told += dropped != NULL ? (unsigned)atoi(strchr(dropped, '=') + 1 + strlen("log_lines_dropped count="))
					: 0;
		seen += strstr(got, "event=n ") != NULL;
	}
	assert_int_equal(told, lost);
	assert_int_equal(seen, 20000 - lost);
	close(fd);
}

static void test_under_systemd(void **state)
{
	struct stat st;
	char stream[64];

	(void)state;
	assert_int_equal(fstat(fileno(err), &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	to(LOG_TO_STDERR, NULL);
	log_warn("a", "event=x");
	assert_string_equal(read_err(), "<4>warn a event=x\n");
	setenv("JOURNAL_STREAM", "1:1", 1);
	to(LOG_TO_STDERR, NULL);
	unsetenv("JOURNAL_STREAM");
	log_info("b", "event=y");
	assert_true(matches(read_err(), "^20[0-9T:.+-]* info b event=y$"));
}

static void test_peer_lines(void **state)
{
	unsigned lines = 0;

	(void)state;
	log_set_rate(7);
	next_second();
	uint64_t before = log_kept_back();
	for (unsigned i = 0; i < 100; i++)
		log_peer_info("银行", "event=refused_%s n=%u", "a", i);
	log_turn();
	next_second();
	log_turn();
	const char *text = read_err();
	for (const char *p = text; (p = strstr(p, "event=refused_a ")) != NULL; p++)
		lines++;
	assert_true(lines == 7 || lines == 14); /* the second may have ended between them */
	assert_int_equal(log_kept_back() - before, 100 - lines);
	assert_true(matches(text, "warn - event=lines_kept_back what=refused_ count=[89][0-9] limit=7$"));
	log_turn();
	next_second();
	log_turn();
	text = read_err();
	assert_null(strstr(strstr(text, "lines_kept_back") + 1, "lines_kept_back"));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
static const struct CMUnitTest cases[] = {
	CASE(test_file_reopened),      CASE(test_reopen_fails),
	CASE(test_file_away_and_back), CASE(test_file_removed),
	CASE(test_full_disk),	       CASE(test_syslog),
	CASE(test_journald),	       CASE(test_daemon_goes_and_comes),
	CASE(test_daemon_hangs),       CASE(test_under_systemd),
	CASE(test_peer_lines),
};
UNIT_MAIN(cases)
