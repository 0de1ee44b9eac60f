"""Room in the live host's arrays: how many more events fit, growing them, saving them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from duanka.features import carry, kernel
from duanka.features import live_state as s
from duanka.features.live_events import DESKS
from duanka.features.live_links import place_all
from duanka.features.live_rows import BY_STREAM
from duanka.features.live_sights import place_seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from duanka.features.live_events import Names
    from duanka.features.live_state import Room, State

WIDTHS = {n: of[0].layout.width for n, of in zip(s.STREAMS, BY_STREAM, strict=True)}
NOTICE_WIDTH = max(width for name, width in WIDTHS.items() if "notices" in name)
BY_HOLDER = ("applicants", "companions", "holder_notices")
BY_DESK = ("terminals", "staff", "outlet_notices", "staff_notices")
# the most that one event can take up: rows of both sides, of who called before, of the card seen
MOST_WORDS = max(
    2 * WIDTHS["transfers"] + WIDTHS["paid"] + carry.WIDTH,
    2 * WIDTHS["calls"],
    2 * WIDTHS["messages"],
    WIDTHS["applicants"] + WIDTHS["companions"] + WIDTHS["terminals"] + WIDTHS["staff"],
) + WIDTHS["uses"]  # fmt: skip
MOST_LINKS, MOST_TRIGGERS = 2, 5
# so many events fit at least after the arrays have grown
AHEAD = 512


def spare(st: State) -> int:
    """How many more events fit for certain, those that wait already counted in."""
    book = st.book
    free = (
        (st.rows.size - int(book[s.END])) // MOST_WORDS,
        (len(st.links) - int(book[s.LINKS])) // MOST_LINKS,
        # open addressing wants a place free for every one taken
        (st.slots.size // 2 - int(book[s.LINKS])) // MOST_LINKS,
        len(st.seen) // 2 - int(book[s.SEEN]),
        len(st.heard) - int(book[s.HEARD]),
        # a notice passes through the last line
        len(st.waiting) - 1,
        len(st.triggers) // MOST_TRIGGERS,
    )
    return min(free) - int(book[s.WAITING])


def grown(st: State, events: int, words: int = 0, *, room: Room = s.with_room) -> State:
    """The memory with room for so many more events, and words beside."""
    book = st.book
    events += int(book[s.WAITING]) + AHEAD
    links = int(book[s.LINKS]) + MOST_LINKS * events
    return st._replace(
        rows=room(st.rows, int(book[s.END]) + MOST_WORDS * events + words),
        links=s.with_room(st.links, links),
        slots=_slots(st, links),
        seen=_seen(st, int(book[s.SEEN]) + events),
        heard=s.with_room(st.heard, int(book[s.HEARD]) + events),
        waiting=s.with_room(st.waiting, events),
        triggers=s.with_room(st.triggers, MOST_TRIGGERS * events),
    )


def _slots(st: State, links: int) -> NDArray[np.int32]:
    """The table of pairs, at least twice as long as there are pairs to come."""
    size = _doubled(st.slots.size, 2 * links)
    if size == st.slots.size:
        return st.slots
    slots = np.full(size, s.NONE, dtype=np.int32)
    place_all(st.links, slots, int(st.book[s.LINKS]))
    return slots


def _seen(st: State, count: int) -> NDArray[np.int64]:
    """Sightings of the present stretch in a table at least twice as long."""
    size = _doubled(len(st.seen), 2 * count)
    if size == len(st.seen):
        return st.seen
    out = np.full((size, 3), s.EMPTY, dtype=np.int64)
    place_seen(st.seen, out, int(st.book[s.STRETCH]))
    return out


def _doubled(size: int, least: int) -> int:
    while size < least:
        size *= 2
    return size


def named(st: State, names: Names) -> State:
    """The memory with a line for everything that has a name."""
    if names.card_count > len(st.cards):
        st = st._replace(cards=s.with_room(st.cards, names.card_count, s.FRESH["cards"]))
    if len(names.of["holders"]) > len(st.holders):
        holders = s.with_room(st.holders, len(names.of["holders"]), s.FRESH["holders"])
        st = st._replace(holders=holders)
    if names.count(DESKS) > len(st.desks):
        st = st._replace(desks=s.with_room(st.desks, names.count(DESKS), s.FRESH["desks"]))
    if len(names.host_names) > len(st.hosts):
        hosts = s.with_room(st.hosts, len(names.host_names), s.FRESH["hosts"])
        st = st._replace(hosts=hosts)
    for card, kind, bits in names.new_cards:
        st.cards[card, s.C_KIND] = kind
        st.cards[card, s.C_BITS] = bits
        st.cards[card, s.C_RESERVED] = bits != 0
    names.new_cards.clear()
    return st


def save(st: State, names: Names) -> dict[str, Any]:
    """What is in use of every array."""
    book = st.book
    return {
        "book": book.copy(),
        "cards": st.cards[: names.card_count].copy(),
        "holders": st.holders[: len(names.of["holders"])].copy(),
        "desks": st.desks[: names.count(DESKS)].copy(),
        "hosts": st.hosts[: len(names.host_names)].copy(),
        "links": st.links[: book[s.LINKS]].copy(),
        "seen": st.seen[st.seen[:, 2] == book[s.STRETCH]].copy(),
        "heard": st.heard[: book[s.HEARD]].copy(),
        "waiting": st.waiting[: book[s.WAITING]].copy(),
        "rows": st.rows[: book[s.END]].copy(),
    }


def restore(saved: Mapping[str, Any], *, room: Room = s.with_room) -> State:
    """The memory that `save` gave, with room to go on."""
    fresh = s.fresh()
    held = {
        name: s.with_room(saved[name].copy(), len(getattr(fresh, name)), s.FRESH.get(name))
        for name in ("cards", "holders", "desks", "hosts", "links", "heard", "waiting")
    }
    held["rows"] = room(saved["rows"].copy(), len(fresh.rows))
    st = fresh._replace(book=saved["book"].copy(), **held)
    slots = np.full(_doubled(len(st.slots), 2 * len(saved["links"])), s.NONE, dtype=np.int32)
    place_all(st.links, slots, len(saved["links"]))
    seen = np.full((_doubled(len(st.seen), 2 * len(saved["seen"])), 3), s.EMPTY, dtype=np.int64)
    place_seen(saved["seen"], seen, int(st.book[s.STRETCH]))
    return st._replace(slots=slots, seen=seen)


def spans(st: State, names: Names) -> NDArray[np.int64]:
    """Every row in the arena: where it begins, how many words it has, where its clock stands.

    A row's clock is when it was last told or asked; lots have none of their own and go by their card's transfers.
    Shapes: (rows, 3).
    """
    cards = st.cards[: names.card_count]
    lots = cards[cards[:, s.C_LOTS] > 0]
    found = [_spans(lots[:, s.C_LOTS], carry.WIDTH, lots[:, s.C_TRANSFERS])]
    for name, (_, _, column) in zip(s.STREAMS, BY_STREAM, strict=True):
        cells = st.holders if name in BY_HOLDER else st.desks if name in BY_DESK else st.cards
        begin = cells[:, column][cells[:, column] > 0]
        if name not in {"staff", "staff_notices"}:  # they share a column with terminals, outlets
            found.append(_spans(begin, WIDTHS[name], begin))
    return np.concatenate(found)


def _spans(begin: NDArray[np.int64], width: int, clock: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.stack([begin, np.full(begin.size, width), clock + kernel.CLOCK], axis=1)


def sizes(st: State, names: Names) -> dict[str, int]:
    """Cards, and bytes in use by what they hold."""
    book, count = st.book, {}
    for name, (_, _, column) in zip(s.STREAMS, BY_STREAM, strict=True):
        cells = st.holders if name in BY_HOLDER else st.desks if name in BY_DESK else st.cards
        count[name] = int((cells[:, column] > 0).sum()) * WIDTHS[name] * 8
    # terminals and staff share a column, told apart only by who asks
    count.pop("staff")
    count.pop("staff_notices")
    return {
        "cards": names.card_count,
        "card_lines": st.cards[: names.card_count].nbytes,
        "lots": int((st.cards[:, s.C_LOTS] > 0).sum()) * carry.WIDTH * 8,
        "pairs": int(book[s.LINKS]) * 32 + st.slots.nbytes,
        "devices": len(names.host_names) * s.HOST_SIZE * 8,
        "sightings": st.seen.nbytes,
        **count,
    }
