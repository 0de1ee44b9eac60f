"""The law of a feature in plain loops: the set of known events, one operation; never imported by src."""

from __future__ import annotations

from dataclasses import dataclass, field

from duanka.features import flags as f
from duanka.features.kernel import RETURN_SPAN, TEST_SPAN, WAKE_SPAN
from duanka.features.spec import DAY, HOUR, SECOND, WINDOWS


@dataclass
class Naive:
    """One key's events as they became known."""

    aggregates: list
    contact_count: int = 64
    lot_count: int = 0
    entered: list = field(default_factory=list)  # (at, other, flags, values by name)
    contacts: dict = field(
        default_factory=dict
    )  # other -> [last_in, last_out, n], insertion = slot order
    lots: list = field(default_factory=list)
    small_at: int | None = None
    most: int = 0

    def add(self, *, at, known_at, other, value, flags):
        flags = self._meet(at, other, flags)
        last = max((e[0] for e in self.entered), default=None)
        if flags & f.LARGE and self.small_at is not None and self.small_at >= at - TEST_SPAN:
            flags |= f.AFTER_SMALL
        if last is not None and at - last > WAKE_SPAN:
            flags |= f.WAKE
        values = {
            "value": value,
            "depth": flags >> f.DEPTH_SHIFT & 15,
            "gather": flags >> f.GATHER_SHIFT & 15,
            "cycle": flags >> f.CYCLE_SHIFT & 15,
            "crowd": flags >> f.CROWD_SHIFT & 15,
        }
        values.update(self._pass(at, flags, value))
        if flags & f.SMALL:
            self.small_at = at if self.small_at is None else max(self.small_at, at)
        entry = (at, other, flags, values)
        self.entered.append(entry)
        for a in self.aggregates:
            if a.op == "peak":
                base = next(b for b in self.aggregates for n in b.names() if n == a.of)
                window = a.of.rsplit("_", 1)[1]
                values[a.stem] = self._set_answer(base, window, known_at)
        return flags

    def _meet(self, at, other, flags):
        if other not in self.contacts:
            flags |= f.FIRST
            if len(self.contacts) == self.contact_count:

                def last(who):
                    return max(t for t in self.contacts[who][:2] if t is not None)

                oldest = min(self.contacts, key=last)
                if last(oldest) >= at:
                    return flags
                # the newcomer takes the leaver's place: among equals the first place goes first
                self.contacts = {other if k == oldest else k: v for k, v in self.contacts.items()}
            self.contacts[other] = [None, None, 0]
        mine = self.contacts[other]
        back = mine[1] if flags & f.IN else mine[0]
        if back is not None and at - RETURN_SPAN <= back <= at:
            flags |= f.RETURNED
        side = 0 if flags & f.IN else 1
        mine[side] = at if mine[side] is None else max(mine[side], at)
        mine[2] += 1
        self.most = max(self.most, mine[2])
        return flags

    def _pass(self, at, flags, value):
        got = {"passed_1h": 0, "passed_1d": 0, "dwell_s": 0}
        if not self.lot_count or not flags & f.OK:
            return got
        if flags & f.IN:
            self.lots = [*self.lots, [at, value]][-self.lot_count :]
            return got
        for lot in self.lots:
            if not (at - DAY <= lot[0] <= at) or lot[1] <= 0 or value == 0:
                continue
            taken = min(lot[1], value)
            if got["passed_1d"] == 0:
                got["dwell_s"] = (at - lot[0]) // SECOND
            lot[1] -= taken
            value -= taken
            got["passed_1d"] += taken
            if lot[0] >= at - HOUR:
                got["passed_1h"] += taken
        return got

    def _set_answer(self, a, window, asked_at):
        w = WINDOWS[window]
        since = (asked_at - w.length) // w.hop * w.hop
        chosen = [e for e in self.entered if e[0] >= since]
        if a.op == "distinct":
            return sum(
                1
                for last_in, last_out, _ in self.contacts.values()
                if (a.need & f.IN and last_in is not None and last_in >= since)
                or (a.need & f.OUT and last_out is not None and last_out >= since)
            )
        chosen = [e for e in chosen if e[2] & a.need == a.need and not e[2] & a.bar]
        if a.op == "active":
            return len({e[0] // w.hop for e in chosen})
        name = a.stem if a.op == "peak" else a.value
        values = [e[3][name] for e in chosen]
        if a.op == "count":
            return len(values)
        if a.op == "total":
            return sum(values)
        return max([0, *values])

    def answer(self, asked_at):
        out = {}
        for a in self.aggregates:
            for window, name in zip(a.windows, a.names(), strict=True):
                out[name] = self._set_answer(a, window, asked_at)
        ats = [e[0] for e in self.entered]
        out["since_first_s"] = (asked_at - min(ats)) // SECOND if ats else -1
        out["since_last_s"] = (asked_at - max(ats)) // SECOND if ats else -1
        out["contacts_count"] = len(self.contacts)
        out["contacts_full"] = int(len(self.contacts) == self.contact_count)
        out["most_with_one_count"] = self.most
        return out
