# carrier.py - a simulated SMSC: accepts the gateway's binds, takes texts, sends receipts and replies until the
# gateway has answered each with ESME_ROK, and misbehaves when it is told to. Its state outlives its connections, as
# a real SMSC's does. Knows no app and no gateway process.
import asyncio
import heapq
import re
import time

import smpp
from ledger import Copy, Reply, now

TICK = 0.01
SEND_WINDOW = 50  # deliver_sm without answer, per bind
RESEND = 6.0  # s without answer: the deliver_sm is sent again
SERIAL = re.compile(r"#(\d+)#")
ERRORS = {
    "throttled": smpp.RTHROTTLED,
    "full": smpp.RMSGQFUL,
    "temporary": smpp.RSYSERR,
    "permanent": smpp.RSUBMITFAIL,
}


class Link(asyncio.Protocol):
    """One connection of the gateway."""

    def __init__(self, carrier):
        self.carrier = carrier
        self.splitter = smpp.Splitter()
        self.kind = None
        self.sequence = 0
        self.outstanding = {}
        self.conn = None
        self.ours = False  # we ended it
        self.unbound = False
        self.out = []

    def connection_made(self, transport):
        self.transport = transport
        self.conn = self.carrier.ledger.connected(self.carrier.name, self.carrier.name)
        self.carrier.links.add(self)

    def data_received(self, data):
        try:
            for command, status, sequence, frame in self.splitter.feed(data):
                self.take(command, status, sequence, frame)
        except smpp.Malformed as e:
            self.carrier.ledger.fault("malformed", "to carrier %s: %s: %s" % (self.carrier.name, e, data[:400].hex()))
            self.end("malformed")
        self.flush()

    def take(self, command, status, sequence, frame):
        if command == smpp.SUBMIT_SM:
            self.carrier.on_submit(self, sequence, frame)
        elif command == smpp.DELIVER_SM | smpp.RESP:
            item = self.outstanding.pop(sequence, None)
            if item:
                self.carrier.on_answer(item, status)
        elif self.carrier.stalled:
            self.carrier.held.append((self, command | smpp.RESP, sequence))
        elif command == smpp.ENQUIRE_LINK:
            self.write(smpp.pdu(smpp.ENQUIRE_LINK | smpp.RESP, 0, sequence))
        elif command in (smpp.BIND_TRANSCEIVER, smpp.BIND_TRANSMITTER, smpp.BIND_RECEIVER):
            self.bind(command, sequence, frame)
        elif command == smpp.UNBIND:
            self.unbound = True
            self.write(smpp.pdu(smpp.UNBIND | smpp.RESP, 0, sequence))

    def bind(self, command, sequence, frame):
        if smpp.bind_decode(frame) != (b"gw", b"gw"):
            self.carrier.ledger.fault("bind", "the gateway binds to %s with a wrong name" % self.carrier.name)
        self.kind = command
        self.write(
            smpp.pdu(command | smpp.RESP, 0, sequence, b"SMSC\0" + smpp.tlv(smpp.TLV_SC_INTERFACE_VERSION, b"\x34"))
        )

    def write(self, octets):
        self.out.append(octets)

    def flush(self):
        if self.out:
            self.transport.write(b"".join(self.out))
            self.out.clear()

    def open(self):
        return self.conn.died is None and self.kind is not None and not self.unbound

    def receives(self):
        return self.open() and self.kind != smpp.BIND_TRANSMITTER

    def end(self, why):
        """Ends the connection at once; what is unread is lost, as when a cable is cut."""
        if self.conn.died is None:
            self.ours = True
            self.conn.why = why
            self.conn.died = now()
            self.transport.abort()

    def connection_lost(self, exc):
        if self.conn.died is None:
            self.conn.died = now()
            self.conn.why = "unbound" if self.unbound else "closed by the gateway"
        self.carrier.links.discard(self)
        self.carrier.on_lost(self)


class Item:
    """A deliver_sm that the gateway must take: a receipt of a copy, or a reply."""

    __slots__ = ("copy", "reply", "word", "final", "again", "t_sent", "link")

    def __init__(self, copy=None, reply=None, word=None, final=True, again=False):
        self.copy, self.reply, self.word, self.final, self.again = copy, reply, word, final, again
        self.link = None


class Carrier:
    """ids: "hex" (answers hexadecimal, receipts decimal) or "text" (the same in both)."""

    def __init__(self, name, ids, ledger, rng):
        self.name, self.ids, self.ledger, self.rng = name, ids, ledger, rng
        self.links = set()
        self.next_id = rng.randrange(0x30000000, 0x3FFFFFFF)
        self.due = []  # heap of (when, n, item)
        self.n = 0
        self.waiting = 0  # items that the gateway has not taken yet
        self.stalled = None
        self.held = []  # while stalled: (link, command, sequence, status, body)
        self.errors = {}  # kind of error -> share of the submits
        self.server = None
        self.port = 0
        self.ticker = None

    async def start(self, port):
        self.port = port
        self.server = await asyncio.get_running_loop().create_server(lambda: Link(self), "127.0.0.1", port)
        self.ticker = asyncio.ensure_future(self.tick())

    def stop(self):
        if self.ticker:
            self.ticker.cancel()
        if self.server:
            self.server.close()
        for link in list(self.links):
            link.end("the end")

    # ---- submits ----

    def on_submit(self, link, sequence, frame):
        m = smpp.sm_decode(frame)
        header = smpp.concatenation(m.text) if m.esm & 0x40 else None
        octets = header[3] if header else m.text
        text = octets.decode("utf-16-be" if m.dcs == 8 else "ascii", "replace")
        found = SERIAL.search(text)
        msg = self.ledger.msgs.get(int(found.group(1))) if found else None
        if msg is None:
            self.ledger.fault("text", "carrier %s got a text that no app has submitted: %r" % (self.name, text))
            link.write(smpp.pdu(smpp.SUBMIT_SM | smpp.RESP, smpp.RSUBMITFAIL, sequence))
            return
        self.ledger.arrivals += 1
        part, parts = (header[2], header[1]) if header else (1, 1)
        if header:
            t = self.ledger.note(msg, "carrier %s gets part %d/%d over %s", self.name, part, parts, link.conn.name)
        else:
            t = self.ledger.note(msg, "carrier %s gets it over %s", self.name, link.conn.name)
        copy = Copy(msg, self.name, link.conn, t, self.ledger.arrivals)
        copy.part, copy.parts = part, parts
        self.ledger.first += not msg.copies
        msg.copies.append(copy)
        self.compare(msg, m, octets, header)
        error = self.choose_error()
        if error:
            copy.answer = ERRORS[error]
            self.answer(link, copy, sequence, b"", 0)
            return
        self.accept(link, copy, sequence)

    def piece(self, msg, octets, header):
        """Whether a part fits the whole, and with all its siblings makes it up."""
        msg.pieces = msg.pieces or {}
        pieces = msg.pieces.setdefault((self.name,) + header[:2], {})
        if pieces.setdefault(header[2], octets) != octets or len(octets) + 6 > 140 or octets not in msg.text:
            return False
        return len(pieces) < header[1] or b"".join(pieces[i] for i in range(1, header[1] + 1)) == msg.text

    def compare(self, msg, m, octets, header):
        """What the carrier gets must be what the app has submitted."""
        wrong = []
        if msg.long != bool(header):
            wrong.append("a text in parts" if header else "a long text that is not in parts")
        elif header and not self.piece(msg, octets, header):
            wrong.append("part %d of %d, reference %d, does not fit the text" % (header[2], header[1], header[0]))
        if not header and m.text != msg.text or m.dcs != msg.dcs:
            wrong.append("text %s (data_coding %d)" % (m.text.hex(), m.dcs))
        if m.src != msg.src or m.dst != msg.dst:
            wrong.append("addresses %s %s" % (m.src, m.dst))
        if any(0x3E00 <= tag <= 0x3EFF for tag in m.tlvs):
            wrong.append("the gateway's own TLVs")
        if m.registered & 3 != 1:
            wrong.append("registered_delivery %d" % m.registered)
        if m.schedule:
            wrong.append("schedule_delivery_time, which is the gateway's to keep")
        if m.esm & 0x3F:
            wrong.append("esm_class 0x%02x" % m.esm)
        if wrong:
            self.ledger.fault("content", "at carrier %s: %s" % (self.name, ", ".join(wrong)), msg)

    def choose_error(self):
        for kind, share in self.errors.items():
            if self.rng.random() < share:
                return kind
        return None

    def accept(self, link, copy, sequence):
        self.next_id += 1
        copy.cid = self.next_id
        copy.answer = smpp.ROK
        rng = self.rng
        x = rng.random()
        copy.outcome = "DELIVRD" if x < 0.85 else "UNDELIV" if x < 0.93 else "EXPIRED" if x < 0.97 else "REJECTD"
        delay = rng.choice((0.01, 0.05, 0.2, 0.5, 1.0, 2.0)) * rng.uniform(0.5, 1.0)
        late = 0.0
        x = rng.random()
        if x < 0.05:  # the receipt overtakes the answer
            delay, late = 0.0, rng.uniform(0.02, 0.1)
        elif x < 0.15:  # answers out of order
            late = rng.uniform(0.001, 0.03)
        if rng.random() < 0.03:
            self.put(Item(copy, word=rng.choice(("ENROUTE", "ACCEPTD")), final=False), delay / 2)
        self.put(Item(copy, word=copy.outcome), delay)
        self.answer(link, copy, sequence, self.id_in_answer(copy.cid).encode() + b"\0", late)

    def id_in_answer(self, cid):
        return "%x" % cid if self.ids == "hex" else "%s-%012d" % (self.name.upper(), cid)

    def id_in_receipt(self, cid):
        return "%010d" % cid if self.ids == "hex" else self.id_in_answer(cid)

    def answer(self, link, copy, sequence, body, late):
        if self.stalled:
            self.held.append((link, copy, sequence, body))
        elif late:
            asyncio.get_running_loop().call_later(late, self.answer_late, link, copy, sequence, body)
        else:
            self.answer_now(link, copy, sequence, body)

    def answer_late(self, link, copy, sequence, body):
        if self.stalled:
            self.held.append((link, copy, sequence, body))
            return
        self.answer_now(link, copy, sequence, body)
        link.flush()

    def answer_now(self, link, copy, sequence, body):
        if link.conn.died is not None:
            self.ledger.note(copy.msg, "carrier %s cannot answer: %s is gone", self.name, link.conn.name)
            return
        if copy.answer == smpp.ROK:
            copy.t_answer = self.ledger.note(
                copy.msg, "carrier %s accepts it as %s", self.name, self.id_in_answer(copy.cid)
            )
        else:
            copy.t_answer = self.ledger.note(copy.msg, "carrier %s answers 0x%02x", self.name, copy.answer)
        link.write(smpp.pdu(smpp.SUBMIT_SM | smpp.RESP, copy.answer, sequence, body))

    # ---- receipts and replies ----

    def put(self, item, delay):
        if item.final and not item.again:
            self.waiting += 1
        self.put_back(item, delay)

    def put_back(self, item, delay):
        self.n += 1
        item.link = None
        heapq.heappush(self.due, (now() + delay, self.n, item))

    def reply(self, serial, account, src, dst):
        """A phone user answers."""
        text = "收到，谢谢。#M%d#" % serial
        r = Reply(serial, account, self.name, text)
        r.story.append((now(), "a phone replies %s to %s", (src[2].decode(), dst[2].decode())))
        self.ledger.replies[serial] = r
        item = Item(reply=r)
        item.word = (src, dst)
        self.put(item, 0.0)

    async def tick(self):
        while True:
            await asyncio.sleep(TICK)
            if not self.stalled:
                self.send_due()

    def send_due(self):
        links = [link for link in self.links if link.receives() and len(link.outstanding) < SEND_WINDOW]
        t = now()
        while links and self.due and self.due[0][0] <= t:
            item = heapq.heappop(self.due)[2]
            link = self.rng.choice(links)
            self.send(link, item)
            if len(link.outstanding) >= SEND_WINDOW:
                links.remove(link)
        for link in list(self.links):
            link.flush()
            for sequence, item in list(link.outstanding.items()):
                if t - item.t_sent > RESEND:
                    del link.outstanding[sequence]
                    self.ledger.count("deliver_sm of carriers that the gateway did not answer in %d s" % RESEND)
                    self.put_back(item, 0.0)
                else:
                    break

    def send(self, link, item):
        link.sequence += 1
        item.t_sent = now()
        item.link = link
        link.outstanding[link.sequence] = item
        if item.reply:
            r = item.reply
            r.sent += 1
            self.ledger.note(r, "carrier %s sends it over %s", self.name, link.conn.name)
            link.write(
                smpp.sm_encode(
                    smpp.DELIVER_SM, link.sequence, item.word[0], item.word[1], r.text.encode("utf-16-be"), 8
                )
            )
            return
        copy = item.copy
        if item.final:
            copy.sent += 1
            copy.t_sent = copy.t_sent or item.t_sent
        msg = copy.msg
        cid = self.id_in_receipt(copy.cid)
        self.ledger.note(msg, "carrier %s sends receipt %s for %s over %s", self.name, item.word, cid, link.conn.name)
        ok = item.word == "DELIVRD"
        text = "id:%s sub:001 dlvrd:%s submit date:%s done date:%s stat:%s err:%s text:" % (
            cid,
            "001" if ok else "000",
            self.date(copy.t),
            self.date(item.t_sent),
            item.word,
            "000" if ok or not item.final else "034",
        )
        tlvs = b""
        if self.ids != "hex":
            tlvs = smpp.tlv(smpp.TLV_RECEIPTED_MESSAGE_ID, cid.encode() + b"\0")
            tlvs += smpp.tlv(smpp.TLV_MESSAGE_STATE, bytes((smpp.STATES[item.word],)))
        link.write(
            smpp.sm_encode(smpp.DELIVER_SM, link.sequence, msg.dst, msg.src, text.encode(), 0, esm=4, tlvs=tlvs)
        )

    def date(self, t):
        """To the minute, in China's time."""
        return time.strftime("%y%m%d%H%M", time.gmtime(self.ledger.wall + t + 8 * 3600))

    def on_answer(self, item, status):
        whose = item.reply or item.copy.msg
        what = "reply" if item.reply else "receipt"
        if status == smpp.ROK:
            t = self.ledger.note(whose, "the gateway takes the %s from %s", what, self.name)
            if item.reply:
                if item.reply.t_taken is None:
                    item.reply.t_taken = t
            elif item.final and item.copy.t_taken is None:
                item.copy.t_taken = t
            if item.final and not item.again:
                self.waiting -= 1
                if item.copy and self.rng.random() < 0.02:
                    self.put(Item(item.copy, word=item.word, again=True), self.rng.uniform(0.01, 0.5))
            return
        self.ledger.note(whose, "the gateway answers the %s of %s with 0x%02x", what, self.name, status)
        if status not in (smpp.RX_T_APPN, smpp.RSYSERR, smpp.RMSGQFUL, smpp.RTHROTTLED):
            self.ledger.fault("refused", "the gateway refused a %s for good: 0x%02x" % (what, status), whose)
        self.put_back(item, self.rng.uniform(0.1, 0.3))

    def on_lost(self, link):
        for item in link.outstanding.values():
            self.put_back(item, 0.05)
        link.outstanding.clear()

    # ---- faults ----

    def cut(self):
        for link in list(self.links):
            link.end("cut")

    def stall(self):
        self.stalled = now()

    def go_on(self):
        """Answers all that came while it was stalled."""
        self.stalled = None
        held, self.held = self.held, []
        for entry in held:
            link = entry[0]
            if len(entry) == 4:
                self.answer_now(*entry)
            elif link.conn.died is None and entry[1] == smpp.ENQUIRE_LINK | smpp.RESP:
                link.write(smpp.pdu(entry[1], 0, entry[2]))
            else:
                link.end("stalled at its bind or unbind")
        for link in list(self.links):
            link.flush()

    def quiet(self):
        """Everything that it has to tell has been taken."""
        return self.waiting == 0 and not self.held and not self.stalled
