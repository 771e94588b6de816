/*
 * verb_explain.c - what would become of a submit, rule by rule. Must not know sockets, nor what decides.
 */
#include "noc/verb.h"

#include "policy/class.h"

static void on_line(void *arg, const char *text)
{
	buf_printf(console_later_out(arg), "%s\n", text);
}

static void on_done(void *arg)
{
	console_finish(arg, NULL);
}

int verb_explain(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	enum class_id class_id;
	bool classed = call->n > 3 && class_by_name(view_of(call->words[3]), &class_id);
	struct flow_question q = {
		.account = accounts_find(flow_accounts(from->flow), view_of(call->words[0])),
		.source = call->words[1],
		.dest = call->words[2],
		.class_name = classed ? call->words[3] : "",
		.text = call->n == 5		   ? call->words[4]
			: call->n == 4 && !classed ? call->words[3]
						   : "",
	};
	const char *why;

	if (!q.account)
		return console_fail(call, "no account %.100s; accounts lists them", call->words[0]);
	if (call->n == 5 && !classed)
		return console_fail(call, "no class %.100s; otp, alert, notice, remind, collect and promo are",
				    call->words[3]);
	if (flow_explain(from->flow, &q, on_line, on_done, console_later(call), &why) < 0)
		return console_fail(call, "%s", why);
	return CONSOLE_LATER;
}
