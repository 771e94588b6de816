/*
 * auth.c - passwords, plain or crypt(3). Knows no SMPP and no accounts. What matched is remembered in memory, where
 * plain passwords of the configuration lie as well; nothing of it is ever printed.
 */
#include "link/auth.h"

#include <crypt.h>
#include <string.h>
#include "base/mem.h"

bool auth_is_hash(const char *secret)
{
	return secret[0] == '$';
}

/* Compares without an early end; its time does not depend on the octets. */
static bool auth_same(const char *a, const char *b)
{
	char left[AUTH_PASSWORD_MAX + 1] = "", right[AUTH_PASSWORD_MAX + 1] = "";
	size_t n = strlen(a), m = strlen(b);
	volatile unsigned char differ = n != m || n > AUTH_PASSWORD_MAX || m > AUTH_PASSWORD_MAX;

	memcpy(left, a, n <= AUTH_PASSWORD_MAX ? n : AUTH_PASSWORD_MAX);
	memcpy(right, b, m <= AUTH_PASSWORD_MAX ? m : AUTH_PASSWORD_MAX);
	for (size_t i = 0; i < sizeof(left); i++)
		differ = (unsigned char)(differ | (left[i] ^ right[i]));
	explicit_bzero(left, sizeof(left));
	explicit_bzero(right, sizeof(right));
	return differ == 0;
}

/* The octets as a string; false when they cannot be a password. */
static bool auth_string(struct view password, char out[AUTH_PASSWORD_MAX + 1])
{
	bool fits = password.n <= AUTH_PASSWORD_MAX && (password.n == 0 || memchr(password.p, 0, password.n) == NULL);

	memset(out, 0, AUTH_PASSWORD_MAX + 1);
	if (fits && password.n > 0)
		memcpy(out, password.p, password.n);
	return fits;
}

enum auth_verdict auth_compare(const struct auth *a, struct view password)
{
	char text[AUTH_PASSWORD_MAX + 1];
	bool fits = auth_string(password, text);
	bool hash = auth_is_hash(a->secret);
	const char *known = hash ? a->proven : a->secret;
	bool same = known != NULL && auth_same(known, text) && fits;

	explicit_bzero(text, sizeof(text));
	if (same)
		return AUTH_RIGHT;
	return hash ? AUTH_COSTS : AUTH_WRONG;
}

static bool auth_run(const char *hash, const char *text)
{
	struct crypt_data *data = mem_zalloc(sizeof(*data));
	const char *made = crypt_r(text, hash, data);
	bool same = made != NULL && made[0] != '*' && strlen(made) == strlen(hash);

	if (same) {
		volatile unsigned char differ = 0;
		for (size_t i = 0; made[i] != '\0'; i++)
			differ = (unsigned char)(differ | (made[i] ^ hash[i]));
		same = differ == 0;
	}
	explicit_bzero(data, sizeof(*data));
	mem_free(data);
	return same;
}

bool auth_matches(const char *hash, struct view password)
{
	char text[AUTH_PASSWORD_MAX + 1];
	bool fits = auth_string(password, text);
	bool same = auth_run(hash, text) && fits;

	explicit_bzero(text, sizeof(text));
	return same;
}

void auth_prove(struct auth *a, struct view password)
{
	char text[AUTH_PASSWORD_MAX + 1];

	if (!auth_string(password, text))
		return;
	auth_free(a);
	a->proven = mem_strdup(text);
	explicit_bzero(text, sizeof(text));
}

void auth_free(struct auth *a)
{
	if (a->proven != NULL)
		explicit_bzero(a->proven, strlen(a->proven));
	mem_free(a->proven);
	a->proven = NULL;
}
