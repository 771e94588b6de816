/*
 * columns.h - how wide a character is on a terminal. Pure.
 */
#ifndef BASE_COLUMNS_H
#define BASE_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

/* 2: East Asian wide and full-width; 0: combining marks, joiners, variation selectors; else 1. */
unsigned columns_of(int32_t scalar);
/* Of n octets of UTF-8; an invalid octet counts 1. */
size_t columns_of_text(const char *text, size_t n);
/* The longest prefix, in octets, that takes at most max columns; *columns: those that it takes. */
size_t columns_cut(const char *text, size_t n, size_t max, size_t *columns);

#endif
