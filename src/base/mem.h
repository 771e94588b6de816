/*
 * mem.h - allocation: start-up and per-connection memory through mem_*, which end the process with a clear message when
 * there is none; per-message memory through pools (pool.h) and size classes (slab.h), which say no (NULL) so that the
 * peer can be told. What was acknowledged must not be forgotten for want of memory: mem_none() then, and the next
 * process finds it in the store.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdint.h>
#include "base/pool.h"
#include "base/slab.h"

void *mem_zalloc(size_t n);		    /* zeroed, never NULL */
void *mem_realloc(void *p, size_t n);	    /* never NULL; n = 0 counts as 1 */
char *mem_strdup(const char *s);	    /* NULL for NULL */
char *mem_strndup(const void *s, size_t n); /* n octets and a NUL */
void mem_free(void *p);
/* Ends the process: there is no memory for what (in words). */
_Noreturn void mem_none(const char *what);

#endif
