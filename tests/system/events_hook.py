#!/usr/bin/env python3
"""events_hook.py PORT SECRET FILE - takes the gateway's POSTs of events: verifies the signature and the form, and writes
each event as a line into FILE. While FILE.refuse is there it answers 503. FILE.bad gets a line for whatever is wrong."""
import hashlib
import hmac
import http.server
import json
import os
import sys
import time

PORT, SECRET, FILE = int(sys.argv[1]), sys.argv[2].encode(), sys.argv[3]


def fault(post, body):
    """Why a POST is wrong; None when it is right."""
    if post.headers.get("Content-Type", "").split(";")[0] != "application/json":
        return "Content-Type"
    parts = dict(p.split("=", 1) for p in post.headers.get("X-Smppgw-Signature", "").split(",") if "=" in p)
    signed = parts.get("t", "").encode() + b"." + body
    if not hmac.compare_digest(hmac.new(SECRET, signed, hashlib.sha256).hexdigest(), parts.get("v1", "")):
        return "signature"
    if abs(time.time() - int(parts["t"])) > 60:
        return "time of the signature"
    events = json.loads(body.decode("utf-8"))
    if not isinstance(events, list) or not events or not all("e" in e and "at" in e for e in events):
        return "no array of events"
    return None


class Hook(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:  # the gateway was killed while it posted
            self.close_connection = True
            return
        why = fault(self, body)
        refuse = os.path.exists(FILE + ".refuse")
        if why:
            with open(FILE + ".bad", "a") as f:
                f.write(why + "\n")
        elif not refuse:
            with open(FILE, "a") as f:
                for e in json.loads(body.decode("utf-8")):
                    f.write(json.dumps(e, ensure_ascii=False) + "\n")
                    f.flush()
        with open(FILE + ".posts", "a") as f:
            f.write("%s %s\n" % (self.headers.get("X-Smppgw-Id"), "refused" if refuse else "taken"))
        self.send_response(503 if refuse else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Hook).serve_forever()
