"""Who is told of a notice, live: the rare part of the live host, in plain Python."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

import numpy as np

from duanka.features import flags as f
from duanka.features import live_state as s
from duanka.features import taint
from duanka.features.live_links import DEVICE_BIT, MARKS
from duanka.features.live_near import chained

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from duanka.features.live_state import State

    Told = tuple[int, int, int, int, int]
    """When both are known, the stream, who is told, the flags, the reported card."""

OF_HOST = (
    (s.HOLDER_NOTICES, s.C_HOLDER),
    (s.OUTLET_NOTICES, s.C_OUTLET),
    (s.STAFF_NOTICES, s.C_STAFF),
)


class Notices:
    """Every notice received, and those that are known but not yet in force."""

    def __init__(self) -> None:
        self.of: dict[int, list[tuple[int, int]]] = {}
        """By card: the instant and the bit (LEAD, LABEL) of each notice."""
        self.by_holder: dict[int, list[int]] = {}
        """Reported cards that a register names, by holder."""
        self.paired: set[tuple[int, int, int]] = set()
        """Told by a device that they share: the card, the reported card, the bit."""
        self.due: list[tuple[int, ...]] = []
        """A heap of what is known to come: its instant first."""

    def report(self, st: State, card: int, at: int, bit: int) -> list[Told]:
        """What follows from a notice for the card, its holder, and the cards beside it."""
        told = self.of.setdefault(card, [])
        new = (at, bit) not in told if bit == f.LEAD else all(b != bit for _, b in told)
        told.append((at, bit))
        line = st.cards[card]
        column = s.C_LEAD_AT if bit == f.LEAD else s.C_LABEL_AT
        line[column] = max(int(line[column]), at)
        holder = int(line[s.C_HOLDER])
        if holder >= 0 and card not in self.by_holder.setdefault(holder, []):
            self.by_holder[holder].append(card)
        out = [*_to_hosts(line, card, at, bit), *self._to_mates(st, card, at, bit)]
        if new:
            out.append((at, s.NOTICES, card, taint.OWN | bit, card))
            out += _to_held(st, card, at, bit)
            out += _to_bound(st, card, at, bit)
        return out

    def registered(self, st: State, card: int) -> list[Told]:
        """What follows when a register first names the card: notices on it, and on its holder's others."""
        out: list[Told] = []
        line = st.cards[card]
        holder, since, sim = (int(line[c]) for c in (s.C_HOLDER, s.C_SINCE, s.C_BOUND))
        others = self.by_holder.get(holder, [])
        for near in others:
            seen = max(since, int(st.cards[near, s.C_SINCE]))
            for at, bit in distinct(self.of[near]):
                out.append((max(at, seen), s.NOTICES, card, taint.HOLDER | bit, near))
        for at, bit in distinct(self.of.get(sim, ())):
            out.append((max(at, since), s.NOTICES, card, taint.BOUND | bit, sim))
        if card in self.of:
            self.by_holder.setdefault(holder, []).append(card)
            for at, bit in self.of[card]:
                out += _to_hosts(line, card, at, bit)
            for at, bit in distinct(self.of[card]):
                out += _to_held(st, card, at, bit)
                if sim >= 0:
                    out.append((max(at, since), s.NOTICES, sim, taint.BOUND | bit, card))
        return out

    def met(self, st: State, card: int, device: int, at: int) -> list[Told]:
        """What follows when the card and others are known to be on one device: notices on either."""
        out: list[Told] = []
        for mate, _ in _on(st, device):
            for who, near in ((card, mate), (mate, card)):
                for known_at, bit in distinct(self.of.get(near, ())) if mate != card else ():
                    if self._pair(who, near, bit):
                        out.append((max(known_at, at), s.NOTICES, who, taint.DEVICE | bit, near))
        return out

    def _to_mates(self, st: State, card: int, at: int, bit: int) -> Iterator[Told]:
        for line in chained(st.links, st.cards[card, s.C_DEVICES], s.L_NEXT_A).tolist():
            device = (int(st.links[line, s.L_PAIR]) & 0xFFFFFFFF) ^ DEVICE_BIT
            seen = int(st.links[line, s.L_AT]) >> MARKS
            for mate, mate_seen in _on(st, device):
                if mate != card and self._pair(mate, card, bit):
                    when = max(at, seen + 1, mate_seen + 1)
                    yield (when, s.NOTICES, mate, taint.DEVICE | bit, card)

    def _pair(self, card: int, near: int, bit: int) -> bool:
        """True the first time that the card is told of the other by a device."""
        if (card, near, bit) in self.paired:
            return False
        self.paired.add((card, near, bit))
        return True

    def later(self, told: Told, known_at: int) -> None:
        """It is told when its instant is over."""
        heapq.heappush(self.due, (told[0], known_at, *told[1:]))

    def come(self, clock: int) -> list[tuple[int, ...]]:
        """What was known to come and has come before the clock, as lines of the live host."""
        out = []
        while self.due and self.due[0][0] < clock:
            at, known_at, stream, key, flags, near = heapq.heappop(self.due)
            out.append((s.NOTICE, at, key, near, known_at, flags, stream, *[-1] * 8))
        return out

    def save(self) -> dict[str, NDArray[np.int64]]:
        """All that `restore` needs, as arrays."""
        notices = [(card, *told) for card, found in self.of.items() for told in found]
        held = [(holder, card) for holder, found in self.by_holder.items() for card in found]
        return {
            "notices": _array(notices, 3),
            "by_holder": _array(held, 2),
            "paired": _array(sorted(self.paired), 3),
            "due": _array(self.due, 6),
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Take up what `save` gave."""
        self.of, self.by_holder = {}, {}
        for card, at, bit in saved["notices"].tolist():
            self.of.setdefault(card, []).append((at, bit))
        for holder, card in saved["by_holder"].tolist():
            self.by_holder.setdefault(holder, []).append(card)
        self.paired = {tuple(line) for line in saved["paired"].tolist()}
        self.due = [tuple(line) for line in saved["due"].tolist()]


def distinct(told: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The notices that count once each: leads of different instants, the first label.

    Example:
        >>> distinct([(7, f.LEAD), (7, f.LEAD), (9, f.LEAD), (8, f.LABEL), (9, f.LABEL)]) == [
        ...     (7, f.LEAD), (8, f.LABEL), (9, f.LEAD)]
        True
    """
    found = sorted(set(told))
    label = next(((at, bit) for at, bit in found if bit == f.LABEL), None)
    return [told for told in found if told[1] == f.LEAD or told == label]


def _array(lines: Iterable[tuple[int, ...]], width: int) -> NDArray[np.int64]:
    return np.array(list(lines), dtype=np.int64).reshape(-1, width)


def _to_hosts(line: NDArray[np.int64], card: int, at: int, bit: int) -> list[Told]:
    """Holder, outlet and staff of the card are told, once the card is registered."""
    when = max(at, int(line[s.C_SINCE]))
    return [
        (when, stream, int(line[column]), bit, card)
        for stream, column in OF_HOST
        if line[column] >= 0
    ]


def _to_held(st: State, near: int, at: int, bit: int) -> Iterator[Told]:
    """The holder's other cards are told, once both are registered."""
    holder = int(st.cards[near, s.C_HOLDER])
    if holder < 0:
        return
    since = int(st.cards[near, s.C_SINCE])
    for card in chained(st.cards, st.holders[holder, s.H_CARDS], s.C_NEXT_HELD).tolist():
        if card != near:
            when = max(at, since, int(st.cards[card, s.C_SINCE]))
            yield (when, s.NOTICES, card, taint.HOLDER | bit, near)


def _to_bound(st: State, near: int, at: int, bit: int) -> Iterator[Told]:
    """The card of the other kind that is bound to it is told, once the account is registered."""
    sim = int(st.cards[near, s.C_BOUND])
    if sim >= 0:
        when = max(at, int(st.cards[near, s.C_SINCE]))
        yield (when, s.NOTICES, sim, taint.BOUND | bit, near)
    for account in chained(st.cards, st.cards[near, s.C_BOUND_HEAD], s.C_NEXT_BOUND).tolist():
        when = max(at, int(st.cards[account, s.C_SINCE]))
        yield (when, s.NOTICES, account, taint.BOUND | bit, near)


def _on(st: State, device: int) -> list[tuple[int, int]]:
    """The cards on a device and since when; none where it serves too many for nearness to mean anything."""
    if st.hosts[device, s.V_COUNT] > taint.MOST_CARDS:
        return []
    lines = chained(st.links, st.hosts[device, s.V_CARDS], s.L_NEXT_B)
    return [
        (int(st.links[n, s.L_PAIR]) >> 32, int(st.links[n, s.L_AT]) >> MARKS)
        for n in lines.tolist()
    ]
