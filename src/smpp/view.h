/*
 * view.h - a borrowed run of octets. The room src/smpp hands these out instead of copies.
 * A view never owns: it lives as long as the buffer it points into.
 */
#ifndef SMPP_VIEW_H
#define SMPP_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct view {
	const uint8_t *p; /* NULL only when n is 0 */
	uint32_t n;	  /* octets */
};

/* A view of a NUL-terminated string; borrows it, leaves the NUL out. */
static inline struct view view_of(const char *s)
{
	return (struct view){(const uint8_t *)s, s ? (uint32_t)strlen(s) : 0};
}

static inline bool view_eq(struct view a, struct view b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

#endif
