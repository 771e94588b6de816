# servers.py - the processes under test: Redis with its append-only file, and the gateway; started, killed and
# restarted by process id. A small Redis client that shares nothing with the gateway's. Knows no messages.
import asyncio
import os
import random
import re
import resource
import shutil
import signal
import socket
import subprocess

from ledger import now

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.environ.get("SMPPGW_SRC") or os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("SMPPGW_BUILD") or os.path.join(SRC, "build/gcc")
SLOW = float(os.environ.get("SMPPGW_SLOW", "1"))
if not os.environ.get("SMPPGW_WRAP"):
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
running = []  # every process that has been started and not been waited for


class Gone(Exception):
    """A process has ended by itself, or did not do in time what it must."""


def program(name):
    for at in (BUILD, os.path.join(BUILD, "src"), SRC):
        path = os.path.join(at, name)
        if os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    raise Gone("no program %s under %s; build it first (make -C %s)" % (name, BUILD, BUILD))


def free_port(taken=set()):
    """A port that nobody listens on, below the range that the kernel gives to outgoing connections."""
    for _ in range(1000):
        port = random.randrange(10000, 32000)
        if port in taken:
            continue
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
        taken.add(port)
        return port
    raise Gone("no free port")


def kill_all():
    for p in running:
        if p.poll() is None:
            p.kill()
    for p in running:
        p.wait()
    running.clear()


class Process:
    def __init__(self, argv, log, env=None):
        with open(log, "ab") as out:
            self.p = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, cwd=os.path.dirname(log)
            )
        running.append(self.p)

    def alive(self):
        return self.p.poll() is None

    def kill(self):
        if self.p.poll() is None:
            self.p.send_signal(signal.SIGKILL)
        self.wait_now()

    def wait_now(self):
        self.p.wait()
        if self.p in running:
            running.remove(self.p)
        return self.p.returncode

    async def wait(self, seconds):
        """The exit status, or None when it did not leave in time."""
        until = now() + seconds
        while self.p.poll() is None:
            if now() > until:
                return None
            await asyncio.sleep(0.02)
        return self.wait_now()


async def wait_for(what, seconds, question):
    """Waits until question() is true."""
    until = now() + seconds * SLOW
    while True:
        answer = question()
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer:
            return
        if now() > until:
            raise Gone("waited in vain for: %s (%d s)" % (what, seconds * SLOW))
        await asyncio.sleep(0.02)


# ---- Redis ----


class RedisError(Exception):
    pass


class Client:
    """One connection; commands one after the other."""

    def __init__(self, path):
        self.path = path
        self.reader = self.writer = None
        self.lock = asyncio.Lock()

    async def __call__(self, *args):
        async with self.lock:
            try:
                if self.writer is None:
                    self.reader, self.writer = await asyncio.open_unix_connection(self.path, limit=1 << 26)
                out = [b"*%d\r\n" % len(args)]
                for a in args:
                    a = a if isinstance(a, bytes) else str(a).encode()
                    out.append(b"$%d\r\n%s\r\n" % (len(a), a))
                self.writer.write(b"".join(out))
                return await asyncio.wait_for(self.read(), 10)
            except RedisError:
                raise
            except (OSError, EOFError, asyncio.TimeoutError) as e:
                self.close()
                raise RedisError("Redis is away: %s" % e) from None

    def close(self):
        if self.writer:
            self.writer.transport.abort()
        self.reader = self.writer = None

    async def read(self):
        line = await self.reader.readuntil(b"\r\n")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest
        if kind == b"-":
            raise RedisError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            if int(rest) < 0:
                return None
            return (await self.reader.readexactly(int(rest) + 2))[:-2]
        if kind == b"*":
            return [await self.read() for _ in range(int(rest))]
        raise RedisError("a reply that begins with %r" % kind)


class Redis:
    def __init__(self, folder, policy):
        self.folder, self.policy = folder, policy
        self.dir = os.path.join(folder, "redis")
        self.socket = os.path.join(folder, "redis.sock")
        self.note = os.path.join(folder, "synced")
        self.shim = os.path.join(folder, "powercut.so")
        self.process = None
        self.cli = Client(self.socket)
        os.makedirs(self.dir)
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if not compiler:
            raise Gone("no C compiler for powercut.c; install gcc")
        subprocess.run(
            [
                compiler,
                "-O1",
                "-shared",
                "-fPIC",
                "-o",
                self.shim,
                os.path.join(HERE, "powercut.c"),
                "-ldl",
                "-lpthread",
            ],
            check=True,
        )

    async def start(self):
        env = dict(os.environ, LD_PRELOAD=self.shim, POWERCUT_NOTE=self.note)
        self.process = Process(
            [
                "redis-server",
                "--port",
                "0",
                "--unixsocket",
                self.socket,
                "--unixsocketperm",
                "700",
                "--dir",
                self.dir,
                "--appendonly",
                "yes",
                "--appendfsync",
                self.policy,
                "--aof-load-truncated",
                "yes",
                "--save",
                "",
                "--maxmemory-policy",
                "noeviction",
                "--daemonize",
                "no",
            ],
            os.path.join(self.folder, "redis.log"),
            env,
        )
        await wait_for("Redis answering", 30, self.answers)

    async def answers(self):
        if not self.process.alive():
            raise Gone("redis-server has ended by itself; see redis.log")
        try:
            return await self.cli("PING") == b"PONG"
        except RedisError:
            return False

    def kill(self):
        self.process.kill()
        self.cli.close()

    def cut_to_synced(self):
        """Cuts the append-only files to what had reached the disk: what a power failure leaves. Octets cut off."""
        synced = {}
        if os.path.exists(self.note):
            with open(self.note) as f:
                for line in f:
                    size, name = line.strip().split(" ", 1)
                    synced[os.path.basename(name)] = int(size)
        lost = 0
        folder = os.path.join(self.dir, "appendonlydir")
        logs = [n for n in os.listdir(folder) if n.endswith(".incr.aof")]
        logs.sort(key=lambda n: int(re.search(r"\.(\d+)\.incr", n).group(1)))
        for name in logs:
            path = os.path.join(folder, name)
            size = os.path.getsize(path)
            keep = synced.get(name, 0 if name == logs[-1] else size)
            if keep < size:
                os.truncate(path, keep)
                lost += size - keep
        return lost

    # ---- what the gateway keeps there (design.md 8) ----

    async def journal(self):
        """The records in the journal of node 1, by their ids."""
        records = {}
        for bucket in await self.cli("SMEMBERS", "journal:1"):
            pairs = await self.cli("HGETALL", b"journal:1:" + bucket)
            for field, record in zip(pairs[::2], pairs[1::2]):
                records[field.decode("latin-1")] = record
        return records

    async def journal_size(self):
        return sum([await self.cli("HLEN", b"journal:1:" + b) for b in await self.cli("SMEMBERS", "journal:1")])

    async def backlog(self, account):
        """(id, record) of what waits for an app."""
        out = []
        for _, fields in await self.cli("XRANGE", "backlog:" + account, "-", "+"):
            pairs = dict(zip(fields[::2], fields[1::2]))
            out.append((pairs.get(b"id", b"").decode("latin-1"), pairs.get(b"rec", b"")))
        return out

    async def used_memory(self):
        text = (await self.cli("INFO", "memory")).decode()
        return int(re.search(r"used_memory:(\d+)", text).group(1))


# ---- the gateway ----


class Gateway:
    """conf: the text of its configuration, without what the build at hand does not know yet."""

    def __init__(self, folder, conf, port, stats_port):
        self.folder, self.port, self.stats_port = folder, port, stats_port
        self.conf = os.path.join(folder, "gw.conf")
        self.log = os.path.join(folder, "gateway.log")
        self.process = None
        with open(self.conf, "w") as f:
            f.write(conf)

    def start(self):
        wrap = os.environ.get("SMPPGW_WRAP", "").split()
        self.process = Process(wrap + [program("smppgwd"), "-c", self.conf], self.log)

    async def ready(self):
        await wait_for("the gateway listening on port %d" % self.port, 60, self.listening)

    def listening(self):
        if not self.process.alive():
            raise Gone("the gateway has ended by itself with status %s; see gateway.log" % self.process.p.returncode)
        with socket.socket() as s:
            s.settimeout(1)
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        self.process.kill()

    def reload(self, conf):
        """Another configuration: read at once, and at every start from now on."""
        with open(self.conf + ".new", "w") as f:
            f.write(conf)
        os.rename(self.conf + ".new", self.conf)
        self.process.p.send_signal(signal.SIGHUP)

    async def term(self):
        """SIGTERM; the exit status, or None when it did not leave within 30 s (it is killed then)."""
        self.process.p.send_signal(signal.SIGTERM)
        status = await self.process.wait(30 * SLOW)
        if status is None:
            self.process.kill()
        return status

    def log_of(self, words):
        """Its lines with one of the words."""
        try:
            with open(self.log, encoding="utf-8", errors="replace") as f:
                return [line.rstrip("\n") for line in f if any(w in line for w in words)][:40]
        except OSError:
            return []


def knows(folder, conf):
    """Whether the build at hand takes this configuration."""
    path = os.path.join(folder, "probe.conf")
    with open(path, "w") as f:
        f.write(conf)
    return (
        subprocess.run(
            [program("smppgwd"), "-t", "-c", path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).returncode
        == 0
    )
