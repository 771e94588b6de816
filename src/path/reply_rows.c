/*
 * reply_rows.c - the tables of replies: options and counters.
 */
#include "path/reply_priv.h"

const struct conf_row reply_rows[] = {
	{"account", CONF_STRING, offsetof(struct reply_conf, account), "", 0, 15, "", true,
	 "Account that gets replies to codes which no account owns; empty: they are kept in backlog:unrouted.", NULL},
	{"part_age", CONF_INT, offsetof(struct reply_conf, part_age), "s", 10, 86400, "600", true,
	 "How long the parts of a long reply wait for the missing ones.", NULL},
	{"max_parts", CONF_INT, offsetof(struct reply_conf, max_parts), "", 10, 1000000, "20000", true,
	 "Most parts of long replies held at a time.", NULL},
	{"last_age", CONF_INT, offsetof(struct reply_conf, last_age), "s", 0, 2592000, "259200", true,
	 "How long it is known which message was the last one sent to a number from a code; 0: it is not noted.", NULL},
	{"last_memory", CONF_INT, offsetof(struct reply_conf, last_memory), "MiB", 0, 4096, "16", true,
	 "Memory for the last messages of datagram and forward mode, which the store has not; 0: they are noted in it "
	 "too.",
	 NULL},
	{"duplicate", CONF_INT, offsetof(struct reply_conf, duplicate), "s", 0, 3600, "30", true,
	 "A copy of a reply that comes again within this time has no second effect; 0: each has its own.", NULL},
	{"per_minute", CONF_INT, offsetof(struct reply_conf, per_minute), "", 0, 1000, "10", true,
	 "Most answers to one number from one code in a minute; 0: no bound.", NULL},
	{"per_day", CONF_INT, offsetof(struct reply_conf, per_day), "", 0, 100000, "30", true,
	 "Most answers to one number in a day; 0: no bound.", NULL},
	{"builtin_keywords", CONF_BOOL, offsetof(struct reply_conf, builtin_keywords), "", 0, 0, "true", true,
	 "Whether the built-in keywords hold too, behind those of the section keywords.", NULL},
	{"still_stopped", CONF_STRING, offsetof(struct reply_conf, still_stopped), "", 0, 500,
	 "您此前退订了全部营销短信，该退订仍然有效。如需重新接收，请联系客服。", true,
	 "What is answered to 恢复 and its like when a wider opt-out of the number goes on to hold; empty for nothing.",
	 NULL},
	{"menu_timeout", CONF_INT, offsetof(struct reply_conf, menu_timeout), "s", 10, 86400, "300", true,
	 "How long it is known where in a menu a user is, from the last reply on.", NULL},
	{"menu_back", CONF_LIST, offsetof(struct reply_conf, menu_back), "", 0, 0, "[ \"#\", \"返回\" ]", true,
	 "Replies that lead back to the parent of where a user is.", NULL},
	{"menu_repeat", CONF_LIST, offsetof(struct reply_conf, menu_repeat), "", 0, 0, "[ \"*\", \"重复\" ]", true,
	 "Replies that ask for the text again.", NULL},
	{"menu_unknown", CONF_STRING, offsetof(struct reply_conf, menu_unknown), "", 0, 500, "输入有误，请重新回复。",
	 true, "What is answered, before the text, to a reply that chooses nothing in a menu.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

#define COUNTER(name, help, member)                                                                                    \
	{                                                                                                              \
		"smppgw_mo_" name "_total", help, STATS_COUNTER, offsetof(struct reply_stats, member), NULL, NULL      \
	}

const struct stats_row reply_stats_rows[] = {
	{"smppgw_mo_total", "Replies of phone users (MO), parts of long ones counted once.", STATS_COUNTER,
	 offsetof(struct reply_stats, taken), NULL, NULL},
	COUNTER("parts", "Parts of long MO.", parts),
	COUNTER("incomplete", "Long MO whose missing parts did not come in time; what was there was used.",
		expired_parts),
	COUNTER("duplicates", "Copies of MO (or of parts) that came again; they had no second effect.", copies),
	COUNTER("opt_outs", "MO that put a number on an opt-out set, complaints among them.", opt_outs),
	COUNTER("opt_ins", "MO that took a number off an opt-out set.", opt_ins),
	COUNTER("complaints", "MO that complain: somebody should look at them.", complaints),
	COUNTER("confirms", "MO that confirm a message.", confirms),
	COUNTER("cancels", "MO that took back the rest of a series.", cancels),
	COUNTER("helps", "MO that ask for help.", helps),
	COUNTER("patterns_given_up", "Texts for which a pattern of a keyword needed too many steps.", given_up),
	COUNTER("menu", "MO that chose a menu row.", menus),
	COUNTER("menu_unknown", "MO of users in a menu that chose nothing there.", menu_unknown),
	COUNTER("menu_lost", "Menus left because too many replies in a row chose nothing.", menu_lost),
	COUNTER("webhooks", "MO whose answer a webhook was to give.", webhooks),
	COUNTER("webhook_fallbacks", "MO that had the fallback text: the webhook failed or was late.", fallbacks),
	{"smppgw_mo_webhooks_open", "MO whose answer a webhook is to give and that is not stored yet.", STATS_GAUGE,
	 offsetof(struct reply_stats, webhooks_open), NULL, NULL},
	COUNTER("forwarded", "MO stored for an app.", forwarded),
	COUNTER("by_last", "MO whose account was found by the last message sent to their number.", by_last),
	COUNTER("unrouted", "MO to a code that no account owns.", unrouted),
	COUNTER("answers", "Texts sent in answer to MO.", texts),
	COUNTER("answers_held_back", "Answers not sent: over reply.per_minute or reply.per_day.", held_back),
	COUNTER("answers_to_machines", "Answers not sent: the MO came from no phone.", machines),
	COUNTER("failed", "MO whose effect could not be stored; the carrier was asked to send them again.", failed),
};
const size_t reply_stats_rows_n = sizeof(reply_stats_rows) / sizeof(reply_stats_rows[0]);
