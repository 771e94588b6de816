/*
 * layout.c - the table of PDU bodies: one row a field, in the order of the wire. Knows no octets.
 */
#include "smpp/layout.h"

#include <stddef.h>

#include "smpp/pdu.h"

#define SYSTEM_ID_MAX	  16
#define PASSWORD_MAX	  9
#define SYSTEM_TYPE_MAX	  13
#define LONG_ADDRESS_MAX  65 /* data_sm, alert_notification */
#define ADDRESS_RANGE_MAX 41

#define AT(member) offsetof(struct pdu, member)
#define OCTET(member)                                                                                                  \
	{                                                                                                              \
		FIELD_INT, 1, ESME_RINVCMDLEN, false, AT(member), 1                                                    \
	}
/* Members that stand one behind the other in struct pdu as they do on the wire. */
#define OCTETS(first, last)                                                                                            \
	{                                                                                                              \
		FIELD_INT, 1, ESME_RINVCMDLEN, false, AT(first), AT(last) - AT(first) + 1                              \
	}
#define STRING(member, max, status)                                                                                    \
	{                                                                                                              \
		FIELD_STRING, max, status, false, AT(member), 0                                                        \
	}
#define LAX(member, max, status)                                                                                       \
	{                                                                                                              \
		FIELD_STRING, max, status, true, AT(member), 0                                                         \
	}
#define TIME(member, status)                                                                                           \
	{                                                                                                              \
		FIELD_TIME, TIME_MAX, status, false, AT(member), 0                                                     \
	}
#define ADDR(member, max, status)                                                                                      \
	{                                                                                                              \
		FIELD_ADDR, max, status, false, AT(member), 0                                                          \
	}
#define TEXT(member)                                                                                                   \
	{                                                                                                              \
		FIELD_TEXT, TEXT_MAX, ESME_RINVMSGLEN, false, AT(member), 0                                            \
	}
#define DESTS(counter, member)                                                                                         \
	{                                                                                                              \
		FIELD_DESTS, ADDRESS_MAX, ESME_RINVDSTADR, false, AT(member), AT(counter)                              \
	}
#define UNSUCCESS(counter, member)                                                                                     \
	{                                                                                                              \
		FIELD_UNSUCCESS, ADDRESS_MAX, ESME_RINVDSTADR, false, AT(member), AT(counter)                          \
	}

/* An over-long system_id or password fails the bind by itself: the account does not exist, the password is wrong. */
static const struct field any_bind[] = {
	LAX(bind.system_id, SYSTEM_ID_MAX, ESME_RINVSYSID),	    LAX(bind.password, PASSWORD_MAX, ESME_RINVPASWD),
	STRING(bind.system_type, SYSTEM_TYPE_MAX, ESME_RINVSYSTYP), OCTET(bind.interface_version),
	ADDR(bind.range, ADDRESS_RANGE_MAX, ESME_RINVCMDLEN),
};

/* Only the log shows it: too long a name is no reason to lose sc_interface_version. */
static const struct field bind_resp[] = {
	LAX(resp.id, SYSTEM_ID_MAX, ESME_RINVSYSID),
};

static const struct field outbind[] = {
	LAX(outbind.system_id, SYSTEM_ID_MAX, ESME_RINVSYSID),
	LAX(outbind.password, PASSWORD_MAX, ESME_RINVPASWD),
};

_Static_assert(AT(sm.protocol_id) == AT(sm.esm_class) + 1 && AT(sm.priority_flag) == AT(sm.esm_class) + 2, "OCTETS");
_Static_assert(AT(sm.replace_if_present_flag) == AT(sm.registered_delivery) + 1 &&
		       AT(sm.data_coding) == AT(sm.registered_delivery) + 2 &&
		       AT(sm.sm_default_msg_id) == AT(sm.registered_delivery) + 3,
	       "OCTETS");

static const struct field submit_multi[] = {
	STRING(sm.service_type, SERVICE_TYPE_MAX, ESME_RINVSERTYP),
	ADDR(sm.src, ADDRESS_MAX, ESME_RINVSRCADR),
	DESTS(sm.ndests, sm.dests),
	OCTETS(sm.esm_class, sm.priority_flag),
	TIME(sm.schedule, ESME_RINVSCHED),
	TIME(sm.validity, ESME_RINVEXPIRY),
	OCTETS(sm.registered_delivery, sm.sm_default_msg_id),
	TEXT(sm.short_message),
};

static const struct field submit_multi_resp[] = {
	STRING(multi_resp.id, MESSAGE_ID_MAX, ESME_RINVMSGID),
	UNSUCCESS(multi_resp.no_unsuccess, multi_resp.unsuccess),
};

static const struct field data_sm[] = {
	STRING(sm.service_type, SERVICE_TYPE_MAX, ESME_RINVSERTYP),
	ADDR(sm.src, LONG_ADDRESS_MAX, ESME_RINVSRCADR),
	ADDR(sm.dst, LONG_ADDRESS_MAX, ESME_RINVDSTADR),
	OCTET(sm.esm_class),
	OCTET(sm.registered_delivery),
	OCTET(sm.data_coding),
};

static const struct field query_sm[] = {
	STRING(query.id, MESSAGE_ID_MAX, ESME_RINVMSGID),
	ADDR(query.src, ADDRESS_MAX, ESME_RINVSRCADR),
};

/* final_date: 16 characters, 12, or free text, by vendor. */
static const struct field query_sm_resp[] = {
	STRING(query_resp.id, MESSAGE_ID_MAX, ESME_RINVMSGID),
	LAX(query_resp.final_date, TIME_MAX, ESME_RINVEXPIRY),
	OCTET(query_resp.message_state),
	OCTET(query_resp.error_code),
};

static const struct field cancel_sm[] = {
	STRING(cancel.service_type, SERVICE_TYPE_MAX, ESME_RINVSERTYP),
	STRING(cancel.id, MESSAGE_ID_MAX, ESME_RINVMSGID),
	ADDR(cancel.src, ADDRESS_MAX, ESME_RINVSRCADR),
	ADDR(cancel.dst, ADDRESS_MAX, ESME_RINVDSTADR),
};

static const struct field replace_sm[] = {
	STRING(replace.id, MESSAGE_ID_MAX, ESME_RINVMSGID),
	ADDR(replace.src, ADDRESS_MAX, ESME_RINVSRCADR),
	TIME(replace.schedule, ESME_RINVSCHED),
	TIME(replace.validity, ESME_RINVEXPIRY),
	OCTET(replace.registered_delivery),
	OCTET(replace.sm_default_msg_id),
	TEXT(replace.short_message),
};

static const struct field alert_notification[] = {
	ADDR(alert.src, LONG_ADDRESS_MAX, ESME_RINVSRCADR),
	ADDR(alert.esme, LONG_ADDRESS_MAX, ESME_RINVDSTADR),
};

#define FIELDS(fields)                                                                                                 \
	{                                                                                                              \
		true, false, BODY_ROWS, sizeof(fields) / sizeof((fields)[0]), fields                                   \
	}
#define FIELDS_UNLESS_ERROR(fields)                                                                                    \
	{                                                                                                              \
		true, true, BODY_ROWS, sizeof(fields) / sizeof((fields)[0]), fields                                    \
	}
#define STRAIGHT(shape)                                                                                                \
	{                                                                                                              \
		true, false, shape, 0, NULL                                                                            \
	}
#define STRAIGHT_UNLESS_ERROR(shape)                                                                                   \
	{                                                                                                              \
		true, true, shape, 0, NULL                                                                             \
	}
#define NO_BODY                                                                                                        \
	{                                                                                                              \
		true, true, BODY_NONE, 0, NULL                                                                         \
	}

const struct layout layout_table[2][LAYOUT_SLOTS] = {
	/* requests */
	{
		[BIND_RECEIVER] = FIELDS(any_bind),
		[BIND_TRANSMITTER] = FIELDS(any_bind),
		[BIND_TRANSCEIVER] = FIELDS(any_bind),
		[OUTBIND] = FIELDS(outbind),
		[UNBIND] = NO_BODY,
		[ENQUIRE_LINK] = NO_BODY,
		[SUBMIT_SM] = STRAIGHT(BODY_SUBMIT),
		[DELIVER_SM] = STRAIGHT(BODY_DELIVER),
		[SUBMIT_MULTI] = FIELDS(submit_multi),
		[LAYOUT_SLOT(DATA_SM)] = FIELDS(data_sm),
		[QUERY_SM] = FIELDS(query_sm),
		[CANCEL_SM] = FIELDS(cancel_sm),
		[REPLACE_SM] = FIELDS(replace_sm),
		[LAYOUT_SLOT(ALERT_NOTIFICATION)] = FIELDS(alert_notification),
	},
	/* responses */
	{
		[GENERIC_NACK & ~COMMAND_RESP] = NO_BODY,
		[BIND_RECEIVER] = FIELDS_UNLESS_ERROR(bind_resp),
		[BIND_TRANSMITTER] = FIELDS_UNLESS_ERROR(bind_resp),
		[BIND_TRANSCEIVER] = FIELDS_UNLESS_ERROR(bind_resp),
		[UNBIND] = NO_BODY,
		[ENQUIRE_LINK] = NO_BODY,
		[SUBMIT_SM] = STRAIGHT_UNLESS_ERROR(BODY_ID),
		[DELIVER_SM] = STRAIGHT(BODY_ID),
		[SUBMIT_MULTI] = FIELDS(submit_multi_resp),
		[LAYOUT_SLOT(DATA_SM)] = STRAIGHT(BODY_ID),
		[QUERY_SM] = FIELDS(query_sm_resp),
		[CANCEL_SM] = NO_BODY,
		[REPLACE_SM] = NO_BODY,
	},
};
