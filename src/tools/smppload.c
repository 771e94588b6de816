/*
 * smppload.c - a load generator ESME: options, start, end. The work is in load_*.c.
 */
#include "tools/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

#define PROGRESS_MS 1000

static const struct opts_about about = {
	.program = "smppload",
	.operands = "",
	.purpose = "Submits many messages over SMPP and keeps account of every answer and receipt.",
	.exits = "0  every accepted message has its one receipt, every message an answer\n"
		 "1  something is missing, duplicate, unknown or was not sent\n2  wrong usage\n3  could not bind",
};

#define AT(field) offsetof(struct load_conf, field)
static const struct opts_row rows[] = {
	ESME_OPTION_ROWS(AT(esme)),
	{"bind", OPTS_CHOICE, AT(bind), "transceiver", .choices = "transceiver|tx-rx",
	 .help = "one transceiver, or a transmitter and a receiver"},
	{"binds", OPTS_NUMBER, AT(binds), "1", .help = "how many of those", .min = 1, .max = 10000},
	{"window", OPTS_NUMBER, AT(window), "100", .help = "unanswered submit_sm per bind", .min = 1, .max = 10000},
	{"messages", OPTS_NUMBER, AT(messages), "1000", .help = "how many to submit", .max = 1000000000},
	{"rate", OPTS_NUMBER, AT(rate), "0", .help = "messages per second; 0: as fast as answers come",
	 .max = 10000000},
	{"receipts", OPTS_YESNO, AT(receipts), "yes", .help = "asks for receipts and waits for them"},
	{"intermediate", OPTS_FLAG, AT(intermediate), .help = "asks to be told that messages are on their way"},
	{"source", OPTS_TEXT, AT(source), "10690001", .arg = "ADDRESS", .help = "source address"},
	{"dest-prefix", OPTS_TEXT, AT(dest_prefix), "86138", .arg = "DIGITS",
	 .help = "how every destination begins; the rest varies"},
	{"dest-digits", OPTS_NUMBER, AT(dest_digits), "13", .help = "digits of a destination", .min = 1, .max = 20},
	{"text", OPTS_TEXT, AT(text), "【测试银行】您尾号6688的账户入账人民币128.00元，流水#seq。",
	 .help = "UTF-8; #seq becomes # and the message's number"},
	{"first", OPTS_NUMBER, AT(first), "0", .help = "the first message's number", .max = INT64_MAX / 2},
	{"class", OPTS_TEXT, AT(message_class), .help = "TLV message_class, such as otp or promo"},
	{"campaign", OPTS_TEXT, AT(campaign), .help = "TLV campaign"},
	{"variant", OPTS_TEXT, AT(variant), .help = "TLV variant"},
	{"esm-class", OPTS_NUMBER, AT(esm_class), "0", .help = "esm_class; 1 is datagram mode, 2 forward mode",
	 .max = 3},
	{"timeout", OPTS_TIME, AT(timeout), "30s", .help = "ends when neither answers nor receipts come for so long"},
	{"linger", OPTS_TIME, AT(linger), "300ms", .help = "looks for duplicates so long after the last receipt"},
	{"response-timeout", OPTS_TIME, AT(response_timeout), "30s", .help = "for the answer to a submit_sm"},
	{"enquire-link", OPTS_TIME, AT(enquire_link), "30s", .help = "enquire_link after so long a silence"},
	{"reconnect", OPTS_FLAG, AT(reconnect), .help = "binds again when a connection is lost, and goes on"},
	{"resend", OPTS_FLAG, AT(resend), .help = "submits again what got no answer"},
	{"retry", OPTS_FLAG, AT(retry), .help = "submits again what ESME_RTHROTTLED or ESME_RMSGQFUL refused"},
	{"journal", OPTS_TEXT, AT(journal), .arg = "FILE",
	 .help = "writes the id of each accepted message, one a line"},
	{"json", OPTS_FLAG, AT(json), .help = "reports as one JSON object"},
	{"progress", OPTS_FLAG, AT(progress), .help = "a line on stderr every second"},
};
#undef AT

struct hooks {
	struct load *load;
	struct loop_hook pump, flush;
	struct timer progress;
};

static void on_signal(void *arg)
{
	load_finish(arg);
}

static void on_turn(void *arg)
{
	load_pump(arg);
}

static void on_flush(void *arg)
{
	struct load *l = arg;

	while (buf_len(&l->journal) > 0) {
		ssize_t n = write(l->journal_fd, buf_data(&l->journal), buf_len(&l->journal));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			fprintf(stderr, "smppload: cannot write %s: %m\n", l->conf.journal);
			exit(LOAD_DIFFERENCES);
		}
		buf_consume(&l->journal, (size_t)n, 1 << 20);
	}
	log_flush();
}

static void on_progress(struct timer *t)
{
	struct hooks *h = LIST_OF(t, struct hooks, progress);

	load_report_progress(h->load);
	loop_timer(h->load->engine.loop, t, PROGRESS_MS);
}

static int set_up(struct load *l)
{
	const char *why;

	l->text = load_text_new(&l->conf, &why);
	if (!l->text)
		return opts_wrong(&about, "%s", why);
	l->journal_fd = -1;
	if (l->conf.journal) {
		l->journal_fd = open(l->conf.journal, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
		if (l->journal_fd < 0) {
			int wrong = opts_wrong(&about, "cannot write %s: %m", l->conf.journal);

			load_text_free(l->text);
			return wrong;
		}
	}
	log_open(2, LOG_LEVEL_WARN, false);
	engine_open(&l->engine, (uint32_t)l->conf.binds * 2 + 1, on_signal, l);
	l->book = load_book_new((uint64_t)l->conf.messages);
	l->binds = load_binds_new(l);
	l->moved_us = engine_clock_us();
	return 0;
}

static void run(struct load *l)
{
	struct hooks h = {.load = l, .progress = {.fn = on_progress}};

	h.pump = (struct loop_hook){.fn = on_turn, .arg = l};
	h.flush = (struct loop_hook){.fn = on_flush, .arg = l};
	loop_hook(l->engine.loop, LOOP_PUMP, &h.pump);
	loop_hook(l->engine.loop, LOOP_LOG, &h.flush);
	load_binds_start(l);
	if (l->conf.progress)
		loop_timer(l->engine.loop, &h.progress, PROGRESS_MS);
	if (loop_run(l->engine.loop) != 0)
		l->exit = LOAD_DIFFERENCES;
	loop_timer_clear(l->engine.loop, &h.progress);
	loop_unhook(l->engine.loop, &h.pump);
	loop_unhook(l->engine.loop, &h.flush);
	on_flush(l);
}

static void tear_down(struct load *l)
{
	engine_close(&l->engine);
	tls_release(l->tls);
	load_binds_free(l->binds);
	load_book_free(l->book);
	load_text_free(l->text);
	mem_free(l->again);
	buf_free(&l->journal);
	if (l->journal_fd >= 0)
		close(l->journal_fd);
}

int main(int argc, char **argv)
{
	static struct load l;
	int at = opts_parse(&about, rows, sizeof(rows) / sizeof(rows[0]), &l.conf, argc, argv);

	if (at < 0)
		return at == OPTS_DONE ? 0 : LOAD_USAGE;
	if (!esme_tls(about.program, &l.conf.esme, &l.tls) || set_up(&l) != 0)
		return LOAD_USAGE;
	run(&l);
	if (l.exit == LOAD_ALL_MATCHED)
		l.exit = load_report_verdict(&l);
	if (l.started)
		load_report(&l);
	tear_down(&l);
	return (int)l.exit;
}
