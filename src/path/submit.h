/*
 * submit.h - judges a submit_sm before anything is done about it: fields, times, number, class. A data_sm of an
 * app is made one first. Pure.
 */
#ifndef PATH_SUBMIT_H
#define PATH_SUBMIT_H

#include "link/account.h"
#include "path/number.h"
#include "policy/class.h"
#include "policy/classes.h"
#include "policy/policy.h"

enum submit_mode { SUBMIT_STORE, SUBMIT_DATAGRAM, SUBMIT_FORWARD }; /* esm_class bits 1-0 (contract 1) */

struct submit_limits {
	int64_t validity_ms;		/* when the app gives none, nor the message's class */
	int64_t schedule_max_ms;	/* how far ahead a schedule may lie */
	const struct class_rule *rules; /* CLASSES of them; NULL: none */
};

struct submit {
	struct number to;
	uint16_t route; /* this and taker, filled by who decides it, not by submit_judge() */
	uint16_t taker; /* the carrier of the route that takes first */
	enum class_id class_id;
	enum submit_mode mode;
	int64_t due_ms;	   /* UTC: not before; 0 = now */
	int64_t expiry_ms; /* UTC */

	/* What policy "source" says against its sender code: POLICY_OFF when nothing. Filled by flow_sender.c. */
	enum policy_mode source;

	/* Filled by flow_policy.c. */
	uint32_t sign;	 /* policy_sign() of its signature */
	uint8_t verdict; /* enum policy_id that holds it for review */
	bool review;
	bool gather; /* a part: judged when all of the text is there */
};

/*
 * ESME_ROK with *out filled, or the status to answer and *why, a static text for the log. The first fault in the order
 * of the fields decides.
 */
uint32_t submit_judge(const struct pdu *pdu, const struct submit_limits *limits, enum class_id default_class,
		      int64_t now_ms, struct submit *out, const char **why);

struct submit_times {
	int64_t due_ms, expiry_ms; /* as in struct submit */
};
/*
 * Reads schedule_delivery_time and validity_period. keep: what stands where a field is empty (replace_sm); NULL: now,
 * and validity_ms from the schedule on.
 */
uint32_t submit_times(struct view schedule, struct view validity, const struct submit_limits *limits,
		      int64_t validity_ms, int64_t now_ms, const struct submit_times *keep, struct submit_times *out,
		      const char **why);

struct submit_scratch {
	uint8_t tlvs[PDU_MAX_DEFAULT];
	char validity[17];
};
/*
 * The submit_sm that means what a data_sm of an app says: a text that fits goes into short_message, qos_time_to_live
 * becomes the validity_period, TLVs that only data_sm has are left out. ESME_ROK, or the status to answer and *why. Out
 * borrows data and scratch.
 */
uint32_t submit_from_data(const struct pdu *data, struct submit_scratch *scratch, struct pdu *out, const char **why);

#endif
