/*
 * country.h - calling codes (ITU-T E.164) and the ISO 3166 names of the countries that have them. Pure.
 */
#ifndef PATH_COUNTRY_H
#define PATH_COUNTRY_H

#include "path/number.h"

/*
 * Walks the codes of a country: *at is 0 at first. name is an ISO name of two letters in any case ("CN", "CA") or a
 * calling code itself ("86"). NULL when there is none or no more. A country may have several codes (Canada's are area
 * codes behind 1), and share one with others (Norway and Svalbard).
 */
const char *country_code(const char *name, size_t *at);
/* The code that a number begins with, longest first: "1204", not "1", for Canada. NULL: nobody's. Static text. */
const char *country_code_of(const struct number *number);
/* The ISO names that have a code, with blanks between; NULL: no such code. Static text. */
const char *country_names(const char *code);

#endif
