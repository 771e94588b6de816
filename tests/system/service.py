#!/usr/bin/env python3
"""service.py - plays the service manager: SOCKET; each datagram of sd_notify(3) is a line "MS TEXT", as it comes."""
import socket
import sys
import time

manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(sys.argv[1])
print("0 manager", flush=True)
while True:
    text = manager.recv(4096).decode("utf-8")
    print(int(time.monotonic() * 1000), text.replace("\n", " "), flush=True)
