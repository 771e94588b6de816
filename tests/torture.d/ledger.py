# ledger.py - what is known of every message, as the app and the carriers saw it, and of every event that was caused.
# Only keeps and finds; what is right or wrong is the judge's.
import re
import time

now = time.monotonic
SERIAL = re.compile(rb"#(\d{1,9})#")  # in every text, ASCII or UCS-2 without its zeros


class Msg:
    """A text that an app has submitted."""

    __slots__ = (
        "serial",
        "account",
        "src",
        "dst",
        "cls",
        "registered",
        "dcs",
        "text",
        "conn",
        "rank",
        "t_submit",
        "status",
        "id",
        "t_answer",
        "copies",
        "receipts",
        "story",
        "gone",
        "long",
        "delay",
        "pieces",
    )

    def __init__(self, serial):
        self.serial = serial
        self.status = self.id = self.t_answer = None
        self.long = False  # in parts at the carriers
        self.delay = 0  # s: schedule_delivery_time
        self.pieces = None  # of a long text: (carrier, reference) -> part -> octets
        self.gone = False  # its record was seen to be gone after a power failure
        self.copies = []
        self.receipts = []
        self.story = []


class Copy:
    """One appearance of a text, or of a part of it, at a carrier."""

    __slots__ = (
        "msg",
        "carrier",
        "conn",
        "t",
        "rank",
        "cid",
        "answer",
        "t_answer",
        "outcome",
        "t_sent",
        "t_taken",
        "sent",
        "part",
        "parts",
    )

    def __init__(self, msg, carrier, conn, t, rank):
        self.msg, self.carrier, self.conn, self.t, self.rank = msg, carrier, conn, t, rank
        self.cid = self.answer = self.t_answer = None
        self.part = self.parts = 1
        self.outcome = None  # the word of its final receipt, when the carrier has accepted it
        self.t_sent = None  # when that receipt was sent first
        self.t_taken = None  # when the gateway has answered that receipt with ESME_ROK
        self.sent = 0  # how often the final receipt was sent


class Got:
    """A deliver_sm that an app has received: a receipt or a reply."""

    __slots__ = ("t", "conn", "state", "answer", "t_answer")

    def __init__(self, t, conn, state):
        self.t, self.conn, self.state = t, conn, state
        self.answer = self.t_answer = None


class Reply:
    """A text of a phone user (MO)."""

    __slots__ = ("serial", "account", "carrier", "text", "sent", "t_taken", "got", "story")

    def __init__(self, serial, account, carrier, text):
        self.serial, self.account, self.carrier, self.text = serial, account, carrier, text
        self.sent = 0
        self.t_taken = None
        self.got = []
        self.story = []


class Event:
    """Something that was done to the system. end is None while it lasts."""

    __slots__ = ("kind", "target", "begin", "end", "note")

    def __init__(self, kind, target, begin):
        self.kind, self.target, self.begin, self.end, self.note = kind, target, begin, None, ""


class Conn:
    """A connection that is or was bound, seen from the app or the carrier."""

    __slots__ = ("name", "owner", "born", "died", "why", "rank")

    def __init__(self, name, owner, born):
        self.name, self.owner, self.born = name, owner, born
        self.died, self.why, self.rank = None, "", 0


class Ledger:
    def __init__(self):
        self.zero = now()
        self.wall = time.time() - self.zero
        self.msgs = {}  # by serial
        self.by_id = {}
        self.replies = {}
        self.events = []
        self.conns = []
        self.faults = []  # (what, text, whom it concerns): seen while it ran
        self.statuses = {}  # of submit_sm_resp
        self.acks = 0
        self.arrivals = 0
        self.first = 0  # texts that a carrier has got at least once
        self.moved = now()  # when something last happened to a message
        self.counts = {}

    def note(self, whose, code, *args):
        t = now()
        self.moved = t
        whose.story.append((t, code, args))
        return t

    def count(self, what, n=1):
        self.counts[what] = self.counts.get(what, 0) + n

    def fault(self, what, text, whose=None):
        self.faults.append((what, text, whose))

    def clock(self, t):
        """Wall clock of a moment, as the gateway's log shows it."""
        wall = self.wall + t
        return time.strftime("%H:%M:%S", time.localtime(wall)) + ".%03d" % (wall % 1 * 1000)

    def begin(self, kind, target=""):
        e = Event(kind, target, now())
        self.events.append(e)
        return e

    def connected(self, name, owner):
        c = Conn("%s/%d" % (name, len(self.conns)), owner, now())
        self.conns.append(c)
        return c

    def stored_as(self, ident, record):
        """The text that stands in Redis under an id. One whose connection ended before its answer has an id that its
        app never learned: what it is, its own text says."""
        m = self.by_id.get(ident)
        if m is None:
            for serial in SERIAL.findall(record.replace(b"\0", b"")):
                m = self.msgs.get(int(serial))
                if m is not None and m.id is None:
                    return m
        return m

    def tell(self, whose):
        """The whole story of a message or reply, a line per step."""
        if isinstance(whose, Reply):
            head = "reply %d to account %s by carrier %s" % (whose.serial, whose.account, whose.carrier)
        else:
            head = "message id=%s serial=%d account=%s class=%s to=%s registered_delivery=%d" % (
                whose.id,
                whose.serial,
                whose.account,
                whose.cls,
                whose.dst[2].decode(),
                whose.registered,
            )
        lines = [head]
        for t, code, args in whose.story:
            lines.append("  %s  +%8.3f s  %s" % (self.clock(t), t - self.zero, code % args))
        return lines
