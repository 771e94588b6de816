/*
 * fake_redis.h - the script's side of the simulated Redis. fake_redis.c implements base/redis.h by its contract; link
 * it instead of src/base/redis.c. There is one server; it outlives gateways, as the real one does.
 */
#ifndef SCENE_FAKE_REDIS_H
#define SCENE_FAKE_REDIS_H

#include <stdbool.h>
#include <stdint.h>
#include "fake_data.h"

void fake_redis_start(void); /* an empty server that is up and answers in the next turn */
void fake_redis_stop(void);  /* forgets everything; no gateway may be connected */
struct fake_data *fake_redis_data(void);

/* Connections are lost and refused. applied: what was sent and not answered has been done, else not. */
void fake_redis_down(bool applied);
void fake_redis_up(void);
void fake_redis_forget(void); /* comes back empty: it was told to save nothing */
/* Reads nothing: what is sent meanwhile is done only when it goes on, also for connections given up by then. */
void fake_redis_hang(void);
/* Does what it is told and answers nothing. */
void fake_redis_mute(void);
void fake_redis_go_on(void);
void fake_redis_slow(int64_t ms);	 /* each command is done and answered so much later; 0: in the next turn */
void fake_redis_refuse_writes(bool yes); /* -OOM */
/* The gateway's process is gone: nobody hears an answer. What was sent is done when the server gets to it. */
void fake_redis_client_killed(void);

#endif
