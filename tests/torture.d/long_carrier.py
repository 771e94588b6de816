# long_carrier.py - the carriers of the soak test: as carrier.py, and over TLS, with phones that ask menus and opt out,
# whose answers come back as texts that no app has submitted. Knows no app and no gateway process.
import asyncio

import smpp
from carrier import SERIAL, Carrier, Item, Link
from ledger import Copy, Msg, Reply, now
from long_app import STOP

MENU = "菜单"
RATE = "利率"
ANSWERS = {MENU: "回复1查利率", RATE: "今日贷款年利率", STOP: "退订"}  # what stands in the text that comes back


class LongCarrier(Carrier):
    def __init__(self, name, ids, ledger, rng, tls):
        super().__init__(name, ids, ledger, rng)
        self.tls = tls
        self.serial = 0

    async def start(self, port):
        self.port = port
        self.server = await asyncio.get_running_loop().create_server(
            lambda: Link(self), "127.0.0.1", port, ssl=self.tls
        )
        self.ticker = asyncio.ensure_future(self.tick())

    def on_submit(self, link, sequence, frame):
        m = smpp.sm_decode(frame)
        text = smpp.concatenation(m.text)[3] if m.esm & 0x40 else m.text
        text = text.decode("utf-16-be" if m.dcs == 8 else "ascii", "replace")
        found = SERIAL.search(text)
        if not found:
            self.answer_of_a_menu(link, sequence, m, text)
        elif int(found.group(1)) in self.ledger.msgs:
            super().on_submit(link, sequence, frame)
        else:
            self.ledger.too_late(int(found.group(1)), "at carrier %s" % self.name)
            link.write(smpp.pdu(smpp.SUBMIT_SM | smpp.RESP, smpp.RSUBMITFAIL, sequence))

    def answer_of_a_menu(self, link, sequence, m, text):
        number = m.dst[2].decode()
        wanted = self.ledger.phones.get(number)
        if wanted is None or ANSWERS[wanted[0]] not in text:
            self.ledger.fault("answer", "carrier %s: phone %s got %r" % (self.name, number, text))
        else:
            wanted[1] += 1
        self.serial -= 1
        msg = Msg(self.serial)
        msg.account, msg.cls, msg.src, msg.dst, msg.registered = "", "answer", m.src, m.dst, 0
        copy = Copy(msg, self.name, link.conn, now(), 0)
        if m.registered & 3:
            self.accept(link, copy, sequence)
        else:
            link.write(smpp.pdu(smpp.SUBMIT_SM | smpp.RESP, 0, sequence, b"0\0"))

    def compare(self, msg, m, octets, header):
        if msg.pieces == "cancelled":
            self.ledger.fault("cancel", "carrier %s gets a message that was taken back" % self.name, msg)
            msg.pieces = None
        super().compare(msg, m, octets, header)
        if msg.cls == "promo" and self.ledger.stopped(msg):
            self.ledger.fault("stop", "carrier %s gets a promotional text behind the answered stop" % self.name, msg)

    def phone(self, serial, number, code, word):
        """A phone says a word of a menu, or stop."""
        r = Reply(serial, "", self.name, word)
        self.ledger.phones[number] = [word, 0, None]
        item = Item(reply=r)
        item.word = ((1, 1, number.encode()), (0, 1, code.encode()))
        self.put(item, 0.0)

    def on_answer(self, item, status):
        super().on_answer(item, status)
        if item.reply and status == smpp.ROK and not item.reply.account:
            phone = self.ledger.phones.get(item.word[0][2].decode())
            if phone and phone[2] is None:
                phone[2] = now()
