/*
 * flow_parts.c - long texts: a message becomes parts, each sent and awaited by itself (KIN_PART), and ends when all of
 * them have; the worst part decides. Notes to the app that do not end a message are made here too. Part of the order of
 * life. Must not know how a text is cut (parts.h), nor what a carrier said.
 */
#include "path/flow_priv.h"

#include <stdio.h>

#include "base/log.h"

/* --- into parts --- */

/* The same for the same message, also after a restart: parts that are sent later must fit those that went before. */
static uint16_t reference(const struct msg *m)
{
	return (uint16_t)(m->id % 65535 + 1);
}

/* How a text is cut: its parts must fit each other, whatever carrier has each and whatever the configuration says now.
 */
static uint16_t cut_for(const struct relay_peer *peer)
{
	return (uint16_t)((unsigned)parts_mode(peer) | (unsigned)peer->form << 4 | (unsigned)peer->dcs0 << 8 |
			  (unsigned)peer->app_dcs0 << 12);
}

static struct relay_peer peer_of_cut(uint16_t cut)
{
	return (struct relay_peer){.tlvs = true,
				   .dcs0 = (enum charset)(cut >> 8 & 15u),
				   .app_dcs0 = (enum charset)(cut >> 12),
				   .form = (enum dialect_form)(cut >> 4 & 15u),
				   .long_mode = (enum split_mode)(cut & 15u)};
}

void flow_part_peer(const struct flow *f, struct msg *k, struct relay_peer *peer)
{
	const struct relay_peer cut = peer_of_cut(msg_whole(f->msgs, k)->cut);
	peer->part = true;
	peer->app_dcs0 = cut.form == DIALECT_STAYS ? cut.app_dcs0 : cut.dcs0;
	peer->long_mode = cut.long_mode;
}

struct splitting {
	struct flow *flow;
	struct msg *whole;
};

static struct msg *part_of(const struct flow *f, const struct msg *m, unsigned seq)
{
	struct msg *k = msg_kin(f->msgs, m);
	while (k && !(k->kin_kind == KIN_PART && k->part == seq))
		k = msg_next_kin(f->msgs, k);
	return k;
}

static bool set_part_record(struct flow *f, struct msg *part, const struct msg *whole, struct view frame)
{
	struct record r;
	msg_record(whole, &r);
	r.frame = frame;
	return msg_set_record(f->msgs, part, &r) == 0;
}

static bool make_part(void *arg, unsigned seq, unsigned total, struct view frame)
{
	struct splitting *x = arg;
	struct flow *f = x->flow;
	struct msg *m = x->whole;
	struct msg *part = part_of(f, m, seq);
	if (part) /* found at start; one in doubt may have to go once more */
		return part->state != MSG_DOUBT || set_part_record(f, part, m, frame);
	part = flow_take(f);
	if (!part)
		return false;
	part->id = m->id;
	part->account = m->account;
	part->class_id = m->class_id;
	part->route = part->home = m->route;
	part->ends_ms = m->ends_ms;
	part->volatile_ = m->volatile_;
	part->internal = m->internal;
	part->unchecked = m->unchecked;
	part->part = (uint8_t)seq;
	part->parts = (uint8_t)total;
	part->order = m->order;
	part->ranked = m->ranked;
	part->carrier = m->carrier;
	msg_add_kin(m, part, KIN_PART);
	return set_part_record(f, part, m, frame);
}

static void drop_kin(struct flow *f, struct msg *m, enum msg_kin kind)
{
	for (struct msg *k = msg_kin(f->msgs, m), *next; k; k = next) {
		next = msg_next_kin(f->msgs, k);
		if (k->kin_kind != kind || k->state != MSG_NEW)
			continue;
		msg_remove_kin(f->msgs, m, k);
		flow_drop(f, k);
	}
}

/* Those that are new: next at the carrier that took the message, one behind the other; or behind all that waits. */
static void queue_parts(struct flow *f, struct msg *m, bool last)
{
	uint64_t parts[256] = {0};
	for (struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k)) {
		if (k->kin_kind == KIN_PART && k->state == MSG_NEW)
			parts[k->part] = k->handle;
	}
	for (unsigned i = 1; i <= 255; i++) {
		struct msg *k = msgs_get(f->msgs, parts[i]);
		if (k && last)
			flow_enqueue(f, k);
		else if (k)
			flow_go_next(f, k);
	}
}

void flow_parts_withdraw(struct flow *f, struct msg *m)
{
	if (m->state != MSG_PARTED)
		return;
	for (struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k)) {
		if (k->kin_kind != KIN_PART || k->state == MSG_AWAITING || k->state == MSG_PAST)
			continue;
		flow_withdraw(f, k);
		loop_timer_clear(f->loop, &k->timer);
		flow_set_state(f, k, MSG_PAST);
	}
	m->parts = 0;
}

void flow_split(struct flow *f, struct msg *m, const struct relay_peer *peer)
{
	struct splitting x = {.flow = f, .whole = m};
	if (!parts_make(m, peer, &f->relay, reference(m), make_part, &x)) {
		drop_kin(f, m, KIN_PART);
		log_peer_warn("-",
			      "event=not_split id=%llu reason=\"messages.max_held reached\" action=\"tried again\"",
			      (unsigned long long)m->id);
		flow_set_state(f, m, MSG_HELD);
		flow_set_timer(f, m, loop_wall_ms(f->loop) + f->conf.messages->retry);
		return;
	}
	m->parts = msg_kin(f->msgs, m)->parts;
	m->cut = cut_for(peer);
	loop_timer_clear(f->loop, &m->timer);
	flow_set_state(f, m, MSG_PARTED);
	queue_parts(f, m, false);
}

/* --- notes --- */

/* Which part it is, for the app, in TLVs. */
static size_t make_note_frame(struct flow *f, const struct msg *whole, const struct msg *part, bool with_part)
{
	uint8_t mem[1024];
	struct tlv_out o = {mem, 0, sizeof(mem), false};
	struct pdu pdu;
	size_t n = relay_shorten(whole, f->frame, sizeof(f->frame));
	if (!with_part || !part->part || n == 0 || pdu_decode(f->frame, n, &pdu) != ESME_ROK)
		return n;
	struct tlv t;
	uint32_t pos = 0;
	while (tlv_next(pdu.tlvs, &pos, &t))
		tlv_put(&o, t.tag, t.value.p, t.value.n);
	tlv_put_int(&o, TLV_SAR_MSG_REF_NUM, reference(whole), 2);
	tlv_put_int(&o, TLV_SAR_TOTAL_SEGMENTS, part->parts, 1);
	tlv_put_int(&o, TLV_SAR_SEGMENT_SEQNUM, part->part, 1);
	pdu.tlvs = (struct view){o.p, o.n};
	return pdu_encode(&pdu, f->parked, sizeof(f->parked));
}

struct msg *flow_make_note(struct flow *f, const struct msg *whole, const struct msg *of, uint8_t flags,
			   enum message_state state, const struct words *w)
{
	bool part = flags & RECORD_PART;
	size_t n = make_note_frame(f, whole, of, part);
	const uint8_t *frame = part && of->part ? f->parked : f->frame;
	struct msg *note = n ? flow_take(f) : NULL;
	struct record r;
	if (!note)
		return NULL;
	msg_record(whole, &r);
	r.app_id = msg_app_id(whole);
	r.frame = (struct view){frame, (uint32_t)n};
	r.kind = RECORD_FINAL;
	r.flags |= flags;
	r.final_state = (uint8_t)state;
	r.attempts = of->attempts;
	r.done_ms = w->done_ms ? w->done_ms : loop_wall_ms(f->loop);
	r.stat = w->stat;
	r.err = w->err;
	if (of->carrier != MSG_NO_CARRIER)
		r.via = view_of(carrier_name(carriers_at(f->carriers, of->carrier)));
	note->id = ids_next(&f->ids, loop_wall_ms(f->loop));
	note->account = whole->account;
	note->class_id = whole->class_id;
	note->carrier = MSG_NO_CARRIER;
	note->final_state = (uint8_t)state;
	note->attempts = of->attempts;
	note->volatile_ = whole->volatile_;
	note->note = note->aliased = true;
	if (msg_set_record(f->msgs, note, &r) == 0)
		return note;
	flow_drop(f, note);
	return NULL;
}

void flow_forward_answer(struct flow *f, struct msg *m)
{
	struct msg *whole = msg_whole(f->msgs, m);
	if (!whole->forward || !whole->peer)
		return;
	for (const struct msg *k = msg_kin(f->msgs, whole); k; k = msg_next_kin(f->msgs, k)) {
		if (k != m && k->kin_kind == KIN_PART && k->state != MSG_AWAITING && k->state != MSG_PAST)
			return;
	}
	flow_answer_app(f, whole, ESME_ROK);
}

/* --- the end of a part, and of all --- */

/* How bad an end is: the worst part decides. */
static unsigned badness(uint8_t state)
{
	static const uint8_t rank[] = {
		[STATE_DELIVERED] = 0, [STATE_ACCEPTED] = 1,	  [STATE_ENROUTE] = 2, [STATE_SCHEDULED] = 2,
		[STATE_UNKNOWN] = 3,   [STATE_SKIPPED] = 4,	  [STATE_EXPIRED] = 5, [STATE_DELETED] = 6,
		[STATE_REJECTED] = 7,  [STATE_UNDELIVERABLE] = 8,
	};
	return state < sizeof(rank) ? rank[state] : 9;
}

static bool per_part(const struct flow *f, const struct msg *m)
{
	return m->account != MSG_NO_ACCOUNT &&
	       account_conf(accounts_at(f->accounts, m->account))->receipts == ACCOUNT_RECEIPT_PART;
}

/* The part that decides, or NULL while one is under way. */
static struct msg *worst_part(const struct flow *f, const struct msg *m)
{
	struct msg *worst = NULL;
	unsigned n = 0;
	for (struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k)) {
		if (k->kin_kind != KIN_PART)
			continue;
		if (k->state != MSG_PAST || k->redo || k->peer || k->writing)
			return NULL;
		n++;
		if (!worst || badness(k->final_state) >= badness(worst->final_state))
			worst = k;
	}
	return n >= m->parts ? worst : NULL;
}

/* All parts of an attempt that failed stand aside; the store is told that they are no parts of the next one. */
static void set_parts_aside(struct flow *f, struct msg *m)
{
	for (struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k)) {
		if (k->kin_kind != KIN_PART)
			continue;
		k->kin_kind = KIN_PAST;
		flow_mark(f, k);
	}
	m->parts = 0;
}

/* Whether a carrier said no: another one may say yes. Time, opt-outs and doubts are the same everywhere. */
static bool carrier_failed(const struct msg *k)
{
	return k->how == FINISH_FAILED || k->how == FINISH_REFUSED || k->how == FINISH_ATTEMPTS;
}

static bool go_on(struct flow *f, struct msg *m, const struct msg *worst)
{
	const struct retry_row *row = retries_row(f->retries, (enum fault)worst->fault);
	const struct retry_reading reading = {.fault = (enum fault)worst->fault};
	m->carrier = worst->carrier;
	m->attempts = worst->attempts > m->attempts ? worst->attempts : (uint8_t)(m->attempts + 1);
	if (!carrier_failed(worst) || row->receipt != RETRY_NEXT || m->attempts >= row->attempts || per_part(f, m) ||
	    !flow_elsewhere(f, m, &reading))
		return false;
	log_peer_info("-", "event=resend id=%llu parts=%u state=%s fault=%s", (unsigned long long)m->id, m->parts,
		      receipt_stat_name((enum message_state)worst->final_state), fault_name((enum fault)worst->fault));
	const struct words none = {FLOW_NOTHING, FLOW_NOTHING, 0};
	flow_tell_retried(f, m, worst->carrier, &none);
	set_parts_aside(f, m);
	flow_enqueue(f, m);
	return true;
}

/* The message ends when all its parts have, and the store knows it of each. */
void flow_parts_check(struct flow *f, struct msg *m)
{
	struct msg *worst = m->state == MSG_PARTED ? worst_part(f, m) : NULL;
	struct record r;
	if (!worst || go_on(f, m, worst))
		return;
	msg_record(worst, &r);
	struct words words = {r.stat, r.err, r.done_ms};
	if (m->forward && m->peer) { /* not all of it was taken: the answer says so, and no receipt follows */
		flow_answer_app(f, m, ESME_RSUBMITFAIL);
		m->registered = 0;
	}
	flow_finish(f, m, (enum finish)worst->how, (enum message_state)worst->final_state, &words);
}

/* Its own receipt, for accounts that want one per part. */
static void tell_app(struct flow *f, struct msg *whole, const struct msg *k)
{
	struct record r;
	unsigned asked = whole->registered & 3u;
	if (whole->internal || !per_part(f, whole) || asked == 0 || (asked == 2 && k->final_state == STATE_DELIVERED))
		return;
	msg_record(k, &r); /* its own words: the carrier's may stand where the note's frame is made */
	const struct words w = {r.stat, r.err, r.done_ms};
	struct msg *note = flow_make_note(f, whole, k, RECORD_PART, (enum message_state)k->final_state, &w);
	if (note)
		flow_close(f, note);
	else
		log_error("-", "event=no_memory id=%llu part=%u what=part_receipt", (unsigned long long)whole->id,
			  k->part);
}

void flow_part_ended(struct flow *f, struct msg *k, enum finish how, const struct words *w)
{
	struct msg *m = msgs_get(f->msgs, k->parent);
	struct record r;
	msg_record(k, &r);
	r.stat = w->stat;
	r.err = w->err;
	r.done_ms = w->done_ms;
	r.frame = FLOW_NOTHING; /* its text is not needed any more */
	k->how = (uint8_t)how;
	if (msg_set_record(f->msgs, k, &r) < 0)
		log_error("-", "event=no_memory id=%llu part=%u what=part_record", (unsigned long long)m->id, k->part);
	flow_settle(f, k);
	flow_set_state(f, k, MSG_PAST);
	tell_app(f, m, k);
	if (k->carrier == MSG_NO_CARRIER)
		k->carrier = m->carrier;
	if (!k->cid_len) {
		k->slot = store_slot(loop_wall_ms(f->loop));
		if (flow_make_up_id(f, k) < 0)
			log_error("-", "event=no_memory id=%llu what=carrier_id", (unsigned long long)m->id);
	}
	flow_mark(f, k);
}

/* --- in the store --- */

static const char *const mode_names[] = {
	[SPLIT_UDH8] = "udh8", [SPLIT_UDH16] = "udh16", [SPLIT_SAR] = "sar", [SPLIT_PAYLOAD] = "payload"};

static const char *const form_names[] = {
	[DIALECT_OPEN] = "open", [DIALECT_STAYS] = "stays",   [DIALECT_DEFAULT] = "default", [DIALECT_UCS2] = "ucs2",
	[DIALECT_GBK] = "gbk",	 [DIALECT_LATIN1] = "latin1", [DIALECT_ASCII] = "ascii"};

/* "udh8 latin1/gsm7/ucs2", how the text was cut: its mark; data_coding 0 in the message and at the carrier; the form
 * that it has been given; and of one that has ended "failed number UNDELIV 012": finish, fault, and the
 * carrier's words; "-" for one that it did not say. */
struct view flow_part_why(const struct flow *f, struct msg *k, char out[LEG_WHY_MAX])
{
	struct relay_peer cut = peer_of_cut(msg_whole(f->msgs, k)->cut);
	struct record r;
	int n = snprintf(out, LEG_WHY_MAX, "%s %s/%s/%s", mode_names[cut.long_mode], charset_name(cut.app_dcs0),
			 charset_name(cut.dcs0), form_names[cut.form]);
	if (k->final_state) {
		msg_record(k, &r);
		n += snprintf(out + n, LEG_WHY_MAX - (size_t)n, " %s %s %.*s %.*s", finish_name((enum finish)k->how),
			      fault_name((enum fault)k->fault), r.stat.n ? (int)r.stat.n : 1,
			      r.stat.n ? (const char *)r.stat.p : "-", r.err.n ? (int)r.err.n : 1,
			      r.err.n ? (const char *)r.err.p : "-");
	}
	return (struct view){(uint8_t *)out, (uint32_t)n < LEG_WHY_MAX ? (uint32_t)n : LEG_WHY_MAX - 1};
}

/* The next word; empty for "-". */
static struct view next_word(struct view *rest)
{
	uint32_t n = 0;
	while (n < rest->n && rest->p[n] != ' ')
		n++;
	struct view word = {rest->p, n}, none = {NULL, 0};
	rest->p += n + (n < rest->n);
	rest->n -= n + (n < rest->n);
	return n == 1 && word.p[0] == '-' ? none : word;
}

/* The next of the names between slashes, as its place in names; the first when it is none of them. */
static unsigned next_name(struct view *rest, const char *const *names, unsigned n)
{
	uint32_t end = 0;
	while (end < rest->n && rest->p[end] != '/')
		end++;
	struct view name = {rest->p, end};
	rest->p += end + (end < rest->n);
	rest->n -= end + (end < rest->n);
	for (unsigned i = 0; i < n; i++) {
		if (view_eq(name, view_of(names[i])))
			return i;
	}
	return 0;
}

static void read_cut(struct msg *m, struct view *why)
{
	const char *charsets[CHARSET_GBK + 1];
	struct view mode = next_word(why), how = next_word(why);
	for (unsigned c = CHARSET_GSM7; c <= CHARSET_GBK; c++)
		charsets[c] = charset_name((enum charset)c);
	struct relay_peer cut = {.tlvs = true};
	cut.long_mode = (enum split_mode)next_name(&mode, mode_names, SPLIT_PAYLOAD + 1);
	cut.app_dcs0 = (enum charset)next_name(&how, charsets, CHARSET_GBK + 1);
	cut.dcs0 = (enum charset)next_name(&how, charsets, CHARSET_GBK + 1);
	cut.form = (enum dialect_form)next_name(&how, form_names, DIALECT_LOST);
	m->cut = cut_for(&cut);
}

static void read_why(struct msg *k, struct view why, struct words *w)
{
	struct view how = next_word(&why), fault = next_word(&why);
	enum fault known;
	k->how = k->final_state == STATE_DELIVERED ? FINISH_DELIVERED : FINISH_FAILED;
	for (int i = 0; i < FINISHES; i++) {
		if (view_eq(how, view_of(finish_name((enum finish)i))))
			k->how = (uint8_t)i;
	}
	k->fault = fault_by_name(fault, &known) ? (uint8_t)known : FAULT_PERMANENT;
	w->stat = next_word(&why);
	w->err = next_word(&why);
}

/* --- after a restart --- */

/* The words of one that has ended stay in its record. */
static bool set_resumed_record(struct flow *f, struct msg *m, struct msg *k)
{
	char why[LEG_WHY_MAX];
	struct words words = {FLOW_NOTHING, FLOW_NOTHING, 0};
	struct record r, own = {0};
	if (k->rec)
		msg_record(k, &own);
	uint32_t n = own.stat.n < sizeof(why) ? own.stat.n : (uint32_t)sizeof(why);
	if (n)
		memcpy(why, own.stat.p, n);
	struct view rest = {(const uint8_t *)why, n};
	read_cut(m, &rest);
	if (k->final_state)
		read_why(k, rest, &words);
	msg_record(m, &r);
	r.frame = FLOW_NOTHING;
	r.stat = words.stat;
	r.err = words.err;
	return msg_set_record(f->msgs, k, &r) == 0;
}

static void resume_part(struct flow *f, struct msg *m, struct msg *k)
{
	k->id = m->id;
	k->ends_ms = m->ends_ms;
	k->unchecked = m->unchecked;
	k->route = k->home = m->route;
	k->order = m->order;
	k->ranked = m->ranked;
	if (!set_resumed_record(f, m, k))
		log_error("-", "event=no_memory id=%llu what=part_record", (unsigned long long)m->id);
	if (k->final_state)
		return;
	if (k->state != MSG_DOUBT) {
		flow_await(f, k);
		return;
	}
	struct msg *d = flow_set_aside(f, k, KIN_DOUBT);
	if (d && d->carrier != MSG_NO_CARRIER && doubts_add(f->doubts, d) < 0)
		log_error("-", "event=no_memory id=%llu what=doubt", (unsigned long long)m->id);
	flow_hold_doubt(f, k);
}

void flow_parts_more(struct flow *f, struct msg *m)
{
	struct splitting x = {.flow = f, .whole = m};
	struct relay_peer peer = peer_of_cut(m->cut);
	if (!parts_make(m, &peer, &f->relay, reference(m), make_part, &x)) {
		log_peer_warn("-",
			      "event=not_split id=%llu reason=\"messages.max_held reached\" action=\"tried again\"",
			      (unsigned long long)m->id);
		drop_kin(f, m, KIN_PART);
		flow_set_timer(f, m, loop_wall_ms(f->loop) + f->conf.messages->retry);
		return;
	}
	queue_parts(f, m, true); /* at start messages come in their order */
	flow_parts_check(f, m);
}

/* What decides when the store has several submits of one part: an end, then what a carrier has, then a doubt. */
static unsigned rank(const struct msg *k)
{
	return k->final_state ? 2 : k->state != MSG_DOUBT;
}

/* Another submit of a part than its present one, whose entry may still say that it is open. */
static void set_beside(struct flow *f, struct msg *m, struct msg *present, struct msg *k)
{
	bool doubt = k->state == MSG_DOUBT;
	k->id = m->id;
	flow_set_state(f, k, MSG_PAST);
	if (present->final_state) { /* it is awaited no longer */
		k->kin_kind = KIN_PAST;
		return;
	}
	msg_remove_kin(f->msgs, m, k);
	msg_add_kin(present, k, doubt ? KIN_DOUBT : KIN_PAST);
	if (doubt && k->carrier != MSG_NO_CARRIER && doubts_add(f->doubts, k) < 0)
		log_error("-", "event=no_memory id=%llu what=doubt", (unsigned long long)m->id);
}

static void settle_several(struct flow *f, struct msg *m)
{
	struct msg *present[256] = {NULL}, *next;
	for (struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k)) {
		if (k->kin_kind == KIN_PART && (!present[k->part] || rank(k) > rank(present[k->part])))
			present[k->part] = k;
	}
	for (struct msg *k = msg_kin(f->msgs, m); k; k = next) {
		next = msg_next_kin(f->msgs, k);
		if (k->kin_kind == KIN_PART && k != present[k->part])
			set_beside(f, m, present[k->part], k);
	}
}

bool flow_parts_resume(struct flow *f, struct msg *m)
{
	const struct msg *any = NULL;
	settle_several(f, m);
	for (struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k)) {
		if (k->kin_kind != KIN_PART)
			continue;
		resume_part(f, m, k);
		any = !any || any->carrier == MSG_NO_CARRIER ? k : any;
	}
	if (!any)
		return false;
	m->parts = any->parts;
	m->carrier = any->carrier;
	flow_set_state(f, m, MSG_PARTED);
	flow_parts_more(f, m);
	return true;
}
