/*
 * fuzz_policy.c - any octets as a text before all policies that read only the text. The first octet chooses class,
 * carrier and whether the text is fixed; lines before the first blank one are a template of their own; the rest is the
 * text.
 */
#include <stdlib.h>

#include "must.h"
#include "base/text.h"
#include "policy/link_scan.h"
#include "policy/template_text.h"
#include "policy/texts.h"

#define INPUT_MAX 8192u
#define LIST(...)                                                                                                      \
	{                                                                                                              \
		(char *[]){__VA_ARGS__}, sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)                              \
	}

static int no_account(const void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return -1;
}

static int carrier(const void *arg, const char *name)
{
	(void)arg;
	return name[0] - 'a';
}

static char none[] = "";

/* Rows for every account; the second of opt-out words is for carrier b. */
static struct texts *build(void)
{
	static struct personal_conf personal = {.scope = {.account = none}, .resident_id = 1, .bank_card = 1};
	static struct signature_conf signature = {.scope = {.account = none}, .name = none, .position = SIGNATURE_ANY};
	static struct templates_conf templates[2] = {{.scope = {.account = none}}, {.scope = {.account = none}}};
	static struct must_match_conf must_match = {.scope = {.account = none}, .campaign = none, .explain = none};
	static struct links_conf links = {.scope = {.account = none}};
	static struct optout_text_conf words[2] = {{.scope = {.account = none, .carrier = none}, .append = none},
						   {.scope = {.account = none, .carrier = "b"}, .append = none}};
	static struct segments_conf segments = {.scope = {.account = none}, .max = 3, .count = SEGMENTS_ALPHABET};
	static const struct policy_names names = {NULL, no_account, carrier, 1, 2};
	char *errors = NULL;
	signature.names = (struct conf_list)LIST("招商银行", "掌上生活");
	signature.on_missing = 1;
	templates[0].signature = templates[0].name = templates[0].file = none;
	templates[0].text = "您的验证码是{数字:4-8}，{变量}分钟内有效。";
	templates[1] = templates[0];
	templates[1].text = "【掌上生活】{变量}{金额}a{日期}";
	must_match.pattern = "(.*?)+95555";
	must_match.when = "[利率优惠]+";
	links.hosts = (struct conf_list)LIST("cmbchina.com", "*.招商银行.中国");
	/* borrowed as long as what is built of them */
	static char *first[] = {"拒收请回复R", "回T退订"}, *second[] = {"回TD退订"};
	words[0].texts = (struct conf_list){first, 2};
	words[1].texts = (struct conf_list){second, 1};
	words[0].on_missing = words[1].on_missing = 1;
	struct texts_conf conf = {&personal, 1,	     &signature, 1,	templates, 2,	      &must_match,
				  1,	     &links, 1,		 words, 2,	   &segments, 1};
	struct texts *t = texts_new(&conf, &names, &errors);
	MUST(t && !errors);
	return t;
}

/* What holds of a subject whatever a policy has said. */
static void check(const struct policy_subject *s, enum policy_effect effect, bool was_valid)
{
	const uint8_t *text = (const uint8_t *)s->text;
	MUST(s->text_n <= s->text_cap);
	MUST(effect == POLICY_PASS || effect == POLICY_CHANGED || effect == POLICY_REFUSE);
	MUST(!was_valid || text_valid(s->text, s->text_n));
	MUST(s->signature.n == 0 || (s->signature.p >= text && s->signature.p + s->signature.n <= text + s->text_n));
	MUST(effect != POLICY_CHANGED || !s->fixed);
	MUST((effect == POLICY_PASS) == (s->detail[0] == '\0'));
	MUST(text_valid(s->detail, strlen(s->detail)) && !strchr(s->detail, '"') && !strchr(s->detail, '\n'));
}

/* Asked once, and again: what was changed passes then, and what passed still does. */
#define TWICE(room, x)                                                                                                 \
	do {                                                                                                           \
		uint32_t before = s->text_n;                                                                           \
		s->detail[0] = '\0';                                                                                   \
		enum policy_effect first = room##_judge(x, s);                                                         \
		check(s, first, valid);                                                                                \
		MUST(first == POLICY_CHANGED || s->text_n == before);                                                  \
		s->detail[0] = '\0';                                                                                   \
		MUST(first == POLICY_REFUSE || room##_judge(x, s) == POLICY_PASS);                                     \
	} while (0)

static void ask_all(const struct texts *t, struct policy_subject *s)
{
	bool valid = text_valid(s->text, s->text_n);
	TWICE(personal, t->personal);
	TWICE(signature, t->signature);
	TWICE(templates, t->templates);
	TWICE(must_match, t->must_match);
	TWICE(links, t->links);
	TWICE(optout_text, t->optout_text);
	TWICE(segments, t->segments);
}

static void check_segments(struct view text)
{
	unsigned cn = segments_count(text, SEGMENTS_CN), alphabet = segments_count(text, SEGMENTS_ALPHABET);
	MUST(alphabet >= 1 && alphabet <= cn && (cn - 1) * 66 <= 2 * text.n);
}

static bool on_host(void *arg, struct view host)
{
	unsigned *left = arg;
	MUST(host.n > 0 && host.n <= LINK_HOST_MAX);
	return --*left > 0;
}

static void check_links(struct view text)
{
	static struct link_scan *scan;
	unsigned left = INPUT_MAX;
	if (!scan)
		scan = link_scan_new();
	MUST(link_scan(scan, text, on_host, &left));
}

/* A template that can be read fits itself when it has no placeholder, and never a text that is shorter than its own. */
static void check_template(struct view template, struct view text)
{
	static int32_t folded[TEMPLATE_CHARACTERS];
	struct template_text t;
	bool overlong;
	if (template_read(template, &t))
		return;
	uint32_t n = template_fold(text, folded, &overlong);
	bool fits = !overlong && template_fits(&t, folded, n);
	MUST(!fits || n >= t.characters_n);
	n = template_fold(template, folded, &overlong);
	MUST(overlong || t.tokens_n > 1 || memchr(template.p, '{', template.n) || template_fits(&t, folded, n));
	template_clear(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct texts *texts;
	static char text[POLICY_TEXT_MAX];
	if (size < 1 || size > INPUT_MAX)
		return 0;
	if (!texts)
		texts = build();
	struct view input = {data + 1, (uint32_t)size - 1};
	const uint8_t *blank = input.n ? memmem(input.p, input.n, "\n\n", 2) : NULL;
	struct view template = {input.p, blank ? (uint32_t)(blank - input.p) : 0};
	if (blank)
		input = (struct view){blank + 2, input.n - template.n - 2};
	memcpy(text, input.p, input.n);
	struct policy_subject s = {.account = data[0] & 1u,
				   .account_name = "bank",
				   .carrier = data[0] & 2u ? (size_t)(data[0] >> 2 & 1u) : POLICY_NO_CARRIER,
				   .class_id = (enum class_id)((data[0] >> 3) % CLASSES),
				   .fixed = data[0] >= 0x80,
				   .text = text,
				   .text_n = input.n,
				   .text_cap = sizeof(text)};
	check_segments(input);
	check_links(input);
	check_template(template, input);
	ask_all(texts, &s);
	return 0;
}
