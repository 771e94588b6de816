/*
 * evidence_common.c - files, keys and times as the commands of smppevidence take them. Must not know what a command
 * does with them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "tools/evidence.h"

enum evidence_exit evidence_fail(char *why)
{
	fprintf(stderr, "smppevidence: %s\n", why ? why : "out of memory");
	free(why);
	return EVIDENCE_UNREADABLE;
}

bool evidence_keys_open(const struct opts_list *files, struct evidence_keys *out)
{
	char *why = NULL;

	out->n = 0;
	for (unsigned i = 0; i < files->n; i++) {
		out->key[out->n] = signer_public(files->item[i], &why);
		if (!out->key[out->n]) {
			evidence_fail(why);
			evidence_keys_free(out);
			return false;
		}
		out->n++;
	}
	return true;
}

void evidence_keys_free(struct evidence_keys *k)
{
	while (k->n > 0)
		signer_free(k->key[--k->n]);
}

struct box *evidence_box(const char *file, enum seal_digest digest, bool *bad)
{
	char *why = NULL;
	struct box *box = file && *file ? box_new(file, digest, &why) : NULL;

	*bad = file && *file && !box;
	if (*bad)
		evidence_fail(why);
	return box;
}

static bool told(const char *file)
{
	fprintf(stderr, "smppevidence: %s: %s\n", file, strerror(errno));
	return false;
}

bool evidence_read(const char *file, struct buf *out)
{
	bool input = strcmp(file, "-") == 0;
	int fd = input ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	while (fd >= 0 && buf_len(out) <= PROOF_MAX) {
		n = read(fd, buf_room(out, 65537), 65536);
		if (n <= 0)
			break;
		buf_filled(out, (size_t)n);
	}
	if (fd >= 0 && n > 0)
		errno = EFBIG;
	if (n != 0)
		told(file);
	else
		*buf_room(out, 1) = '\0';
	if (fd >= 0 && !input)
		close(fd);
	return n == 0;
}

int evidence_write(const char *file, const struct buf *text, unsigned mode, bool fresh)
{
	bool output = !file || strcmp(file, "-") == 0;
	int fd = output ? STDOUT_FILENO : open(file, O_WRONLY | O_CREAT | O_CLOEXEC | (fresh ? O_EXCL : O_TRUNC), mode);
	size_t at = 0;
	ssize_t n = 0;

	while (fd >= 0 && at < buf_len(text)) {
		n = write(fd, buf_data(text) + at, buf_len(text) - at);
		if (n < 0 && errno != EINTR)
			break;
		at += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0 && !output && close(fd) != 0)
		n = -1;
	if (fd >= 0 && n >= 0)
		return 0;
	told(output ? "standard output" : file);
	return -1;
}

int64_t evidence_time(const char *text)
{
	static const char *const forms[] = {
		"%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H%z", "%Y-%m-%dT%H:%M:%S",
		"%Y-%m-%dT%H:%M",      "%Y-%m-%dT%H",	   "%Y-%m-%d"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm t = {.tm_isdst = -1};
		const char *end = strptime(text, forms[i], &t);
		long east = t.tm_gmtoff;

		if (!end || *end)
			continue;
		t.tm_isdst = -1;
		return (i < 3 ? (int64_t)timegm(&t) - east : (int64_t)mktime(&t)) * 1000;
	}
	return -1;
}
