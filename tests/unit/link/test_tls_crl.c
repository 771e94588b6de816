/*
 * test_tls_crl.c - revocation lists: what is wrong with a file is said so that it can be put right, and who a list
 * keeps out of a handshake, either way, with words that tell who, by which file, and what to do.
 */
#include <openssl/ssl.h>
#include <stdlib.h>
#include "certs.h"
#include "unit.h"
#include "link/tls.h"
#include "link/tls_crl.h"

#define DAY 86400L

static const struct cert_wish wishes[] = {
	{"ca", "测试根", NULL, -60, 365 * DAY, NULL},
	{"stranger", "stranger", NULL, -60, 365 * DAY, NULL},
	{"good", "smsc.example", "ca", -60, 365 * DAY, NULL},
	{"gone", "smsc.example", "ca", -60, 365 * DAY, NULL},
	{"odd", "bad\" level=error\n\\x", "ca", -60, 365 * DAY, NULL},
};

static struct conf_where where;
static char conf_file[128];

static void shell(const char *command, const char *a, const char *b)
{
	char text[512];

	snprintf(text, sizeof(text), command, certs_path(a), certs_path(b));
	assert_int_equal(system(text), 0);
}

/* The lists: none revoked, "gone" revoked, and those that are no good. */
static void make_lists(void)
{
	static const char *const nobody[] = {NULL}, *const gone[] = {"gone", "odd", NULL},
				 *const inter[] = {"inter", NULL};

	certs_revoke("empty", "ca", nobody, -60, 30 * DAY);
	certs_revoke("list", "ca", gone, -60, 30 * DAY);
	certs_revoke("old", "ca", nobody, -3 * DAY, -DAY);
	certs_revoke("soon", "ca", nobody, -60, DAY / 2);
	certs_revoke("future", "ca", nobody, DAY, 30 * DAY);
	certs_revoke("endless", "ca", nobody, -60, 0);
	certs_revoke("others", "stranger", nobody, -60, 30 * DAY);
	certs_revoke("inters", "inter", nobody, -60, 30 * DAY);
	certs_revoke("no_inter", "ca", inter, -60, 30 * DAY);
	shell("cat '%s' > '%s'", "inters.pem", "both.pem");
	shell("cat '%s' >> '%s'", "no_inter.pem", "both.pem");
	shell("cat '%s' > '%s'", "old.pem", "renewed.pem");
	shell("cat '%s' >> '%s'", "list.pem", "renewed.pem");
	/* of the right name, signed by somebody else */
	certs_make(&(struct cert_wish){"impostor", "测试根", NULL, -60, 365 * DAY, NULL});
	certs_revoke("forged", "impostor", nobody, -60, 30 * DAY);
	shell("(head -c 200 '%s'; echo) > '%s'", "list.pem", "torn.pem");
	shell("openssl crl -in '%s' -outform DER -out '%s'", "list.pem", "list.der");
}

static int make_all(void **state)
{
	(void)state;
	certs_folder();
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++)
		certs_make(&wishes[i]);
	certs_make_ca(&(struct cert_wish){"inter", "inter", "ca", -60, 365 * DAY, NULL});
	certs_make(&(struct cert_wish){"leaf", "smsc.example", "inter", -60, 365 * DAY, NULL});
	shell("cat '%s' >> '%s'", "inter.pem", "leaf.pem");
	make_lists();
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

/* --- reading --- */

static struct tls_context *client(const char *crl, struct tls_report *r)
{
	struct tls_conf conf = {.enable = true, .ca = (char *)"ca.pem", .crl = (char *)(uintptr_t)crl, .verify = true};

	return tls_client_new(&conf, "smsc.example", &where, r);
}

static void files_that_are_no_lists(void **state)
{
	static const char *const rows[][2] = {
		{"none.pem", "tls.crl: cannot read "},
		{"ca.pem", "ca.pem holds no revocation list in PEM form"},
		{"list.der", "from DER: openssl crl -inform DER -in "},
		{"torn.pem", "torn.pem cannot be read as revocation lists in PEM form: "},
	};
	struct tls_report r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_null(client(rows[i][0], &r));
		if (strstr(r.fault, rows[i][1]) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", r.fault, rows[i][1]);
	}
}

static void what_runs_out_is_warned_of(void **state)
{
	static const struct {
		const char *file, *warning;
		long ends;
	} rows[] = {
		{"list.pem", "", 30 * DAY},
		{"endless.pem", "", 0},
		{"soon.pem", "the revocation list of 测试根 in ", DAY / 2},
		{"soon.pem", "UTC: fetch a newer one", DAY / 2},
		{"old.pem", "until a newer one is there, peers with its certificates are refused", -DAY},
		{"renewed.pem", "", 30 * DAY}, /* beside a newer one of the same issuer */
		{"both.pem", "", 30 * DAY},
	};
	struct tls_report r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tls_context *t = client(rows[i].file, &r);
		if (t == NULL)
			fail_msg("%s", r.fault);
		if (strstr(r.warning, rows[i].warning) == NULL || (*rows[i].warning == '\0' && *r.warning != '\0'))
			fail_msg("%s: \"%s\" does not say \"%s\"", rows[i].file, r.warning, rows[i].warning);
		if (rows[i].ends == 0)
			assert_int_equal(tls_crl_ends(t), 0);
		else
			assert_in_range(tls_crl_ends(t) - (int64_t)time(NULL) - rows[i].ends + 120, 0, 240);
		tls_release(t);
	}
}

static void expect_text(char **text, const char *part)
{
	assert_non_null(*text);
	if (strstr(*text, part) == NULL || strstr(*text, "smppgw.conf:7: ") == NULL)
		fail_msg("\"%s\" does not say \"%s\"", *text, part);
	free(*text);
	*text = NULL;
}

static void a_list_that_would_do_nothing(void **state)
{
	char *errors = NULL, *warnings = NULL;
	struct tls_conf conf = {
		.certificate = (char *)"good.pem", .key = (char *)"good.key", .crl = (char *)"list.pem"};

	(void)state;
	tls_check_server(&conf, &where, "listen", &errors, NULL);
	expect_text(&errors, "tls.client_crl is set but tls.client_ca is not");
	tls_check_client(&conf, "h", &where, "carrier 移动", &errors, NULL);
	expect_text(&errors, "there are tls options but tls.enable is not true");
	conf.enable = true;
	tls_check_client(&conf, "h", &where, "carrier 移动", &errors, NULL);
	expect_text(&errors, "tls.crl has no effect while tls.verify is false");
	conf.verify = true;
	conf.ca = (char *)"ca.pem";
	conf.crl = (char *)"old.pem";
	tls_check_client(&conf, "h", &where, "carrier 移动", &errors, &warnings);
	assert_null(errors);
	expect_text(&warnings, "carrier 移动: the revocation list of 测试根 in ");
	tls_check_server(&conf, &where, "listen", &errors, &warnings);
	assert_null(errors);
	expect_text(&warnings, "listen: the revocation list of 测试根 in ");
}

/* --- handshakes --- */

struct pair {
	struct tls_context *server_context, *client_context;
	SSL *server, *client;
};

static struct pair pair_new(const char *server_own, const char *client_own, const char *client_crl, const char *crl)
{
	char pem[2][64], key[2][64];
	struct tls_report r;
	struct pair p;
	BIO *a, *b;

	snprintf(pem[0], sizeof(pem[0]), "%s.pem", server_own);
	snprintf(key[0], sizeof(key[0]), "%s.key", server_own);
	snprintf(pem[1], sizeof(pem[1]), "%s.pem", client_own);
	snprintf(key[1], sizeof(key[1]), "%s.key", client_own);
	struct tls_conf server = {.certificate = pem[0], .key = key[0], .ca = (char *)"ca.pem"}, of_client;
	of_client = (struct tls_conf){
		.enable = true, .certificate = pem[1], .key = key[1], .ca = (char *)"ca.pem", .verify = true};
	server.crl = (char *)(uintptr_t)client_crl;
	of_client.crl = (char *)(uintptr_t)crl;
	p.server_context = tls_server_new(&server, &where, &r);
	if (p.server_context == NULL)
		fail_msg("%s", r.fault);
	p.client_context = tls_client_new(&of_client, "smsc.example", &where, &r);
	if (p.client_context == NULL)
		fail_msg("%s", r.fault);
	p.server = tls_connection(p.server_context);
	p.client = tls_connection(p.client_context);
	assert_int_equal(BIO_new_bio_pair(&a, 65536, &b, 65536), 1);
	SSL_set_bio(p.server, a, a);
	SSL_set_bio(p.client, b, b);
	return p;
}

static void pair_free(struct pair *p)
{
	/* the words must not need the context */
	tls_release(p->server_context);
	tls_release(p->client_context);
	SSL_free(p->server);
	SSL_free(p->client);
}

static void shake(struct pair *p)
{
	for (int i = 0; i < 10; i++) {
		(void)SSL_do_handshake(p->client);
		(void)SSL_do_handshake(p->server);
	}
}

/* why NULL: it comes to be. */
static void expect_handshake(const char *own, const char *crl, const char *why)
{
	for (int way = 0; way < 2; way++) { /* the server's certificate, and the client's */
		struct pair p = way == 0 ? pair_new(own, "good", NULL, crl) : pair_new("good", own, crl, NULL);
		SSL *judge = way == 0 ? p.client : p.server;
		shake(&p);
		const char *words = tls_crl_why(judge);
		if (why == NULL &&
		    (words != NULL || !SSL_is_init_finished(p.server) || !SSL_is_init_finished(p.client)))
			fail_msg("%d: %s with %s is refused: %s", way, own, crl, words != NULL ? words : "");
		if (why == NULL)
			assert_int_equal(SSL_get_verify_result(judge), X509_V_OK);
		if (why != NULL && (words == NULL || strstr(words, why) == NULL))
			fail_msg("%d: %s with %s: \"%s\" does not say \"%s\"", way, own, crl, words, why);
		if (why != NULL)
			assert_false(SSL_is_init_finished(judge));
		assert_null(tls_crl_why(way == 0 ? p.server : p.client));
		pair_free(&p);
	}
}

static void who_is_kept_out(void **state)
{
	(void)state;
	expect_handshake("good", NULL, NULL);
	expect_handshake("gone", NULL, NULL);
	expect_handshake("good", "empty.pem", NULL);
	expect_handshake("gone", "empty.pem", NULL);
	expect_handshake("good", "endless.pem", NULL);
	expect_handshake("good", "soon.pem", NULL);
	expect_handshake("good", "list.pem", NULL);
	expect_handshake("gone", "list.pem", "the certificate of smsc.example (serial ");
	expect_handshake("gone", "list.pem", " UTC by its issuer (/");
	expect_handshake("gone", "list.pem", "/list.pem): ask the peer for its new certificate");
	expect_handshake("gone", "renewed.pem", " was revoked at 20");
	expect_handshake("good", "old.pem", " cannot be judged: the revocation list of 测试根 ran out at 20");
	expect_handshake("gone", "old.pem", "/old.pem): fetch a newer one, then smppgwctl reload");
	expect_handshake("good", "future.pem", "/future.pem): look at the clock");
	expect_handshake("good", "others.pem", "there is no revocation list of 测试根 for it in ");
	expect_handshake("good", "forged.pem", "/forged.pem is refused: CRL signature failure");
}

/* The list of the issuer is needed, of those above it is used where it is there. */
static void chains(void **state)
{
	(void)state;
	expect_handshake("leaf", NULL, NULL);
	expect_handshake("leaf", "inters.pem", NULL);
	expect_handshake("leaf", "list.pem", "there is no revocation list of inter for it in ");
	expect_handshake("leaf", "both.pem", "the certificate of inter (serial ");
}

static void names_are_not_believed(void **state)
{
	(void)state;
	struct pair p = pair_new("good", "odd", "list.pem", NULL);
	shake(&p);
	assert_non_null(strstr(tls_crl_why(p.server), "of bad? level=error??x (serial "));
	pair_free(&p);
}

/* Another failure has no words of ours, nor has a connection without lists. */
static void other_failures(void **state)
{
	struct tls_report r;
	struct tls_conf conf = {
		.enable = true, .ca = (char *)"stranger.pem", .crl = (char *)"others.pem", .verify = true};

	(void)state;
	struct pair p = pair_new("good", "good", NULL, NULL);
	SSL_free(p.client);
	tls_release(p.client_context);
	p.client_context = tls_client_new(&conf, "smsc.example", &where, &r);
	p.client = tls_connection(p.client_context);
	BIO *a, *b;
	assert_int_equal(BIO_new_bio_pair(&a, 65536, &b, 65536), 1);
	SSL_set_bio(p.server, a, a);
	SSL_set_bio(p.client, b, b);
	shake(&p);
	assert_int_not_equal(SSL_get_verify_result(p.client), X509_V_OK);
	assert_null(tls_crl_why(p.client));
	assert_null(tls_crl_why(p.server));
	pair_free(&p);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, make_all, remove_all)

static const struct CMUnitTest cases[] = {
	CASE(files_that_are_no_lists),
	CASE(what_runs_out_is_warned_of),
	CASE(a_list_that_would_do_nothing),
	CASE(who_is_kept_out),
	CASE(chains),
	CASE(names_are_not_believed),
	CASE(other_failures),
};

UNIT_MAIN(cases)
