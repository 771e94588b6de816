/*
 * test_tls.c - TLS contexts from configuration: what is wrong with files is said so that it can be put right, and what
 * will be wrong soon is warned of.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include "certs.h"
#include "unit.h"
#include "link/tls.h"

#define DAY 86400L

static const struct cert_wish wishes[] = {
	{"ca", "测试根", NULL, -60, 365 * DAY, NULL},
	{"good", "smsc.example", "ca", -60, 365 * DAY, NULL},
	{"other", "other.example", "ca", -60, 365 * DAY, NULL},
	{"soon", "smsc.example", "ca", -60, 3 * DAY, NULL},
	{"expired", "smsc.example", "ca", -2 * DAY, -60, NULL},
	{"future", "smsc.example", "ca", DAY, 365 * DAY, NULL},
	{"locked", "smsc.example", "ca", -60, 365 * DAY, "秘密"},
};

static struct conf_where where;
static char conf_file[128];

static int make_all(void **state)
{
	(void)state;
	certs_folder();
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++)
		certs_make(&wishes[i]);
	FILE *f = fopen(certs_path("rubbish.pem"), "w");
	fputs("这不是证书\n", f);
	fclose(f);
	snprintf(conf_file, sizeof(conf_file), "%s", certs_path("smppgw.conf"));
	where = (struct conf_where){.file = conf_file, .line = 7};
	return 0;
}

static int remove_all(void **state)
{
	(void)state;
	certs_gone();
	return 0;
}

/* File names as in a configuration: relative to its folder. */
static struct tls_conf server_conf(const char *certificate, const char *key, const char *ca)
{
	return (struct tls_conf){
		.certificate = (char *)(uintptr_t)certificate,
		.key = (char *)(uintptr_t)key,
		.ca = (char *)(uintptr_t)ca,
		.verify = true,
		.enable = true,
	};
}

static void expect_fault(struct tls_conf conf, const char *part)
{
	struct tls_report r;

	assert_null(tls_server_new(&conf, &where, &r));
	if (strstr(r.fault, part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", r.fault, part);
}

static void a_server_is_made(void **state)
{
	struct tls_report r;
	struct tls_conf conf = server_conf("good.pem", "good.key", "");
	struct tls_context *t = tls_server_new(&conf, &where, &r);

	(void)state;
	assert_non_null(t);
	assert_string_equal(r.fault, "");
	assert_string_equal(r.warning, "");
	assert_true(tls_is_server(t));
	assert_false(tls_asks_client(t));
	assert_true(tls_expires(t) > 0);
	tls_release(tls_hold(t));
	conf = server_conf("good.pem", "good.key", "ca.pem");
	struct tls_context *strict = tls_server_new(&conf, &where, &r);
	assert_true(tls_asks_client(strict));
	assert_true(tls_same_certificate(t, strict));
	tls_release(strict);
	conf = server_conf("other.pem", "other.key", "");
	struct tls_context *other = tls_server_new(&conf, &where, &r);
	assert_false(tls_same_certificate(t, other));
	tls_release(other);
	tls_release(t);
}

static void faults_say_what_and_which_file(void **state)
{
	char text[256];

	(void)state;
	expect_fault(server_conf("none.pem", "good.key", ""), "tls.certificate: cannot read ");
	expect_fault(server_conf("none.pem", "good.key", ""), "none.pem: No such file or directory");
	expect_fault(server_conf("good.pem", "none.key", ""), "tls.key: cannot read ");
	expect_fault(server_conf("rubbish.pem", "good.key", ""), "rubbish.pem holds no usable certificate");
	expect_fault(server_conf("good.pem", "rubbish.pem", ""), "tls.key: ");
	expect_fault(server_conf("good.pem", "rubbish.pem", ""), "rubbish.pem holds no private key");
	expect_fault(server_conf("good.pem", "other.key", ""), "other.key does not belong to the certificate in ");
	expect_fault(server_conf("locked.pem", "locked.key", ""), "has a password, which is not supported");
	expect_fault(server_conf("good.pem", "good.key", "none.pem"), "tls.client_ca: cannot read ");
	expect_fault(server_conf("good.pem", "good.key", "rubbish.pem"), "tls.client_ca: ");
	/* without a key of its own it is looked for beside the certificate */
	expect_fault(server_conf("good.pem", "", ""), "tls.certificate: ");
	snprintf(text, sizeof(text), "cat '%s' >> '%s'", certs_path("good.key"), certs_path("good.pem"));
	assert_int_equal(system(text), 0);
	struct tls_report r;
	struct tls_conf both = server_conf("good.pem", "", "");
	struct tls_context *t = tls_server_new(&both, &where, &r);
	assert_non_null(t);
	tls_release(t);
}

static void expect_warning(const char *certificate, const char *key, const char *part)
{
	struct tls_report r;
	struct tls_conf conf = server_conf(certificate, key, "");
	struct tls_context *t = tls_server_new(&conf, &where, &r);

	assert_non_null(t);
	if (strstr(r.warning, part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", r.warning, part);
	tls_release(t);
}

static void what_ends_is_warned_of(void **state)
{
	(void)state;
	expect_warning("expired.pem", "expired.key", "expired at ");
	expect_warning("soon.pem", "soon.key", "expires at ");
	expect_warning("future.pem", "future.key", "is not valid yet");
	assert_int_equal(chmod(certs_path("other.key"), 0644), 0);
	expect_warning("other.pem", "other.key", "everybody may read the key");
	assert_int_equal(chmod(certs_path("other.key"), 0600), 0);
}

static void a_client_needs_no_certificate(void **state)
{
	struct tls_report r;
	struct tls_conf conf = server_conf("", "", "ca.pem");
	struct tls_context *t = tls_client_new(&conf, "smsc.example", &where, &r);

	(void)state;
	assert_non_null(t);
	assert_false(tls_is_server(t));
	assert_int_equal(tls_expires(t), 0);
	assert_string_equal(r.warning, "");
	tls_release(t);
	conf.verify = false;
	t = tls_client_new(&conf, "127.0.0.1", &where, &r);
	assert_non_null(strstr(r.warning, "tls.verify is false"));
	tls_release(t);
	/* a carrier with addresses has no host: every name would do */
	conf.verify = true;
	assert_null(tls_client_new(&conf, "", &where, &r));
	assert_non_null(strstr(r.fault, "there is no name to verify"));
	conf = server_conf("good.pem", "other.key", "ca.pem");
	assert_null(tls_client_new(&conf, "smsc.example", &where, &r));
	assert_non_null(strstr(r.fault, "does not belong"));
	conf = server_conf("", "", "none.pem");
	assert_null(tls_client_new(&conf, "smsc.example", &where, &r));
	assert_non_null(strstr(r.fault, "tls.ca: cannot read "));
}

static void expect_text(char **text, const char *part)
{
	assert_non_null(*text);
	if (strstr(*text, part) == NULL || strstr(*text, "smppgw.conf:7: ") == NULL)
		fail_msg("\"%s\" does not say \"%s\"", *text, part);
	free(*text);
	*text = NULL;
}

static void a_configuration_is_checked(void **state)
{
	char *errors = NULL, *warnings = NULL;
	struct tls_conf conf = server_conf("", "", "");

	(void)state;
	tls_check_server(&conf, &where, "listen", &errors, &warnings);
	conf.enable = false;
	tls_check_client(&conf, "h", &where, "carrier 移动", &errors, &warnings);
	assert_null(errors);
	assert_null(warnings);
	conf = server_conf("", "good.key", "");
	tls_check_server(&conf, &where, "listen", &errors, NULL);
	expect_text(&errors, "tls.key is set but tls.certificate is not");
	conf = server_conf("", "", "ca.pem");
	tls_check_server(&conf, &where, "listen", &errors, NULL);
	expect_text(&errors, "tls.client_ca is set but tls.certificate is not");
	/* a carrier that somebody believes to be over TLS */
	conf.enable = false;
	tls_check_client(&conf, "h", &where, "carrier 移动", &errors, NULL);
	expect_text(&errors, "carrier 移动: there are tls options but tls.enable is not true");
	conf = server_conf("", "good.key", "ca.pem");
	tls_check_client(&conf, "h", &where, "carrier 移动", &errors, NULL);
	expect_text(&errors, "tls.key is set but tls.certificate is not");
	conf = server_conf("expired.pem", "expired.key", "");
	tls_check_server(&conf, &where, "listen", &errors, &warnings);
	assert_null(errors);
	expect_text(&warnings, "warning: listen: the certificate in ");
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup_teardown(a_server_is_made, make_all, remove_all),
	cmocka_unit_test_setup_teardown(faults_say_what_and_which_file, make_all, remove_all),
	cmocka_unit_test_setup_teardown(what_ends_is_warned_of, make_all, remove_all),
	cmocka_unit_test_setup_teardown(a_client_needs_no_certificate, make_all, remove_all),
	cmocka_unit_test_setup_teardown(a_configuration_is_checked, make_all, remove_all),
};

UNIT_MAIN(cases)
