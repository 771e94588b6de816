/*
 * make_gbk.c - writes the table of GBK as C, at build time: what the C library's iconv says of each pair of octets. Not
 * installed.
 */
#include <iconv.h>
#include <stdio.h>

#include "smpp/gbk_table.h"

static uint16_t scalars[GBK_LEADS][GBK_TRAILS], pairs[GBK_SCALARS];

static void read_pair(iconv_t cd, unsigned lead, unsigned trail)
{
	char in[2] = {(char)(GBK_LEAD + lead), (char)(GBK_TRAIL + trail)}, out[4];
	char *from = in, *to = out;
	size_t from_n = sizeof(in), to_n = sizeof(out);

	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &from_n, &to, &to_n) != 0 || from_n != 0 || to_n != 2)
		return;
	uint16_t scalar = (uint16_t)((uint8_t)out[0] << 8 | (uint8_t)out[1]);
	scalars[lead][trail] = scalar;
	if (pairs[scalar] == 0)
		pairs[scalar] = (uint16_t)((GBK_LEAD + lead) << 8 | (GBK_TRAIL + trail));
}

static void print_numbers(const uint16_t *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%s%u,", i % 24 == 0 ? "\n" : "", at[i]);
}

int main(void)
{
	iconv_t cd = iconv_open("UTF-16BE", "GBK");

	if (cd == (iconv_t)-1) {
		fprintf(stderr, "make_gbk: the C library's iconv has no GBK; install its character sets\n");
		return 1;
	}
	for (unsigned lead = 0; lead < GBK_LEADS; lead++) {
		for (unsigned trail = 0; trail < GBK_TRAILS; trail++) {
			if (GBK_TRAIL + trail != 0x7F)
				read_pair(cd, lead, trail);
		}
	}
	iconv_close(cd);
	printf("/* gbk_table.c - written by make_gbk, from the C library's iconv. */\n");
	printf("#include \"smpp/gbk_table.h\"\n\nconst uint16_t gbk_scalars[GBK_LEADS][GBK_TRAILS] = {");
	for (unsigned lead = 0; lead < GBK_LEADS; lead++) {
		printf("\n{");
		print_numbers(scalars[lead], GBK_TRAILS);
		printf("},");
	}
	printf("\n};\n\nconst uint16_t gbk_pairs[GBK_SCALARS] = {");
	print_numbers(pairs, GBK_SCALARS);
	printf("\n};\n");
	return fflush(stdout) != 0;
}
