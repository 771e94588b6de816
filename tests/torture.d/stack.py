# stack.py - one gateway, one Redis, two carriers and three apps that belong together, and the load over them. The
# configuration that the account-keeper's expectations depend on is written here. Knows no faults.
import asyncio
import itertools
import os
import random
import re

import app
import carrier
import servers
from ledger import Ledger, now

ACCOUNTS = (  # name, code, signature, binds
    ("bank", "10690001", "甲银行", ("trx", "trx")),
    ("shop", "10690002", "乙证券", ("tx", "rx")),
    ("loan", "10690003", "丙消费金融", ("trx", "tx", "rx")),
)
CARRIERS = (  # name, form of ids, bind, binds, mark of parts
    ("mobile", "hex", "transceiver", 2, "udh8"),
    ("unicom", "text", "pair", 1, "udh16"),
)
APP_WINDOW = 50  # deliver_sm without answer, per bind
CARRIER_WINDOW = 50
RESPONSE_TIMEOUT = 3.0  # s, of apps and of carriers
NUMBERS = 60  # phones that get texts
TPS = 0.4  # of the apps' rate, each carrier: so that texts always wait for them, and a kill meets some
QUEUE_MAX = 1500  # acknowledged texts that no carrier has got yet: the load pauses
TICK = 0.01

# A receipt overtakes its answer by less than PARK, also when the carrier is stalled in between (chaos.LONG_STALL); a
# message that was in doubt twice is given up after DOUBT_KEEP.
PARK = 6  # s
DOUBT_KEEP = 8  # s
HEAD = """\
node = 1;
store: {{ redis = "unix:{redis}"; deadline = 1000; reconnect = 50; receipt_horizon = 86400; }};
listen: ( {{ address = "127.0.0.1"; port = {port}; }} );
stats: {{ address = "127.0.0.1"; port = {stats}; }};
console: {{ socket = "{folder}/console"; }};
messages: {{ attempts = 250; retry = 200; retry_max = 1000; park = {park}; {doubt}max_held = 200000; }};
log: {{ mask = false; }};
accounts: ( {accounts} );
carriers: ( {carriers} );
routes: ( {{ prefix = "86138"; carriers = [ "mobile", "unicom" ]; }},
  {{ prefix = ""; carriers = [ "unicom", "mobile" ]; }} );
"""
ACCOUNT = """{{ system_id = "{name}"; password = "secret"; class = "notice"; sources = [ "{code}" ]; max_binds = 20;
  window = {window}; response_timeout = {timeout}; enquire_link = 2000; }}"""
CARRIER = """{{ name = "{name}"; host = "127.0.0.1"; port = {port}; system_id = "gw"; password = "gw"; bind = "{bind}";
  binds = {binds}; window = {window}; response_timeout = {timeout}; enquire_link = 2000; bind_timeout = 2000;
  tps = {tps}; long_mode = "{long}"; reconnect = 100; reconnect_max = 400; pause = 50; pause_max = 400; }}"""
# What comes and goes with changes of the configuration: nothing is routed there, and nobody binds.
SPARE_CARRIER = """{ name = "spare"; host = "127.0.0.1"; port = 1; system_id = "gw"; reconnect = 200; }"""
SPARE_ACCOUNT = """{ system_id = "spare"; password = "secret"; sources = [ "10699" ]; }"""
# What later builds know; each is left out where the build at hand refuses it. A message in doubt goes out again at
# once, whatever its class.
LATER = (
    """classes: ( {{ name = "otp"; in_doubt = "resend"; }}, {{ name = "notice"; in_doubt = "resend"; }},
  {{ name = "promo"; in_doubt = "resend"; }}, {{ name = "alert"; in_doubt = "hold"; }} );
""",
    """policies: ( {{ policy = "window"; mode = "off"; }} );
""",
)


class Stack:
    def __init__(self, folder, policy, seed, rate):
        os.makedirs(folder)
        self.folder, self.policy, self.rate = folder, policy, rate
        self.ledger = Ledger()
        self.rng = random.Random("%s/load" % seed)
        self.redis = servers.Redis(folder, policy)
        self.carriers = [
            carrier.Carrier(name, ids, self.ledger, random.Random("%s/%s" % (seed, name)))
            for name, ids, _, _, _ in CARRIERS
        ]
        self.apps = [
            app.App(name, code, signature, kinds, self.ledger, random.Random("%s/%s" % (seed, name)))
            for name, code, signature, kinds in ACCOUNTS
        ]
        self.serials = itertools.count(1)
        self.reply_serials = itertools.count(1)
        self.numbers = [("86138%08d" if i % 2 else "86186%08d") % self.rng.randrange(10**8) for i in range(NUMBERS)]
        self.numbers = [n.encode() for n in self.numbers]
        self.loading = None
        self.paused = False

    def configuration(self):
        ports = [servers.free_port() for _ in CARRIERS]
        port, stats = servers.free_port(), servers.free_port()
        ms = int(RESPONSE_TIMEOUT * 1000)
        accounts = ",\n".join(ACCOUNT.format(name=a[0], code=a[1], window=APP_WINDOW, timeout=ms) for a in ACCOUNTS)
        carriers = ",\n".join(
            CARRIER.format(
                name=c[0],
                port=p,
                bind=c[2],
                long=c[4],
                binds=c[3],
                window=CARRIER_WINDOW,
                timeout=ms,
                tps=int(self.rate * TPS),
            )
            for c, p in zip(CARRIERS, ports)
        )

        def head(doubt):
            return HEAD.format(
                redis=self.redis.socket,
                port=port,
                stats=stats,
                folder=self.folder,
                accounts=accounts,
                carriers=carriers,
                park=PARK,
                doubt=doubt,
            )

        conf = head("doubt_keep = %d; " % DOUBT_KEEP)
        if not servers.knows(self.folder, conf):
            conf = head("")
        for piece in LATER:
            if servers.knows(self.folder, conf + piece.format()):
                conf += piece.format()
        return conf, port, stats, ports

    def variant(self, rng):
        """Another configuration that changes the pace, windows and binds, but no way of a message; (text, what)."""
        tps, window = int(self.rate * TPS * rng.choice((0.5, 1, 2))), rng.choice((10, CARRIER_WINDOW))
        kind, spare = rng.choice(("", "", "a", "b")), rng.choice((True, False))
        head, carriers = self.conf.split("carriers: ( ", 1)
        carriers, tail = carriers.split(" );\nroutes:", 1)
        carriers = re.sub(r"tps = \d+;", "tps = %d;" % tps, carriers)
        carriers = re.sub(r" window = \d+;", " window = %d;" % window, carriers)
        carriers = carriers.replace("system_id =", 'system_type = "%s"; system_id =' % kind)
        if spare:
            carriers += ", " + SPARE_CARRIER
            head = head.replace("accounts: ( ", "accounts: ( " + SPARE_ACCOUNT + ", ")
        return head + "carriers: ( " + carriers + " );\nroutes:" + tail, "tps %d, window %d, system_type %r, %s" % (
            tps, window, kind, "with spare ones" if spare else "without spare ones",
        )

    async def start(self):
        conf, port, stats, ports = self.configuration()
        self.conf = conf
        self.gateway = servers.Gateway(self.folder, conf, port, stats)
        await self.redis.start()
        for c, p in zip(self.carriers, ports):
            await c.start(p)
        self.gateway.start()
        await self.gateway.ready()
        for a in self.apps:
            a.start(port)
        await servers.wait_for(
            "apps and carriers bound",
            30,
            lambda: all(a.receiving() for a in self.apps)
            and all(any(link.receives() for link in c.links) for c in self.carriers),
        )

    def load(self):
        self.loading = asyncio.ensure_future(self.submit_for_ever())

    def stop_load(self):
        if self.loading:
            self.loading.cancel()
            self.loading = None

    async def submit_for_ever(self):
        """As many texts a second as asked for, fewer when they do not get through."""
        tokens, last = 0.0, now()
        while True:
            await asyncio.sleep(TICK)
            t = now()
            tokens = min(tokens + (t - last) * self.rate, self.rate / 5)
            last = t
            tries = 0
            while tokens > 0 and tries < 10 and not self.paused and self.waiting() < QUEUE_MAX:
                n = self.rng.choice(self.apps).submit_run(self.serials, self.numbers)
                tokens -= n
                tries += n == 0
            if self.rng.random() < 0.1:
                self.reply()

    def waiting(self):
        return max(self.ledger.acks - self.ledger.first, sum(c.waiting for c in self.carriers) / 2)

    def reply(self):
        account = self.rng.choice(ACCOUNTS)
        code = (account[1] + self.rng.choice(("", "88"))).encode()
        self.rng.choice(self.carriers).reply(
            next(self.reply_serials), account[0], (1, 1, self.rng.choice(self.numbers)), (0, 1, code)
        )

    def stop(self):
        self.stop_load()
        for a in self.apps:
            a.stop()
        for c in self.carriers:
            c.stop()
        self.redis.cli.close()
