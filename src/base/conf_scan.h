/*
 * conf_scan.h - whole numbers that libconfig would cut to 32 or 64 bits without a word. For conf.c only.
 */
#ifndef BASE_CONF_SCAN_H
#define BASE_CONF_SCAN_H

/* Adds a fault (conf_fault) for every whole number in the file at path that is too large as it is written. */
void conf_scan_numbers(const char *path, char **errors);

#endif
