/*
 * fuzz_session.c - any octets as a peer and an owner of one SMPP session, over the network in memory of the scenes: the
 * first octet is the role (an app binds in to us; we bind to a carrier; we call an app with outbind; a carrier calls
 * us) and the owner's ways, the second how octets are cut; then steps: PDUs, octets, time, what the owner does. The
 * session's states are all reached this way.
 *
 * What must hold: the owner hears of one end and nothing after it; every request of ours is settled once; requests come
 * only while it is bound, and only those of the peer's side; what the session writes are whole PDUs that can be
 * decoded; no answer comes to what nobody has asked.
 */
#include <errno.h>
#include <string.h>

#include "link/session.h"
#include "must.h"
#include "quiet.h"
#include "wire.h"

#define PORT	  2775
#define STEPS	  200
#define SENT_MAX  128u
#define ASKED_MAX 256u
#define WALL_MS	  1767578400000

enum role { APP_BINDS, WE_BIND, WE_CALL, CARRIER_CALLS, ROLES };

static struct {
	struct loop *loop;
	struct conn_hub *conns;
	struct session_hub *hub;
	struct session_conf conf;
	struct session_stats stats;
	struct session *session;
	struct wire *far;
	enum role role;
	uint8_t ways; /* bits: 1 binds are refused, 2 judged later, 4 requests are answered at once */
	unsigned ends;
	uint32_t window; /* of our requests, now */
	bool bound, turned;
	uint64_t cookies;
	uint8_t settled[SENT_MAX]; /* by cookie */
	struct {
		uint32_t id, sequence;
	} asked[ASKED_MAX]; /* of the peer's, not answered yet */
	size_t asked_n;
	uint32_t far_sequence, our_sequence;
	uint64_t far_octets, answers;
} t;

/* --- the owner --- */

static uint32_t on_bind(struct session *s, const struct pdu *bind, void *arg)
{
	(void)arg;
	MUST(s == t.session || !t.session);
	MUST(!t.bound && t.ends == 0 && bind->has_body);
	session_set_system_id(s, "smppgw");
	if (t.ways & 2)
		return SESSION_BIND_LATER;
	return t.ways & 1 ? ESME_RINVPASWD : ESME_ROK;
}

static void bind_now(struct session *s)
{
	static const uint32_t binds[] = {BIND_TRANSCEIVER, BIND_TRANSMITTER, BIND_RECEIVER};
	struct pdu pdu = {.command_id = binds[(t.ways >> 4) % 3]};
	pdu.bind.system_id = view_of("gw");
	pdu.bind.password = view_of("gw");
	pdu.bind.interface_version = 0x34;
	session_bind(s, &pdu);
}

static void on_outbind(struct session *s, const struct pdu *outbind, void *arg)
{
	(void)outbind;
	(void)arg;
	MUST(!t.bound && !t.turned && t.ends == 0);
	if (t.ways & 1) {
		session_abort(s, END_OUTBIND_REFUSED);
		return;
	}
	t.turned = true;
	session_turn(s);
	bind_now(s);
}

static void on_open(struct session *s, void *arg)
{
	(void)arg;
	MUST(!t.bound && t.ends == 0);
	if (t.role == WE_CALL)
		session_outbind(s, "smppgw", "secret");
	else
		bind_now(s);
}

static void on_bound(struct session *s, void *arg)
{
	(void)arg;
	MUST(!t.bound && t.ends == 0);
	t.bound = session_state(s) != SESSION_ENDING;
}

static void on_refused(struct session *s, uint32_t status, void *arg)
{
	(void)s;
	(void)status;
	(void)arg;
	MUST(!t.bound && t.ends == 0);
}

static void answer(struct session *s, size_t i, uint32_t status)
{
	uint32_t id = t.asked[i].id, sequence = t.asked[i].sequence;
	t.asked[i] = t.asked[--t.asked_n];
	session_answer(s, id, sequence, status, view_of(id == SUBMIT_SM ? "100012345678901234" : ""),
		       (struct view){NULL, 0});
}

static void on_request(struct session *s, const struct pdu *pdu, void *arg)
{
	uint32_t id = pdu->command_id;
	(void)arg;
	MUST(t.bound && t.ends == 0 && !(id & COMMAND_RESP) && command_known(id));
	MUST(id != ENQUIRE_LINK && id != UNBIND && id != OUTBIND && id != GENERIC_NACK);
	MUST(id == DATA_SM || (session_role(s) == SESSION_SMSC) == (id != DELIVER_SM && id != ALERT_NOTIFICATION));
	if (!command_has_resp(id))
		return;
	MUST(t.asked_n < ASKED_MAX);
	t.asked[t.asked_n].id = id;
	t.asked[t.asked_n++].sequence = pdu->sequence;
	if (t.ways & 4)
		answer(s, t.asked_n - 1, ESME_ROK);
}

static void on_settled(struct session *s, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
		       int64_t sent_us, void *arg)
{
	(void)s;
	(void)arg;
	MUST(cookie < t.cookies && t.ends == 0 && sent_us >= 0);
	MUST((resp == NULL) == (outcome == SESSION_TIMEOUT || outcome == SESSION_LOST));
	MUST(!resp || (resp->command_id & COMMAND_RESP));
	if (outcome == SESSION_LATE)
		MUST(t.settled[cookie] == 1);
	else
		MUST(t.settled[cookie] == 0);
	t.settled[cookie]++;
}

static void on_room(struct session *s, void *arg)
{
	(void)arg;
	MUST(t.ends == 0 && session_room(s) <= t.window);
}

static void on_ended(struct session *s, enum end_reason reason, void *arg)
{
	(void)arg;
	MUST(s == t.session || !t.session);
	MUST(++t.ends == 1 && reason < END_REASONS && t.stats.ended[reason] == 1);
	for (uint64_t i = 0; i < t.cookies; i++)
		MUST(t.settled[i] >= 1);
	t.session = NULL;
}

static const struct session_ops ops = {.on_bind = on_bind,
				       .on_outbind = on_outbind,
				       .on_open = on_open,
				       .on_bound = on_bound,
				       .on_refused = on_refused,
				       .on_request = on_request,
				       .on_settled = on_settled,
				       .on_room = on_room,
				       .on_ended = on_ended};

/* --- the far end --- */

/* Reads what the session has written: whole PDUs, each of which can be decoded. */
static void read_far(void)
{
	struct pdu pdu;
	uint32_t need;
	while (t.far && wire_received(t.far) > 0) {
		size_t n = wire_received(t.far);
		uint32_t status = pdu_frame(wire_data(t.far), n, t.conf.max_pdu, &need);
		MUST(status == ESME_ROK);
		if (need == 0 || need > n)
			break;
		MUST(pdu_decode(wire_data(t.far), need, &pdu) == ESME_ROK);
		if (pdu.command_id & COMMAND_RESP)
			t.answers++;
		else
			t.our_sequence = pdu.sequence;
		wire_take(t.far, need);
	}
	MUST(t.answers <= t.far_octets / PDU_HEADER + 1);
}

static void turn(unsigned n)
{
	while (n-- > 0)
		loop_turn(t.loop);
	read_far();
}

static void put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/* A PDU: which one, with what sequence and status, and its body. */
static void send_pdu(struct view *in)
{
	static const uint32_t ids[] = {
		BIND_TRANSCEIVER, BIND_TRANSMITTER, BIND_RECEIVER,	SUBMIT_SM,    DELIVER_SM, DATA_SM,
		QUERY_SM,	  CANCEL_SM,	    REPLACE_SM,		SUBMIT_MULTI, UNBIND,	  ENQUIRE_LINK,
		OUTBIND,	  GENERIC_NACK,	    ALERT_NOTIFICATION, 0x112};
	uint8_t frame[16 + 255], which = take_octet(in), form = take_octet(in);
	struct view body = take_view(in, take_octet(in));
	uint32_t sequence = ++t.far_sequence, id = ids[which % 16] | (which & 0x80 ? COMMAND_RESP : 0);
	if (form & 1)
		sequence = t.our_sequence - ((form >> 3) & 3);
	else if (form & 2)
		sequence = (uint32_t)(form >> 3) << 28;
	put32(frame, 16 + body.n + (form & 4 ? (uint32_t)(form >> 5) : 0));
	put32(frame + 4, id);
	put32(frame + 8, form & 0x40 ? form >> 3 : 0);
	put32(frame + 12, sequence);
	if (body.n > 0)
		memcpy(frame + 16, body.p, body.n);
	wire_send(t.far, frame, 16 + body.n);
	t.far_octets += 16 + body.n;
}

static void on_accept(int fd, const struct net_addr *peer, void *arg)
{
	(void)arg;
	t.session = session_accept(t.hub, fd, peer, &t.conf, &ops, NULL, &t.stats);
	MUST(t.session);
}

static void connect_both(void)
{
	if (t.role == APP_BINDS || t.role == CARRIER_CALLS) {
		static const struct conn_listen_conf conf = {.address = "127.0.0.1", .port = PORT};
		static const struct conn_listen_ops listen_ops = {.on_accept = on_accept};
		const char *why;
		struct conn_listener *l = conn_listen(t.conns, &conf, &listen_ops, NULL, &why);
		t.far = wire_dial(t.conns, PORT, NULL);
		conn_unlisten(l);
	} else {
		wire_serve(t.conns, PORT, NULL, NULL);
		t.session = (t.role == WE_BIND ? session_connect : session_call)(t.hub, "127.0.0.1", PORT, &t.conf,
										 &ops, NULL, &t.stats);
		turn(6);
		t.far = wire_accept(t.conns, PORT);
	}
	MUST(t.far);
	turn(6);
}

/* --- steps --- */

static void send_ours(uint8_t how)
{
	struct pdu pdu = {.command_id = how & 1					  ? DATA_SM
					: session_role(t.session) == SESSION_ESME ? SUBMIT_SM
										  : DELIVER_SM};
	pdu.sm.src.addr = view_of("10690001");
	pdu.sm.dst.addr = view_of("8613800138000");
	if (!(how & 1))
		pdu.sm.short_message = view_of("\x9a\x8c\x8b\xc1");
	if (t.cookies == SENT_MAX)
		return;
	uint32_t room = session_room(t.session);
	int rc = session_send(t.session, &pdu, t.cookies);
	MUST(room == 0 || rc == 0 || rc == -ENOTCONN);
	if (rc == 0)
		t.cookies++;
	else if (how & 2)
		session_want_room(t.session);
}

static void owner_step(uint8_t what, uint8_t how)
{
	static const enum end_reason reasons[] = {END_WE_UNBOUND, END_CONFIG, END_SHUTDOWN, END_DISPLACED,
						  END_SLOW_READER};
	struct session *s = t.session;
	switch (what) {
	case 0:
		for (unsigned i = 0; i <= how % 8u && t.session; i++)
			send_ours(how >> 4);
		break;
	case 1:
		if (t.asked_n > 0)
			answer(s, how % t.asked_n, how & 0x80 ? ESME_RSYSERR : ESME_ROK);
		break;
	case 2:
		session_end(s, reasons[how % 5]);
		break;
	case 3:
		session_hold(s, how & 1);
		break;
	case 4:
		t.window = 1 + how % 16u;
		session_set_window(s, t.window);
		break;
	case 5:
		session_probe(s, 1 + how * 10);
		break;
	default:
		if ((t.ways & 2) && session_role(s) == SESSION_SMSC && session_state(s) == SESSION_OPEN && how & 1)
			session_judge(s, how & 2 ? ESME_RBINDFAIL : ESME_ROK);
		break;
	}
}

static void step(struct view *in)
{
	uint8_t op = take_octet(in);
	switch (op % 8) {
	case 0:
	case 1:
	case 2:
		send_pdu(in);
		break;
	case 3: {
		struct view raw = take_view(in, op >> 3);
		wire_send(t.far, raw.p, raw.n);
		t.far_octets += raw.n;
		break;
	}
	case 4:
		loop_advance(t.loop, (int64_t)take_octet(in) * (op & 8 ? 500 : 10));
		break;
	case 5:
		if (t.session)
			owner_step((uint8_t)((op >> 3) % 7), take_octet(in));
		break;
	case 6:
		wire_fragment(t.far, op >> 3);
		break;
	default:
		if (op >> 3 == 30)
			wire_close(t.far);
		else if (op >> 3 == 31)
			wire_drop(t.far);
		else if (op & 8)
			wire_stall(t.far, 64);
		else
			wire_read_on(t.far);
	}
	turn(2);
}

static void prepare(uint8_t first, uint8_t second)
{
	memset(&t, 0, sizeof(t));
	t.role = first % ROLES;
	t.ways = first >> 2;
	t.conf = (struct session_conf){.enquire_link_ms = 30000,
				       .response_ms = 20000,
				       .bind_ms = 10000,
				       .partial_ms = 15000,
				       .max_pdu = PDU_MAX_DEFAULT,
				       .window_out = 1 + (second >> 4),
				       .window_in = 10};
	t.window = t.conf.window_out;
	t.loop = loop_new_simulated(WALL_MS);
	t.conns = conn_hub_new(t.loop, 524288, 65536);
	t.hub = session_hub_new(t.loop, t.conns, 4);
	connect_both();
	wire_fragment(t.far, second & 15);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2 || size > 4096)
		return 0;
	struct view in = {data + 2, (uint32_t)size - 2};
	be_quiet();
	prepare(data[0], data[1]);
	for (unsigned i = 0; i < STEPS && in.n > 0 && !wire_closed(t.far); i++)
		step(&in);
	if (t.session)
		session_abort(t.session, END_SHUTDOWN);
	turn(6);
	MUST(t.ends == 1 && !t.session);
	wire_free(t.far);
	t.far = NULL;
	turn(4);
	session_hub_free(t.hub);
	conn_hub_free(t.conns);
	loop_free(t.loop);
	return 0;
}
