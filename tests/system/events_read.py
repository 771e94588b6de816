#!/usr/bin/env python3
"""events_read.py SOCKET COMMAND ... - what stands in the stream of events, and what a webhook got of it.
  life ID          the names of the events of a message, in order
  count NAME       how many of a name
  field NAME KEY   the values of a member, one a line
  missing FILE     how many events of the stream are not in FILE
  order FILE       how many events in FILE stand before one that is older in the stream, duplicates aside"""
import json
import subprocess
import sys

SOCKET, COMMAND, ARGS = sys.argv[1], sys.argv[2], sys.argv[3:]


def stream():
    """Every event, in order; redis-cli --json keeps octets as they are."""
    out = subprocess.run(["redis-cli", "-s", SOCKET, "--json", "xrange", "event", "-", "+"], check=True,
                         capture_output=True).stdout
    for _, fields in json.loads(out.decode("utf-8")):
        assert fields[0] == "e" and len(fields) == 2, fields
        for line in fields[1].split("\n"):
            yield json.loads(line)


def key(e):
    return json.dumps(e, sort_keys=True)


if COMMAND == "life":
    print(" ".join(e["e"] for e in stream() if ARGS[0] in (e.get("id"), e.get("original"))))
elif COMMAND == "count":
    print(sum(e["e"] == ARGS[0] for e in stream()))
elif COMMAND == "field":
    for e in stream():
        if e["e"] == ARGS[0]:
            print(e.get(ARGS[1], "-"))
elif COMMAND == "missing":
    with open(ARGS[0]) as f:
        got = {key(json.loads(line)) for line in f}
    print(sum(key(e) not in got for e in stream()))
elif COMMAND == "order":
    place = {}
    for i, e in enumerate(stream()):
        place.setdefault(key(e), i)
    seen, last, wrong = set(), -1, 0
    with open(ARGS[0]) as f:
        for line in f:
            k = key(json.loads(line))
            if k in seen or k not in place:
                continue
            seen.add(k)
            wrong += place[k] < last
            last = max(last, place[k])
    print(wrong)
