# matching.py - gives events to what they may explain: each item one of its causes, each cause no more than it has room
# for, moving others where that makes room (augmenting paths). Knows nothing of messages.


class Matching:
    """Gives every item one of its candidate causes; a cause takes only so many."""

    def __init__(self):
        self.room = {}
        self.holds = {}

    def cause(self, key, room):
        self.room.setdefault(key, room)
        self.holds.setdefault(key, [])

    def place(self, item, wants, seen=None):
        """wants: item -> keys. False when there is no room, however the others are moved."""
        seen = seen or set()
        for key in wants[item]:
            if key in seen:
                continue
            seen.add(key)
            if len(self.holds[key]) < self.room[key]:
                self.holds[key].append(item)
                return True
            for i, other in enumerate(self.holds[key]):
                if any(k not in seen for k in wants[other]) and self.place(other, wants, seen):
                    self.holds[key][i] = item
                    return True
