# long_app.py - the apps of the soak test: as app.py, and over TLS, with requests about messages (query_sm, cancel_sm),
# binds that are ended in order and made anew. Knows no carrier and no gateway process.
import asyncio
import struct

import smpp
from app import KINDS, TEXTS, WINDOW, App, Bind
from ledger import Msg, now

TEXTS = dict(TEXTS, remind="【%s】您尾号%06d的借款将于明日到期，请按时还款。#%d#")
CLASSES = ("otp", "otp", "alert", "remind", "promo")
STOP = "退订"
VARIANTS = (b"a", b"b")


class LongBind(Bind):
    def __init__(self, app, kind):
        super().__init__(app, kind)
        self.asked = {}  # sequence -> message that is asked about or taken back
        self.unbinding = False

    def take(self, command, status, sequence, frame):
        if command in (smpp.QUERY_SM | smpp.RESP, smpp.CANCEL_SM | smpp.RESP):
            self.app.on_asked(command, self.asked.pop(sequence), status)
        elif command == smpp.UNBIND | smpp.RESP:
            self.end("unbound")
        else:
            super().take(command, status, sequence, frame)

    def submits(self):
        return not self.unbinding and super().submits()

    def leave(self):
        """Ends it in order once all is answered."""
        self.unbinding = True

    def leave_now(self):
        if self.unbinding and self.bound and not self.outstanding and not self.asked:
            self.bound = False
            self.sequence += 1
            self.write(smpp.pdu(smpp.UNBIND, 0, self.sequence))
            self.flush()

    def ask(self, command, m):
        self.sequence += 1
        self.asked[self.sequence] = m
        src = bytes(m.src[:2]) + m.src[2] + b"\0"
        body = m.id.encode() + b"\0" + src
        if command == smpp.CANCEL_SM:
            body = b"\0" + body + bytes(m.dst[:2]) + m.dst[2] + b"\0"
        self.write(smpp.pdu(command, 0, self.sequence, body))
        self.flush()


class LongApp(App):
    SERIAL = smpp.TLV_CONSENT_REF

    def __init__(self, name, source, signature, kinds, ledger, rng, tls):
        super().__init__(name, source, signature, kinds, ledger, rng)
        self.tls = tls
        self.later = []  # messages with a schedule, the latest last

    async def keep(self, kind, port):
        loop = asyncio.get_running_loop()
        while True:
            if not self.away:
                try:
                    _, bind = await loop.create_connection(lambda: LongBind(self, kind), "127.0.0.1", port, ssl=self.tls)
                except OSError:
                    pass
                else:
                    self.binds.append(bind)
                    await bind.lost
                    self.binds.remove(bind)
            await asyncio.sleep(self.rng.uniform(0.1, 0.5))

    def tick(self):
        for bind in list(self.binds):
            bind.leave_now()

    def submit(self, bind, serial, dst, cls):
        rng = self.rng
        m = Msg(serial)
        cls = rng.choice(CLASSES)
        m.account, m.src, m.dst, m.cls = self.name, self.src, dst, cls
        m.registered = rng.choices((1, 0, 2), (90, 5, 5))[0]
        kind = rng.random()
        m.long = kind < 0.05
        if 0.05 <= kind < 0.08:
            m.delay = rng.randrange(2, 50)
        m.dcs = 8
        if m.long:
            m.text = self.long_text(serial).encode("utf-16-be")
        elif rng.random() < 0.1:
            m.dcs, m.text = 0, b"Your code is %06d. #%d#" % (rng.randrange(1000000), serial)
        else:
            m.text = (TEXTS[cls] % (self.signature, rng.randrange(1000000), serial)).encode("utf-16-be")
        bind.sequence += 1
        m.conn = bind.conn
        m.t_submit = now()
        m.story = None
        self.ledger.open_message(m)
        bind.outstanding[bind.sequence] = m
        if m.delay:
            self.later = self.later[-20:] + [m]
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
                + smpp.tlv(smpp.TLV_CAMPAIGN, b"spring%d\0" % (serial % 4))
                + smpp.tlv(0x3E02, rng.choice(VARIANTS) + b"\0")
                + smpp.tlv(smpp.TLV_CONSENT_REF, b"%d\0" % serial)
                + (smpp.tlv(smpp.TLV_MESSAGE_PAYLOAD, m.text) if m.long else b""),
            )
        )

    def read_reply(self, sm):
        if sm.text.decode("utf-16-be", "replace") == STOP and sm.src[2].decode() in self.ledger.phones:
            return None, None  # the app is told of a stop
        return super().read_reply(sm)

    # ---- questions ----

    def ready(self):
        ready = [b for b in self.binds if b.submits() and len(b.asked) < WINDOW]
        return self.rng.choice(ready) if ready else None

    def query_some(self, messages):
        """Asks for one of its messages."""
        bind = self.ready()
        mine = [m for m in messages if m.account == self.name and m.status == smpp.ROK]
        if bind and mine:
            bind.ask(smpp.QUERY_SM, self.rng.choice(mine))

    def cancel_some(self):
        bind = self.ready()
        waiting = [m for m in self.later if m.status == smpp.ROK and not m.copies and m.pieces is None]
        if bind and waiting:
            waiting[-1].pieces = "asked"
            bind.ask(smpp.CANCEL_SM, waiting[-1])

    def on_asked(self, command, m, status):
        ledger = self.ledger
        what = "query_sm" if command == smpp.QUERY_SM | smpp.RESP else "cancel_sm"
        ledger.count("%s answered 0x%02x" % (what, status))
        if what == "cancel_sm" and status == smpp.ROK:
            m.pieces = "cancelled"
            if m.copies:
                ledger.fault("cancel", "cancel_sm was answered ESME_ROK, and a carrier has it", m)
        elif what == "query_sm" and status == 0x0C and not ledger.store_away(m.gone - 3.0, now()):
            # what ended while the store went away may not be found (smppgw_query_lost_total)
            ledger.fault("query", "query_sm does not know a message that was acknowledged", m)
        elif status not in (0, 0x08, 0x0C, 0x11, 0x58, 0x67):
            ledger.fault("asked", "%s was answered 0x%02x" % (what, status), m)
