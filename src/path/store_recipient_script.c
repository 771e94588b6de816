/*
 * store_recipient_script.c - the scripts that judge, count, give back and learn, in Redis. Redis runs each whole or not
 * at all, so that several gateways agree. Must not know who calls them.
 */
#include "path/store_recipient_priv.h"

#include "policy/recipient.h"

_Static_assert(RECIPIENT_KNOWN == POLICY_BIT(POLICY_NONE), "no policy has this bit");
_Static_assert(POLICY_BIT(POLICY_OPTED_OUT) == 2 && POLICY_BIT(POLICY_DEAD) == 2048 &&
		       POLICY_BIT(POLICY_CONSENT) == 4096 && POLICY_BIT(POLICY_FIRST) == 8192 &&
		       POLICY_BIT(POLICY_CAP) == 16384 && POLICY_BIT(POLICY_SIMILAR) == 32768,
	       "they stand in the script");

/*
 * ARGV, for each message: id, number, now (ms), the mask of those policies that keep it from being counted when they
 * fail (none must fail: all bits), then what is asked, and ".":
 *   o set                                      the number is no member
 *   d dead-hash failed-key                     it is not dead
 *   n consent-hash                             it is a field
 *   m met-key                                  it is there
 *   c cap-key keep windows limit window ...    fewer than limit within each window
 *   p prints-key print distance age remember keep   no print as near within age
 *   s met-key ms                               nothing is judged; counted: the number is met
 * Returns for each a mask of what fails; or, when it will do by itself later, {mask, cap, limit, window, when (ms), 0:
 * never}.
 */
const char recipient_script[] =
	"-- smppgw recipient\n"
	"local call, A, band, bor, bxor = redis.call, ARGV, bit.band, bit.bor, bit.bxor\n"
	"local sub, max, num = string.sub, math.max, tonumber\n"
	"local never = 9007199254740991\n"
	"\n"
	/* whether two prints differ in no more bits: each turn takes one away */
	"local function near(high, low, print, most)\n"
	"  local x, n = bxor(high, num(sub(print, 1, 8), 16)), 0\n"
	"  while x ~= 0 do\n"
	"    x, n = band(x, x - 1), n + 1\n"
	"    if n > most then return false end\n"
	"  end\n"
	"  x = bxor(low, num(sub(print, 9, 16), 16))\n"
	"  while x ~= 0 do\n"
	"    x, n = band(x, x - 1), n + 1\n"
	"    if n > most then return false end\n"
	"  end\n"
	"  return true\n"
	"end\n"
	"\n"
	/* when the cap would let one more pass; nil: now. A message does not stand in its own way. */
	"local function frees(key, id, now, limit, window)\n"
	"  local since = '(' .. (now - window)\n"
	"  local n = call('ZCOUNT', key, since, '+inf')\n"
	"  if n < limit or call('ZSCORE', key, id) then return nil, n end\n"
	"  if limit == 0 then return never, n end\n"
	"  local oldest = call('ZRANGEBYSCORE', key, since, '+inf', 'WITHSCORES', 'LIMIT', n - limit, 1)\n"
	"  return num(oldest[2]) + window, n\n"
	"end\n"
	"\n"
	"local out, i = {}, 1\n"
	"while A[i] do\n"
	"  local id, number, now, enforce = A[i], A[i + 1], num(A[i + 2]), num(A[i + 3])\n"
	"  local failed, free, cap, limit, window, found, seen = 0, 0, '', 0, 0, false, nil\n"
	"  i = i + 4\n"
	"  local from, op = i, A[i]\n"
	"  while op ~= '.' do\n"
	"    local key = A[i + 1]\n"
	"    if op == 'o' then\n"
	"      if band(failed, 2) == 0 and call('SISMEMBER', key, number) == 1 then failed = failed + 2 end\n"
	"      i = i + 2\n"
	"    elseif op == 'c' then\n"
	"      local last = i + 2 + 2 * num(A[i + 3])\n"
	"      for k = i + 4, last + 1, 2 do\n"
	"        local l, w = num(A[k]), num(A[k + 1])\n"
	"        local at, n = frees(key, id, now, l, w)\n"
	"        if n > 0 and w == num(A[i + 2]) then\n"
	"          seen = seen or {}\n"
	"          seen[key] = true\n"
	"        end\n"
	"        if at then\n"
	"          failed = bor(failed, 16384)\n"
	"          if at > free then\n"
	"            free, cap, limit, window = at, string.match(key, ':cap:([^:]*):'), l, w\n"
	"          end\n"
	"        end\n"
	"      end\n"
	"      i = last + 2\n"
	"    elseif op == 'p' then\n"
	"      local list = call('ZRANGEBYSCORE', key, '(' .. (now - num(A[i + 4])), '+inf')\n"
	"      local high, low = num(sub(A[i + 2], 1, 8), 16), num(sub(A[i + 2], 9, 16), 16)\n"
	"      local most = num(A[i + 3])\n"
	"      found = #list > 0\n"
	"      for k = #list, 1, -1 do\n"
	"        if near(high, low, list[k], most) and sub(list[k], 18) ~= id then\n"
	"          failed = bor(failed, 32768)\n"
	"          free = max(free, num(call('ZSCORE', key, list[k])) + num(A[i + 4]))\n"
	"          break\n"
	"        end\n"
	"      end\n"
	"      i = i + 7\n"
	"    elseif op == 'd' then\n"
	"      local dead = call('HGET', key, number)\n"
	"      if dead and num(string.match(dead, '^%d+')) > now then\n"
	"        failed = bor(failed, 2049)\n"
	"      elseif dead then\n"
	"        call('HDEL', key, number)\n"
	"      end\n"
	"      if not dead and call('EXISTS', A[i + 2]) == 1 then failed = bor(failed, 1) end\n"
	"      i = i + 3\n"
	"    elseif op == 'n' then\n"
	"      if call('HEXISTS', key, number) == 0 then failed = failed + 4096 end\n"
	"      i = i + 2\n"
	"    elseif op == 'm' then\n"
	"      if call('EXISTS', key) == 0 then failed = failed + 8192 end\n"
	"      i = i + 2\n"
	"    else\n"
	"      i = i + 3\n"
	"    end\n"
	"    op = A[i]\n"
	"  end\n"
	"  if band(failed, enforce) == 0 and enforce < 4294967295 then\n"
	"    i = from\n"
	"    op = A[i]\n"
	"    while op ~= '.' do\n"
	"      local key = A[i + 1]\n"
	"      if op == 'c' then\n"
	"        if band(failed, 16384) == 0 then\n"
	"          call('ZADD', key, 'NX', now, id)\n"
	"          if seen and seen[key] then call('ZREMRANGEBYSCORE', key, '-inf', now - A[i + 2]) end\n"
	"          call('PEXPIRE', key, A[i + 2])\n"
	"        end\n"
	"        i = i + 4 + 2 * num(A[i + 3])\n"
	"      elseif op == 'p' then\n"
	"        if band(failed, 32768) == 0 then\n"
	"          call('ZADD', key, 'NX', now, A[i + 2] .. ':' .. id)\n"
	"          if found then\n"
	"            call('ZREMRANGEBYSCORE', key, '-inf', now - A[i + 5])\n"
	"            call('ZREMRANGEBYRANK', key, 0, -1 - A[i + 6])\n"
	"          end\n"
	"          call('PEXPIRE', key, A[i + 5])\n"
	"        end\n"
	"        i = i + 7\n"
	"      elseif op == 's' then\n"
	"        call('SET', key, id, 'PX', A[i + 2])\n"
	"        i = i + 3\n"
	"      elseif op == 'd' then\n"
	"        i = i + 3\n"
	"      else\n"
	"        i = i + 2\n"
	"      end\n"
	"      op = A[i]\n"
	"    end\n"
	"  end\n"
	"  i = i + 1\n"
	"  if free > 0 then\n"
	"    if free == never then free = 0 end\n"
	"    out[#out + 1] = {failed, cap, limit, window, free}\n"
	"  else\n"
	"    out[#out + 1] = failed\n"
	"  end\n"
	"end\n"
	"return out\n";

/* ARGV: id, prints-key or "", cap-key ... */
const char recipient_refund_script[] =
	"-- smppgw refund\n"
	"for i = 3, #ARGV do redis.call('ZREM', ARGV[i], ARGV[1]) end\n"
	"if ARGV[2] ~= '' then\n"
	"  for _, print in ipairs(redis.call('ZRANGE', ARGV[2], 0, -1)) do\n"
	"    if string.sub(print, 18) == ARGV[1] then redis.call('ZREM', ARGV[2], print) end\n"
	"  end\n"
	"end\n"
	"return 0\n";

/* ARGV: failed-key, dead-hash, number, id, now, failures, within, keep, word. Returns 1 when the number is dead now. */
const char recipient_failed_script[] =
	"-- smppgw failed\n"
	"local key, now = ARGV[1], tonumber(ARGV[5])\n"
	"redis.call('ZADD', key, 'NX', now, ARGV[4])\n"
	"redis.call('ZREMRANGEBYSCORE', key, '-inf', now - ARGV[7])\n"
	"redis.call('PEXPIRE', key, ARGV[7])\n"
	"local n = redis.call('ZCARD', key)\n"
	"if n < tonumber(ARGV[6]) then return 0 end\n"
	"redis.call('HSET', ARGV[2], ARGV[3], string.format('%.0f,%d,%s', now + ARGV[8], n, ARGV[9]))\n"
	"redis.call('DEL', key)\n"
	"return 1\n";

/* ARGV: dead-hash, failed-key, number. */
const char recipient_alive_script[] = "-- smppgw alive\n"
				      "redis.call('DEL', ARGV[2])\n"
				      "return redis.call('HDEL', ARGV[1], ARGV[3])\n";
