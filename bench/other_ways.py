"""How the money of a stranger's town leaves the cards of its mules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from other_life import pay
from other_people import DAY, Town
from other_talk import seen

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR = 3_600.0


@dataclass
class Ring:
    """One ring: its tactics, the time it works, its mules' cards, phones and handsets."""

    number: int
    money: str
    phones: str
    first: float
    last: float
    mules: list[int]
    collectors: list[int]
    lines: list[int]
    handsets: list[str]
    used: int = 0


def token(
    town: Town,
    at: float,
    payer: Any,
    payee: Any,
    yuan: float,
    *,
    channel: str = "mobile",
    memo: str = "personal",
    device: Any = None,
) -> None:
    """Nothing; one transfer that serves the fraud."""
    pay(
        town,
        [at],
        [payer],
        [payee],
        [yuan],
        channel=channel,
        memo=memo,
        device=device,
        illicit=True,
    )


def _login(town: Town, ring: Ring, card: int, at: float) -> str:
    """The handset from which the ring works the card, seen there just before."""
    device = ring.handsets[int(town.rng.integers(1, 4))]
    abroad = np.full(1, town.rng.random() < 0.1)
    seen(
        town,
        [at - 120],
        "account",
        [town.account[card]],
        device,
        f"hotel{ring.number}",
        abroad=abroad,
    )
    return device


def _split(town: Town, yuan: float, parts: int) -> Any:
    share = town.rng.dirichlet(np.full(parts, 4.0))
    return yuan * share


def rented(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """A card rented for ten minutes: in, out at once to collectors here and elsewhere, never again."""
    rng = town.rng
    device = _login(town, ring, mule, at)
    if rng.random() < 0.4:
        token(town, at - 700, town.outside[900 + ring.number], town.account[mule], 1.0)
    for part in _split(town, yuan * rng.uniform(0.985, 1.0), int(rng.integers(1, 4))):
        last = ring.collectors[int(rng.integers(0, 2))]
        to = (
            town.account[last]
            if rng.random() < 0.6
            else town.outside[1_000 + ring.number * 7 + int(rng.integers(0, 5))]
        )
        when = at + rng.uniform(60, 500)
        token(town, when, town.account[mule], to, part, device=device)
        if to == town.account[last]:
            town.spoil("account", last, when)
            out = town.outside[1_200 + ring.number * 5 + int(rng.integers(0, 4))]
            token(
                town,
                when + rng.uniform(200, 1_500),
                town.account[last],
                out,
                part * 0.997,
                device=device,
            )
    ring.used += 1


def sleeper(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """A card long honest, worked by its own holder's phone until the day; all of it goes in one go, overseas."""
    rng = town.rng
    device = town.device[town.holder[mule]] if rng.random() < 0.6 else _login(town, ring, mule, at)
    when = at + rng.uniform(600, 5_000)
    token(
        town,
        when,
        town.account[mule],
        f"OVERSEAS:{ring.number}",
        yuan * rng.uniform(0.9, 0.99),
        channel="web",
        memo="other",
        device=device,
    )


def shop(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """Through a willing shop's QR code, as if goods were bought, and round to other cards of the ring."""
    rng = town.rng
    till = ring.collectors[0]
    when = at
    for part in _split(town, yuan * 0.98, int(rng.integers(2, 6))):
        when += rng.uniform(120, 1_500)
        token(
            town,
            when,
            town.account[mule],
            town.account[till],
            np.rint(part),
            channel="qr",
            memo="purchase",
            device=_login(town, ring, mule, when),
        )
    town.spoil("account", till, at)
    back = ring.mules[int(rng.integers(0, len(ring.mules)))]
    if rng.random() < 0.5 and back != mule:
        token(
            town,
            when + rng.uniform(1, 6) * HOUR,
            town.account[till],
            town.account[back],
            yuan * 0.3,
            memo="refund",
        )
        token(
            town,
            when + rng.uniform(7, 9) * HOUR,
            town.account[back],
            town.outside[1_400 + ring.number],
            yuan * 0.29,
        )
        town.spoil("account", back, when)
    token(
        town,
        when + rng.uniform(1, 5) * HOUR,
        town.account[till],
        town.outside[1_400 + ring.number],
        yuan * 0.6,
        memo="purchase",
        channel="web",
    )


def cash(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """Cash from machines in several draws; a courier pays it into another card next day, less his share."""
    rng = town.rng
    draws = min(int(np.ceil(yuan / 5_000)), 12)
    for k, part in enumerate(np.full(draws, yuan * 0.99 / draws)):
        token(
            town,
            at + 500 + k * rng.uniform(40, 300),
            town.account[mule],
            "CASH",
            np.floor(part / 100) * 100 + 100,
            channel="atm",
            memo="other",
        )
    last = ring.collectors[int(rng.integers(0, 2))]
    when = at + rng.uniform(4, 30) * HOUR
    if when < town.style.days * DAY - HOUR:
        token(
            town,
            when,
            "CASH",
            town.account[last],
            np.floor(yuan * 0.9),
            channel="atm",
            memo="other",
        )
        town.spoil("account", last, when)
        token(
            town,
            when + rng.uniform(500, 4_000),
            town.account[last],
            f"CRYPTO:{ring.number}",
            yuan * 0.89,
            channel="web",
            memo="other",
        )


def goods(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """Vouchers and game coins of fixed face, bought in a row until little is left."""
    rng = town.rng
    device, when, left = _login(town, ring, mule, at), at, yuan
    for _ in range(25):
        face = float(
            rng.choice([100, 200, 500, 648, 1_000, 2_000], p=[0.05, 0.1, 0.25, 0.2, 0.2, 0.2])
        )
        if left < face:
            break
        when += rng.uniform(20, 150)
        left -= face
        token(
            town,
            when,
            town.account[mule],
            f"MERCHANT:game{int(rng.integers(0, 4))}",
            face,
            channel="third_party",
            memo="purchase",
            device=device,
        )
    if left > 3_000:
        token(
            town,
            when + 300,
            town.account[mule],
            f"CRYPTO:{ring.number}",
            left * 0.97,
            channel="web",
            memo="other",
            device=device,
        )


def runner(town: Town, ring: Ring, mule: int, at: float, yuan: float) -> None:
    """The holder moves it himself, on his own phone, many codes scanned, a few per cent kept."""
    rng = town.rng
    device = town.device[town.holder[mule]]
    k = int(rng.integers(2, 7))
    extra = rng.choice([300, 500, 800, 1_000, 1_500], k)
    payers = town.outside[rng.integers(0, 3 * town.style.people, k)]
    pay(
        town,
        at + rng.uniform(0, 2 * HOUR, k),
        payers,
        np.full(k, town.account[mule], object),
        extra,
        channel="qr",
        illicit=True,
    )
    total = (yuan + extra.sum()) * (1 - rng.uniform(0.01, 0.05))
    for part in _split(town, total, int(rng.integers(1, 4))):
        token(
            town,
            at + rng.uniform(2.1, 5) * HOUR,
            town.account[mule],
            town.outside[1_500 + ring.number * 9 + int(rng.integers(0, 6))],
            part,
            device=device,
        )


WAYS: dict[str, Callable[[Town, Ring, int, float, float], None]] = {
    "rented": rented, "sleeper": sleeper, "shop": shop, "cash": cash, "goods": goods, "runner": runner,
}  # fmt: skip
