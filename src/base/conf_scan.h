/*
 * conf_scan.h - what libconfig would do with a configuration file without a word: cut whole numbers to 32 or 64 bits,
 * end the process at an included file that cannot be read. For conf.c only.
 */
#ifndef BASE_CONF_SCAN_H
#define BASE_CONF_SCAN_H

#include <stdbool.h>

/* Adds a fault (conf_fault) for every whole number in the file at path that is too large as it is written. */
void conf_scan_numbers(const char *path, char **errors);

/*
 * Whether the file at path, and what it includes from the folder, also in included files, can be read; else with a
 * fault for each that cannot.
 */
bool conf_scan_includes(const char *path, const char *folder, char **errors);

#endif
