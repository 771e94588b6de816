# model.py - what a gateway must answer. A model follows one connection from the peer's side: it reads the octets that
# the peer sends as the gateway must read them, keeps the state of the session, and holds against it what comes back.
# Written from the protocol's text; knows no sockets and nothing of how the gateway does it.
import smpp
import shapes
from debts import Debts, Owed

# Changed, these may ask for the forward mode: they are answered when the carrier has answered, which may take long.
MAY_WAIT = (smpp.SUBMIT_SM, shapes.SUBMIT_MULTI, shapes.DATA_SM)
MALFORMED_ROW = 10  # malformed PDUs in a row after which the gateway may end the session


class Wrong(Exception):
    """The gateway did what SMPP does not allow."""


def cut_strings(frame):
    """system_id and password of a bind, however long they are; None when there are no two strings."""
    parts = frame[16:].split(b"\0", 2)
    return (parts[0], parts[1]) if len(parts) == 3 else None


class Model:
    """role: "smsc" when the gateway is (an app is played), "esme" when the gateway has bound (a carrier is played)."""

    def __init__(self, role, accounts=None):
        self.role, self.accounts = role, accounts or {}
        self.state = "open"  # open, binding (esme: the gateway waits for our bind_resp), tx, rx, trx, unbinding, unsure
        self.stream = bytearray()
        self.frames = []  # not judged yet: a bind before them is not answered
        self.debts = Debts()
        self.row = 0
        self.first = True
        self.binding = None  # (command, sequence, whose) of a bind that is not answered
        self.name = None  # whose bind was accepted
        self.may_close = None  # why the gateway ends the connection, or may; nothing needs to be answered then
        self.lenient = None  # why it may end it at any time; while it does not, it must answer
        self.known = {}  # right PDUs: what fits
        self.binds_sent = None
        self.requests = 0

    # ---- what the peer sends ----

    def right(self, frame, statuses):
        """This PDU is a right one."""
        if len(self.known) < 5000:
            self.known[frame] = statuses

    def sent(self, octets):
        self.stream += octets
        while len(self.stream) >= 4 and self.may_close != "bad length":
            n = int.from_bytes(self.stream[:4], "big")
            if not 16 <= n <= shapes.MAX_PDU:
                self.frames.append(bytes(self.stream[:16]))
                self.stream.clear()
                break
            if len(self.stream) < n:
                break
            self.frames.append(bytes(self.stream[:n]))
            del self.stream[:n]
        self.judge_frames()

    def judge_frames(self):
        while self.frames and self.binding is None:
            self.frame(self.frames.pop(0))

    def frame(self, f):
        n = int.from_bytes(f[:4], "big")
        if not 16 <= n <= shapes.MAX_PDU:
            self.owe(smpp.GENERIC_NACK, None, (0x02,), what="for command_length %d" % n)
            self.may_close = "bad length"
            return
        command, sequence = int.from_bytes(f[4:8], "big"), int.from_bytes(f[12:16], "big")
        first, self.first = self.first, False
        if command not in shapes.KNOWN:
            if not command & smpp.RESP:
                self.owe(smpp.GENERIC_NACK, sequence, (0x03,), what="for unknown command 0x%08x" % command)
            return
        if command & smpp.RESP:
            self.row = 0
            self.response(command, sequence, f)
            return
        self.requests += 1
        self.request(f, command, sequence, first)

    def owe(self, command, sequence, statuses, never=(), what=""):
        must = self.state != "unbinding" and self.may_close is None
        self.debts.owe(Owed(command, sequence, statuses, never, must, what))

    def legal(self, command):
        """True, False, or None: either."""
        if self.state == "unsure":
            return None
        if command == smpp.ENQUIRE_LINK:
            return True
        bound = self.state in ("tx", "rx", "trx")
        if command == smpp.UNBIND:
            return bound or self.state == "unbinding"
        if self.role == "smsc":
            if command in shapes.BINDS:
                return self.state == "open"
            if command == shapes.DATA_SM:
                return bound
            return self.state in ("tx", "trx") and command != smpp.DELIVER_SM
        if command in (smpp.DELIVER_SM, shapes.DATA_SM):
            return None if self.state == "unbinding" else self.state in ("rx", "trx")
        return False

    def request(self, f, command, sequence, first):
        if command not in shapes.ASKED:
            if command == shapes.OUTBIND and first:
                self.may_close = self.may_close or "outbind as the first PDU"
            return
        legal, right, resp = self.legal(command), f in self.known, command | smpp.RESP
        what = "for %s 0x%08x in state %s" % ("a right" if right else "a changed", command, self.state)
        if legal is False:
            fits = (0x04, 0x05) if command in shapes.BINDS else (0x04,)
            self.owe(resp, sequence, fits, what=what)
            return
        if not right and legal is not False:
            self.row += 1
            if self.row >= MALFORMED_ROW:
                self.may_close = self.may_close or "many malformed PDUs"
        elif legal:
            self.row = 0
        if command in shapes.BINDS and self.role == "smsc":
            names = cut_strings(f)
            may = names is not None and self.accounts.get(names[0]) == names[1]
            self.owe(resp, sequence, None, () if may else (0,), what=what)
            self.binding = (command, sequence, names and names[0])
            return
        if not right and command in MAY_WAIT:
            never = (0x04, 0x05) if legal and command != shapes.DATA_SM else ()
            self.debts.owe(Owed(resp, sequence, None, never, False, what))
            return
        never = (0x04, 0x05) if legal and command != shapes.DATA_SM else ()
        self.owe(resp, sequence, self.known.get(f) if right else None, never, what=what)
        if command == smpp.UNBIND and (right or len(f) == 16):
            self.state = "unbinding" if legal else "unsure"
            self.may_close = self.may_close or "we have unbound"
        elif command == smpp.UNBIND:
            self.may_close = self.may_close or "an unbind with octets behind it"
            self.state = "unsure"

    def response(self, command, sequence, f):
        if self.role != "esme" or self.state != "binding" or sequence != self.binds_sent[1]:
            return
        status = int.from_bytes(f[8:12], "big")
        if command != self.binds_sent[0] | smpp.RESP:
            self.state = "unsure"
            self.may_close = self.may_close or "a bind answered by something else"
        elif status:
            self.may_close = self.may_close or "its bind was refused"
        else:
            self.state = {smpp.BIND_TRANSMITTER: "tx", smpp.BIND_RECEIVER: "rx"}.get(command & ~smpp.RESP, "trx")

    def peer_binds(self, command, sequence):
        """esme: the gateway has sent its bind."""
        if self.state != "open":
            raise Wrong("a bind in state %s" % self.state)
        self.binds_sent = (command, sequence)
        self.state = "binding"

    # ---- what comes back ----

    def answered(self, command, status, sequence):
        """A response of the gateway. The one for a bad command_length may have any sequence number."""
        any_number = command == smpp.GENERIC_NACK and status == 0x02
        wrong = self.debts.answered(command, status, None if any_number else sequence)
        if wrong:
            raise Wrong(wrong)
        if self.binding and self.binding[:2] == (command & ~smpp.RESP, sequence):
            name, self.binding = self.binding[2], None
            if status == 0:
                self.name = name
                self.state = {smpp.BIND_TRANSMITTER: "tx", smpp.BIND_RECEIVER: "rx"}.get(command & ~smpp.RESP, "trx")
            else:
                self.lenient = "a bind was refused"
            self.judge_frames()

    def missing(self):
        """Answers that must still come."""
        return [] if self.may_close else self.debts.missing()

    def must_close(self):
        """The gateway has to end the connection."""
        return self.may_close in ("bad length", "we have unbound")

    def closed(self):
        """The gateway has ended the connection, and we have not."""
        if self.lenient or self.may_close not in (None, "we have unbound"):
            return
        late = self.debts.missing()
        if not self.may_close:
            raise Wrong("the connection is ended in state %s without a reason (%d answers owed)" % (self.state, len(late)))
        if late:
            raise Wrong("the connection is ended after an unbind, and this was not answered: %s" % late[0])

    def may_end(self, why):
        self.may_close = self.may_close or why
        self.lenient = why
