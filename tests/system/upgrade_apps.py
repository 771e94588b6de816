#!/usr/bin/env python3
"""
upgrade_apps.py - apps that submit without end and bind again whenever they lose their bind, and an account of what they
were told: PORT STOP-FILE ACCOUNT:BINDS... A line "acked N" each 100 ms; when STOP-FILE is there they submit no more, wait
for the receipts that are owed, and the last lines are NAME=VALUE. Knows nothing of the gateway's processes.
"""
import asyncio
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "torture.d"))
import smpp  # noqa: E402

WINDOW = 10
PACE = 0.02  # s between two texts of a bind
PATIENCE = 30  # s for receipts
seen = {
    "connects": 0,
    "connects_refused": 0,
    "binds_refused": 0,
    "submits_refused": 0,
    "longest_without_bind_ms": 0,
}
acked, receipts, tasks = {}, {}, []
stopping = False
serial = 0


class Bind(asyncio.Protocol):
    def __init__(self, account):
        self.account = account
        self.splitter = smpp.Splitter()
        self.sequence = 1
        self.outstanding = set()
        self.bound = asyncio.get_running_loop().create_future()
        self.lost = asyncio.get_running_loop().create_future()
        self.leaving = False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(smpp.bind_encode(smpp.BIND_TRANSCEIVER, 1, self.account.encode(), b"secret"))

    def data_received(self, data):
        for command, status, sequence, frame in self.splitter.feed(data):
            self.take(command, status, sequence, frame)

    def take(self, command, status, sequence, frame):
        if command == smpp.BIND_TRANSCEIVER | smpp.RESP:
            seen["binds_refused"] += status != 0
            if not self.bound.done():
                self.bound.set_result(status == 0)
        elif command == smpp.SUBMIT_SM | smpp.RESP:
            self.outstanding.discard(sequence)
            if status == 0:
                acked[smpp.message_id(frame)] = self.account
            else:
                seen["submits_refused"] += 1
        elif command == smpp.DELIVER_SM:
            said = smpp.receipt_fields(smpp.sm_decode(frame).text)["id"]
            receipts[said] = receipts.get(said, 0) + 1
            self.transport.write(smpp.pdu(command | smpp.RESP, 0, sequence, b"\0"))
        elif command in (smpp.UNBIND, smpp.ENQUIRE_LINK):
            self.leaving = self.leaving or command == smpp.UNBIND
            self.transport.write(smpp.pdu(command | smpp.RESP, 0, sequence))

    def connection_lost(self, exc):
        for future in (self.bound, self.lost):
            if not future.done():
                future.set_result(False)

    def submit(self):
        global serial
        serial += 1
        self.sequence += 1
        self.outstanding.add(self.sequence)
        to = (1, 1, b"8613%09d" % (800000000 + serial))
        text = ("您尾号%06d的账户有一笔转账已到账 #%d" % (serial % 1000000, serial)).encode("utf-16-be")
        self.transport.write(
            smpp.sm_encode(smpp.SUBMIT_SM, self.sequence, (0, 1, b"10690001"), to, text, 8, registered=1)
        )


async def use(bind):
    while not bind.lost.done():
        if not stopping and not bind.leaving and len(bind.outstanding) < WINDOW:
            bind.submit()
        await asyncio.wait([bind.lost], timeout=PACE)


async def keep(port, account):
    loop = asyncio.get_running_loop()
    since = time.monotonic()
    while True:
        seen["connects"] += 1
        try:
            _, bind = await loop.create_connection(lambda: Bind(account), "127.0.0.1", port)
        except ConnectionRefusedError:
            seen["connects_refused"] += 1
            await asyncio.sleep(0.01)
            continue
        if await bind.bound:
            gap = int((time.monotonic() - since) * 1000)
            seen["longest_without_bind_ms"] = max(seen["longest_without_bind_ms"], gap)
            await use(bind)
            since = time.monotonic()
        else:
            await asyncio.sleep(0.01)


async def main():
    global stopping
    port, stop = int(sys.argv[1]), sys.argv[2]
    for word in sys.argv[3:]:
        account, binds = word.split(":")
        tasks.extend(asyncio.ensure_future(keep(port, account)) for _ in range(int(binds)))
    until = None
    while until is None or (time.monotonic() < until and any(i not in receipts for i in acked)):
        await asyncio.sleep(0.1)
        print("acked %d" % len(acked), flush=True)
        stopping = os.path.exists(stop)
        if stopping and until is None:
            await asyncio.sleep(0.5)  # answers that are on their way
            until = time.monotonic() + PATIENCE
    await asyncio.sleep(0.3)  # receipts that come twice
    seen["acked"] = len(acked)
    seen["without_receipt"] = sum(i not in receipts for i in acked)
    seen["receipts_twice"] = sum(n > 1 for n in receipts.values())
    for name in sorted(seen):
        print("%s=%d" % (name, seen[name]), flush=True)
    os._exit(0)


asyncio.run(main())
