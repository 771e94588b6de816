#!/usr/bin/env python3
"""evidence_attack.py - writes an archive by doc/evidence.md alone, and does to one what somebody might do.

usage: evidence_attack.py make DIRECTORY KEY.pem         five hours of three days, ten records each; KEY.pem: Ed25519
       evidence_attack.py NAME DIRECTORY KEY.pem         one attack; KEY.pem: the attacker's own key
       evidence_attack.py all DIRECTORY KEY.pem PROGRAM PUB EXPECT
                                                         each attack on a copy; what smppevidence (PROGRAM) says of it,
                                                         and the judge: a line "ok WHAT" or "FAILED WHAT" for each
"""
import base64
import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

from evidence_judge import Broken, Key, core_of, digest, judge_archive, openssl, root_of

HOURS = [("2026-11-21", "1-20261121T23+0800"), ("2026-11-22", "1-20261122T00+0800"),
         ("2026-11-22", "1-20261122T23+0800"), ("2026-11-23", "1-20261123T00+0800"),
         ("2026-11-23", "1-20261123T01+0800")]
EACH = 10


def stem(directory, hour):
    return f"{directory}/{HOURS[hour][0]}/{HOURS[hour][1]}"


def sign(line, key):
    """A statement's line with key and signature."""
    der = openssl("pkey", "-in", key, "-pubout", "-outform", "DER").stdout
    line += b',"key":"' + hashlib.sha256(der).hexdigest().encode() + b'"'
    with tempfile.NamedTemporaryFile() as f:
        f.write(line)
        f.flush()
        made = openssl("pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", f.name).stdout
    return line + b',"signature":"' + base64.b64encode(made) + b'"}'


def state(kind, hour, first, before, leaves, previous):
    text = json.dumps({"statement": kind, "node": 1, "hour": HOURS[hour][1], "first": first, "count": len(leaves),
                       "before": before.hex(), "chain": leaves[-1].hex(), "root": root_of("sha256", leaves).hex(),
                       "previous": previous.hex(), "at": "2026-11-23T02:00:00.000+08:00", "digest": "sha256"},
                      separators=(",", ":"))
    return text[:-1].encode()


def record(n, head):
    salt = hashlib.sha256(b"salt %d" % n).digest()[:16]
    values = {"number": f"86138{n:08d}", "text": f"您的验证码是{n:06d},请勿告诉他人"}
    hashes = {k: digest("sha256", salt, k.encode() + b"\0", v.encode())[:16].hex() for k, v in values.items()}
    core = json.dumps({"n": n, "at": f"2026-11-22T00:00:{n:02d}.000+08:00", "kind": "accepted",
                       "id": f"{100000000000000000 + n}", "account": "银行", "number": f"138****{n:04d}",
                       "number_hash": hashes["number"], "text_hash": hashes["text"]},
                      separators=(",", ":"), ensure_ascii=False)[:-1].encode()
    head = digest("sha256", head, core)
    personal = json.dumps({"salt": salt.hex(), **values}, separators=(",", ":"), ensure_ascii=False).encode()
    return core + b',"chain":"' + head.hex().encode() + b'","personal":' + personal + b"}", head


def make(directory, key):
    head = previous = bytes(32)
    for hour, (day, _) in enumerate(HOURS):
        os.makedirs(f"{directory}/{day}", exist_ok=True)
        before, leaves, lines, seals = head, [], [], []
        first = 1 + hour * EACH
        for n in range(first, first + EACH):
            line, head = record(n, head)
            lines.append(line)
            leaves.append(head)
            if n in (first + 4, first + EACH - 1):
                kind = "hour" if n > first + 4 else "checkpoint"
                seals.append(sign(state(kind, hour, first, before, leaves, previous), key))
                previous = digest("sha256", seals[-1])
        write(stem(directory, hour) + ".jsonl", lines)
        write(stem(directory, hour) + ".seal", seals)


def write(path, lines):
    with open(path, "wb") as f:
        f.write(b"".join(line + b"\n" for line in lines))


def read(path):
    with open(path, "rb") as f:
        return f.read().split(b"\n")[:-1]


class Archive:
    """One that is attacked: lines and statements of hour h."""

    def __init__(self, directory, key):
        self.directory, self.key = directory, key

    def path(self, hour, suffix=".jsonl"):
        return stem(self.directory, hour) + suffix

    def edit(self, hour, change, suffix=".jsonl"):
        lines = read(self.path(hour, suffix))
        change(lines)
        write(self.path(hour, suffix), lines)

    def replace(self, hour, at, old, new):
        def change(lines):
            if old not in lines[at]:
                raise ValueError(f"{old} is not in line {at}")
            lines[at] = lines[at].replace(old, new, 1)
        self.edit(hour, change)

    def remove(self, hour):
        for name in glob.glob(glob.escape(stem(self.directory, hour)) + ".*"):
            os.remove(name)

    def rechain(self, to=len(HOURS)):
        """Every chain value anew, as the records stand now; gives each hour's leaves."""
        head, out = bytes(32), []
        for hour in range(to):
            lines, leaves = read(self.path(hour)), []
            for i, line in enumerate(lines):
                core, chain, _ = core_of(line, False)
                head = digest("sha256", head, core)
                lines[i] = line.replace(b'"chain":"' + chain, b'"chain":"' + head.hex().encode(), 1)
                leaves.append(head)
            write(self.path(hour), lines)
            out.append(leaves)
        return out

    def restate(self, key=None, strip=False):
        """The tree and every statement anew; the old signatures stay, or a key of the attacker's own signs."""
        previous = before = bytes(32)
        for hour, leaves in enumerate(self.rechain()):
            seals = read(self.path(hour, ".seal"))
            for i, line in enumerate(seals):
                s = json.loads(line)
                text = state(s["statement"], hour, s["first"], before, leaves[:s["count"]], previous)
                rest = line[line.index(b',"key"'):]
                seals[i] = text + b"}" if strip else sign(text, key) if key else text + rest
                previous = digest("sha256", seals[i])
            write(self.path(hour, ".seal"), seals)
            before = leaves[-1]


def pop(*at):
    def change(lines):
        for i in sorted(at, reverse=True):
            del lines[i]
    return change


def forge(lines):
    lines.insert(4, record(25, bytes(32))[0].replace("银行".encode(), "很行".encode()))


def swap(lines):
    lines[3], lines[4] = lines[4], lines[3]


def moved(a):
    line = read(a.path(1))[2]
    a.edit(1, pop(2))
    a.edit(3, lambda lines: lines.insert(5, line))


def cut_line(a):
    with open(a.path(4), "r+b") as f:
        f.truncate(os.path.getsize(a.path(4)) - 100)


def both(*steps):
    def run(a):
        for step in steps:
            step(a)
    return run


def digit(a):
    a.replace(1, 2, b"00:13.000", b"00:12.000")


# name: attack, fault that must be named first, its record (0: whichever)
ATTACKS = {
    "digit": (digit, "changed", 13),
    "character": (lambda a: a.replace(2, 4, "银行".encode(), "很行".encode()), "changed", 25),
    "chain": (both(digit, lambda a: a.rechain()), "rewritten", 11),
    "tree": (both(digit, lambda a: a.restate()), "signature wrong", 0),
    "own_key": (both(digit, lambda a: a.restate(key=a.key)), "unknown key", 0),
    "strip": (both(digit, lambda a: a.restate(strip=True)), "not signed", 0),
    "line": (lambda a: a.edit(2, pop(3)), "missing", 24),
    "first_line": (lambda a: a.edit(0, pop(0)), "missing", 1),
    "hour": (lambda a: a.remove(2), "missing", 21),
    "day": (lambda a: [a.remove(1), a.remove(2)], "missing", 11),
    "records": (lambda a: os.remove(a.path(2)), "missing", 21),
    "repeat": (lambda a: a.edit(2, lambda lines: lines.insert(4, lines[3])), "inserted", 24),
    "forge": (lambda a: a.edit(2, forge), "inserted", 25),
    "swap": (lambda a: a.edit(2, swap), "out of order", 24),
    "moved": (moved, "missing", 13),
    "cut_line": (cut_line, "truncated", 50),
    "cut_lines": (lambda a: a.edit(4, pop(7, 8, 9)), "truncated", 48),
    "cut_hour": (both(lambda a: a.edit(2, pop(7, 8, 9)), lambda a: a.edit(2, pop(1), ".seal")), "missing", 28),
    "seal": (lambda a: a.edit(2, pop(0), ".seal"), "statement", 0),
    "seals": (lambda a: os.remove(a.path(2, ".seal")), "statement", 0),
    "number": (lambda a: a.replace(2, 4, b'"8613800000025"', b'"8613800000026"'), "personal data", 25),
    "text": (lambda a: a.replace(2, 4, "验证码".encode(), "取件码".encode()), "personal data", 25),
    "cut_all": (both(lambda a: a.edit(4, pop(5, 6, 7, 8, 9)), lambda a: a.edit(4, pop(1), ".seal")), "anchor", 50),
    "last_hour": (lambda a: a.remove(4), "truncated", 50),
}


# What an archive cannot know of itself: only an anchor from elsewhere tells.
OUTSIDE = ("cut_all", "last_hour")


def verdict(ok, what, detail=""):
    print(("ok " if ok else "FAILED ") + what + ("" if ok else ": " + detail))


def attack_all(good, own_key, program, pub, expect):
    judge_key = Key(pub)
    for name, (attack, fault, record) in ATTACKS.items():
        bad = good + ".attacked"
        shutil.rmtree(bad, ignore_errors=True)
        shutil.copytree(good, bad)
        attack(Archive(bad, own_key))
        with_anchor = ["--expect", expect] if name in OUTSIDE else []
        run = subprocess.run([program, "verify", "--json", "-k", pub, *with_anchor, bad], capture_output=True, check=False)
        said = json.loads(run.stdout)
        first = said["broken"][0] if said["broken"] else {}
        right = run.returncode == 1 and first.get("fault") == fault and record in (0, first.get("record"))
        verdict(right, f"attack {name}: {fault}" + (f", record {record}" if record else ""), run.stdout.decode())
        try:
            judge_archive(bad, [judge_key])
            judged = True
        except (Broken, ValueError, KeyError, IndexError):
            judged = False
        verdict(judged == (name in OUTSIDE), f"attack {name}: the judge says so, too", f"whole: {judged}")
        if name in OUTSIDE:
            run = subprocess.run([program, "verify", "-q", "-k", pub, bad], capture_output=True, check=False)
            verdict(run.returncode == 0, f"attack {name}: nothing inside tells it", run.stdout.decode())


def main():
    if sys.argv[1] == "make":
        make(sys.argv[2], sys.argv[3])
    elif sys.argv[1] == "all":
        attack_all(*sys.argv[2:])
    else:
        ATTACKS[sys.argv[1]][0](Archive(sys.argv[2], sys.argv[3]))


main()
