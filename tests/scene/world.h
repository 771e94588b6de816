/*
 * world.h - all that a scene plays in: the gateway with its simulated loop, the apps, the carriers, the messages. The
 * simulated Redis is one per process (fake_redis.h). Knows no script.
 */
#ifndef SCENE_WORLD_H
#define SCENE_WORLD_H

#include "app.h"
#include "audit/archive.h"
#include "base/buf.h"
#include "noc/watch.h"
#include "settings.h"
#include "smsc.h"

#define WORLD_START_MS	1767578400000 /* 2026-01-05 02:00 UTC, 10:00 in Beijing */
#define WORLD_MOMENT_MS 20	      /* after each step: all that needs no waiting has happened then */

struct world {
	char *sections; /* what the scene says of the configuration, or NULL */
	char file[64];	/* the configuration as written */
	struct settings settings;
	bool has_settings;
	struct loop *loop; /* NULL while no gateway runs */
	struct loop_hook log_hook;
	struct stats *stats;
	struct worker *worker;
	struct archive *archive;
	struct flow *flow;
	bool judged; /* somebody looks each second: */
	struct watch *watch;
	struct alarm_duty *duty;
	char folder[64];	      /* of this scene: @TMP@ in its configuration */
	int64_t wall_ms;	      /* while no gateway runs */
	bool left;		      /* an orderly shutdown is done */
	bool tires;		      /* as world_tires, of this scene */
	bool at_once;		      /* no moment passes after the next step */
	struct worker *reload_worker; /* of reloader, which owns it */
	struct reloader *reloader;
	unsigned reloads; /* that are under way, or wait */
	bool reloaded;	  /* how the last one ended */
	char *said;	  /* by the last reload */
	/* of this gateway, by commands that were under way together: how often the operator has had doubts settled, was
	 * told so, and of how many messages */
	struct {
		unsigned asked, told, n;
	} settled;
	char fatal[256]; /* why the gateway cannot go on; "" */
	struct list apps, smscs;
	struct labels labels;
};

void world_init(struct world *w);
void world_free(struct world *w);
int64_t world_wall_ms(const struct world *w);
/*
 * Starts a gateway. Sections that the scene does not give are those of world.c's table. False with *why (free()).
 */
extern bool world_tires; /* every turn of the gateway is long as soon as somebody asks (loop_tire()) */
bool world_start(struct world *w, char **why);
/*
 * The operator's reload: the sections of the scene as they are now. Under way until world_reload_ends(), which tells
 * whether it was taken; what it says is then in said. Held: its thread does nothing before world_reload_step(), which
 * lets it do what it has been given so far, or world_reload_ends().
 */
bool world_reload(struct world *w, bool check, bool held);
void world_reload_step(struct world *w);
bool world_reload_ends(struct world *w);
/* kill -9: nothing is said to anybody. */
void world_kill(struct world *w);
/* It has aborted in the middle of something: the same, and what it held is left where it is. */
void world_abandon(struct world *w);
/* SIGTERM: true when it has left in time. */
bool world_stop(struct world *w);
void world_pass(struct world *w, int64_t ms);

struct app *world_app(struct world *w, const char *name, bool make);
struct smsc *world_smsc(struct world *w, const char *name); /* NULL when the configuration has none of that name */

#endif
