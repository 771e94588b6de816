/*
 * reply_keyword.c - what a keyword does: stop and start again, a complaint, a confirmation, the end of a series, help.
 * Must not know how words match (policy/keyword.h), nor how a MO is answered.
 */
#include "path/reply_priv.h"

#include <stdio.h>

#include "base/log.h"

const struct keyword_conf *reply_keyword(struct mo *mo)
{
	const struct account *a = reply_account(mo);
	const struct keyword_subject s = {.account = a ? account_name(a) : "",
					  .code = mo->code,
					  .signature = mo->last.signature,
					  .text = {(const uint8_t *)mo->text, (uint32_t)mo->text_n}};
	struct reply *r = mo->reply;
	uint64_t before = keywords_given_up(r->keywords);
	const struct keyword_conf *k = keywords_match(r->keywords, &s);
	if (keywords_given_up(r->keywords) == before)
		return k;
	r->counters.given_up += keywords_given_up(r->keywords) - before;
	log_peer_warn(s.account,
		      "event=pattern_given_up carrier=%s code=%s action=\"simplify the patterns of keywords\"",
		      carrier_name(mo->carrier), mo->code);
	return k;
}

/* --- stop and start again --- */

/* In the store and in this process; the name is what stands behind "optout:". */
static void opt(struct mo *mo, const struct reply_scope *scope, bool out)
{
	struct reply *r = mo->reply;
	char name[STORE_SCOPE_MAX];
	if (scope->all)
		snprintf(name, sizeof(name), "global");
	else
		snprintf(name, sizeof(name), "%s%s%.*s", account_name(accounts_at(r->accounts, scope->account)),
			 scope->signature.n ? "/" : "", (int)scope->signature.n,
			 scope->signature.n ? (const char *)scope->signature.p : "");
	if (out)
		snprintf(mo->stopped, sizeof(mo->stopped), "%s", name);
	r->ops->opted(r->arg, scope, &mo->from, out);
	reply_expect(mo, store_optout(r->store, view_of(name), (struct view){(uint8_t *)mo->from.digits, mo->from.n},
				      out, view_of("sms"), (struct view){(uint8_t *)mo->text, (uint32_t)mo->text_n},
				      reply_on_effect, reply_token(mo)));
}

/* Several own the code, and it is not known which of them is answered: the user means the code. */
static void opt_owners(struct mo *mo, bool out)
{
	size_t owners[STORE_MO_OWNERS];
	size_t n = mo->shared ? reply_owners(mo->reply, mo->code, owners, STORE_MO_OWNERS) : 0;
	for (size_t i = 0; i < n; i++) {
		if (owners[i] != (size_t)mo->account)
			opt(mo, &(struct reply_scope){.account = owners[i]}, out);
	}
}

static void opt_out(struct mo *mo, const struct keyword_conf *k)
{
	struct reply_scope scope = {.all = k->scope == KEYWORD_OF_ALL, .account = (size_t)mo->account};
	if (k->scope == KEYWORD_OF_SIGNATURE) /* of a message that is not known: the account's, which is more */
		scope.signature = mo->last.signature;
	mo->reply->counters.opt_outs++;
	mo->events |= 1u << EVENT_OPTED_OUT;
	if (!scope.all)
		opt_owners(mo, true);
	opt(mo, &scope, true);
}

/* A wider stop is not taken back by a narrower start: who stopped it may have been the operator. Then nobody is told
 * that texts come again. */
static void note_wider(struct mo *mo, const struct keyword_conf *k)
{
	char number[32];
	bool of_account = k->scope == KEYWORD_OF_SIGNATURE && mo->last.signature.n && mo->account_stopped;
	mo->still_stopped = k->scope != KEYWORD_OF_ALL && (mo->all_stopped || of_account);
	if (!mo->still_stopped)
		return;
	const char *scope = mo->all_stopped ? "global" : account_name(reply_account(mo));
	log_peer_info(account_name(reply_account(mo)),
		      "event=still_stopped number=%s scope=%s action=\"smppgwctl optout remove %s NUMBER when its "
		      "owner asks for that\"",
		      log_number(mo->from.digits, mo->from.n, number), scope, scope);
}

/* What was stopped in a narrower scope starts again too. */
static void opt_in(struct mo *mo, const struct keyword_conf *k)
{
	struct reply_scope scope = {.account = (size_t)mo->account};
	mo->reply->counters.opt_ins++;
	mo->events |= 1u << EVENT_OPTED_IN;
	note_wider(mo, k);
	if (k->scope == KEYWORD_OF_ALL)
		opt(mo, &(struct reply_scope){.all = true}, false);
	opt_owners(mo, false);
	if (k->scope != KEYWORD_OF_SIGNATURE || mo->last.signature.n == 0)
		opt(mo, &scope, false);
	scope.signature = mo->last.signature;
	if (scope.signature.n)
		opt(mo, &scope, false);
}

/* --- the rest --- */

static void complain(struct mo *mo, const struct keyword_conf *k)
{
	char number[32], text[128];
	mo->reply->counters.complaints++;
	mo->events |= 1u << EVENT_COMPLAINED;
	log_peer_warn(account_name(reply_account(mo)),
		      "event=complaint number=%s carrier=%s code=%s original=%llu text=\"%s\" action=\"look at it\"",
		      log_number(mo->from.digits, mo->from.n, number), carrier_name(mo->carrier), mo->code,
		      (unsigned long long)mo->last.id, log_text(mo->text, mo->text_n, text));
	opt_out(mo, k);
}

static void confirm(struct mo *mo, const struct keyword_conf *k)
{
	(void)k;
	mo->reply->counters.confirms++;
	mo->events |= 1u << EVENT_CONFIRMED;
}

static void cancel_series(struct mo *mo, const struct keyword_conf *k)
{
	struct reply *r = mo->reply;
	(void)k;
	r->counters.cancels++;
	mo->pending++; /* it may be over before the call is */
	if (r->ops->cancel_series(r->arg, (size_t)mo->account, &mo->from, mo->last.group, reply_on_effect,
				  reply_token(mo)) < 0)
		reply_on_effect(r->arg, reply_token(mo), false);
}

static void help(struct mo *mo, const struct keyword_conf *k)
{
	(void)k;
	mo->reply->counters.helps++;
}

static void (*const acts[])(struct mo *mo, const struct keyword_conf *k) = {
	[KEYWORD_OPT_OUT] = opt_out,	[KEYWORD_OPT_IN] = opt_in,   [KEYWORD_HELP] = help,
	[KEYWORD_COMPLAINT] = complain, [KEYWORD_CONFIRM] = confirm, [KEYWORD_CANCEL] = cancel_series,
};

void reply_do_keyword(struct mo *mo, const struct keyword_conf *k)
{
	char number[32];
	log_peer_info(
		account_name(reply_account(mo)), "event=keyword action=%s number=%s carrier=%s code=%s original=%llu",
		keyword_action_name((enum keyword_action)k->action), log_number(mo->from.digits, mo->from.n, number),
		carrier_name(mo->carrier), mo->code, (unsigned long long)mo->last.id);
	acts[k->action](mo, k);
	bool says = k->reply && *k->reply;
	reply_answer(mo, !says ? "" : mo->still_stopped ? mo->reply->setup.conf->still_stopped : k->reply);
	if (k->forward)
		reply_forward(mo);
}

void reply_do_unrouted(struct mo *mo)
{
	char number[32];
	const struct keyword_conf *k = mo->from.n ? reply_keyword(mo) : NULL;
	if (!k || !reply_goes_first(k))
		return;
	bool out = k->action != KEYWORD_OPT_IN;
	log_peer_warn("-", "event=keyword action=%s number=%s carrier=%s code=%s scope=global reason=\"nobody's code\"",
		      keyword_action_name((enum keyword_action)k->action),
		      log_number(mo->from.digits, mo->from.n, number), carrier_name(mo->carrier), mo->code);
	mo->reply->counters.opt_outs += out;
	mo->reply->counters.opt_ins += !out;
	mo->reply->counters.complaints += k->action == KEYWORD_COMPLAINT;
	opt(mo, &(struct reply_scope){.all = true}, out);
}
