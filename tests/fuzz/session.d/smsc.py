# smsc.py - carriers that the gateway binds to. A good one answers every text and sends one right receipt for it. A
# hostile one draws from a seed what it does over each connection: refuses or breaks binds, answers wrongly, late, twice
# or not at all, sends receipts for nothing, floods of replies, broken PDUs, and goes away in every manner; healed, it
# is a good one that also sends the receipts that the gateway waits for. Both hold a model against the gateway. Knows no app.
import asyncio
import random
import time

import model
import shapes
import side
import smpp

BINDS = shapes.BINDS


class Link(side.Side):
    """One connection of the gateway."""

    def __init__(self, carrier, n):
        super().__init__(carrier.stage, model.Model("esme"))
        self.carrier, self.n = carrier, n
        self.rng = random.Random("%s/%s/%d" % (carrier.seed, carrier.name, n))
        self.make = shapes.Maker(self.rng, self.rng.choice(carrier.codes), [])
        self.outstanding = {}
        self.sequence = 1 << 20
        self.kind = None
        self.history = []  # (time, octets) of what we have sent: kept with a finding
        self.task = None
        self.deaf_to_submits = self.rng.random() < 0.05

    def connection_made(self, transport):
        self.transport = transport
        self.carrier.links.add(self)
        if not self.carrier.good:
            self.model.lenient = "the timers towards this carrier are short"
            if self.rng.random() < 0.1 and not self.stage.sent:
                self.task = asyncio.ensure_future(self.life())

    def connection_lost(self, exc):
        self.carrier.links.discard(self)
        if self.task:
            self.task.cancel()
        if not self.ours and not self.wrong and self.carrier.good and not self.stage.stopping:
            try:
                self.model.closed()
            except model.Wrong as e:
                self.fail(str(e))

    def fail(self, why):
        self.wrong = why
        self.stage.finding("carrier %s, connection %d: %s" % (self.carrier.name, self.n, why), sent=self.history)

    def write(self, octets, right=None):
        if self.transport.is_closing() or self.finished:
            return
        if right is not None:
            self.model.right(octets, right or None)
        self.history.append((time.monotonic() - self.stage.started, octets.hex()))
        if len(self.history) > 4000:
            del self.history[:3600]
        if not self.carrier.good:
            self.stage.last.append(self.history[-1])
        self.stage.counts["PDUs sent by carriers"] += 1
        self.model.sent(octets)
        self.transport.write(octets)

    def take(self, command, status, sequence, frame):
        self.stage.counts["PDUs got by carriers"] += 1
        if command & smpp.RESP:
            self.model.answered(command, status, sequence)
            self.outstanding.pop(sequence, None)
        elif command in BINDS:
            self.model.peer_binds(command, sequence)
            self.on_bind(command, sequence)
        elif command in (smpp.SUBMIT_SM, shapes.DATA_SM):
            if self.model.state not in ("tx", "trx", "unsure", "unbinding"):
                raise model.Wrong("a text in state %s" % self.model.state)
            if command == smpp.SUBMIT_SM:
                self.on_submit(sequence, frame)
        elif command == smpp.UNBIND:
            self.model.may_end("the gateway has unbound")
            self.model.state = "unbinding"
            self.write(smpp.pdu(command | smpp.RESP, 0, sequence))
        elif command == smpp.ENQUIRE_LINK:
            if self.carrier.good or self.rng.random() < 0.95:
                self.write(smpp.pdu(command | smpp.RESP, 0, sequence))
        elif command != smpp.OUTBIND:
            raise model.Wrong("a request 0x%08x to a carrier" % command)

    # ---- binds ----

    def on_bind(self, command, sequence):
        self.kind = command
        good = smpp.pdu(command | smpp.RESP, 0, sequence, b"SMSC\0" + smpp.tlv(0x0210, b"\x34"))
        if self.carrier.good:
            self.write(good)
            return
        if self.stage.sent:
            self.write(good)
            self.task = self.task or asyncio.ensure_future(self.say_again())
            return
        rng, x = self.rng, self.rng.random()
        if x < 0.72:
            self.write(good)
        elif x < 0.77:
            self.write(smpp.pdu(command | smpp.RESP, rng.choice((0x05, 0x0D, 0x0E, 0x0F, 0x08, 0x401)), sequence))
        elif x < 0.82:
            self.write(self.make.deliver()[0] + good + self.make.deliver()[0])
        elif x < 0.87:
            asyncio.get_running_loop().call_later(rng.uniform(0.05, 0.7), self.write, good)
        elif x < 0.92:
            self.write(shapes.broken(rng, good))
        elif x < 0.94:
            self.write(smpp.pdu(smpp.GENERIC_NACK, 3, sequence))
        elif x < 0.96:
            self.write(smpp.pdu(smpp.SUBMIT_SM | smpp.RESP, 0, sequence, b"5\0"))
        elif x < 0.98:
            self.leave(rng.choice(("rst", "close", "fin")))
            return
        if not self.task:
            self.task = asyncio.ensure_future(self.life())

    # ---- texts ----

    def on_submit(self, sequence, frame):
        sm = smpp.sm_decode(frame)
        ident = self.carrier.new_id()
        self.carrier.numbers[ident] = sm.dst
        good = smpp.pdu(smpp.SUBMIT_SM | smpp.RESP, 0, sequence, ident + b"\0")
        if self.carrier.good or self.stage.sent:
            self.write(good)
            self.carrier.receipt_soon(self, ident, sm)
            return
        rng = self.rng
        if self.deaf_to_submits:
            return
        x = rng.random()
        if x < 0.6:
            self.write(good)
            if rng.random() < 0.7:
                self.carrier.receipt_soon(self, ident, sm)
        elif x < 0.75:
            status = rng.choice((0x58, 0x14, 0x08, 0x45, 0x0B, 0x01, 0x400, 0xFF, 0xFFFFFFFF))
            self.write(smpp.pdu(smpp.SUBMIT_SM | smpp.RESP, status, sequence, rng.choice((b"", b"\0", b"9\0"))))
        elif x < 0.78:
            self.write(smpp.pdu(smpp.GENERIC_NACK, rng.choice((0, 2, 3)), sequence))
        elif x < 0.81:
            self.stage.counts["answers without a right id"] += 1
            self.write(smpp.pdu(smpp.SUBMIT_SM | smpp.RESP, 0, sequence + 1, ident + b"\0"))
        elif x < 0.85:
            self.write(good + good)
        elif x < 0.88:  # the receipt first
            self.carrier.receipt(self, ident, sm)
            self.write(good)
        elif x < 0.93:
            self.stage.counts["answers without a right id"] += 1
            self.write(shapes.broken(rng, good, framing=False))
        elif x < 0.95:
            self.stage.counts["answers without a right id"] += 1
            self.write(smpp.pdu(rng.choice(shapes.ASKED) | smpp.RESP, 0, sequence, ident + b"\0"))
        elif x < 0.97:
            self.stage.counts["answers without a right id"] += 1
            same = b"%s-%d" % (self.carrier.name.upper().encode(), max(1, self.carrier.ids - rng.randrange(9)))
            self.write(smpp.pdu(smpp.SUBMIT_SM | smpp.RESP, 0, sequence, same + b"\0"))
        elif x < 0.98:
            self.stage.counts["answers without a right id"] += 1
            self.write(smpp.pdu(smpp.SUBMIT_SM | smpp.RESP, 0, sequence, rng.choice((b"", b"\0", b"A" * 64 + b"\0"))))

    # ---- of its own accord ----

    async def life(self):
        rng = self.rng
        for _ in range(rng.choice((3, 10, 30, 100, 300))):
            await asyncio.sleep(rng.choice((0.0, 0.002, 0.01, 0.03)))
            if self.carrier.good or self.transport.is_closing():
                return
            x = rng.random()
            if x < 0.02:
                self.write(b"".join(self.make.deliver()[0] for _ in range(rng.choice((10, 60)))))
            else:
                self.say(*self.something(x))
        await self.settle()
        if rng.random() < 0.7:
            self.leave(rng.choice(("rst", "close", "fin", "unbind", "unbind")))

    async def say_again(self):
        """What a connection had sent that is played again, behind its answer to the bind, as fast as it was then."""
        before = None
        for at, octets in self.stage.sent:
            await asyncio.sleep(min(0.05, at - before) if before is not None else 0)
            before = at
            self.write(bytes.fromhex(octets))
        await self.settle()
        self.stage.said.set()

    async def settle(self):
        """What is owed must come while the connection stands."""
        until = time.monotonic() + self.stage.deadline
        while self.model.missing() and not self.transport.is_closing() and not self.wrong:
            if time.monotonic() > until:
                self.fail("no answer in %d s: %s" % (self.stage.deadline, self.model.missing()[0]))
            await asyncio.sleep(0.02)

    def something(self, x):
        make, rng = self.make, self.rng
        if x < 0.25:
            return make.deliver()
        if x < 0.4:
            return make.receipt(rng.choice((self.carrier.last_id or b"1", b"%d" % rng.randrange(10**10), b"", b"Z" * 60)))
        if x < 0.5:
            return make.enquire()
        name = rng.choice(("data", "alert", "answer", "answer", "unknown", "submit", "query", "cancel", "outbind", "multi"))
        return getattr(make, name)()

    def say(self, frame, fits):
        if self.rng.random() < 0.3:
            frame = shapes.broken(self.rng, frame, framing=self.rng.random() < 0.3)
            fits = None
            self.write(frame)
            return
        self.write(frame, fits or ())

    def leave(self, kind):
        if kind != "unbind":
            super().leave(kind)
            return
        self.model.may_end("we have left")
        self.write(self.make.unbind()[0], (0,))

    def receives(self):
        return self.model.state in ("rx", "trx") and not self.transport.is_closing() and not (self.finished or self.model.stream)


class Carrier:
    """codes: those that phones reply to."""

    def __init__(self, stage, name, seed, codes):
        self.stage, self.name, self.seed, self.codes = stage, name, seed, codes
        self.good = True
        self.links = set()
        self.n = 0
        self.ids = 0
        self.numbers = {}  # id -> to whom
        self.last_id = None
        self.server = None
        self.port = 0

    async def start(self, port):
        self.port = port
        self.server = await asyncio.get_running_loop().create_server(self.link, "127.0.0.1", port)

    def link(self):
        self.n += 1
        return Link(self, self.n)

    def stop(self):
        if self.server:
            self.server.close()
        for link in list(self.links):
            link.ours = True
            if link.task:
                link.task.cancel()
            link.transport.abort()

    def new_id(self):
        self.ids += 1
        self.last_id = b"%s-%d" % (self.name.upper().encode(), self.ids)
        return self.last_id

    def receipt_soon(self, link, ident, sm):
        delay = 0.02 if self.good else random.Random(ident).choice((0.0, 0.01, 0.2))
        asyncio.get_running_loop().call_later(delay, self.receipt, link, ident, sm)

    def receipt(self, link, ident, sm, state="DELIVRD"):
        """Over any bind that receives; one that cannot be sent now is sent when it is healed."""
        if not link.receives():
            link = next((one for one in self.links if one.receives()), None)
        if link is None:
            return
        link.sequence += 1
        text = b"id:%s sub:001 dlvrd:001 submit date:2611221500 done date:2611221501 stat:%s err:000 text:" % (
            ident, state.encode(),
        )
        frame = smpp.sm_encode(smpp.DELIVER_SM, link.sequence, sm.dst, sm.src, text, 0, 4)
        link.write(frame, (smpp.ROK, smpp.RX_T_APPN, smpp.RSYSERR))

    def turn(self, good):
        """From now on it is a good one, or is not; all connections are made anew."""
        self.good = good
        for link in list(self.links):
            link.ours = True
            if link.task:
                link.task.cancel()
            link.transport.abort()

    def send_kept(self, ids):
        """
        A receipt for each id that the gateway waits for: some it has read out of broken answers. Those with a number that
        is known come first: before it has seen some of these, the gateway takes no receipt from another number.
        """
        link = next((one for one in self.links if one.receives()), None)
        for ident in sorted(ids, key=lambda one: one not in self.numbers) if link else ():
            link.sequence += 1
            tlvs = smpp.tlv(0x001E, ident + b"\0") + smpp.tlv(0x0427, b"\2")
            src, dst = self.numbers.get(ident, (1, 1, b"8613800000000")), (0, 1, self.codes[0])
            frame = smpp.sm_encode(smpp.DELIVER_SM, link.sequence, src, dst, b"", 0, 4, tlvs=tlvs)
            link.write(frame, (smpp.ROK, smpp.RX_T_APPN, smpp.RSYSERR))
