#!/usr/bin/python3
# test_model.py - the fuzzer's own judge: what it must let pass and what it must not, above all when requests share a
# sequence number. tests/system/fuzz_session.sh runs it; ends with "N passed, N failed, N skipped".
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "torture.d")]

import model  # noqa: E402
import shapes  # noqa: E402
import smpp  # noqa: E402

DATA, SUBMIT = shapes.DATA_SM, smpp.SUBMIT_SM
TEXT = "【甲银行】您的验证码是135790。".encode("utf-16-be")
LENGTH = b"\0\0\0\4" + bytes(12)
# What passes between app and gateway behind a bind: ">" command sequence: a right request; "~": a changed one; "<"
# command status sequence: an answer; then what is wrong, "" for nothing, "missing": an answer that is still owed.
CASES = (
    ("一问一答", [(">", SUBMIT, 5), ("<", SUBMIT, 0, 5)], ""),
    ("无人所问之答", [(">", SUBMIT, 5), ("<", SUBMIT, 0, 6)], "answers nothing"),
    ("一问两答", [(">", SUBMIT, 5), ("<", SUBMIT, 0, 5), ("<", SUBMIT, 0, 5)], "answers nothing"),
    ("有问未答", [(">", SUBMIT, 5), (">", SUBMIT, 6), ("<", SUBMIT, 0, 6)], "missing"),
    ("状态不合", [(">", SUBMIT, 5), ("<", SUBMIT, 4, 5)], "status 0x4"),
    ("同号两问", [(">", SUBMIT, 5), (">", SUBMIT, 5), ("<", SUBMIT, 0, 5), ("<", SUBMIT, 8, 5)], ""),
    ("同号两问一答", [(">", SUBMIT, 5), (">", SUBMIT, 5), ("<", SUBMIT, 0, 5)], "missing"),
    (
        "解绑之后同号，后问先答",
        [(">", DATA, 5), (">", smpp.UNBIND, 6), (">", DATA, 5), ("<", DATA, 4, 5), ("<", DATA, 0, 5)],
        "",
    ),
    (
        "解绑之后同号，先问先答",
        [(">", DATA, 5), (">", smpp.UNBIND, 6), (">", DATA, 5), ("<", DATA, 0, 5), ("<", DATA, 4, 5)],
        "",
    ),
    (
        "解绑之后同号，后问被受理",
        [(">", DATA, 5), (">", smpp.UNBIND, 6), (">", DATA, 5), ("<", DATA, 0, 5), ("<", DATA, 0, 5)],
        "status 0x0",
    ),
    ("未问先答", [(">", SUBMIT, 5), ("<", SUBMIT, 0, 5), (">", SUBMIT, 5)], "missing"),
    ("改过的可不答", [("~", SUBMIT, 5)], ""),
    ("改过的与好的同号，一答", [("~", SUBMIT, 5), (">", SUBMIT, 5), ("<", SUBMIT, 0, 5)], ""),
    ("长度不对，任何序号", [("raw", LENGTH), ("<", smpp.GENERIC_NACK, 2, 99)], ""),
    ("长度不对，状态不合", [("raw", LENGTH), ("<", smpp.GENERIC_NACK, 3, 99)], "answers nothing"),
)


def request(command, sequence):
    if command == SUBMIT:
        return smpp.sm_encode(command, sequence, (0, 1, b"10690002"), (1, 1, b"8613800138000"), TEXT, 8)
    return smpp.pdu(command, 0, sequence, b"x" if command == DATA else b"")


def judged(steps):
    m = model.Model("smsc", {b"fuzz1": b"secret"})
    bind = smpp.bind_encode(smpp.BIND_TRANSCEIVER, 1, b"fuzz1", b"secret")
    m.right(bind, None)
    m.sent(bind)
    try:
        m.answered(smpp.BIND_TRANSCEIVER | smpp.RESP, 0, 1)
        for kind, *what in steps:
            if kind == "raw":
                m.sent(what[0])
            elif kind == "<":
                m.answered(what[0] | smpp.RESP, what[1], what[2])
            else:
                frame = request(*what)
                if kind == ">":
                    m.right(frame, None)
                m.sent(frame)
    except model.Wrong as e:
        return str(e)
    return "missing" if m.missing() else ""


def bound_as(name, behind):
    """Whose session it is when an app binds with this name and PDUs stand behind its bind."""
    m = model.Model("smsc", {b"fuzz1": b"secret", b"fuzz4": b"secret"})
    m.sent(smpp.bind_encode(smpp.BIND_TRANSCEIVER, 1, name, b"secret") + behind)
    m.answered(smpp.BIND_TRANSCEIVER | smpp.RESP, 0, 1)
    return m.name


def main():
    failed = 0
    other = smpp.bind_encode(smpp.BIND_TRANSCEIVER, 3, b"121753730381101000", b"")
    if bound_as(b"fuzz4", smpp.pdu(smpp.UNBIND, 0, 2, b"x") + other) != b"fuzz4":
        failed += 1
        print("not ok  绑定之后的另一个绑定不改变身份")
    for name, steps, want in CASES:
        got = judged(steps)
        if (want == "" and got) or want not in got:
            failed += 1
            print("not ok  %s: %r instead of %r" % (name, got, want))
    print("%d passed, %d failed, 0 skipped" % (len(CASES) + 1 - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
