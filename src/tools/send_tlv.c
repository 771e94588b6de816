/*
 * send_tlv.c - NAME=VALUE into a TLV, by the types of the protocol's table. Knows no PDUs.
 */
#include "tools/send_tlv.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#define OCTETS_MAX 1024u

static const struct tlv_row *find_row(const char *name, size_t n)
{
	const struct tlv_row *row;

	for (unsigned i = 0; (row = tlv_at(i)); i++) {
		if (strlen(row->name) == n && memcmp(row->name, name, n) == 0)
			return row;
	}
	return NULL;
}

/* "0x3E01" as a tag; false when it is none. */
static bool read_tag(const char *name, size_t n, uint16_t *tag)
{
	char *end;
	unsigned long v;

	if (n < 3 || n > 6 || name[0] != '0' || name[1] != 'x')
		return false;
	v = strtoul(name, &end, 16);
	*tag = (uint16_t)v;
	return end == name + n && v <= UINT16_MAX;
}

static int digit(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* "0x0a0B" as octets; how many, or -1. */
static int read_octets(const char *value, uint8_t out[OCTETS_MAX])
{
	size_t n = strlen(value);
	int count = 0;

	if (n < 4 || n % 2 || strncmp(value, "0x", 2) != 0 || n / 2 > OCTETS_MAX)
		return -1;
	for (size_t i = 2; i < n; i += 2) {
		if (digit(value[i]) < 0 || digit(value[i + 1]) < 0)
			return -1;
		out[count++] = (uint8_t)(digit(value[i]) << 4 | digit(value[i + 1]));
	}
	return count;
}

static const char *put_number(const struct tlv_row *row, const char *value, struct tlv_out *o)
{
	unsigned width = row->min == row->max ? row->min : 2;
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(value, &end, strncmp(value, "0x", 2) == 0 ? 16 : 10);
	if (errno || end == value || *end || *value == '-' || (width < 4 && v >> 8 * width) || v > UINT32_MAX)
		return "its value is a number of 1, 2 or 4 octets (see smppsend(1))";
	tlv_put_int(o, row->tag, (uint32_t)v, width);
	return NULL;
}

const char *send_tlv_put(const char *name_value, struct tlv_out *o)
{
	const char *equals = strchr(name_value, '='), *why = NULL, *value;
	const struct tlv_row *row;
	uint8_t octets[OCTETS_MAX];
	uint16_t tag;
	int n;

	if (!equals)
		return "written as NAME=VALUE";
	value = equals + 1;
	row = find_row(name_value, (size_t)(equals - name_value));
	if (!row && !read_tag(name_value, (size_t)(equals - name_value), &tag))
		return "no TLV of that name; use a name of the specification or 0xTAG";
	if (row)
		tag = row->tag;
	n = read_octets(value, octets);
	if (row && row->type == TLV_INT)
		why = put_number(row, value, o);
	else if (n >= 0)
		tlv_put(o, tag, octets, (uint32_t)n);
	else if (row && row->type == TLV_CSTRING)
		tlv_put_str(o, tag, view_of(value));
	else
		tlv_put(o, tag, value, (uint32_t)strlen(value));
	return o->full ? "the TLVs are too long" : why;
}
