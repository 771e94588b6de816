/*
 * test_links.c - links in texts: what is one and what is not, tricks, and lists of hosts.
 */
#include "policy/link_scan.h"
#include "policy/links.h"
#include "text_rig.h"

struct told {
	char hosts[600];
	size_t n;
};

static bool on_host(void *arg, struct view host)
{
	struct told *t = arg;
	t->n += (size_t)snprintf(t->hosts + t->n, sizeof(t->hosts) - t->n, "%s%.*s", t->n ? " " : "", (int)host.n,
				 (const char *)host.p);
	return t->n < sizeof(t->hosts) - 260;
}

static const struct {
	const char *text, *hosts; /* in the order in which they are told */
} texts[] = {
	/* with a scheme: any host */
	{"详见https://www.cmbchina.com/a?b=1#c。", "www.cmbchina.com"},
	{"详见HTTP://WWW.CmbChina.COM:8080，谢谢", "www.cmbchina.com"},
	{"http://localhost", "localhost"},
	{"http://3232235777/a", "3232235777"},
	{"http://192.168.1.1:80/a", "192.168.1.1"},
	{"http://[::1]:8080/a", "[::1]"},
	{"http:\\\\evil.com\\a", "evil.com"},
	{"http:///evil.com", "evil.com"},
	{"http://bank.cn@evil.com/a", "evil.com bank.cn evil.com"},
	{"http://user:pass@bank.cn", "bank.cn bank.cn"},
	{"http://%65vil.com", "%65vil.com"},
	{"weixin://dl/business", "dl"},
	{"https://cmbchina.com点击领取", "cmbchina.com"},
	{"https://cmbchina.com点击.evil.cn", "cmbchina.com 点击.evil.cn"},
	{"http://招商银行.中国/a", "招商银行.中国"},
	{"http://www.招商银行.中国", "www.招商银行.中国"},
	{"http://招商银行", "招商银行"},
	{"（http://cmbchina.com）", "cmbchina.com"},
	{"请访问http://cmbchina.com！", "cmbchina.com"},
	{"https://bank.cn/go?url=http://evil.com/x", "bank.cn evil.com"},
	{"https://bank.cn/a，evil.com/x", "bank.cn evil.com"},
	{"https://bank.cn/a：evil.com", "bank.cn evil.com"},
	{"https://bank.cn/index.html", "bank.cn"},
	/* full-width, 。 for a dot, what cannot be seen */
	{"ｈｔｔｐ：／／ｅｖｉｌ．ｃｏｍ", "evil.com"},
	{"t。cn/abc", "t.cn"},
	{"ｔ．ｃｎ／ａｂｃ", "t.cn"},
	{"ev\xe2\x80\x8bil.com", "evil.com"},
	{"evil\xef\xbd\xa1"
	 "com",
	 "evil.com"},
	{"详见cmbchina.com。95555", "cmbchina.com"},
	{"详见https://cmbchina.com。95555客服", "cmbchina.com"},
	{"cmbchina.com。cn", "cmbchina.com cmbchina.com.cn"},
	{"好的。cn", ""},
	{"evil\xc2\xad。com", "evil.com"},
	{"ｅｖｉｌ\x7f。ｃｏｍ、t.cn", "evil.com t.cn"},
	{"evil-。com，拒收请回复R", "evil-.com"},
	/* bare names */
	{"点击t.cn/abc查看", "t.cn"},
	{"登录12306.cn", "12306.cn"},
	{"95555.com", "95555.com"},
	{"a.b.c.example.top", "a.b.c.example.top"},
	{"xn--fiq228c.xn--fiqs8s", "xn--fiq228c.xn--fiqs8s"},
	{"招商银行.中国", "招商银行.中国"},
	{"点击招商银行.com/a", "点击招商银行.com"},
	{"evil.zzzz/a", "evil.zzzz"},
	{"evil.zzzz:8080", "evil.zzzz"},
	{"evil.com.zzzz", "evil.com.zzzz"},
	{"8.8.8.8", "8.8.8.8"},
	{"邮件service@cmbchina.com。", "cmbchina.com"},
	{"bank.cn@evil.com", "bank.cn evil.com"},
	{"t.cn/a t.cn/b", "t.cn t.cn"},
	{"evil.com.", "evil.com"},
	/* no links */
	{"年利率3.5%起，2026.05.01到期，10:30开始", ""},
	{"V2.0版，v1.2.3.4，iOS 17.4.1", ""},
	{"金额1,234.56元。请核对。谢谢", ""},
	{"2026/05/01 10:30:00，1/2", ""},
	{"1.VIP客户 2.AI助手 10.am", ""},
	{"您好...请稍候.谢谢", ""},
	{"完成.请查看", ""},
	{"1.中国银行提醒您", ""},
	{"report.pdf", ""},
	{"3.5km，1.5GB", ""},
	{"拨打95555-1或400-820-5555", ""},
	{"5。0元", ""},
	{"", ""},
	{".", ""},
	{"://", ""},
	{"http://", ""},
	{"\xff\xfe.\x80/\xc0", ""},
};

static void test_scan(void **state)
{
	(void)state;
	struct link_scan *scan = link_scan_new();
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct told told = {.n = 0};
		assert_true(link_scan(scan, view_of(texts[i].text), on_host, &told));
		if (strcmp(told.hosts, texts[i].hosts) != 0)
			fail_msg("\"%s\": \"%s\", not \"%s\"", texts[i].text, told.hosts, texts[i].hosts);
	}
	link_scan_free(scan);
}

static void test_long(void **state)
{
	(void)state;
	static char text[POLICY_TEXT_MAX + 1];
	struct link_scan *scan = link_scan_new();
	struct told told = {.n = 0};
	memset(text, 'a', sizeof(text));
	memcpy(text + POLICY_TEXT_MAX - 9, ".evil.com", 9);
	assert_true(link_scan(scan, (struct view){(uint8_t *)text, POLICY_TEXT_MAX}, on_host, &told));
	assert_int_equal(told.n, LINK_HOST_MAX);
	assert_false(link_scan(scan, (struct view){(uint8_t *)text, POLICY_TEXT_MAX + 1}, on_host, &told));
	link_scan_free(scan);
}

struct hosts {
	char all[2000];
	size_t n;
};

static bool note_host(void *arg, struct view host)
{
	struct hosts *h = arg;
	h->n += (size_t)snprintf(h->all + h->n, sizeof(h->all) - h->n, "%.*s ", (int)host.n, (const char *)host.p);
	return true;
}

/* What stands before the part of a sentence with the first separator is not looked at; behind another link it is. */
static void test_clauses(void **state)
{
	(void)state;
	static const char *const pieces[] = {"cmbchina.com",
					     "a.cn",
					     "/",
					     "\\",
					     ".",
					     "。",
					     "，",
					     "、",
					     "】",
					     "【",
					     "http://",
					     "://",
					     ":80",
					     "5.5%",
					     "128.00",
					     "元",
					     "年化",
					     "招商银行",
					     "中国",
					     "．",
					     "／",
					     "｡",
					     " ",
					     "@",
					     ",",
					     "2026",
					     "V2",
					     "\xef",
					     "\xe3\x80",
					     "x",
					     "8.8.8.8",
					     "\xe2\x80\x8b",
					     "：8"};
	struct link_scan *scan = link_scan_new();
	unsigned found = 0;
	srand(20261123);
	for (int round = 0; round < 30000; round++) {
		char text[400] = "a.cn，";
		for (int n = rand() % 9; n > 0; n--)
			strcat(text, pieces[(size_t)rand() % (sizeof(pieces) / sizeof(pieces[0]))]);
		struct hosts quick = {.n = 0}, whole = {.n = 0};
		assert_true(link_scan(scan, view_of(text), note_host, &whole));
		assert_true(link_scan(scan, view_of(text + strlen("a.cn")), note_host, &quick));
		assert_memory_equal(whole.all, "a.cn ", 5);
		if (strcmp(whole.all + 5, quick.all) != 0)
			fail_msg("\"%s\": %s, quickly %s", text, whole.all, quick.all);
		found += quick.n > 0;
	}
	assert_in_range(found, 3000, 27000);
	link_scan_free(scan);
}

static struct rig rig;
static struct links *build(const char *text)
{
	rig_read(&rig, "links", links_rows, sizeof(struct links_conf), text);
	return links_new(rig.rows, rig.n, &rig_names, &rig.errors);
}

static const char rows[] = "links: (\n"
			   " { account = \"bank\"; hosts = [ \"cmbchina.com\", \"*.Bank.CN\", \"招商银行.中国\" ]; },\n"
			   " { account = \"bank\"; classes = [ \"promo\" ]; hosts = [ \"t.cn\" ]; },\n"
			   " { account = \"loan\"; } );\n";

static const struct {
	size_t account;
	enum class_id class_id;
	const char *text, *host; /* host NULL: passes */
} verdicts[] = {
	{BANK, CLASS_OTP, "详见https://cmbchina.com/a", NULL},
	{BANK, CLASS_OTP, "详见https://WWW.bank.cn:443/a", NULL},
	{BANK, CLASS_OTP, "详见a.b.bank.cn", NULL},
	{BANK, CLASS_OTP, "详见bank.cn", "bank.cn"},
	{BANK, CLASS_OTP, "详见evilbank.cn", "evilbank.cn"},
	{BANK, CLASS_OTP, "详见www.cmbchina.com", "www.cmbchina.com"},
	{BANK, CLASS_OTP, "详见cmbchina.com.evil.cn", "cmbchina.com.evil.cn"},
	{BANK, CLASS_OTP, "详见http://www.bank.cn@evil.com", "evil.com"},
	{BANK, CLASS_OTP, "详见 招商银行.中国", NULL},
	{BANK, CLASS_OTP, "详见t.cn/abc", "t.cn"},
	{BANK, CLASS_PROMO, "详见t.cn/abc或cmbchina.com", NULL},
	{BANK, CLASS_PROMO, "详见t.cn/abc或ｅｖｉｌ。ｃｏｍ", "evil.com"},
	{BANK, CLASS_PROMO, "年利率3.5%，2026.05.01前有效", NULL},
	{LOAN, CLASS_PROMO, "详见cmbchina.com", "cmbchina.com"},
	{LOAN, CLASS_PROMO, "年利率3.5%", NULL},
	{SHOP, CLASS_PROMO, "详见evil.com", NULL},
};

static void test_verdicts(void **state)
{
	(void)state;
	struct rig_text t;
	struct links *x = build(rows);
	assert_non_null(x);
	assert_true(links_concerns(x, LOAN, CLASS_OTP));
	assert_false(links_concerns(x, SHOP, CLASS_OTP));
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		char detail[POLICY_DETAIL_MAX] = "";
		struct policy_subject *s = rig_text(&t, verdicts[i].class_id, verdicts[i].text);
		s->account = verdicts[i].account;
		enum policy_effect effect = links_judge(x, s);
		if (verdicts[i].host)
			snprintf(detail, sizeof(detail), "a link to %s, which is not on the list of hosts",
				 verdicts[i].host);
		assert_string_equal(s->detail, detail);
		assert_int_equal(effect, verdicts[i].host ? POLICY_REFUSE : POLICY_PASS);
	}
	links_free(x);
	rig_end(&rig);
}

static void test_faults(void **state)
{
	(void)state;
	assert_null(build(
		"links: (\n { hosts = [ \"http://bank.cn\", \"bank.cn/a\", \"*.\", \"银行 .cn\", \".cn\" ]; } );\n"));
	rig_faults(
		&rig,
		"FILE:2: links: \"http://bank.cn\" is no host; write cmbchina.com, or *.bank.cn, without http:// and "
		"path\n"
		"FILE:2: links: \"bank.cn/a\" is no host; write cmbchina.com, or *.bank.cn, without http:// and path\n"
		"FILE:2: links: \"*.\" is no host; write cmbchina.com, or *.bank.cn, without http:// and path\n"
		"FILE:2: links: \"银行 .cn\" is no host; write cmbchina.com, or *.bank.cn, without http:// and path\n"
		"FILE:2: links: \".cn\" is no host; write cmbchina.com, or *.bank.cn, without http:// and path\n");
	rig_end(&rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_clauses),	 cmocka_unit_test(test_scan),	cmocka_unit_test(test_long),
	cmocka_unit_test(test_verdicts), cmocka_unit_test(test_faults),
};

UNIT_MAIN(cases)
