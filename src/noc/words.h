/*
 * words.h - splits a request line into words: blanks between them, "..." around one with blanks in it, in which \" and
 * \\ stand for " and \. Pure.
 */
#ifndef NOC_WORDS_H
#define NOC_WORDS_H

#include <stddef.h>

/*
 * line: n octets without the newline, followed by one octet that may be overwritten; it is changed, words[] point into
 * it. How many words there are, or -1 with *why static text: a quote without end, something behind a closing quote, a
 * control character, invalid UTF-8, more than max words.
 */
int words_split(char *line, size_t n, const char **words, size_t max, const char **why);

#endif
