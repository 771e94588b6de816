/*
 * flow_stop.c - who has said stop in the life of this process: what of them waits is not sent any more, before the
 * store or another node knows. Part of the order of life. Must not know words, nor replies.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "policy/policy.h"

/* Of whom: nobody's in particular, or an account's, perhaps with a signature. */
struct stop {
	uint64_t hash, second;
};

#define STOP_ALL 0u

static uint64_t stop_of(size_t account, uint32_t sign)
{
	return (uint64_t)sign << 32 | (account + 1);
}

static struct stop stop_hash(uint64_t number, uint64_t of)
{
	return (struct stop){number ^ map_hash_u64(of), number + map_hash_u64(~of)};
}

static bool is_second(uint64_t value, const void *key)
{
	return value == *(const uint64_t *)key;
}

static bool has(const struct flow *f, struct stop s)
{
	uint64_t value;
	return map_find(f->opted, s.hash, is_second, &s.second, &value);
}

__attribute__((noinline)) static bool is_stopped(const struct flow *f, const struct msg *m)
{
	struct pdu pdu;
	struct number to;
	msg_pdu(m, NULL, &pdu);
	if (!number_parse(pdu.sm.dst, &to))
		return false;
	uint64_t number = map_hash(to.digits, to.n);
	uint32_t sign = msg_whole(f->msgs, (struct msg *)m)->sign;
	return has(f, stop_hash(number, stop_of(m->account, 0))) || has(f, stop_hash(number, STOP_ALL)) ||
	       (sign && has(f, stop_hash(number, stop_of(m->account, sign))));
}

bool flow_has_opted_out(const struct flow *f, const struct msg *m)
{
	return map_count(f->opted) > 0 && class_promotional((enum class_id)m->class_id) &&
	       m->account != MSG_NO_ACCOUNT && is_stopped(f, m);
}

void flow_opted(struct flow *f, const struct reply_scope *scope, const struct number *n, bool out)
{
	uint64_t value, of = scope->all ? STOP_ALL : stop_of(scope->account, policy_sign(scope->signature));
	struct stop s = stop_hash(map_hash(n->digits, n->n), of);
	bool known = has(f, s);
	if (out && !known && map_put(f->opted, s.hash, s.second) < 0)
		log_error("-", "event=no_memory what=opt_out action=\"queued texts for the number are not stopped\"");
	else if (!out && known)
		map_remove(f->opted, s.hash, is_second, &s.second, &value);
}
