# app.py - a simulated app (ESME): an account with several binds that reconnect for ever, submits texts, and takes
# receipts and replies; misbehaves when it is told to. Knows no carrier and no gateway process.
import asyncio
import re

import smpp
from ledger import Got, Msg, now

WINDOW = 50  # submit_sm without answer, per bind
REPLY = re.compile(r"#M(\d+)#")
KINDS = {"trx": smpp.BIND_TRANSCEIVER, "tx": smpp.BIND_TRANSMITTER, "rx": smpp.BIND_RECEIVER}
TEXTS = {
    "otp": "【%s】您的验证码是%06d，5分钟内有效，请勿告诉他人。#%d#",
    "notice": "【%s】您尾号%06d的账户有一笔转账已到账，请查收。#%d#",
    "alert": "【%s】您的账户%06d有异常登录，如非本人操作请致电客服。#%d#",
    "promo": "【%s】新客专享理财，年化收益请见官网，编号%06d。拒收请回复R #%d#",
}


class Bind(asyncio.Protocol):
    """One connection to the gateway."""

    def __init__(self, app, kind):
        self.app, self.kind = app, kind
        self.splitter = smpp.Splitter()
        self.sequence = 1
        self.outstanding = {}
        self.bound = False
        self.conn = None
        self.out = []
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        self.conn = self.app.ledger.connected("%s-%s" % (self.app.name, self.kind), self.app.name)
        self.transport.write(smpp.bind_encode(KINDS[self.kind], 1, self.app.name.encode(), b"secret"))

    def data_received(self, data):
        try:
            for command, status, sequence, frame in self.splitter.feed(data):
                self.take(command, status, sequence, frame)
        except smpp.Malformed as e:
            self.app.ledger.fault("malformed", "to app %s: %s: %s" % (self.app.name, e, data[:400].hex()))
            self.end("malformed")
        self.flush()

    def take(self, command, status, sequence, frame):
        if command == smpp.SUBMIT_SM | smpp.RESP:
            msg = self.outstanding.pop(sequence, None)
            if msg:
                self.app.on_submit_resp(msg, status, frame)
            else:
                self.app.ledger.fault(
                    "answer", "an answer to no submit_sm of %s, sequence %d" % (self.conn.name, sequence)
                )
        elif command == smpp.DELIVER_SM:
            self.app.on_deliver(self, sequence, frame)
        elif command == KINDS[self.kind] | smpp.RESP:
            self.bound = status == 0
            if not self.bound:
                self.app.ledger.count("binds of apps refused with 0x%02x" % status)
                self.end("bind refused")
        elif command in (smpp.ENQUIRE_LINK, smpp.UNBIND):
            if command == smpp.UNBIND:
                self.bound = False
            if self.app.stalled:
                self.app.held.append((self, command, sequence))
            else:
                self.write(smpp.pdu(command | smpp.RESP, 0, sequence))
        elif command == smpp.GENERIC_NACK:
            self.app.ledger.fault("nack", "the gateway sends generic_nack 0x%x to %s" % (status, self.conn.name))

    def submits(self):
        return self.bound and self.kind != "rx" and len(self.outstanding) < WINDOW

    def write(self, octets):
        self.out.append(octets)

    def flush(self):
        if self.out:
            self.transport.write(b"".join(self.out))
            self.out.clear()

    def end(self, why):
        if self.conn.died is None:
            self.conn.died, self.conn.why = now(), why
            self.bound = False
            self.transport.abort()

    def connection_lost(self, exc):
        self.bound = False
        if self.conn.died is None:
            self.conn.died, self.conn.why = now(), "closed by the gateway"
        for msg in self.outstanding.values():
            self.app.ledger.note(msg, "%s is gone before the answer (%s)", self.conn.name, self.conn.why)
        self.outstanding.clear()
        if not self.lost.done():
            self.lost.set_result(None)


class App:
    SERIAL = smpp.TLV_CAMPAIGN  # the TLV that brings a text's serial back in its receipt

    def __init__(self, name, source, signature, kinds, ledger, rng):
        self.name, self.signature, self.kinds = name, signature, kinds
        self.src = (0, 1, source.encode())
        self.ledger, self.rng = ledger, rng
        self.binds = []
        self.stalled = None
        self.held = []
        self.refuse = 0.0  # share of deliver_sm that it answers with ESME_RX_T_APPN
        self.away = False
        self.tasks = []

    def start(self, port):
        self.tasks = [asyncio.ensure_future(self.keep(kind, port)) for kind in self.kinds]

    def stop(self):
        for task in self.tasks:
            task.cancel()
        for bind in self.binds:
            bind.end("the end")

    async def keep(self, kind, port):
        """Keeps one bind up."""
        loop = asyncio.get_running_loop()
        while True:
            if not self.away:
                try:
                    _, bind = await loop.create_connection(lambda: Bind(self, kind), "127.0.0.1", port)
                except OSError:
                    pass
                else:
                    self.binds.append(bind)
                    await bind.lost
                    self.binds.remove(bind)
            await asyncio.sleep(self.rng.uniform(0.03, 0.1))

    def receiving(self):
        return any(b.bound and b.kind != "tx" for b in self.binds)

    # ---- submits ----

    def submit_run(self, serials, numbers):
        """Some texts in a row to one number over one bind; how many were submitted."""
        ready = [b for b in self.binds if b.submits()]
        if not ready:
            return 0
        rng = self.rng
        bind = rng.choice(ready)
        dst = (1, 1, rng.choice(numbers))
        cls = rng.choice(("otp", "notice", "notice", "promo", "alert"))
        if cls == "alert":  # what is held in doubt is told by the number which receipt is its own
            dst = (1, 1, b"86139%08d" % rng.randrange(10**8))
        n = min(1 if cls == "alert" else rng.choice((1, 1, 2, 3, 6)), WINDOW - len(bind.outstanding))
        for _ in range(n):
            self.submit(bind, next(serials), dst, cls)
        bind.flush()
        return n

    def submit(self, bind, serial, dst, cls):
        m = Msg(serial)
        m.account, m.src, m.dst, m.cls = self.name, self.src, dst, cls
        m.registered = self.rng.choices((1, 0, 2), (86, 7, 7))[0]
        if cls == "alert":
            m.registered = 1  # what is held and given up is told
        kind = self.rng.random()
        m.long = kind < 0.05
        if 0.05 <= kind < 0.08:
            m.delay = self.rng.randrange(1, 4)
        if m.long:
            m.dcs, m.text = 8, self.long_text(serial).encode("utf-16-be")
        elif self.rng.random() < 0.2:
            m.dcs, m.text = 0, b"Your code is %06d. #%d#" % (self.rng.randrange(1000000), serial)
        else:
            m.dcs = 8
            m.text = (TEXTS[cls] % (self.signature, self.rng.randrange(1000000), serial)).encode("utf-16-be")
        bind.sequence += 1
        bind.conn.rank += 1
        m.conn, m.rank = bind.conn, bind.conn.rank
        self.ledger.msgs[serial] = m
        m.t_submit = self.ledger.note(m, "the app submits it over %s, number %d there", bind.conn.name, m.rank)
        if m.delay or m.long:
            self.ledger.note(m, "  in %d octets, to be sent after %d s", len(m.text), m.delay)
        bind.outstanding[bind.sequence] = m
        bind.write(
            smpp.sm_encode(
                smpp.SUBMIT_SM,
                bind.sequence,
                self.src,
                dst,
                b"" if m.long else m.text,
                m.dcs,
                registered=m.registered,
                schedule=b"0000000000%02d000R" % m.delay if m.delay else b"",
                tlvs=smpp.tlv(smpp.TLV_MESSAGE_CLASS, cls.encode() + b"\0")
                + smpp.tlv(smpp.TLV_CAMPAIGN, b"%d\0" % serial)
                + (smpp.tlv(smpp.TLV_MESSAGE_PAYLOAD, m.text) if m.long else b""),
            )
        )

    def long_text(self, serial):
        """With the serial whole in every part, wherever a part of 66 or 67 characters begins."""
        text, wanted = "【%s】" % self.signature, self.rng.randrange(90, 250)
        while len(text) < wanted or len(text) % 66 < 20 or len(text) % 67 < 20:
            text += "对账单#%d#" % serial
        return text

    def on_submit_resp(self, m, status, frame):
        ledger = self.ledger
        m.status = status
        ledger.statuses[status] = ledger.statuses.get(status, 0) + 1
        if status != smpp.ROK:
            m.t_answer = ledger.note(m, "the gateway answers 0x%02x", status)
            return
        m.id = smpp.message_id(frame)
        m.t_answer = ledger.note(m, "acknowledged as %s", m.id)
        ledger.acks += 1
        if not (len(m.id) == 18 and m.id.isdigit() and m.id[0] != "0"):
            ledger.fault("id", "id %r is not 18 digits" % m.id, m)
        other = ledger.by_id.setdefault(m.id, m)
        if other is not m:
            ledger.fault("id twice", "id %s was given to serial %d too" % (m.id, other.serial), m)

    # ---- what comes to the app ----

    def on_deliver(self, bind, sequence, frame):
        sm = smpp.sm_decode(frame)
        whose, state = self.read_receipt(sm) if sm.esm & 0x3C else self.read_reply(sm)
        got = Got(now(), bind.conn, state)
        if whose:
            self.ledger.note(whose, "app %s gets %s over %s", self.name, state or "it", bind.conn.name)
            self.check_account(whose, sm)
        else:
            whose = None
        if self.stalled:
            self.held.append((bind, smpp.DELIVER_SM, sequence, whose, got))
            if whose:
                self.list_of(whose).append(got)
            return
        if self.refuse and self.rng.random() < self.refuse:
            got.answer = smpp.RX_T_APPN
            if whose:
                self.ledger.note(whose, "app %s answers 0x64: again later", self.name)
            bind.write(smpp.pdu(smpp.DELIVER_SM | smpp.RESP, smpp.RX_T_APPN, sequence, b"\0"))
            return
        if whose:
            self.list_of(whose).append(got)
        self.take(bind, sequence, whose, got)

    def take(self, bind, sequence, whose, got):
        got.answer, got.t_answer = smpp.ROK, now()
        if whose:
            self.ledger.note(whose, "app %s takes it", self.name)
        bind.write(smpp.pdu(smpp.DELIVER_SM | smpp.RESP, 0, sequence, b"\0"))

    @staticmethod
    def list_of(whose):
        return whose.receipts if isinstance(whose, Msg) else whose.got

    def read_receipt(self, sm):
        """The message that a receipt speaks of, and its state."""
        fields = smpp.receipt_fields(sm.text)
        ident = fields.get("id", "")
        tlv_id = sm.tlvs.get(smpp.TLV_RECEIPTED_MESSAGE_ID, b"").rstrip(b"\0").decode("latin-1")
        state = fields.get("stat", "?")
        campaign = sm.tlvs.get(self.SERIAL, b"").rstrip(b"\0")
        msg = self.ledger.msgs.get(int(campaign)) if campaign.isdigit() else None
        if msg is None:
            self.ledger.fault(
                "receipt", "app %s got a receipt for nothing that an app submitted: %r" % (self.name, sm.text)
            )
            return None, state
        wrong = []
        if msg.id is not None and ident != msg.id:
            wrong.append("id in the text is %s, the app was given %s" % (ident, msg.id))
        if self.ledger.by_id.get(ident, msg) is not msg:
            wrong.append("id in the text is that of serial %d" % self.ledger.by_id[ident].serial)
        if tlv_id != ident:
            wrong.append("receipted_message_id %r, id in the text %r" % (tlv_id, ident))
        if sm.esm & 0x3C != 0x04:
            wrong.append("esm_class 0x%02x" % sm.esm)
        if sm.tlvs.get(smpp.TLV_MESSAGE_STATE, b"\0")[0] != smpp.STATES.get(state):
            wrong.append("message_state does not agree with stat:%s" % state)
        if sm.src[2] != msg.dst[2] or sm.dst[2] != msg.src[2]:
            wrong.append("addresses %s %s" % (sm.src, sm.dst))
        if wrong:
            self.ledger.fault("receipt", "; ".join(wrong), msg)
        return msg, state

    def read_reply(self, sm):
        text = sm.text.decode("utf-16-be", "replace")
        found = REPLY.search(text)
        reply = self.ledger.replies.get(int(found.group(1))) if found else None
        if reply is None:
            self.ledger.fault("reply", "app %s got a reply that no phone has sent: %r" % (self.name, text))
        elif text != reply.text:
            self.ledger.fault("reply", "app %s got %r" % (self.name, text), reply)
        return reply, None

    def check_account(self, whose, sm):
        if whose.account != self.name:
            what = "wrong app receipt" if isinstance(whose, Msg) else "wrong app reply"
            self.ledger.fault(what, "it came to %s and is %s's" % (self.name, whose.account), whose)

    # ---- faults ----

    def cut(self):
        for bind in list(self.binds):
            bind.end("cut")

    def stall(self):
        self.stalled = now()

    def go_on(self):
        self.stalled = None
        held, self.held = self.held, []
        for entry in held:
            bind, command, sequence = entry[:3]
            if bind.conn.died is not None:
                continue
            if command == smpp.DELIVER_SM:
                self.take(bind, sequence, entry[3], entry[4])
            elif command in (smpp.ENQUIRE_LINK, smpp.UNBIND):
                bind.write(smpp.pdu(command | smpp.RESP, 0, sequence))
        for bind in self.binds:
            bind.flush()
