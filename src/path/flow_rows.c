/*
 * flow_rows.c - the tables of the flow: options of section messages, counters. Must not know the order of a life.
 */
#include "path/flow_rows.h"

const struct conf_row messages_rows[] = {
	{"max_held", CONF_INT, offsetof(struct messages_conf, max_held), "messages", 1000, 100000000, "5000000", false,
	 "Most messages in memory; over it submits get ESME_RMSGQFUL.", NULL},
	{"validity", CONF_INT, offsetof(struct messages_conf, validity), "s", 1, 2592000, "172800", true,
	 "How long a message may wait to be sent when the app gives no validity_period.", NULL},
	{"attempts", CONF_INT, offsetof(struct messages_conf, attempts), "", 1, 250, "12", true,
	 "Most submits of one message to carriers; refusals for pace are not counted.", NULL},
	{"retry", CONF_INT, offsetof(struct messages_conf, retry), "ms", 10, 3600000, "5000", true,
	 "First pause after a temporary error of a carrier; doubles.", NULL},
	{"retry_max", CONF_INT, offsetof(struct messages_conf, retry_max), "ms", 10, 86400000, "300000", true,
	 "Longest pause after a temporary error of a carrier.", NULL},
	{"park", CONF_INT, offsetof(struct messages_conf, park), "s", 1, 86400, "60", true,
	 "How long a receipt for an id that is not known yet is kept.", NULL},
	{"max_parked", CONF_INT, offsetof(struct messages_conf, max_parked), "receipts", 0, 10000000, "100000", true,
	 "Most receipts kept for ids that are not known yet.", NULL},
	{"schedule_max", CONF_INT, offsetof(struct messages_conf, schedule_max), "s", 0, 31536000, "3024000", true,
	 "How far ahead schedule_delivery_time may lie; beyond it ESME_RINVSCHED.", NULL},
	{"max_bytes", CONF_INT, offsetof(struct messages_conf, max_bytes), "octets", 0, 1099511627776, "0", true,
	 "Most memory for messages; over it submits get ESME_RMSGQFUL; 0: no bound.", NULL},
	{"query_keep", CONF_INT, offsetof(struct messages_conf, query_keep), "s", 0, 31536000, "86400", false,
	 "How long query_sm finds a message that has ended; 0: not at all.", NULL},
	{"doubt_keep", CONF_INT, offsetof(struct messages_conf, doubt_keep), "s", 1, 2592000, "86400", true,
	 "How long a message whose submit was not answered is held for a receipt or the operator, at most "
	 "store.receipt_horizon; then it ends UNKNOWN.",
	 NULL},
	{"campaign_keep", CONF_INT, offsetof(struct messages_conf, campaign_keep), "s", 3600, 315360000, "7776000",
	 true, "How long what was counted of a campaign is kept after its last change.", NULL},
	{"policy_deadline", CONF_INT, offsetof(struct messages_conf, policy_deadline), "ms", 10, 60000, "1000", true,
	 "How long an answer about a message's recipient is awaited; then each policy says whether the message goes.",
	 NULL},
	{"gather", CONF_INT, offsetof(struct messages_conf, gather), "s", 1, 3600, "60", true,
	 "How long the parts of a text that an app has cut itself wait for the missing ones, where policies see the "
	 "whole text.",
	 NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

static const struct {
	const char *name;
	enum message_state state;
	uint32_t status; /* to an app that waits for the carrier's answer (mode 2); ESME_ROK: it has its answer */
} finishes[FINISHES] = {
	[FINISH_DELIVERED] = {"delivered", STATE_DELIVERED, ESME_ROK},
	[FINISH_FAILED] = {"failed", STATE_UNDELIVERABLE, ESME_ROK},
	[FINISH_REFUSED] = {"refused_by_carrier", STATE_REJECTED, ESME_ROK},
	[FINISH_EXPIRED] = {"expired", STATE_EXPIRED, ESME_RSUBMITFAIL},
	[FINISH_NO_RECEIPT] = {"no_receipt", STATE_EXPIRED, ESME_ROK},
	[FINISH_ATTEMPTS] = {"attempts_used_up", STATE_UNDELIVERABLE, ESME_RSUBMITFAIL},
	[FINISH_UNSENDABLE] = {"unsendable", STATE_UNDELIVERABLE, ESME_RSUBMITFAIL},
	[FINISH_OPTED_OUT] = {"opted_out", STATE_DELETED, SGW_OPTED_OUT},
	[FINISH_POLICY] = {"policy", STATE_DELETED, ESME_RSUBMITFAIL},
	[FINISH_NO_ROUTE] = {"no_route", STATE_UNDELIVERABLE, ESME_RINVDSTADR},
	[FINISH_CANCELLED] = {"cancelled", STATE_DELETED, ESME_RSUBMITFAIL},
	[FINISH_REPLACED] = {"replaced", STATE_DELETED, ESME_RSUBMITFAIL},
	[FINISH_IN_DOUBT] = {"in_doubt", STATE_UNKNOWN, ESME_RSUBMITFAIL},
};

const char *finish_name(enum finish f)
{
	return finishes[f].name;
}

enum message_state finish_state(enum finish f)
{
	return finishes[f].state;
}

uint32_t finish_status(enum finish f)
{
	return finishes[f].status;
}

/* Statuses that the gateway gives to submits; others are counted with ESME_RUNKNOWNERR's row. */
static const uint32_t refusals[FLOW_REFUSALS] = {
	ESME_RINVMSGLEN,       ESME_RINVCMDID,	  ESME_RINVESMCLASS, ESME_RINVPRTFLG,	ESME_RINVREGDLVFLG,
	ESME_RINVREPFLAG,      ESME_RINVDFTMSGID, ESME_RINVDSTADR,   ESME_RINVSCHED,	ESME_RINVEXPIRY,
	ESME_RINVOPTPARAMVAL,  ESME_RSYSERR,	  ESME_RMSGQFUL,     SGW_OPTED_OUT,	ESME_RSUBMITFAIL,
	ESME_RINVSRCADR,       ESME_RINVMSGID,	  ESME_RCANCELFAIL,  ESME_RREPLACEFAIL, ESME_RINVDLNAME,
	ESME_RMISSINGOPTPARAM, SGW_NO_CREDIT,	  ESME_RUNKNOWNERR,
};

void flow_count_refusal(struct flow_stats *stats, uint32_t status)
{
	size_t i = 0;
	while (i < FLOW_REFUSALS - 1 && refusals[i] != status)
		i++;
	stats->refused[i]++;
}

#define AT(member) offsetof(struct flow_stats, member)
#define REFUSED(i, name)                                                                                               \
	{                                                                                                              \
		"smppgw_refused_total", "Requests of apps that were refused, by command_status.", STATS_COUNTER,       \
			AT(refused) + (i) * sizeof(uint64_t), "status", name                                           \
	}
#define BOUND(b, name)                                                                                                 \
	{                                                                                                              \
		"smppgw_bounds_total", "Messages refused with ESME_RMSGQFUL, by the bound that was reached.",          \
			STATS_COUNTER, AT(bounds) + (b) * sizeof(uint64_t), "bound", name                              \
	}
#define FINISHED(f, name)                                                                                              \
	{                                                                                                              \
		"smppgw_finished_total", "Messages that ended, by how.", STATS_COUNTER,                                \
			AT(finished) + (f) * sizeof(uint64_t), "how", name                                             \
	}
#define FAULT(f, name)                                                                                                 \
	{                                                                                                              \
		"smppgw_faults_total",                                                                                 \
			"Errors of carriers: refused submits and failed receipts, by what they are "                   \
			"about.",                                                                                      \
			STATS_COUNTER, AT(faults) + (f) * sizeof(uint64_t), "class", name                              \
	}
#define SEND(c, name)                                                                                                  \
	{                                                                                                              \
		"smppgw_send_seconds", "From a submit_sm of an app to the carrier's response.", STATS_HISTOGRAM,       \
			AT(send) + (c) * sizeof(struct histogram), "class", name                                       \
	}
#define STATE(s, name)                                                                                                 \
	{                                                                                                              \
		"smppgw_messages", "Messages in memory, by where they are in their life.", STATS_GAUGE,                \
			AT(by_state) + (s) * sizeof(uint64_t), "state", name                                           \
	}

const struct stats_row flow_stat_rows[] = {
	{"smppgw_accepted_total", "Messages stored and acknowledged to apps.", STATS_COUNTER, AT(accepted), NULL, NULL},
	REFUSED(0, "ESME_RINVMSGLEN"),
	REFUSED(1, "ESME_RINVCMDID"),
	REFUSED(2, "ESME_RINVESMCLASS"),
	REFUSED(3, "ESME_RINVPRTFLG"),
	REFUSED(4, "ESME_RINVREGDLVFLG"),
	REFUSED(5, "ESME_RINVREPFLAG"),
	REFUSED(6, "ESME_RINVDFTMSGID"),
	REFUSED(7, "ESME_RINVDSTADR"),
	REFUSED(8, "ESME_RINVSCHED"),
	REFUSED(9, "ESME_RINVEXPIRY"),
	REFUSED(10, "ESME_RINVOPTPARAMVAL"),
	REFUSED(11, "ESME_RSYSERR"),
	REFUSED(12, "ESME_RMSGQFUL"),
	REFUSED(13, "opted_out"),
	REFUSED(14, "ESME_RSUBMITFAIL"),
	REFUSED(15, "ESME_RINVSRCADR"),
	REFUSED(16, "ESME_RINVMSGID"),
	REFUSED(17, "ESME_RCANCELFAIL"),
	REFUSED(18, "ESME_RREPLACEFAIL"),
	REFUSED(19, "ESME_RINVDLNAME"),
	REFUSED(20, "ESME_RMISSINGOPTPARAM"),
	REFUSED(21, "no_credit"),
	REFUSED(22, "other"),
	BOUND(BOUND_MESSAGES, "messages"),
	BOUND(BOUND_BYTES, "memory"),
	BOUND(BOUND_ACCOUNT, "account"),
	BOUND(BOUND_CARRIER, "carrier"),
	BOUND(BOUND_BACKLOG, "backlog"),
	FINISHED(FINISH_DELIVERED, "delivered"),
	FINISHED(FINISH_FAILED, "failed"),
	FINISHED(FINISH_REFUSED, "refused_by_carrier"),
	FINISHED(FINISH_EXPIRED, "expired"),
	FINISHED(FINISH_NO_RECEIPT, "no_receipt"),
	FINISHED(FINISH_ATTEMPTS, "attempts_used_up"),
	FINISHED(FINISH_UNSENDABLE, "unsendable"),
	FINISHED(FINISH_OPTED_OUT, "opted_out"),
	FINISHED(FINISH_POLICY, "policy"),
	FINISHED(FINISH_NO_ROUTE, "no_route"),
	FINISHED(FINISH_CANCELLED, "cancelled"),
	FINISHED(FINISH_REPLACED, "replaced"),
	FINISHED(FINISH_IN_DOUBT, "in_doubt"),
	{"smppgw_health_changes_total", "Carriers that were left, tried again, or trusted again.", STATS_COUNTER,
	 AT(health) + HEALTH_AWAY * sizeof(uint64_t), "state", "away"},
	{"smppgw_health_changes_total", "Carriers that were left, tried again, or trusted again.", STATS_COUNTER,
	 AT(health) + HEALTH_PROVING * sizeof(uint64_t), "state", "proving"},
	{"smppgw_health_changes_total", "Carriers that were left, tried again, or trusted again.", STATS_COUNTER,
	 AT(health) + HEALTH_GOOD * sizeof(uint64_t), "state", "good"},
	{"smppgw_rerouted_total", "Messages that went to another operator because a carrier said wrong network.",
	 STATS_COUNTER, AT(rerouted), NULL, NULL},
	{"smppgw_decided_again_total",
	 "Messages whose route was decided again before they were sent: rules, the hour or their number had changed.",
	 STATS_COUNTER, AT(decided_again), NULL, NULL},
	FAULT(FAULT_TEMPORARY, "temporary"),
	FAULT(FAULT_FLOW, "flow"),
	FAULT(FAULT_CARRIER, "carrier"),
	FAULT(FAULT_NETWORK, "network"),
	FAULT(FAULT_PHONE, "phone"),
	FAULT(FAULT_NUMBER, "number"),
	FAULT(FAULT_CONTENT, "content"),
	FAULT(FAULT_SIGNATURE, "signature"),
	FAULT(FAULT_BLOCKED, "blocked"),
	FAULT(FAULT_FREQUENCY, "frequency"),
	FAULT(FAULT_SESSION, "session"),
	FAULT(FAULT_PERMANENT, "permanent"),
	{"smppgw_retries_total", "Messages to be sent again after a temporary error of a carrier.", STATS_COUNTER,
	 AT(retries), NULL, NULL},
	{"smppgw_resent_total", "Messages given to the next carrier of their route after an error or a failed receipt.",
	 STATS_COUNTER, AT(resent), NULL, NULL},
	{"smppgw_late_success_total", "Messages that an earlier submit delivered while a later one was on its way.",
	 STATS_COUNTER, AT(late_success), NULL, NULL},
	{"smppgw_put_back_total", "Messages put back to their place because a carrier said slow down.", STATS_COUNTER,
	 AT(put_back), NULL, NULL},
	{"smppgw_in_doubt_total", "Submits without an answer (link lost or timed out).", STATS_COUNTER, AT(in_doubt),
	 NULL, NULL},
	{"smppgw_doubts_settled_total", "Messages in doubt that a receipt settled.", STATS_COUNTER, AT(doubts_settled),
	 NULL, NULL},
	{"smppgw_late_answers_total", "Answers of carriers after their time-out.", STATS_COUNTER, AT(late), NULL, NULL},
	{"smppgw_receipts_total", "Receipts from carriers that were matched.", STATS_COUNTER, AT(receipts), NULL, NULL},
	{"smppgw_receipts_intermediate_total", "Receipts that end nothing (ENROUTE, ACCEPTD).", STATS_COUNTER,
	 AT(receipts_intermediate), NULL, NULL},
	{"smppgw_receipts_parked_total", "Receipts that came before the response they belong to.", STATS_COUNTER,
	 AT(parked), NULL, NULL},
	{"smppgw_receipts_unknown_total", "Receipts for ids that we do not know, dropped after their time.",
	 STATS_COUNTER, AT(receipts_unknown), NULL, NULL},
	{"smppgw_receipts_duplicate_total", "Receipts for messages that had ended already.", STATS_COUNTER,
	 AT(receipts_duplicate), NULL, NULL},
	{"smppgw_alerts_total", "alert_notification passed to apps.", STATS_COUNTER, AT(alerts), NULL, NULL},
	{"smppgw_alerts_dropped_total", "alert_notification for a code that no app is bound for.", STATS_COUNTER,
	 AT(alerts_dropped), NULL, NULL},
	{"smppgw_doubtful_removed_total", "Records of refused submits removed when the store was back.", STATS_COUNTER,
	 AT(doubtful), NULL, NULL},
	{"smppgw_restored_total", "Messages found in the journal at start.", STATS_COUNTER, AT(restored), NULL, NULL},
	STATE(MSG_NEW, "new"),
	STATE(MSG_STORING, "storing"),
	STATE(MSG_HELD, "held"),
	STATE(MSG_QUEUED, "queued"),
	STATE(MSG_SENT, "sent"),
	STATE(MSG_AWAITING, "awaiting"),
	STATE(MSG_PARTED, "parted"),
	STATE(MSG_DOUBT, "doubt"),
	STATE(MSG_PAST, "past"),
	STATE(MSG_CLOSING, "closing"),
	STATE(MSG_DELIVERING, "delivering"),
	STATE(MSG_LEAVING, "leaving"),
	{"smppgw_messages_bytes", "Memory held by messages.", STATS_GAUGE, AT(bytes), NULL, NULL},
	{"smppgw_parked", "Receipts parked now.", STATS_GAUGE, AT(parked_now), NULL, NULL},
	{"smppgw_accept_seconds", "From a submit_sm to its response, the store included.", STATS_HISTOGRAM, AT(accept),
	 NULL, NULL},
	SEND(CLASS_OTP, "otp"),
	SEND(CLASS_ALERT, "alert"),
	SEND(CLASS_NOTICE, "notice"),
	SEND(CLASS_REMIND, "remind"),
	SEND(CLASS_COLLECT, "collect"),
	SEND(CLASS_PROMO, "promo"),
	{"smppgw_receipt_seconds", "From a submit_sm of an app to the final receipt of the carrier.", STATS_HISTOGRAM,
	 AT(receipt), NULL, NULL},
};
const size_t flow_stat_rows_n = sizeof(flow_stat_rows) / sizeof(flow_stat_rows[0]);
