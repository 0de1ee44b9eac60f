"""Pairs that have met: who paid or called whom, which card was seen on which device.

An open-addressed table of 8 bytes a place over lines of 32 bytes a pair, chained by either side.
"""

# ruff: noqa: ANN001, ANN201, ANN202 - compiled by numba, which infers types

from __future__ import annotations

import numba as nb

from duanka.features.live_state import (
    L_AT,
    L_NEXT_A,
    L_NEXT_B,
    L_PAIR,
    LINKS,
    NEVER,
    NONE,
)

# devices are told apart from cards by this bit of the second half of a pair
DEVICE_BIT = 1 << 31
# the four lowest bits of L_AT say which notices the two have told each other of
MARKS = 4
FIRST_EVER = NEVER << MARKS


@nb.njit(nogil=True)
def scattered(key, size):  # type: ignore[no-untyped-def]
    """A place for the key among `size` (a power of two), far from that of its neighbours."""
    mixed = nb.uint64(key) * nb.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> nb.uint64(29)
    mixed *= nb.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> nb.uint64(32)
    return nb.int64(mixed & nb.uint64(size - 1))


@nb.njit(nogil=True)
def find(links, slots, a, b):  # type: ignore[no-untyped-def]
    """The line of the pair, -1 where the two have not met."""
    pair = (a << 32) | b
    spot = scattered(pair, slots.size)
    while slots[spot] != NONE:
        if links[slots[spot], L_PAIR] == pair:
            return nb.int64(slots[spot])
        spot = (spot + 1) & (slots.size - 1)
    return nb.int64(NONE)


@nb.njit(nogil=True)
def link(book, links, slots, a, b):  # type: ignore[no-untyped-def]
    """The line of the pair, made where the two have not met: at no time, in no chain."""
    line = find(links, slots, a, b)
    if line != NONE:
        return line
    line = book[LINKS]
    book[LINKS] += 1
    links[line, L_PAIR] = (a << 32) | b
    links[line, L_AT] = FIRST_EVER
    links[line, L_NEXT_A] = NONE
    links[line, L_NEXT_B] = NONE
    _place(links, slots, line)
    return line


@nb.njit(nogil=True)
def _place(links, slots, line):  # type: ignore[no-untyped-def]
    spot = scattered(links[line, L_PAIR], slots.size)
    while slots[spot] != NONE:
        spot = (spot + 1) & (slots.size - 1)
    slots[spot] = line


@nb.njit(nogil=True, cache=True)
def place_all(links, slots, count):  # type: ignore[no-untyped-def]
    """Every pair stands in the table again; `slots` comes empty."""
    for line in range(count):
        spot = scattered(links[line, L_PAIR], slots.size)
        while slots[spot] != NONE:
            spot = (spot + 1) & (slots.size - 1)
        slots[spot] = line


@nb.njit(nogil=True)
def met_at(links, line):  # type: ignore[no-untyped-def]
    """When the two of a line met: for cards the last time money moved, for a device the first sighting."""
    return links[line, L_AT] >> MARKS


@nb.njit(nogil=True)
def set_met(links, line, at):  # type: ignore[no-untyped-def]
    """The line says that the two met at the instant; its marks stay."""
    links[line, L_AT] = (at << MARKS) | (links[line, L_AT] & ((1 << MARKS) - 1))


@nb.njit(nogil=True)
def mark(links, line, bit):  # type: ignore[no-untyped-def]
    """True the first time that the mark is set on the line."""
    if links[line, L_AT] & bit:
        return False
    links[line, L_AT] |= bit
    return True
