"""history_read.py NOW HISTORY CARRIER - whether what the gateway says at /api/now and /api/history (files) has the shape
that doc/operations.md promises; prints what is wrong, a line each, and then sums: NAME VALUE."""

import json
import sys

SPANS = ("1m", "15m", "24h")
COUNTS = ("accepted", "refused", "sent", "delivered", "failed", "replies", "optouts", "complaints")
SERIES = (
    COUNTS
    + ("queued", "oldest_s", "outstanding", "submits", "flaps")
    + tuple(f"{time}_{q}" for time in ("wait", "answer", "receipt") for q in ("p50", "p95", "p99"))
)
CARRIER = (
    "name up state health health_why bound binds outstanding window rate tps limit queued oldest_s doubts delivery "
    "flaps_1h w latency"
).split()
NOW = (
    "at node version uptime_s phase store messages queue total carriers operators accounts classes campaigns reasons "
    "binds flaps alarms optouts complaints replies"
).split()
faults = []


def check(good, what):
    if not good:
        faults.append(what)


def keys(what, value, wanted):
    check(set(wanted) <= set(value), f"{what}: {sorted(set(wanted) - set(value))} missing")


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def check_sums(what, w):
    keys(what, w, SPANS)
    for span in SPANS:
        keys(what, w[span], COUNTS + ("ratio",))
        check(all(is_count(w[span][k]) for k in COUNTS), f"{what}: {span} has what is no count")
        ratio, ended = w[span]["ratio"], w[span]["delivered"] + w[span]["failed"]
        check((ratio is None) == (ended == 0), f"{what}: ratio {ratio} of {ended}")
        if ended:
            check(abs(ratio - w[span]["delivered"] / ended) < 1e-5, f"{what}: ratio {ratio}")
    for k in COUNTS:
        check(w["1m"][k] <= w["15m"][k] <= w["24h"][k], f"{what}: {k} shrinks in a longer time")


def check_latency(what, latency):
    keys(what, latency, ("1m", "15m"))
    for span in ("1m", "15m"):
        for time in ("wait", "answer", "receipt"):
            q = latency[span][time]
            if q is not None:
                check(0 <= q["p50"] <= q["p95"] <= q["p99"], f"{what}: {span} {time} {q}")


def check_now(now):
    keys("now", now, NOW)
    check_sums("total", now["total"]["w"])
    check_latency("total", now["total"]["latency"])
    for c in now["carriers"]:
        keys("carrier", c, CARRIER)
    for kind in ("carriers", "operators", "accounts", "classes", "campaigns"):
        for o in now[kind]:
            check_sums(f"{kind} {o['name']}", o["w"])
    for o in now["carriers"] + now["classes"]:
        check_latency(o["name"], o["latency"])
    for o in now["reasons"]:
        keys("reason", o["n"], SPANS)
    for kind in ("optouts", "complaints", "replies"):
        keys(kind, now[kind], SPANS)


def check_series(what, series, step, points):
    keys(what, series, SERIES + ("step_s", "from_ms", "points"))
    check((series["step_s"], series["points"]) == (step, points), f"{what}: step or points")
    check(series["from_ms"] % (step * 1000) == 0, f"{what}: from_ms {series['from_ms']}")
    for k in SERIES:
        check(len(series[k]) == points, f"{what}: {k} has {len(series[k])} points")
        check(all(v is None or v >= 0 for v in series[k]), f"{what}: {k}")


def total(series, key):
    return sum(v for v in series[key] if v is not None)


def main():
    now, history = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:3])
    check_now(now)
    check((history["dim"], history["name"]) == ("carrier", sys.argv[3]), "history: of another one")
    check_series("minutes", history, 60, 1440)
    check_series("seconds", history["seconds"], 1, 60)
    carrier = next(c for c in now["carriers"] if c["name"] == sys.argv[3])
    for fault in faults:
        print("fault", fault)
    for k in COUNTS:
        print(f"all.{k}", now["total"]["w"]["24h"][k])
        print(f"carrier.{k}", carrier["w"]["24h"][k])
        print(f"minutes.{k}", total(history, k))
        print(f"seconds.{k}", total(history["seconds"], k))
    print("seconds.known", sum(v is not None for v in history["seconds"]["accepted"]))
    print("minutes.known", sum(v is not None for v in history["accepted"]))
    print("receipts", history["receipt_p99"][-1], history["receipt_p99"][-2])
    for a in now["accounts"]:
        print(f"lost.{a['name']}", a["binds_lost"], a.get("lost_why"))
        check(("lost_at_ms" in a) == (a["binds_lost"] > 0), f"account {a['name']}: when a bind was lost")
    print("flaps", carrier["flaps_1h"], " ".join(f"{f['owner']}:{f['why']}" for f in now["flaps"]))
    for o in now["reasons"]:
        print(f"reason.{o['name']}", o["n"]["24h"])
    for kind in ("operators", "accounts", "classes", "campaigns"):
        for o in now[kind]:
            print(f"{kind}.{o['name']}", o["w"]["24h"]["accepted"], o["w"]["24h"]["delivered"])


main()
