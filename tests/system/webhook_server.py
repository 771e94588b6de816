#!/usr/bin/env python3
"""A server that menus ask, for webhook.sh: says in its log what it was asked, and answers as the mode file tells it.

webhook_server.py PORT MODE-FILE SECRET [CERTIFICATE KEY]
Modes: text, json, end, late (no answer for a minute), once (500, then text), missing (404), large (too long), broken.
A log line: request id=... signature=good|bad|none number=... text=... node=... original=...
"""
import hashlib
import hmac
import http.server
import json
import ssl
import sys
import time

port, mode_file, secret = int(sys.argv[1]), sys.argv[2], sys.argv[3].encode()
seen = set()


def judge(header, body):
    if not header:
        return "none"
    fields = dict(part.split("=", 1) for part in header.split(","))
    want = hmac.new(secret, fields["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    fresh = abs(time.time() - int(fields["t"])) < 60
    return "good" if fresh and hmac.compare_digest(want, fields["v1"]) else "bad"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, kind, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked = json.loads(body)
        told = self.headers["X-Smppgw-Id"]
        again = told in seen
        seen.add(told)
        print("request id=%s same=%s signature=%s number=%s text=%s node=%s original=%s" % (
            told, "yes" if told == asked["id"] else "no", judge(self.headers["X-Smppgw-Signature"], body),
            asked["number"], asked["text"], asked["node"], asked["original_message_id"]), flush=True)
        with open(mode_file) as f:
            mode = f.read().strip()
        if mode == "late":
            time.sleep(60)
        elif mode == "once" and not again:
            self.answer(500, "text/plain", "坏了")
        elif mode == "json":
            self.answer(200, "application/json; charset=utf-8", json.dumps({"text": "已预约“王经理”"}))
        elif mode == "end":
            self.answer(200, "application/json", json.dumps({"text": "再见", "end": True}))
        elif mode == "missing":
            self.answer(404, "text/plain", "没有")
        elif mode == "large":
            self.answer(200, "text/plain", "长" * 50000)
        elif mode == "broken":
            self.answer(200, "text/html", "<html>错</html>")
        else:
            self.answer(200, "text/plain; charset=utf-8", "已预约，尾号" + asked["number"][-4:])


server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
server.daemon_threads = True
if len(sys.argv) > 4:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[4], sys.argv[5])
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
