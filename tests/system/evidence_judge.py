#!/usr/bin/env python3
"""evidence_judge.py - judges an archive or a proof by doc/evidence.md alone, with hashlib and `openssl pkeyutl`.

usage: evidence_judge.py --key PUB [--key PUB]... ARCHIVE|PROOF

Shares nothing with smppevidence. Prints `whole RECORDS TAIL`, or `broken WHERE: WHY`; exits 0 or 1.
"""
import argparse
import base64
import csv
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile


csv.field_size_limit(1 << 20)  # a text of 64 KB, escaped


class Broken(Exception):
    pass


def need(holds, where, why):
    if not holds:
        raise Broken(f"{where}: {why}")


def digest(name, *pieces):
    h = hashlib.new(name)
    for piece in pieces:
        h.update(piece)
    return h.digest()


def openssl(*args, data=b""):
    return subprocess.run(["openssl", *args], input=data, capture_output=True, check=False)


class Key:
    """A public key file: its kind, its fingerprint, and what it says to a signature."""

    def __init__(self, path):
        self.path = path
        der = openssl("pkey", "-pubin", "-in", path, "-outform", "DER").stdout
        self.sm2 = b"\x2a\x81\x1c\xcf\x55\x01\x82\x2d" in der  # 1.2.156.10197.1.301
        self.fingerprint = digest("sm3" if self.sm2 else "sha256", der).hex()

    def signed(self, data, signature):
        with tempfile.TemporaryDirectory() as tmp:
            for name, octets in (("data", data), ("signature", signature)):
                with open(f"{tmp}/{name}", "wb") as f:
                    f.write(octets)
            more = ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"] if self.sm2 else []
            return openssl("pkeyutl", "-verify", "-pubin", "-inkey", self.path, "-rawin", "-in", f"{tmp}/data",
                           "-sigfile", f"{tmp}/signature", *more).returncode == 0


def check_signature(line, statement, keys, where):
    signed = line[:line.index(b',"signature":"')] if b',"signature":"' in line else b""
    need(signed, where, "not signed")
    key = next((k for k in keys if k.fingerprint == statement["key"]), None)
    need(key, where, f"key {statement['key']} is not known")
    need(key.signed(signed, base64.b64decode(statement["signature"], validate=True)), where, "signature wrong")


# ---- records ----

def core_of(line, is_csv):
    """(core, chain, personal) of a line without its line break."""
    if not is_csv:
        match = re.fullmatch(rb'(\{"n":[1-9][0-9]*,.*?),"chain":"([0-9a-f]{64})"(?:,"personal":(.*))?\}', line, re.S)
        return match.groups() if match else None
    match = re.fullmatch(rb'([1-9][0-9]*,.*),([0-9a-f]{64}),([^,]*,(?:"(?:[^"]|"")*"|[^,"]*),'
                         rb'(?:"(?:[^"]|"")*"|[^,"]*),[^,]*)', line, re.S)
    return match.groups() if match else None


def fields(core, is_csv, columns):
    if not is_csv:
        return json.loads(core + b"}")
    values = next(csv.reader([core.decode()]))
    return {k: v for k, v in zip(columns, values) if v != ""}


def unescape(text):
    """What our CSV has behind backslashes, so that a record is one line."""
    return re.sub(r"\\(u00[0-9a-f]{2}|.)", lambda m: chr(int(m[1][3:], 16)) if m[1][0] == "u" and len(m[1]) == 5
                  else {"n": "\n", "r": "\r", "t": "\t"}.get(m[1], m[1]), text)


def personal_of(octets, is_csv):
    if not octets:
        return {}
    if not is_csv:
        return json.loads(octets) or {}
    raw = octets.decode()
    values = next(csv.reader([raw]))
    names = ("salt", "number", "text", "box")
    return {k: unescape(v) for k, v in zip(names, values) if v.strip(" ") != ""}


def check_personal(personal, core, name, where):
    if "box" in personal or "salt" not in personal:
        return
    salt = bytes.fromhex(personal["salt"])
    for value in ("number", "text"):
        if value in personal:
            wanted = digest(name, salt, value.encode() + b"\0", personal[value].encode())[:16].hex()
            need(core.get(value + "_hash") == wanted, where, f"{value} is another one")


# ---- RFC 6962, 2.1, as it stands there ----

def root_of(name, leaves):
    if len(leaves) == 0:
        return digest(name)
    if len(leaves) == 1:
        return digest(name, b"\0", leaves[0])
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return digest(name, b"\1", root_of(name, leaves[:k]), root_of(name, leaves[k:]))


def climb(name, leaf, index, count, path):
    """RFC 9162, 2.1.3.2."""
    fn, sn, r = index, count - 1, digest(name, b"\0", leaf)
    for p in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            r = digest(name, b"\1", p, r)
            if not fn & 1:
                while fn & 1 == 0 and fn:
                    fn >>= 1
                    sn >>= 1
        else:
            r = digest(name, b"\1", r, p)
        fn >>= 1
        sn >>= 1
    return r if sn == 0 else None


# ---- an archive ----

def lines_of(path):
    if not os.path.exists(path):
        return []
    with open(path, "rb") as f:
        octets = f.read()
    need(not octets or octets.endswith(b"\n"), path, "torn")
    return octets.split(b"\n")[:-1]


class Node:
    def __init__(self):
        self.next = self.head = self.last_line = None
        self.records = self.stated = 0


def judge_hour(node, stem, keys):
    is_csv = os.path.exists(stem + ".csv")
    path = stem + (".csv" if is_csv else ".jsonl")
    lines, seals = lines_of(path), lines_of(stem + ".seal")
    statements = [json.loads(s) for s in seals]
    columns = lines.pop(0).decode().split(",") if is_csv and lines else []
    if node.next is None:
        node.next = statements[0]["first"] if statements else 1
        node.head = bytes.fromhex(statements[0]["before"]) if statements else bytes(32)
    first, before, leaves = node.next, node.head, []
    name = statements[0]["digest"] if statements else "sha256"
    for i, line in enumerate(lines):
        where = f"{path}:{i + 1 + is_csv}"
        cut = core_of(line, is_csv)
        need(cut, where, "no record")
        core, chain, personal = cut
        core_fields = fields(core, is_csv, columns)
        need(int(core_fields["n"]) == node.next, where, f"record {core_fields['n']}, not {node.next}")
        node.head = digest(name, node.head, core)
        need(node.head.hex() == chain.decode(), where, "chain")
        check_personal(personal_of(personal, is_csv), core_fields, name, where)
        leaves.append(node.head)
        node.next += 1
        node.records += 1
    for i, (line, s) in enumerate(zip(seals, statements)):
        where = f"{stem}.seal:{i + 1}"
        check_signature(line, s, keys, where)
        if node.last_line is not None:
            need(s["previous"] == digest(json.loads(node.last_line)["digest"], node.last_line).hex(), where, "previous")
        need(s["first"] == first and s["before"] == before.hex(), where, "begin")
        need(s["count"] <= len(leaves), where, "records missing")
        need(s["hour"] == os.path.basename(stem), where, "hour")
        if s["count"]:
            need(s["chain"] == leaves[s["count"] - 1].hex(), where, "chain")
        need(s["root"] == root_of(s["digest"], leaves[:s["count"]]).hex(), where, "root")
        node.last_line, node.stated = line, first + s["count"] - 1


def judge_archive(directory, keys):
    stems = set()
    for day in sorted(os.listdir(directory)):
        if re.fullmatch(r"\d{4}-\d\d-\d\d", day):
            for name in os.listdir(f"{directory}/{day}"):
                stem, dot, suffix = name.rpartition(".")
                if suffix in ("jsonl", "csv", "seal"):
                    stems.add(f"{directory}/{day}/{stem}")
    nodes = {}
    for stem in sorted(stems, key=os.path.basename):
        judge_hour(nodes.setdefault(os.path.basename(stem).split("-")[0], Node()), stem, keys)
    need(nodes, directory, "no archive")
    return sum(n.records for n in nodes.values()), sum(n.next - 1 - n.stated for n in nodes.values())


# ---- a proof ----

def judge_proof(path, keys):
    with open(path, "rb") as f:
        proof = json.loads(f.read())
    lines = [s.encode() for s in proof["statements"]]
    statements = [json.loads(s) for s in lines]
    for i, (line, s) in enumerate(zip(lines, statements)):
        check_signature(line, s, keys, f"{path}: statement {i}")
    for i, r in enumerate(proof["records"]):
        where, s, core = f"{path}: record {i}", statements[r["statement"]], r["core"].encode()
        is_csv = not core.startswith(b"{")
        number = int(core.split(b",")[0]) if is_csv else json.loads(core + b"}")["n"]
        chain = digest(s["digest"], bytes.fromhex(r["before"]), core)
        path_up = [bytes.fromhex(p) for p in r["path"]]
        root = climb(s["digest"], chain, number - s["first"], s["count"], path_up)
        need(root and root.hex() == s["root"], where, "root")
        if "salt" in r and not is_csv:
            check_personal({k: r[k] for k in ("salt", "number", "text") if k in r}, json.loads(core + b"}"),
                           s["digest"], where)
    return len(proof["records"]), 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-k", "--key", action="append", required=True)
    parser.add_argument("what")
    args = parser.parse_args()
    keys = [Key(path) for path in args.key]
    try:
        judge = judge_archive if os.path.isdir(args.what) else judge_proof
        records, tail = judge(args.what, keys)
    except (Broken, ValueError, KeyError, IndexError) as e:
        print(f"broken {e}")
        sys.exit(1)
    print(f"whole {records} {tail}")


if __name__ == "__main__":
    main()
