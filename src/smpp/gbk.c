/*
 * gbk.c - the table of GBK, both ways, from the C library. Knows pairs of octets and scalar values, no strings.
 */
#include "smpp/gbk.h"

#include <iconv.h>
#include <stddef.h>

#define LEADS  (0xFE - 0x81 + 1)
#define TRAILS (0xFE - 0x40 + 1)

static uint16_t scalars[LEADS][TRAILS]; /* 0: none */
static uint16_t pairs[0x10000];		/* 0: none */
static enum { UNREAD, READ, MISSING } state;

bool gbk_is_pair(uint8_t lead, uint8_t trail)
{
	return lead >= 0x81 && lead <= 0xFE && trail >= 0x40 && trail <= 0xFE && trail != 0x7F;
}

static void read_pair(iconv_t cd, uint8_t lead, uint8_t trail)
{
	char in[2] = {(char)lead, (char)trail}, out[4];
	char *from = in, *to = out;
	size_t from_n = sizeof in, to_n = sizeof out;

	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &from_n, &to, &to_n) != 0 || from_n != 0 || to_n != 2)
		return;
	uint16_t scalar = (uint16_t)((uint8_t)out[0] << 8 | (uint8_t)out[1]);
	scalars[lead - 0x81][trail - 0x40] = scalar;
	if (pairs[scalar] == 0)
		pairs[scalar] = (uint16_t)(lead << 8 | trail);
}

static void read_table(void)
{
	iconv_t cd = iconv_open("UTF-16BE", "GBK");

	state = cd == (iconv_t)-1 ? MISSING : READ;
	if (state == MISSING)
		return;
	for (unsigned lead = 0x81; lead <= 0xFE; lead++)
		for (unsigned trail = 0x40; trail <= 0xFE; trail++)
			if (gbk_is_pair((uint8_t)lead, (uint8_t)trail))
				read_pair(cd, (uint8_t)lead, (uint8_t)trail);
	iconv_close(cd);
}

bool gbk_available(void)
{
	if (state == UNREAD)
		read_table();
	return state == READ;
}

int32_t gbk_scalar(uint8_t lead, uint8_t trail)
{
	if (!gbk_is_pair(lead, trail) || !gbk_available() || scalars[lead - 0x81][trail - 0x40] == 0)
		return -1;
	return scalars[lead - 0x81][trail - 0x40];
}

uint16_t gbk_pair(int32_t scalar)
{
	return scalar > 0x7F && scalar < 0x10000 && gbk_available() ? pairs[scalar] : 0;
}
