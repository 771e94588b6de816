# noise.py - what else goes on while sessions are fuzzed: lines to the console and requests over HTTP, right and broken,
# another configuration (SIGHUP), Redis that stands still for a moment. Knows no SMPP.
import asyncio
import random
import time

LINES = (
    "status", "status json", "--json status", "now", "carriers", "carriers evil", "accounts fuzz1", "binds", "queue",
    "alarms", "trace 121742046112301017", "trace 8613800000000", "cdr --account fuzz1 --limit 3", "totals", "doubt list",
    "explain fuzz1 10690002 8613800138000 notice 你好", "log show", "optout check 8613800138000", "help", "review list",
    "ported get 8613800138000", "campaign list", "brakes list", "deadletters fuzz1", "backlog fuzz1",
)  # that change nothing: others break in their words
PATHS = ("/", "/status", "/metrics", "/healthz", "/api/now", "/api/history?dim=carrier&name=evil", "/api/history?dim=all&name=%ff", "/x", "/../etc/passwd", "//")
DEADLINE = 20  # s


def broken_text(rng, octets):
    out = bytearray(octets)
    for _ in range(rng.choice((0, 0, 1, 3))):
        how, at = rng.randrange(4), rng.randrange(len(out) + 1)
        if how == 0:
            out[at:at] = rng.randbytes(rng.choice((1, 8, 300)))
        elif how == 1:
            del out[at : at + rng.randrange(1, 6)]
        elif how == 2:
            out[at:at] = rng.choice((b"\0", b'"', b" ", b"\xe4\xbd", b"--json ", b"%n%s", b"9" * 40))
        elif out:
            out[min(at, len(out) - 1)] ^= 1 << rng.randrange(8)
    return bytes(out)


class Noise:
    def __init__(self, stage, seed):
        self.stage, self.rng = stage, random.Random("%s/noise" % seed)

    async def run(self):
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(self.rng.uniform(0.02, 0.3))
            x = self.rng.random()
            if x < 0.4:
                await self.talk(self.console_line(), unix=self.stage.console)
            elif x < 0.8:
                await self.talk(self.http_request(), port=self.stage.stats_port)
            elif x < 0.84:
                self.stage.reload(self.rng)
            elif x < 0.9:
                await self.pause_redis()
            elif x < 0.93:
                await self.talk(self.rng.randbytes(self.rng.choice((1, 15, 16, 500))), port=self.stage.port)

    def console_line(self):
        line = broken_text(self.rng, self.rng.choice(LINES).encode()).replace(b"\n", b"")
        words = line.split()
        if words and any(w in line for w in (b"stop", b"drain", b"pause", b"resend", b"fail", b"level", b"tps", b"shut")):
            line = b"status"
        return line + self.rng.choice((b"\n", b"\n", b"\r\n", b"", b"\n" + line + b"\n"))

    def http_request(self):
        rng = self.rng
        text = "%s %s HTTP/1.%d\r\nHost: %s\r\n%s\r\n" % (
            rng.choice(("GET", "GET", "GET", "HEAD", "POST", "PUT", "X")), rng.choice(PATHS), rng.randrange(3),
            rng.choice(("127.0.0.1:%d" % self.stage.stats_port, "localhost", "evil.example", "")),
            rng.choice(("", "Connection: close\r\n", "Content-Length: 99999999999\r\n", "A: " + "b" * 9000 + "\r\n")),
        )
        return broken_text(rng, text.encode())

    async def talk(self, octets, port=None, unix=None):
        """Says it, reads what comes a moment, goes."""
        self.stage.counts["requests to the console and over HTTP"] += 1
        try:
            if unix:
                reader, writer = await asyncio.open_unix_connection(unix)
            else:
                reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(self.stage.address(), 0))
        except OSError as e:
            if port != self.stage.port:
                self.stage.finding("the console or HTTP does not accept a connection: %s" % e)
            return
        try:
            writer.write(octets)
            await asyncio.wait_for(reader.read(100000), self.rng.choice((0.05, 0.5)))
        except (OSError, asyncio.TimeoutError):
            pass
        finally:
            writer.transport.abort()

    async def pause_redis(self):
        ms = self.rng.choice((5, 50, 200, 600))
        self.stage.counts["times Redis stood still"] += 1
        try:
            if self.rng.random() < 0.5:
                await self.stage.redis("CLIENT", "PAUSE", ms, "ALL")
            else:
                await self.stage.redis("DEBUG", "SLEEP", ms / 1000)
        except Exception as e:  # the answer may be late; that Redis lives is seen by the others
            self.stage.counts["pauses that Redis refused: %s" % e] += 1


async def ask(stage, path):
    """The body of a page of the stats port."""
    until = time.monotonic() + DEADLINE
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", stage.stats_port)
            writer.write(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n" % path.encode())
            body = await asyncio.wait_for(reader.read(), DEADLINE)
            writer.transport.abort()
            return body.split(b"\r\n\r\n", 1)[1].decode()
        except (OSError, asyncio.TimeoutError, IndexError):
            if time.monotonic() > until:
                return ""
            await asyncio.sleep(0.1)
