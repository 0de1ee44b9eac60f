"""Cards seen on devices and networks, live: once a stretch, with who else is there."""

# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

import numba as nb

from duanka.features import flags as f
from duanka.features import live_state as s
from duanka.features.circumstances import NEW_FOR
from duanka.features.live_links import DEVICE_BIT, find, link, met_at, scattered, set_met
from duanka.features.sightings import SHARED_FROM, STRETCH
from duanka.features.spec import WINDOWS
from duanka.features.taint import MOST_CARDS

ON_DEVICE_SPAN, ON_DEVICE_HOP = WINDOWS["30d"].length, WINDOWS["30d"].hop
ON_NETWORK_SPAN, ON_NETWORK_HOP = WINDOWS["1d"].length, WINDOWS["1d"].hop
# what a sighting says of itself; two that differ in it are two even within a stretch
TOLD_APART = f.NIGHT | f.ABROAD
DROPPED = -1
# a device remembers by name one card more than may be near one another on it
MOST_CHAINED = MOST_CARDS + 1


@nb.njit(nogil=True)
def others(hosts, host, guest, now, span, hop):  # type: ignore[no-untyped-def]
    """How many other guests the host had in the window that ends now, at most 15; 0 for no host."""
    if host < 0:
        return 0
    since = (now - span) // hop * hop
    count = 0
    for i in range(hosts[host, s.V_HELD]):
        if hosts[host, s.V_LASTS + i] >= since and hosts[host, s.V_GUESTS + i] != guest:
            count += 1
    return min(count, f.FIELD)


@nb.njit(nogil=True)
def welcome(hosts, host, guest, at):  # type: ignore[no-untyped-def]
    """The host remembers the guest among those seen last."""
    if host < 0:
        return
    held, spot = hosts[host, s.V_HELD], -1
    for i in range(held):
        if hosts[host, s.V_GUESTS + i] == guest:
            hosts[host, s.V_LASTS + i] = max(hosts[host, s.V_LASTS + i], at)
            return
    if held < s.GUESTS:
        spot = held
        hosts[host, s.V_HELD] = held + 1
    else:
        oldest = at
        for i in range(held):
            if hosts[host, s.V_LASTS + i] < oldest:
                spot, oldest = i, hosts[host, s.V_LASTS + i]
        if spot == -1:
            return
    hosts[host, s.V_GUESTS + spot] = guest
    hosts[host, s.V_LASTS + spot] = at


@nb.njit(nogil=True)
def first_of_stretch(book, seen, w, now):  # type: ignore[no-untyped-def]
    """True where the card has not been seen just so within this stretch of the day, which is now noted."""
    stretch = now // STRETCH
    if stretch > book[s.STRETCH]:
        book[s.STRETCH] = stretch
        book[s.SEEN] = 0
    else:
        stretch = book[s.STRETCH]
    pair = (w[s.W_A] << 32) | (w[s.W_DEVICE] + 1)
    rest = ((w[s.W_NETWORK] + 1) << 32) | (w[s.W_USE] & TOLD_APART)
    size = len(seen)
    spot = scattered(pair ^ scattered(rest, 1 << 30), size)
    while seen[spot, 2] == stretch:
        if seen[spot, 0] == pair and seen[spot, 1] == rest:
            return False
        spot = (spot + 1) & (size - 1)
    seen[spot, 0] = pair
    seen[spot, 1] = rest
    seen[spot, 2] = stretch
    book[s.SEEN] += 1
    return True


@nb.njit(nogil=True)
def guest_of(cards, card, at):  # type: ignore[no-untyped-def]
    """Whom the card counts as on a device: its holder where one is known, else itself."""
    if cards[card, s.C_SINCE] <= at and cards[card, s.C_HOLDER] >= 0:
        return 2 * cards[card, s.C_HOLDER]
    return 2 * card + 1


@nb.njit(nogil=True)
def look_around(st, w, now):  # type: ignore[no-untyped-def]
    """The sighting's flags with who else is on the device and the network, before anybody of its instant is."""
    if not first_of_stretch(st.book, st.seen, w, now):
        w[s.W_USE] = DROPPED
        return
    card, at = w[s.W_A], w[s.W_AT]
    guest = guest_of(st.cards, card, at)
    crowd = others(st.hosts, w[s.W_DEVICE], guest, now, ON_DEVICE_SPAN, ON_DEVICE_HOP)
    noise = others(st.hosts, w[s.W_NETWORK], card, now, ON_NETWORK_SPAN, ON_NETWORK_HOP)
    w[s.W_USE] |= (crowd << f.CROWD_SHIFT) | (noise << f.GATHER_SHIFT) | f.IN | f.OK
    if crowd >= SHARED_FROM:
        w[s.W_USE] |= f.SHARED


@nb.njit(nogil=True)
def settle_in(st, w):  # type: ignore[no-untyped-def]
    """What the card was seen on, the device before the network; both know of the sighting."""
    card, at, device, network = w[s.W_A], w[s.W_AT], w[s.W_DEVICE], w[s.W_NETWORK]
    welcome(st.hosts, device, guest_of(st.cards, card, at), at)
    welcome(st.hosts, network, card, at)
    if device >= 0:
        _own(st, card, device, at)
    return device if device >= 0 else network


@nb.njit(nogil=True)
def _own(st, card, device, at):  # type: ignore[no-untyped-def]
    """The card has been seen on the device; a new pair is left to be asked who of them was reported."""
    line = find(st.links, st.slots, card, device | DEVICE_BIT)
    if line != s.NONE:
        set_met(st.links, line, min(met_at(st.links, line), at))
        return
    line = link(st.book, st.links, st.slots, card, device | DEVICE_BIT)
    set_met(st.links, line, at)
    st.links[line, s.L_NEXT_A] = st.cards[card, s.C_DEVICES]
    st.cards[card, s.C_DEVICES] = line
    owned = st.cards[card, s.C_OWNED_AT]
    st.cards[card, s.C_OWNED_AT] = at if owned == s.NEVER else min(owned, at)
    st.hosts[device, s.V_COUNT] += 1
    if st.hosts[device, s.V_COUNT] > MOST_CHAINED:
        return
    st.links[line, s.L_NEXT_B] = st.hosts[device, s.V_CARDS]
    st.hosts[device, s.V_CARDS] = line
    if _anybody_reported(st, st.hosts[device, s.V_CARDS]):
        trigger = st.triggers[st.book[s.TRIGGERS]]
        st.book[s.TRIGGERS] += 1
        trigger[s.T_CARD], trigger[s.T_NEAR], trigger[s.T_FLAGS] = card, device, 0
        trigger[s.T_AT] = at + 1


@nb.njit(nogil=True)
def _anybody_reported(st, line):  # type: ignore[no-untyped-def]
    while line != s.NONE:
        card = st.links[line, s.L_PAIR] >> 32
        if st.cards[card, s.C_LEAD_AT] != s.NEVER or st.cards[card, s.C_LABEL_AT] != s.NEVER:
            return True
        line = st.links[line, s.L_NEXT_B]
    return False


@nb.njit(nogil=True)
def on_new_device(st, card, device, at):  # type: ignore[no-untyped-def]
    """True where the device is new to the card, and is not the first it was ever seen on."""
    if device < 0:
        return False
    line = find(st.links, st.slots, card, device | DEVICE_BIT)
    since = at if line == s.NONE else min(met_at(st.links, line), at)
    owned = st.cards[card, s.C_OWNED_AT]
    return owned != s.NEVER and at - since < NEW_FOR and since > owned


@nb.njit(nogil=True, cache=True)
def place_seen(old, new, stretch):  # type: ignore[no-untyped-def]
    """Sightings of the stretch stand in the longer table too."""
    for n in range(len(old)):
        if old[n, 2] != stretch:
            continue
        spot = scattered(old[n, 0] ^ scattered(old[n, 1], 1 << 30), len(new))
        while new[spot, 2] == stretch:
            spot = (spot + 1) & (len(new) - 1)
        new[spot] = old[n]
