#!/usr/bin/env python3
"""dashboard.py - checks a Grafana dashboard: its form, and each of its expressions by a Prometheus that has scraped a
gateway: it parses, names no metric that does not exist, and gives data. Prints "ok ..." or what is wrong, a line each.

usage: dashboard.py DASHBOARD.json PROMETHEUS-URL
"""
import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

FUNCTIONS = set("sum rate increase by le histogram_quantile min max topk count or and unless on".split())


def get(base, path, **params):
    try:
        with urllib.request.urlopen(base + "/api/v1/" + path + "?" + urllib.parse.urlencode(params)) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)


def filled(expr, names):
    """As Grafana fills it in: the interval of four scrapes, all values of each variable."""
    expr = expr.replace("$__rate_interval", "4s")
    for name in names:
        expr = expr.replace("$" + name, ".*")
    return expr


def form(dash):
    """What Grafana needs of a dashboard that it is to import."""
    for key, kind in (("title", str), ("uid", str), ("schemaVersion", int), ("panels", list), ("templating", dict),
                      ("time", dict), ("annotations", dict), ("tags", list)):
        if not isinstance(dash.get(key), kind):
            yield f"{key}: no {kind.__name__}"
    if dash.get("id") is not None:
        yield "id: must be null, Grafana gives one"
    ids = [p["id"] for p in dash["panels"]]
    if len(set(ids)) != len(ids):
        yield "panels: an id twice"
    taken = {}
    for panel in dash["panels"]:
        at = panel["gridPos"]
        if at["x"] + at["w"] > 24 or min(at.values()) < 0:
            yield f"{panel['title']}: outside of the 24 columns"
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                if (x, y) in taken:
                    yield f"{panel['title']}: lies over {taken[x, y]}"
                    return
                taken[x, y] = panel["title"]
        if panel["type"] == "row":
            continue
        if not panel.get("targets"):
            yield f"{panel['title']}: no target"
        refs = [t["refId"] for t in panel["targets"]]
        if len(set(refs)) != len(refs):
            yield f"{panel['title']}: a refId twice"
        for t in [panel] + panel["targets"]:
            if t.get("datasource", {}).get("uid") != "${datasource}":
                yield f"{panel['title']}: a datasource of its own"


def main():
    dash = json.load(open(sys.argv[1], encoding="utf-8"))
    base = sys.argv[2]
    variables = dash["templating"]["list"]
    names = [v["name"] for v in variables if v["type"] == "query"]
    known = set(get(base, "label/__name__/values")["data"])
    faults = list(form(dash))
    print("\n".join(faults) if faults else "ok the dashboard's form")
    for v in variables:
        if v["type"] != "query":
            continue
        metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", v["query"]["query"]).groups()
        values = get(base, f"label/{label}/values", **{"match[]": metric})["data"]
        print(f"ok variable {v['name']}" if values else f"variable {v['name']} has no values")
    exprs = [(p["title"], t["expr"]) for p in dash["panels"] for t in p.get("targets", [])]
    wanting = {}
    for title, expr in exprs:
        bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)', " ", expr)
        unknown = [m for m in re.findall(r"[a-zA-Z_:][\w:]*", bare) if m not in known and m not in FUNCTIONS]
        # what a histogram or counter has given no value for is there in /metrics all the same
        if unknown:
            print(f"{title}: no such metric: {' '.join(unknown)}")
        else:
            wanting[title, expr] = None
    until = time.time() + 5
    while wanting and time.time() < until:
        for title, expr in list(wanting):
            answer = get(base, "query", query=filled(expr, names))
            if answer["status"] != "success":
                print(f"{title}: {answer['error']}")
                del wanting[title, expr]
            elif answer["data"]["result"]:
                print(f"ok {title}: {expr}")
                del wanting[title, expr]
        time.sleep(0.2 if wanting else 0)
    for title, expr in wanting:
        print(f"{title}: no data: {expr}")


main()
