#!/bin/sh
# test_records.sh - records as others read them: Python's json and csv read what test_cdr prints and must find the very
# values; doc/records.md names the fields and kinds that the code has, and no others.
set -eu

src=${SMPPGW_SRC:-$(cd "$(dirname "$0")/../../.." && pwd)}
program=${SMPPGW_BUILD:-$src}/tests/unit/audit/test_cdr
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

verdict() { # NAME STATUS
	if [ "$2" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "$1: FAILED"
	fi
}

"$program" names >"$work/names"
for format in json csv; do
	"$program" $format >"$work/$format"
done

status=0
python3 - "$work" <<'END' || status=$?
import csv, json, sys

work = sys.argv[1]
nasty = "您的\"验证码\"是\\1234\n请勿,泄露\t😀\x01\x7f;='结束"
want = {"n": 1, "at": "2026-11-22T11:40:01.123+08:00", "kind": "attempt", "account": "银行", "class": "验证码",
        "number": "138****8000", "campaign": "双十一, \"早鸟\"", "carrier_id": " 00A1", "why": nasty, "who": "张三",
        "wait_ms": 0, "answer_ms": 17, "price": 45, "done": "2026-11-22T11:40:02.123+08:00"}
names = [line.split()[1] for line in open(work + "/names", encoding="utf-8") if line.startswith("field ")]

def plain(text):  # what stands behind a backslash in CSV
    out, rest = "", iter(text)
    for c in rest:
        if c != "\\":
            out += c
            continue
        c = next(rest)
        out += chr(int("".join(next(rest) for _ in range(4)), 16)) if c == "u" else {"n": "\n", "r": "\r", "t": "\t"}.get(c, c)
    return out

lines = open(work + "/json", "rb").read().decode().splitlines()
assert len(lines) == 2, lines
first, second = map(json.loads, lines)
for name, value in want.items():
    assert first[name] == value, (name, first[name], value)
assert list(first)[:-2] == names, (list(first), names)
assert first["personal"]["text"] == "退订\n"
assert "id" not in second and second["kind"] == "stop" and second["n"] == 2

raw = open(work + "/csv", "rb").read().decode()
assert raw.count("\n") == 3, "a record is one line"
rows = list(csv.DictReader(raw.splitlines()))
assert len(rows) == 2 and list(rows[0]) == names + ["chain", "salt", "number_whole", "text", "box"], list(rows[0])
for name, value in want.items():
    assert plain(rows[0][name]) == str(value), (name, rows[0][name], value)
assert plain(rows[0]["text"]) == "退订\n" and None not in rows[0] and None not in rows[1]
assert rows[1]["id"] == "" and rows[1]["kind"] == "stop"
END
verdict "Python reads records as they were written" $status

# The tables of the page: a name in backquotes in the first column.
awk '
	/^### Fields of the core/ { what = "field" }
	/^### Kinds/ { what = "kind" }
	/^### Totals/ { what = "" }
	what && /^\| `/ { split($0, cell, "`"); print what, cell[2] }
' "$src/doc/records.md" >"$work/page"
status=0
diff "$work/names" "$work/page" >"$work/diff" || status=$?
[ $status -eq 0 ] || sed 's/^/doc\/records.md: /' "$work/diff"
verdict "doc/records.md names each field and kind, in their order" $status

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
