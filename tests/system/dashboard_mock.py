#!/usr/bin/env python3
"""A gateway that is not there: serves the dashboard's page and answers /api/now and /api/history with what a NOC may
see on a good day, a bad day, the first day, or not at all. The fixture of the layout tests (dashboard_test.py).

Run by hand to work on the page: tests/system/dashboard_mock.py PORT [SCENE]; it serves src/noc/page as it is on disk,
and /scene/NAME changes the scene.
"""
import json
import math
import os
import random
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SCENES = ("empty", "busy", "alarms", "away")
PERIODS = {"1m": 60, "15m": 900, "24h": 86400}
BUSY = ("移动", "联通", "电信", "中国广电")
LONG = "上海分公司高新技术产业开发区第三代理商行业短信专用通道（备用线路二）"


def counts(rate, ratio, seconds, refused=0.01):
    accepted = int(rate * seconds)
    ended = int(accepted * 0.98)
    delivered = int(ended * ratio)
    return {"accepted": accepted, "refused": int(accepted * refused), "sent": int(accepted * 0.995),
            "delivered": delivered, "failed": ended - delivered, "replies": int(accepted * 0.02),
            "optouts": int(accepted * 0.003), "complaints": int(accepted * 0.0002),
            "ratio": round(delivered / ended, 4) if ended else None}


def periods(rate, ratio):
    return {name: counts(rate * (0.7 if name == "24h" else 1), ratio, seconds) for name, seconds in PERIODS.items()}


def times(scale=1.0, known=True):
    def quantiles(p50):
        return {"p50": round(p50 * scale, 3), "p95": round(p50 * 3 * scale, 3), "p99": round(p50 * 7 * scale, 3)} \
            if known else {"p50": None, "p95": None, "p99": None}
    stage = {"wait": quantiles(2.1), "answer": quantiles(38.5), "receipt": quantiles(2600.0)}
    return {"1m": stage, "15m": stage}


def carrier(name, rate=120.0, ratio=0.982, **more):
    c = {"name": name, "up": True, "state": "up", "health": "good", "health_why": "-", "bound": 4, "binds": 4,
         "outstanding": int(rate * 0.3), "window": 200, "rate": rate, "tps": 300, "limit": 0, "queued": 0, "oldest_s": 0,
         "doubts": 0, "delivery": int(ratio * 100), "flaps_1h": 0, "w": periods(rate, ratio), "latency": times()}
    c.update(more)
    return c


def down(name, **more):
    return carrier(name, 0, up=False, state="down", bound=0, outstanding=0, queued=48210, oldest_s=1260, flaps_1h=17,
                   latency=times(known=False), **more)


def alarm(name, what, scope, severity, at, ago, value, threshold, unit, zh, en):
    return {"alarm": name, "object": what, "scope": scope, "severity": severity, "since_ms": at - ago * 1000, "value": value,
            "threshold": threshold, "unit": unit, "zh": zh, "en": en, "acknowledged": False, "acknowledged_by": None,
            "todo": "smppgwctl carriers, smppgwctl queue: which one does not keep up; the log says why (event=session_ended)"}


def bind_rows(carriers, accounts, at):
    rows = []
    for c in carriers:
        for i in range(c["bound"]):
            rows.append({"name": f"{c['name']}/{i + 1}", "owner": c["name"], "carrier": True, "state": "transceiver",
                         "peer": f"10.20.{i}.7:2775", "since_ms": at - 86400000 * (i + 1), "idle_ms": 210,
                         "outstanding": c["outstanding"] // max(1, c["bound"])})
    for a in accounts:
        for i in range(a["binds"]):
            rows.append({"name": f"{a['name']}/{i + 1}", "owner": a["name"], "carrier": False, "state": "receiver" if i == 1 else "transmitter" if i == 2 else "transceiver",
                         "peer": f"192.168.{i}.40:50{i}12", "since_ms": at - 3600000, "idle_ms": 12, "outstanding": 3})
    return rows


def account(name, rate, binds=2, **more):
    a = {"name": name, "binds": binds, "max_binds": 8, "waiting": 0, "backlog": 0, "w": periods(rate, 0.98)}
    a.update(more)
    return a


def frame(at):
    return {"at": at, "node": 1, "version": "0.1.0", "uptime_s": 1234567, "phase": "running",
            "store": {"up": True, "lag_ms": 0.312, "pending": 0}, "messages": {"total": 0},
            "queue": {"queued": 0, "oldest_s": 0}, "total": {"name": "", "w": periods(0, 0), "latency": times(known=False)},
            "carriers": [], "operators": [], "accounts": [], "classes": [], "campaigns": [], "reasons": [], "binds": [],
            "flaps": [], "alarms": [], **{k: {"1m": 0, "15m": 0, "24h": 0} for k in ("optouts", "complaints", "replies")}}


def fill(now, carriers, accounts, rate):
    now.update(carriers=carriers, accounts=accounts, binds=bind_rows(carriers, accounts, now["at"]))
    now["messages"] = {"total": 5120}
    now["total"] = {"name": "", "w": periods(rate, 0.979), "latency": times()}
    now["operators"] = [{"name": n, "w": periods(rate * s, r)} for n, s, r in
                        (("mobile", .6, .985), ("unicom", .2, .978), ("telecom", .17, .981), ("?", .03, .62))]
    now["classes"] = [{"name": n, "w": periods(rate * s, r), "latency": times()} for n, s, r in
                      (("otp", .4, .993), ("notice", .5, .98), ("promo", .1, .93))]
    now["campaigns"] = [{"name": "bank:双十一理财专享", "w": periods(rate * .08, .93)},
                        {"name": "shop:会员日", "w": periods(rate * .02, .91)}]
    now["optouts"] = {"1m": 2, "15m": 31, "24h": 1804}
    now["complaints"] = {"1m": 0, "15m": 1, "24h": 23}
    now["replies"] = {"1m": 14, "15m": 190, "24h": 12044}


def busy(now):
    carriers = [carrier(BUSY[0], 262.0), carrier(BUSY[1], 88.4), carrier(BUSY[2], 74.0, 0.991), carrier(BUSY[3], 0.4, tps=0)]
    fill(now, carriers, [account("bank", 210.0, 4), account("商城会员中心", 150.5), account("gov-alert", 0.2, 1)], 424.8)
    now["queue"] = {"queued": 312, "oldest_s": 3}
    now["reasons"] = [{"name": n, "n": {"1m": v // 900, "15m": v // 60, "24h": v}} for n, v in
                      (("words", 5210), ("opted_out", 1804), ("ESME_RTHROTTLED", 930), ("cap", 411), ("a_new_reason", 3))]
    now["flaps"] = [{"owner": BUSY[1], "at_ms": now["at"] - 2 * 86400000, "why": "silent"}]


def alarms(now):
    at = now["at"]
    names = [LONG, "移动-华东主通道", "sms-aggregator-with-a-very-long-ascii-name-that-never-ends.example"] + \
        [f"行业通道{i:02d}（{p}）" for i, p in enumerate(["浙江", "江苏", "广东", "北京", "四川", "山东"] * 7)][:37]
    carriers = [carrier(n, 3.0 + i * 7.3, 0.95 + (i % 5) / 100) for i, n in enumerate(names)]
    carriers[0] = down(names[0])
    carriers[5] = carrier(names[5], 31.0, 0.71, health="away", health_why="delivery", bound=2, flaps_1h=4)
    carriers[9] = carrier(names[9], 290.0, limit=180, outstanding=199, state="throttled", queued=9120, oldest_s=75)
    carriers[20] = carrier(names[20], 0, state="paused", up=False)
    carriers[30] = carrier(names[30], 12.0, bound=3, flaps_1h=1)
    accounts = [account("bank", 910.0, 8), account("商城会员中心与积分兑换及售后服务通知系统", 450.5, 4, waiting=120, backlog=88012)] + \
        [account(f"客户{i:02d}", 30.0 - i, i % 3) for i in range(20)]
    accounts[0].update(binds_lost=3, lost_at_ms=at - 600000, lost_why="silent")
    fill(now, carriers, accounts, 9424.8)
    now["phase"] = "running"
    now["store"] = {"up": True, "lag_ms": 812.4, "pending": 21044}
    now["queue"] = {"queued": 1482100, "oldest_s": 1260}
    now["campaigns"] += [{"name": f"bank:活动{i:02d}", "w": periods(12.0 + i, .9)} for i in range(30)]
    now["reasons"] = [{"name": n, "n": {"1m": v // 90, "15m": v // 6, "24h": v}} for n, v in
                      (("words", 5215210), ("opted_out", 181804), ("ESME_RTHROTTLED", 93000), ("cap", 4110), ("window", 900))]
    now["flaps"] = [{"owner": names[i % 7], "at_ms": at - i * 421000, "why": why} for i, why in
                    enumerate(("silent", "peer_closed", "io_error", "bind_refused", "connect_failed", "odd_reason") * 3)]
    now["alarms"] = [
        alarm("carrier_down", names[0], "carrier", "critical", at, 1260, 1, 1, "", "与运营商的全部连接已断开", "All binds to the carrier are down"),
        alarm("delivery_ratio", names[5], "carrier", "critical", at, 540, 71.2, 85, "%", "到达率低于门限", "The delivery ratio is below its threshold"),
        alarm("queue_age", "gateway", "gateway", "warning", at, 1200, 1260, 300, "s", "队列中最早的短信等待过久", "The oldest message in the queue waits too long"),
        alarm("redis_slow", "gateway", "gateway", "warning", at, 65, 812.4, 200, "ms", "Redis 写入缓慢", "Redis is slow"),
        alarm("complaints", "商城会员中心与积分兑换及售后服务通知系统", "account", "warning", at, 7300, 12.5, 5, "/h", "投诉增多", "Complaints are rising")]


def scene_now(scene):
    now = frame(int(time.time() * 1000))
    {"empty": lambda n: None, "busy": busy, "alarms": alarms, "away": busy}[scene](now)
    return now


def series(n, step, quiet, part, rate):
    """Deterministic curves of a day: a night, two peaks, a fall in delivery."""
    draw = random.Random(7)
    out = {k: [] for k in ("accepted", "refused", "sent", "delivered", "failed", "replies", "optouts", "queued", "oldest_s",
                           "outstanding", "wait_p99", "answer_p99", "receipt_p99")}
    for i in range(n):
        if quiet or (part == "day" and i < n * 0.2):
            for values in out.values():
                values.append(None if part == "day" else 0)
            continue
        wave = 0.55 + 0.4 * math.sin(i / n * 9) + 0.12 * draw.random()
        accepted = int(rate * 1.2 * step * max(0.02, wave))
        ratio = 0.985 - (0.2 if part == "day" and 0.7 < i / n < 0.74 else 0) - 0.004 * draw.random()
        values = (accepted, accepted // 90, max(0, accepted - 3), int(accepted * ratio), accepted - int(accepted * ratio), accepted // 60,
                  accepted // 300, int(300 * wave), int(4 * wave), int(120 * wave), 8 + 9 * wave, 210 + 90 * wave, 14000 + 9000 * wave)
        for key, value in zip(out, values):
            out[key].append(value)
    return out


def history(scene, dim, name, seconds_only):
    at = int(time.time())
    quiet = scene == "empty"
    rate = {c["name"]: c["rate"] for c in scene_now(scene)["carriers"]}.get(name, 424) if dim == "carrier" else 424
    answer = {"dim": dim, "name": name}
    if not seconds_only:
        answer.update(step_s=60, from_ms=(at // 60 - 1440) * 60000, points=1440, **series(1440, 60, quiet, "day", rate))
    answer["seconds"] = {"step_s": 1, "from_ms": (at - 60) * 1000, "points": 60, **series(60, 1, quiet, "minute", rate)}
    return answer


def page_from_disk():
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    with open(os.path.join(top, "src/noc/local.mk"), encoding="utf-8") as f:
        files = [w for w in f.read().split() if w.startswith("src/noc/page/") and w.endswith((".css", ".js"))]

    def join(suffix):
        return "".join(open(os.path.join(top, f), encoding="utf-8").read() for f in files if f.endswith(suffix))
    with open(os.path.join(top, "src/noc/page/index.html"), encoding="utf-8") as f:
        page = f.read()
    return page.replace("@styles@", f"<style>{join('.css')}</style>").replace("@scripts@", f"<script>{join('.js')}</script>").encode()


class Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        mock, url = self.server.mock, urllib.parse.urlsplit(self.path)
        query = {k: v[0] for k, v in urllib.parse.parse_qs(url.query, keep_blank_values=True).items()}
        if url.path.startswith("/scene/"):
            mock.scene = url.path[len("/scene/"):]
            return self.answer(b"ok\n", "text/plain")
        if url.path == "/":
            return self.answer(mock.page(), "text/html; charset=utf-8", mock.policy)
        if mock.scene == "away":
            self.close_connection = True
            return None
        if url.path == "/api/now":
            mock.asked += 1
            now = scene_now(mock.scene)
            now["uptime_s"] = mock.uptime
            return self.answer(json.dumps(now).encode(), "application/json")
        if url.path == "/api/history":
            part = history(mock.scene, query.get("dim", "all"), query.get("name", ""), query.get("part") == "seconds")
            return self.answer(json.dumps(part).encode(), "application/json")
        return self.send_error(404)

    def answer(self, body, kind, policy=None):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", self.server.mock.etag)
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args):
        pass


class Mock:
    """A server of its own thread; scene may be changed at any time."""

    def __init__(self, port=0, scene="busy", page=page_from_disk, policy=None):
        self.scene, self.page, self.policy, self.asked = scene, page, policy, 0
        self.etag, self.uptime = '"mock"', 1234567
        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.server.mock = self
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    print(Mock(int(sys.argv[1]), *sys.argv[2:3]).address, flush=True)
    threading.Event().wait()
