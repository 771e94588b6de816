/*
 * mem.c - memory that must be there: start-up and connections. Ends the process with a message when the system has no
 * more, because a gateway without memory for its own structures cannot keep its promises.
 */
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *mem_check(void *p, size_t n)
{
	if (p == NULL) {
		fprintf(stderr, "smppgw: out of memory: %zu octets refused; raise the service's limit\n", n);
		abort();
	}
	return p;
}

void *mem_zalloc(size_t n)
{
	return mem_check(calloc(1, n > 0 ? n : 1), n);
}

void *mem_realloc(void *p, size_t n)
{
	return mem_check(realloc(p, n > 0 ? n : 1), n);
}

char *mem_strdup(const char *s)
{
	return s == NULL ? NULL : mem_strndup(s, strlen(s));
}

char *mem_strndup(const void *s, size_t n)
{
	char *copy = mem_check(malloc(n + 1), n + 1);

	if (n > 0)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

void mem_none(const char *what)
{
	fprintf(stderr, "smppgw: out of memory: no room for %s; raise the service's limit\n", what);
	abort();
}

void mem_free(void *p)
{
	free(p);
}
