/*
 * queue.c - lanes of waiting messages. Must not know carriers' state, sockets or the store.
 */
#include "path/queue.h"

#include "base/mem.h"

#define TURN_OF_LOWER 16u /* places, of which each lower urgency that waits has one */

struct lane {
	struct list waiting[URGENCIES];
	uint64_t count[URGENCIES];
	unsigned takes;
};

struct queue {
	struct lane **lanes; /* heads of lists: they never move */
	size_t n;
	uint64_t order, total;
};

struct queue *queue_new(size_t lanes)
{
	struct queue *q = mem_zalloc(sizeof(*q));
	queue_grow(q, lanes);
	return q;
}

void queue_grow(struct queue *q, size_t lanes)
{
	if (lanes <= q->n)
		return;
	q->lanes = mem_realloc(q->lanes, lanes * sizeof(struct lane *));
	for (; q->n < lanes; q->n++) {
		struct lane *l = mem_zalloc(sizeof(*l));
		for (int u = 0; u < URGENCIES; u++)
			list_init(&l->waiting[u]);
		q->lanes[q->n] = l;
	}
}

void queue_free(struct queue *q)
{
	if (!q)
		return;
	for (size_t i = 0; i < q->n; i++)
		mem_free(q->lanes[i]);
	mem_free(q->lanes);
	mem_free(q);
}

static void count(struct queue *q, const struct msg *m, enum class_urgency urgency, int by)
{
	q->lanes[m->route]->count[urgency] += (uint64_t)(int64_t)by;
	q->total += (uint64_t)(int64_t)by;
}

void queue_put(struct queue *q, struct msg *m, enum class_urgency urgency)
{
	m->order = ++q->order;
	list_append(&q->lanes[m->route]->waiting[urgency], &m->link);
	count(q, m, urgency, 1);
}

void queue_put_back(struct queue *q, struct msg *m, enum class_urgency urgency)
{
	struct list *head = &q->lanes[m->route]->waiting[urgency];
	struct list *at = head, *back = head->prev;
	/* Nearly always its place is near an end: what was taken is older than all that waits; what goes on to a lane
	 * of fewer carriers is younger than all that went there before. From both ends at once, the nearer one is
	 * found. */
	for (;;) {
		if (at->next == head || LIST_OF(at->next, struct msg, link)->order >= m->order)
			break;
		if (LIST_OF(back, struct msg, link)->order < m->order) {
			at = back;
			break;
		}
		at = at->next;
		back = back->prev;
	}
	list_put(at, &m->link);
	count(q, m, urgency, 1);
}

struct msg *queue_neighbour(const struct queue *q, const struct msg *m, enum class_urgency urgency)
{
	const struct list *head = &q->lanes[m->route]->waiting[urgency];
	struct list *at = m->link.prev != head ? m->link.prev : m->link.next;
	return at != head ? LIST_OF(at, struct msg, link) : NULL;
}

void queue_put_near(struct queue *q, struct msg *m, struct msg *near, enum class_urgency urgency)
{
	struct list *head = &q->lanes[m->route]->waiting[urgency], *at = &near->link;
	while (at != head && LIST_OF(at, struct msg, link)->order > m->order)
		at = at->prev;
	while (at->next != head && LIST_OF(at->next, struct msg, link)->order < m->order)
		at = at->next;
	list_put(at, &m->link);
	count(q, m, urgency, 1);
}

void queue_remove(struct queue *q, struct msg *m, enum class_urgency urgency)
{
	list_remove(&m->link);
	count(q, m, urgency, -1);
}

/* The most urgent that waits; one place in TURN_OF_LOWER is for the least urgent, and one for what lies between. */
static int choose(const struct lane *lane)
{
	int waiting[URGENCIES], n = 0;
	unsigned place = lane->takes % TURN_OF_LOWER;
	for (int u = 0; u < URGENCIES; u++) {
		if (lane->count[u])
			waiting[n++] = u;
	}
	if (n == 0)
		return -1;
	if (place == TURN_OF_LOWER - 1)
		return waiting[n - 1];
	return n > 2 && place == TURN_OF_LOWER / 2 - 1 ? waiting[1] : waiting[0];
}

struct msg *queue_take(struct queue *q, size_t lane)
{
	struct lane *l = q->lanes[lane];
	int u = choose(l);
	if (u < 0)
		return NULL;
	l->takes++;
	struct msg *m = LIST_OF(l->waiting[u].next, struct msg, link);
	queue_remove(q, m, (enum class_urgency)u);
	return m;
}

uint64_t queue_depth(const struct queue *q, size_t lane)
{
	uint64_t n = 0;
	for (int u = 0; u < URGENCIES; u++)
		n += q->lanes[lane]->count[u];
	return n;
}

uint64_t queue_total(const struct queue *q)
{
	return q->total;
}
