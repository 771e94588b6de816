/*
 * secret.h - secrets that do not stand in the configuration: "file:/path", or "credential:NAME", a file in the
 * directory that the service manager names in $CREDENTIALS_DIRECTORY. Knows no options.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#define SECRET_MAX  4096 /* octets of a secret in a file */
#define SECRET_PATH 4096
#define SECRET_WHY  512

enum secret_kind { SECRET_PLAIN /* what stands there is the secret */, SECRET_FILE, SECRET_WRONG };

/* What a value is; SECRET_FILE: its path; SECRET_WRONG: why, as the end of a sentence ("must ..."). */
enum secret_kind secret_place(const char *value, char path[SECRET_PATH], char why[SECRET_WHY]);
/*
 * The file's one line, without the newline at its end. 0, or -1 with why ("is in the file ..., which ..."). The caller
 * wipes out.
 */
__attribute__((warn_unused_result)) int secret_read(const char *path, char out[SECRET_MAX + 1], char why[SECRET_WHY]);
/* Everybody on the machine may read it. */
bool secret_is_open(const char *path);
/* The same, for a file of other things in which secrets stand: its folder must let everybody in, too. */
bool secret_shows(const char *path);
/* Overwrites a string before it is freed; NULL is harmless. */
void secret_wipe(char *s);

#endif
