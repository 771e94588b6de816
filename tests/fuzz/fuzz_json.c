/*
 * fuzz_json.c - any octets as JSON of somebody else: a member that is found is text, whatever the room for it, and a
 * text with more behind it is no JSON. The first octet is the room.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "must.h"
#include "base/json_read.h"
#include "base/text.h"

#define ROOM 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char whole[ROOM], cut[ROOM], more[ROOM + 1];
	if (size < 1 || size > ROOM)
		return 0;
	size_t cap = (size_t)data[0] + 1, n = size - 1;
	const char *text = (const char *)data + 1;
	enum json_kind kind = json_member(text, n, "t", whole, sizeof(whole));
	MUST(json_member(text, n, "t", cut, cap) == kind);
	MUST(strlen(cut) < cap && text_valid(cut, strlen(cut)) && text_valid(whole, strlen(whole)));
	MUST(strncmp(whole, cut, strlen(cut)) == 0);
	MUST(kind == JSON_STRING || !*whole);
	memcpy(more, text, n);
	more[n] = 'x';
	MUST(json_member(more, n + 1, "t", cut, cap) == JSON_BROKEN);
	return 0;
}
