/*
 * label.h - messages by the names that a script gives them: what was submitted, what the app was told, which ids it
 * has. A message is recognised at a carrier by its text, so each has a text of its own.
 */
#ifndef SCENE_LABEL_H
#define SCENE_LABEL_H

#include "base/list.h"
#include "smpp/charset.h"
#include "smpp/pdu.h"

#define LABEL_TEXT_MAX 40000u

struct label {
	struct list link;
	char name[64];
	const void *app; /* who submitted it */
	uint32_t sequence;
	char to[24], from[24];
	uint8_t data_coding;
	uint8_t text[LABEL_TEXT_MAX]; /* octets as submitted */
	uint32_t text_n;
	char *words;		       /* the same in UTF-8, without a header */
	uint8_t other[LABEL_TEXT_MAX]; /* what replace_sm said; other_n 0: nothing */
	uint32_t other_n;
	bool answered, told; /* told: the script has looked at the answer */
	uint32_t status;
	int64_t answered_ms; /* UTC */
	char id[32];	     /* ours; "" while not known */
	char cid[80];	     /* the carrier's, as in its last response */
	unsigned receipts;   /* that the app got */
	unsigned taken;	     /* ... and answered with ROK */
};

/* The tags of a TLV area that are neither text nor say which part it is, nor stand in every receipt: "0x0204,0x1403",
 * "none". */
#define TAGS_MAX 64u
void tags_of(struct view tlvs, char out[TAGS_MAX]);
/* TLVs of one octet with such tags. */
void tags_put(const char *tags, struct tlv_out *o);

struct labels {
	struct list all;
};

void labels_init(struct labels *ls);
void labels_free(struct labels *ls);
struct label *labels_add(struct labels *ls, const char *name); /* NULL when the name is taken */
struct label *labels_find(const struct labels *ls, const char *name);
/* Several messages of one submit_multi share id and text: then the number decides; it may be empty. */
struct label *labels_by_id(const struct labels *ls, struct view id, struct view to);
struct label *labels_by_text(const struct labels *ls, struct view text, struct view to);
/* The same by what it says: a text may reach a carrier in another alphabet. */
struct label *labels_by_words(const struct labels *ls, const char *words, struct view to);
/* The message whose text to a number has this inside. */
struct label *labels_by_piece(const struct labels *ls, struct view piece, struct view to);
/* The message to a number whose words stand inside the text. */
struct label *labels_inside(const struct labels *ls, const char *text, struct view to);
struct label *labels_by_some_words(const struct labels *ls, const char *words, struct view to);
struct label *labels_by_sequence(const struct labels *ls, const void *app, uint32_t sequence);

/*
 * A text of the script (UTF-8) as the octets of a data_coding, dcs0 being the alphabet of 0; what has no alphabet is
 * written as GSM 03.38. False when it does not fit.
 */
bool text_encode(const char *utf8, uint8_t data_coding, enum charset dcs0, uint8_t out[LABEL_TEXT_MAX], uint32_t *n);
/* And back, for messages; out has cap octets with the NUL. */
void text_decode(struct view text, uint8_t data_coding, enum charset dcs0, char *out, size_t cap);

#endif
