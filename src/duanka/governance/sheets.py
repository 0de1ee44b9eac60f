"""What a unit answers for, month by month and beside its peers: exposure, implicated cards, expectation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.governance import delays, grain
from duanka.governance.attribution import UNIT_COLUMNS, ask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from duanka.governance.horizon import Horizon

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Counted = Mapping[str, pl.DataFrame]

UNIT_KINDS = ("institution", "outlet", "staff", "region")
SIDES = ("new", "stock")
KINDS = ("account", "sim")
PEERS = ("card_kind", "card_class", "holder_kind", "channel")
"""What a card is compared with: never age, sex, ethnicity or home region of its holder."""


@dataclass(frozen=True)
class Sheet:
    """One kind of unit on one side: a row a unit, a column a month from the horizon's first to its last.

    Shapes: `exposure`, `implicated`, `self_found`, `counted` (those held against it), `expected` (in the end)
        and `expected_so_far` [units, months];
        `by_known` implicated cards that count [events, 3]: unit, month, month known;
        `weight` [kinds of card, units, months] what is expected in the end, by kind of card;
        `seen` [kinds of card, months, months looked from].
    Units: cards; what is expected in the parts of `governance.grain`, whose sums are exact.
    """

    unit_kind: str
    side: str
    units: tuple[str, ...]
    first: int
    exposure: Ints
    implicated: Ints
    self_found: Ints
    counted: Ints
    expected: Floats
    expected_so_far: Floats
    by_known: Ints
    weight: Floats
    seen: Floats


def count(attributed: pl.DataFrame, span: Horizon, *, threads: int = 1) -> Counted:
    """The cards of each kind of unit, counted in SQL over attributed cards: see `counted.sql`."""
    first = pl.DataFrame({"first_month": [span.first]}, schema={"first_month": pl.Int32})
    of_card = [*PEERS, "opened_month", "known_month", "self_found"]
    return {
        unit_kind: ask(
            "counted",
            {
                "owned": attributed.select(
                    pl.col(UNIT_COLUMNS[unit_kind]).alias("unit_id"), *of_card
                ),
                "horizon": first,
            },
            threads=threads,
        )
        for unit_kind in UNIT_KINDS
    }


def sheets(counted: Counted, span: Horizon, *, self_found_counts: int) -> list[Sheet]:
    """A sheet for each kind of unit and side of which anything is known.

    `self_found_counts` is the weight of a card that the unit found itself: 0 by the policy, or 1.
    """
    seen = seen_by_kind(counted["institution"], span)
    return [
        sheet
        for unit_kind in UNIT_KINDS
        for sheet in both_sides(
            unit_kind, counted[unit_kind], span, seen=seen, self_found_counts=self_found_counts
        )
    ]


def both_sides(
    unit_kind: str, rows: pl.DataFrame, span: Horizon, *, seen: Floats, self_found_counts: int
) -> Iterator[Sheet]:
    """The sheets of one kind of unit, one side after the other; none where it has no cards."""
    if rows.is_empty():
        return
    laid = _lay(rows, span)
    for side in SIDES:
        cover = seen if side == "new" else _seen_stock(span)
        yield _sheet(unit_kind, side, laid, span, (cover, self_found_counts))


def seen_by_kind(institution: pl.DataFrame, span: Horizon) -> Floats:
    """By kind of card, which share of a month's new cards could be seen by the end of each month.

    Shapes: [kinds of card, months, months looked from]. Columns: `institution` as `counted.sql` says.
    """
    cover, size = span.cover(), span.last - span.first + 1
    out = []
    for kind in KINDS:
        mine = institution.filter(
            (pl.col("card_kind").cast(pl.String) == kind) & (pl.col("opened_month") >= span.first)
        )
        opened, known = np.zeros(size), np.zeros((size, span.young))
        at = mine["opened_month"].to_numpy() - span.first
        cards = mine["cards"].to_numpy()
        np.add.at(opened, at, cards)
        age = (mine["known_month"] - mine["opened_month"]).fill_null(-1).to_numpy()
        young = (age >= 0) & (age < span.young)
        np.add.at(known, (at[young], age[young]), cards[young])
        out.append(delays.seen_share(delays.hazards(opened, known, cover), cover))
    return grain.shares(np.stack(out))


def _seen_stock(span: Horizon) -> Floats:
    """Stock is counted in the month it becomes known: seen as far as labels cover that month."""
    cover = span.cover()
    month = np.arange(cover.size)
    one = np.where(month[None, :] >= month[:, None], cover[:, None], 0.0)
    return np.stack([one] * len(KINDS))


@dataclass(frozen=True)
class _Laid:
    """Pairs of unit and peers, sorted; `opened` has one column more in front: all older cards."""

    units: tuple[str, ...]
    unit: Ints  # of each pair
    peers: Ints  # of each pair
    kind: Ints  # of each pair: 0 account, 1 sim
    opened: Ints  # [pairs, 1 + months]
    pair: Ints  # of each implicated row
    opened_month: Ints
    known_month: Ints
    self_found: Ints
    cards: Ints


def _lay(rows: pl.DataFrame, span: Horizon) -> _Laid:
    """The rows of `counted.sql` as arrays; they come sorted by unit and peers, so that nothing is looked up."""
    fresh = np.zeros(rows.height, dtype=np.bool_)
    fresh[0] = True
    for name in ("unit_id", *PEERS):
        turn = rows[name].rle_id().to_numpy()
        fresh[1:] |= turn[1:] != turn[:-1]
    pair = np.cumsum(fresh) - 1
    pairs = rows.filter(pl.Series(fresh)).select("unit_id", *PEERS)
    peers = pairs.select(PEERS).unique().sort(PEERS).with_row_index("peers")
    placed = pairs.join(peers, on=PEERS, how="left", maintain_order="left")
    months = span.last - span.first + 2
    opened = rows["opened_month"].to_numpy().astype(np.int64) - span.first + 1
    cards = rows["cards"].to_numpy().astype(np.int64)
    grid = np.bincount(pair * months + opened, cards, pairs.height * months).astype(np.int64)
    known = rows["known_month"].is_not_null().to_numpy()
    mine = rows.filter(pl.Series(known))
    return _Laid(
        tuple(pairs["unit_id"].cast(pl.String).unique(maintain_order=True)),
        pairs["unit_id"].rle_id().to_numpy().astype(np.int64),
        placed["peers"].to_numpy().astype(np.int64),
        (pairs["card_kind"].cast(pl.String) == KINDS[1]).to_numpy().astype(np.int64),
        grid.reshape(pairs.height, months),
        pair[known],
        *(
            mine[name].to_numpy().astype(np.int64)
            for name in ("opened_month", "known_month", "self_found", "cards")
        ),
    )


def _sheet(unit_kind: str, side: str, laid: _Laid, span: Horizon, how: tuple[Floats, int]) -> Sheet:
    seen, self_found_counts = how
    size, pairs = span.last - span.first + 1, laid.unit.size
    young = laid.known_month - laid.opened_month < span.young
    young &= laid.opened_month >= span.first
    month = np.where(young, laid.opened_month, laid.known_month) - span.first
    mine = (young if side == "new" else ~young) & (month >= 0)
    if side == "stock":
        mine &= laid.known_month >= span.begins
    exposed = laid.opened[:, 1:] if side == "new" else _standing(laid, span)
    held = (laid.cards * np.where(laid.self_found == 1, self_found_counts, 1)).astype(np.int64)
    by_pair = np.bincount(laid.pair[mine], held[mine], pairs).astype(np.float64)
    rate = _peer_rates(laid, exposed, by_pair, seen)
    begins = np.flatnonzero(np.diff(laid.unit, prepend=-1))
    weight = np.stack(
        [
            np.add.reduceat(np.where(laid.kind == k, rate, 0.0)[:, None] * exposed, begins, axis=0)
            for k in range(len(KINDS))
        ]
    )
    counted = _to_units(laid, mine, month, size, held)
    weight = grain.cards(weight * _levels(weight, seen[:, :, -1], counted))
    event = mine & (held > 0)
    events = np.stack([laid.unit[laid.pair], month, laid.known_month - span.first], axis=1)
    return Sheet(
        unit_kind=unit_kind,
        side=side,
        units=laid.units,
        first=span.first,
        exposure=np.add.reduceat(exposed, begins, axis=0),
        implicated=_to_units(laid, mine, month, size, laid.cards),
        self_found=_to_units(laid, mine, month, size, laid.cards * laid.self_found),
        counted=counted,
        expected=weight.sum(axis=0),
        expected_so_far=grain.cards(weight * seen[:, None, :, -1]).sum(axis=0),
        by_known=np.repeat(events[event], held[event], axis=0),
        weight=weight,
        seen=seen,
    )


def _to_units(laid: _Laid, mine: NDArray[np.bool_], month: Ints, size: int, cards: Ints) -> Ints:
    out = np.zeros((len(laid.units), size), dtype=np.int64)
    np.add.at(out, (laid.unit[laid.pair[mine]], month[mine]), cards[mine])
    return out


def _standing(laid: _Laid, span: Horizon) -> Ints:
    """Cards past their youth at the beginning of each month and not yet found out; nothing before stock begins."""
    size = span.last - span.first + 1
    held = np.zeros((laid.unit.size, size), dtype=np.int64)
    so_far = np.cumsum(laid.opened, axis=1)  # column i: opened before month first + i
    for month in range(size):
        held[:, month] = so_far[:, max(month - span.young + 1, 0)]
    gone = np.zeros_like(held)
    last_of = np.maximum(laid.known_month + 1, laid.opened_month + span.young) - span.first
    inside = last_of < size
    np.add.at(gone, (laid.pair[inside], np.maximum(last_of[inside], 0)), laid.cards[inside])
    held -= np.cumsum(gone, axis=1)
    held[:, : span.begins - span.first] = 0
    return held


def _peer_rates(laid: _Laid, exposed: Ints, by_pair: Floats, seen: Floats) -> Floats:
    """Implicated cards expected of one card, by what other units' cards of the same peers show.

    The unit itself is left out, so that a big bad unit does not pass for its own peer; a group of peers
    that is small leans on the whole of its kind of card with the weight of one implicated card.
    """
    exposure = np.einsum("pm,pm->p", exposed, seen[laid.kind, :, -1])
    out = np.zeros(laid.unit.size)
    for kind in range(len(KINDS)):
        mine = laid.kind == kind
        total = exposure[mine].sum()
        overall = by_pair[mine].sum() / total if total > 0 else 0.0
        if overall <= 0:
            continue
        cards = np.bincount(laid.peers[mine], by_pair[mine], laid.peers.max() + 1)
        base = np.bincount(laid.peers[mine], exposure[mine], laid.peers.max() + 1)
        group = laid.peers[mine]
        others = cards[group] - by_pair[mine]
        out[mine] = (others + 1.0) / (base[group] - exposure[mine] + 1.0 / overall)
    return grain.cards(out)


def _levels(weight: Floats, seen: Floats, counted: Ints) -> Floats:
    """How much more or less than usual each month saw in all, with the weight of one card for the usual."""
    expected = (weight.sum(axis=1) * seen).sum(axis=0)
    return np.asarray((counted.sum(axis=0) + 1.0) / (expected + 1.0), dtype=np.float64)
