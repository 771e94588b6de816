/*
 * samples.c - PDUs and messages to test with.
 */
#include "samples.h"

#include "smpp/charset.h"
#include "unit.h"

uint32_t sample_random(uint64_t *seed)
{
	*seed += 0x9E3779B97F4A7C15u;
	uint64_t z = *seed;
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return (uint32_t)(z >> 32);
}

uint32_t sample_below(uint64_t *seed, uint32_t n)
{
	return (uint32_t)((uint64_t)sample_random(seed) * n >> 32);
}

struct view sample_view(const char *s)
{
	return (struct view){(const uint8_t *)s, (uint32_t)strlen(s)};
}

struct pdu sample_submit(void)
{
	struct pdu pdu = {.command_id = SUBMIT_SM, .sequence = 7, .has_body = true};
	pdu.sm.src = (struct pdu_addr){0, 1, sample_view(SAMPLE_CODE)};
	pdu.sm.dst = (struct pdu_addr){1, 1, sample_view(SAMPLE_TO)};
	pdu.sm.registered_delivery = 1;
	pdu.sm.short_message = sample_view("hi");
	return pdu;
}

struct pdu sample_mo(const char *octets, uint32_t n)
{
	struct pdu pdu = {.command_id = DELIVER_SM, .sequence = 9, .has_body = true};
	pdu.sm.src = (struct pdu_addr){1, 1, sample_view(SAMPLE_TO)};
	pdu.sm.dst = (struct pdu_addr){0, 1, sample_view(SAMPLE_CODE)};
	pdu.sm.short_message = (struct view){(const uint8_t *)octets, n};
	return pdu;
}

uint32_t sample_ucs2(const char *utf8, uint8_t *out, uint32_t cap)
{
	long n = charset_convert(CHARSET_UTF8, sample_view(utf8), CHARSET_UCS2, false, out, cap);
	assert_true(n >= 0);
	return (uint32_t)n;
}

struct msg *sample_msg(struct msgs *ms, const struct pdu *pdu, uint8_t kind)
{
	static uint8_t frame[PDU_MAX_DEFAULT + 1024];
	size_t n = pdu_encode(pdu, frame, sizeof(frame));
	struct record r = {.kind = kind,
			   .accept_ms = SAMPLE_NOW,
			   .expiry_ms = SAMPLE_NOW + 3600000,
			   .account = sample_view("bank"),
			   .frame = {frame, (uint32_t)n}};
	assert_true(n > 0);
	struct msg *m = msgs_take(ms);
	assert_non_null(m);
	assert_int_equal(msg_set_record(ms, m, &r), 0);
	m->ends_ms = r.expiry_ms;
	return m;
}

void assert_view(struct view v, const char *want)
{
	assert_int_equal(v.n, strlen(want));
	if (v.n)
		assert_memory_equal(v.p, want, v.n);
}
