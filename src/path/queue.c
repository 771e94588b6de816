/*
 * queue.c - lanes of waiting messages. Must not know carriers' state, sockets or the store, nor which class comes first
 * (share.h).
 *
 * Deficit round robin: an account whose turn it is gets its share of messages and then stands behind the others; a long
 * text that cost more than was left is paid for in the turns that follow. Lines come about when an account first waits
 * somewhere and stay: there are as many as accounts that have ever used a lane.
 */
#include "path/queue.h"

#include "base/ids.h"
#include "base/mem.h"

struct line { /* an account's messages of one class in one lane */
	struct list waiting;
	struct list turn; /* in class_lines.turns while anything waits */
	uint64_t n;
	int64_t left;	  /* of its turn, in messages */
	struct msg *back; /* of those that wait, the one that was put back last; NULL: none, or it has left */
	size_t account;
};

struct class_lines {
	struct list turns;   /* struct line that has messages; the first one has its turn */
	struct line **lines; /* by account + 1; 0 is nobody's */
	size_t cap;
	uint64_t n;
};

struct lane {
	struct class_lines of[CLASSES];
	uint64_t n;
	uint8_t classes; /* bits: those that wait */
};

struct queue {
	struct lane **lanes; /* heads of lists: they never move */
	size_t n;
	unsigned *shares; /* by account + 1; 0: 1 */
	size_t shares_n;
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
		for (int c = 0; c < CLASSES; c++)
			list_init(&l->of[c].turns);
		q->lanes[q->n] = l;
	}
}

static void free_lines(struct class_lines *of)
{
	for (size_t i = 0; i < of->cap; i++)
		mem_free(of->lines[i]);
	mem_free(of->lines);
}

void queue_free(struct queue *q)
{
	if (!q)
		return;
	for (size_t i = 0; i < q->n; i++) {
		for (int c = 0; c < CLASSES; c++)
			free_lines(&q->lanes[i]->of[c]);
		mem_free(q->lanes[i]);
	}
	mem_free(q->lanes);
	mem_free(q->shares);
	mem_free(q);
}

/* --- lines --- */

static size_t place_of(size_t account)
{
	return account == MSG_NO_ACCOUNT ? 0 : account + 1;
}

void queue_set_share(struct queue *q, size_t account, unsigned share)
{
	size_t at = place_of(account);
	if (at >= q->shares_n) {
		q->shares = mem_realloc(q->shares, (at + 1) * sizeof(*q->shares));
		memset(q->shares + q->shares_n, 0, (at + 1 - q->shares_n) * sizeof(*q->shares));
		q->shares_n = at + 1;
	}
	q->shares[at] = share;
}

static unsigned share_of(const struct queue *q, size_t account)
{
	size_t at = place_of(account);
	return at < q->shares_n && q->shares[at] ? q->shares[at] : 1;
}

static struct class_lines *lines_of(const struct queue *q, const struct msg *m)
{
	return &q->lanes[m->route]->of[m->class_id];
}

static struct line *line_of(const struct queue *q, const struct msg *m)
{
	return lines_of(q, m)->lines[place_of(m->account)];
}

/* The line that m belongs in, made when it is the first one there. */
static struct line *line_for(struct queue *q, const struct msg *m)
{
	struct class_lines *of = lines_of(q, m);
	size_t at = place_of(m->account);
	if (at >= of->cap) {
		size_t cap = at + 1 > 2 * of->cap ? at + 1 : 2 * of->cap;
		of->lines = mem_realloc(of->lines, cap * sizeof(struct line *));
		memset(of->lines + of->cap, 0, (cap - of->cap) * sizeof(struct line *));
		of->cap = cap;
	}
	if (!of->lines[at]) {
		struct line *line = mem_zalloc(sizeof(*line));
		list_init(&line->waiting);
		list_init(&line->turn);
		line->account = m->account;
		of->lines[at] = line;
	}
	return of->lines[at];
}

static void count_in(struct queue *q, const struct msg *m, struct line *line)
{
	struct class_lines *of = lines_of(q, m);
	if (line->n++ == 0)
		list_append(&of->turns, &line->turn);
	of->n++;
	q->lanes[m->route]->n++;
	q->lanes[m->route]->classes |= (uint8_t)(1u << m->class_id);
	q->total++;
}

static void count_out(struct queue *q, const struct msg *m, struct line *line)
{
	struct class_lines *of = lines_of(q, m);
	if (--line->n == 0) {
		list_remove(&line->turn);
		line->left = line->left < 0 ? line->left : 0; /* what it has not used is not saved up */
	}
	if (--of->n == 0)
		q->lanes[m->route]->classes &= (uint8_t) ~(1u << m->class_id);
	q->lanes[m->route]->n--;
	q->total--;
}

/* --- in --- */

void queue_rank(struct queue *q, struct msg *m)
{
	m->order = ++q->order;
	m->ranked = true;
}

void queue_put(struct queue *q, struct msg *m)
{
	struct line *line = line_for(q, m);
	queue_rank(q, m);
	list_append(&line->waiting, &m->link);
	count_in(q, m, line);
}

/* Parts of one text have its order. */
static bool is_before(const struct msg *a, const struct msg *b)
{
	return a->order != b->order ? a->order < b->order : a->part < b->part;
}

/* Coming from the front, m's place is behind at. */
static bool is_place_up(const struct list *head, const struct list *at, const struct msg *m)
{
	return at->next == head || !is_before(LIST_OF(at->next, struct msg, link), m);
}

/* Coming from the end, m's place is behind at. */
static bool is_place_down(const struct list *head, const struct list *at, const struct msg *m)
{
	return at == head || is_before(LIST_OF(at, struct msg, link), m);
}

/*
 * Behind what m stands by its order. Nearly always that is near an end: what was taken is older than all that waits;
 * what goes on to a lane of fewer carriers is younger than all that went there before. Or it is near the one that was
 * put back before it: a bind that is lost gives back one after the other what was out on it, and among that of other
 * binds its place is far from both ends. From all three at once, the nearest is found.
 */
static struct list *place_in(struct line *line, const struct msg *m)
{
	struct list *head = &line->waiting, *front = head, *end = head->prev;
	bool up = !line->back || is_before(line->back, m);
	struct list *near = !line->back ? head : up ? &line->back->link : line->back->link.prev;

	for (;;) {
		if (is_place_up(head, front, m))
			return front;
		if (is_place_down(head, end, m))
			return end;
		if (up ? is_place_up(head, near, m) : is_place_down(head, near, m))
			return near;
		front = front->next;
		end = end->prev;
		near = up ? near->next : near->prev;
	}
}

void queue_put_back(struct queue *q, struct msg *m)
{
	struct line *line = line_for(q, m);
	list_put(place_in(line, m), &m->link);
	count_in(q, m, line);
	line->back = m;
}

void queue_untake(struct queue *q, struct msg *m)
{
	queue_put_back(q, m);
	struct line *line = line_of(q, m);
	line->left++;
	list_remove(&line->turn);
	list_put(&lines_of(q, m)->turns, &line->turn);
}

struct msg *queue_neighbour(const struct queue *q, const struct msg *m)
{
	const struct list *head = &line_of(q, m)->waiting;
	struct list *at = m->link.prev != head ? m->link.prev : m->link.next;
	return at != head ? LIST_OF(at, struct msg, link) : NULL;
}

bool queue_same_line(const struct msg *a, const struct msg *b)
{
	return a->route == b->route && a->class_id == b->class_id && a->account == b->account;
}

void queue_put_near(struct queue *q, struct msg *m, struct msg *near)
{
	struct line *line = line_for(q, m);
	struct list *head = &line->waiting, *at = &near->link;
	while (at != head && is_before(m, LIST_OF(at, struct msg, link)))
		at = at->prev;
	while (at->next != head && is_before(LIST_OF(at->next, struct msg, link), m))
		at = at->next;
	list_put(at, &m->link);
	count_in(q, m, line);
}

/* --- out --- */

void queue_remove(struct queue *q, struct msg *m)
{
	struct line *line = line_of(q, m);
	if (line->back == m)
		line->back = NULL;
	list_remove(&m->link);
	count_out(q, m, line);
}

uint8_t queue_classes(const struct queue *q, size_t lane)
{
	return q->lanes[lane]->classes;
}

static void next_turn(struct class_lines *of, struct line *line)
{
	list_remove(&line->turn);
	list_append(&of->turns, &line->turn);
}

/* The line whose turn it is; there is one. Who owes for a long text passes its turns until that is paid. */
static struct line *whose_turn(const struct queue *q, struct class_lines *of)
{
	for (;;) {
		struct line *line = LIST_OF(of->turns.next, struct line, turn);
		bool alone = line->turn.next == &of->turns;
		if (line->left > 0)
			return line;
		line->left = alone ? share_of(q, line->account) : line->left + share_of(q, line->account);
		if (line->left > 0)
			return line;
		next_turn(of, line);
	}
}

struct msg *queue_take(struct queue *q, size_t lane, enum class_id class_id)
{
	struct class_lines *of = &q->lanes[lane]->of[class_id];
	if (of->n == 0)
		return NULL;
	struct line *line = whose_turn(q, of);
	struct msg *m = LIST_OF(line->waiting.next, struct msg, link);
	if (--line->left <= 0)
		next_turn(of, line);
	queue_remove(q, m);
	return m;
}

void queue_charge(struct queue *q, const struct msg *m, unsigned more)
{
	struct line *line = line_of(q, m);
	if (line)
		line->left -= more;
}

/* --- looking --- */

uint64_t queue_class_depth(const struct queue *q, size_t lane, enum class_id class_id)
{
	return q->lanes[lane]->of[class_id].n;
}

uint64_t queue_depth(const struct queue *q, size_t lane)
{
	return q->lanes[lane]->n;
}

uint64_t queue_total(const struct queue *q)
{
	return q->total;
}

uint64_t queue_before(const struct queue *q, const struct msg *m, uint64_t max, bool *more)
{
	const struct list *head = &line_of(q, m)->waiting, *at = m->link.prev;
	uint64_t n = 0;
	for (; at != head && n < max; at = at->prev)
		n++;
	*more = at != head;
	return n;
}

static int64_t waits_since(const struct msg *m)
{
	int64_t accepted = ids_time_ms(m->id);
	return m->due_ms > accepted ? m->due_ms : accepted;
}

int64_t queue_oldest_ms(const struct queue *q, size_t lane)
{
	int64_t oldest = 0;
	for (int c = 0; c < CLASSES; c++) {
		const struct list *head = &q->lanes[lane]->of[c].turns;
		for (const struct list *at = head->next; at != head; at = at->next) {
			const struct line *line = LIST_OF(at, struct line, turn);
			const struct msg *m = LIST_OF(line->waiting.next, struct msg, link);
			if (!m->let && (oldest == 0 || waits_since(m) < oldest))
				oldest = waits_since(m);
		}
	}
	return oldest;
}
