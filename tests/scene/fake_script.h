/*
 * fake_script.h - what the gateway's scripts do, in C: EVAL of the simulated Redis.
 */
#ifndef SCENE_FAKE_SCRIPT_H
#define SCENE_FAKE_SCRIPT_H

#include "fake_data.h"

/* EVAL script numkeys key ... arg ...; a script that is not known ends the program with a message. */
redisReply *fake_script_run(struct fake_data *d, int64_t now_ms, size_t argc, const struct blob *argv);

#endif
