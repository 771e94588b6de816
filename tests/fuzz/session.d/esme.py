# esme.py - apps. Sequence: what one hostile app does over one connection, drawn beforehand so that it can be kept and
# played again. Peer: plays a sequence and holds a model against the gateway. Control: a good app, whose account of
# messages and receipts must be right whatever the others do. Knows no carrier.
import asyncio
import random
import time

import model
import shapes
import side
import smpp

KINDS = {smpp.BIND_TRANSMITTER: "tx", smpp.BIND_RECEIVER: "rx", smpp.BIND_TRANSCEIVER: "trx"}
SENDS = ("submit", "submit", "submit", "submit", "data", "multi", "query", "cancel", "replace")
OTHERS = ("deliver", "alert", "outbind", "unknown", "answer", "answer")


def draw(seed, account, ids):
    """A sequence as plain data: actions, and how the app answers."""
    rng = random.Random(seed)
    make = shapes.Maker(rng, account["source"], ids)
    actions, state, batch = [], "open", []

    def put(frame, fits, broken=False):
        batch.append((frame, None if broken else fits, broken))

    def flush():
        """What was put leaves in one write, or cut anywhere."""
        if not batch:
            return
        octets = b"".join(f for f, _, _ in batch)
        right = [[f.hex(), fits] for f, fits, broken in batch if not broken]
        batch.clear()
        cuts = []
        if rng.random() < 0.3 and len(octets) > 1:
            cuts = sorted(rng.randrange(1, len(octets)) for _ in range(rng.choice((1, 1, 2, 5))))
        elif rng.random() < 0.05 and len(octets) < 120:
            cuts = list(range(1, len(octets)))
        for a, b in zip([0] + cuts, cuts + [len(octets)]):
            actions.append(["send", octets[a:b].hex(), right])
            right = []
            if cuts and rng.random() < 0.3:
                actions.append(["wait", rng.choice((0.001, 0.01, 0.05))])

    def bind():
        kind = rng.choice(tuple(KINDS))
        name, password = account["name"], account["password"]
        wrong = rng.random()
        if wrong < 0.04:
            password = rng.choice((b"", b"wrong", b"secretsecret", b"\xff"))
        elif wrong < 0.08:
            name = rng.choice((b"", b"nobody", b"x" * 40, b"fuzz1\xff", b"control"))
            password = b"wrong"
        frame = make.bind(kind, name, password, rng.choice((0x34, 0x34, 0x34, 0x33, 0, 0x50, 0xFF)))
        if rng.random() < 0.05:
            put(shapes.broken(rng, frame), None, True)
        else:
            put(frame, None)
        return KINDS[kind] if wrong >= 0.08 else "open"

    def one():
        legal = rng.random() < 0.75
        if legal and state in ("tx", "trx"):
            name = rng.choice(SENDS)
        elif legal:
            name = rng.choice(("enquire", "data", "enquire", "unknown"))
        else:
            name = rng.choice(SENDS + OTHERS)
        frame, fits = (make.enquire if rng.random() < 0.05 else getattr(make, name))()
        if rng.random() < account["broken"]:
            put(shapes.broken(rng, frame), None, True)
        else:
            put(frame, fits)

    for _ in range(rng.choice((0, 0, 0, 0, 1, 3))):
        one()
    if rng.random() < 0.95:
        state = bind()
    if rng.random() < 0.3:  # behind the bind, without waiting
        for _ in range(rng.randrange(1, 8)):
            one()
    flush()
    for _ in range(rng.choice((0, 2, 5, 5, 10, 10, 20))):
        for _ in range(rng.choice((1, 1, 1, 2, 5, 30))):
            one()
        if rng.random() < 0.03:
            put(*make.unbind())
        elif rng.random() < 0.03:
            bind()
        flush()
        if rng.random() < 0.3:
            actions.append(["wait", rng.choice((0.0, 0.005, 0.02, 0.1))])
        if rng.random() < 0.02:
            actions.append(["deaf", rng.choice((0.05, 0.3))])
    end = rng.random()
    if end < 0.35:
        put(*make.unbind())
        for _ in range(rng.choice((0, 0, 0, 1, 5))):
            one()
        flush()
    elif end < 0.5:
        if rng.random() < 0.5:
            one()
            flush()
        actions.append([rng.choice(("fin", "rst", "close"))])
    else:
        put(*make.enquire())
        flush()
        actions.append(["settle"])
        actions.append([rng.choice(("fin", "rst", "close", "close"))])
    return {
        "account": account["name"].decode(),
        "answers": rng.choice(("right", "right", "right", "late", "wrong", "none")),
        "seed": rng.randrange(1 << 30),
        "actions": actions,
    }


class Peer(side.Side):
    """One connection that plays a sequence."""

    def __init__(self, stage, sequence, account):
        super().__init__(stage, model.Model("smsc", stage.passwords))
        self.sequence, self.account = sequence, account
        self.rng = random.Random(sequence["seed"])
        self.over = asyncio.Event()
        self.changed = asyncio.Event()
        self.bound()

    def connection_made(self, transport):
        self.transport = transport
        transport.set_write_buffer_limits(1 << 22)

    def connection_lost(self, exc):
        if not self.ours and self.wrong is None:
            try:
                self.model.closed()
            except model.Wrong as e:
                self.wrong = str(e)
        self.over.set()
        self.changed.set()

    def eof_received(self):
        return False

    def fail(self, why):
        self.wrong = why
        self.over.set()
        self.changed.set()

    def take(self, command, status, sequence, frame):
        self.stage.counts["PDUs got"] += 1
        self.changed.set()
        if command & smpp.RESP:
            self.model.answered(command, status, sequence)
            if command & ~smpp.RESP in shapes.BINDS and status == 0:
                self.bound()
            elif command == smpp.SUBMIT_SM | smpp.RESP and status == 0:
                self.stage.acknowledged(self.account, smpp.message_id(frame))
            return
        if command in (smpp.DELIVER_SM, shapes.DATA_SM):
            if self.model.state not in ("rx", "trx", "unsure", "unbinding"):
                raise model.Wrong("a message to an app in state %s" % self.model.state)
            if command == smpp.DELIVER_SM:
                self.stage.delivered(self.account, smpp.sm_decode(frame))
        elif command == shapes.ALERT_NOTIFICATION:
            return
        elif command == smpp.UNBIND:
            self.model.may_end("the gateway has unbound")
            self.model.state = "unbinding"
        elif command != smpp.ENQUIRE_LINK:
            raise model.Wrong("a request 0x%08x to an app" % command)
        self.answer(command, sequence)

    def bound(self):
        """A bind that was changed can be one of another account, with its password."""
        if self.model.name:
            self.account = self.stage.account(self.model.name.decode())
        if self.account["always_may_close"]:
            self.model.lenient = "its timers are short"

    def answer(self, command, sequence):
        how = self.sequence["answers"]
        if how == "none":
            self.model.lenient = "it does not answer"
            return
        status, body = 0, b"" if command in (smpp.ENQUIRE_LINK, smpp.UNBIND) else b"\0"
        frames = [smpp.pdu(command | smpp.RESP, status, sequence, body)]
        if how == "wrong" and self.rng.random() < 0.7:
            self.model.lenient = "it answers wrongly"
            kind = self.rng.randrange(6)
            if kind == 0:
                frames = [smpp.pdu(command | smpp.RESP, self.rng.choice((0x64, 0x65, 0x08, 0x14, 0x400)), sequence)]
            elif kind == 1:
                frames = [smpp.pdu(smpp.GENERIC_NACK, 3, sequence)]
            elif kind == 2:
                frames *= 2
            elif kind == 3:
                frames = [smpp.pdu(command | smpp.RESP, 0, sequence + 1, body)]
            elif kind == 4:
                frames = [smpp.pdu(smpp.SUBMIT_SM | smpp.RESP, 0, sequence, b"77\0")]
            else:
                frames = [smpp.pdu(command | smpp.RESP, 0, sequence, b"\xff" * 80)]
        octets = b"".join(frames)
        if how == "late":
            asyncio.get_running_loop().call_later(self.rng.uniform(0.01, 0.3), self.write, octets, True)
        else:
            self.write(octets, True)

    def write(self, octets, whole=False):
        """whole: PDUs of ours between those of the sequence; not while one of these is cut."""
        if self.transport.is_closing() or self.finished or (whole and self.model.stream):
            return
        self.model.sent(octets)
        self.transport.write(octets)

    async def play(self, deadline):
        for action in self.sequence["actions"]:
            if self.over.is_set():
                return
            await self.act(action, deadline)
        await self.settle(deadline)

    async def act(self, action, deadline):
        kind = action[0]
        if kind == "send":
            for frame, fits in action[2]:
                self.model.right(bytes.fromhex(frame), fits)
            octets = bytes.fromhex(action[1])
            self.stage.counts["octets sent"] += len(octets)
            self.stage.counts["PDUs sent"] -= self.model.requests
            self.write(octets)
            self.stage.counts["PDUs sent"] += self.model.requests
            await asyncio.sleep(0)
        elif kind == "wait":
            await asyncio.sleep(action[1])
        elif kind == "deaf":
            self.transport.pause_reading()
            await asyncio.sleep(action[1])
            if not self.transport.is_closing():
                self.transport.resume_reading()
        elif kind == "settle":
            await self.settle(deadline)
        else:
            self.leave(kind)

    async def settle(self, deadline):
        """Until nothing is owed any more; an answer that does not come is a finding."""
        until = time.monotonic() + deadline
        while not self.over.is_set():
            if not self.model.missing() and not (self.model.must_close() and not self.ours):
                return
            left = until - time.monotonic()
            if left <= 0:
                break
            self.changed.clear()
            try:
                await asyncio.wait_for(self.changed.wait(), left)
            except asyncio.TimeoutError:
                pass
        if self.over.is_set() or self.wrong:
            return
        if self.model.missing():
            self.wrong = "no answer in %d s: %s" % (deadline, self.model.missing()[0])
        else:
            self.wrong = "the connection is not ended in %d s, though it must be (%s)" % (deadline, self.model.may_close)


async def play(stage, sequence, deadline):
    """Plays a sequence over a connection of its own; what was wrong, or None."""
    account = stage.account(sequence["account"])
    loop = asyncio.get_running_loop()
    try:
        _, peer = await loop.create_connection(
            lambda: Peer(stage, sequence, account), "127.0.0.1", stage.port, local_addr=(stage.address(), 0)
        )
    except OSError as e:
        return "the gateway does not accept a connection: %s" % e
    try:
        await peer.play(deadline)
    finally:
        if not peer.transport.is_closing():
            peer.ours = True
            peer.transport.abort()
    return peer.wrong


class Control(asyncio.Protocol):
    """A good app: one bind that stays, a text now and then, an account of every one."""

    def __init__(self, stage):
        self.stage = stage
        self.splitter = smpp.Splitter()
        self.sequence = 1
        self.waits = {}  # sequence -> (since, what)
        self.acked, self.receipts, self.faults = {}, {}, []
        self.bound = asyncio.Event()
        self.ended = False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(smpp.bind_encode(smpp.BIND_TRANSCEIVER, 1, b"control", b"secret"))

    def connection_lost(self, exc):
        if not self.ended:
            self.faults.append("the good app's connection is ended: %s" % exc)

    def data_received(self, data):
        try:
            for command, status, sequence, frame in self.splitter.feed(data):
                self.take(command, status, sequence, frame)
        except smpp.Malformed as e:
            self.faults.append("the good app got %s" % e)

    def take(self, command, status, sequence, frame):
        if command == smpp.BIND_TRANSCEIVER | smpp.RESP and status == 0:
            self.bound.set()
        elif command in (smpp.SUBMIT_SM | smpp.RESP, smpp.ENQUIRE_LINK | smpp.RESP):
            if self.waits.pop(sequence, None) is None:
                self.faults.append("the good app got an answer to nothing, sequence %d" % sequence)
            elif command == smpp.SUBMIT_SM | smpp.RESP:
                self.answered(status, frame)
        elif command in (smpp.ENQUIRE_LINK, smpp.UNBIND):
            self.transport.write(smpp.pdu(command | smpp.RESP, 0, sequence))
        elif command == smpp.DELIVER_SM:
            sm = smpp.sm_decode(frame)
            self.transport.write(smpp.pdu(command | smpp.RESP, 0, sequence, b"\0"))
            if sm.esm & 0x3C == 4:
                ident = smpp.receipt_fields(sm.text).get("id", "")
                self.receipts[ident] = self.receipts.get(ident, 0) + 1
        else:
            self.faults.append("the good app got 0x%08x, status 0x%x" % (command, status))

    def answered(self, status, frame):
        if status == 0:
            self.acked[smpp.message_id(frame)] = time.monotonic()
        elif status in (smpp.RSYSERR, smpp.RMSGQFUL, smpp.RTHROTTLED):
            self.stage.counts["good texts refused for now"] += 1
        else:
            self.faults.append("the good app's text is refused with 0x%x" % status)

    def submit(self, n):
        self.sequence += 1
        self.waits[self.sequence] = (time.monotonic(), "submit_sm %d" % n)
        text = ("【甲银行】您的验证码是%06d。" % (n % 10**6)).encode("utf-16-be")
        dst = (1, 1, b"86139%08d" % n)
        self.transport.write(
            smpp.sm_encode(smpp.SUBMIT_SM, self.sequence, (0, 1, b"10690001"), dst, text, 8, registered=1)
        )

    def oldest(self):
        """How long the oldest unanswered request has waited, and what it is."""
        if not self.waits:
            return 0.0, ""
        since, what = min(self.waits.values())
        return time.monotonic() - since, what

    def judge(self):
        """After the end: one receipt for each acknowledged text."""
        for ident in self.acked:
            n = self.receipts.get(ident, 0)
            if n != 1:
                self.faults.append("text %s of the good app has %d receipts" % (ident, n))
        for ident in self.receipts:
            if ident not in self.acked:
                self.faults.append("a receipt for %s, which the good app was never given" % ident)
        return self.faults


async def alive(stage, deadline):
    """A new connection of the good account binds and is answered; how long that took, or None when it is not."""
    start = time.monotonic()
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", stage.port), deadline)
    except (OSError, asyncio.TimeoutError):
        return None
    try:
        writer.write(
            smpp.bind_encode(smpp.BIND_TRANSMITTER, 1, b"control", b"secret") + smpp.pdu(smpp.ENQUIRE_LINK, 0, 2)
        )
        splitter, got = smpp.Splitter(), []
        while len(got) < 2:
            data = await asyncio.wait_for(reader.read(4096), max(0.1, deadline - (time.monotonic() - start)))
            if not data:
                return None
            got += [(c, s, n) for c, s, n, _ in splitter.feed(data)]
        good = [(smpp.BIND_TRANSMITTER | smpp.RESP, 0, 1), (smpp.ENQUIRE_LINK | smpp.RESP, 0, 2)]
        writer.write(smpp.pdu(smpp.UNBIND, 0, 3))
        await asyncio.wait_for(reader.read(), deadline)
        return time.monotonic() - start if got == good else None
    except (OSError, asyncio.TimeoutError, smpp.Malformed):
        return None
    finally:
        writer.transport.abort()
