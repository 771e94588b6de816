#!/usr/bin/env python3
"""top.py - smppgwctl top on a real terminal (a pty), with a small terminal emulation that knows what top sends.

usage: top.py SMPPGWCTL SOCKET GATEWAY-PID
A line "ok WHAT" or "FAILED WHAT: WHY" for each thing that is looked at.
"""
import fcntl, os, pty, re, select, signal, struct, subprocess, sys, termios, time, unicodedata

PROGRAM, SOCKET, GATEWAY = sys.argv[1], sys.argv[2], int(sys.argv[3])
SLOW = float(os.environ.get("SMPPGW_SLOW", "1"))


def tell(what, good, why=""):
    print(f"ok {what}" if good else f"FAILED {what}: {why}", flush=True)


def columns(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class Screen:
    """What stands on a terminal after what was written to it."""

    def __init__(self, rows, cols, env=None):
        self.rows, self.cols, self.raw, self.status = rows, cols, b"", None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm", "LC_ALL": "C.UTF-8", **(env or {})})
            time.sleep(0.2)  # the size is set by then
            os.execv(PROGRAM, [PROGRAM, "-s", SOCKET, "top", "--interval", "200ms"])
        self.resize(rows, cols)
        self.before = termios.tcgetattr(self.fd)[3]

    def resize(self, rows, cols):
        self.rows, self.cols = rows, cols
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def read(self, seconds=0.1):
        """Whether there was something."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            octets = os.read(self.fd, 65536)
        except OSError:  # the other side is closed
            return False
        self.raw += octets
        return octets != b""

    def frame(self):
        """The lines of the last whole frame, without sequences."""
        for text in reversed(self.raw.split(b"\033[H")[1:]):
            text = re.sub(rb"\033\[[0-9;?]*[a-zA-Z]", b"", text).replace(b"\r", b"")
            if text.count(b"\n") == self.rows - 1:
                return text.decode(errors="replace").split("\n")
        return [""]

    def until(self, fn, seconds=8):
        end = time.time() + seconds * SLOW
        while time.time() < end:
            if fn(self.frame()):
                return True
            self.read()
        return False

    def key(self, keys):
        os.write(self.fd, keys)

    def wait(self, seconds=5):
        end = time.time() + seconds * SLOW
        while time.time() < end and self.status is None:
            self.read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        while self.read(0):  # a terminal hands over a part at a time
            pass
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        return self.status


def restored(s):
    return s.raw.rstrip().endswith(b"\033[?25h\033[?1049l") and termios.tcgetattr(s.fd)[3] == s.before


def fits(s):
    lines = s.frame()
    wide = [line for line in lines if columns(line) > s.cols]
    return len(lines) == s.rows and not wide, f"{len(lines)} lines of {s.rows}, too wide: {wide}"


def starts(frame, *names):
    return all(any(line.startswith(name) for line in frame) for name in names)


def shown(s):
    return s.until(lambda f: starts(f, "移动", "联通实验通道") and any("sent " in x and "sent -" not in x for x in f))


def aligned(s, head):
    """The column of a head ends in the same place in every row."""
    heads = next(line for line in s.frame() if line.startswith("CARRIER"))
    at = columns(heads[: heads.index(head) + len(head)])
    ends = []
    for line in s.frame():
        if not line.startswith(("移动", "联通")):
            continue
        seen = 0
        for i, c in enumerate(line):
            seen += columns(c)
            if seen == at:
                ends.append(line[i].isdigit() and (i + 1 == len(line) or line[i + 1] == " "))
    return len(ends) == 2 and all(ends)


for rows, cols in ((24, 80), (60, 200)):
    s = Screen(rows, cols)
    size = f"{cols}x{rows}"
    tell(f"{size}: carriers", shown(s), s.frame())
    tell(f"{size}: fits", *fits(s))
    tell(f"{size}: Chinese names keep the columns", aligned(s, "BINDS") and aligned(s, "QUEUED"), s.frame())
    tell(f"{size}: a carrier that is down says so", any("! down" in line for line in s.frame()), s.frame())
    s.key(b"a")
    tell(f"{size}: accounts", s.until(lambda f: starts(f, "ACCOUNT", "银行")), s.frame())
    tell(f"{size}: fits", *fits(s))
    s.key(b"b")
    tell(f"{size}: binds", s.until(lambda f: starts(f, "BIND", "移动/1")), s.frame())
    tell(f"{size}: fits", *fits(s))
    s.key(b"h")
    tell(f"{size}: help", s.until(lambda f: any("page up" in line for line in f)), s.frame())
    tell(f"{size}: fits", *fits(s))
    s.key(b"cs")
    tell(f"{size}: sort", s.until(lambda f: any("sort: STATE" in line for line in f)), s.frame())
    rest = s.raw.count(b"\033[H")
    s.key(b"p")
    tell(f"{size}: pause", s.until(lambda f: "[paused]" in f[-1]), s.frame())
    before = s.frame()[0]
    time.sleep(0.5)
    s.read()
    tell(f"{size}: it rests", s.frame()[0] == before, s.frame()[0])
    s.key(b"p")
    tell(f"{size}: it goes on", s.until(lambda f: "[paused]" not in f[-1]), s.frame())
    tell(f"{size}: nothing is cleared between frames", b"\033[2J" not in s.raw.split(b"\033[H", 1)[1], "")
    tell(f"{size}: colours", b"\033[1;31m" in s.raw, "")
    s.key(b"q")
    status = s.wait()
    tell(f"{size}: q ends it with 0", status == 0, status)
    tell(f"{size}: the terminal is as before", restored(s), s.raw[-60:])
    os.close(s.fd)

s = Screen(24, 80, {"NO_COLOR": "1"})
shown(s)
tell("NO_COLOR", not re.search(rb"\033\[[0-9;]*3[0-9]m", s.raw), "")
s.resize(12, 50)
tell("another size", s.until(lambda f: len(f) == 12), len(s.frame()))
tell("it fits", *fits(s))
os.kill(GATEWAY, signal.SIGSTOP)
tell("a gateway that hangs", s.until(lambda f: any(line.startswith("! the gateway at") for line in f), 10), s.frame())
s.key(b"a")
tell("keys are heard meanwhile", s.until(lambda f: starts(f, "ACCOUNT")), s.frame())
os.kill(GATEWAY, signal.SIGCONT)
tell("it comes back", s.until(lambda f: not any(line.startswith("! the gateway at") for line in f), 10), s.frame())
os.kill(s.pid, signal.SIGTERM)
status = s.wait()
tell("SIGTERM ends it", status is not None and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGTERM, status)
tell("SIGTERM: the terminal is as before", restored(s), s.raw[-60:])
os.close(s.fd)

s = Screen(24, 80)
shown(s)
s.key(b"\003")  # Ctrl-C
status = s.wait()
tell("Ctrl-C ends it", status is not None and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT, status)
tell("Ctrl-C: the terminal is as before", restored(s), s.raw[-60:])

s = Screen(24, 80)
shown(s)
os.kill(s.pid, signal.SIGSTOP)  # by somebody else: the shell takes its terminal back
os.waitpid(s.pid, os.WUNTRACED)
mode = termios.tcgetattr(s.fd)
mode[3] = s.before
termios.tcsetattr(s.fd, termios.TCSANOW, mode)
s.read()
screens = s.raw.count(b"\033[?1049h")
os.kill(s.pid, signal.SIGCONT)
tell("fg after a stop: its screen again", s.until(lambda f: s.raw.count(b"\033[?1049h") > screens), s.raw[-60:])
tell("fg after a stop: keys again", termios.tcgetattr(s.fd)[3] != s.before, "")
os.close(s.fd)  # the terminal goes
end = time.time() + 5 * SLOW
while time.time() < end and s.status is None:
    pid, status = os.waitpid(s.pid, os.WNOHANG)
    s.status = status if pid else None
    time.sleep(0.05)
tell("it ends with its terminal", s.status is not None and os.WIFSIGNALED(s.status), s.status)
if s.status is None:
    os.kill(s.pid, signal.SIGKILL)
    os.waitpid(s.pid, 0)

run = subprocess.Popen([PROGRAM, "-s", SOCKET, "top", "--iterations", "100", "--interval", "200ms"], stdout=subprocess.PIPE)
run.stdout.readline()
run.send_signal(signal.SIGTSTP)
end = time.time() + 5 * SLOW
stopped = 0
while time.time() < end and not stopped:
    stopped = os.waitpid(run.pid, os.WNOHANG | os.WUNTRACED)[0]
    time.sleep(0.05)
tell("Ctrl-Z stops it without a screen, too", stopped == run.pid, "")
run.kill()
run.wait()

run = subprocess.run([PROGRAM, "-s", SOCKET, "top", "--iterations", "2", "--interval", "200ms"], capture_output=True,
                     text=True, timeout=30 * SLOW)
tell("--iterations 2 prints two frames", run.returncode == 0 and run.stdout.count("smppgw ") == 2, run.stdout)
tell("without sequences", "\033" not in run.stdout, "")
run = subprocess.run([PROGRAM, "-s", SOCKET + ".none", "top", "--once"], capture_output=True, text=True, timeout=30)
tell("nobody there", run.returncode == 3 and "cannot reach the gateway" in run.stderr, run)
