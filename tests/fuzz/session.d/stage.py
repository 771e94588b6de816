# stage.py - one gateway and one Redis under attack: their configuration, what is counted, what was found, and the
# account at the end: nothing held, no window slot taken, as many files open as at the start. Knows no PDU.
import asyncio
import collections
import contextlib
import json
import os
import random
import re
import time

import esme
import noise
import servers
import smsc

FUZZ = (  # name, code, options, share of PDUs that are broken, whether the gateway may end a session at any time
    ("fuzz1", "10690002", "", 0.2, False),
    ("fuzz2", "10690003", "window = 5;", 0.1, False),
    ("fuzz3", "10690004", 'deliver = "data_sm"; tps = 50; burst = 10;', 0.3, False),
    ("fuzz4", "10690005", "enquire_link = 150; response_timeout = 300;", 0.2, True),
    ("fuzz5", "10690006", 'bind = [ "transmitter" ]; receipts = "part";', 0.5, False),
)
HEAD = """\
node = 1;
store: {{ redis = "unix:{redis}"; deadline = 3000; reconnect = 50; receipt_horizon = 60; }};
listen: ( {{ address = "127.0.0.1"; port = {port}; }} );
stats: {{ address = "127.0.0.1"; port = {stats}; }};
console: {{ socket = "{console}"; }};
limits: {{ session_init = 60000; partial_pdu = 60000; failed_binds = 0; }};
messages: {{ attempts = 30; retry = 50; retry_max = 300; park = 2; doubt_keep = 20; gather = 2; query_keep = 30; }};
log: {{ level = "warn"; }};
classes: ( {classes} );
policies: ( {{ policy = "window"; mode = "off"; }} );
"""
ACCOUNT = """{{ system_id = "{name}"; password = "{password}"; class = "notice"; sources = [ "{code}" ]; max_binds = 100;
  error_tlvs = true; max_queued = 300; {options} }}"""
CARRIER = """{{ name = "{name}"; host = "127.0.0.1"; port = {port}; system_id = "gw"; password = "gw"; {options}
  reconnect = 50; reconnect_max = 300; pause = 20; pause_max = 200; }}"""
SHORT = "enquire_link = 300; response_timeout = 500; bind_timeout = 500; window = 20;"
CARRIERS = (  # name, options, codes whose texts they carry
    ("good", "binds = 2;", ("10690001",)),
    ("evil", "binds = 2; " + SHORT, tuple(a[1] for a in FUZZ)),
    ("pair", 'bind = "pair"; ' + SHORT, tuple(a[1] for a in FUZZ)),
)
ROUTES = """\
routes: ( {{ prefix = ""; account = "control"; carriers = [ "good" ]; }},
  {{ prefix = ""; carriers = [ "evil", "pair" ]; choose = "weight"; weights = [ 60, 40 ]; }} );
"""
SANITIZER = re.compile(r"ERROR: \w+Sanitizer|runtime error:|LeakSanitizer|Assertion|out of memory|abort")


class Redis:
    def __init__(self, folder):
        self.socket = os.path.join(folder, "redis.sock")
        self.process = servers.Process(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", folder, "--save", "",
             "--appendonly", "no", "--enable-debug-command", "local", "--maxmemory-policy", "noeviction"],
            os.path.join(folder, "redis.log"),
        )
        self.cli = servers.Client(self.socket)

    async def answers(self):
        try:
            return await self.cli("PING") == b"PONG"
        except servers.RedisError:
            return False


class Stage:
    """sent: what a carrier sends again, as (s, octets), instead of what its seed says."""

    def __init__(self, folder, seed, deadline, sent=None):
        os.makedirs(folder)
        self.folder, self.seed, self.deadline, self.sent = folder, seed, deadline, sent
        self.counts = collections.Counter()
        self.findings = []  # (what, sequences that were played, what carriers had sent)
        self.last = collections.deque(maxlen=400)  # (time, octets) that hostile carriers have sent
        self.said = asyncio.Event()  # all that is sent again was sent
        self.running = {}  # number -> sequence that is being played
        self.recent = collections.deque(maxlen=24)
        self.rng = random.Random("%s/stage" % seed)
        self.owners, self.ids = {}, collections.defaultdict(lambda: collections.deque(maxlen=40))
        self.stopping = False
        self.started = time.monotonic()
        self.port, self.stats_port = servers.free_port(), servers.free_port()
        self.console = os.path.join(folder, "console")
        self.carriers = [
            smsc.Carrier(self, name, seed, [c.encode() for c in codes]) for name, _, codes in CARRIERS
        ]
        self.hostile = self.carriers[1:]
        self.accounts = {
            name: {"name": name.encode(), "password": b"secret", "source": code.encode(), "broken": broken,
                   "always_may_close": short}
            for name, code, _, broken, short in FUZZ
        }
        self.passwords = {a["name"]: a["password"] for a in self.accounts.values()}
        self.control = self.gateway = None
        self.descriptors = 0

    def account(self, name):
        return self.accounts[name]

    def address(self):
        """Hostile apps come from other addresses than the good one."""
        return "127.0.0.%d" % self.rng.randrange(2, 255)

    # ---- start ----

    def configuration(self, tps=0, window=100):
        classes = ", ".join(
            '{ name = "%s"; in_doubt = "resend"; }' % c for c in ("otp", "notice", "alert", "promo", "remind", "collect")
        )
        head = HEAD.format(redis=self.redis_socket, port=self.port, stats=self.stats_port, console=self.console, classes=classes)
        accounts = [ACCOUNT.format(name="control", password="secret", code="10690001", options="")]
        for name, code, options, _, _ in FUZZ:
            options += "" if "window" in options else " window = %d;" % window
            accounts.append(ACCOUNT.format(name=name, password="secret", code=code, options=options))
        carriers = [
            CARRIER.format(name=name, port=c.port, options=options + (" tps = %d;" % tps if name != "good" and tps else ""))
            for c, (name, options, _) in zip(self.carriers, CARRIERS)
        ]
        return "%saccounts: ( %s );\ncarriers: ( %s );\n%s" % (head, ",\n".join(accounts), ",\n".join(carriers), ROUTES.format())

    async def start(self):
        self.store = Redis(self.folder)
        self.redis_socket = self.store.socket
        await servers.wait_for("Redis answering", 30, self.store.answers)
        for c in self.carriers:
            await c.start(servers.free_port())
        self.gateway = servers.Gateway(self.folder, self.configuration(), self.port, self.stats_port)
        self.gateway.start()
        await self.gateway.ready()
        loop = asyncio.get_running_loop()
        _, self.control = await loop.create_connection(lambda: esme.Control(self), "127.0.0.1", self.port)
        await asyncio.wait_for(self.control.bound.wait(), 20)
        await servers.wait_for("carriers bound", 30, self.carriers_bound)
        self.descriptors = await self.open_files()

    def carriers_bound(self):
        return all(
            sum(link.model.state in ("tx", "rx", "trx") for link in c.links) == 2 for c in self.carriers
        )

    async def redis(self, *args):
        return await self.store.cli(*args)

    def reload(self, rng):
        self.counts["reloads"] += 1
        self.gateway.reload(self.configuration(rng.choice((0, 200)), rng.choice((100, 100, 20))))

    # ---- what happens ----

    def acknowledged(self, account, ident):
        name = account["name"].decode()
        if self.owners.setdefault(ident, name) != name:
            self.finding("id %s was given to %s and to %s" % (ident, self.owners[ident], name))
        self.ids[name].append(ident.encode())
        self.counts["texts of hostile apps acknowledged"] += 1
        if len(self.owners) > 200000:
            self.owners.clear()

    def delivered(self, account, sm):
        """A receipt or a reply for a hostile app: it must be its own."""
        name = account["name"].decode()
        if sm.esm & 0x3C == 4:
            ident = esme.smpp.receipt_fields(sm.text).get("id", "")
            if self.owners.get(ident, name) != name:
                self.finding("%s got the receipt of %s, a text of %s" % (name, ident, self.owners[ident]))
        elif not sm.dst[2].startswith(account["source"]):
            self.finding("%s got a reply to %r" % (name, sm.dst[2]))

    def finding(self, what, sequences=None, sent=None):
        self.counts["findings"] += 1
        if len(self.findings) < 20:
            self.findings.append((what, sequences or [q for _, q in self.recent], sent))

    async def until_said(self):
        """What a carrier sends again has gone out, and the gateway has had a moment for it."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.said.wait(), self.deadline)
        await asyncio.sleep(0.2)

    def alive(self):
        return self.gateway.process.alive()

    # ---- the end ----

    async def open_files(self):
        """As many as stay open: connections that have just ended are gone after a moment."""
        least, where = None, "/proc/%d/fd" % self.gateway.process.p.pid
        for _ in range(20):
            n = len(os.listdir(where))
            least = n if least is None else min(least, n)
            await asyncio.sleep(0.05)
        return least

    async def status(self):
        text = await noise.ask(self, "/status.json")
        return json.loads(text) if text else {}

    async def drain(self, seconds):
        """
        Heals the carriers; until no message is held any more. What is left, by state. A text that a carrier has taken
        without a right id, or with that of another text, waits for its receipt until store.receipt_horizon.
        """
        for c in self.hostile:
            c.turn(True)
        until, left, sent = time.monotonic() + seconds * servers.SLOW, None, 0.0
        while time.monotonic() < until and self.alive():
            left = (await self.status()).get("messages", {})
            states = {k: v for k, v in left.get("by_state", {}).items() if v}
            if not set(states) - {"awaiting", "past", "parted"} and left.get("total", 1) <= self.counts["answers without a right id"]:
                self.counts["texts whose carrier gave no right id"] += left["total"]
                return {}
            if time.monotonic() > sent + 4 and self.carriers_bound():
                sent = time.monotonic()
                for c in self.hostile:
                    c.send_kept(await self.awaited(c.name))
            await asyncio.sleep(0.2)
        return {k: v for k, v in (left or {}).get("by_state", {}).items() if v} or {"unknown": 1}

    async def awaited(self, carrier):
        """The ids that the gateway has got from a carrier and knows no end of."""
        ids = []
        for key in await self.redis("KEYS", "receipt:%s:*" % carrier):
            ids += await self.redis("HKEYS", key)
        return ids

    async def judge(self, seconds):
        """The account of the round."""
        if not self.alive():
            return
        left = await self.drain(seconds)
        if left:
            self.finding("messages are left %d s after the end: %s" % (seconds * servers.SLOW, left))
        if not self.alive():
            return
        await servers.wait_for("carriers bound again", 60, self.carriers_bound)
        for fault in self.control.judge()[:10]:
            self.finding(fault)
        status = await self.status()
        for c in status.get("carriers", []):
            if c["outstanding"]:
                self.finding("carrier %s has %d window slots taken" % (c["name"], c["outstanding"]))
        binds = [b for b in status.get("sessions", status.get("binds", [])) if b.get("account") not in (None, "control")]
        if binds:
            self.finding("binds are left: %s" % binds[:3])
        files = await self.open_files()
        if files > self.descriptors:
            self.finding("%d files are open, %d were at the start" % (files, self.descriptors))
        self.counts["octets resident at the end"] = max(
            self.counts["octets resident at the end"], status.get("memory", {}).get("resident_bytes", 0)
        )

    async def stop(self):
        """Ends all; a crash, a wrong exit status and words of a sanitizer are findings."""
        self.stopping = True
        if self.control:
            self.control.ended = True
            self.control.transport.abort()
        if self.gateway and self.gateway.process:
            if self.alive():
                status = await self.gateway.term()
                if status != 0:
                    self.finding("after SIGTERM the gateway leaves with status %s" % status)
            else:
                self.finding("the gateway has ended by itself with status %s" % self.gateway.process.p.returncode, sent=list(self.last))
                self.findings.insert(0, self.findings.pop())  # the rest follows from it
            lines = [line for line in self.log_lines() if SANITIZER.search(line)]
            if lines:
                self.finding("the gateway's log says: %s" % lines[0].strip())
        for c in self.carriers:
            c.stop()
        self.store.cli.close()
        self.store.process.kill()

    def log_lines(self):
        try:
            with open(self.gateway.log, encoding="utf-8", errors="replace") as f:
                return f.readlines()
        except OSError:
            return []


def build_has_asan():
    with open(servers.program("smppgwd"), "rb") as f:  # clang links it into the program
        return b"__asan_init" in f.read()
