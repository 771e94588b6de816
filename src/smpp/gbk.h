/*
 * gbk.h - the Chinese alphabet GBK (data_coding 15 at Chinese carriers), for charset.c only.
 */
#ifndef SMPP_GBK_H
#define SMPP_GBK_H

#include <stdbool.h>
#include <stdint.h>

/* Whether two octets are formed like a character: 81-FE, then 40-FE without 7F. */
bool gbk_is_pair(uint8_t lead, uint8_t trail);

/* The scalar value of a pair, -1 where the table is empty. */
int32_t gbk_scalar(uint8_t lead, uint8_t trail);

/* The pair of a scalar value over 0x7F as lead << 8 | trail; 0 when there is none. */
uint16_t gbk_pair(int32_t scalar);

#endif
