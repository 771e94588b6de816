/*
 * hasher.c - questions to crypt(3) as jobs of a worker. Knows no SMPP, no accounts and no tokens.
 */
#include "link/hasher.h"

#include <string.h>
#include "base/list.h"
#include "base/mem.h"
#include "base/worker.h"
#include "link/auth.h"

struct hasher {
	struct worker *worker;
	struct list questions; /* that are not answered */
};

struct question {
	struct worker_job job;
	struct list link;
	char *hash;
	char *password;	     /* the thread's until the job is done */
	uint32_t password_n; /* it may have a NUL within, which matches nothing */
	bool right;
	void (*told)(bool right, void *arg); /* NULL: nobody wants to know any more */
	void *arg;
};

/* In the thread. The password has gone when the job is done, not when the loop has time for that. */
static void question_work(struct worker_job *j)
{
	struct question *q = LIST_OF(j, struct question, job);

	q->right = auth_matches(q->hash, (struct view){(const uint8_t *)q->password, q->password_n});
	explicit_bzero(q->password, q->password_n);
}

static void question_done(struct worker_job *j, bool dropped)
{
	struct question *q = LIST_OF(j, struct question, job);
	void (*told)(bool right, void *arg) = dropped ? NULL : q->told;
	void *arg = q->arg;
	bool right = q->right;

	list_remove(&q->link);
	explicit_bzero(q->password, q->password_n);
	explicit_bzero(q->hash, strlen(q->hash));
	mem_free(q->password);
	mem_free(q->hash);
	mem_free(q);
	if (told != NULL)
		told(right, arg);
}

void hasher_ask(struct hasher *h, const char *hash, struct view password, void (*told)(bool right, void *arg),
		void *arg)
{
	struct question *q = mem_zalloc(sizeof(*q));

	q->job = (struct worker_job){.work = question_work, .done = question_done};
	q->hash = mem_strdup(hash);
	q->password = mem_strndup(password.p, password.n);
	q->password_n = password.n;
	q->told = told;
	q->arg = arg;
	list_append(&h->questions, &q->link);
	worker_do(h->worker, &q->job);
}

void hasher_forget(struct hasher *h, const void *arg)
{
	LIST_EACH(node, &h->questions) {
		struct question *q = LIST_OF(node, struct question, link);
		if (q->arg == arg)
			q->told = NULL;
	}
}

void hasher_hold(struct hasher *h, bool held)
{
	worker_hold(h->worker, held);
}

struct hasher *hasher_new(struct loop *loop)
{
	struct hasher *h = mem_zalloc(sizeof(*h));

	h->worker = worker_new(loop);
	list_init(&h->questions);
	return h;
}

void hasher_free(struct hasher *h)
{
	if (h == NULL)
		return;
	worker_free(h->worker);
	mem_free(h);
}
