/*
 * fake_script.h - what the gateway's scripts do, in C: EVAL of the simulated Redis.
 */
#ifndef SCENE_FAKE_SCRIPT_H
#define SCENE_FAKE_SCRIPT_H

#include "fake_data.h"

struct fake_script { /* one call */
	struct fake_data *d;
	int64_t now_ms;
	const struct blob *keys, *args; /* from 0 */
	size_t args_n;
};

/* Whether a full Redis refuses the command: a script that gives before it takes. */
bool fake_script_gives(const struct blob *argv);
/* EVAL script numkeys key ... arg ...; a script that is not known ends the program with a message. */
redisReply *fake_script_run(struct fake_data *d, int64_t now_ms, size_t argc, const struct blob *argv);

#endif
