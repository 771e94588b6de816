/*
 * make_archive.c - writes an archive with the sealer and the records' own writer. Knows no archive writer: what is
 * verified here is what doc/evidence.md says, not what one program does.
 */
#include "unit.h"

#include "make_archive.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/octets.h"
#include "base/mem.h"

static const struct {
	const char *day, *name;
} hours[MADE_HOURS] = {
	{"2026-11-22", "1-20261122T22+0800"},
	{"2026-11-22", "1-20261122T23+0800"},
	{"2026-11-23", "1-20261123T00+0800"},
	{"2026-11-23", "1-20261123T01+0800"},
};

static const char *name_of(const struct made *m, unsigned hour)
{
	return m->back && hour == 3 ? "1-20261122T22+0800-2" : hours[hour].name;
}

const char *made_path(const struct made *m, unsigned hour, const char *suffix)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/%s/%s.%s", m->dir, hours[m->back && hour == 3 ? 0 : hour].day,
		 name_of(m, hour), suffix);
	return path;
}

void made_write(const struct made *m, unsigned hour, const char *suffix, const char *text, size_t n)
{
	FILE *f = fopen(made_path(m, hour, suffix), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
}

char *made_read(const struct made *m, unsigned hour, const char *suffix, size_t *n)
{
	FILE *f = fopen(made_path(m, hour, suffix), "rb");
	char *text = mem_zalloc(1u << 20);

	assert_non_null(f);
	*n = fread(text, 1, (1u << 20) - 1, f);
	fclose(f);
	return text;
}

char *made_line(char *text, unsigned line, size_t *n)
{
	while (--line > 0)
		text = strchr(text, '\n') + 1;
	*n = strcspn(text, "\n");
	return text;
}

static void commit(struct digest *d, const uint8_t salt[16], const char *name, const char *value, char hex[33])
{
	uint8_t out[DIGEST_OCTETS];

	digest_of(d, (struct digest_piece[]){{salt, 16}, {name, strlen(name) + 1}, {value, strlen(value)}}, 3, out);
	octets_hex(out, 16, hex);
}

static void put_record(struct sealer *s, struct digest *d, uint64_t n, enum cdr_format format, struct buf *out)
{
	uint8_t salt[16], chain[DIGEST_OCTETS];
	char number[16], text[64], number_hash[33], text_hash[33], salt_hex[33], chain_hex[65];
	struct cdr c = {.kind = CDR_ACCEPTED,
			.at_ms = 1795356000000 + (int64_t)n * 1000,
			.id = 100000000000000000 + n / 4,
			.account = view_of("银行"),
			.why = view_of("他说:\"好\", 然后\\走"),
			.wait_ms = -1,
			.answer_ms = -1,
			.price = -1};
	size_t from = buf_len(out);

	for (size_t i = 0; i < sizeof(salt); i++)
		salt[i] = (uint8_t)(n * 31 + i);
	snprintf(number, sizeof(number), "86138%08u", (unsigned)n);
	snprintf(text, sizeof(text), "您的验证码是%06u,请勿告诉他人", (unsigned)n * 7);
	commit(d, salt, "number", number, number_hash);
	commit(d, salt, "text", text, text_hash);
	octets_hex(salt, sizeof(salt), salt_hex);
	c.number = view_of(number);
	cdr_write_core(&c, n, number_hash, text_hash, format, out);
	sealer_add(s, buf_data(out) + from, buf_len(out) - from, chain);
	octets_hex(chain, sizeof(chain), chain_hex);
	if (format == CDR_CSV)
		buf_printf(out, n % 7 ? ",%s,%s,%s,\"%s\",\n" : ",%s,,,,    \n", chain_hex, salt_hex, number, text);
	else if (n % 7)
		buf_printf(out, ",\"chain\":\"%s\",\"personal\":{\"salt\":\"%s\",\"number\":\"%s\",\"text\":\"%s\"}}\n",
			   chain_hex, salt_hex, number, text);
	else
		buf_printf(out, ",\"chain\":\"%s\",\"personal\":null     }\n", chain_hex);
}

static void make_hour(const struct made *m, struct sealer *s, struct digest *d, unsigned hour, enum cdr_format format)
{
	struct buf records = {0}, seal = {0};
	uint64_t first = 1 + (uint64_t)hour * MADE_EACH;

	if (format == CDR_CSV)
		cdr_write_head(&records);
	sealer_begin(s, name_of(m, hour), first);
	for (uint64_t n = first; n < first + MADE_EACH; n++) {
		put_record(s, d, n, format, &records);
		if (n == first + MADE_EACH / 2 - 1)
			sealer_state(s, 1795356000000 + (int64_t)n * 1000, false, &seal);
	}
	/* The last hour goes on: two more records that nothing is stated about. */
	sealer_state(s, 1795356000000 + (int64_t)first * 2000, hour + 1 < MADE_HOURS, &seal);
	for (uint64_t n = first + MADE_EACH; hour + 1 == MADE_HOURS && n < first + MADE_EACH + 2; n++)
		put_record(s, d, n, format, &records);
	made_write(m, hour, format == CDR_CSV ? "csv" : "jsonl", (const char *)buf_data(&records), buf_len(&records));
	made_write(m, hour, "seal", (const char *)buf_data(&seal), buf_len(&seal));
	buf_free(&records);
	buf_free(&seal);
}

void made_new(struct made *m, enum signer_type type, enum seal_digest digest, enum cdr_format format)
{
	struct sealer_conf conf = {.digest = digest, .key = m->key_file, .node = 1};
	struct digest *d = digest_new(digest);
	struct buf pem = {0};
	struct sealer *s;
	char path[96], *why = NULL;
	FILE *f;

	snprintf(m->dir, sizeof(m->dir), "/tmp/test_archive.XXXXXX");
	assert_non_null(mkdtemp(m->dir));
	for (unsigned i = 0; i < MADE_HOURS; i += 2) {
		snprintf(path, sizeof(path), "%s/%s", m->dir, hours[i].day);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	snprintf(m->key_file, sizeof(m->key_file), "%s/1.pem", m->dir);
	m->key = signer_make(type);
	assert_int_equal(signer_write_private(m->key, &pem), 0);
	f = fopen(m->key_file, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(buf_data(&pem), 1, buf_len(&pem), f), buf_len(&pem));
	fclose(f);
	s = sealer_new(&conf, &why);
	assert_non_null(s);
	for (unsigned i = 0; i < MADE_HOURS; i++)
		make_hour(m, s, d, i, format);
	sealer_free(s);
	digest_free(d);
	buf_free(&pem);
}

void made_free(struct made *m)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -r %s", m->dir);
	assert_int_equal(system(command), 0);
	signer_free(m->key);
}
