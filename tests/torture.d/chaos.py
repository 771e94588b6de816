# chaos.py - what is done to the system under load: kills, cuts, stalls, errors, a full Redis, a power failure. Each
# track is one after the other, the tracks run beside each other; what and when is drawn from the seed. Every event
# is put down in the ledger. Knows no rules of what must come of it.
import asyncio
import random

import servers
from ledger import now

# How often in the short form; the long form draws from the same kinds until its time is over.
SERVERS = {
    "gateway": ("gateway killed",) * 3 + ("gateway told to leave",),
    "redis": ("Redis killed", "Redis killed", "Redis killed then gateway", "Redis full", "Redis full then gateway"),
    "power": ("power failure",),
    "configuration": ("configuration changed",) * 6,
}
CARRIER = (
    "carrier cut",
    "carrier errors",
    "carrier stall",
    "carrier cut",
    "carrier errors",
    "carrier long stall",
    "carrier cut",
)
APP = ("app cut", "app refuses", "app stall", "app away", "app cut", "app long stall", "app cut")
LONG_STALL = (3.5, 4.5)  # s: longer than the response_timeout
SHORT_STALL = (0.3, 1.5)


class Chaos:
    def __init__(self, stack, seed, until=None):
        """until: moment at which no new event begins; None: the short form's fixed number of events."""
        self.stack, self.until = stack, until
        self.ledger = stack.ledger
        self.seed = seed
        self.gateway_lock, self.redis_lock = asyncio.Lock(), asyncio.Lock()
        self.healing = False
        self.cut_off = 0  # octets that power failures took from the append-only file

    async def run(self):
        """Until all is done, or the time is over."""
        watch = asyncio.ensure_future(self.watch())
        s = self.stack
        tracks = [self.track("gateway", SERVERS["gateway"], None), self.track("redis", SERVERS["redis"], None)]
        tracks.append(self.track("configuration", SERVERS["configuration"], None))
        if s.policy == "always":
            tracks.append(self.track("power", SERVERS["power"], None))
        tracks += [self.track(c.name, CARRIER, c) for c in s.carriers]
        tracks += [self.track(a.name, APP, a) for a in s.apps]
        try:
            await asyncio.gather(*tracks)
        finally:
            watch.cancel()

    async def track(self, name, kinds, target):
        rng = random.Random("%s/chaos/%s" % (self.seed, name))
        await self.progress(rng, name)
        if self.until is None:
            plan = list(kinds)
            rng.shuffle(plan)
            for kind in plan:
                await self.cause(kind, target, rng)
                await self.progress(rng, name)
            return
        while now() < self.until:
            await self.cause(rng.choice(kinds), target, rng)
            await self.progress(rng, name)

    async def progress(self, rng, name):
        """Lets some messages pass, or some time when none do."""
        most = 2.6 if self.until is None else rng.choice((1.0, 3.0, 10.0))
        if name == "power":
            most *= 4 if self.until else 2
        wanted = self.ledger.acks + rng.randrange(100, 1500) * most / 3.0
        until = now() + most * rng.uniform(0.5, 1.0) * servers.SLOW
        while self.ledger.acks < wanted and now() < until:
            await asyncio.sleep(0.02)

    async def cause(self, kind, target, rng):
        await getattr(self, "do_" + kind.lower().replace(" ", "_"))(kind, target, rng)

    # ---- the gateway ----

    async def gateway_again(self, e, rng):
        await asyncio.sleep(rng.choice((0, 0, 0.1, 0.5)))
        self.stack.gateway.start()
        await self.stack.gateway.ready()
        e.end = now()

    async def do_gateway_killed(self, kind, _, rng):
        async with self.gateway_lock:
            e = self.ledger.begin(kind)
            self.stack.gateway.kill()
            await self.gateway_again(e, rng)

    async def do_gateway_told_to_leave(self, kind, _, rng):
        async with self.gateway_lock:
            e = self.ledger.begin(kind)
            status = await self.stack.gateway.term()
            e.note = "status %s after %.1f s" % (status, now() - e.begin)
            if status != 0:
                self.ledger.fault("leaving", "SIGTERM: the gateway left with status %s" % status)
            await self.gateway_again(e, rng)

    async def do_configuration_changed(self, kind, _, rng):
        """Read again while all goes on, and killed as likely as at any other moment."""
        async with self.gateway_lock:
            conf, what = self.stack.variant(rng)
            e = self.ledger.begin(kind)
            e.note = what
            self.stack.gateway.reload(conf)
            e.end = now()

    async def watch(self):
        """The gateway may not end by itself."""
        while True:
            await asyncio.sleep(0.05)
            if self.gateway_lock.locked() or self.stack.gateway.process.alive():
                continue
            async with self.gateway_lock:
                if self.stack.gateway.process.alive():
                    continue
                e = self.ledger.begin("gateway ended by itself")
                self.ledger.fault(
                    "died",
                    "the gateway ended by itself with status %s at %s"
                    % (self.stack.gateway.process.wait_now(), self.ledger.clock(e.begin)),
                )
                self.stack.gateway.start()
                await self.stack.gateway.ready()
                e.end = now()

    # ---- Redis ----

    async def do_redis_killed(self, kind, _, rng):
        async with self.redis_lock:
            e = self.ledger.begin(kind)
            self.stack.redis.kill()
            await asyncio.sleep(rng.choice((0, 0.05, 0.3, 1.0)))
            await self.stack.redis.start()
            e.end = now()

    async def do_redis_killed_then_gateway(self, _, target, rng):
        """What the gateway could not store it loses."""
        await self.with_gateway(self.do_redis_killed, "Redis killed", rng)

    async def do_redis_full_then_gateway(self, _, target, rng):
        await self.with_gateway(self.do_redis_full, "Redis full", rng)

    async def with_gateway(self, what, kind, rng):
        """The gateway is killed in the middle of it."""
        first = asyncio.ensure_future(what(kind, None, rng))
        await asyncio.sleep(rng.uniform(0.05, 0.5))
        await asyncio.gather(first, self.do_gateway_killed("gateway killed", None, rng))

    async def do_redis_full(self, kind, _, rng):
        """maxmemory a little above what is used: writes fail with OOM after a moment."""
        async with self.redis_lock:
            cli = self.stack.redis.cli
            used = await self.stack.redis.used_memory()
            e = self.ledger.begin(kind)
            await cli("CONFIG", "SET", "maxmemory", used + rng.choice((0, 65536)))
            await asyncio.sleep(rng.uniform(0.5, 2.0))
            await cli("CONFIG", "SET", "maxmemory", 0)
            e.end = now()

    async def do_power_failure(self, kind, _, rng):
        async with self.gateway_lock, self.redis_lock:
            e = self.ledger.begin(kind)
            self.stack.gateway.kill()
            self.stack.redis.kill()
            cut = self.stack.redis.cut_to_synced()
            self.cut_off += cut
            e.note = "%d octets were not on the disk" % cut
            await self.stack.redis.start()
            await self.gateway_again(e, rng)

    # ---- carriers ----

    async def do_carrier_cut(self, kind, carrier, rng):
        e = self.ledger.begin(kind, carrier.name)
        carrier.cut()
        e.end = now()

    async def stall(self, kind, peer, seconds):
        e = self.ledger.begin(kind, peer.name)
        peer.stall()
        await asyncio.sleep(seconds)
        peer.go_on()
        e.end = now()

    async def do_carrier_stall(self, kind, carrier, rng):
        await self.stall(kind, carrier, rng.uniform(*SHORT_STALL))

    async def do_carrier_long_stall(self, kind, carrier, rng):
        await self.stall(kind, carrier, rng.uniform(*LONG_STALL))

    async def do_carrier_errors(self, kind, carrier, rng):
        e = self.ledger.begin(kind, carrier.name)
        errors = {
            "permanent": 0.02,
            "temporary": rng.choice((0.02, 0.2)),
            rng.choice(("throttled", "full")): rng.choice((0.02, 0.2)),
        }
        carrier.errors = errors
        e.note = ", ".join("%s %d %%" % (k, v * 100) for k, v in sorted(errors.items()))
        await asyncio.sleep(rng.uniform(0.5, 2.0))
        carrier.errors = {}
        e.end = now()

    # ---- apps ----

    async def do_app_cut(self, kind, app, rng):
        e = self.ledger.begin(kind, app.name)
        app.cut()
        e.end = now()

    async def do_app_away(self, kind, app, rng):
        e = self.ledger.begin(kind, app.name)
        app.away = True
        app.cut()
        await asyncio.sleep(rng.uniform(0.5, 2.0))
        app.away = False
        e.end = now()

    async def do_app_stall(self, kind, app, rng):
        await self.stall(kind, app, rng.uniform(*SHORT_STALL))

    async def do_app_long_stall(self, kind, app, rng):
        await self.stall(kind, app, rng.uniform(*LONG_STALL))

    async def do_app_refuses(self, kind, app, rng):
        e = self.ledger.begin(kind, app.name)
        app.refuse = rng.choice((0.05, 0.5))
        await asyncio.sleep(rng.uniform(0.3, 1.0))
        app.refuse = 0.0
        e.end = now()
