#!/usr/bin/env python3
"""The dashboard in a real Chromium, headless: of a real gateway (its numbers, languages, keys, a restart), and of a gateway
that is made up (dashboard_mock.py) for layout, contrast and colours at the sizes of walls, desks and phones.

usage: dashboard_test.py GATEWAY-URL ORDERS LAYOUTS.json     dashboard.sh runs it
       dashboard_test.py --record GATEWAY-URL LAYOUTS.json   writes where the boxes stand now, after a look at them
Prints lines "ok WHAT", "FAILED WHAT: DETAIL", and "do stop", "do start" for the gateway; ORDERS is a file that tells how
many of these have been carried out.
"""
import itertools
import json
import os
import sys
import time
import urllib.request

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import dashboard_mock  # noqa: E402

SIZES = ((1920, 1080), (3840, 2160), (1024, 768), (390, 844))
LANGUAGES = ("zh", "en")
BETWEEN = ((1799, 1000), (1440, 900), (1199, 800), (999, 768), (768, 1024), (700, 800), (360, 640))  # where layouts change
RECORDED = ("busy", "alarms")  # scenes whose layout is compared


def tell(good, what, detail=""):
    print(f"ok {what}" if good else f"FAILED {what}: {str(detail)[:900]}", flush=True)


def equal(what, got, wanted):
    tell(got == wanted, what, f'got "{got}", wanted "{wanted}"')


def wait(condition, seconds=10):
    until = time.time() + seconds
    while True:
        got = condition()
        if got or time.time() > until:
            return got
        time.sleep(0.05)


def fetch(address, path):
    with urllib.request.urlopen(address + path, timeout=5) as answer:
        return json.load(answer)


class Browser:
    def __init__(self):
        options = Options()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                         "--no-proxy-server", "--lang=zh-CN", "--accept-lang=zh-CN", "--disable-background-networking",
                         "--disable-component-update", "--no-first-run"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        # It is day where the browser is: times of another day have their date, and layouts are held against stored ones.
        west = max(-9, min(9, time.gmtime().tm_hour - 12))
        self.driver.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": f"Etc/GMT{west:+d}"})
        with open(os.path.join(HERE, "dashboard_probe.js"), encoding="utf-8") as f:
            self.probe_source = f.read()

    def size(self, width, height):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700})

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def probe(self, call):
        return self.run(f"{self.probe_source}\nreturn probe.{call};")

    def text(self, selector):
        return self.run("const n = document.querySelector(arguments[0]); return n && n.textContent;", selector)

    def texts(self, selector):
        return self.run("return [...document.querySelectorAll(arguments[0])].map((n) => n.textContent);", selector)

    def shown(self, selector):
        return self.run("const n = document.querySelector(arguments[0]); return Boolean(n) && n.checkVisibility();", selector)

    def click(self, selector):
        self.run("document.querySelector(arguments[0]).click();", selector)

    def language(self, name):
        if self.run("return texts.current();") != name:
            self.click("#language")

    def theme(self, name):
        while self.run("return document.documentElement.dataset.theme;") != name:
            self.click("#theme")

    def drawn(self):
        """The next answer of the gateway has been drawn."""
        before = self.run("return document.body.dataset.drawn;")
        return wait(lambda: self.run("return document.body.dataset.drawn;") not in (before, ""))

    def faults(self):
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self):
        out = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                out.append((message["params"]["request"]["method"], message["params"]["request"]["url"]))
        return out


# ---- the real gateway ----

def grouped(n):
    return f"{n:,}"


def share(v):
    return "–" if v is None else "100%" if v >= 1 else f"{int(v * 1000 + 1e-9) / 10:.1f}%"


def row(browser, panel, name):
    """Texts of a row, by the class of the cell or by its place."""
    return browser.run("""
        const row = [...document.querySelectorAll(`#${arguments[0]} tbody tr`)].find((r) => r.dataset.name === arguments[1]);
        return row && Object.fromEntries([...row.children].map((cell, i) => [cell.className || i,
            [...cell.querySelectorAll("b, small")].map((n) => n.textContent)]));""", panel, name)


def check_numbers(browser, address):
    now = fetch(address, "/api/now")
    browser.drawn()
    day = now["total"]["w"]["24h"]
    facts = browser.texts("[data-box=figure-accepted] dd")
    equal("accepted in 24 h", facts[1], grouped(day["accepted"]))
    equal("delivery ratio in 15 min", browser.text("#figure-ratio"), share(now["total"]["w"]["15m"]["ratio"]))
    equal("refused in 24 h", browser.texts("[data-box=figure-refused] dd")[1], grouped(day["refused"]))
    equal("opt-outs in 24 h", browser.texts(".people tr:nth-child(3) td")[2], grouped(now["optouts"]["24h"]))
    equal("queued", browser.text("#figure-queue"), grouped(now["queue"]["queued"]))
    for c in now["carriers"]:
        cells = row(browser, "carriers", c["name"])
        equal(f"carrier {c['name']}: ratio and sent in 24 h", cells["c-p24h"],
              [share(c["w"]["24h"]["ratio"]), grouped(c["w"]["24h"]["sent"])])
        equal(f"carrier {c['name']}: binds", cells["c-binds"][0], f"{c['bound']} / {c['binds']}")
        equal(f"carrier {c['name']}: window", cells["c-window"][0], f"{c['outstanding']} / {c['window']}")
    for panel, what in (("operators", "sent"), ("classes", "accepted"), ("accounts", "accepted"), ("campaigns", "accepted")):
        tell(len(now[panel]) > 0, f"the gateway knows {panel}", now[panel])
        for item in now[panel]:
            cells = row(browser, panel, item["name"])
            equal(f"{panel} {item['name']}: 24 h", cells and cells["3"], [share(item["w"]["24h"]["ratio"]), grouped(item["w"]["24h"][what])])
    for reason in now["reasons"]:
        got = browser.run("""return [...document.querySelectorAll("#reasons tbody tr")].map((r) => [r.querySelector("th").textContent,
            r.lastElementChild.textContent])""")
        tell(any(reason["name"] in name and n == grouped(reason["n"]["24h"]) for name, n in got), f"refusals by {reason['name']}", got)
    equal("marks of binds", len(browser.texts("#bind-map .groups .mark.up")), sum(b["state"] in ("transmitter", "receiver", "transceiver") for b in now["binds"]))


def check_language(browser, address):
    equal("Chinese where the browser prefers it", browser.run("return document.documentElement.lang;"), "zh-CN")
    equal("its heading", browser.text("#carriers-title"), "运营商通道")
    browser.click("#language")
    equal("English after the switch", (browser.run("return document.documentElement.lang;"), browser.text("#carriers-title")), ("en", "Carriers"))
    browser.driver.get(address + "/")
    wait(lambda: browser.shown("#carriers"))
    equal("which is remembered", browser.text("#carriers-title"), "Carriers")
    browser.driver.get(address + "/?lang=zh&theme=dark")
    wait(lambda: browser.shown("#carriers"))
    equal("an address may say another one", browser.text("#carriers-title"), "运营商通道")


def check_texts(browser):
    faults = browser.run("""
        const faults = [], holes = (s) => (s.match(/\\{\\w+\\}/g) || []).sort().join();
        for (const [key, row] of Object.entries(TEXTS)) {
            if (!Array.isArray(row) || row.length !== 2 || row.some((s) => typeof s !== "string" || s.trim() === ""))
                faults.push(key + ": not two texts");
            else if (holes(row[0]) !== holes(row[1]))
                faults.push(key + ": other values in the other language");
            else if (/[\\u4e00-\\u9fff]/.test(row[1]) && !["language", "language_hint"].includes(key))
                faults.push(key + ": Chinese in the English text");
            else if (!/[\\u4e00-\\u9fff]/.test(row[0]) && row[0] !== row[1] && !["language", "language_hint", "title_bad"].includes(key))
                faults.push(key + ": no Chinese in the Chinese text");
        }
        return faults;""")
    tell(not faults, "every text has both languages", faults)
    tell(browser.run("return Object.keys(TEXTS).length;") > 150, "and there are many")


def check_keys(browser):
    body = browser.driver.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    equal("the first stop of Tab leads to the carriers", browser.run("return document.activeElement.getAttribute('href');"), "#carriers")
    button = browser.driver.find_element(By.CSS_SELECTOR, "#carriers tbody button.name")
    name = button.text
    button.send_keys(Keys.ENTER)
    equal("Enter on a carrier shows its history", browser.run("return JSON.parse(document.querySelector('#scope').value);"), ["carrier", name])
    tell("carrier=" in browser.run("return location.hash;"), "which can be linked to", browser.run("return location.hash;"))
    browser.click("[data-range='60s']")
    plot = browser.driver.find_element(By.CSS_SELECTOR, "svg.plot")
    plot.send_keys(Keys.ARROW_LEFT)
    tell(browser.text("#trends .note") != "", "arrow keys read a chart", browser.text("#trends .note"))
    plot.send_keys(Keys.ESCAPE)
    equal("Escape ends it", browser.text("#trends .note"), "")
    unnamed = browser.run("""return [...document.querySelectorAll("button, select, svg[role=img], section")].filter((n) => n.checkVisibility() &&
        !n.textContent.trim() && !n.getAttribute("aria-label") && !n.getAttribute("aria-labelledby")).map((n) => n.outerHTML.slice(0, 80));""")
    tell(not unnamed, "what can be used has a name", unnamed)


def traffic_path(browser):
    return browser.run("return document.querySelector('[data-box=chart-traffic] path.accepted').getAttribute('d') || '';")


def check_history(browser, address, what):
    browser.run("for (const n of document.querySelectorAll('[data-range=\"1h\"]')) n.click();")
    browser.run("const s = document.querySelector('#scope'); s.value = JSON.stringify(['all', '']); s.dispatchEvent(new Event('change'));")
    tell(wait(lambda: traffic_path(browser).startswith("M")), f"{what}: the chart of traffic has a line", traffic_path(browser))
    return sum(n or 0 for n in fetch(address, "/api/history?dim=all&name=")["accepted"])


def check_security(browser, address):
    with urllib.request.urlopen(address + "/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "script-src 'sha256-", "style-src 'sha256-", "connect-src 'self'", "frame-ancestors 'none'"):
            tell(part in policy, f"the policy has {part}", policy)
        tag = answer.headers["ETag"]
        equal("no frame", answer.headers["X-Frame-Options"], "DENY")
        page = answer.read().decode()
    again = urllib.request.Request(address + "/", headers={"If-None-Match": tag})
    try:
        urllib.request.urlopen(again)
        tell(False, "a page that is known is not sent again", "200")
    except urllib.error.HTTPError as error:
        equal("a page that is known is not sent again", error.code, 304)
    tell("//" not in page.replace("http://www.w3.org/2000/svg", "").replace("http://127", "") or
         not [w for w in ("https://", "http://", 'src="//') if w in page.replace("http://www.w3.org/2000/svg", "")],
         "the page names no other host")
    browser.run("""window.refused = []; addEventListener("securitypolicyviolation", (e) => refused.push(e.effectiveDirective));
        const s = document.createElement("script"); s.textContent = "window.evil = 1"; document.body.append(s);
        const i = new Image(); i.src = "http://127.0.0.1:9/x.png"; document.body.append(i); i.remove(); s.remove();""")
    tell(wait(lambda: len(browser.run("return refused;")) >= 2), "foreign scripts and pictures are refused", browser.run("return refused;"))
    equal("and do not run", browser.run("return window.evil || 0;"), 0)


def ordered(order, orders, n):
    print(f"do {order}", flush=True)
    return wait(lambda: os.path.exists(orders) and int(open(orders).read() or 0) >= n, 40)


def check_restart(browser, address, orders, before):
    ordered("stop", orders, 1)
    tell(wait(lambda: browser.shown("#away"), 12), "without a gateway the page says so")
    tell("秒" in browser.text("#away"), "and how old its data is", browser.text("#away"))
    tell("无应答" in browser.text("#pulse"), "in the head, too", browser.text("#pulse"))
    ordered("start", orders, 2)
    tell(wait(lambda: not browser.shown("#away"), 20), "it is live again by itself", browser.text("#away"))
    expected = [f for f in browser.faults() if "net::ERR_" not in f and "Failed to fetch" not in f and "503" not in f]
    tell(not expected, "no other error meanwhile", expected)
    tell(wait(lambda: check_sum(address) >= before, 10), "history after a restart", f"{check_sum(address)}, before {before}")
    browser.driver.get(address + "/?lang=zh")
    wait(lambda: browser.shown("#carriers"))
    check_history(browser, address, "after a restart")


def check_sum(address):
    return sum(n or 0 for n in fetch(address, "/api/history?dim=all&name=")["accepted"])


def live(browser, address, orders):
    browser.size(1920, 1080)
    browser.driver.get(address + "/")
    tell(wait(lambda: browser.shown("#carriers tbody tr")), "the page shows carriers", browser.driver.page_source[:300])
    check_language(browser, address)
    check_numbers(browser, address)
    check_texts(browser)
    check_keys(browser)
    before = check_history(browser, address, "running")
    tell(before > 0, "the gateway remembers what it accepted", before)
    faults = browser.faults()
    tell(not faults, "nothing on the console: no error, nothing refused by the policy", faults)
    seen = browser.requests()
    equal("no request to another host", [u for _, u in seen if not u.startswith((address, "data:"))], [])
    equal("it only reads", sorted({m for m, _ in seen} - {"GET", "HEAD"}), [])
    check_restart(browser, address, orders, before)
    check_security(browser, address)
    equal("no text was missing", browser.run("return [...texts.missing];"), [])


# ---- the gateway that is made up ----

def look(browser, mock, scene):
    """The page shows the scene."""
    carriers = {"empty": 0, "busy": 4, "alarms": 40}
    mock.scene = scene
    if scene == "away":
        return wait(lambda: browser.shown("#away"), 12)
    shown = wait(lambda: browser.run("return source.now() ? source.now().carriers.length : -1;") == carriers[scene] and
                 not browser.shown("#away"), 12)
    browser.run("const path = document.querySelector('[data-box=chart-traffic] path.accepted'); path.removeAttribute('d'); trends.setScope('all', '');")
    drawn = wait(lambda: bool(traffic_path(browser)) == (scene != "empty"))
    return shown and drawn


def combine(width, height, language):
    return f"{width}x{height} {language}"


def near(got, wanted, width):
    """Fonts differ from machine to machine: what is compared is the structure."""
    sides = (max(8, width * 0.015), max(24, 0.05 * wanted[1]), max(8, width * 0.015), max(14, 0.12 * wanted[3]))
    return all(abs(g - w) <= slack for g, w, slack in zip(got, wanted, sides))


def compare(scene, where, width, got, layouts):
    wanted = layouts.get(f"{scene} {where}")
    if wanted is None:
        return tell(False, f"{scene} {where}: layout as it was", "none is recorded; dashboard_test.py --record")
    faults = [f"{name}: {got.get(name)} was {box}" for name, box in wanted.items() if name not in got or not near(got[name], box, width)]
    faults += [f"{name} is new" for name in got if name not in wanted]
    return tell(not faults, f"{scene} {where}: layout as it was", "; ".join(faults[:6]))


def check_faults(browser, what):
    browser.run("scrollTo(0, 0); return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))));")
    faults = browser.probe("layout()")
    tell(not faults, f"{what}: nothing overlaps, spills or is cut off", "; ".join(faults))


def layout(browser, mock, layouts, record=False):
    browser.driver.get(mock.address + "/?lang=zh&theme=dark")
    for scene in ("busy", "alarms", "empty", "away"):
        tell(look(browser, mock, scene), f"{scene}: the page shows it")
        for (width, height), language in itertools.product(SIZES, LANGUAGES):
            if scene == "away" and width not in (1920, 390):
                continue
            where = combine(width, height, language)
            browser.size(width, height)
            browser.language(language)
            check_faults(browser, f"{scene} {where}")
            if scene in RECORDED and record:
                layouts[f"{scene} {where}"] = browser.probe("boxes()")
            elif scene in RECORDED:
                compare(scene, where, width, browser.probe("boxes()"), layouts)
        if scene == "alarms":
            tell(browser.run("return [...document.querySelectorAll('ol.flaps .owner')].filter((n) => / bank$/.test(n.textContent)).length;") == 1,
                 "alarms: an app's bind that was lost stands in the list")
            for width, height in BETWEEN:
                browser.size(width, height)
                check_faults(browser, f"{scene} {combine(width, height, language)}")
        for theme in ("light", "dark"):
            browser.theme(theme)
            faults = browser.probe("contrast('.top, .away')" if scene == "away" else "contrast('body')")
            tell(not faults, f"{scene} {theme}: contrast at least 4.5:1, of signs 3:1", "; ".join(faults))
    equal("no text was missing in any scene", browser.run("return [...texts.missing];"), [])


# What people with protanopia and deuteranopia see, of linear RGB (Machado, Oliveira, Fernandes 2009).
BLIND = {"protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
         "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))}


def linear(c):
    c /= 255
    return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4


def luminance(colour, matrix):
    rgb = [linear(c) for c in colour]
    seen = [min(1, max(0, sum(m * c for m, c in zip(line, rgb)))) for line in matrix]
    return 0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2]


def apart(a, b, matrix):
    x, y = luminance(a, matrix), luminance(b, matrix)
    return (max(x, y) + 0.05) / (min(x, y) + 0.05)


def colours(browser):
    for theme, (name, matrix) in itertools.product(("dark", "light"), BLIND.items()):
        browser.theme(theme)
        states = browser.probe("states()")
        same = [f"{a['level']} and {b['level']}" for a, b in itertools.combinations(states, 2) if a["shape"] == b["shape"]]
        tell(not same, f"{theme}: each state has a shape of its own", same)
        bad, warn = (next(s for s in states if s["level"] == level) for level in ("bad", "warn"))
        tell(apart(bad["colour"], warn["colour"], matrix) >= 1.25 or theme == "light", f"{theme}, {name}: critical and warning differ in brightness",
             apart(bad["colour"], warn["colour"], matrix))
        faults = [f"{a} {b}" for chart in browser.probe("lines()") for a, b in itertools.combinations(chart, 2)
                  if a["dashes"] == b["dashes"] and apart(a["colour"], b["colour"], matrix) < 1.2]
        tell(not faults, f"{theme}, {name}: lines of a chart differ in dashes or brightness", faults)


def pace(browser, mock):
    """What it does by and by: asks seldom while nobody looks, loads a new page; no motion for who does not want any."""
    look(browser, mock, "busy")
    browser.run("""Object.defineProperty(document, "hidden", { value: true, configurable: true });""")
    time.sleep(1.2)
    before = mock.asked
    time.sleep(2.5)
    tell(mock.asked - before <= 1, "a hidden tab asks seldom", mock.asked - before)
    browser.run("""delete document.hidden; document.dispatchEvent(new Event("visibilitychange"));""")
    tell(wait(lambda: mock.asked - before >= 3, 5), "and at once when it is seen again", mock.asked - before)
    browser.run("window.old = true;")
    mock.uptime, mock.etag = 3, '"another"'
    tell(wait(lambda: not browser.run("return Boolean(window.old);") and browser.shown("#carriers")), "after an upgrade it loads the new page")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]})
    moving = browser.run("return [...document.querySelectorAll('body *')].filter((n) => getComputedStyle(n).transitionDuration !== '0s').length;")
    equal("no motion for those who want none", moving, 0)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "light"}]})
    browser.run("document.querySelector('#theme').click(); while (document.querySelector('#theme').textContent !== texts.t('theme_auto')) document.querySelector('#theme').click();")
    equal("light where the system is light", browser.run("return document.documentElement.dataset.theme;"), "light")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    equal("dark where it is dark", wait(lambda: browser.run("return document.documentElement.dataset.theme;") == "dark") and "dark", "dark")


def main():
    record = sys.argv[1:2] == ["--record"]
    address = sys.argv[2] if record else sys.argv[1]
    stored = sys.argv[-1]
    layouts = {}
    if not record:
        with open(stored, encoding="utf-8") as f:
            layouts = json.load(f)
    with urllib.request.urlopen(address + "/") as answer:
        page, policy = answer.read(), answer.headers["Content-Security-Policy"]
    browser = Browser()
    mock = dashboard_mock.Mock(page=lambda: page, policy=policy)
    try:
        if not record:
            live(browser, address, sys.argv[2])
        layout(browser, mock, layouts, record)
        if record:
            with open(stored, "w", encoding="utf-8") as f:
                rows = (json.dumps(name) + ": " + json.dumps(boxes) for name, boxes in layouts.items())
                f.write("{\n" + ",\n".join(rows) + "\n}\n")
        else:
            colours(browser)
            pace(browser, mock)
    finally:
        browser.driver.quit()
        mock.stop()


if __name__ == "__main__":
    main()
