# shapes.py - makes PDUs: right ones of every command, and right ones that are then broken in one of the ways that a
# peer, a cable or an attacker breaks them. Knows no session: what is legal when is model.py's.
import struct

import smpp

QUERY_SM = 0x00000003
REPLACE_SM = 0x00000007
CANCEL_SM = 0x00000008
OUTBIND = 0x0000000B
SUBMIT_MULTI = 0x00000021
ALERT_NOTIFICATION = 0x00000102
DATA_SM = 0x00000103
BINDS = (smpp.BIND_RECEIVER, smpp.BIND_TRANSMITTER, smpp.BIND_TRANSCEIVER)
ASKED = BINDS + (
    smpp.SUBMIT_SM,
    smpp.DELIVER_SM,
    smpp.UNBIND,
    smpp.ENQUIRE_LINK,
    QUERY_SM,
    REPLACE_SM,
    CANCEL_SM,
    SUBMIT_MULTI,
    DATA_SM,
)  # requests that have a response
KNOWN = set(ASKED) | {c | smpp.RESP for c in ASKED} | {OUTBIND, ALERT_NOTIFICATION, smpp.GENERIC_NACK}
smpp.COMMANDS |= KNOWN

MAX_PDU = 70000
ODD_NUMBERS = (0, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF)
ODD_LENGTHS = (0, 1, 4, 15, 17, MAX_PDU + 1, 0x00100000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
UNKNOWN = (0x0000000A, 0x00000010, 0x00000111, 0x00010200, 0x01000001, 0x7FFFFFFF, 0x00000022)
STATES = ("DELIVRD", "UNDELIV", "EXPIRED", "REJECTD", "ENROUTE", "ACCEPTD", "UNKNOWN", "MK:0005", "")
TEXTS = ("您的验证码是135790，请勿告诉他人。", "【银行】尊敬的客户，您的账单已出。", "退订", "T", "1", "", "🙂收到")


def cstr(text):
    return text + b"\0"


def number(rng):
    return (b"86138%08d" if rng.random() < 0.8 else b"%d") % rng.randrange(10**8)


def text_of(rng):
    """(data_coding, octets)"""
    kind = rng.random()
    if kind < 0.6:
        return 8, rng.choice(TEXTS).encode("utf-16-be")
    if kind < 0.8:
        return 0, b"Your code is %06d." % rng.randrange(10**6)
    if kind < 0.9:
        return 15, rng.choice(TEXTS[:4]).encode("gbk")
    return rng.choice((2, 4, 0xF4)), rng.randbytes(rng.randrange(0, 140))


def some_tlvs(rng):
    out = b""
    while rng.random() < 0.25:
        tag, n = rng.choice(((0x0204, 2), (0x020A, 2), (0x0381, 9), (0x1403, 5), (0x0010, 1), (0x3E00, 0), (0x3E01, 0)))
        value = {0x3E00: b"notice\0", 0x3E01: b"%d\0" % rng.randrange(9)}.get(tag, rng.randbytes(n))
        out += smpp.tlv(tag, value)
    return out


class Maker:
    """Right PDUs, as (octets, statuses that fit where the command is legal; None: any)."""

    def __init__(self, rng, source, ids):
        self.rng, self.source, self.ids = rng, source, ids
        self.sequence = rng.choice((0, 0, 0, 41, 0x7FFFFFF0))

    def next(self):
        """A sequence number: the next one, now and then one that was used."""
        if self.rng.random() < 0.05:
            return max(1, self.sequence - self.rng.randrange(3))
        self.sequence += 1
        return self.sequence

    def src(self):
        return 0, 1, self.source

    def bind(self, command, name, password, version=0x34, sequence=None):
        body = cstr(name) + cstr(password) + b"\0" + bytes((version, 0, 0)) + b"\0"
        return smpp.pdu(command, 0, self.next() if sequence is None else sequence, body)

    def sm(self, command, src, dst, registered, long=False):
        rng = self.rng
        dcs, text = text_of(rng)
        esm, tlvs = 0, some_tlvs(rng)
        if long:
            text = (rng.choice(TEXTS[:2]) * 12).encode("utf-16-be")
            return smpp.sm_encode(
                command, self.next(), src, dst, b"", 8, 0, registered, tlvs=tlvs + smpp.tlv(0x0424, text)
            )
        if rng.random() < 0.05:
            esm, text = 0x40, b"\x05\x00\x03" + bytes((rng.randrange(256), 2, rng.randrange(1, 3))) + text
        return smpp.sm_encode(command, self.next(), src, dst, text, dcs, esm, registered, tlvs=tlvs)

    def submit(self):
        rng = self.rng
        wish = rng.choice((0, 1, 1, 1, 2, 17))
        return self.sm(smpp.SUBMIT_SM, self.src(), (1, 1, number(rng)), wish, rng.random() < 0.1), None

    def data(self):
        dcs, text = text_of(self.rng)
        body = b"\0" + b"\0\1" + cstr(self.source) + b"\1\1" + cstr(number(self.rng)) + bytes((0, 1, dcs))
        return smpp.pdu(DATA_SM, 0, self.next(), body + smpp.tlv(0x0424, text)), None

    def multi(self):
        rng = self.rng
        dcs, text = text_of(rng)
        n = rng.choice((1, 2, 5, 40))
        dests = b"".join(b"\1\1\1" + cstr(number(rng)) for _ in range(n))
        body = b"\0\0\1" + cstr(self.source) + bytes((n,)) + dests + b"\0\0\0\0\0\1\0" + bytes((dcs, 0, len(text))) + text
        return smpp.pdu(SUBMIT_MULTI, 0, self.next(), body), None

    def some_id(self):
        if self.ids and self.rng.random() < 0.7:
            return self.rng.choice(self.ids)
        return b"%d" % self.rng.randrange(10**18)

    def query(self):
        return smpp.pdu(QUERY_SM, 0, self.next(), cstr(self.some_id()) + b"\0\1" + cstr(self.source)), None

    def cancel(self):
        who = self.some_id() if self.rng.random() < 0.8 else b""
        body = b"\0" + cstr(who) + b"\0\1" + cstr(self.source) + b"\1\1" + cstr(number(self.rng))
        return smpp.pdu(CANCEL_SM, 0, self.next(), body), None

    def replace(self):
        dcs, text = text_of(self.rng)
        body = cstr(self.some_id()) + b"\0\1" + cstr(self.source) + b"\0\0\1\0" + bytes((len(text),)) + text
        return smpp.pdu(REPLACE_SM, 0, self.next(), body), None

    def enquire(self):
        return smpp.pdu(smpp.ENQUIRE_LINK, 0, self.next()), (smpp.ROK,)

    def unbind(self):
        return smpp.pdu(smpp.UNBIND, 0, self.next()), (smpp.ROK,)

    def deliver(self):
        """Of a phone."""
        frame = self.sm(smpp.DELIVER_SM, (1, 1, number(self.rng)), self.src(), 0, self.rng.random() < 0.05)
        return frame, None

    def receipt(self, ident, state=None, sources=None):
        rng = self.rng
        state = rng.choice(STATES) if state is None else state
        text = b"id:%s sub:001 dlvrd:001 submit date:2611221500 done date:2611221501 stat:%s err:000 text:" % (
            ident,
            state.encode(),
        )
        tlvs = b""
        if rng.random() < 0.5:
            tlvs = smpp.tlv(0x001E, cstr(ident)) + smpp.tlv(0x0427, bytes((rng.randrange(10),)))
        dst = self.src() if sources is None else sources
        return (
            smpp.sm_encode(smpp.DELIVER_SM, self.next(), (1, 1, number(rng)), dst, text[:254], 0, 4, tlvs=tlvs),
            None,
        )

    def alert(self):
        return smpp.pdu(ALERT_NOTIFICATION, 0, self.next(), b"\1\1" + cstr(number(self.rng)) + b"\0\1" + cstr(self.source)), None

    def outbind(self):
        return smpp.pdu(OUTBIND, 0, self.next(), b"mobile\0secret\0"), None

    def unknown(self):
        command = self.rng.choice(UNKNOWN) | self.rng.choice((0, 0, smpp.RESP))
        return smpp.pdu(command, 0, self.next(), self.rng.randbytes(self.rng.choice((0, 1, 40)))), None

    def answer(self):
        """To nothing, or to whatever has this number."""
        command = self.rng.choice(ASKED + (0,)) | smpp.RESP
        status = self.rng.choice((0, 0, 1, 8, 0x58, 0x400, 0xFFFFFFFF))
        sequence = self.rng.choice((self.rng.randrange(1, 30), self.rng.randrange(1 << 32)))
        body = self.rng.choice((b"", b"\0", b"12345\0", b"\xff" * 70, b"\0\x04\x27"))
        return smpp.pdu(command, status, sequence, body), None


# ---- broken ones ----


def sized(frame):
    """With the command_length that it has."""
    return struct.pack(">I", len(frame)) + frame[4:]


def _flip(rng, f):
    out = bytearray(f)
    for _ in range(rng.choice((1, 1, 2, 8))):
        out[rng.randrange(4, len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def _length(rng, f):
    """command_length says something else: framing is lost, or the next PDU is eaten."""
    n = rng.choice(ODD_LENGTHS + (len(f) - 1, len(f) + 1, len(f) + 7, len(f) - 4))
    return struct.pack(">I", n & 0xFFFFFFFF) + f[4:]


def _cut(rng, f):
    """The body ends early, and command_length says so."""
    return sized(f[: rng.randrange(16, len(f) + 1)])


def _grow(rng, f):
    return sized(f + rng.randbytes(rng.choice((1, 2, 3, 4, 5, 30, 300, 5000))))


def _no_nul(rng, f):
    return f[:16] + f[16:].replace(b"\0", b"A")


def _all_nul(rng, f):
    return f[:16] + bytes(len(f) - 16)


def _noise(rng, f):
    return sized(f[:16] + rng.randbytes(rng.choice((1, 20, 80, 400))))


def _octet(rng, f):
    """One octet to an edge of its range."""
    out = bytearray(f)
    out[rng.randrange(min(16, len(f) - 1), len(out))] = rng.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF))
    return bytes(out)


def _tlv_over(rng, f):
    return sized(f + struct.pack(">HH", rng.choice((0x0424, 0x0204, 0x1403, 0x001E)), rng.choice((1, 40, 0xFFFF))) + b"x" * rng.randrange(1, 40))


def _tlv_many(rng, f):
    return sized(f + b"".join(smpp.tlv(rng.randrange(65536), rng.randbytes(rng.randrange(4))) for _ in range(rng.choice((2, 60, 2000)))))


def _tlv_large(rng, f):
    return sized(f + smpp.tlv(0x0424, rng.randbytes(rng.choice((255, 1530, 39000, 65535)))))


def _sequence(rng, f):
    return f[:12] + struct.pack(">I", rng.choice(ODD_NUMBERS)) + f[16:]


def _status(rng, f):
    return f[:8] + struct.pack(">I", rng.choice((1, 4, 0x58, 0x80000000, 0xFFFFFFFF))) + f[12:]


def _command(rng, f):
    """The body of one command under the name of another."""
    return f[:4] + struct.pack(">I", rng.choice(ASKED + (OUTBIND, ALERT_NOTIFICATION))) + f[8:]


def _insert(rng, f):
    at = rng.randrange(16, len(f) + 1)
    return sized(f[:at] + rng.randbytes(rng.choice((1, 2, 21, 66))) + f[at:])


def _remove(rng, f):
    at = rng.randrange(16, len(f) + 1)
    return sized(f[:at] + f[at + rng.choice((1, 2, 8)) :])


BREAKS = (_flip, _flip, _cut, _cut, _grow, _no_nul, _all_nul, _noise, _octet, _octet, _tlv_over, _tlv_many, _tlv_large, _sequence, _status, _command, _insert, _remove, _length)


def broken(rng, frame, framing=True):
    """framing: the stream may be unreadable behind it."""
    how = rng.choice(BREAKS if framing and rng.random() < 0.4 else BREAKS[:-1])
    out = how(rng, frame)
    return out if rng.random() < 0.8 or how is _length or len(out) < 17 else _octet(rng, out)
