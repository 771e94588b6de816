/* test_resp.c - commands as octets; hiredis' own formatter is the judge. */
#include <stdlib.h>
#include "unit.h"
#include "base/redis.h"

static struct buf sent;
static int send_result;

/* Takes the place of redis.c in this program. */
int redis_send(struct redis *r, const uint8_t *cmd, size_t n, redis_fn fn, void *arg)
{
	(void)r;
	(void)fn;
	(void)arg;
	buf_put(&sent, cmd, n);
	return send_result;
}

static void check_same(const struct buf *b, int argc, const char **argv, const size_t *len)
{
	char *want;
	int n = redisFormatCommandArgv(&want, argc, argv, len);

	assert_int_equal(buf_len(b), n);
	assert_memory_equal(buf_data(b), want, (size_t)n);
	free(want);
}

static void test_command(void **state)
{
	const char *argv[] = {"HSET", "journal:1:银", "\r\n\0$5", "18446744073709551615", "0", ""};
	const size_t len[] = {4, strlen(argv[1]), 5, 20, 1, 0};
	struct buf b = {0};

	(void)state;
	resp_start(&b, 6);
	resp_str(&b, argv[0]);
	resp_arg(&b, argv[1], len[1]);
	resp_arg(&b, argv[2], len[2]);
	resp_u64(&b, UINT64_MAX);
	resp_u64(&b, 0);
	resp_arg(&b, NULL, 0);
	check_same(&b, 6, argv, len);
	buf_free(&b);
}

static void test_batch(void **state)
{
	enum { ARGS = 1234 };
	static const char *argv[ARGS];
	static size_t len[ARGS];
	struct resp_batch c = {0};

	(void)state;
	assert_int_equal(resp_batch_send(NULL, &c, NULL, NULL), -1);
	for (int round = 1; round <= ARGS; round = round * 11 + 2) {
		for (int i = 0; i < round; i++) {
			argv[i] = i == 0 ? "DEL" : "7";
			len[i] = strlen(argv[i]);
			if (i % 2 == 0)
				resp_batch_str(&c, argv[i]);
			else
				resp_batch_u64(&c, 7);
		}
		assert_int_equal(c.args, round);
		send_result = round % 2 == 0 ? 0 : -1;
		assert_int_equal(resp_batch_send(NULL, &c, NULL, NULL), send_result);
		check_same(&sent, round, argv, len);
		assert_int_equal(c.args, 0);
		buf_consume(&sent, buf_len(&sent), 1 << 20);
	}
	buf_free(&c.body);
	buf_free(&sent);
}

/* Parts of replies that are not there. */
static void test_replies(void **state)
{
	char text[] = "退订";
	redisReply string = {.type = REDIS_REPLY_STRING, .str = text, .len = strlen(text)};
	redisReply number = {.type = REDIS_REPLY_INTEGER, .integer = 8};
	redisReply *elements[] = {&string, &number};
	redisReply array = {.type = REDIS_REPLY_ARRAY, .elements = 2, .element = elements};

	(void)state;
	assert_string_equal(redis_text(&string), "退订");
	assert_string_equal(redis_text(&number), "");
	assert_string_equal(redis_text(&array), "");
	assert_ptr_equal(redis_at(&array, 0), &string);
	assert_ptr_equal(redis_at(&array, 1), &number);
	assert_int_equal(redis_at(&array, 2)->type, REDIS_REPLY_NIL);
	assert_int_equal(redis_at(&string, 0)->type, REDIS_REPLY_NIL);
	assert_string_equal(redis_text(redis_at(&string, 7)), "");
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_command),
	cmocka_unit_test(test_batch),
	cmocka_unit_test(test_replies),
};
UNIT_MAIN(cases)
