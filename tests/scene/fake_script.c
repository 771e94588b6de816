/*
 * fake_script.c - the gateway's scripts, run by Lua 5.1 as Redis runs them: the same text, the same conversions, whole
 * or not at all as far as memory goes. Knows nothing of what is stored.
 */
#include "fake_keys.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "fake_data.h"

#define WORDS_MAX  1024u /* of one redis.call() */
#define SHA_DIGITS 40u
#define OOM	   "OOM command not allowed when used memory > 'maxmemory'."

struct fake_lua {
	lua_State *L;
	struct fake_data *d;
	bool wrote; /* the script has written: a full memory stops it no more */
};

/* -- from Lua to an answer, and back -- */

static redisReply *reply_of(lua_State *L, int at);

static redisReply *reply_of_table(lua_State *L, int at)
{
	redisReply *r;
	size_t n = 0;

	lua_getfield(L, at, "err");
	lua_getfield(L, at, "ok");
	if (lua_isstring(L, -2) || lua_isstring(L, -1)) {
		r = lua_isstring(L, -2) ? fake_reply_error(lua_tostring(L, -2))
					: fake_reply_status(lua_tostring(L, -1));
		lua_pop(L, 2);
		return r;
	}
	lua_pop(L, 2);
	for (;; n++) { /* up to the first that is nil */
		lua_rawgeti(L, at, (int)n + 1);
		bool end = lua_isnil(L, -1);
		lua_pop(L, 1);
		if (end)
			break;
	}
	r = fake_reply_array(n);
	for (size_t i = 0; i < n; i++) {
		lua_rawgeti(L, at, (int)i + 1);
		r->element[i] = reply_of(L, lua_gettop(L));
		lua_pop(L, 1);
	}
	return r;
}

static redisReply *reply_of(lua_State *L, int at)
{
	struct blob b;

	switch (lua_type(L, at)) {
	case LUA_TSTRING:
		b.p = (uint8_t *)(uintptr_t)lua_tolstring(L, at, &b.n);
		return fake_reply_blob(&b);
	case LUA_TNUMBER:
		return fake_reply_integer((long long)lua_tonumber(L, at)); /* truncated */
	case LUA_TBOOLEAN:
		return lua_toboolean(L, at) ? fake_reply_integer(1) : fake_reply_nil();
	case LUA_TTABLE:
		luaL_checkstack(L, 4, "an answer is nested too deep");
		return reply_of_table(L, at);
	default:
		return fake_reply_nil();
	}
}

static void push_field(lua_State *L, const char *name, const char *text)
{
	lua_createtable(L, 0, 1);
	lua_pushstring(L, text);
	lua_setfield(L, -2, name);
}

static void push_reply(lua_State *L, const redisReply *r)
{
	luaL_checkstack(L, 4, "an answer is nested too deep");
	switch (r->type) {
	case REDIS_REPLY_STATUS:
		push_field(L, "ok", r->str);
		break;
	case REDIS_REPLY_ERROR:
		push_field(L, "err", r->str);
		break;
	case REDIS_REPLY_INTEGER:
		lua_pushnumber(L, (lua_Number)r->integer);
		break;
	case REDIS_REPLY_STRING:
		lua_pushlstring(L, r->str, r->len);
		break;
	case REDIS_REPLY_ARRAY:
		lua_createtable(L, (int)r->elements, 0);
		for (size_t i = 0; i < r->elements; i++) {
			push_reply(L, r->element[i]);
			lua_rawseti(L, -2, (int)i + 1);
		}
		break;
	default:
		lua_pushboolean(L, 0);
		break;
	}
}

/* -- redis.* -- */

static struct fake_lua *owner(lua_State *L)
{
	lua_getfield(L, LUA_REGISTRYINDEX, "smppgw");
	struct fake_lua *l = lua_touserdata(L, -1);
	lua_pop(L, 1);
	return l;
}

/* The words on the stack, as Redis reads them: numbers with 17 digits. False: one is neither text nor number. */
static bool take_words(lua_State *L, struct blob *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char number[32];
		if (lua_type(L, (int)i + 1) == LUA_TNUMBER) {
			snprintf(number, sizeof(number), "%.17g", lua_tonumber(L, (int)i + 1));
			words[i] = blob_of(number, strlen(number));
		} else if (lua_type(L, (int)i + 1) == LUA_TSTRING) {
			size_t len;
			const char *text = lua_tolstring(L, (int)i + 1, &len);
			words[i] = blob_of(text, len);
		} else {
			return false;
		}
	}
	return true;
}

static redisReply *run_words(struct fake_lua *l, size_t n, const struct blob *words)
{
	if (!l->wrote && fake_data_refuses(l->d, &words[0]))
		return fake_reply_error(OOM);
	l->wrote |= fake_data_writes(&words[0]);
	return fake_data_run(l->d, l->d->now_ms, n, words);
}

/* Leaves the answer on the stack; true when it is an error. */
static bool call(lua_State *L)
{
	struct blob words[WORDS_MAX] = {{NULL, 0}};
	size_t n = (size_t)lua_gettop(L);
	redisReply *r;

	if (n == 0 || n > WORDS_MAX)
		r = fake_reply_error(
			"ERR Please specify at least one argument for this redis.call(), and not too many");
	else if (!take_words(L, words, n))
		r = fake_reply_error("ERR Lua redis lib command arguments must be strings or integers");
	else
		r = run_words(owner(L), n, words);
	for (size_t i = 0; i < n && i < WORDS_MAX; i++)
		mem_free(words[i].p);
	bool failed = r->type == REDIS_REPLY_ERROR;
	push_reply(L, r);
	freeReplyObject(r);
	return failed;
}

static int redis_pcall(lua_State *L)
{
	call(L);
	return 1;
}

static int redis_call(lua_State *L)
{
	return call(L) ? lua_error(L) : 1;
}

static int redis_error_reply(lua_State *L)
{
	push_field(L, "err", luaL_checkstring(L, 1));
	return 1;
}

static int redis_status_reply(lua_State *L)
{
	push_field(L, "ok", luaL_checkstring(L, 1));
	return 1;
}

static const luaL_Reg redis_functions[] = {{"call", redis_call},
					   {"pcall", redis_pcall},
					   {"error_reply", redis_error_reply},
					   {"status_reply", redis_status_reply},
					   {NULL, NULL}};

/* -- bit.*: 32 bits, results with a sign, as in Redis -- */

static uint32_t bits(lua_State *L, int at)
{
	return (uint32_t)(int64_t)luaL_checknumber(L, at);
}

static int push_bits(lua_State *L, uint32_t v)
{
	lua_pushnumber(L, (lua_Number)(int32_t)v);
	return 1;
}

static int bit_tobit(lua_State *L)
{
	return push_bits(L, bits(L, 1));
}

static int bit_bnot(lua_State *L)
{
	return push_bits(L, ~bits(L, 1));
}

static int bit_band(lua_State *L)
{
	uint32_t v = bits(L, 1);

	for (int i = 2; i <= lua_gettop(L); i++)
		v &= bits(L, i);
	return push_bits(L, v);
}

static int bit_bor(lua_State *L)
{
	uint32_t v = bits(L, 1);

	for (int i = 2; i <= lua_gettop(L); i++)
		v |= bits(L, i);
	return push_bits(L, v);
}

static int bit_bxor(lua_State *L)
{
	uint32_t v = bits(L, 1);

	for (int i = 2; i <= lua_gettop(L); i++)
		v ^= bits(L, i);
	return push_bits(L, v);
}

static int bit_lshift(lua_State *L)
{
	return push_bits(L, bits(L, 1) << (bits(L, 2) & 31));
}

static int bit_rshift(lua_State *L)
{
	return push_bits(L, bits(L, 1) >> (bits(L, 2) & 31));
}

static const luaL_Reg bit_functions[] = {
	{"tobit", bit_tobit}, {"bnot", bit_bnot},     {"band", bit_band},     {"bor", bit_bor},
	{"bxor", bit_bxor},   {"lshift", bit_lshift}, {"rshift", bit_rshift}, {NULL, NULL},
};

/* -- the interpreter -- */

/* Scripts have no globals of their own. */
static const char guard[] =
	"local names = {'print', 'dofile', 'loadfile', 'require', 'module'}\n"
	"for _, name in ipairs(names) do _G[name] = nil end\n"
	"setmetatable(_G, {\n"
	"  __index = function(_, name)\n"
	"    error('Script attempted to access nonexistent global variable ' .. tostring(name), 2)\n"
	"  end,\n"
	"  __newindex = function() error('Attempt to modify a readonly table', 2) end})\n";

static void open_library(lua_State *L, lua_CFunction open, const char *name)
{
	lua_pushcfunction(L, open);
	lua_pushstring(L, name);
	lua_call(L, 1, 0);
}

static struct fake_lua *lua_of(struct fake_data *d)
{
	if (d->lua != NULL)
		return d->lua;
	struct fake_lua *l = mem_zalloc(sizeof(*l));
	lua_State *L = luaL_newstate();
	if (L == NULL)
		abort();
	*l = (struct fake_lua){.L = L, .d = d};
	d->lua = l;
	open_library(L, luaopen_base, "");
	open_library(L, luaopen_table, LUA_TABLIBNAME);
	open_library(L, luaopen_string, LUA_STRLIBNAME);
	open_library(L, luaopen_math, LUA_MATHLIBNAME);
	luaL_register(L, "redis", redis_functions);
	luaL_register(L, "bit", bit_functions);
	lua_settop(L, 0);
	if (luaL_dostring(L, guard) != 0)
		abort();
	lua_pushlightuserdata(L, l);
	lua_setfield(L, LUA_REGISTRYINDEX, "smppgw");
	return l;
}

void fake_lua_free(struct fake_lua *l)
{
	if (l == NULL)
		return;
	lua_close(l->L);
	mem_free(l);
}

static void push_words(lua_State *L, const char *name, size_t n, const struct blob *words)
{
	lua_createtable(L, (int)n, 0);
	for (size_t i = 0; i < n; i++) {
		lua_pushlstring(L, (const char *)words[i].p, words[i].n);
		lua_rawseti(L, -2, (int)i + 1);
	}
	lua_pushstring(L, name);
	lua_insert(L, -2);
	lua_rawset(L, LUA_GLOBALSINDEX);
}

static redisReply *error_of(lua_State *L)
{
	if (lua_istable(L, -1))
		return reply_of(L, lua_gettop(L));
	char text[512];
	snprintf(text, sizeof(text), "ERR %s", lua_tostring(L, -1));
	return fake_reply_error(text);
}

/* Runs the function that lies on the stack. */
static redisReply *run(struct fake_lua *l, const struct fake_call *c)
{
	size_t keys = (size_t)fake_arg_int(c, 2);
	redisReply *r;

	if (keys > c->argc - 3) {
		lua_settop(l->L, 0);
		return fake_reply_error("ERR Number of keys can't be greater than number of args");
	}
	push_words(l->L, "KEYS", keys, c->argv + 3);
	push_words(l->L, "ARGV", c->argc - 3 - keys, c->argv + 3 + keys);
	l->wrote = false;
	r = lua_pcall(l->L, 0, 1, 0) == 0 ? reply_of(l->L, 1) : error_of(l->L);
	if (r->type == REDIS_REPLY_ERROR && strncmp(r->str, "OOM", 3) != 0)
		fprintf(stderr, "scene: a script failed: %s\n", r->str);
	lua_settop(l->L, 0);
	return r;
}

static void print_sha(const struct blob *source, char out[SHA_DIGITS + 1])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_Digest(source->p, source->n, digest, &n, EVP_sha1(), NULL) != 1)
		abort();
	for (unsigned i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

/* The function of a known script on the stack; false: there is none, and nothing on the stack. */
static bool push_known(lua_State *L, const char *sha)
{
	lua_getfield(L, LUA_REGISTRYINDEX, sha);
	if (lua_isfunction(L, -1))
		return true;
	lua_pop(L, 1);
	return false;
}

/* Reads a script, which is known from here on; NULL, and its function on the stack, or an error. */
static redisReply *learn(lua_State *L, const struct blob *source, char sha[SHA_DIGITS + 1])
{
	print_sha(source, sha);
	if (push_known(L, sha))
		return NULL;
	if (luaL_loadbuffer(L, (const char *)source->p, source->n, "@user_script") != 0) {
		redisReply *r = error_of(L);
		fprintf(stderr, "scene: a script cannot be read: %s\n", r->str);
		lua_settop(L, 0);
		return r;
	}
	lua_pushvalue(L, -1);
	lua_setfield(L, LUA_REGISTRYINDEX, sha);
	return NULL;
}

redisReply *fake_eval(const struct fake_call *c)
{
	struct fake_lua *l = lua_of(c->d);
	char sha[SHA_DIGITS + 1];
	redisReply *r = learn(l->L, &c->argv[1], sha);

	return r != NULL ? r : run(l, c);
}

redisReply *fake_evalsha(const struct fake_call *c)
{
	struct fake_lua *l = lua_of(c->d);

	if (!push_known(l->L, c->key))
		return fake_reply_error("NOSCRIPT No matching script. Please use EVAL.");
	return run(l, c);
}

redisReply *fake_script(const struct fake_call *c)
{
	struct fake_lua *l = lua_of(c->d);
	char sha[SHA_DIGITS + 1];

	if (!blob_is(&c->argv[1], "LOAD"))
		return fake_reply_error("ERR the simulated Redis knows only SCRIPT LOAD");
	redisReply *r = learn(l->L, &c->argv[2], sha);
	lua_settop(l->L, 0);
	return r != NULL ? r : fake_reply_text(sha);
}
