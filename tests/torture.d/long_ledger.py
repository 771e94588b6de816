# long_ledger.py - the books of the soak test: what is under way is kept whole, what has found its end is judged, added
# up and forgotten but for an octet, so that hours of traffic fit into little memory. Knows no sockets.
#
# What is allowed. A second copy at a carrier, or a second receipt, only when the first was in doubt: its connection
# ended within DOUBT of the answer or before it, the answer came later than the response_timeout or not at all, or the
# store was away then. Everything else that is doubled, and everything that is missing, is a fault.
import smpp
from ledger import Ledger, now
from stack import RESPONSE_TIMEOUT

KEEP = 240.0  # s after the last that happened to a message: then it is judged and forgotten
DOUBT = 1.0  # s
LATE = 1.5  # s that this test, which runs at a low priority, may see a PDU after it was sent
STOPPED = 0.5  # s: what was on its way to the carrier when the stop was answered
REFUSALS = (smpp.RSYSERR, smpp.RMSGQFUL, smpp.RTHROTTLED)
OPTED_OUT = 0x400
HELD = "alert"  # the class that is held in doubt
FAULTS_SHOWN = 200


class LongLedger(Ledger):
    def __init__(self):
        super().__init__()
        self.phones = {}  # number -> [word, answers at a carrier, when the gateway took the word]
        self.codes = {}  # number -> account whose code it was sent to
        self.closed = bytearray()  # by serial: 1 forgotten
        self.away = []  # (begin, end) of the store
        self.totals = {}
        self.ends = {}
        self.receipts_wanted = 0
        self.ids = {}  # of acknowledged messages: id -> 1 a receipt was told, 0 none
        self.last_sweep = now()

    def note(self, whose, code, *args):
        self.moved = t = now()
        if hasattr(whose, "registered"):
            whose.gone = t  # here: when something last happened to it
        return t

    def add(self, what, n=1):
        self.totals[what] = self.totals.get(what, 0) + n

    def open_message(self, m):
        self.msgs[m.serial] = m
        m.gone = m.t_submit
        self.add("texts submitted")

    def connected(self, name, owner):
        c = super().connected(name, owner)
        self.conns = self.conns[-1000:]
        return c

    def fault(self, what, text, whose=None):
        self.totals["fault: " + what] = self.totals.get("fault: " + what, 0) + 1
        if len(self.faults) < FAULTS_SHOWN:
            serial = getattr(whose, "serial", None)
            self.faults.append(
                (what, "%s  %s (serial %s, id %s)" % (self.clock(now()), text, serial, getattr(whose, "id", None)), whose)
            )

    def too_late(self, serial, where):
        known = serial < len(self.closed) and self.closed[serial]
        self.fault("late", "%s: serial %d, which %s" % (where, serial, "had its end" if known else "nobody submitted"))

    def stopped(self, m):
        number = m.dst[2].decode()
        phone = self.phones.get(number)
        return (
            phone
            and phone[0] == "退订"
            and phone[2] is not None
            and self.codes[number] == m.account
            and now() - phone[2] > STOPPED
        )

    # ---- in doubt ----

    def store_away(self, t0, t1):
        return any(begin - DOUBT <= t1 and t0 <= end + 3.0 for begin, end in self.away)

    def doubt_of(self, x):
        """Whether the gateway may not know of this answer: of a carrier to a copy, of an app to a receipt."""
        died = x.conn.died
        return (
            x.t_answer is None
            or x.t_answer - x.t > RESPONSE_TIMEOUT - LATE
            or (died is not None and x.t_answer >= died - DOUBT)
            or self.store_away(x.t, x.t_answer)
        )

    # ---- the end of a message ----

    def sweep(self, everything=False):
        """Judges and forgets what nothing has happened to for long."""
        limit = now() - KEEP
        for serial, m in list(self.msgs.items()):
            if (everything or m.gone < limit) and (self.complete(m) or everything):
                self.close(m)
        self.away = [a for a in self.away if a[1] > limit - 4 * KEEP]
        self.counts = dict(self.counts)

    @staticmethod
    def complete(m):
        if m.status != smpp.ROK:
            return True
        if any(c.answer == smpp.ROK and c.t_taken is None for c in m.copies):
            return False
        return bool(m.receipts) if m.registered == 1 else True

    def close(self, m):
        del self.msgs[m.serial]
        if m.serial >= len(self.closed):
            self.closed.extend(bytes(m.serial + 10000 - len(self.closed)))
        self.closed[m.serial] = 1
        if m.id is not None:
            self.by_id.pop(m.id, None)
        if m.status is None:
            self.add("without an answer (the connection ended)")
            self.add("  of them carried out", bool(m.copies))
            return
        if m.status != smpp.ROK:
            self.add("refused with 0x%02x" % m.status)
            wanted = m.cls == "promo" and m.dst[2].decode() in self.phones
            if m.status not in REFUSALS and not (m.status == OPTED_OUT and wanted):
                self.fault("status", "a submit was refused with 0x%02x" % m.status, m)
            return
        self.add("acknowledged")
        self.add("  long" if m.long else "  scheduled" if m.delay else "  short")
        self.ids[int(m.id)] = bool(m.receipts)
        self.judge(m)

    def judge(self, m):
        states = sorted({g.state for g in m.receipts})
        if m.registered == 0 and states:
            self.fault("unasked", "a receipt that nobody asked for", m)
        if m.registered == 2 and "DELIVRD" in states:
            self.fault("unasked", "only failures were asked for", m)
        if m.registered == 1 and not states:
            self.fault("lost", "acknowledged, %d copies, and no receipt" % len(m.copies), m)
        if len(states) > 1:
            self.fault("differ", "the app was told %s" % " and ".join(states), m)
        for state in states:
            self.ends[state] = self.ends.get(state, 0) + 1
        words = {c.outcome for c in m.copies if c.outcome}
        words |= {"REJECTD"} if any(c.answer == smpp.RSUBMITFAIL for c in m.copies) else set()
        words |= {"UNKNOWN"} if any(self.doubt_of(c) for c in m.copies) else set()
        words |= {"UNKNOWN"} if m.cls == HELD and not m.copies else set()  # lost with its connection, and held in doubt
        words |= {"DELETED"} if m.pieces in ("asked", "cancelled") or m.dst[2].decode() in self.phones else set()
        if states and not set(states) <= words:
            self.fault("wrong", "the app was told %s, carriers say %s" % (states, sorted(words)), m)
        self.doubled(m)

    def doubled(self, m):
        by_part = {}
        for c in m.copies:
            before = by_part.setdefault(c.part, [])
            failed = lambda x: x.answer not in (None, smpp.ROK) or x.outcome != "DELIVRD"  # noqa: E731
            open_ = [x for x in before if not failed(x)]
            if open_ and not (m.long and any(failed(x) for x in m.copies)):
                self.add("copies again, in doubt")
                if not any(self.doubt_of(x) for x in open_):
                    self.fault("twice", "a copy again, and none before was in doubt", m)
            before.append(c)
        for first, _ in zip(m.receipts, m.receipts[1:]):
            self.add("receipts again, in doubt")
            if not self.doubt_of(first):
                self.fault("receipt twice", "a receipt again, and the one before was not in doubt", m)
        self.add("receipts", bool(m.receipts))
        self.add("copies at carriers", len(m.copies))
