# stop.py - a carrier whose phones say stop: takes texts, sends receipts, and lets more and more numbers answer T, 退订,
# R ... while their promotional texts are still on the way. One bind, so that the order of octets on its connection is
# the order of things: a promotional text to a number whose stop has been acknowledged before is a violation.
# Usage: stop.py PORT REPORT PROMO-WORD STOPS HELD-PREFIX HELD-COUNT HELD-CODE
import os
import random
import selectors
import signal
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "torture.d"))
import smpp  # noqa: E402

WORDS = [("T", 0), ("退订", 8), ("Ｒ", 15), ("td", 0), ("【拒收】", 8), ("退 订", 15), ("QX。", 8)]
EVERY = 0.01  # s between two stops


class Carrier:
    def __init__(self, port, report, promo, stops, held):
        self.report, self.promo, self.wanted = report, promo, stops
        self.listener = socket.create_server(("127.0.0.1", port))
        self.listener.setblocking(False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.peer, self.out, self.bound = None, bytearray(), False
        self.sequence = self.ids = 0
        self.waiting = {}  # sequence -> number: stops without an answer
        self.receipts = {}  # sequence -> receipt without an answer
        self.owed = []  # receipts that go (again)
        self.asked = {}  # number -> (text, data_coding, code): stops that are not acknowledged
        self.due = []  # numbers whose stop goes (again)
        self.stopped = set()
        self.seen = {}  # number -> its code
        self.count = dict.fromkeys(("promo", "other", "stops", "again", "acked", "violations"), 0)
        for number, code in held:
            self.ask(number, code)
        self.next_s = time.monotonic()

    def ask(self, number, code):
        word, coding = random.choice(WORDS)
        text = word.encode({0: "ascii", 8: "utf-16-be", 15: "gbk"}[coding])
        self.asked[number] = (text, coding, code)
        self.due.append(number)

    def next_sequence(self):
        self.sequence = self.sequence % 0x7FFFFFFF + 1
        return self.sequence

    def send_stop(self, number):
        text, coding, code = self.asked[number]
        sequence = self.next_sequence()
        self.waiting[sequence] = number
        self.count["stops"] += 1
        self.out += smpp.sm_encode(
            smpp.DELIVER_SM, sequence, (1, 1, number.encode()), (0, 1, code.encode()), text, coding
        )

    def lost(self):
        """What was not answered is sent again on the next connection, as any carrier does."""
        self.selector.unregister(self.peer)
        self.peer.close()
        self.peer, self.bound = None, False
        self.out.clear()
        self.count["again"] += len(self.waiting)
        self.due += self.waiting.values()
        self.waiting.clear()
        self.owed += self.receipts.values()
        self.receipts.clear()

    def accept(self):
        peer, _ = self.listener.accept()
        if self.peer:
            peer.close()
            return
        peer.setblocking(False)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.peer, self.splitter = peer, smpp.Splitter()
        self.selector.register(peer, selectors.EVENT_READ)

    def on_submit(self, sequence, frame):
        m = smpp.sm_decode(frame)
        number, text = m.dst[2].decode(), m.text
        if m.esm & 0x40:
            text = text[text[0] + 1 :]
        words = text.decode("utf-16-be" if m.dcs == 8 else "latin-1")
        self.ids += 1
        cid = "%d" % (time.time_ns() // 1000 + self.ids)
        if self.promo in words:
            self.count["promo"] += 1
            self.seen[number] = m.src[2].decode()
            if number in self.stopped:
                self.count["violations"] += 1
                print("violation", number, words, flush=True)
        else:
            self.count["other"] += 1
        self.out += smpp.pdu(smpp.SUBMIT_SM | smpp.RESP, 0, sequence, cid.encode() + b"\0")
        receipt = "id:%s sub:001 dlvrd:001 submit date:2605010900 done date:2605010900 stat:DELIVRD err:000 text:" % cid
        if m.registered & 3:
            self.owed.append((m.dst, m.src, receipt.encode()))

    def on_pdu(self, command, status, sequence, frame):
        if command in (smpp.BIND_TRANSCEIVER, smpp.BIND_TRANSMITTER, smpp.BIND_RECEIVER):
            self.out += smpp.pdu(command | smpp.RESP, 0, sequence, b"phones\0")
            self.bound = True
        elif command == smpp.SUBMIT_SM:
            self.on_submit(sequence, frame)
        elif command in (smpp.ENQUIRE_LINK, smpp.UNBIND):
            self.out += smpp.pdu(command | smpp.RESP, 0, sequence)
        elif command == smpp.DELIVER_SM | smpp.RESP and sequence in self.waiting:
            number = self.waiting.pop(sequence)
            if status == 0:
                self.stopped.add(number)
                self.count["acked"] += 1
            else:
                self.count["again"] += 1
                self.due.append(number)
        elif command == smpp.DELIVER_SM | smpp.RESP and sequence in self.receipts:
            receipt = self.receipts.pop(sequence)
            if status:
                self.owed.append(receipt)

    def send_receipts(self):
        while self.bound and self.owed and len(self.receipts) < 100:
            sequence, receipt = self.next_sequence(), self.owed.pop(0)
            self.receipts[sequence] = receipt
            self.out += smpp.sm_encode(smpp.DELIVER_SM, sequence, *receipt, 0, esm=4)

    def read(self):
        try:
            data = self.peer.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.lost()
            return
        for pdu in self.splitter.feed(data):
            self.on_pdu(*pdu)

    def write(self):
        if not self.peer or not self.out:
            return
        try:
            del self.out[: self.peer.send(self.out)]
        except BlockingIOError:
            pass
        except OSError:
            self.lost()

    def stop_some(self, now):
        if not self.bound or now < self.next_s:
            return
        self.next_s = now + EVERY
        if self.due:
            self.send_stop(self.due.pop(0))
        elif len(self.asked) < self.wanted:
            fresh = [n for n in self.seen if n not in self.asked]
            if fresh:
                number = random.choice(fresh)
                self.ask(number, self.seen[number])

    def tell(self):
        line = " ".join("%s=%d" % item for item in self.count.items())
        with open(self.report + ".new", "w", encoding="utf-8") as f:
            f.write("%s stopped=%d waiting=%d\n" % (line, len(self.stopped), len(self.waiting) + len(self.due)))
        os.rename(self.report + ".new", self.report)

    def run(self):
        told = 0.0
        while True:
            for key, _ in self.selector.select(0.005):
                if key.fileobj is self.listener:
                    self.accept()
                elif self.peer:
                    self.read()
            now = time.monotonic()
            self.stop_some(now)
            self.send_receipts()
            self.write()
            if now - told > 0.2:
                told = now
                self.tell()


def main():
    port, report, promo, stops, prefix, count, code = sys.argv[1:8]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    held = [("%s%03d" % (prefix, i), code) for i in range(int(count))]
    Carrier(int(port), report, promo, int(stops) + len(held), held).run()


main()
