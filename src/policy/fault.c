/*
 * fault.c - the built-in tables from errors to classes of faults. Must not know what is done about them, nor a
 * carrier's own reading of a code: that is configuration (retry.c).
 *
 * A stat word is here only when its meaning is published, or when two published lists agree. The lists:
 *   cmpp  China Mobile's CMPP gateway codes (cnblogs.com da-guang/5880631, timssd/5222116), the last four digits of
 *         MK: and MI: being one list: errors of the network while it looks for the phone
 *   ali   Alibaba Cloud SMS, error codes of the carriers
 *   hw    Huawei Cloud MSGSMS, state codes (sms_05_0051; iotcom_04_0303 for MI:)
 * Where they contradict each other (MK:0014, MK:0115, DB:0318, MH:0007 ...) a word is left to its family or its state.
 * Bare digits (Unicom's SGIP, Telecom's SMGP) mean different things at different aggregators: rows of section errors.
 */
#include "policy/fault.h"

#include <strings.h>

#include "smpp/status.h"

const char *const fault_names[FAULTS + 1] = {
	[FAULT_TEMPORARY] = "temporary", [FAULT_FLOW] = "flow",		  [FAULT_CARRIER] = "carrier",
	[FAULT_NETWORK] = "network",	 [FAULT_PHONE] = "phone",	  [FAULT_NUMBER] = "number",
	[FAULT_CONTENT] = "content",	 [FAULT_SIGNATURE] = "signature", [FAULT_BLOCKED] = "blocked",
	[FAULT_FREQUENCY] = "frequency", [FAULT_SESSION] = "session",	  [FAULT_PERMANENT] = "permanent",
};

/*
 * Exceptions from status_retry(): statuses that SMPP calls permanent, but that say more. Vendor codes (0x400 and up)
 * have no row: each carrier has its own.
 */
static const struct {
	uint32_t status;
	enum fault fault;
} statuses[] = {
	/* malformed, without route or refused: nothing that time or, mostly, another carrier changes */
	{ESME_RINVDSTADR, FAULT_NUMBER},
	/* sender codes, types of number and service types are agreed carrier by carrier */
	{ESME_RINVSRCADR, FAULT_CARRIER},
	{ESME_RINVSRCTON, FAULT_CARRIER},
	{ESME_RINVSRCNPI, FAULT_CARRIER},
	{ESME_RINVDSTTON, FAULT_CARRIER},
	{ESME_RINVDSTNPI, FAULT_CARRIER},
	{ESME_RINVSERTYP, FAULT_CARRIER},
	{0x100, FAULT_CARRIER}, /* 5.0 ESME_RSERTYPUNAUTH, ESME_RSERTYPUNAVAIL, ESME_RSERTYPDENIED: the same */
	{0x102, FAULT_CARRIER},
	{0x103, FAULT_CARRIER},
	/* a command or an optional parameter that this SMSC does not know says nothing of the message */
	{ESME_RINVCMDID, FAULT_CARRIER},
	{ESME_RINVOPTPARSTREAM, FAULT_CARRIER},
	{ESME_ROPTPARNOTALLWD, FAULT_CARRIER},
	{ESME_RINVPARLEN, FAULT_CARRIER},
	{ESME_RMISSINGOPTPARAM, FAULT_CARRIER},
	{ESME_RINVOPTPARAMVAL, FAULT_CARRIER},
	/* too long, an alphabet or a header that is refused: the next one mostly refuses it too */
	{ESME_RINVMSGLEN, FAULT_CONTENT},
	{ESME_RINVESMCLASS, FAULT_CONTENT},
	{0x104, FAULT_CONTENT}, /* 5.0 ESME_RINVDCS */
	/* "any other reason", filters among them: to send a filtered text elsewhere is the operator's choice, by a row
	 */
	{ESME_RSUBMITFAIL, FAULT_PERMANENT},
};

/* The first row that fits counts: whole words before their families. */
static const struct fault_row words[] = {
	/* nobody has this number */
	{"MK:0000", FAULT_NUMBER}, /* ali, hw */
	{"MK:0001", FAULT_NUMBER}, /* cmpp, ali: unknown subscriber */
	{"MK:0012", FAULT_NUMBER}, /* ali */
	{"MK00001", FAULT_NUMBER},
	{"MI:0073", FAULT_NUMBER}, /* hw */
	{"MI:0210", FAULT_NUMBER},
	{"MB:1043", FAULT_NUMBER}, /* cmpp: no such user */
	{"CB:0001", FAULT_NUMBER}, /* cmpp, ali: not a number of the network */
	{"CB:0053", FAULT_NUMBER},
	{"DB:0100", FAULT_NUMBER}, /* cmpp: number does not exist, number is wrong; also from the next gateway */
	{"DB:0101", FAULT_NUMBER},
	{"ID:0100", FAULT_NUMBER},
	{"ID:0101", FAULT_NUMBER},
	{"PHONERR", FAULT_NUMBER}, /* ali */
	/* black lists and opt-outs */
	{"BLACK", FAULT_BLOCKED}, /* ali, hw */
	{"MBBLACK", FAULT_BLOCKED},
	{"DBBLACK", FAULT_BLOCKED},
	{"TDBLACK", FAULT_BLOCKED}, /* hw */
	{"TSBLACK", FAULT_BLOCKED},
	{"TUIDING", FAULT_BLOCKED},	 /* ali */
	{"E:BLACK", FAULT_BLOCKED},	 /* ali */
	{"DB:BLACK", FAULT_BLOCKED},	 /* ali */
	{"DND_REJECTED", FAULT_BLOCKED}, /* do not disturb */
	{"HD:0001", FAULT_BLOCKED},	 /* ali: China Mobile's own list */
	{"SC:0003", FAULT_BLOCKED},	 /* ali, hw */
	{"SC:0016", FAULT_BLOCKED},	 /* ali, hw: the user said stop */
	{"MA:0023", FAULT_BLOCKED},	 /* ali */
	{"MB:1077", FAULT_BLOCKED},	 /* cmpp, ali */
	{"DB:0140", FAULT_BLOCKED},	 /* cmpp: not on the white list; ali: on the black list */
	{"DB:0141", FAULT_BLOCKED},	 /* cmpp, ali */
	{"DB:0144", FAULT_BLOCKED},	 /* cmpp, ali: the global list; the next two: of the customer */
	{"DB:0145", FAULT_BLOCKED},
	{"DB:0146", FAULT_BLOCKED},
	{"DB00144", FAULT_BLOCKED},
	{"ID:0069", FAULT_BLOCKED}, /* cmpp, ali: the same, said by the next gateway */
	{"ID:0097", FAULT_BLOCKED},
	{"ID:0140", FAULT_BLOCKED},
	{"ID:0141", FAULT_BLOCKED},
	{"-9220", FAULT_BLOCKED}, /* hw: black list; the next three: black lists, said stop */
	{"-8609", FAULT_BLOCKED},
	{"-8446", FAULT_BLOCKED},
	{"-8412", FAULT_BLOCKED},
	/* the number has had its share: another carrier could, but should not */
	{"LIMIT", FAULT_FREQUENCY}, /* ali, hw */
	{"MILIMIT", FAULT_FREQUENCY},
	{"CTLIMIT", FAULT_FREQUENCY}, /* hw */
	{"BEYONDN", FAULT_FREQUENCY},
	/* signatures */
	{"SC:0018", FAULT_SIGNATURE}, /* hw: not registered */
	{"-9221", FAULT_SIGNATURE},   /* hw: refused; the next two too */
	{"-9210", FAULT_SIGNATURE},
	{"-9004", FAULT_SIGNATURE},
	{"-8421", FAULT_SIGNATURE}, /* hw: forbidden */
	{"-8410", FAULT_SIGNATURE}, /* hw: none, or several */
	/* the text, or the hour for such a text */
	{"KEYWORD", FAULT_CONTENT}, /* ali, hw */
	{"MK:1004", FAULT_CONTENT}, /* hw */
	{"SC:0014", FAULT_CONTENT}, /* hw: fits no template; the next one: its template is not registered */
	{"SC:0017", FAULT_CONTENT},
	{"-9211", FAULT_CONTENT}, /* hw: keyword; the next one too */
	{"-100720", FAULT_CONTENT},
	{"CJ:0007", FAULT_CONTENT}, /* ali */
	{"ID:0076", FAULT_CONTENT}, /* cmpp, ali: information security */
	{"ID:0318", FAULT_CONTENT}, /* cmpp, ali: filtered by keyword */
	{"M:00181", FAULT_CONTENT}, /* prohibited sending period (smpp.md 16) */
	{"DB:0139", FAULT_CONTENT}, /* cmpp, ali: the same */
	{"ID:0139", FAULT_CONTENT},
	/* another network has the number now; then: this one has no way to it */
	{"IB:0012", FAULT_NETWORK}, /* ali: ported */
	{"IB:0168", FAULT_NETWORK},
	{"LT:0036", FAULT_NETWORK},
	{"TE:0008", FAULT_NETWORK},
	{"E:CHAN", FAULT_NETWORK},
	{"-9000", FAULT_NETWORK},   /* hw: ported */
	{"NP:1243", FAULT_NETWORK}, /* cmpp: ported to Unicom */
	{"MB:1049", FAULT_NETWORK}, /* cmpp: ported out */
	{"DB:0126", FAULT_NETWORK}, /* ali: ported */
	{"DB:0129", FAULT_NETWORK},
	{"ID:0126", FAULT_NETWORK},
	{"ID:0129", FAULT_NETWORK},
	{"ID:0043", FAULT_NETWORK}, /* cmpp: may not send to other networks; ali: ported */
	{"ID:0072", FAULT_CARRIER}, /* cmpp: no route; the next two too */
	{"MB:1044", FAULT_CARRIER},
	{"MB:1078", FAULT_CARRIER},
	{"NOROUTE", FAULT_CARRIER}, /* ali */
	/* its account with the operator: daily and monthly amounts, codes that are not registered */
	{"DB:0142", FAULT_CARRIER}, /* cmpp, ali */
	{"DB:0143", FAULT_CARRIER},
	{"ID:0142", FAULT_CARRIER},
	{"ID:0143", FAULT_CARRIER},
	{"DB:0112", FAULT_CARRIER}, /* cmpp, ali: code of the company, company unknown, company suspended */
	{"DB:0113", FAULT_CARRIER},
	{"DB:0114", FAULT_CARRIER},
	{"ID:0112", FAULT_CARRIER},
	{"ID:0113", FAULT_CARRIER},
	{"ID:0114", FAULT_CARRIER},
	/* faster than agreed, or than is allowed at the moment */
	{"-9999", FAULT_FLOW}, /* hw: speed of the channel; the next one: of the gateway */
	{"-8426", FAULT_FLOW},
	/* too much at once */
	{"MK:0018", FAULT_TEMPORARY}, /* cmpp: centre congested, then network elements that shed load */
	{"MK:0051", FAULT_TEMPORARY},
	{"MK:0052", FAULT_TEMPORARY},
	{"MK:0055", FAULT_TEMPORARY},
	{"MK:0056", FAULT_TEMPORARY},
	{"MK:0057", FAULT_TEMPORARY},
	{"MK:0061", FAULT_TEMPORARY},
	{"MK:0062", FAULT_TEMPORARY},
	{"MK:0192", FAULT_TEMPORARY},
	{"MI:0018", FAULT_TEMPORARY}, /* hw: the same */
	{"MI:0061", FAULT_TEMPORARY},
	{"MI:0062", FAULT_TEMPORARY},
	{"MI:0192", FAULT_TEMPORARY},
	{"MB:0088", FAULT_FLOW}, /* cmpp: SMPP's 0x58 in decimal */
	{"MB:1070", FAULT_FLOW}, /* cmpp, ali */
	{"IB:0008", FAULT_FLOW}, /* cmpp: flow control; so are the next three */
	{"ID:0008", FAULT_FLOW},
	{"DB:0010", FAULT_FLOW},
	{"DB:9007", FAULT_FLOW},
	/*
	 * Its gateway had no link to the next system: nothing has left. Codes that mean "no answer" or "no report"
	 * (MA:0054, IA:0054, IC:*, MC:*) are not here: the phone may have the message, and a second one would be too
	 * many.
	 */
	{"MA:0051", FAULT_CARRIER}, /* cmpp: not connected, not logged in, could not be sent */
	{"MA:0052", FAULT_CARRIER},
	{"MA:0053", FAULT_CARRIER},
	{"IA:0051", FAULT_CARRIER},
	{"IA:0052", FAULT_CARRIER},
	{"IA:0053", FAULT_CARRIER},
	{"CA:*", FAULT_CARRIER}, /* cmpp: charging and authorisation come before the message is sent */
	{"DA:*", FAULT_CARRIER},
	{"DB:9001", FAULT_CARRIER}, /* cmpp, ali */
	{"IB:0009", FAULT_CARRIER}, /* cmpp: forwarding misjudged */
	/* what is left of these families is mostly the phone: off, out of the area, memory full, suspended (ali, hw) */
	{"MK:*", FAULT_PHONE},
	{"MI:*", FAULT_PHONE},
	{"MN:*", FAULT_PHONE},
	{"CB:0005", FAULT_PHONE}, /* cmpp: account of the phone suspended or empty */
	{"CB:0007", FAULT_PHONE},
	{"DB:0102", FAULT_PHONE},
	{"DB:0103", FAULT_PHONE},
	{"ID:0102", FAULT_PHONE},
	{"ID:0103", FAULT_PHONE},
};

#define NSTATUSES (sizeof(statuses) / sizeof(statuses[0]))
#define NWORDS	  (sizeof(words) / sizeof(words[0]))

const char *fault_name(enum fault fault)
{
	return fault_names[fault];
}

bool fault_by_name(struct view name, enum fault *out)
{
	for (int i = 0; i < FAULTS; i++) {
		if (view_eq(name, view_of(fault_names[i]))) {
			*out = (enum fault)i;
			return true;
		}
	}
	return false;
}

enum fault fault_of_status(uint32_t status)
{
	for (size_t i = 0; i < NSTATUSES; i++) {
		if (statuses[i].status == status)
			return statuses[i].fault;
	}
	switch (status_retry(status)) {
	case STATUS_TEMPORARY:
		return FAULT_TEMPORARY;
	case STATUS_SESSION:
		return FAULT_SESSION;
	case STATUS_NONE:
	case STATUS_PERMANENT:
		break;
	}
	return FAULT_PERMANENT;
}

bool fault_word_fits(const char *pattern, struct view word)
{
	size_t n = strlen(pattern);
	if (n == 0)
		return true;
	if (word.n == 0)
		return pattern[0] == '*';
	if (pattern[n - 1] == '*')
		return word.n >= n - 1 && strncasecmp(pattern, (const char *)word.p, n - 1) == 0;
	return word.n == n && strncasecmp(pattern, (const char *)word.p, n) == 0;
}

static enum fault of_state(enum message_state state)
{
	switch (state) {
	case STATE_EXPIRED: /* the phone was not there as long as the carrier tried */
	case STATE_UNDELIVERABLE:
		return FAULT_PHONE;
	case STATE_REJECTED: /* by its own rules: another carrier may have others */
		return FAULT_CARRIER;
	default: /* DELETED, UNKNOWN, SKIPPED: somebody's decision, or nobody knows */
		return FAULT_PERMANENT;
	}
}

enum fault fault_of_receipt(enum message_state state, struct view stat)
{
	for (size_t i = 0; stat.n && i < NWORDS; i++) {
		if (fault_word_fits(words[i].text, stat))
			return words[i].fault;
	}
	return of_state(state);
}

bool fault_at(size_t i, struct fault_row *out)
{
	if (i < NSTATUSES)
		*out = (struct fault_row){status_name(statuses[i].status), statuses[i].fault};
	else if (i - NSTATUSES < NWORDS)
		*out = words[i - NSTATUSES];
	else
		return false;
	return true;
}
