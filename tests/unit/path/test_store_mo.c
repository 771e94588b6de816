/*
 * test_store_mo.c - what a real Redis says of a phone's reply: the last message to its number, copies, counts of
 * answers. Skipped without redis-server.
 */
#include "path/store_mo.h"

#include "redis_rig.h"
#include "unit.h"

#define NOW	1795338592995ll
#define SLOT_MS 21600000ll
#define AGE_S	86400
#define DIGEST	"0123456789abcdef0123456789abcdef"
#define NUMBER	"8613800138000"

static struct {
	bool told, ok;
	struct store_mo known;
	char account[32], signature[64], campaign[40], group[80], place[80];
} got;

static void copy(char *out, size_t cap, struct view v)
{
	snprintf(out, cap, "%.*s", (int)v.n, v.n ? (const char *)v.p : "");
}

static void on_known(void *arg, uint64_t token, bool ok, const struct store_mo *known)
{
	(void)arg;
	(void)token;
	memset(&got, 0, sizeof(got));
	got.told = true;
	got.ok = ok;
	if (!ok)
		return;
	got.known = *known;
	copy(got.account, sizeof(got.account), known->last.account);
	copy(got.signature, sizeof(got.signature), known->last.signature);
	copy(got.campaign, sizeof(got.campaign), known->last.campaign);
	copy(got.group, sizeof(got.group), known->last.group);
	copy(got.place, sizeof(got.place), known->place);
}

static struct store_mo_ask question(const char *code)
{
	return (struct store_mo_ask){.digest = "",
				     .now_ms = NOW,
				     .duplicate_ms = 30000,
				     .last_age_s = AGE_S,
				     .number = view_of(NUMBER),
				     .code = view_of(code)};
}

static enum store_mo_state ask(const struct store_mo_ask *q)
{
	got.told = false;
	assert_int_equal(store_mo_begin(rig_store, q, on_known, 0), 0);
	rig_until(&got.told);
	assert_true(got.ok);
	return got.known.state;
}

static void put(uint64_t id, int64_t at_ms, const char *code, const char *account, const char *signature,
		const char *campaign)
{
	const struct store_last last = {.id = id,
					.account = view_of(account),
					.signature = view_of(signature),
					.class_name = view_of("promo"),
					.campaign = view_of(campaign)};
	assert_int_equal(store_last_put(rig_store, at_ms, AGE_S, view_of(NUMBER), view_of(code), &last), 0);
}

#define ID 612345678901200000ull

static void test_last(void **state)
{
	(void)state;
	struct store_mo_ask q = question("106900011");
	rig_raw("FLUSHDB");
	assert_int_equal(ask(&q), STORE_MO_NEW);
	assert_true(got.known.last.id == 0);
	put(ID + 1, NOW, "10690001", "银行", "某某银行", "春\t天");
	put(ID + 2, NOW, "1069", "贷款", "", "");
	assert_int_equal(ask(&q), STORE_MO_NEW); /* the longest code that begins the one replied to */
	assert_true(got.known.last.id == ID + 1);
	assert_string_equal(got.account, "银行");
	assert_string_equal(got.signature, "某某银行");
	assert_string_equal(got.campaign, "春 天");
	assert_string_equal(got.group, "");
	q.owners[0] = "贷款";
	q.owners_n = 1;
	ask(&q);
	assert_true(got.known.last.id == ID + 2);
	q.owners[0] = "别家";
	ask(&q);
	assert_true(got.known.last.id == 0);
	q.last_age_s = 0; /* nobody asks */
	q.owners_n = 0;
	ask(&q);
	assert_true(got.known.last.id == 0);
}

static struct store_recent recent(uint64_t id, int64_t at_ms, uint32_t code_n, const char *account)
{
	return (struct store_recent){.last = {.id = id, .account = view_of(account), .signature = view_of("某某贷款")},
				     .at_ms = at_ms,
				     .code_n = code_n};
}

/* One that is not in the store counts as if it were. */
static void test_recent(void **state)
{
	(void)state;
	struct store_mo_ask q = question("106900011");
	rig_raw("FLUSHDB");
	q.recent = recent(ID + 5, NOW - SLOT_MS, 8, "贷款");
	ask(&q);
	assert_true(got.known.last.id == ID + 5);
	assert_string_equal(got.account, "贷款");
	assert_string_equal(got.signature, "某某贷款");
	q.owners[0] = "银行";
	q.owners_n = 1;
	ask(&q);
	assert_true(got.known.last.id == 0);
	q.owners_n = 0;
	put(ID + 1, NOW - SLOT_MS, "10690001", "银行", "", ""); /* the later of one slot and code */
	ask(&q);
	assert_true(got.known.last.id == ID + 5);
	put(ID + 6, NOW - SLOT_MS, "10690001", "银行", "", "");
	ask(&q);
	assert_true(got.known.last.id == ID + 6);
	q.recent = recent(ID + 2, NOW - SLOT_MS, 9, "贷款"); /* a longer code */
	ask(&q);
	assert_true(got.known.last.id == ID + 2);
	q.recent = recent(ID + 7, NOW - SLOT_MS, 4, "贷款"); /* a shorter one */
	ask(&q);
	assert_true(got.known.last.id == ID + 6);
	q.recent.at_ms = NOW; /* of a later slot */
	ask(&q);
	assert_true(got.known.last.id == ID + 7);
	q.recent.at_ms = NOW - 100 * SLOT_MS; /* too old */
	ask(&q);
	assert_true(got.known.last.id == ID + 6);
}

static void test_recent_order(void **state)
{
	(void)state;
	struct store_recent a = recent(ID, NOW, 8, "a"), later = recent(ID + 1, NOW + 1, 8, "a"),
			    longer = recent(ID, NOW, 9, "a"), slot = recent(ID, NOW + SLOT_MS, 4, "a");
	assert_true(store_recent_before(&later, &a) && !store_recent_before(&a, &later));
	assert_true(store_recent_before(&longer, &later) && !store_recent_before(&later, &longer));
	assert_true(store_recent_before(&slot, &longer) && !store_recent_before(&longer, &slot));
	static const struct {
		const char *to, *code;
		bool fits;
	} rows[] = {{"10690001", "10690001", true},
		    {"1069000112", "10690001", true},
		    {"1069", "10690001", false},
		    {"1069000112", "1069001", false},
		    {"10690001", "106", true},
		    {"10690001", "10", false},
		    {"10", "10", true},
		    {"", "", true}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(store_mo_code_fits(view_of(rows[i].to), view_of(rows[i].code)), rows[i].fits);
}

/* The newest slot first; a slot is forgotten when its time is over, at once when the next one is opened. */
static void test_slots(void **state)
{
	(void)state;
	struct store_mo_ask q = question("10690001");
	rig_raw("FLUSHDB");
	put(ID + 1, NOW - 2 * SLOT_MS, "10690001", "银行", "", "");
	put(ID + 2, NOW - SLOT_MS, "1069", "银行", "", "");
	ask(&q);
	assert_true(got.known.last.id == ID + 2);
	put(ID + 3, NOW, "10690001", "银行", "", "");
	ask(&q);
	assert_true(got.known.last.id == ID + 3);
	q.now_ms = NOW + AGE_S * 1000 + SLOT_MS;
	ask(&q);
	assert_true(got.known.last.id == 0);
	char key[64];
	snprintf(key, sizeof(key), "TTL 试:last:%lld", NOW / SLOT_MS);
	long long ttl = rig_raw(key);
	assert_true(ttl > AGE_S + SLOT_MS / 1000 && ttl <= AGE_S + SLOT_MS / 1000 + 3600);
	put(ID + 4, NOW + AGE_S * 1000 + 2 * SLOT_MS, "10690001", "银行", "", "");
	ask(&q);
	snprintf(key, sizeof(key), "EXISTS 试:last:%lld", NOW / SLOT_MS + 1);
	assert_int_equal(rig_raw(key), 0);
	snprintf(key, sizeof(key), "EXISTS 试:last:%lld", NOW / SLOT_MS);
	assert_int_equal(rig_raw(key), 1); /* it goes when the slot behind its age is opened */
	put(ID + 5, NOW + AGE_S * 1000 + SLOT_MS, "10690001", "银行", "", "");
	ask(&q);
	assert_int_equal(rig_raw(key), 0);
}

/* Opt-outs that hold when a reply comes: of all, and of the account of the last message. */
static void test_stopped(void **state)
{
	(void)state;
	struct store_mo_ask q = question("10690001");
	rig_raw("FLUSHDB");
	rig_raw("SADD 试:optout:bank " NUMBER);
	ask(&q);
	assert_false(got.known.all_stopped);
	assert_false(got.known.account_stopped); /* it is not known whom the reply answers */
	put(ID, NOW, "10690001", "bank", "", "");
	ask(&q);
	assert_false(got.known.all_stopped);
	assert_true(got.known.account_stopped);
	rig_raw("SADD 试:optout:global " NUMBER);
	ask(&q);
	assert_true(got.known.all_stopped);
	assert_true(got.known.account_stopped);
	rig_raw("SREM 试:optout:bank " NUMBER);
	ask(&q);
	assert_true(got.known.all_stopped);
	assert_false(got.known.account_stopped);
}

static void done(const char *stopped, uint64_t last, bool final)
{
	store_mo_done(rig_store, DIGEST, &(struct store_mo_end){NOW, 30000, last, stopped, final});
}

static void test_copies(void **state)
{
	(void)state;
	struct store_mo_ask q = question("10690001");
	rig_raw("FLUSHDB");
	q.digest = DIGEST;
	assert_int_equal(ask(&q), STORE_MO_NEW);
	assert_int_equal(rig_raw("EXISTS 试:mo:" DIGEST), 1);
	assert_int_equal(ask(&q), STORE_MO_NEW); /* of this node and not done: it failed, or the node died */
	store_mo_forget(rig_store, DIGEST);
	assert_int_equal(rig_raw("EXISTS 试:mo:" DIGEST), 0);
	assert_int_equal(ask(&q), STORE_MO_NEW);
	done("", 0, false);
	assert_int_equal(ask(&q), STORE_MO_COPY);
	q.now_ms = NOW + 10000;
	assert_int_equal(ask(&q), STORE_MO_COPY);
	assert_true(rig_raw("PTTL 试:mo:" DIGEST) > 20000);
	rig_raw("DEL 试:mo:" DIGEST); /* as if its time were over */
	assert_int_equal(ask(&q), STORE_MO_NEW);
	/* another node has it */
	rig_raw("SET 试:mo:" DIGEST " b9,1795338592000,0,");
	assert_int_equal(ask(&q), STORE_MO_BUSY);
	rig_raw("SET 试:mo:" DIGEST " d9,1795338592000,0,");
	assert_int_equal(ask(&q), STORE_MO_COPY);
	q.digest = ""; /* it cannot come twice */
	assert_int_equal(ask(&q), STORE_MO_NEW);
}

/* In a menu the same choice may be made again once the user was led on. */
static void test_menu(void **state)
{
	(void)state;
	struct store_mo_ask q = question("10690001");
	rig_raw("FLUSHDB");
	q.digest = DIGEST;
	rig_raw("HSET 试:to:{" NUMBER "}:menu:10690001 at 1795338592990 place 利率");
	assert_int_equal(ask(&q), STORE_MO_NEW);
	assert_string_equal(got.place, "利率");
	done("", 0, false);
	q.now_ms = NOW + 4000;
	assert_int_equal(ask(&q), STORE_MO_COPY); /* the menu has not moved since */
	rig_raw("HSET 试:to:{" NUMBER "}:menu:10690001 at 1795338593000");
	q.now_ms = NOW + 2000;
	assert_int_equal(ask(&q), STORE_MO_COPY); /* too soon for a thumb */
	q.now_ms = NOW + 4000;
	assert_int_equal(ask(&q), STORE_MO_NEW);
}

/* Another message was sent to him since, or his stop holds no more: he says the same again. */
static void test_said_again(void **state)
{
	(void)state;
	struct store_mo_ask q = question("10690001");
	rig_raw("FLUSHDB");
	q.digest = DIGEST;
	put(ID, NOW, "10690001", "银行", "", "");
	assert_int_equal(ask(&q), STORE_MO_NEW);
	done("", ID, false);
	q.now_ms = NOW + 4000;
	assert_int_equal(ask(&q), STORE_MO_COPY);
	put(ID + 1, NOW + 2000, "10690001", "银行", "", "");
	q.now_ms = NOW + 2500;
	assert_int_equal(ask(&q), STORE_MO_COPY); /* too soon */
	done("", ID, true);
	q.now_ms = NOW + 4000;
	assert_int_equal(ask(&q), STORE_MO_COPY); /* always */
	done("银行/某某,分行", ID + 1, false);
	assert_int_equal(ask(&q), STORE_MO_NEW);
	done("银行/某某,分行", ID + 1, false);
	rig_raw("SADD 试:optout:银行/某某,分行 " NUMBER);
	assert_int_equal(ask(&q), STORE_MO_COPY);
	rig_raw("SREM 试:optout:银行/某某,分行 " NUMBER);
	q.now_ms = NOW;
	assert_int_equal(ask(&q), STORE_MO_NEW);
}

static void test_answers(void **state)
{
	(void)state;
	struct store_mo_ask q = question("10690001"), other = question("1068");
	rig_raw("FLUSHDB");
	ask(&q);
	assert_int_equal(got.known.minute, 0);
	q.count = other.count = true;
	for (unsigned i = 1; i <= 3; i++) {
		ask(&q);
		assert_int_equal(got.known.minute, i);
		assert_int_equal(got.known.day, i);
	}
	ask(&other);
	assert_int_equal(got.known.minute, 1);
	assert_int_equal(got.known.day, 4);
	store_mo_unanswered(rig_store, q.number, q.code);
	ask(&q);
	assert_int_equal(got.known.minute, 3);
	assert_int_equal(got.known.day, 4);
	long long minute = rig_raw("TTL 试:to:{" NUMBER "}:answers:10690001"),
		  day = rig_raw("TTL 试:to:{" NUMBER "}:answers");
	assert_true(minute > 0 && minute <= 60);
	assert_true(day > 86000 && day <= 86400);
	/* what has expired is not made again by taking one away: it would stay for ever */
	rig_raw("DEL 试:to:{" NUMBER "}:answers");
	store_mo_unanswered(rig_store, q.number, q.code);
	assert_int_equal(rig_raw("EXISTS 试:to:{" NUMBER "}:answers"), 0);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_last),	cmocka_unit_test(test_stopped), cmocka_unit_test(test_slots),
	cmocka_unit_test(test_copies),	cmocka_unit_test(test_menu),	cmocka_unit_test(test_said_again),
	cmocka_unit_test(test_answers), cmocka_unit_test(test_recent),	cmocka_unit_test(test_recent_order),
};

int main(void)
{
	return redis_rig_main(cases, sizeof(cases) / sizeof(cases[0]));
}
