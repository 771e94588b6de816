/*
 * test_words.c - filters of sensitive words: whom they are for, what they answer, files, and other files at a reload.
 */
#include "policy/words.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "policy/fold.h"
#include "unit.h"

static char folder[64], conf_file[100];

static int setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/test_words.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(conf_file, sizeof(conf_file), "%s/smppgw.conf", folder);
	return 0;
}

static int teardown(void **state)
{
	char command[100];
	(void)state;
	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	return system(command);
}

/* A file beside the configuration; a new one each time, so that its inode or time is another. */
static void write_file(const char *name, const char *text)
{
	char path[200], next[220];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	snprintf(next, sizeof(next), "%s.new", path);
	FILE *f = fopen(next, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(rename(next, path), 0);
}

static int account_number(const void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "bank") == 0 ? 0 : strcmp(name, "shop") == 0 ? 1 : -1;
}

static const struct policy_names names = {.account = account_number, .accounts_n = 2};

static struct words_conf filter(const char *name, const char *file, int action)
{
	return (struct words_conf){
		.where = {conf_file, 7}, .name = (char *)name, .file = (char *)file, .action = action};
}

#define LIST(list, ...)                                                                                                \
	do {                                                                                                           \
		static char *strings[] = {__VA_ARGS__};                                                                \
		(list).at = strings;                                                                                   \
		(list).n = sizeof(strings) / sizeof(strings[0]);                                                       \
	} while (0)

static struct words *make(const struct words_conf *rows, size_t n, struct words *before)
{
	char *errors = NULL;
	struct words *w = words_new(rows, n, &names, before, &errors);
	if (!w)
		print_error("%s", errors);
	assert_non_null(w);
	assert_null(errors);
	return w;
}

static struct policy_subject subject(const char *text, size_t n)
{
	return (struct policy_subject){.account = 0,
				       .account_name = "bank",
				       .class_id = CLASS_PROMO,
				       .text = (char *)text,
				       .text_n = (uint32_t)n,
				       .text_cap = (uint32_t)n};
}

static enum policy_effect judge(const struct words *w, const char *text)
{
	struct policy_subject s = subject(text, strlen(text));
	return words_judge(w, &s);
}

static void check_detail(const struct words *w, const char *text, enum policy_effect effect, const char *detail)
{
	struct policy_subject s = subject(text, strlen(text));
	s.asking = true;
	assert_int_equal(words_judge(w, &s), effect);
	assert_string_equal(s.detail, detail);
}

static void test_found(void **state)
{
	(void)state;
	struct words_conf c = filter("监管", "", WORDS_BLOCK);
	LIST(c.words, "高利贷", "贷款", "LOAN", "赌", "加微信");
	struct words *w = make(&c, 1, NULL);
	check_detail(w, "办理贷款请来电", POLICY_REFUSE, "filter 监管: 贷款");
	check_detail(w, "办理貸 * 款请来电", POLICY_REFUSE, "filter 监管: 贷款, as 貸 * 款");
	check_detail(w, "ｌ.ｏ.ａ.ｎ", POLICY_REFUSE, "filter 监管: LOAN, as ｌ.ｏ.ａ.ｎ");
	check_detail(w, "⽆需⾼利貸", POLICY_REFUSE, "filter 监管: 高利贷, as ⾼利貸"); /* radicals */
	check_detail(w, "来賭吧", POLICY_REFUSE, "filter 监管: 赌, as 賭");
	check_detail(w, "加\xe2\x80\x8b微\xef\xbb\xbf信\xe2\x80\x8b", POLICY_REFUSE,
		     "filter 监管: 加微信, as 加\xe2\x80\x8b微\xef\xbb\xbf信");
	check_detail(w, "高利", POLICY_PASS, "");
	check_detail(w, "您的账单已出", POLICY_PASS, "");
	check_detail(w, "", POLICY_PASS, "");
	check_detail(w, "款贷", POLICY_PASS, "");
	struct policy_subject s = subject("贷款", 0);
	s.binary = true;
	assert_int_equal(words_judge(w, &s), POLICY_PASS);
	words_free(w);
}

/* Latin words and numbers are found whole. */
static void test_runs(void **state)
{
	(void)state;
	struct words_conf c = filter("短词", "", WORDS_BLOCK);
	LIST(c.words, "AV", "8964", "VX号", "K");
	struct words *w = make(&c, 1, NULL);
	static const char *const found[] = {"av",     "看AV片",	 "AV1",	 "1AV",	   "A V",   "-av-",
					    "Ａ*Ｖ",  "have av", "8964", "a8964b", "8 964", "我的vx号",
					    "vx号码", "av8964",	 "k",	 "5k"};
	static const char *const not_found[] = {"HAVE",	    "save",	  "ＨＡＶＥ", "avx", "13889641234",
						"89640000", "１８９６４", "xvx号",    "㎏",  "OKR"};
	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		if (judge(w, found[i]) != POLICY_REFUSE)
			fail_msg("%s", found[i]);
	}
	for (size_t i = 0; i < sizeof(not_found) / sizeof(not_found[0]); i++) {
		if (judge(w, not_found[i]) != POLICY_PASS)
			fail_msg("%s", not_found[i]);
	}
	words_free(w);
}

/* The strongest filter decides; which there are goes by account and class. */
static void test_filters(void **state)
{
	(void)state;
	struct words_conf c[] = {filter("记录", "", WORDS_LOG), filter("复核", "", WORDS_REVIEW),
				 filter("拦截", "", WORDS_BLOCK)};
	LIST(c[0].words, "理财", "收益", "保本");
	LIST(c[1].words, "收益", "保本");
	LIST(c[1].classes, "promo", "notice");
	LIST(c[2].words, "保本");
	LIST(c[2].accounts, "shop");
	struct words *w = make(c, 3, NULL);
	struct policy_subject s = subject("收益", 6);
	check_detail(w, "理财", POLICY_PASS, "");
	check_detail(w, "理财收益", POLICY_REVIEW, "filter 复核: 收益");
	check_detail(w, "保本理财", POLICY_REVIEW, "filter 复核: 保本");
	s.class_id = CLASS_OTP;
	assert_int_equal(words_judge(w, &s), POLICY_PASS);
	s = subject("收益理财保本", 18);
	s.account = 1;
	assert_int_equal(words_judge(w, &s), POLICY_REFUSE);
	assert_string_equal(s.detail, "filter 拦截: 保本");
	s.account = 99; /* one that came after the filters were built */
	assert_int_equal(words_judge(w, &s), POLICY_REVIEW);
	assert_true(words_concerns(w, 0, CLASS_OTP));
	words_free(w);

	w = make(&c[2], 1, NULL);
	assert_false(words_concerns(w, 0, CLASS_PROMO));
	assert_true(words_concerns(w, 1, CLASS_PROMO));
	assert_false(words_concerns(w, 99, CLASS_PROMO));
	words_free(w);
	w = make(NULL, 0, NULL);
	assert_false(words_concerns(w, 0, CLASS_PROMO));
	assert_int_equal(judge(w, "保本"), POLICY_PASS);
	words_free(w);
}

static uint64_t hits_of(const struct words *w, const char *word);

static void test_file(void **state)
{
	(void)state;
	struct words_conf c = filter("文件", "words.txt", WORDS_BLOCK);
	write_file("words.txt", "\xef\xbb\xbf高利贷\t金融\r\n\r\n# 说明\n  套现 \n\t\n发票\t财税\t更多\n保本");
	struct words *w = make(&c, 1, NULL);
	struct words_status st;
	words_status(w, &st);
	assert_int_equal(st.filters, 1);
	assert_int_equal(st.words, 4);
	assert_false(st.pending);
	assert_string_equal(st.faults, "");
	assert_int_equal(judge(w, "代開發票"), POLICY_REFUSE);
	assert_int_equal(judge(w, "发票，發*票，发票"), POLICY_REFUSE);
	assert_int_equal(judge(w, "保本"), POLICY_REFUSE);
	assert_int_equal(judge(w, "说明"), POLICY_PASS);
	assert_int_equal(hits_of(w, "发票"), 2); /* texts */
	assert_int_equal(hits_of(w, "高利贷"), 0);
	words_free(w);
}

static void check_fault(const struct words_conf *rows, size_t n, const char *want)
{
	char *errors = NULL;
	assert_null(words_new(rows, n, &names, NULL, &errors));
	assert_non_null(errors);
	if (!strstr(errors, want))
		fail_msg("\"%s\" is not in: %s", want, errors);
	free(errors);
}

static void test_faults(void **state)
{
	(void)state;
	struct words_conf c[2] = {filter("甲", "none.txt", WORDS_BLOCK), filter("乙", "", WORDS_BLOCK)};
	static struct words_conf many[WORDS_FILTERS + 1];
	static char labels[WORDS_FILTERS + 1][8];
	check_fault(c, 1, "smppgw.conf:7: filters: cannot read file \"/tmp/test_words.");
	check_fault(c, 1, "/none.txt\": No such file or directory");
	check_fault(c + 1, 1, "smppgw.conf:7: filters: \"乙\" has no words: give file or words");
	c[0].file = ".";
	check_fault(c, 1, "it is no ordinary file");
	c[0].file = "bad.txt";
	write_file("bad.txt", "好\n\xb4\xfb\xbf\xee\n好\n。！\n");
	check_fault(c, 1, "/bad.txt:2: this is no UTF-8");
	check_fault(c, 1, "/bad.txt:4: a word of blanks, punctuation and symbols only");
	char text[4 * 70 + 2] = "";
	for (int i = 0; i < 65; i++)
		strcat(text, "长");
	write_file("bad.txt", text);
	check_fault(c, 1, "/bad.txt:1: a word is longer than 64 characters");
	text[64 * 3] = '\0';
	write_file("bad.txt", text);
	words_free(make(c, 1, NULL));
	LIST(c[1].words, "好", "。");
	check_fault(c + 1, 1, "smppgw.conf:7: a word of blanks");
	LIST(c[1].words, "好");
	c[1].name = "甲";
	check_fault(c, 2, "there are two filters \"甲\"");
	c[1].name = "乙";
	LIST(c[1].accounts, "nobody");
	check_fault(c, 2, "there is no account \"nobody\"");
	LIST(c[1].accounts, "bank");
	LIST(c[1].classes, "spam");
	check_fault(c, 2, "\"spam\" is none of otp");
	for (size_t i = 0; i <= WORDS_FILTERS; i++) {
		snprintf(labels[i], sizeof(labels[i]), "%zu", i);
		many[i] = filter(labels[i], "", WORDS_BLOCK);
		LIST(many[i].words, "好");
	}
	check_fault(many, WORDS_FILTERS + 1, "filters: there can be no more than 64");
	words_free(make(many, WORDS_FILTERS, NULL));
}

/* Faults without end are told, not all of them. */
static void test_many_faults(void **state)
{
	(void)state;
	struct words_conf c = filter("甲", "bad.txt", WORDS_BLOCK);
	char text[500] = "";
	for (int i = 0; i < 100; i++)
		strcat(text, "。\n");
	write_file("bad.txt", text);
	check_fault(&c, 1, "/bad.txt:20: ");
	check_fault(&c, 1, "and 80 faults more");
}

/* --- other words at a reload --- */

struct asked {
	const char *word;
	uint64_t hits;
};

static void on_hit(void *arg, const struct words_hit *hit)
{
	struct asked *a = arg;
	if (strcmp(a->word, hit->word) == 0)
		a->hits = hit->hits;
	assert_true(hit->hits > 0);
}

static uint64_t hits_of(const struct words *w, const char *word)
{
	struct asked a = {word, 0};
	words_hits_each(w, on_hit, &a);
	return a.hits;
}

/* Waits until the thread is done. */
static bool settle(struct words *w)
{
	struct words_status st;
	for (;;) {
		if (words_settle(w))
			return true;
		words_status(w, &st);
		if (!st.pending)
			return false;
		nanosleep(&(struct timespec){0, 1000000}, NULL);
	}
}

static bool pending(const struct words *w)
{
	struct words_status st;
	words_status(w, &st);
	return st.pending;
}

static void test_shared(void **state)
{
	(void)state;
	struct words_conf c = filter("甲", "shared.txt", WORDS_BLOCK);
	write_file("shared.txt", "套现\n发票\n");
	struct words *w = make(&c, 1, NULL), *next;
	assert_int_equal(judge(w, "套现"), POLICY_REFUSE);
	c.action = WORDS_REVIEW; /* the same words: no thread, and the hits are those before */
	next = make(&c, 1, w);
	assert_false(pending(next));
	assert_int_equal(judge(w, "套现"), POLICY_REFUSE);
	words_free(w);
	assert_int_equal(judge(next, "套现"), POLICY_REVIEW);
	assert_int_equal(hits_of(next, "套现"), 3);
	assert_false(words_settle(next));
	words_free(next);
}

static void test_swapped(void **state)
{
	(void)state;
	struct words_conf c[] = {filter("甲", "one.txt", WORDS_BLOCK), filter("乙", "two.txt", WORDS_REVIEW)};
	write_file("one.txt", "套现\n发票\n");
	write_file("two.txt", "收益\n");
	struct words *w = make(c, 2, NULL), *next;
	judge(w, "套现");
	judge(w, "发票套现收益");
	write_file("one.txt", "洗钱\n套现\n");
	c[0].name = "丙";
	LIST(c[1].accounts, "shop");
	next = make(c, 2, w);
	words_free(w);
	if (pending(next)) { /* what was before holds, and counts */
		check_detail(next, "发票", POLICY_REFUSE, "filter 甲: 发票");
		check_detail(next, "收益", POLICY_REVIEW, "filter 乙: 收益");
		assert_int_equal(judge(next, "套现"), POLICY_REFUSE);
	}
	assert_true(words_concerns(next, 0, CLASS_PROMO));
	assert_true(settle(next));
	check_detail(next, "洗钱", POLICY_REFUSE, "filter 丙: 洗钱");
	assert_int_equal(judge(next, "发票"), POLICY_PASS);
	assert_int_equal(judge(next, "收益"), POLICY_PASS);
	assert_int_equal(hits_of(next, "套现"), 3);
	assert_int_equal(hits_of(next, "收益"), 1);
	assert_int_equal(hits_of(next, "发票"), 0);
	assert_false(words_settle(next));
	words_free(next);
}

/* A file that is broken when it is read again: what was before holds, and the fault is told. */
static void test_broken_later(void **state)
{
	(void)state;
	struct words_conf c = filter("甲", "later.txt", WORDS_BLOCK);
	struct words_status st;
	char *errors = NULL;
	write_file("later.txt", "套现\n");
	struct words *w = make(&c, 1, NULL), *next;
	write_file("later.txt", "洗钱\n！！\n");
	next = make(&c, 1, w);
	words_free(w);
	assert_false(settle(next));
	words_status(next, &st);
	assert_non_null(strstr(st.faults, "/later.txt:2: "));
	assert_int_equal(judge(next, "套现"), POLICY_REFUSE);
	assert_int_equal(judge(next, "洗钱"), POLICY_PASS);
	write_file("later.txt", "洗钱\n");
	w = make(&c, 1, next);
	words_free(next);
	assert_true(settle(w));
	words_status(w, &st);
	assert_string_equal(st.faults, "");
	assert_int_equal(judge(w, "洗钱"), POLICY_REFUSE);
	c.file = "gone.txt";
	assert_null(words_new(&c, 1, &names, w, &errors)); /* that one is told at once */
	assert_non_null(strstr(errors, "gone.txt"));
	free(errors);
	words_free(w);
}

/* The next reload comes while the thread still reads; and the end of the process. */
static void test_abandoned(void **state)
{
	(void)state;
	struct words_conf c = filter("甲", "big.txt", WORDS_BLOCK);
	static char text[25000 * 13 + 1];
	size_t n = 0;
	for (unsigned i = 0; i < 25000; i++)
		n += (size_t)sprintf(text + n, "词%u词\n", i);
	write_file("big.txt", "套现\n");
	struct words *w = make(&c, 1, NULL);
	for (int i = 0; i < 10; i++) {
		write_file("big.txt", i < 9 ? text : "洗钱\n");
		struct words *next = make(&c, 1, w);
		words_free(w);
		w = next;
		assert_int_equal(judge(w, "套现"), POLICY_REFUSE);
	}
	assert_true(settle(w));
	assert_int_equal(judge(w, "洗钱"), POLICY_REFUSE);
	assert_int_equal(judge(w, "词17词"), POLICY_PASS);
	write_file("big.txt", text);
	struct words *next = make(&c, 1, w);
	words_free(w);
	assert_true(settle(next));
	assert_int_equal(judge(next, "词 17 词"), POLICY_REFUSE);
	write_file("big.txt", "套现\n"); /* the large one is given back in a thread */
	w = make(&c, 1, next);
	words_free(next);
	assert_true(settle(w));
	assert_int_equal(judge(w, "词 17 词"), POLICY_PASS);
	words_free(w);
}

/* --- against a search that tries every word at every place --- */

static uint64_t seed = 88172645463325252u;

static uint32_t random_below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 11) % n;
}

static const char *const characters[] = {"贷", "貸", "款", "發", "发", "票", "高", "利", "息", "錢", "钱", "⾦", "金"};
static const char *const noise[] = {" ", "　", "*", "，", "★", "\xe2\x80\x8b", "😀", "…", "丨"};
#define SOME(array) (array)[random_below(sizeof(array) / sizeof((array)[0]))]

static bool naive(struct words_conf *c, const char *text, size_t n)
{
	static uint32_t cp[20000], at[20000];
	size_t pos = 0, len = fold_text(text, n, &pos, cp, at, 20000);
	assert_int_equal(pos, n);
	for (size_t i = 0; i < c->words.n; i++) {
		uint32_t word[64], ignored[64];
		size_t from = 0, word_n = fold_text(c->words.at[i], strlen(c->words.at[i]), &from, word, ignored, 64);
		for (size_t k = 0; k + word_n <= len; k++) {
			if (memcmp(cp + k, word, word_n * sizeof(*word)) == 0)
				return true;
		}
	}
	return false;
}

static void test_model(void **state)
{
	(void)state;
	static char words[200][64], text[16000];
	static char *list[200];
	struct words_conf c = filter("随机", "", WORDS_BLOCK);
	unsigned refused = 0, passed = 0;
	for (int round = 0; round < 300; round++) {
		c.words = (struct conf_list){list, 1 + random_below(round % 3 ? 4 : 200)};
		for (size_t i = 0; i < c.words.n; i++) {
			words[i][0] = '\0';
			for (uint32_t k = 2 + random_below(5); k > 0; k--)
				strcat(words[i], SOME(characters));
			list[i] = words[i];
		}
		struct words *w = make(&c, 1, NULL);
		size_t n = 0;
		for (uint32_t k = random_below(round % 5 ? 100 : 2000); k > 0; k--) {
			const char *put = random_below(3) ? SOME(characters) : SOME(noise);
			memcpy(text + n, put, strlen(put));
			n += strlen(put);
		}
		struct policy_subject s = subject(text, n);
		bool found = words_judge(w, &s) == POLICY_REFUSE;
		assert_int_equal(found, naive(&c, text, n));
		refused += found;
		passed += !found;
		words_free(w);
	}
	assert_true(refused > 50 && passed > 50);
}

/* A word at every place of a long text, over the borders of what is searched at once. */
static void test_long_text(void **state)
{
	(void)state;
	static char text[4000 * 3];
	char longest[64 * 3 + 1] = "";
	struct words_conf c = filter("长", "", WORDS_BLOCK);
	static char *list[1];
	for (int i = 0; i < 64; i++)
		strcat(longest, i % 2 ? "长" : "词");
	list[0] = longest;
	c.words = (struct conf_list){list, 1};
	struct words *w = make(&c, 1, NULL);
	for (size_t place = 0; place + 64 <= 1400; place++) {
		for (size_t i = 0; i < 1400; i++)
			memcpy(text + i * 3, "文", 3);
		memcpy(text + place * 3, longest, 64 * 3);
		struct policy_subject s = subject(text, 1400 * 3);
		assert_int_equal(words_judge(w, &s), POLICY_REFUSE);
		s.text_n = (uint32_t)(place + 63) * 3;
		assert_int_equal(words_judge(w, &s), POLICY_PASS);
	}
	words_free(w);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_found),
	cmocka_unit_test(test_runs),
	cmocka_unit_test(test_filters),
	cmocka_unit_test_setup_teardown(test_file, setup, teardown),
	cmocka_unit_test_setup_teardown(test_faults, setup, teardown),
	cmocka_unit_test_setup_teardown(test_many_faults, setup, teardown),
	cmocka_unit_test_setup_teardown(test_shared, setup, teardown),
	cmocka_unit_test_setup_teardown(test_swapped, setup, teardown),
	cmocka_unit_test_setup_teardown(test_broken_later, setup, teardown),
	cmocka_unit_test_setup_teardown(test_abandoned, setup, teardown),
	cmocka_unit_test(test_model),
	cmocka_unit_test(test_long_text),
};
UNIT_MAIN(cases)
