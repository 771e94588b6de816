/* test_secret.c - secrets in files and credentials: found, read, refused with a reason, told when everybody may read.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"
#include "base/conf.h"
#include "base/secret.h"

struct one {
	struct conf_where where;
	char *password, *key;
};
static const struct conf_row rows[] = {
	{"password", CONF_SECRET, offsetof(struct one, password), "", 0, 8, "", true, "A password.", NULL},
	{"key", CONF_PATH, offsetof(struct one, key), "", 0, 100, "", true, "A file with a key.", NULL},
	{.key = NULL},
};
static const struct conf_section sections[] = {{"one", false, sizeof(struct one), rows}, {.rows = NULL}};

static char dir[] = "/tmp/test_secret.XXXXXX";
static char path[64], conf_path[64];

static void write_to(const char *file, const void *text, size_t n)
{
	FILE *f = fopen(file, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
}

static int set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/bank", dir);
	snprintf(conf_path, sizeof(conf_path), "%s/test.conf", dir);
	return 0;
}

static int take_down(void **state)
{
	(void)state;
	unlink(path);
	unlink(conf_path);
	return rmdir(dir);
}

static struct conf *read_conf(const char *password, const char *key, char **errors)
{
	char text[300];
	int n = snprintf(text, sizeof(text), "one: {\n password = \"%s\";\n key = \"%s\"; };\n", password, key);

	write_to(conf_path, text, (size_t)n);
	return conf_read(conf_path, sections, errors);
}

static void check_value(const char *said, const char *want)
{
	char *errors = NULL;
	struct conf *c = read_conf(said, "", &errors);

	if (errors != NULL)
		fail_msg("%s", errors);
	assert_string_equal(((const struct one *)conf_get(c, "one", NULL))->password, want);
	conf_free(c);
}

static void check_fault(const char *said, const char *want)
{
	char *errors = NULL, line[600];

	assert_null(read_conf(said, "", &errors));
	snprintf(line, sizeof(line), "%s:2: one: password %s\n", conf_path, want);
	assert_string_equal(errors, line);
	free(errors);
}

static void the_octets_of_a_file(void **state)
{
	char said[100];

	(void)state;
	snprintf(said, sizeof(said), "file:%s", path);
	write_to(path, "密码ab\n", 9);
	check_value(said, "密码ab");
	write_to(path, "geheim\r\n", 8);
	check_value(said, "geheim");
	write_to(path, "geheim ", 7);
	check_value(said, "geheim ");
	check_value("plain", "plain");
}

static void credentials(void **state)
{
	(void)state;
	write_to(path, "geheim\n", 7);
	unsetenv("CREDENTIALS_DIRECTORY");
	check_fault("credential:bank",
		    "is the credential bank, but $CREDENTIALS_DIRECTORY is not set: start the gateway by systemd with "
		    "LoadCredential=bank:FILE");
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	check_value("credential:bank", "geheim");
	check_fault("credential:../bank", "must name a credential without slashes, like credential:bank");
	check_fault("credential:", "must name a credential without slashes, like credential:bank");
}

static void faults_of_files(void **state)
{
	char said[100], want[300], much[SECRET_MAX + 3];
	static const struct {
		const char *text;
		size_t n;
		const char *fault;
	} faults[] = {
		{"", 0, "is empty"},
		{"\n", 1, "is empty"},
		{"a\nb\n", 4, "has more than one line"},
		{"a\0b", 3, "has octets that are no text"},
	};

	(void)state;
	snprintf(said, sizeof(said), "file:%s", path);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		write_to(path, faults[i].text, faults[i].n);
		snprintf(want, sizeof(want), "is in the file %s, which %s", path, faults[i].fault);
		check_fault(said, want);
	}
	memset(much, 'x', sizeof(much));
	write_to(path, much, sizeof(much));
	snprintf(want, sizeof(want), "is in the file %s, which is too long", path);
	check_fault(said, want);
	/* the secret itself stands in no message */
	write_to(path, "neun-lang", 9);
	check_fault(said, "must have 0..8 octets, not 9");
	write_to(path, "\xd6\xd0", 2);
	check_fault(said, "is not UTF-8 text; save the file as UTF-8");
	unlink(path);
	snprintf(want, sizeof(want), "is in the file %s, which cannot be read: No such file or directory", path);
	check_fault(said, want);
	check_fault("file:bank", "must name a file from the root, like file:/etc/smppgw/bank.password");
	snprintf(said, sizeof(said), "file:%s", dir);
	snprintf(want, sizeof(want), "is in the file %s, which cannot be read: Is a directory", dir);
	check_fault(said, want);
}

static void paths(void **state)
{
	char *errors = NULL, want[100];

	(void)state;
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	snprintf(want, sizeof(want), "%s/bank", dir);
	struct conf *c = read_conf("", "credential:bank", &errors);
	assert_non_null(c);
	assert_string_equal(((const struct one *)conf_get(c, "one", NULL))->key, want);
	conf_free(c);
	c = read_conf("", "tls/key.pem", &errors);
	assert_string_equal(((const struct one *)conf_get(c, "one", NULL))->key, "tls/key.pem");
	conf_free(c);
}

static char *warnings_of(const char *said)
{
	char *errors = NULL, *warnings = NULL;
	struct conf *c = read_conf(said, "", &errors);

	assert_non_null(c);
	conf_warn(c, &warnings);
	conf_free(c);
	return warnings;
}

static void a_file_that_everybody_may_read(void **state)
{
	char said[100], want[300];

	(void)state;
	snprintf(said, sizeof(said), "file:%s", path);
	write_to(path, "geheim\n", 7);
	assert_int_equal(chmod(path, 0640), 0);
	assert_null(warnings_of(said));
	assert_int_equal(chmod(path, 0644), 0);
	char *warnings = warnings_of(said);
	snprintf(want, sizeof(want), "%s:2: warning: one: password: everybody may read the file %s: chmod 640\n",
		 conf_path, path);
	assert_string_equal(warnings, want);
	free(warnings);
	assert_null(warnings_of("plain"));
}

static void wiped(void **state)
{
	char text[] = "geheim";

	(void)state;
	secret_wipe(text);
	assert_memory_equal(text, "\0\0\0\0\0\0", 6);
	secret_wipe(NULL);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup(the_octets_of_a_file, set_up),
	cmocka_unit_test(credentials),
	cmocka_unit_test(faults_of_files),
	cmocka_unit_test(paths),
	cmocka_unit_test(a_file_that_everybody_may_read),
	cmocka_unit_test_teardown(wiped, take_down),
};

UNIT_MAIN(cases)
