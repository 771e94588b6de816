# kannel_web.py - the web server of Kannel's user: takes its delivery reports and the messages that its smsbox hands over,
# prints a line for each, and answers messages in Chinese. Knows Kannel's way of writing them and no SMPP.
#
#   python3 kannel_web.py PORT
#   dlr type=8 tag=a1                 a delivery report: 1 delivered, 2 failed, 8 taken by the SMSC, 16 refused by it
#   mo smsc=trx from=86138… to=1069… text=…
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ANSWER = "已收到：".encode()


class Handler(BaseHTTPRequestHandler):
	def do_GET(self):
		url = urlsplit(self.path)
		# text= is in the alphabet that charset= names; latin-1 gives its octets back
		query = {k: v[0] for k, v in parse_qs(url.query, keep_blank_values=True, encoding="latin-1").items()}
		if url.path == "/dlr":
			print(f"dlr type={query['type']} tag={query['tag']}", flush=True)
			self.answer(b"")
			return
		octets = query["text"].encode("latin-1")
		wide = query["coding"] == "2"
		text = octets.decode("utf-16-be" if wide else "utf-8")
		print(f"mo smsc={query['smsc']} from={query['from']} to={query['to']} text={text}", flush=True)
		self.answer(ANSWER + text.encode())

	def answer(self, body):
		self.send_response(200)
		self.send_header("Content-Type", "text/plain; charset=UTF-8")
		self.send_header("X-Kannel-Coding", "2")
		self.send_header("Content-Length", str(len(body)))
		self.end_headers()
		self.wfile.write(body)

	def log_message(self, *_):
		pass


ThreadingHTTPServer.daemon_threads = True
ThreadingHTTPServer.request_queue_size = 256
server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print("listening", flush=True)
server.serve_forever()
