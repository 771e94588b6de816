/*
 * fake_credit.h - what the gateway's scripts about credit do, in C; each returns its reply.
 */
#ifndef SCENE_FAKE_CREDIT_H
#define SCENE_FAKE_CREDIT_H

#include "fake_script.h"

redisReply *fake_credit_reserve(const struct fake_script *s);
redisReply *fake_credit_settle(const struct fake_script *s);
redisReply *fake_credit_usage(const struct fake_script *s);
redisReply *fake_credit_change(const struct fake_script *s);

#endif
