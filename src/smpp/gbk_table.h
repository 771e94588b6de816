/*
 * gbk_table.h - the table of GBK, for gbk.c only. It is written at build time by src/tools/make_gbk.c, from the C
 * library's iconv.
 */
#ifndef SMPP_GBK_TABLE_H
#define SMPP_GBK_TABLE_H

#include <stdint.h>

#define GBK_LEAD    0x81u
#define GBK_LEADS   126u
#define GBK_TRAIL   0x40u
#define GBK_TRAILS  191u
#define GBK_SCALARS 0x10000u

extern const uint16_t gbk_scalars[GBK_LEADS][GBK_TRAILS]; /* of a pair; 0: none */
extern const uint16_t gbk_pairs[GBK_SCALARS];		  /* of a scalar value, lead << 8 | trail; 0: none */

#endif
