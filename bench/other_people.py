"""People, firms, cards and devices of a stranger's town; written from the trade's description alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import polars as pl

Ints = np.ndarray[Any, np.dtype[np.int64]]
LOCAL = timezone(timedelta(hours=8))
DAY = 86_400
KINDS = ("worker", "student", "elder", "trader", "courier", "gig", "migrant", "desk")


@dataclass(frozen=True)
class Style:
    """One way for a town to be: its size, calendar, money, tactics, and what its records lack."""

    name: str
    days: int
    people: int = 3_000
    begins: date = date(2023, 3, 1)
    ids: str = "hex"
    mix: tuple[float, ...] = (0.5, 0.1, 0.16, 0.06, 0.04, 0.05, 0.07, 0.02)
    yuan: tuple[float, float] = (3.6, 1.1)
    """Mean and spread of the logarithm of an everyday payment."""
    pays_a_day: float = 0.5
    calls_a_day: float = 0.7
    cards_each: float = 1.1
    rings: int = 4
    money: tuple[str, ...] = ("rented", "sleeper", "shop", "cash", "goods", "runner")
    phones: tuple[str, ...] = ("goip", "codes", "relay", "burst")
    loss: tuple[float, float] = (8.8, 1.0)
    gone: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    """Columns that nobody filled, as table.column."""
    known: tuple[float, float, float] = (0.0, 20.0, 0.0)
    """Share of bad cards labelled, mean days until it is known, share of labels that are wrong."""
    life: tuple[str, ...] = ()
    """Trades of the town beside everybody's life."""
    lived: float = 0.0
    """Share of the rings' phone cards that are somebody's own, whose honest life goes on."""


@dataclass
class Town:
    """What grows: people, cards and the book of events, with the truth kept beside them."""

    style: Style
    rng: np.random.Generator
    kind: Ints
    family: Ints
    born: Ints
    holder: Ints
    main: Ints
    phone: Ints
    firm: Ints
    account: np.ndarray[Any, Any]
    sim: np.ndarray[Any, Any]
    device: np.ndarray[Any, Any]
    sim_holder: Ints
    outside: np.ndarray[Any, Any]
    contacts: Ints
    parts: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    bad: dict[str, dict[int, float]] = field(default_factory=lambda: {"account": {}, "sim": {}})
    victims: set[int] = field(default_factory=set)
    fresh: dict[str, dict[int, float]] = field(default_factory=lambda: {"account": {}, "sim": {}})
    """When cards were opened for a ring; whatever else the card did before did not happen."""

    def add(self, table: str, **columns: Any) -> None:
        """Nothing; rows of a table, single values standing for all of them."""
        size = max(len(v) for v in columns.values() if isinstance(v, np.ndarray | pl.Series))
        full = {}
        for name, value in columns.items():
            if isinstance(value, np.ndarray) and value.dtype.kind in "OU":
                full[name] = pl.Series(name, value.tolist(), dtype=pl.String)
            elif isinstance(value, np.ndarray | pl.Series):
                full[name] = pl.Series(name, value)
            else:
                full[name] = pl.repeat(value, size, eager=True)
        if size:
            self.parts.setdefault(table, []).append(pl.DataFrame(full))

    def spoil(self, kind: str, card: int, at: float) -> None:
        """Nothing; the card is misused from then on, if it was not before."""
        self.bad[kind][int(card)] = min(at, self.bad[kind].get(int(card), np.inf))

    def when(self, seconds: Any) -> pl.Series:
        """Instants of these seconds since the town's first midnight."""
        first = datetime.combine(self.style.begins, datetime.min.time(), LOCAL)
        micros = np.asarray(np.asarray(seconds, float) * 1e6, np.int64)
        return pl.Series(micros + int(first.timestamp() * 1e6)).cast(pl.Datetime("us", "UTC"))


def ids(style: Style, what: str, numbers: Any) -> np.ndarray[Any, Any]:
    """Opaque ids in the town's own manner."""
    out = []
    for n in np.asarray(numbers).tolist():
        text = hashlib.blake2b(f"{style.name}/{what}/{n}".encode(), digest_size=12).hexdigest()
        if style.ids == "serial":
            text = f"{what}-{int(text[:7], 16) % 9_000_000:07d}-{n}"
        elif style.ids == "upper":
            text = f"{what[0].upper()}{text[:14].upper()}{n:x}"
        out.append(text)
    return np.array(out, dtype=object)


def settle(style: Style, seed: int) -> Town:
    """A town with its people, firms, cards, handsets and acquaintances, and nothing happened yet."""
    rng = np.random.default_rng([seed, len(style.name), sum(style.name.encode())])
    n = style.people
    mix = np.array(style.mix)
    kind = rng.choice(len(KINDS), n, p=mix / mix.sum())
    ages = (
        np.array([38, 20, 70, 41, 30, 29, 34, 27])[kind]
        + rng.normal(0, 1, n) * np.array([9, 1.3, 7, 9, 6, 7, 9, 4])[kind]
    )
    born = (style.begins.year - np.clip(ages, 16, 95)).astype(np.int64)
    family = np.sort(rng.integers(0, n // 3, n))
    firms = max(n // 60, 4)
    own = 1 + np.minimum(rng.poisson(style.cards_each, n), 4)
    holder = np.repeat(np.arange(n), own)
    main = np.concatenate([[0], np.cumsum(own)[:-1]])
    holder = np.concatenate([holder, n + np.arange(firms)])
    second = rng.random(n) < 0.22
    sim_holder = np.concatenate([np.arange(n), np.flatnonzero(second), n + np.arange(firms // 2)])
    town = Town(
        style, rng, kind, family, born, holder, main,
        np.arange(n), rng.integers(0, firms, n),
        ids(style, "acct", np.arange(holder.size)), ids(style, "tel", np.arange(sim_holder.size)),
        ids(style, "dev", np.arange(n)), sim_holder, ids(style, "ext", np.arange(3 * n)),
        _contacts(rng, n, family),
    )  # fmt: skip
    _register(town, firms)
    return town


def _contacts(rng: np.random.Generator, n: int, family: Ints) -> Ints:
    """Whom each person knows: kin and neighbours first, chance acquaintances after."""
    near = np.arange(n)[:, None] + np.rint(rng.laplace(0, 25, (n, 12))).astype(np.int64)
    kin = np.searchsorted(family, family)[:, None] + rng.integers(0, 4, (n, 2))
    known = np.concatenate([kin, near, rng.integers(0, n, (n, 4))], axis=1) % n
    return np.where(known == np.arange(n)[:, None], (known + 1) % n, known)


def _register(town: Town, firms: int) -> None:
    """Nothing; institutions, outlets, staff, people, firms, cards and the applications of late."""
    s, rng = town.style, town.rng
    n, m = s.people, town.holder.size
    banks, lines, outlets = 5, 3, 30
    place = np.array([f"99{k:04d}" for k in rng.integers(1, 12, outlets)])
    at_bank = rng.integers(0, banks + lines, outlets)
    who, shop, clerk = (ids(s, w, np.arange(k)) for w, k in (("org", 8), ("out", 30), ("emp", 90)))
    kinds = np.array(["bank"] * 4 + ["payment", "operator", "operator", "mvno"])
    town.add("institution", institution_id=who, institution_kind=kinds)
    outlet_kind = np.where(at_bank < banks, "branch", "hall")
    town.add(
        "outlet",
        outlet_id=shop,
        institution_id=who[at_bank],
        outlet_kind=outlet_kind,
        region_code=place,
    )
    town.add("staff", staff_id=clerk, outlet_id=shop[np.arange(90) % 30])
    people = ids(s, "per", np.arange(n))
    home = np.where(rng.random(n) < 0.8, "990101", rng.choice(place, n))
    town.add("person", person_id=people, birth_year=town.born, home_region_code=home)
    legal = rng.integers(0, n, firms)
    named = ids(s, "co", np.arange(firms))
    town.add(
        "organisation",
        organisation_id=named,
        legal_person_id=people[legal],
        region_code=rng.choice(place, firms),
    )
    everybody = np.concatenate([people, named])
    span = s.days * DAY
    for table, holder, size in (
        ("account", town.holder, m),
        ("sim", town.sim_holder, town.sim.size),
    ):
        age = rng.exponential(1_300, size) * DAY
        since = np.where(rng.random(size) < 0.03, rng.random(size) * span, -age)
        here = np.flatnonzero((at_bank < banks) == (table == "account"))
        outlet = rng.choice(here, size)
        staff = clerk[outlet + 30 * rng.integers(0, 3, size)]
        common = {
            "holder_id": everybody[holder],
            "institution_id": who[at_bank[outlet]],
            "outlet_id": shop[outlet],
            "staff_id": staff,
        }
        if table == "account":
            word = np.where(
                holder >= n,
                "corporate",
                rng.choice(["class_1", "class_2", "payment"], size, p=[0.5, 0.3, 0.2]),
            )
            bound = np.where(holder < n, town.sim[np.minimum(holder, n - 1)], None)
            town.add(
                table,
                account_id=town.account,
                account_kind=word,
                opened_at=town.when(since),
                sim_id=bound,
                **common,
            )
        else:
            town.add(
                table, sim_id=town.sim, sim_kind="phone", activated_at=town.when(since), **common
            )
        card = town.account if table == "account" else town.sim
        new = np.flatnonzero((since >= 0) & (holder < n))
        applied(
            town,
            table,
            card[new],
            everybody[holder[new]],
            since[new],
            shop[outlet[new]],
            staff[new],
            bad=False,
        )


def applied(  # noqa: PLR0917  # the columns of a row, in their order
    town: Town,
    kind: str,
    card: Any,
    who: Any,
    at: Any,
    shop: Any,
    staff: Any,
    *,
    bad: bool,
    companion: Any = None,
) -> None:
    """Nothing; applications granted then, a few more refused, on one of the outlet's two terminals."""
    rng, size = town.rng, len(card)
    if not size:
        return
    serial = sum(p.height for p in town.parts.get("opening", []))
    desk = np.array([f"{o[-6:]}t{k}" for o, k in zip(shop, rng.integers(0, 2, size), strict=True)])
    with_whom = (
        np.full(size, companion, object)
        if companion is not None
        else np.where(rng.random(size) < 0.06, rng.permutation(who), None)
    )
    refused = (rng.random(size) < 0.04) & (not bad)
    word = np.where(refused, "refused", np.where(rng.random(size) < 0.1, "reduced", "opened"))
    town.add(
        "opening", opening_id=ids(town.style, "app", serial + np.arange(size)), at=town.when(at),
        card_kind=kind, card_id=np.where(refused, None, card), applicant_id=who, outlet_id=shop,
        staff_id=staff, terminal_id=desk, companion_id=with_whom, outcome=word, _bad=bad,
    )  # fmt: skip
