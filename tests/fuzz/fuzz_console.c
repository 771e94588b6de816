/*
 * fuzz_console.c - any octets as a request line of the console: words, options, commands and sub-commands of the real
 * table, completion, times in the past, rights. The commands themselves are replaced by one that looks at what it gets.
 * The first octet is the right of who asks.
 *
 * What must hold: an answer begins with ok or error and is UTF-8; a command gets as many words as it may have, and only
 * from who has the right; secrets stand in no text that is logged.
 */
#include <string.h>

#include "base/text.h"
#include "must.h"
#include "quiet.h"
#include "noc/complete.h"
#include "noc/request.h"
#include "noc/since.h"
#include "noc/verb.h"
#include "noc/words.h"

#define COMMANDS 64u
#define NOW_MS	 1767578400000

static struct console_command table[COMMANDS];
static struct rights *rights;
static unsigned calls;

static enum console_right needed(const struct console_call *call)
{
	enum console_right least = CONSOLE_ADMIN;
	for (const struct console_command *c = call->table; c->name; c++) {
		if (!c->subs && c->right < least)
			least = c->right;
		for (const struct console_sub *s = c->subs; s && s->name; s++)
			least = s->right < least ? s->right : least;
	}
	return least;
}

static int look(struct console_call *call)
{
	calls++;
	MUST(call->right >= needed(call) && call->n <= CONSOLE_MAX_WORDS);
	for (size_t i = 0; i < call->n; i++)
		MUST(text_valid(call->words[i], strlen(call->words[i])));
	if (call->n > 0 && *call->words[0] == 'f')
		return console_fail(call, "nothing is known of %.100s", call->words[0]);
	buf_puts(call->out, "好\n");
	return 0;
}

static void make_table(void)
{
	static char empty[] = "", mode[] = "0600", zhang[] = "zhang", hash[] = "x"; /* a hash that no secret has */
	static const struct console_conf conf = {.socket = empty,
						 .mode = mode,
						 .group = empty,
						 .read_group = empty,
						 .operate_group = empty,
						 .admin_group = empty};
	static const struct token_conf token = {.name = zhang, .token = hash, .right = 2};
	size_t n = 0;
	be_quiet();
	while (verb_table[n].name)
		n++;
	MUST(n < COMMANDS);
	memcpy(table, verb_table, n * sizeof(*table));
	for (size_t i = 0; i < n; i++)
		table[i].fn = look;
	rights = rights_new(&conf, &token, 1, NULL);
}

/* In a block with the one octet more that may be overwritten. */
static char *copy_of(struct view text)
{
	char *line = malloc(text.n + 1u);
	MUST(line);
	if (text.n > 0)
		memcpy(line, text.p, text.n);
	return line;
}

static void as_answer(struct view text, enum console_right right)
{
	static struct console_stats stats;
	const struct console_about about = {.table = table, .rights = rights, .stats = &stats};
	const struct console_asker asker = {.who = {.right = right, .uid = 1000}};
	struct buf out = {0};
	struct console_later *later = NULL;
	char *line = copy_of(text);
	unsigned before = calls;
	int rc = console_answer(&about, &asker, NOW_MS, line, text.n, &out, &later);
	free(line);
	MUST(rc != CONSOLE_LATER && !later && calls <= before + 1);
	const char *p = (const char *)buf_data(&out);
	size_t n = buf_len(&out);
	MUST(n > 3 && p[n - 1] == '\n' && text_valid(p, n));
	MUST(rc == 0 ? memcmp(p, "ok\n", 3) == 0 : n > 6 && memcmp(p, "error ", 6) == 0);
	MUST(rc != 0 || calls == before + 1);
	buf_free(&out);
}

static void as_request(struct view text)
{
	char why[CONSOLE_MAX_MESSAGE], *line = copy_of(text);
	struct request r;
	struct buf out = {0};
	int rc = request_read(table, line, text.n, &r, why, sizeof(why));
	MUST(rc == 0 || *why != '\0');
	MUST(rc != 0 || (r.command && r.needs >= CONSOLE_READ));
	request_masked(&r, &out);
	if (r.token && strlen(r.token) > 12 && buf_len(&out) > 0)
		MUST(!memmem(buf_data(&out), buf_len(&out), r.token, strlen(r.token)) || !r.command ||
		     memmem(text.p + (r.token - line) + strlen(r.token),
			    text.n - (size_t)(r.token - line) - strlen(r.token), r.token, strlen(r.token)));
	if (r.command)
		request_usage(r.command, r.sub, &out);
	buf_free(&out);
	free(line);
}

static void on_word(void *arg, const char *word)
{
	MUST(*word && strlen(word) < 100);
	++*(unsigned *)arg;
}

static void as_completion(struct view text)
{
	static const struct complete_ops ops = {on_word, on_word};
	const char *words[CONSOLE_MAX_WORDS], *why;
	char *line = copy_of(text);
	unsigned found = 0;
	int n = words_split(line, text.n, words, CONSOLE_MAX_WORDS, &why);
	if (n > 0)
		complete_words(table, words, (size_t)n, &ops, &found);
	for (int i = 0; i < n; i++) {
		int64_t ms = -1;
		MUST(!since_parse(words[i], NOW_MS, &ms) || ms <= NOW_MS);
		MUST(!since_length(words[i], &ms) || ms >= 0);
	}
	MUST(n >= 0 || *why);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > CONSOLE_MAX_REQUEST)
		return 0;
	struct view text = {data + 1, (uint32_t)size - 1};
	if (!table[0].name)
		make_table();
	as_answer(text, (enum console_right)(data[0] % 4));
	as_request(text);
	as_completion(text);
	return 0;
}
