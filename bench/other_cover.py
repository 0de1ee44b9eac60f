"""Rings that work under cover of an honest life: a merchant's QR code, students' cards, villagers' lines that are called back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from other_life import pay
from other_people import DAY, Town
from other_talk import call, seen, text
from other_ways import HOUR, Ring, token

if TYPE_CHECKING:
    from collections.abc import Callable


def merchant_qr(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """A merchant of a platform lends the code: custom before and after, at night a supplier is paid for goods never sent."""
    rng, end = town.rng, town.style.days * DAY - HOUR
    k = int(rng.integers(6, 25))
    days = np.clip(at + rng.uniform(-12, 8, k) * DAY, HOUR, end)
    custom = rng.lognormal(town.style.yuan[0] + 0.8, 0.9, k)
    payers = town.outside[rng.integers(0, 3 * town.style.people, k)]
    mine = town.account[mule]
    pay(town, days, payers, np.full(k, mine, object), custom, channel="qr", memo="purchase")
    evening = np.floor(at / DAY) * DAY + rng.uniform(20, 22.5) * HOUR
    when = min(max(evening, at + rng.uniform(0.5, 2) * HOUR), end)
    parts = rng.dirichlet(np.full(int(rng.integers(1, 4)), 5.0))
    for n, part in enumerate(parts):
        token(
            town, min(when + n * 400, end), mine, town.outside[1_800 + ring.number * 3 + n],
            (yuan + custom[:3].sum()) * part * 0.97, memo="purchase",
            device=town.device[town.holder[mule]],
        )  # fmt: skip


def after_term(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """A student's card sold after the term: the buyer's handset, small purchases go on, the money leaves in top-ups and gift cards."""
    rng, end = town.rng, town.style.days * DAY - HOUR
    device, mine = ring.handsets[1 + mule % 3], town.account[mule]
    seen(
        town,
        [max(at - rng.uniform(0.2, 3) * DAY, 0.0)],
        "account",
        [mine],
        device,
        f"flat{ring.number}",
    )
    k = int(rng.integers(2, 9))
    small = np.clip(at + rng.uniform(-3, 3, k) * DAY, HOUR, end)
    pay(
        town, small, np.full(k, mine, object), np.full(k, "MERCHANT:m3", object),
        rng.lognormal(town.style.yuan[0], 0.7, k), channel="qr", memo="purchase", device=device,
    )  # fmt: skip
    pieces = int(np.clip(yuan // 2_000, 2, 14))
    for part in rng.dirichlet(np.full(pieces, 3.0)):
        when = min(at + rng.uniform(0.3, 20) * HOUR, end)
        to = (
            f"MERCHANT:m{int(rng.integers(0, 12))}"
            if rng.random() < 0.7
            else town.outside[1_900 + ring.number]
        )
        token(
            town,
            when,
            mine,
            to,
            yuan * 0.96 * part,
            channel="third_party",
            memo="purchase",
            device=device,
        )


def villagers(town: Town, ring: Ring) -> None:
    """A box hired in a village: its owners' own lines, a few calls an hour, some of them answered when called back."""
    rng, n, days = town.rng, town.style.people, town.style.days
    for line in ring.lines:
        for day in np.flatnonzero(rng.random(int(ring.last) - int(ring.first) + 1) < 0.8) + int(
            ring.first
        ):
            at = day * DAY + np.sort(rng.uniform(8, 20, rng.poisson(7))) * HOUR
            at = at[at < days * DAY - HOUR]
            if not at.size:
                continue
            who = rng.integers(0, n, at.size)
            to = np.where(
                rng.random(at.size) < 0.4,
                town.sim[who],
                np.array([f"T{x}" for x in town.outside[who]], object),
            )
            mine: Any = np.full(at.size, town.sim[line], object)
            call(
                town, at, mine, to, rng.lognormal(3.7, 1.0, at.size), device=ring.handsets[0],
                answered=rng.random(at.size) < 0.6, illicit=True,
            )  # fmt: skip
            town.spoil("sim", line, float(at[0]))
            back = rng.random(at.size) < 0.2
            call(
                town, at[back] + rng.exponential(2_400, int(back.sum())), to[back], mine[back],
                rng.lognormal(3.3, 0.8, int(back.sum())), device=None,
            )  # fmt: skip


def lent_codes(town: Town, ring: Ring) -> None:
    """People whose own lines take codes for strangers beside their own life: a few a day, for weeks."""
    rng = town.rng
    for line in ring.lines:
        k = int(rng.integers(12, 60))
        at = np.sort(rng.uniform(ring.first, ring.last, k)) * DAY
        services = np.array([f"SVC{x}" for x in rng.integers(0, 60, k)], object)
        text(town, at, services, np.full(k, town.sim[line], object), "code")
        town.spoil("sim", line, float(at[0]))


COVER_WAYS: dict[str, Callable[[Town, Ring, int, float, float], None]] = {
    "merchant_qr": merchant_qr, "after_term": after_term,
}  # fmt: skip
COVER_PHONES: dict[str, Callable[[Town, Ring], None]] = {
    "villagers": villagers, "lent_codes": lent_codes,
}  # fmt: skip
