/*
 * rig.c - a simulated loop with an in-memory network, and PDUs from and to the far end.
 */
#include "rig.h"

#include <stdlib.h>

#define RIG_WALL_MS 1735700000000

void rig_start(struct rig *r)
{
	r->loop = loop_new_simulated(RIG_WALL_MS);
	r->conns = conn_hub_new(r->loop, RIG_MAX_OUTPUT, 65536);
	r->sessions = session_hub_new(r->loop, r->conns, 20000);
}

void rig_stop(struct rig *r)
{
	rig_turn(r);
	session_hub_free(r->sessions);
	conn_hub_free(r->conns);
	loop_free(r->loop);
}

void rig_turn(struct rig *r)
{
	for (int i = 0; i < 6; i++)
		loop_turn(r->loop);
}

void rig_pass(struct rig *r, int64_t ms)
{
	loop_advance(r->loop, ms);
	rig_turn(r);
}

void far_pdu(struct wire *w, const struct pdu *pdu)
{
	static uint8_t buf[140000];
	size_t n = pdu_encode(pdu, buf, sizeof(buf));

	assert_true(n > 0);
	wire_send(w, buf, n);
}

void far_header(struct wire *w, uint32_t command_id, uint32_t status, uint32_t sequence)
{
	uint8_t buf[PDU_HEADER];

	pdu_header(buf, command_id, status, sequence);
	wire_send(w, buf, sizeof(buf));
}

void far_hex(struct wire *w, const char *hex)
{
	for (; *hex != '\0'; hex++) {
		if (*hex == ' ')
			continue;
		char two[3] = {hex[0], hex[1], '\0'};
		uint8_t octet = (uint8_t)strtoul(two, NULL, 16);
		wire_send(w, &octet, 1);
		hex++;
	}
}

void far_bind(struct wire *w, uint32_t command_id, uint32_t sequence, const char *system_id, const char *password,
	      uint8_t version)
{
	struct pdu pdu = {.command_id = command_id, .sequence = sequence};

	pdu.bind.system_id = view_of(system_id);
	pdu.bind.password = view_of(password);
	pdu.bind.interface_version = version;
	far_pdu(w, &pdu);
}

void far_sm(struct wire *w, uint32_t command_id, uint32_t sequence, const char *text)
{
	struct pdu pdu = {.command_id = command_id, .sequence = sequence};

	pdu.sm.src.addr = view_of("10690001");
	pdu.sm.dst.addr = view_of("13800138000");
	pdu.sm.short_message = view_of(text);
	far_pdu(w, &pdu);
}

bool far_next(struct wire *w, struct pdu *pdu)
{
	static uint8_t frame[140000];
	uint32_t need;

	if (wire_received(w) < PDU_HEADER || pdu_frame(wire_data(w), wire_received(w), 140000, &need) != ESME_ROK ||
	    need > wire_received(w))
		return false;
	memcpy(frame, wire_data(w), need);
	wire_take(w, need);
	uint32_t status = pdu_decode(frame, need, pdu);
	assert_int_equal(status, ESME_ROK);
	return true;
}

struct pdu far_expect_at(struct wire *w, uint32_t command_id, uint32_t status, uint32_t sequence, const char *file,
			 int line)
{
	struct pdu pdu = {.command_id = 0};

	if (!far_next(w, &pdu)) {
		print_error("%s:%d: no %s came\n", file, line, command_name(command_id));
		_fail(file, line);
	}
	if (pdu.command_id != command_id || pdu.command_status != status || pdu.sequence != sequence) {
		print_error("%s:%d: %s status 0x%x sequence %u instead of %s 0x%x %u\n", file, line,
			    command_name(pdu.command_id), pdu.command_status, pdu.sequence, command_name(command_id),
			    status, sequence);
		_fail(file, line);
	}
	return pdu;
}

void far_expect_nothing_at(struct wire *w, const char *file, int line)
{
	struct pdu pdu = {.command_id = 0};

	if (!far_next(w, &pdu))
		return;
	print_error("%s:%d: %s status 0x%x sequence %u came, nothing was expected\n", file, line,
		    command_name(pdu.command_id), pdu.command_status, pdu.sequence);
	_fail(file, line);
}
