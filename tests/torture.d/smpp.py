# smpp.py - a small SMPP 3.4 codec, written from the protocol's text and sharing nothing with the gateway's: it
# judges the gateway's octets. Decoding is strict; what the protocol does not allow raises Malformed. Knows no
# sockets.
import struct

GENERIC_NACK = 0x80000000
BIND_RECEIVER = 0x00000001
BIND_TRANSMITTER = 0x00000002
QUERY_SM = 0x00000003
SUBMIT_SM = 0x00000004
DELIVER_SM = 0x00000005
UNBIND = 0x00000006
CANCEL_SM = 0x00000008
BIND_TRANSCEIVER = 0x00000009
ENQUIRE_LINK = 0x00000015
RESP = 0x80000000

ROK = 0x00
RINVBNDSTS = 0x04
RSYSERR = 0x08
RMSGQFUL = 0x14
RSUBMITFAIL = 0x45
RTHROTTLED = 0x58
RX_T_APPN = 0x64

TLV_USER_MESSAGE_REFERENCE = 0x0204
TLV_RECEIPTED_MESSAGE_ID = 0x001E
TLV_MESSAGE_PAYLOAD = 0x0424
TLV_MESSAGE_STATE = 0x0427
TLV_SC_INTERFACE_VERSION = 0x0210
TLV_MESSAGE_CLASS = 0x3E00
TLV_CAMPAIGN = 0x3E01
TLV_CONSENT_REF = 0x3E03

STATES = {
    "ENROUTE": 1,
    "DELIVRD": 2,
    "EXPIRED": 3,
    "DELETED": 4,
    "UNDELIV": 5,
    "ACCEPTD": 6,
    "UNKNOWN": 7,
    "REJECTD": 8,
}
COMMANDS = {
    BIND_RECEIVER,
    BIND_TRANSMITTER,
    BIND_TRANSCEIVER,
    SUBMIT_SM,
    DELIVER_SM,
    UNBIND,
    ENQUIRE_LINK,
    BIND_RECEIVER | RESP,
    BIND_TRANSMITTER | RESP,
    BIND_TRANSCEIVER | RESP,
    QUERY_SM | RESP,
    CANCEL_SM | RESP,
    SUBMIT_SM | RESP,
    DELIVER_SM | RESP,
    UNBIND | RESP,
    ENQUIRE_LINK | RESP,
    GENERIC_NACK,
}

_HEADER = struct.Struct(">IIII")
_TLV = struct.Struct(">HH")
MAX_PDU = 70000


class Malformed(Exception):
    """The peer sent octets that SMPP 3.4 does not allow."""


class Splitter:
    """Cuts a stream of octets into PDUs."""

    def __init__(self):
        self.rest = bytearray()

    def feed(self, data):
        """Gives (command, status, sequence, whole frame) for every PDU that is complete."""
        self.rest += data
        out = []
        pos, end = 0, len(self.rest)
        while end - pos >= 16:
            length, command, status, sequence = _HEADER.unpack_from(self.rest, pos)
            if length < 16 or length > MAX_PDU:
                raise Malformed("command_length %d" % length)
            if end - pos < length:
                break
            if command not in COMMANDS:
                raise Malformed("command_id 0x%08x" % command)
            out.append((command, status, sequence, bytes(self.rest[pos : pos + length])))
            pos += length
        del self.rest[:pos]
        return out


class Sm:
    """The fields of a submit_sm or deliver_sm."""

    __slots__ = (
        "service_type",
        "src",
        "dst",
        "esm",
        "priority",
        "schedule",
        "validity",
        "registered",
        "dcs",
        "text",
        "tlvs",
    )


def pdu(command, status, sequence, body=b""):
    return _HEADER.pack(16 + len(body), command, status, sequence) + body


def _cstr(frame, pos, most):
    end = frame.find(b"\0", pos, pos + most)
    if end < 0:
        raise Malformed("C-octet string at octet %d has no NUL within %d" % (pos, most))
    return frame[pos:end], end + 1


def _time(frame, pos):
    text, pos = _cstr(frame, pos, 17)
    if len(text) not in (0, 16):
        raise Malformed("a time of %d characters" % len(text))
    return text, pos


def tlvs_decode(frame, pos):
    tlvs = {}
    end = len(frame)
    while pos < end:
        if end - pos < 4:
            raise Malformed("%d stray octets at the end" % (end - pos))
        tag, length = _TLV.unpack_from(frame, pos)
        pos += 4
        if end - pos < length:
            raise Malformed("TLV 0x%04x says %d octets, %d are left" % (tag, length, end - pos))
        tlvs.setdefault(tag, frame[pos : pos + length])
        pos += length
    return tlvs


def tlv(tag, value):
    return _TLV.pack(tag, len(value)) + value


def sm_decode(frame):
    m = Sm()
    try:
        m.service_type, pos = _cstr(frame, 16, 6)
        src, at = _cstr(frame, pos + 2, 21)
        m.src = (frame[pos], frame[pos + 1], src)
        dst, pos = _cstr(frame, at + 2, 21)
        m.dst = (frame[at], frame[at + 1], dst)
        m.esm, m.priority = frame[pos], frame[pos + 2]
        m.schedule, pos = _time(frame, pos + 3)
        m.validity, pos = _time(frame, pos)
        m.registered, m.dcs, length = frame[pos], frame[pos + 2], frame[pos + 4]
    except IndexError:
        raise Malformed("the body ends early") from None
    pos += 5
    if length > 254 or len(frame) - pos < length:
        raise Malformed("sm_length %d, %d octets are left" % (length, len(frame) - pos))
    m.text = frame[pos : pos + length]
    m.tlvs = tlvs_decode(frame, pos + length)
    return m


def sm_encode(command, sequence, src, dst, text, dcs, esm=0, registered=0, schedule=b"", tlvs=b""):
    """src and dst: (ton, npi, digits)."""
    return pdu(
        command,
        0,
        sequence,
        b"\0"
        + bytes(src[:2])
        + src[2]
        + b"\0"
        + bytes(dst[:2])
        + dst[2]
        + b"\0"
        + bytes((esm, 0, 0))
        + schedule
        + b"\0\0"
        + bytes((registered, 0, dcs, 0, len(text)))
        + text
        + tlvs,
    )


def concatenation(text):
    """(reference, parts, part, the text behind the header) of a text whose esm_class has UDHI."""
    end = text[0] + 1 if text else 1
    if end > len(text):
        raise Malformed("the user data header is longer than the text")
    pos = 1
    found = None
    while pos < end:
        if pos + 2 > end or pos + 2 + text[pos + 1] > end:
            raise Malformed("an information element runs over the user data header")
        kind, value = text[pos], text[pos + 2 : pos + 2 + text[pos + 1]]
        if kind == 0x00 and len(value) == 3:
            found = (value[0], value[1], value[2])
        elif kind == 0x08 and len(value) == 4:
            found = (value[0] << 8 | value[1], value[2], value[3])
        pos += 2 + len(value)
    if not found or not 1 <= found[2] <= found[1]:
        raise Malformed("a user data header that says no part of a text: %s" % text[:end].hex())
    return found + (text[end:],)


def bind_encode(command, sequence, system_id, password):
    return pdu(command, 0, sequence, system_id + b"\0" + password + b"\0" + b"\0" + b"\x34\0\0\0")


def bind_decode(frame):
    """system_id, password."""
    system_id, pos = _cstr(frame, 16, 16)
    password, pos = _cstr(frame, pos, 9)
    _, pos = _cstr(frame, pos, 13)
    if len(frame) < pos + 3:
        raise Malformed("the bind ends early")
    _, pos = _cstr(frame, pos + 3, 41)
    if pos != len(frame):
        raise Malformed("octets after the bind")
    return system_id, password


def message_id(frame):
    """Of a submit_sm_resp."""
    text, pos = _cstr(frame, 16, 65)
    tlvs_decode(frame, pos)
    return text.decode("ascii", "replace")


def receipt_fields(text):
    """The words of a receipt's text, by key; keys with a blank in them too."""
    fields = {}
    line = text.decode("latin-1")
    for key in ("id", "sub", "dlvrd", "submit date", "done date", "stat", "err"):
        at = line.find(key + ":")
        if at >= 0 and (at == 0 or line[at - 1] == " "):
            fields[key] = line[at + len(key) + 1 :].split(" ", 1)[0]
    return fields
