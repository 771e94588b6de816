/*
 * octets.h - octets as text: hex digits (lower case) and base64 (RFC 4648, 4), read back only in the one form that is
 * written here, so that a text stands for nothing else than its octets.
 */
#ifndef AUDIT_OCTETS_H
#define AUDIT_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 2 n digits and NUL. */
void octets_hex(const void *p, size_t n, char *out);
/* Exactly 2 n digits into n octets. */
__attribute__((warn_unused_result)) bool octets_unhex(const char *s, size_t digits, uint8_t *out, size_t n);

#define OCTETS_BASE64(n) (((n) + 2) / 3 * 4) /* characters of n octets */
/* OCTETS_BASE64(n) characters and NUL; returns them. */
size_t octets_base64(const void *p, size_t n, char *out);
/* Octets; -1: not in the one form, or more than cap. */
__attribute__((warn_unused_result)) int octets_unbase64(const char *s, size_t chars, uint8_t *out, size_t cap);

#endif
