/*
 * gbk.c - GBK, both ways. Knows pairs of octets and scalar values, no strings.
 */
#include "smpp/gbk.h"

#include "smpp/gbk_table.h"

bool gbk_is_pair(uint8_t lead, uint8_t trail)
{
	return lead >= GBK_LEAD && lead < GBK_LEAD + GBK_LEADS && trail >= GBK_TRAIL &&
	       trail < GBK_TRAIL + GBK_TRAILS && trail != 0x7F;
}

int32_t gbk_scalar(uint8_t lead, uint8_t trail)
{
	if (!gbk_is_pair(lead, trail) || gbk_scalars[lead - GBK_LEAD][trail - GBK_TRAIL] == 0)
		return -1;
	return gbk_scalars[lead - GBK_LEAD][trail - GBK_TRAIL];
}

uint16_t gbk_pair(int32_t scalar)
{
	return scalar > 0x7F && scalar < (int32_t)GBK_SCALARS ? gbk_pairs[scalar] : 0;
}
