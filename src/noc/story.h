/*
 * story.h - records of the archive as the story of one message, for people: a line per step, in words. Pure: knows no
 * archive, no gateway.
 */
#ifndef NOC_STORY_H
#define NOC_STORY_H

#include "audit/search.h"
#include "base/buf.h"

struct story;
/* Of the message: the app's id, or ours; 0: of records that are of no message, such as refused submits. */
struct story *story_new(uint64_t id);
void story_free(struct story *s); /* NULL does no harm */
uint64_t story_id(const struct story *s);
uint64_t story_app_id(const struct story *s); /* as its records have it; story_id() without any */
/* A record of it, in any order; copied. start and stop of a gateway may stand among them. */
void story_add(struct story *s, const struct search_hit *hit);
size_t story_steps(const struct story *s);
/* UTC ms of the first and the last step; 0: there is none. */
int64_t story_begin_ms(const struct story *s);
int64_t story_end_ms(const struct story *s);
bool story_ended(const struct story *s); /* the record of its end is there, and it was not reopened */
/*
 * Head and steps, oldest first: local time with zone as recorded, the time since acceptance, what happened. whole:
 * numbers and texts as far as the records have them; else numbers are masked, and texts counted.
 */
void story_print(struct story *s, bool whole, struct buf *out);
/* The same as members of an object: "id":"...","records":[{...},...], the fields of the records by their names. */
void story_json(struct story *s, bool whole, struct buf *out);

/* A record as one JSON object of its fields (and number, text when whole), and as a row of CSV after that head. */
void story_record_json(const struct cdr_line *l, struct view number, struct view text, bool whole, struct buf *out);
void story_record_csv(const struct cdr_line *l, struct view number, struct view text, bool whole, struct buf *out);
void story_csv_head(bool whole, struct buf *out);
/* What a record tells, in words, without its time. */
void story_sentence(const struct cdr_line *l, struct view text, bool whole, struct buf *out);

#endif
