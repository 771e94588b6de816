/*
 * steps_alarm.c - what a script can say of alarms. Only a scene that asks for it has somebody who looks each second.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "noc/alarm_duty.h"
#include "steps.h"

static bool do_judge(struct world *w, struct step *s)
{
	(void)s;
	w->judged = true;
	return true;
}

struct sought {
	const char *alarm, *object;
	bool there, raised, acked;
	double value;
	unsigned n; /* raised */
	char names[512];
};

static void note(void *arg, const struct alarm_view *v)
{
	struct sought *x = arg;
	size_t n = strlen(x->names);

	if (v->raised) {
		x->n++;
		snprintf(x->names + n, sizeof(x->names) - n, " %s/%s", v->alarm, v->object);
	}
	if (strcmp(v->alarm, x->alarm) != 0 || strcmp(v->object, x->object) != 0)
		return;
	x->there = true;
	x->raised = v->raised;
	x->acked = v->acked;
	x->value = v->value;
}

static struct sought look(const struct world *w, const char *alarm, const char *object)
{
	struct sought x = {.alarm = alarm, .object = object};

	if (w->duty != NULL)
		alarms_each(alarm_duty_alarms(w->duty), true, note, &x);
	return x;
}

/* RAISED, or quiet; value: what it has now, to within one. */
static bool expect_alarm(struct world *w, struct step *s)
{
	struct sought x = look(w, s->args[0], s->args[1]);
	const char *value = step_option(s, "value", NULL);

	if (!x.there)
		return step_fail(s, "there is no alarm %s of %s", s->args[0], s->args[1]);
	if (x.raised != (strcmp(s->args[2], "raised") == 0))
		return step_fail(s, "%s of %s is %s at %g; raised are:%s", s->args[0], s->args[1],
				 x.raised ? "raised" : "quiet", x.value, x.names);
	if (value != NULL && !(fabs(x.value - strtod(value, NULL)) <= 1))
		return step_fail(s, "its value is %g, not %s", x.value, value);
	return true;
}

static bool expect_count(struct world *w, struct step *s)
{
	struct sought x = look(w, "", "");

	return x.n == strtoul(s->args[0], NULL, 10) || step_fail(s, "%u alarms are raised:%s", x.n, x.names);
}

static bool do_acknowledge(struct world *w, struct step *s)
{
	return alarms_ack(alarm_duty_alarms(w->duty), s->args[0], s->args[1], "张三", world_wall_ms(w)) ||
	       step_fail(s, "no alarm %s of %s is raised", s->args[0], s->args[1]);
}

const struct step_row steps_alarm[] = {
	{"alarms are judged", "", STEP_SETS, do_judge},
	{"operator acknowledges alarm NAME of OBJECT", "", STEP_ACTS, do_acknowledge},
	{"expect alarm NAME of OBJECT STATE", "value", STEP_LOOKS, expect_alarm},
	{"expect alarms COUNT", "", STEP_LOOKS, expect_count},
	{NULL, NULL, STEP_LOOKS, NULL},
};
