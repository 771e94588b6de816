/*
 * rules.c - what the rules of contact cost per text of 70 characters, all of them on: reading the text out of its
 * PDU, the walk through the policies, and the question about its recipient. Prints "name value" lines for
 * tests/bench/run. Knows the rooms that decide, and no daemon.
 *
 * rules CONFIG [ROUNDS]: a configuration as smppgwd reads it, with an account "bank" and rules for class notice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "path/plain.h"
#include "policy/policy.h"
#include "settings.h"
#include "smpp/charset.h"

#define TEXTS 512u

static const char *const products[] = {"稳健理财三个月", "活期宝",	   "新客专享存款",
				       "装修分期",	 "信用卡账单分期", "黄金积存"};
static const char *const places[] = {"手机银行", "网点", "客户经理", "官方网站", "营业厅", "电话银行"};

struct octets {
	uint8_t p[256];
	uint32_t n;
};
static struct octets texts[TEXTS];

static int64_t cpu_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static char numbers[TEXTS][16]; /* made before the time is taken: a gateway has them out of the PDU */

/* 70 characters of UCS-2, no two texts the same. */
static void make_texts(void)
{
	for (unsigned i = 0; i < TEXTS; i++) {
		char text[400];
		int n = snprintf(text, sizeof(text),
				 "【招商银行】尊敬的客户，%s年化利率%u.%02u%%，额度%u万元，截至2026年%u月%u日，"
				 "详询%s或95555，登录cmbchina.com/a%u",
				 products[i % 6], 2 + i % 3, i % 100, 5 + i % 50, 1 + i % 12, 1 + i % 28,
				 places[i / 6 % 6], i);
		long k = charset_convert(CHARSET_UTF8, (struct view){(uint8_t *)text, (uint32_t)n}, CHARSET_UCS2, false,
					 texts[i].p, sizeof(texts[i].p));
		if (k < 0)
			exit(2);
		texts[i].n = (uint32_t)(k > 126 ? 126 : k);
		static const uint8_t stop[] = {0x62, 0xd2, 0x65, 0x36, 0x8b, 0xf7, 0x56, 0xde, 0x59, 0x0d, 0, 'R'};
		memcpy(texts[i].p + texts[i].n, stop, sizeof(stop)); /* 拒收请回复R */
		texts[i].n += (uint32_t)sizeof(stop);
		snprintf(numbers[i], sizeof(numbers[i]), "86138%08u", i);
	}
}

static int number_of_account(const void *arg, const char *name)
{
	const struct settings *s = arg;
	for (size_t i = 0; i < s->flow.accounts_n; i++) {
		if (strcmp(s->flow.accounts[i].system_id, name) == 0)
			return (int)i;
	}
	return -1;
}

static int number_of_carrier(const void *arg, const char *name)
{
	const struct settings *s = arg;
	for (size_t i = 0; i < s->flow.carriers_n; i++) {
		if (strcmp(s->flow.carriers[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

static char text[POLICY_TEXT_MAX];
static struct subject_letters letters;
static uint64_t passed, held, asked;

static struct plain read_text(unsigned i)
{
	struct pdu pdu = {.command_id = SUBMIT_SM};
	pdu.sm.data_coding = 8;
	pdu.sm.short_message = (struct view){texts[i % TEXTS].p, texts[i % TEXTS].n};
	return plain_read(&pdu, CHARSET_GSM7, text, sizeof(text));
}

static void judge(struct policy *p, unsigned i)
{
	struct policy_verdict v;
	struct recipient_ask ask;
	struct policy_subject s = {.account_name = "bank",
				   .class_id = CLASS_NOTICE,
				   .number = view_of(numbers[i % TEXTS]),
				   .source = view_of("10690001"),
				   .consent_ref = view_of("C20260501"),
				   .now_ms = 1777600800000, /* 2026-05-01 10:00 +08:00 */
				   .expiry_ms = 1777600800000 + 172800000,
				   .seed = i,
				   .text = text,
				   .text_cap = sizeof(text),
				   .letters = &letters,
				   .valid = true};
	s.text_n = read_text(i).n;
	letters.known = false;
	enum policy_effect effect = policy_judge(p, &s, &v);
	passed += effect == POLICY_PASS || effect == POLICY_CHANGED;
	held += effect == POLICY_WAIT;
	struct policy_asks asks = policy_asks(p, 0, CLASS_NOTICE, 0);
	asked += recipient_ask_for(policy_recipient(p), &s, i, asks.enforce, asks.dry, &ask);
	if (effect == POLICY_REFUSE && i < 3)
		fprintf(stderr, "refused by %s: %s\n", v.name, s.detail);
}

int main(int argc, char **argv)
{
	struct settings settings;
	char *errors = NULL;
	unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 400, n = TEXTS * rounds;
	if (argc < 2 || argc > 3 || rounds == 0 || settings_read(argv[1], false, &settings, &errors) < 0) {
		fprintf(stderr, "%s", errors ? errors : "usage: rules CONFIG [ROUNDS]\n");
		return 2;
	}
	struct policy_names names = {&settings, number_of_account, number_of_carrier, settings.flow.accounts_n,
				     settings.flow.carriers_n};
	int64_t before = cpu_ns();
	struct policy *p = policy_new(&settings.flow.policy, &names, NULL, &errors);
	if (!p) {
		fprintf(stderr, "%s", errors);
		return 2;
	}
	printf("build_ms %.1f\n", (double)(cpu_ns() - before) / 1e6);
	make_texts();
	for (unsigned i = 0; i < TEXTS; i++)
		judge(p, i);
	before = cpu_ns();
	for (unsigned i = 0; i < n; i++)
		read_text(i);
	printf("read_ns %.0f\n", (double)(cpu_ns() - before) / n);
	passed = held = asked = 0;
	before = cpu_ns();
	for (unsigned i = 0; i < n; i++)
		judge(p, i);
	printf("judge_ns %.0f\n", (double)(cpu_ns() - before) / n);
	printf("passed %llu\nheld %llu\nasked %llu\nof %u\n", (unsigned long long)passed, (unsigned long long)held,
	       (unsigned long long)asked, n);
	policy_free(p);
	settings_free(&settings);
	return 0;
}
