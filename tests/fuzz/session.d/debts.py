# debts.py - which answers are owed over one connection, and which have come. Several requests may have one command and
# one sequence number: whose an answer is, is then left open until it can be told. Knows no PDU and no state.


class Owed:
    """An answer that must come. statuses: those that fit, None: any; never: those that do not."""

    __slots__ = ("command", "sequence", "statuses", "never", "must", "what")

    def __init__(self, command, sequence, statuses, never=(), must=True, what=""):
        self.command, self.sequence = command, sequence
        self.statuses, self.never, self.must, self.what = statuses, never, must, what

    def fits(self, status):
        return status not in self.never and (self.statuses is None or status in self.statuses)

    def __str__(self):
        return "0x%08x of sequence 0x%x, %s" % (self.command, self.sequence or 0, self.what)


class Alike:
    """Requests of one command and sequence number, in their order, and the answers that came to them."""

    def __init__(self):
        self.owed = []
        self.came = []  # (status, how many requests there were when it came)

    def matched(self, owed):
        """How many of these can have an answer each."""
        whose = {}  # answer -> index into owed

        def find(i, tried):
            for n, (status, known) in enumerate(self.came):
                if n in tried or not owed[i].fits(status) or self.owed.index(owed[i]) >= known:
                    continue
                tried.add(n)
                if n not in whose or find(whose[n], tried):
                    whose[n] = i
                    return True
            return False

        return sum(find(i, set()) for i in range(len(owed)))

    def missing(self):
        """Those that must be answered and, however the answers are dealt out, are not."""
        covered, left = [], []
        for one in self.owed:
            if one.must:
                fits = self.matched(covered + [one]) > len(covered)
                (covered if fits else left).append(one)
        return left


class Debts:
    def __init__(self):
        self.alike = {}  # (command, sequence) -> Alike

    def owe(self, one):
        self.alike.setdefault((one.command, one.sequence), Alike()).owed.append(one)

    def answered(self, command, status, sequence):
        """None, or what is wrong with this answer: there must be a request of its own for each."""
        alike = self.alike.get((command, sequence))
        if alike is None:
            return "0x%08x, status 0x%x, sequence 0x%x answers nothing" % (command, status, sequence or 0)
        alike.came.append((status, len(alike.owed)))
        if alike.matched(alike.owed) < len(alike.came):
            return "status 0x%x in %s" % (status, alike.owed[-1])
        if len(alike.came) == len(alike.owed):
            del self.alike[(command, sequence)]
        return None

    def missing(self):
        return [one for alike in self.alike.values() for one in alike.missing()]
