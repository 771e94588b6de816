/*
 * tap_hide.h - what of a PDU must not stand in a capture.
 */
#ifndef LINK_TAP_HIDE_H
#define LINK_TAP_HIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Puts '*' over the password of a bind or outbind, however broken it is; with texts over texts, too: short_message and
 * message_payload behind their headers, of receipts what follows "text:". Lengths stay. */
void tap_hide(uint8_t *p, size_t n, bool texts);

#endif
