#!/usr/bin/env python3
"""alarms_hook.py PORT FILE - takes the gateway's POSTs of alarms: a line "what alarm object severity zh" per change into
FILE, a line per POST into FILE.posts ("<unix ms> <id> <changes>"). The first POST is answered with 500: it has to come
again. FILE.bad gets a line for whatever is wrong."""
import http.server
import json
import sys
import time

PORT, FILE = int(sys.argv[1]), sys.argv[2]
WANTED = {"what", "at_ms", "alarm", "object", "scope", "severity", "since_ms", "value", "worst", "threshold", "unit", "zh",
          "en", "todo", "acknowledged", "acknowledged_by"}
ids = set()


class Hook(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8"))
        told = self.headers["X-Smppgw-Id"]
        first = not ids
        again = told in ids
        ids.add(told)
        with open(FILE + ".posts", "a") as f:
            f.write("%d %s %d%s\n" % (time.time() * 1000, told, len(body["alarms"]), " again" if again else ""))
        for a in body["alarms"]:
            if body.get("node") != 1 or set(a) != WANTED or not a["zh"] or not a["en"]:
                with open(FILE + ".bad", "a") as f:
                    f.write(json.dumps(body, ensure_ascii=False) + "\n")
            if not first:
                with open(FILE, "a") as f:
                    f.write("%s %s %s %s %s\n" % (a["what"], a["alarm"], a["object"], a["severity"], a["zh"]))
        self.send_response(500 if first else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Hook).serve_forever()
