#!/usr/bin/env python3
"""tls_front.py PORT TO CERTIFICATE KEY: speaks TLS on 127.0.0.1:PORT and passes what it says to 127.0.0.1:TO and back.
Prints a line for each connection: "open NAME", NAME being what the client asked for by SNI, or "refused WHY"."""
import asyncio
import ssl
import sys

port, to, certificate, key = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
asked = {}


def say(text):
    print(text, flush=True)


async def pump(reader, writer):
    try:
        while octets := await reader.read(65536):
            writer.write(octets)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        writer.close()


async def serve(reader, writer):
    say(f"open {asked.get('name')}")
    try:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", to)
    except ConnectionError:
        writer.close()
        return
    await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.sni_callback = lambda socket, name, ctx: asked.update(name=name)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, about: say(f"refused {about.get('exception')}"))
    server = await asyncio.start_server(serve, "127.0.0.1", port, ssl=context)
    say("listening")
    await server.serve_forever()


asyncio.run(main())
