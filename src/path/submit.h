/*
 * submit.h - judges a submit_sm before anything is done about it: fields, times, number, route, class. Pure.
 */
#ifndef PATH_SUBMIT_H
#define PATH_SUBMIT_H

#include "link/account.h"
#include "path/number.h"
#include "path/route.h"
#include "policy/class.h"

enum submit_mode { SUBMIT_STORE, SUBMIT_DATAGRAM, SUBMIT_FORWARD }; /* esm_class bits 1-0 (contract 1) */

struct submit_limits {
	int64_t validity_ms;	 /* when the app gives none */
	int64_t schedule_max_ms; /* how far ahead a schedule may lie */
};

struct submit {
	struct number to;
	const struct route *route;
	enum class_id class_id;
	enum submit_mode mode;
	int64_t due_ms;	   /* UTC: not before; 0 = now */
	int64_t expiry_ms; /* UTC */
};

/*
 * ESME_ROK with *out filled, or the status to answer and *why, a static text for the log. The first fault in the order
 * of the fields decides.
 */
uint32_t submit_judge(const struct pdu *pdu, const struct submit_limits *limits, const struct routes *routes,
		      enum class_id default_class, int64_t now_ms, struct submit *out, const char **why);

#endif
