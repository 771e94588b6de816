/*
 * samples.h - PDUs and messages to test with. Texts are Chinese, numbers are those that China's numbering plan never
 * gives out or the usual examples.
 */
#ifndef TESTS_PATH_SAMPLES_H
#define TESTS_PATH_SAMPLES_H

#include "path/msg.h"
#include "smpp/pdu.h"

#define SAMPLE_TO   "8613800138000"
#define SAMPLE_CODE "10690001"
#define SAMPLE_NOW  1777599000000LL /* 2026-05-01 01:30:00 UTC: 09:30 in China */

/* A small generator, so that every run tests the same. */
uint32_t sample_random(uint64_t *seed);
uint32_t sample_below(uint64_t *seed, uint32_t n);

/* A submit_sm from SAMPLE_CODE to SAMPLE_TO, data_coding 0, text "hi"; views of static octets. */
struct pdu sample_submit(void);
/* A deliver_sm of a phone to SAMPLE_CODE. */
struct pdu sample_mo(const char *octets, uint32_t n);
/* UTF-16BE of UTF-8 text. Octets written. */
uint32_t sample_ucs2(const char *utf8, uint8_t *out, uint32_t cap);
struct view sample_view(const char *s);

/* A message of account "bank" whose record holds pdu; state and number are the caller's. */
struct msg *sample_msg(struct msgs *ms, const struct pdu *pdu, uint8_t kind);

/* Asserts that a view holds just this string. */
void assert_view(struct view v, const char *want);

#endif
