/*
 * steps.h - what a script can say: tables of patterns and what each does. README of the language: the tables
 * themselves.
 */
#ifndef SCENE_STEPS_H
#define SCENE_STEPS_H

#include "script.h"
#include "world.h"

enum step_kind {
	STEP_ACTS,  /* a moment passes afterwards */
	STEP_LOOKS, /* no time passes */
	STEP_SETS,  /* no time passes, no gateway is started for it */
};

struct step_row {
	const char *pattern, *options; /* options: names, blank-separated; NULL: the step reads the rest itself */
	enum step_kind kind;
	bool (*fn)(struct world *w, struct step *s);
};

/* Plays a step; steps_guard, when it is set, is asked to do so instead (starve.c). */
typedef bool steps_play_fn(struct world *w, struct step *s, bool *started);
extern bool (*steps_guard)(struct world *w, struct step *s, bool *started, steps_play_fn *play);

/* Each ends with a row whose pattern is NULL. The first row that matches counts. */
extern const struct step_row steps_alarm[];
extern const struct step_row steps_app[];
extern const struct step_row steps_carrier[];
extern const struct step_row steps_credit[];
extern const struct step_row steps_event[];
extern const struct step_row steps_record[];
extern const struct step_row steps_policy[];
extern const struct step_row steps_campaign[]; /* before steps_gateway */
extern const struct step_row steps_webhook[];
extern const struct step_row steps_watch[];
extern const struct step_row steps_dial[];
extern const struct step_row steps_got[];
extern const struct step_row steps_gateway[];
extern const struct step_row steps_backlog[];
extern const struct step_row steps_routing[]; /* before steps_carrier */
extern const struct step_row steps_parts[];   /* before steps_carrier and steps_got, for the same reason */
extern const struct step_row steps_ops[];     /* before steps_app: some of its patterns are longer */

/* The app or carrier that a step names; NULL with a message. */
struct app *steps_find_app(struct world *w, const struct step *s, const char *name);
struct smsc *steps_find_smsc(struct world *w, const struct step *s, const char *name);
/* What a submit's options ask for: l's text, which steps_make_text() gives it, and all fields but the destination. */
#define STEPS_SUBMIT_OPTIONS                                                                                           \
	"text from class campaign variant group service receipt priority replace schedule validity mode dcs "          \
	"kind part of ref repeat tlvs"
#define STEPS_TLVS_MAX (LABEL_TEXT_MAX + 1024u)
bool steps_make_text(const struct step *s, enum charset dcs0, struct label *l);
void steps_fill_submit(const struct step *s, struct label *l, uint8_t tlvs[STEPS_TLVS_MAX], struct pdu *pdu);
/* A status as a script writes it; false with a message. */
bool steps_read_status(const struct step *s, const char *word, uint32_t *status);
/* "ok" or "0x58" of a status, for messages. Static, overwritten by the fifth call after. */
const char *steps_status(uint32_t status);
/* What apps and carriers have got that no step has looked at; false with a message. */
bool steps_app_end(const struct app *a, const struct step *last);
bool steps_carrier_end(const struct smsc *s, const struct step *last);

#endif
