"""hostile.py - peers that mean no good, each from an address of its own in 127.0.0.0/8, all at once. Knows SMPP 3.4 and
nothing of smppgw. Prints a line for each: NAME key=value ...

usage: hostile.py PORT TLS-PORT
"""
import asyncio
import os
import random
import struct
import sys
import time

PORT, TLS_PORT = int(sys.argv[1]), int(sys.argv[2])
LONGEST = 20  # s that anything here may take


def pdu(command, status=0, sequence=1, body=b""):
    return struct.pack(">IIII", 16 + len(body), command, status, sequence) + body


def bind(password="secret", system_id="bank", sequence=1):
    text = system_id.encode() + b"\0" + password.encode() + b"\0"
    return pdu(9, 0, sequence, text + b"\0" + b"\x34\0\0\0")


async def connect(source, port):
    return await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0)), LONGEST)


async def read_to_end(reader):
    """What came until the other end closed, and whether it did."""
    came = b""
    try:
        while True:
            part = await asyncio.wait_for(reader.read(65536), LONGEST)
            if not part:
                return came, True
            came += part
    except asyncio.TimeoutError:
        return came, False
    except OSError:
        return came, True


def answers(came):
    """Command ids and statuses of the PDUs that came."""
    out = []
    while len(came) >= 16:
        length, command, status, _ = struct.unpack(">IIII", came[:16])
        if length < 16 or length > len(came):
            break
        out.append("%08x:%x" % (command, status))
        came = came[length:]
    return ",".join(out) or "-"


def tell(name, closed, came, **more):
    words = " ".join("%s=%s" % item for item in more.items())
    print("%s closed=%s answers=%s %s" % (name, "yes" if closed else "no", answers(came), words), flush=True)


async def say(name, source, octets, port=PORT):
    began = time.monotonic()
    reader, writer = await connect(source, port)
    try:
        writer.write(octets)
        await writer.drain()
    except OSError:
        pass
    came, closed = await read_to_end(reader)
    writer.close()
    tell(name, closed, came, s=round(time.monotonic() - began))


async def drip(name, source, octets, pause):
    """Octet after octet: never late, never done."""
    reader, writer = await connect(source, PORT)
    ending = asyncio.ensure_future(read_to_end(reader))
    began = time.monotonic()
    while not ending.done() and time.monotonic() - began < LONGEST:
        try:
            writer.write(octets[:1])
            await writer.drain()
        except OSError:
            break
        octets = octets[1:] + b"\0"
        await asyncio.sleep(pause)
    came, closed = await ending
    writer.close()
    tell(name, closed, came)


async def crowd(name, peers):
    """Half open: connected, and not a word."""
    ends = await asyncio.gather(*(read_to_end(reader) for reader, _ in peers))
    for _, writer in peers:
        writer.close()
    tell(name, all(closed for _, closed in ends), b"", n=len(peers))


async def flood(name, source, n):
    """Connections, closed as soon as they are there, with and without a word."""
    for i in range(n):
        _, writer = await connect(source, PORT)
        if i % 2:
            writer.write(bind("wrong", "nobody")[: i % 20])
        writer.close()
    tell(name, True, b"", n=n)


async def garbage(name, source, n):
    chance = random.Random(20260501)
    closed = 0
    for _ in range(n):
        reader, writer = await connect(source, PORT)
        try:
            writer.write(chance.randbytes(chance.randrange(1, 4000)))
            writer.write_eof()
            await writer.drain()
        except OSError:
            pass
        closed += (await read_to_end(reader))[1]
        writer.close()
    tell(name, closed == n, b"", n=n)


async def customer(name, source, octets):
    """One who may bind, and then floods without ever reading."""
    reader, writer = await connect(source, PORT)
    writer.write(bind("secret", "evil"))
    await asyncio.wait_for(reader.readexactly(17), LONGEST)
    try:
        for _ in range(40):
            writer.write(octets * 100)
            await asyncio.wait_for(writer.drain(), 0.2)
    except (OSError, asyncio.TimeoutError):
        pass
    await asyncio.sleep(1)
    writer.transport.abort()
    tell(name, True, b"")


async def guess(name, source, n):
    """Passwords, one after the other on a connection of its own each."""
    statuses, closed_unheard, delays = [], 0, []
    for i in range(n):
        reader, writer = await connect(source, PORT)
        began = time.monotonic()
        came = b""
        try:
            writer.write(bind("guess%d" % i))
            while len(came) < 16:
                part = await asyncio.wait_for(reader.read(100), LONGEST)
                if not part:
                    break
                came += part
        except OSError:
            pass
        writer.close()
        if came:
            statuses.append("%x" % struct.unpack(">I", came[8:12])[0])
            delays.append(time.monotonic() - began)
        else:
            closed_unheard += 1
    tell(name, True, b"", statuses=",".join(statuses), unheard=closed_unheard,
         late="yes" if len(delays) > 3 and delays[2] >= 0.99 and delays[3] >= 1.99 else "no")


async def main():
    submit = pdu(4, 0, 7, b"\0\1\0" + b"1069\0" + b"\1\1" + b"8613800138000\0" + b"\0" * 3 + b"\0\0" + b"\0" * 4 + b"\1A")
    half_open = [await connect("127.0.1.15", PORT) for _ in range(60)]
    await asyncio.gather(
        say("http", "127.0.1.1", b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n"),
        say("tls", "127.0.1.2", bytes.fromhex("16030100c8010000c40303") + b"\x17" * 200),
        say("ssh", "127.0.1.3", b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
        say("oversize", "127.0.1.4", struct.pack(">IIII", 70001, 9, 0, 1)),
        say("undersize", "127.0.1.5", struct.pack(">IIII", 15, 9, 0, 1)),
        say("unknown", "127.0.1.6", pdu(0x99) * 10),
        say("malformed", "127.0.1.7", pdu(9, 0, 1, b"x" * 40) * 12),
        say("unbound", "127.0.1.8", submit),
        # binds that have lost their framing: no length, the length first octet last, 20 octets too short, another command
        say("lost-length", "127.0.1.21", bind("topsecre")[4:]),
        say("lost-order", "127.0.1.22", bind("topsecre")[3::-1] + bind("topsecre")[4:]),
        say("lost-end", "127.0.1.23", b"\0\0\0\x15" + bind("topsecre")[4:]),
        say("lost-command", "127.0.1.24", pdu(0x99, 0, 1, bind("topsecre")[16:]) + b"\0" * 8),
        say("half", "127.0.1.9", bind()[:20]),
        say("smpp-to-tls", "127.0.1.10", bind(), TLS_PORT),
        say("http-to-tls", "127.0.1.11", b"GET / HTTP/1.1\r\n\r\n", TLS_PORT),
        say("silent-tls", "127.0.1.12", b"", TLS_PORT),
        say("half-tls", "127.0.1.13", bytes.fromhex("1603010200010001fc0303"), TLS_PORT),
        drip("drip", "127.0.1.14", bind(), 0.1),
        crowd("crowd", half_open),
        flood("flood", "127.0.1.16", 300),
        garbage("garbage", "127.0.1.17", 60),
        customer("enquire-flood", "127.0.1.18", pdu(0x15)),
        customer("submit-flood", "127.0.1.19", submit),
        guess("guess", "127.0.1.20", 7),
    )


asyncio.run(main())
os._exit(0)
