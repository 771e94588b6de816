/*
 * sim_capture.c - what came in: JSON lines for tests to read, and the numbers of tagged texts to find messages that
 * were submitted twice. Lines are gathered and written once per turn.
 */
#include "tools/sim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "smpp/command.h"
#include "tools/readable.h"

#define TEXT_MAX 262144u /* octets of UTF-8 */
#define TAG_MAX	 (1u << 30)

struct sim_capture {
	int fd;
	struct loop *loop;
	struct loop_hook hook;
	struct buf lines;
	char text[TEXT_MAX];
};

static void flush_lines(void *arg)
{
	struct sim_capture *c = arg;

	while (buf_len(&c->lines) > 0) {
		ssize_t n = write(c->fd, buf_data(&c->lines), buf_len(&c->lines));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			log_error("-", "capture_failed error=\"%m\"; its lines of this turn are lost");
			n = (ssize_t)buf_len(&c->lines);
		}
		buf_consume(&c->lines, (size_t)n, 65536);
	}
}

struct sim_capture *sim_capture_open(struct sim *sim, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	struct sim_capture *c;

	if (fd < 0)
		return NULL;
	c = mem_zalloc(sizeof(*c));
	c->fd = fd;
	c->loop = sim->engine.loop;
	c->hook.fn = flush_lines;
	c->hook.arg = c;
	loop_hook(c->loop, LOOP_LOG, &c->hook);
	return c;
}

void sim_capture_close(struct sim_capture *c)
{
	if (!c)
		return;
	flush_lines(c);
	loop_unhook(c->loop, &c->hook);
	buf_free(&c->lines);
	close(c->fd);
	mem_free(c);
}

static void put_time(struct buf *b, int64_t wall_ms)
{
	time_t s = (time_t)(wall_ms / 1000);
	struct tm tm;
	char text[40];

	localtime_r(&s, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_printf(b, "{\"time\":\"%s.%03d", text, (int)(wall_ms % 1000));
	strftime(text, sizeof(text), "%z", &tm);
	buf_printf(b, "%s\"", text);
}

static void put_text(struct sim_capture *c, struct buf *b, const struct pdu *pdu)
{
	long n = readable_text(pdu, CHARSET_GSM7, c->text, sizeof(c->text));
	struct view octets;

	if (n >= 0) {
		buf_puts(b, ",\"text\":");
		readable_json(b, c->text, (size_t)n);
	} else if (pdu_text(pdu, &octets)) {
		buf_puts(b, ",\"hex\":\"");
		readable_hex(b, octets.p, octets.n);
		buf_puts(b, "\"");
	}
}

void sim_capture_message(struct sim_capture *c, const char *system_id, const struct pdu *pdu, uint32_t status,
			 const char *id)
{
	struct buf *b = &c->lines;

	put_time(b, loop_wall_ms(c->loop));
	buf_printf(b, ",\"command\":\"%s\",\"system_id\":", command_name(pdu->command_id));
	readable_json(b, system_id, strlen(system_id));
	buf_puts(b, ",\"source\":");
	readable_json(b, pdu->sm.src.addr.p, pdu->sm.src.addr.n);
	buf_puts(b, ",\"destination\":");
	readable_json(b, pdu->sm.dst.addr.p, pdu->sm.dst.addr.n);
	buf_printf(b, ",\"data_coding\":%u,\"esm_class\":%u,\"registered_delivery\":%u", pdu->sm.data_coding,
		   pdu->sm.esm_class, pdu->sm.registered_delivery);
	buf_puts(b, ",\"service_type\":");
	readable_json(b, pdu->sm.service_type.p, pdu->sm.service_type.n);
	put_text(c, b, pdu);
	buf_puts(b, ",\"tlvs\":");
	readable_json_tlvs(b, pdu->tlvs);
	buf_printf(b, ",\"status\":%u,\"id\":\"%s\"}\n", status, id);
}

void sim_capture_operation(struct sim_capture *c, const char *system_id, const struct pdu *pdu, uint32_t status)
{
	struct buf *b = &c->lines;
	struct view id = pdu->query.id;
	struct pdu_addr src = pdu->query.src;

	if (pdu->command_id == CANCEL_SM) {
		id = pdu->cancel.id;
		src = pdu->cancel.src;
	} else if (pdu->command_id == REPLACE_SM) {
		id = pdu->replace.id;
		src = pdu->replace.src;
	}
	put_time(b, loop_wall_ms(c->loop));
	buf_printf(b, ",\"command\":\"%s\",\"system_id\":", command_name(pdu->command_id));
	readable_json(b, system_id, strlen(system_id));
	buf_puts(b, ",\"source\":");
	readable_json(b, src.addr.p, src.addr.n);
	if (pdu->command_id == CANCEL_SM) {
		buf_puts(b, ",\"destination\":");
		readable_json(b, pdu->cancel.dst.addr.p, pdu->cancel.dst.addr.n);
	}
	buf_puts(b, ",\"id\":");
	readable_json(b, id.p, id.n);
	buf_printf(b, ",\"status\":%u}\n", status);
}

struct sim_tags {
	uint8_t *seen; /* a bit per number */
	uint32_t octets;
};

struct sim_tags *sim_tags_new(void)
{
	return mem_zalloc(sizeof(struct sim_tags));
}

void sim_tags_free(struct sim_tags *t)
{
	if (!t)
		return;
	mem_free(t->seen);
	mem_free(t);
}

/* The number behind the first '#' that a digit follows; width: octets of a character. False when there is none. */
static bool find_tag(struct view text, uint32_t width, uint32_t *tag)
{
	bool found = false;
	uint64_t v = 0;

	for (uint32_t i = 0; i + width <= text.n; i += width) {
		uint32_t c = width == 2 ? (uint32_t)(text.p[i] << 8 | text.p[i + 1]) : text.p[i];
		bool digit = c >= '0' && c <= '9';

		if (found && !digit)
			break;
		if (found || (digit && i >= width && text.p[i - 1] == '#' && (width == 1 || text.p[i - 2] == 0))) {
			found = true;
			v = v * 10 + (c - '0');
		}
		if (v >= TAG_MAX)
			return false;
	}
	*tag = (uint32_t)v;
	return found;
}

void sim_tags_note(struct sim_tags *t, const struct pdu *pdu, struct sim_counts *counts)
{
	struct view text;
	uint32_t tag;

	if (!pdu_text(pdu, &text) || !find_tag(text, pdu->sm.data_coding == 8 ? 2 : 1, &tag))
		return;
	if (tag / 8 >= t->octets) {
		uint32_t old = t->octets;

		t->octets = tag / 8 * 2 + 4096;
		t->seen = mem_realloc(t->seen, t->octets);
		memset(t->seen + old, 0, t->octets - old);
	}
	if (t->seen[tag / 8] & 1u << tag % 8) {
		counts->duplicates++;
		return;
	}
	t->seen[tag / 8] |= (uint8_t)(1u << tag % 8);
	counts->tags++;
	if (tag > counts->tag_highest)
		counts->tag_highest = tag;
}
