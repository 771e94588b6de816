# judge.py - the account-keeper: from what the apps, the carriers and Redis know at the end it proves that nothing
# that was acknowledged is lost, doubled without cause, given to the wrong app or out of order. Changes nothing,
# talks to nobody.
#
# In doubt. A submit is in doubt at an event when the carrier has not answered it, or has answered less than SETTLE
# seconds of good Redis before (the gateway may not have read the answer, or not have stored it). Events are: the
# gateway killed or without power, the end of the connection that it went over (READ seconds instead), and a carrier
# that does not answer within the response_timeout. A second copy of a text is allowed only to a submit that was in
# doubt at an event between the two copies, and each event may explain no more of them than fit the windows that it
# hit. The same rule, with the app's windows, holds for a second final receipt. A copy after an error answer or after
# a failure receipt is a new try, not a duplicate.
#
# A class that is held in doubt never goes out twice. A message that stayed in doubt twice is held too; what nobody
# settles in messages.doubt_keep ends as UNKNOWN.
#
# Order. Two texts of one account, class and number that were submitted over one connection, both acknowledged, must
# appear at carriers for the first time in the order of their submission. Appearing counts whatever the carrier
# answers, so a temporary error excuses nothing that comes later. Over two different connections to carriers the
# appearances must be ABREAST seconds apart to be judged: what is written at once to two sockets is read in any
# order. A pair is not judged when a connection to a carrier or the gateway ended between the two appearances or
# shortly before: the earlier text may have been on that connection, unread. A text that was answered ESME_RTHROTTLED
# or ESME_RMSGQFUL goes back to its own place: what came later and appears for the first time ABREAST seconds after
# that answer may not appear before it appears again.
#
# A long text is several submits at a carrier, and each part is judged like a text: all must arrive, and none twice
# without doubt. The app must be told DELIVRD only if each part was delivered, else what one of them came to.
#
# appendfsync everysec. Redis answers before the disk has it. What it may forget when it is killed or without power
# are the writes of the last FORGET seconds; what follows from that is counted apart, and is a failure with
# appendfsync always.
import smpp
from matching import Matching
from servers import SLOW
from stack import APP_WINDOW, ACCOUNTS, CARRIERS, CARRIER_WINDOW, RESPONSE_TIMEOUT

SETTLE = 0.5
READ = 0.3  # s: by then the gateway has read what was written to it
ABREAST = 0.1
LEAST = 1000  # acknowledged messages in a round
RECENT = 0.3  # s before: shortly before
FORGET = 4.0
STORE_BACK = (
    0.3  # s, and as long as Redis was away: by then the gateway has found it again (store.reconnect, doubling)
)
HELD = "alert"  # the class that is held in doubt (stack.LATER)
SLOW_DOWN = (smpp.RTHROTTLED, smpp.RMSGQFUL)
DEATHS = ("gateway killed", "power failure", "gateway ended by itself")
STORE_GONE = ("Redis killed", "Redis full", "power failure")
SANITIZER = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:", "== Invalid ", "definitely lost")
SHOWN = 5  # failures of one kind that are told in full
RX_BINDS = {a[0]: sum(k != "tx" for k in a[3]) for a in ACCOUNTS}
TX_BINDS = {c[0]: c[3] for c in CARRIERS}


class Judge:
    def __init__(self, stack, journal, backlog, settled):
        """journal: id -> record; backlog: account -> ids; settled: what was waited for in vain ("" when all has left)."""
        self.stack, self.ledger = stack, stack.ledger
        self.journal, self.backlog, self.settled = journal, backlog, settled
        self.everysec = stack.policy == "everysec"
        self.msgs = list(self.ledger.msgs.values())
        self.events = self.ledger.events
        self.settle = SETTLE * SLOW
        self.gone = sorted((e.begin, e.end or e.begin) for e in self.events if e.kind in STORE_GONE)
        self.lines = []
        self.checks = []  # (what, failures as (text, message or None), remark)

    # ---- helpers ----

    def good_time(self, t0, t1):
        """Seconds between two moments in which Redis was there."""
        total = max(0.0, t1 - t0)
        for begin, end in self.merged():
            total -= max(0.0, min(t1, end) - max(t0, begin))
        return total

    def merged(self):
        if not hasattr(self, "_merged"):
            self._merged = []
            for begin, end in self.gone:
                end += STORE_BACK + min(end - begin, 1.6)
                if self._merged and begin <= self._merged[-1][1]:
                    self._merged[-1][1] = max(end, self._merged[-1][1])
                else:
                    self._merged.append([begin, end])
        return self._merged

    def unsettled(self, t_answer, at):
        return t_answer is None or t_answer > at or self.good_time(t_answer, at) < self.settle

    def forgot(self, *times):
        """Whether Redis may have forgotten what was written at one of these moments."""
        if not self.everysec:
            return False
        return any(
            e.begin - FORGET <= t <= e.begin + 0.5
            for e in self.events
            if e.kind in ("Redis killed", "power failure")
            for t in times
            if t is not None
        )

    def check(self, what, failures, remark=""):
        self.checks.append((what, failures, remark))

    def stored(self, m):
        return m.id in self.journal or m.id in self.backlog.get(m.account, ())

    # ---- the proofs ----

    def judge(self):
        self.not_lost()
        self.receipts()
        self.copies_doubled()
        self.held_and_doubled()
        self.receipts_doubled()
        self.replies()
        self.refused_and_sent()
        self.order()
        self.put_to_the_test()
        self.seen_while_running()
        self.all_has_left()
        return self.checks

    def not_lost(self):
        lost, forgotten, ended, stored = [], 0, 0, 0
        for m in self.msgs:
            if m.status != smpp.ROK or self.arrived(m):
                continue
            if self.stored(m):
                stored += 1
            elif any(g.state != "DELIVRD" for g in m.receipts):
                ended += 1
            elif self.forgot(m.t_answer):
                forgotten += 1
            else:
                lost.append(("acknowledged; no carrier has all of it, no failure receipt, not in Redis", m))
        self.ended_by_gateway, self.still_stored = ended, stored
        self.lost_everysec = forgotten
        self.check("acknowledged messages that are lost", lost)

    @staticmethod
    def arrived(m):
        """Whether carriers have all of it, or one has refused it for good."""
        if any(c.answer == smpp.RSUBMITFAIL for c in m.copies):
            return True
        have = {c.part for c in m.copies if c.answer in (None, smpp.ROK)}
        return bool(have) and len(have) == max(c.parts for c in m.copies)

    def outcomes_of_parts(self, m):
        """The worst part decides; which submit of a part counts is not asked."""
        words, good = set(), set()
        for c in m.copies:
            if c.answer == smpp.RSUBMITFAIL:
                words.add("REJECTD")
            elif c.outcome == "DELIVRD":
                good.add(c.part)
            elif c.outcome:
                words.add(c.outcome)
            if c.answer != smpp.RSUBMITFAIL and (c.t_answer is None or c.t_answer - c.t > RESPONSE_TIMEOUT - 0.3):
                words.add("UNKNOWN")
        if m.copies and len(good) == max(c.parts for c in m.copies):
            words.add("DELIVRD")
        taken = self.arrived(m) and all(c.t_taken is not None for c in m.copies if c.answer == smpp.ROK)
        return words, taken

    def outcomes(self, m):
        """The final words that the app may be told, and whether all that the carriers say has been taken."""
        words, taken = self.outcomes_of_parts(m) if m.long else self.outcomes_of_text(m)
        if m.cls == HELD and any(self.in_doubt(c) for c in m.copies):
            words.add("UNKNOWN")
        return words, taken

    def in_doubt(self, c):
        """Whether the gateway may not know that the carrier has it."""
        return (
            c.t_answer is None
            or (c.conn.died is not None and c.t_answer >= c.conn.died - READ * SLOW)
            or any(
                e.kind in DEATHS + ("gateway told to leave",)
                and c.t <= e.begin + 0.5
                and self.unsettled(c.t_answer, e.begin)
                for e in self.events
            )
        )

    def outcomes_of_text(self, m):
        words, taken = set(), True
        for c in m.copies:
            if c.answer == smpp.ROK:
                words.add(c.outcome)
                taken = taken and c.t_taken is not None
        if m.copies and m.copies[-1].answer == smpp.RSUBMITFAIL:
            words.add("REJECTD")
        elif any(c.answer == smpp.RSUBMITFAIL for c in m.copies):
            words.add("REJECTD")
        if any(c.answer is None or c.t_answer is None or c.t_answer - c.t > RESPONSE_TIMEOUT - 0.3 for c in m.copies):
            words.add("UNKNOWN")  # held in doubt for messages.doubt_keep, then given up
        elif m.copies and not self.doubted(m):
            last = m.copies[-1]
            words = (
                {last.outcome}
                if last.answer == smpp.ROK
                else {"REJECTD"} if last.answer == smpp.RSUBMITFAIL else set()
            )
        return words, taken

    @staticmethod
    def open_before(m, k):
        """Copies before the k-th that are not known to have failed when it came. A part that fails may take all the
        others with it to the next try."""
        t = m.copies[k].t
        if m.long and any(
            c.answer not in (None, smpp.ROK) or (c.outcome != "DELIVRD" and c.t_sent is not None and c.t_sent < t)
            for c in m.copies[:k]
        ):
            return []
        return [
            c
            for c in m.copies[:k]
            if c.part == m.copies[k].part
            and c.answer in (None, smpp.ROK)
            and not (c.outcome != "DELIVRD" and c.t_sent is not None and c.t_sent < t)
        ]

    def doubted(self, m):
        return any(self.open_before(m, k) for k in range(1, len(m.copies)))

    def receipts(self):
        missing, wrong, unasked, forgotten, differing = [], [], [], 0, []
        self.told_twice = 0
        for m in self.msgs:
            words, taken = self.outcomes(m)
            states = {g.state for g in m.receipts}
            again = (len(m.copies) > 1 or "UNKNOWN" in states) and self.forgot(
                *(t for c in m.copies for t in (c.t, c.t_answer, c.t_taken))
            )
            if again:
                # what was held in doubt from what is left in Redis ends as UNKNOWN
                words |= {c.outcome for c in m.copies if c.outcome} | (states & {"UNKNOWN"})
            if len(states) > 1 and again:
                self.told_twice += 1
            elif len(states) > 1:
                differing.append(("the app was told %s" % " and ".join(sorted(states)), m))
            if m.registered == 0 and states:
                unasked.append(("no receipt was asked for", m))
            elif m.registered == 2 and "DELIVRD" in states:
                unasked.append(("only failures were asked for", m))
            if states and words and not states <= words:
                wrong.append(
                    (
                        "the app was told %s, the carriers' word is %s"
                        % ("/".join(sorted(states)), "/".join(sorted(words))),
                        m,
                    )
                )
            if m.status != smpp.ROK or states or not words or not taken or self.stored(m):
                continue
            if m.registered == 1 or (m.registered == 2 and "DELIVRD" not in words):
                if self.forgot(m.t_answer, *(t for c in m.copies for t in (c.t_answer, c.t_taken))):
                    forgotten += 1
                else:
                    missing.append(
                        ("the carriers' word is %s and was taken; the app was not told" % "/".join(sorted(words)), m)
                    )
        self.receipts_forgotten = forgotten
        self.check("receipts that are lost", missing)
        self.check("receipts that do not say what the carrier said", wrong)
        self.check("messages with two different final receipts", differing)
        self.check("receipts that nobody asked for", unasked)

    def matched(self, wants, matching):
        """The items that no cause explains."""
        return [item for item in wants if not matching.place(item, wants)]

    def deaths(self, t0, t1):
        return [e for e in self.events if e.kind in DEATHS and t0 <= e.begin + 0.5 and e.begin <= t1]

    def stall_of(self, target, t0, t1):
        return [
            e
            for e in self.events
            if e.target == target and e.kind.endswith("stall") and e.begin <= t1 and (e.end or t1) >= t0
        ]

    def connection_cause(self, matching, conn, t_answer, t1, room):
        if conn.why == "unbound" and t_answer is not None:
            return []  # whoever unbinds has read what was answered before
        if conn.died is not None and conn.died <= t1 and (t_answer is None or t_answer >= conn.died - SETTLE):
            key = ("the end of a connection", conn.name)
            matching.cause(key, room)
            return [key]
        return []

    def stall_causes(self, matching, target, t0, t_answer, t1, room):
        keys = []
        if t1 - t0 < RESPONSE_TIMEOUT - 0.3 or (t_answer is not None and t_answer - t0 < RESPONSE_TIMEOUT - 0.3):
            return keys
        for e in self.stall_of(target, t0, t1):
            key = ("no answer in time", target, e.begin)
            matching.cause(key, room * (1 + int(((e.end or t1) - e.begin) / RESPONSE_TIMEOUT)))
            keys.append(key)
        return keys

    def forget_causes(self, matching, times, t1):
        """everysec: Redis forgot the write, and the gateway began anew from what is left."""
        if not self.forgot(*times):
            return []
        if not any(
            e.kind in DEATHS + ("gateway told to leave",)
            and e.begin >= min(t for t in times if t is not None) - FORGET
            and e.begin <= t1
            for e in self.events
        ):
            return []
        matching.cause(("Redis forgot",), 10**9)
        return [("Redis forgot",)]

    def copies_doubled(self):
        matching, wants, whose = Matching(), {}, {}
        for m in self.msgs:
            for k in range(1, len(m.copies)):
                before = self.open_before(m, k)
                if before:
                    whose[m.serial, k] = m
                    wants[m.serial, k] = self.copy_causes(matching, before, m.copies[k])
        left = self.matched(wants, matching)
        self.copies_n, self.copies_by = len(wants), matching
        self.check(
            "second copies at carriers beyond what was in doubt",
            [
                (
                    (
                        "copy %d: no submit of it was in doubt"
                        if not wants[i]
                        else "copy %d: more than were in doubt at the event"
                    )
                    % (i[1] + 1),
                    whose[i],
                )
                for i in left
            ],
        )

    def held_and_doubled(self):
        """Classes that are held in doubt."""
        twice = []
        for m in self.msgs:
            if m.cls != HELD or not self.doubted(m):
                continue
            if not self.forgot(*(t for c in m.copies for t in (c.t, c.t_answer))):
                twice.append(("its class is held in doubt, and it went out twice", m))
        self.check("messages that went out twice although their class is held in doubt", twice)

    def copy_causes(self, matching, before, copy):
        keys = []
        for c in before:
            room = CARRIER_WINDOW * TX_BINDS[c.carrier]
            for e in self.deaths(c.t, copy.t):
                if self.unsettled(c.t_answer, e.begin):
                    key = (e.kind, c.carrier, e.begin)
                    matching.cause(key, room)
                    keys.append(key)
            for e in self.events:  # it could not store what it knew before it left
                if (
                    e.kind == "gateway told to leave"
                    and c.t <= e.begin <= copy.t
                    and c.t_answer is not None
                    and self.unsettled(c.t_answer, e.begin)
                    and self.good_time(e.begin, e.end or copy.t) < self.settle
                ):
                    key = (e.kind, c.carrier, e.begin)
                    matching.cause(key, room)
                    keys.append(key)
            keys += self.connection_cause(matching, c.conn, c.t_answer, copy.t, CARRIER_WINDOW)
            keys += self.stall_causes(matching, c.carrier, c.t, c.t_answer, copy.t, room)
            keys += self.forget_causes(matching, (c.t, c.t_answer or c.t), copy.t)
        return keys

    def got_causes(self, matching, account, first, second):
        room = APP_WINDOW * RX_BINDS[account]
        keys = self.connection_cause(matching, first.conn, first.t_answer, second.t, APP_WINDOW)
        keys += self.stall_causes(matching, account, first.t, first.t_answer, second.t, room)
        for e in self.events:
            if (
                e.kind in DEATHS + ("gateway told to leave",)
                and first.t <= e.begin + 0.5
                and e.begin <= second.t
                and first.t_answer is not None
                and self.unsettled(first.t_answer, e.begin)
            ):
                if self.good_time(first.t_answer, e.begin) < e.begin - first.t_answer:
                    matching.cause(("Redis away, then the gateway gone", e.begin), 10**9)
                    keys.append(("Redis away, then the gateway gone", e.begin))
                else:
                    matching.cause((e.kind, account, e.begin), room)
                    keys.append((e.kind, account, e.begin))
        keys += self.forget_causes(matching, (first.t, first.t_answer or first.t), second.t)
        return keys

    def receipts_doubled(self):
        matching, wants, whose = Matching(), {}, {}
        for m in self.msgs:
            for k in range(1, len(m.receipts)):
                whose[m.serial, k] = m
                wants[m.serial, k] = self.got_causes(matching, m.account, m.receipts[k - 1], m.receipts[k])
        left = self.matched(wants, matching)
        self.receipts_n, self.receipts_by = len(wants), matching
        self.check(
            "second final receipts beyond what was in doubt",
            [
                (
                    (
                        "receipt %d: the one before was not in doubt"
                        if not wants[i]
                        else "receipt %d: more than were in doubt"
                    )
                    % (i[1] + 1),
                    whose[i],
                )
                for i in left
            ],
        )

    def replies(self):
        lost, doubled = [], []
        matching, wants, whose = Matching(), {}, {}
        self.replies_n = self.replies_twice = self.replies_forgotten = 0
        for r in self.ledger.replies.values():
            self.replies_n += 1
            if r.t_taken is not None and not r.got and not self.reply_stored(r):
                if self.forgot(r.t_taken):
                    self.replies_forgotten += 1
                else:
                    lost.append(("answered ROK to the carrier; not at the app, not in the backlog", r))
            for k in range(1, len(r.got)):
                self.replies_twice += 1
                whose[r.serial, k] = r
                wants[r.serial, k] = [
                    key for g in r.got[:k] for key in self.got_causes(matching, r.account, g, r.got[k])
                ]
                if r.sent > 1:  # each time may have become a reply of its own
                    key = ("sent again by the carrier", r.serial)
                    matching.cause(key, r.sent - 1)
                    wants[r.serial, k].append(key)
        doubled = [
            ("the app got it %d times, the carrier sent it %d times" % (len(whose[i].got), whose[i].sent), whose[i])
            for i in self.matched(wants, matching)
        ]
        self.check("replies of phones that are lost", lost)
        self.check("replies that came twice beyond what was in doubt", doubled)

    def reply_stored(self, r):
        needle = r.text.encode("utf-16-be")
        return any(needle in rec for rec in self.stack.backlog_records)

    def refused_and_sent(self):
        """ESME_RSYSERR says that nothing was accepted. Only a gateway that dies before it could take the record back
        may find it in its journal."""
        wrong = []
        self.refused_sent = 0
        for m in self.msgs:
            if m.status in (None, smpp.ROK) or not m.copies:
                continue
            self.refused_sent += 1
            if not any(
                e.kind in DEATHS + ("gateway told to leave",)
                and m.t_submit <= e.begin <= m.copies[0].t
                and self.good_time(m.t_answer, e.begin) < self.settle
                for e in self.events
            ):
                wrong.append(("refused with 0x%02x, and sent" % m.status, m))
        self.check("messages that were refused and sent although the gateway had the time to take them back", wrong)

    def order(self):
        rows = {}
        for m in self.msgs:
            if m.status == smpp.ROK and m.copies and not m.delay and not m.long:
                rows.setdefault((m.conn.name, m.dst, m.cls), []).append(m)
        broken = []
        self.pairs_judged = self.pairs_unsure = self.pairs_abreast = 0
        ends = sorted(
            [c.died for c in self.ledger.conns if c.owner in TX_BINDS and c.died is not None]
            + [e.begin for e in self.events if e.kind in DEATHS]
        )
        for row in rows.values():
            row.sort(key=lambda m: m.rank)
            self.pairs_judged += len(row) - 1
            last = 0
            for j, later in enumerate(row):
                first = later.copies[0]
                if first.rank > last:
                    last = first.rank
                    continue
                for earlier in row[:j]:
                    if earlier.copies[0].rank > first.rank:
                        if self.abreast(first, earlier.copies[0]):
                            self.pairs_abreast += 1
                        elif any(first.t - RECENT <= t <= earlier.copies[0].t for t in ends):
                            self.pairs_unsure += 1
                        else:
                            broken.append(
                                (
                                    "serial %d, submitted later over the same connection, came %.0f ms earlier"
                                    % (later.serial, (earlier.copies[0].t - first.t) * 1000),
                                    earlier,
                                )
                            )
        self.check("messages that were overtaken", broken)
        self.check(
            "messages that were sent before their schedule_delivery_time",
            [
                ("%.1f s after the submit" % (m.copies[0].t - m.t_submit), m)
                for m in self.msgs
                if m.delay and m.copies and m.copies[0].t - m.t_submit < m.delay - 0.1
            ],
        )
        self.order_of_throttled(rows, ends)

    def order_of_throttled(self, rows, ends):
        broken = []
        self.throttled_judged = 0
        for row in rows.values():
            for i, m in enumerate(row):
                for c, again in zip(m.copies, m.copies[1:]):
                    if c.answer not in SLOW_DOWN or c.t_answer is None:
                        break  # what was sent once more for another reason has left its place
                    if any(c.t_answer - RECENT <= t <= again.t for t in ends):
                        continue
                    self.throttled_judged += 1
                    for later in row[i + 1 :]:
                        first = later.copies[0]
                        if (
                            c.t_answer + ABREAST < first.t
                            and first.rank < again.rank
                            and not self.abreast(first, again)
                        ):
                            broken.append(
                                (
                                    "serial %d, submitted later, came %.0f ms before its next try"
                                    % (later.serial, (again.t - first.t) * 1000),
                                    m,
                                )
                            )
        self.check("messages that were overtaken while the carrier said slow down", broken)

    @staticmethod
    def abreast(first, second):
        """Whether they were under way at the same time over two connections."""
        return first.conn is not second.conn and second.t - first.t < ABREAST

    def put_to_the_test(self):
        """A round in which nothing flowed, or nothing broke, proves nothing."""
        idle = []
        acked = sum(m.status == smpp.ROK for m in self.msgs)
        if acked < LEAST:
            idle.append(("only %d messages were acknowledged" % acked, None))
        if not any(e.kind in DEATHS for e in self.events):
            idle.append(("the gateway was never killed", None))
        if not any(m.receipts for m in self.msgs):
            idle.append(("no app got a receipt", None))
        self.check("reasons why this round proves nothing", idle)

    def seen_while_running(self):
        kinds = (
            ("malformed PDUs from the gateway", ("malformed", "nack", "answer", "bind")),
            ("texts that are not as the app submitted them", ("content", "text")),
            ("ids that were given twice or have the wrong form", ("id", "id twice")),
            ("receipts for the wrong app", ("wrong app receipt",)),
            ("replies for the wrong app", ("wrong app reply",)),
            ("receipts or replies that are wrong in themselves", ("receipt", "reply")),
            ("receipts or replies that the gateway refused for good", ("refused",)),
            ("times that the gateway ended by itself or did not leave when told to", ("died", "leaving")),
            ("records that a power failure took although Redis had confirmed them", ("power",)),
        )
        self.check(
            "submits refused with a status that nothing here gives cause for",
            [
                ("status 0x%02x" % m.status, m)
                for m in self.msgs
                if m.status not in (None, smpp.ROK, smpp.RINVBNDSTS, smpp.RSYSERR, smpp.RMSGQFUL, smpp.RTHROTTLED)
            ],
        )
        known = set()
        for what, faults in kinds:
            known.update(faults)
            self.check(what, [(text, whose) for kind, text, whose in self.ledger.faults if kind in faults])
        self.check(
            "logs of the gateway with an error of a sanitizer or valgrind",
            [(line, None) for line in self.stack.gateway.log_of(SANITIZER)],
        )
        self.check("other faults", [(text, whose) for kind, text, whose in self.ledger.faults if kind not in known])

    def all_has_left(self):
        """Once all is healed everything finds its end, and Redis holds nothing any more."""
        left = [(self.settled, None)] if self.settled else []
        by_id = self.ledger.by_id
        self.left_forgotten = 0
        for i, m in self.in_journal():
            if self.waits_for_ever(m):
                self.left_forgotten += 1
            else:
                what = "id %s is still in the journal" % i
                if (
                    m
                    and m.status == smpp.ROK
                    and not m.receipts
                    and self.outcomes(m) != (set(), True)
                    and self.outcomes(m)[1]
                ):
                    what += (
                        "; the carrier's last word was answered ROK, and the app was not told: that receipt is lost"
                    )
                left.append((what, m))
        for account, ids in self.backlog.items():
            left += [("id %s is still in the backlog of %s" % (i, account), by_id.get(i)) for i in ids]
        self.check("messages still in Redis although all is healed", left)

    def in_journal(self):
        """(id, text or None) of all that is still there."""
        return [(i, self.ledger.stored_as(i, self.journal[i])) for i in sorted(self.journal)]

    def waits_for_ever(self, m):
        """everysec: the carrier's receipt was answered, and then Redis forgot it."""
        if m is None:
            return False
        times = [c.t_taken for c in m.copies if c.answer == smpp.ROK]
        return self.everysec and times and None not in times and self.forgot(*times)

    # ---- the account ----

    def table(self):
        msgs = self.msgs
        acked = [m for m in msgs if m.status == smpp.ROK]
        n = lambda test: sum(1 for m in msgs if test(m))  # noqa: E731
        rows = [
            ("texts submitted by apps", len(msgs)),
            ("  acknowledged", len(acked)),
            ("    of them long, in parts at the carriers", sum(m.long for m in acked)),
            ("    of them for later, by 1 to 3 s", sum(m.delay > 0 for m in acked)),
            (
                "  refused (%s)" % ", ".join("0x%02x: %d" % s for s in sorted(self.ledger.statuses.items()) if s[0]),
                n(lambda m: m.status not in (None, smpp.ROK)),
            ),
            ("  without an answer (the connection ended)", n(lambda m: m.status is None)),
            ("copies at carriers", sum(len(m.copies) for m in msgs)),
            ("  accepted by them", sum(c.answer == smpp.ROK for m in msgs for c in m.copies)),
            ("  second copies, all in doubt unless a line below says else", self.copies_n),
        ]
        rows += [
            ("    because of: " + what, "%d (at most %s at once, %s allowed)" % t)
            for what, t in self.causes(self.copies_by)
        ]
        rows += [
            ("final receipts at apps", sum(len(m.receipts) for m in msgs)),
            ("  second ones, their first answer in doubt", self.receipts_n),
        ]
        rows += [
            ("    because of: " + what, "%d (at most %s at once, %s allowed)" % t)
            for what, t in self.causes(self.receipts_by)
        ]
        rows += [
            ("acknowledged, ended by the gateway with a failure receipt", self.ended_by_gateway),
            ("acknowledged, still in Redis", self.still_stored),
            ("refused with an error, yet sent after a restart", self.refused_sent),
            ("replies of phones", self.replies_n),
            ("  that an app got twice", self.replies_twice),
            ("pairs of messages whose order was judged", self.pairs_judged),
            ("tries after ESME_RTHROTTLED or ESME_RMSGQFUL whose place was judged", self.throttled_judged),
            ("  under way at once over two binds of a carrier, not judged", self.pairs_abreast),
            ("  reversed around the end of a connection, not judged", self.pairs_unsure),
        ]
        if self.everysec:
            rows += [
                ("everysec: acknowledged messages that Redis forgot", self.lost_everysec),
                ("everysec: receipts that Redis forgot", self.receipts_forgotten),
                ("everysec: messages with two outcomes, sent again because Redis forgot", self.told_twice),
                ("everysec: replies that Redis forgot", self.replies_forgotten),
                ("everysec: messages that wait for a receipt that Redis forgot", self.left_forgotten),
            ]
        rows += sorted(self.ledger.counts.items())
        return rows

    @staticmethod
    def causes(matching):
        by = {}
        for key, items in matching.holds.items():
            if items:
                total, most, room = by.get(key[0], (0, 0, 0))
                if len(items) > most:
                    most, room = len(items), matching.room[key]
                by[key[0]] = (total + len(items), most, "any number" if room >= 10**9 else room)
        return sorted((k, v) for k, v in by.items())

    def event_rows(self):
        by = {}
        for e in self.events:
            by.setdefault(e.kind, []).append(e)
        return [(kind, len(by[kind])) for kind in sorted(by)]
