/*
 * files.h - how many files this process may open, and those that it keeps for what it cannot do without.
 */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include <stdbool.h>

/*
 * Whether fd, just opened, is one of those that are kept back: the last 64 that the limit of open files (RLIMIT_NOFILE)
 * allows, at most a quarter of it. The kernel gives out the lowest number that is free, so all below are taken then.
 * Who strangers open connections for closes such a one; links to carriers, Redis, the console, records and logs use it.
 */
bool files_reserved(int fd);

#endif
