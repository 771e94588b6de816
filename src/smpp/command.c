/*
 * command.c - the command set as a table: names, and which requests are answered. Knows no layout of a body.
 */
#include "smpp/command.h"

#include <stddef.h>

struct command_row {
	uint32_t id;
	const char *name;
	const char *resp; /* name of the response, NULL when there is none */
};

static const struct command_row rows[] = {
	{SUBMIT_SM, "submit_sm", "submit_sm_resp"},
	{DELIVER_SM, "deliver_sm", "deliver_sm_resp"},
	{ENQUIRE_LINK, "enquire_link", "enquire_link_resp"},
	{DATA_SM, "data_sm", "data_sm_resp"},
	{SUBMIT_MULTI, "submit_multi", "submit_multi_resp"},
	{QUERY_SM, "query_sm", "query_sm_resp"},
	{CANCEL_SM, "cancel_sm", "cancel_sm_resp"},
	{REPLACE_SM, "replace_sm", "replace_sm_resp"},
	{BIND_RECEIVER, "bind_receiver", "bind_receiver_resp"},
	{BIND_TRANSMITTER, "bind_transmitter", "bind_transmitter_resp"},
	{BIND_TRANSCEIVER, "bind_transceiver", "bind_transceiver_resp"},
	{UNBIND, "unbind", "unbind_resp"},
	{OUTBIND, "outbind", NULL},
	{ALERT_NOTIFICATION, "alert_notification", NULL},
	{GENERIC_NACK, "generic_nack", NULL},
};

/* The row whose request or response the id is; NULL when 3.4 has none. */
static const struct command_row *command_row(uint32_t id)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].id == id || (rows[i].resp && (rows[i].id | COMMAND_RESP) == id))
			return &rows[i];
	}
	return NULL;
}

const char *command_name(uint32_t id)
{
	const struct command_row *row = command_row(id);

	if (!row)
		return "unknown";
	return row->id == id ? row->name : row->resp;
}

bool command_known(uint32_t id)
{
	return command_row(id) != NULL;
}

bool command_has_resp(uint32_t id)
{
	const struct command_row *row = command_row(id);

	return row && row->id == id && row->resp;
}
