# long_books.py - what the soak test measures while it runs, and its accounts at the end: samples, the gateway's log,
# its counters, its records. Knows no sockets of SMPP.
import asyncio
import gc
import glob
import os
import re
import subprocess
import time
import urllib.request

import servers
from ledger import now

SAMPLE = 10.0  # s
SPARE_FDS = 6  # files of records that are open at the end and were not at the start
SPARE_TIMERS = 8
WARM = 1800.0  # s: a shorter second half says nothing about growth
COLUMNS = (
    "s", "rss_kib", "anon_kib", "fds", "timers", "sessions", "messages", "queued", "held", "awaiting", "outstanding",
    "backlog", "parked", "records", "cpu_s", "redis_rss_kib", "open_here", "acked", "faults",
    "history_kib",
)  # fmt: skip
KIND = re.compile(rb'"kind":"(\w+)","id":"(\d+)"')


def slope(points):
    """Of a line through (x, y), least squares."""
    n = len(points)
    mx, my = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    var = sum((x - mx) ** 2 for x, _ in points)
    return sum((x - mx) * (y - my) for x, y in points) / var if var else 0.0


def of_process(pid, file, key):
    try:
        with open("/proc/%d/%s" % (pid, file)) as f:
            return int(re.search(key + r":\s*(\d+)", f.read()).group(1))
    except (OSError, AttributeError):
        return 0


class Books:
    def __init__(self, soak):
        self.soak = soak
        self.samples, self.checks, self.errors = [], [], []
        self.drained = "never"
        self.zero = now()
        self.first = None
        self.log_lines = 0

    def fail(self, what, why):
        self.checks.append((what, [why]))

    def check(self, what, failures):
        self.checks.append((what, failures))

    def line(self):
        bad = sum(bool(f) for _, f in self.checks)
        return "%d passed, %d failed, 0 skipped" % (len(self.checks) - bad, bad)

    # ---- samples ----

    def metrics_now(self):
        url = "http://127.0.0.1:%d/metrics" % self.soak.stats
        out = {}
        with urllib.request.urlopen(url, timeout=20) as r:
            for line in r.read().decode().splitlines():
                if not line.startswith("#"):
                    name, value = line.rsplit(" ", 1)
                    out[name] = float(value)
        return out

    async def metrics(self):
        return await asyncio.get_running_loop().run_in_executor(None, self.metrics_now)

    @staticmethod
    def total(metrics, pattern):
        found = re.compile(pattern + r"$")
        return int(sum(v for k, v in metrics.items() if found.match(k)))

    async def sample(self):
        s = self.soak
        m = await self.metrics()
        pid = s.gateway.process.p.pid
        t = lambda pattern: self.total(m, pattern)  # noqa: E731
        self.samples.append(
            (
                int(now() - self.zero),
                of_process(pid, "status", "VmRSS"),
                of_process(pid, "status", "RssAnon"),
                t("process_open_fds"),
                t("smppgw_timers"),
                t(r"smppgw_(account|carrier)_bound(\{.*\})?"),
                t(r"smppgw_messages\{.*\}"),
                t(r'smppgw_messages\{.*"queued".*\}'),
                t(r'smppgw_messages\{.*"held".*\}'),
                t(r'smppgw_messages\{.*"awaiting".*\}'),
                t(r"smppgw_(account|carrier)_outstanding\{.*\}"),
                t(r"smppgw_backlog(\{.*\})?"),
                t(r"smppgw_parked(\{.*\})?"),
                t(r"smppgw_records_total(\{.*\})?"),
                round(m.get("process_cpu_seconds_total", 0), 2),
                of_process(s.redis.process.p.pid, "status", "VmRSS"),
                len(s.ledger.msgs),
                s.ledger.acks,
                sum(v for k, v in s.ledger.totals.items() if k.startswith("fault")),
                t("smppgw_history_bytes") // 1024,
            )
        )
        with open(os.path.join(s.folder, "samples.tsv"), "a") as f:
            if len(self.samples) == 1:
                f.write("\t".join(COLUMNS) + "\n")
            f.write("\t".join(map(str, self.samples[-1])) + "\n")
        return self.samples[-1]

    async def sampling(self):
        self.first = await self.metrics()
        self.zero, n = now(), 0
        while not self.soak.stopping:
            row = dict(zip(COLUMNS, await self.sample()))
            if n % 6 == 0:
                print(
                    time.strftime("%H:%M:%S ") + " ".join("%s=%s" % (k, v) for k, v in row.items()),
                    flush=True,
                )
                for fault in self.soak.ledger.faults[len(self.errors) :]:
                    print("  FAULT %s: %s" % fault[:2], flush=True)
                    self.errors.append(fault)
            self.soak.ledger.sweep()
            self.forget_replies()
            if n % 30 == 0:
                gc.collect()
            n += 1
            until = now() + SAMPLE
            while now() < until and not self.soak.stopping:
                await asyncio.sleep(0.2)

    def forget_replies(self, everything=False):
        """Replies of phones that an app has, a minute after."""
        ledger = self.soak.ledger
        for serial, r in list(ledger.replies.items()):
            old = r.t_taken is not None and now() - r.t_taken > 60
            if r.got and (everything or old) and all(g.answer is not None for g in r.got):
                ledger.add("replies of phones at their app")
                for first in r.got[:-1]:
                    ledger.add("replies again, in doubt")
                    if not ledger.doubt_of(first):
                        ledger.fault("reply twice", "a reply came again, and the one before was not in doubt", r)
                del ledger.replies[serial]

    def read_log(self, path):
        with open(path, encoding="utf-8", errors="replace") as f:
            for line in f:
                self.log_lines += 1
                if "level=error" in line or " error " in line[:60]:
                    if len(self.errors) < 1000:
                        with open(os.path.join(self.soak.folder, "errors.log"), "a") as out:
                            out.write(line)

    # ---- the end ----

    async def close(self):
        s, ledger = self.soak, self.soak.ledger
        self.check("all has found its end", [self.drained] if self.drained else [])
        left = [r for r in ledger.replies.values() if not r.got]
        self.forget_replies(True)
        ledger.sweep(True)
        self.check("replies of phones that no app got", ["%d of them" % len(left)] if left else [])
        self.phones()
        await self.sample()
        self.nothing_left(self.first, await self.metrics())
        self.grown()
        await self.leave()
        self.archive()
        self.faults()

    def phones(self):
        """Each phone has its answer."""
        bad = []
        for number, (word, answers, taken) in self.soak.ledger.phones.items():
            if taken is not None and answers == 0:
                bad.append("%s said %s and got no answer" % (number, word))
        self.soak.ledger.add("phones that asked a menu or said stop", len(self.soak.ledger.phones))
        self.soak.ledger.add("  answers to them", sum(p[1] for p in self.soak.ledger.phones.values()))
        self.check("phones without an answer", bad)

    def nothing_left(self, first, last):
        bad = []
        for what, pattern in (
            ("messages in memory", r"smppgw_messages\{.*\}"),
            ("window slots", r"smppgw_(account|carrier)_outstanding\{.*\}"),
            ("receipts parked", r"smppgw_parked(\{.*\})?"),
            ("records waiting", r"smppgw_records_waiting_bytes(\{.*\})?"),
            ("entries of backlogs", r"smppgw_backlog(\{.*\})?"),
            ("records lost", r"smppgw_records_lost_total(\{.*\})?"),
        ):
            n = self.total(last, pattern)
            if n:
                bad.append("%s: %d" % (what, n))
        for what, pattern, spare in (
            ("open files", "process_open_fds", SPARE_FDS),
            ("timers", "smppgw_timers", SPARE_TIMERS),
            ("sessions", r"smppgw_(account|carrier)_bound(\{.*\})?", 0),
        ):
            a, b = self.total(first, pattern), self.total(last, pattern)
            print("%s: %d at the start, %d at the end" % (what, a, b))
            if b > a + spare:
                bad.append("%s: %d at the start, %d at the end" % (what, a, b))
        self.check("what is left in the gateway", bad)

    def grown(self):
        """The history of a day fills in its first 25 hours, and says how much it has: that is no leak."""
        half = self.samples[-1][0] / 2
        at, memory, history = (COLUMNS.index(c) for c in ("s", "anon_kib", "history_kib"))
        kept = [s for s in self.samples if s[at] >= half]
        if len(kept) < 3:
            return
        mib = slope([(s[at], s[memory] - s[history]) for s in kept]) * 3600 / 1024
        told = (
            ("at the start", self.samples[0]),
            ("at half", kept[0]),
            ("at the end", kept[-1]),
        )
        print(
            "memory (anonymous) %s; without the history %.2f MiB an hour in the second half"
            % (", ".join("%d KiB %s, %d of them history" % (s[memory], w, s[history]) for w, s in told), mib)
        )
        if kept[-1][at] - kept[0][at] >= WARM:
            limit = self.soak.args.slope
            self.check("memory is flat", ["%.2f MiB an hour, at most %g" % (mib, limit)] if mib > limit else [])

    async def leave(self):
        """All apps unbind: their sessions, files and timers go; then the gateway leaves."""
        s, binds = self.soak, sum(len(a.binds) for a in self.soak.apps)
        before = await self.metrics()
        for a in s.apps:
            a.away = True
            for b in a.binds:
                b.leave()
                b.leave_now()
        try:
            await servers.wait_for("apps gone", 20, lambda: not any(a.binds for a in s.apps))
            after = before
            for _ in range(100):
                after = await self.metrics()
                if self.total(after, r"smppgw_account_bound(\{.*\})?") == 0:
                    break
                await asyncio.sleep(0.1)
        except servers.Gone as e:
            self.check("apps unbind", [str(e)])
            return
        fds = self.total(before, "process_open_fds") - self.total(after, "process_open_fds")
        timers = self.total(before, "smppgw_timers") - self.total(after, "smppgw_timers")
        print("%d sessions have left: %d files less, %d timers less" % (binds, fds, timers))
        self.check("sessions that left kept something", [] if fds == binds and timers >= binds else ["see above"])
        status = await s.gateway.term()
        self.check("the gateway leaves when told to", [] if status == 0 else ["status %s" % status])

    # ---- records ----

    def archive(self):
        folder, ids = self.soak.folder + "/records", self.soak.ledger.ids
        accepted, ended, told, n = {}, {}, {}, 0
        files = sorted(glob.glob(folder + "/*/*.jsonl"))
        for name in files:
            with open(name, "rb") as f:
                for line in f:
                    n += 1
                    found = KIND.search(line, 0, 200)
                    if found and (found.group(1) in (b"accepted", b"ended") or b'"how":"app"' in line[:250]):
                        by = {b"accepted": accepted, b"ended": ended}.get(found.group(1), told)
                        i = int(found.group(2))
                        by[i] = by.get(i, 0) + 1
        print("records: %d in %d files; accepted %d, ended %d, told %d" % (n, len(files), *map(len, (accepted, ended, told))))
        some = lambda bad, what: ["%d %s, such as %s" % (len(bad), what, bad[:3])] if bad else []  # noqa: E731
        bad = some([i for i in ids if accepted.get(i) != 1], "acknowledged messages without exactly one record accepted")
        bad += some([i for i in accepted if ended.get(i) != 1], "accepted messages without exactly one record ended")
        bad += some([i for i in ended if i not in accepted], "ended that were not accepted")
        bad += some([i for i, got in ids.items() if got and told.get(i) != 1], "receipts without exactly one record that the app has it")
        self.check("records: each message has one beginning and one end", bad)
        verify = subprocess.run(
            [servers.program("smppevidence"), "verify", "--key", self.soak.folder + "/evidence.pem", folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.check("the archive is whole", [] if verify.returncode == 0 else [verify.stdout.decode()[-500:]])

    # ---- what it says ----

    def faults(self):
        ledger = self.soak.ledger
        for kind in sorted({k for k in ledger.totals if k.startswith("fault: ")}):
            of = [text for k, text, _ in ledger.faults if "fault: " + k == kind][:5]
            self.check(kind[7:], ["%d times" % ledger.totals[kind]] + of)
        if not any(k.startswith("fault: ") for k in ledger.totals):
            self.check("messages, receipts and replies are as they must be", [])
        self.check("something was sent", [] if ledger.acks > 0 else ["nothing was acknowledged"])

    def report(self):
        ledger = self.soak.ledger
        print("events: " + ", ".join("%s %d" % e for e in sorted(self.soak.events.items())))
        for what, n in ledger.totals.items():
            print("  %-60s %d" % (what, n))
        print("  ends: " + ", ".join("%s %d" % e for e in sorted(ledger.ends.items())))
        for what, n in sorted(ledger.counts.items()):
            print("  %-60s %d" % (what, n))
        print("  lines of the log: %d" % self.log_lines)
        if self.samples:
            last = dict(zip(COLUMNS, self.samples[-1]))
            print(
                "  CPU of the gateway: %.1f s in %d s, %.0f us per message"
                % (last["cpu_s"], last["s"], last["cpu_s"] * 1e6 / max(1, last["acked"]))
            )
        failed = 0
        for what, failures in self.checks:
            failed += bool(failures)
            print("%s %s%s" % ("FAILED " if failures else "ok     ", what, ": " + "; ".join(failures) if failures else ""))
        return failed
