"""What a unit shows in the months looked at, held to its peers and to chance: the figures behind every listing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.governance import shrinkage
from duanka.governance.attribution import UNIT_COLUMNS
from duanka.governance.horizon import window_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from duanka.governance.scorecard import Governed
    from duanka.governance.sheets import Sheet
    from duanka.policy.dated import Regime

    Floats = NDArray[np.float64]
    Facts = dict[str, NDArray[np.generic]]

FIGURES = (
    "side", "exposure_new", "counted_new", "expected_new", "exposure_stock", "counted_stock", "expected_stock",
    "implicated", "expected", "ratio", "lower_ratio", "upper_ratio", "tail_share", "stands_out", "concentrated",
)  # fmt: skip
PARTS = {"outlet": "staff", "region": "outlet", "institution": "outlet"}
"""Of what a unit is made, where its excess may sit with one part of it."""
WHOLE = 0.8
"""A part that stands for more of the unit than this is the unit."""
LEFT_OVER = 0.05
"""The rest of a unit has an excess of its own if an ordinary one shows as much less often than this."""


@dataclass(frozen=True)
class Seen:
    """What a side shows of each unit in the months looked at, as known by the end of a period."""

    side: str
    exposure: Floats
    counted: Floats
    expected: Floats


def looked_at(sheet: Sheet, month: int, *, window: int) -> Seen:
    """What the months up to this one show of each unit, as known by the end of this one."""
    at, size = month - sheet.first, len(sheet.units)
    begin = max(at - window + 1, 0)
    unit, opened, known = sheet.by_known.T
    inside = (opened >= begin) & (opened <= at) & (known <= at)
    counted = np.bincount(unit[inside], minlength=size).astype(np.float64)
    part = slice(begin, at + 1)
    expected = np.einsum("kum,km->u", sheet.weight[:, :, part], sheet.seen[:, part, at])
    return Seen(sheet.side, sheet.exposure[:, part].sum(axis=1), counted, expected)


@dataclass(frozen=True)
class _Total:
    """Both sides of every unit of a kind together, with what is ordinary among them."""

    counted: Floats
    expected: Floats
    held: shrinkage.Held
    clump: float


def parts_of(found: Governed) -> dict[str, NDArray[np.int64]]:
    """For each kind of unit that has parts, to which unit each part belongs, by most of its cards."""
    units = {sheet.unit_kind: sheet.units for sheet in found.sheets}
    out = {}
    for whole, part in PARTS.items():
        if whole not in units or part not in units:
            continue
        rows = found.attributed.select(
            part=pl.col(UNIT_COLUMNS[part]), whole=pl.col(UNIT_COLUMNS[whole])
        ).drop_nulls()
        most = (
            rows.group_by("part", "whole")
            .len()
            .sort("part", "len", "whole", descending=[False, True, False])
        )
        chosen = dict(
            most.unique("part", keep="first", maintain_order=True)
            .select("part", "whole")
            .iter_rows()
        )
        place = {unit: i for i, unit in enumerate(units[whole])}
        out[whole] = np.array([place.get(chosen.get(one, ""), -1) for one in units[part]])
    return out


def facts_of(
    sheets: Sequence[Sheet], parts: Mapping[str, NDArray[np.int64]], regime: Regime, *, month: int
) -> dict[str, Facts]:
    """Of each kind of unit, what both sides of every unit show together in the months up to this one.

    The sides are told apart on the scorecard; whether a unit stands out is one question, so that it is asked once.
    """
    usual = regime.number("scorecards.usual_spread")
    seen: dict[str, list[Seen]] = {}
    for sheet in sheets:
        window = window_of(sheet.unit_kind, regime)
        seen.setdefault(sheet.unit_kind, []).append(looked_at(sheet, month, window=window))
    sums = {kind: _both(sides) for kind, sides in seen.items()}
    clump = clumps(sums, usual=usual)
    if "staff" in seen and "outlet" in parts:
        there = colleagues(*sums["staff"], parts["outlet"], batches=1.0 + clump, usual=usual)
        seen["staff"] = [replace(one, expected=one.expected * there) for one in seen["staff"]]
        sums["staff"] = _both(seen["staff"])
    totals = {}
    for kind, (counted, expected) in sums.items():
        held = shrinkage.held_to_chance(counted, expected, usual=usual, clump=clump)
        totals[kind] = _Total(counted, expected, held, clump)
    as_parts = sums | {"staff": _as_parts(sheets, regime, month)}
    return {
        kind: _facts(kind, both, totals, (as_parts, parts), regime) for kind, both in seen.items()
    }


def _both(sides: Sequence[Seen]) -> tuple[Floats, Floats]:
    """What both sides count and expect together."""
    return np.sum([one.counted for one in sides], axis=0), np.sum(
        [one.expected for one in sides], axis=0
    )


def _as_parts(sheets: Sequence[Sheet], regime: Regime, month: int) -> tuple[Floats, Floats]:
    """What employees count and expect in the months that their outlet is judged by."""
    window = window_of("outlet", regime)
    staff = [looked_at(one, month, window=window) for one in sheets if one.unit_kind == "staff"]
    return _both(staff) if staff else (np.zeros(0), np.zeros(0))


def colleagues(
    counted: Floats, expected: Floats, outlet: NDArray[np.int64], *, batches: float, usual: float
) -> Floats:
    """By how much the colleagues at an employee's outlet exceed what is expected of them, shrunk to one.

    What a whole outlet shows is not one employee's. How far outlets differ says how much their word weighs.

    Columns: `outlet` of each employee, -1 where unknown; `batches` cards that come as one misfortune.
    """
    known = outlet >= 0
    o, e = (
        np.bincount(outlet[known], cards[known] / batches).astype(np.float64)
        for cards in (counted, expected)
    )
    if not (e > 0).any():
        return np.ones(counted.size)
    shape = 1.0 / shrinkage.spread(o[e > 0], e[e > 0], usual=usual)
    others, usually = o[outlet] - counted / batches, e[outlet] - expected / batches
    return np.where(
        known, (shape + np.maximum(others, 0.0)) / (shape + np.maximum(usually, 0.0)), 1.0
    )


def clumps(sums: Mapping[str, tuple[Floats, Floats]], *, usual: float) -> float:
    """How far implicated cards come in batches, as the smallest units of which there are many say; zero without them.

    Columns: `sums` counted and expected cards of each unit, by kind.
    """
    for kind in ("staff", "outlet"):
        if kind in sums and (sums[kind][1] > 0).sum() > shrinkage.FEW_UNITS:
            return shrinkage.clumping(*sums[kind], usual=usual)
    return 0.0


def _facts(
    kind: str,
    both: Sequence[Seen],
    totals: Mapping[str, _Total],
    made_of: tuple[Mapping[str, tuple[Floats, Floats]], Mapping[str, NDArray[np.int64]]],
    regime: Regime,
) -> Facts:
    number, total = regime.number, totals[kind]
    as_parts, parts = made_of
    counted, expected = total.counted, total.expected
    inside = expected > 0
    batches = 1.0 + total.clump  # a batch says about as much as one card
    o, e = counted / batches, expected / batches
    variance = shrinkage.spread(o[inside], e[inside], usual=number("scorecards.usual_spread"))
    post = shrinkage.posterior(o, e, variance, interval_share=number("scorecards.interval_share"))
    worse = np.argmax(np.stack([one.counted - one.expected for one in both]), axis=0)
    sides = {
        f"{name}_{one.side}": getattr(one, name)
        for one in both
        for name in ("exposure", "counted", "expected")
    }
    alone = np.zeros(counted.size, dtype=np.bool_)
    if kind in parts:
        alone = _concentrated(total, as_parts[PARTS[kind]], parts[kind])
    return sides | {
        "side": np.array([one.side for one in both])[worse],
        "implicated": counted,
        "expected": expected,
        "ratio": counted / np.maximum(expected, 1e-12),
        "lower_ratio": post.lower,
        "upper_ratio": post.upper,
        "tail_share": total.held.tails,
        "stands_out": shrinkage.stands_out(
            total.held.tails, false_share=number("scorecards.false_discovery_share")
        ),
        "concentrated": alone,
    }


def _concentrated(
    total: _Total, part: tuple[Floats, Floats], whole_of: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether a unit without its worst part shows nothing that an ordinary one would not.

    One bad employee is that employee's matter first, one bad outlet that outlet's: not yet a bad district's.
    """
    found, usually = part
    excess = np.where(whole_of >= 0, found - usually, -np.inf)
    order = np.lexsort((excess, whole_of))
    last = np.flatnonzero(np.diff(whole_of[order], append=whole_of.max(initial=-1) + 1))
    worst = order[last]
    worst = worst[whole_of[worst] >= 0]
    unit = whole_of[worst]
    counted, expected = total.counted.copy(), total.expected.copy()
    counted[unit] -= found[worst]
    expected[unit] -= usually[worst]
    split = expected > (1.0 - WHOLE) * total.expected
    tails = shrinkage.tail_share(
        np.maximum(counted, 0.0), np.maximum(expected, 0.0) * total.held.level, total.held.variance
    )
    return split & (tails > LEFT_OVER)
