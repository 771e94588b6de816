/*
 * test_similar.c - prints of Chinese texts: the same offer with another name, amount or date is near, another offer of
 * the same sender is not; what a print does not see; which row is for whom.
 */
#include "policy/similar.h"

#include <stdlib.h>

#include "unit.h"

#define DISTANCE 13u /* the default */

static uint64_t print(const char *text)
{
	uint64_t out = 0;
	assert_true(similar_print(text, strlen(text), &out));
	return out;
}

static unsigned between(const char *a, const char *b)
{
	return similar_distance(print(a), print(b));
}

static void test_same_offer(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{"【招商银行】尊敬的张三，您的信用卡5月账单3,218.50元，还款日5月25日，请按时还款。",
		 "【招商银行】尊敬的欧阳娜娜，您的信用卡6月账单12,006.00元，还款日6月25日，请按时还款。"},
		{"【平安理财】尊敬的李先生，本周新发90天稳健理财，年化收益3.5%"
		 "，1万元起购，数量有限，详询95511。拒收请回复R",
		 "【平安理财】尊敬的王女士，本周新发120天稳健理财，年化收益3.85%"
		 "，5万元起购，数量有限，详询95511。拒收请回复R"},
		{"【蚂蚁消金】您好，您的专属额度已提升至50000元，日息低至0.02%，点击 t.cn/A6xY9k 立即提现，回T退订",
		 "【蚂蚁消金】您好，您的专属额度已提升至80000元，日息低至0.018%，点击 t.cn/Bq7Zp2 立即提现，回T退订"},
		{"【人保财险】刘伟您好，您的车险将于2026年5月1日到期，现在续保可享8折优惠，回T退订",
		 "【人保财险】陈晓燕您好，您的车险将于2026年7月18日到期，现在续保可享75折优惠，回T退订"},
		{"【京东金融】恭喜您获得满1000减50元还款券，有效期至5月31日，打开京东金融APP领取。拒收请回复R",
		 "【京东金融】恭喜您获得满2000减80元还款券，有效期至6月30日，打开京东金融APP领取！拒收请回复R"},
		{"【建设银行】尊敬的客户，龙支付五月满减活动火热进行中，全场消费满100减20，名额有限先到先得，退订回N",
		 "【建设银行】尊敬的客户，龙支付六月满减活动火热进行中，全场消费满200减30，名额有限先到先得，退订回N"},
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		unsigned bits = between(pairs[i][0], pairs[i][1]);
		if (bits > DISTANCE)
			fail_msg("%u bits: %s", bits, pairs[i][0]);
	}
}

static void test_other_offers(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"【平安理财】尊敬的李先生，本周新发90天稳健理财，年化收益3.5%"
		"，1万元起购，数量有限，详询95511。拒收请回复R",
		"【平安理财】尊敬的李先生，黄金积存全新上线，每克手续费立减5元，欢迎到网点或手机银行办理，详询95511。拒"
		"收请回复R",
		"【平安理财】尊敬的李先生，您的专属信用贷款额度30万元已准备好，年利率低至3.6%"
		"，打开口袋银行申请。拒收请回复R",
		"【平安理财】尊敬的李先生，少儿教育金保险限时优惠，年缴1万元起，锁定长期收益，详询95511。拒收请回复R",
		"【蚂蚁消金】您好，您的专属额度已提升至50000元，日息低至0.02%，点击 t.cn/A6xY9k 立即提现，回T退订",
		"【蚂蚁消金】您好，五一出行礼包来啦，机票酒店满减券限量派发，点击 t.cn/A6xY9k 立即领取，回T退订",
		"【人保财险】刘伟您好，您的车险将于2026年5月1日到期，现在续保可享8折优惠，回T退订",
		"【人保财险】刘伟您好，暑期家庭财产险上新，火灾水淹盗抢都能保，每天低至0.3元，回T退订",
		"【京东金融】恭喜您获得满1000减50元还款券，有效期至5月31日，打开京东金融APP领取。拒收请回复R",
		"【京东金融】白条分期三期免息，全场数码家电可用，打开京东金融APP查看活动详情。拒收请回复R",
		"【华泰证券】新股申购提醒：今日可申购2只新股，打开涨乐财富通一键申购，投资有风险。",
		"【华泰证券】您关注的基金定投计划扣款失败，请及时补足账户余额，投资有风险。",
		"【建设银行】尊敬的客户，龙支付五月满减活动火热进行中，全场消费满100减20，名额有限先到先得，退订回N",
		"【建设银行】尊敬的客户，大额存单今日开售，三年期利率2.6%，20万元起存，额度有限，退订回N",
		"【建设银行】尊敬的客户，快贷产品利率优惠，全程线上办理，最高可借30万元，随借随还，退订回N",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (size_t k = 0; k < i; k++) {
			unsigned bits = between(texts[i], texts[k]);
			if (bits <= DISTANCE)
				fail_msg("%u bits: %s\n%s", bits, texts[k], texts[i]);
		}
	}
}

/* Width, case, blanks, punctuation, numbers and the ends of links do not change a print. */
static void test_not_seen(void **state)
{
	(void)state;
	const char *text = "【京东金融】恭喜获得满1000减50元还款券，打开京东金融app领取 t.cn/Ab3Cd";
	static const char *const same[] = {
		"【京东金融】恭喜获得满2减1元还款券，打开京东金融APP领取 t.cn/Zz99",
		"[京东金融]恭喜获得满１０００减５０元还款券！打开京东金融ＡＰＰ领取 t.cn/Ab3Cd",
		"京东金融 恭 喜 获得满1,000.00减50元还款券 打开京东金融App领取t.cn/QWERTYUIOP",
	};
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_int_equal(between(text, same[i]), 0);
	assert_int_not_equal(between(text, "【京东金融】恭喜获得满1000减50元购物券，打开京东金融app领取"), 0);
}

static void test_too_short(void **state)
{
	(void)state;
	static const char *const few[] = {"", "1234567890", "您好", "验证码：482913", "。。。。。。。。。。。。"};
	uint64_t out;
	for (size_t i = 0; i < sizeof(few) / sizeof(few[0]); i++)
		assert_false(similar_print(few[i], strlen(few[i]), &out));
	assert_true(similar_print("一二三四五六七八", strlen("一二三四五六七八"), &out));
	assert_false(similar_print("一二三四五六七", strlen("一二三四五六七"), &out));
}

/* Any octets, any length: no more than the array holds is read. */
static void test_any_octets(void **state)
{
	(void)state;
	char text[8192];
	uint64_t out;
	srand(20260501);
	for (unsigned round = 0; round < 200; round++) {
		size_t n = (size_t)rand() % sizeof(text);
		for (size_t i = 0; i < n; i++)
			text[i] = (char)rand();
		(void)similar_print(text, n, &out);
	}
	for (size_t i = 0; i + 3 <= sizeof(text); i += 3)
		memcpy(text + i, "贷", 3);
	assert_true(similar_print(text, sizeof(text) / 3 * 3, &out));
}

/* Stores remember prints: they stay what they were, for texts of every length. */
static void test_same_prints(void **state)
{
	(void)state;
	static uint32_t letters[1100];
	uint64_t seed = 88172645463325252u, all = 0;
	for (size_t n = SIMILAR_LEAST; n <= 1100; n++) {
		uint64_t print = 0;
		for (size_t i = 0; i < n; i++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			letters[i] = 0x4e00 + (uint32_t)(seed >> 11) % (n % 5 ? 3000 : 3);
		}
		assert_true(similar_print_of(letters, n, &print));
		all = (all ^ print) * 0x100000001b3u;
	}
	assert_int_equal(all, 0x5aadf41febb67216u);
}

static int account_number(const void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "bank") == 0 ? 0 : -1;
}

static void test_rows(void **state)
{
	(void)state;
	static char *promo[] = {"promo"}, *remind[] = {"remind"};
	const struct policy_names names = {NULL, account_number, NULL, 2, 0};
	const struct similar_conf rows[] = {
		{{{"gw.conf", 1}, "", NULL, {promo, 1}}, 13, 86400, 10},
		{{{"gw.conf", 2}, "bank", NULL, {promo, 1}}, 8, 3600, 3},
		{{{"gw.conf", 3}, "bank", NULL, {remind, 1}}, 2, 172800, 20},
	};
	char *errors = NULL;
	struct similar *x = similar_new(rows, 3, &names, &errors);
	assert_non_null(x);
	assert_int_equal(similar_for(x, 1, CLASS_PROMO)->distance, 13);
	const struct similar_rule *rule = similar_for(x, 0, CLASS_PROMO);
	assert_int_equal(rule->distance, 8);
	assert_int_equal(rule->age_ms, 3600000);
	assert_int_equal(rule->remember_ms, 172800000); /* rows share prints: the longest and the most */
	assert_int_equal(rule->keep, 20);
	assert_true(similar_concerns(x, 0, CLASS_REMIND));
	assert_false(similar_concerns(x, 1, CLASS_REMIND));
	assert_null(similar_for(x, 1, CLASS_OTP));
	similar_free(x);

	struct similar_conf twice[] = {rows[0], rows[0]};
	assert_null(similar_new(twice, 2, &names, &errors));
	assert_non_null(strstr(errors, "only one can hold"));
	free(errors);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_same_offer), cmocka_unit_test(test_other_offers), cmocka_unit_test(test_not_seen),
	cmocka_unit_test(test_too_short),  cmocka_unit_test(test_any_octets),	cmocka_unit_test(test_same_prints),
	cmocka_unit_test(test_rows),
};
UNIT_MAIN(cases)
