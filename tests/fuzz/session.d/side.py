# side.py - one end of a connection to the gateway, whoever plays it: what comes is cut into PDUs and held against a
# model, and there are three ways to go. Knows no app and no carrier.
import asyncio
import contextlib
import socket
import struct

import model
import smpp


class Side(asyncio.Protocol):
    """What plays it has take(command, status, sequence, frame), for each PDU, and fail(why), for what is wrong."""

    def __init__(self, stage, judge):
        self.stage, self.model = stage, judge
        self.splitter = smpp.Splitter()
        self.transport = None
        self.wrong = None
        self.ours = self.finished = False  # we have ended the connection; our half of it

    def data_received(self, data):
        if self.wrong:
            return
        try:
            for pdu in self.splitter.feed(data):
                self.take(*pdu)
        except (model.Wrong, smpp.Malformed) as e:
            self.fail("%s: %s; the octets: %s" % (type(e).__name__, e, data[:600].hex()))

    def leave(self, kind):
        """kind: fin (we still read), rst or close."""
        self.model.may_end("we have left")
        if kind != "fin":
            self.ours = True
        if self.transport.is_closing():
            return
        if kind == "fin":
            self.finished = True
            with contextlib.suppress(OSError):  # the other end has reset it
                self.transport.write_eof()
        elif kind == "rst":
            with contextlib.suppress(OSError):
                sock = self.transport.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        else:
            self.transport.close()
