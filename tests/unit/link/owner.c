/*
 * owner.c - the owner of a session in the tests.
 */
#include "owner.h"

#include "base/net.h"

#define FAR_PORT 2776

static void maybe_end(struct owner *o, struct session *s, enum owner_moment moment)
{
	if (o->ends_at == moment)
		session_end(s, END_DISPLACED);
}

static uint32_t owner_on_bind(struct session *s, const struct pdu *bind, void *arg)
{
	struct owner *o = arg;

	o->binds++;
	assert_true(bind->bind.system_id.n > 0);
	session_set_system_id(s, "smppgw");
	maybe_end(o, s, AT_BIND);
	return o->bind_status;
}

static void owner_on_open(struct session *s, void *arg)
{
	struct owner *o = arg;
	struct pdu pdu = {.command_id = o->bind_command};

	if (o->calls) {
		session_outbind(s, "smppgw", "pw");
		return;
	}
	pdu.bind.system_id = view_of("gw");
	pdu.bind.password = view_of("gw");
	pdu.bind.interface_version = 0x34;
	session_bind(s, &pdu);
	maybe_end(o, s, AT_OPEN);
}

static void owner_on_bound(struct session *s, void *arg)
{
	struct owner *o = arg;

	o->bounds++;
	maybe_end(o, s, AT_BOUND);
}

static void owner_on_refused(struct session *s, uint32_t status, void *arg)
{
	struct owner *o = arg;

	(void)s;
	o->refusals++;
	o->refused_status = status;
}

static void owner_on_request(struct session *s, const struct pdu *pdu, void *arg)
{
	struct owner *o = arg;

	o->request_command = pdu->command_id;
	if (o->requests < 512)
		o->request_sequence[o->requests] = pdu->sequence;
	o->requests++;
	maybe_end(o, s, AT_REQUEST);
	if (o->answers && command_has_resp(pdu->command_id))
		session_answer(s, pdu->command_id, pdu->sequence, ESME_ROK, view_of("id"), (struct view){NULL, 0});
}

static void owner_on_settled(struct session *s, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
			     int64_t sent_us, void *arg)
{
	struct owner *o = arg;

	assert_int_equal(resp == NULL, outcome == SESSION_TIMEOUT || outcome == SESSION_LOST);
	assert_true(resp == NULL || sent_us > 0);
	assert_true(o->wants_id == NULL || view_eq(resp->resp.id, view_of(o->wants_id)));
	if (o->nsettled < 512) {
		o->settled[o->nsettled].cookie = cookie;
		o->settled[o->nsettled].outcome = outcome;
		o->settled[o->nsettled].status = resp != NULL ? resp->command_status : 0;
		o->settled[o->nsettled].has_body = resp != NULL && resp->has_body;
	}
	o->nsettled++;
	maybe_end(o, s, AT_SETTLED);
}

static void owner_on_room(struct session *s, void *arg)
{
	struct owner *o = arg;

	o->rooms++;
	maybe_end(o, s, AT_ROOM);
}

static void owner_on_ended(struct session *s, enum end_reason reason, void *arg)
{
	struct owner *o = arg;

	assert_ptr_equal(s, o->session);
	o->ends++;
	o->reason = reason;
	o->session = NULL;
}

const struct session_ops owner_ops = {
	.on_bind = owner_on_bind,
	.on_open = owner_on_open,
	.on_bound = owner_on_bound,
	.on_refused = owner_on_refused,
	.on_request = owner_on_request,
	.on_settled = owner_on_settled,
	.on_room = owner_on_room,
	.on_ended = owner_on_ended,
};

void owner_start(struct owner *o)
{
	memset(o, 0, sizeof(*o));
	rig_start(&o->rig);
	o->conf = (struct session_conf){
		.enquire_link_ms = 30000,
		.response_ms = 20000,
		.bind_ms = 10000,
		.partial_ms = 15000,
		.max_pdu = PDU_MAX_DEFAULT,
		.window_out = 10,
		.window_in = 10,
	};
	o->answers = true;
}

void owner_stop(struct owner *o)
{
	if (o->session != NULL) {
		session_abort(o->session, END_SHUTDOWN);
		rig_turn(&o->rig);
	}
	assert_int_equal(o->ends, o->far != NULL ? 1 : o->ends);
	if (o->far != NULL)
		wire_free(o->far);
	rig_stop(&o->rig);
}

static void owner_on_accept(int fd, const struct net_addr *peer, void *arg)
{
	struct owner *o = arg;

	o->session = session_accept(o->rig.sessions, fd, peer, &o->conf, &owner_ops, o, &o->stats);
}

void owner_accept(struct owner *o)
{
	const char *why;
	static const struct conn_listen_conf conf = {.address = "127.0.0.1", .port = FAR_PORT};
	static const struct conn_listen_ops ops = {.on_accept = owner_on_accept};
	struct conn_listener *l = conn_listen(o->rig.conns, &conf, &ops, o, &why);

	o->far = wire_dial(o->rig.conns, FAR_PORT, NULL);
	conn_unlisten(l);
	assert_non_null(o->session);
	rig_turn(&o->rig);
}

void owner_accept_bound(struct owner *o, uint32_t bind_command)
{
	owner_accept(o);
	far_bind(o->far, bind_command, 1, "bank", "secret", 0x34);
	rig_turn(&o->rig);
	far_expect(o->far, bind_command | COMMAND_RESP, ESME_ROK, 1);
}

void owner_connect(struct owner *o, uint32_t bind_command)
{
	o->bind_command = bind_command;
	wire_serve(o->rig.conns, FAR_PORT, NULL, NULL);
	o->session = session_connect(o->rig.sessions, "127.0.0.1", FAR_PORT, &o->conf, &owner_ops, o, &o->stats);
	rig_turn(&o->rig);
	o->far = wire_accept(o->rig.conns, FAR_PORT);
	assert_non_null(o->far);
}

void owner_connect_bound(struct owner *o, uint32_t bind_command)
{
	struct pdu pdu;

	owner_connect(o, bind_command);
	assert_true(far_next(o->far, &pdu));
	assert_int_equal(pdu.command_id, bind_command);
	struct pdu resp = {.command_id = bind_command | COMMAND_RESP, .sequence = pdu.sequence};
	resp.resp.id = view_of("smsc");
	static const uint8_t version[] = {0x02, 0x10, 0, 1, 0x34};
	resp.tlvs = (struct view){version, sizeof(version)};
	far_pdu(o->far, &resp);
	rig_turn(&o->rig);
	assert_int_equal(o->bounds, 1);
}

int owner_send(struct owner *o, uint32_t command_id, uint64_t cookie)
{
	struct pdu pdu = {.command_id = command_id};

	pdu.sm.src.addr = view_of("10690001");
	pdu.sm.dst.addr = view_of("13800138000");
	pdu.sm.short_message = view_of("hello");
	return session_send(o->session, &pdu, cookie);
}

void owner_expect_end_at(struct owner *o, enum end_reason reason, const char *file, int line)
{
	if (o->ends != 1)
		print_error("%s:%d: ended %u times, not once\n", file, line, o->ends);
	else if (o->reason != reason)
		print_error("%s:%d: ended as %s, not %s\n", file, line, reason_name(o->reason), reason_name(reason));
	if (o->ends != 1 || o->reason != reason)
		_fail(file, line);
	assert_null(o->session);
	assert_int_equal(o->stats.ended[reason], 1);
}
