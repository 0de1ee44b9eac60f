"""Proposals about units (挂牌、红黄牌、约谈…): what the ladder says of each, period by period, with the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka import tables
from duanka.governance import months
from duanka.governance.evidence import FIGURES, facts_of, parts_of
from duanka.governance.sectors import sectors
from duanka.policy.table import evaluate
from duanka.tables.words import LISTINGS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.governance.scorecard import Governed
    from duanka.policy.dated import Regime

Facts = dict[str, "NDArray[np.generic]"]
EVIDENCE = (
    "unit_kind", "unit_id", "period", "sector", *FIGURES, "level", "running", "proposed", "stayed", "calm",
)  # fmt: skip
"""The figures behind a listing: cards in the months looked at, without those the unit found itself."""


@dataclass(frozen=True)
class Judged:
    """The listing table of the contract, and the figures behind each of its rows."""

    table: pl.DataFrame
    evidence: pl.DataFrame


def judge(
    found: Governed,
    regime: Regime,
    institution: pl.DataFrame | None,
    *,
    owed: pl.DataFrame | None = None,
) -> Judged:
    """The listings of every period, each by what was known at its end, the ladder walked from the first on.

    `owed` says what stands against leaving the ladder (`governance.docket.owed`); without it nothing does.

    Columns: `table` as the contract, for units that have implicated cards or are listed; `evidence` a row for
        each row of the table.
    """
    known, rows = sectors(found.attributed, institution), []
    parts = parts_of(found)
    walks = {
        sheet.unit_kind: _Walk(
            sheet.units, [known.get(sheet.unit_kind, {}).get(one, "mixed") for one in sheet.units]
        )
        for sheet in found.sheets
    }
    for month in range(found.span.begins, found.span.last + 1):
        facts = facts_of(found.sheets, parts, regime, month=month)
        for unit_kind, walk in walks.items():
            against = _against(owed, walk.units, unit_kind, month)
            name = months.name_of(month)
            row = walk.step(facts[unit_kind], regime, name, unit_kind, against=against)
            rows.append(row)
    told = [row for row in rows if row.height]
    if not told:
        return Judged(tables.empty("listing"), pl.DataFrame())
    whole = pl.concat(told)
    return Judged(tables.typed("listing", whole), whole.select(EVIDENCE))


@dataclass(frozen=True)
class _Against:
    """What stands against leaving the ladder in a month, a value a unit."""

    accepted: NDArray[np.bool_]
    insider: NDArray[np.bool_]


def _against(owed: pl.DataFrame | None, units: pl.Series, unit_kind: str, month: int) -> _Against:
    """At the end of the month: whether all that was to be rectified is accepted, and new insider matters."""
    if owed is None or owed.is_empty():
        return _Against(np.ones(units.len(), dtype=np.bool_), np.zeros(units.len(), dtype=np.bool_))
    mine = owed.filter(
        (pl.col("unit_kind") == unit_kind) & (pl.col("since") < months.ends_at(month))
    )
    stands = pl.col("until").is_null() | (pl.col("until") >= months.ends_at(month))
    left = mine.filter((pl.col("what") == "rectify") & stands)["unit_id"]
    new = pl.col("since") >= months.begins_at(month)
    fresh = mine.filter((pl.col("what") == "insider") & new)["unit_id"]
    return _Against(
        ~units.is_in(left.implode()).to_numpy(), units.is_in(fresh.implode()).to_numpy()
    )


class _Walk:
    """The ladder of one kind of unit while its periods are walked through in order."""

    def __init__(self, units: tuple[str, ...], sectors: list[str]) -> None:
        size = len(units)
        self.units = pl.Series(units, dtype=pl.String)
        self.sectors = pl.Series(sectors, dtype=pl.String)
        self.rung = np.zeros(size, dtype=np.int64)  # index into LISTINGS
        self.running = np.zeros(size, dtype=np.int64)
        self.stayed = np.zeros(size, dtype=np.int64)
        self.calm = np.zeros(size, dtype=np.int64)

    def step(
        self,
        facts: Facts,
        regime: Regime,
        period: str,
        unit_kind: str,
        *,
        against: _Against | None = None,
    ) -> pl.DataFrame:
        """One period further: the rows of the units that have something to tell."""
        frame = self._read(facts, regime, unit_kind)
        table = regime.version_of_table("unit_listing")
        said = evaluate(table.table, frame)
        said = said.with_columns(pl.col("basis").fill_null(table.reference))
        proposed = _index(said["then"])
        stays = self._stay(proposed, regime, against or _against(None, self.units, unit_kind, 0))
        kept = _index(stays["then"]) > proposed
        rung = np.where(kept, _index(stays["then"]), proposed)
        left = (self.rung > 0) & (rung == 0)
        told = pl.Series(kept | left)
        self.stayed = np.where(rung == self.rung, self.stayed + 1, 1)
        self.rung = rung
        rows = frame.with_columns(
            pl.Series("listing", [LISTINGS[int(i)] for i in rung], dtype=pl.String),
            because=pl.select(
                pl.when(told).then(stays["because"]).otherwise(said["because"])
            ).to_series(),
            legal_basis=pl.select(
                pl.when(told).then(stays["basis"]).otherwise(said["basis"])
            ).to_series(),
            proposed=said["then"],
            unit_id=self.units,
            period=pl.lit(period),
            stayed=pl.Series(self.stayed),
            calm=pl.Series(self.calm),
        )
        return rows.filter(
            (pl.col("implicated") > 0) | (pl.col("listing") != "none") | pl.Series(left)
        )

    def _read(self, facts: Facts, regime: Regime, unit_kind: str) -> pl.DataFrame:
        frame = pl.DataFrame(facts).with_columns(pl.col("implicated").cast(pl.Int64))
        lower = frame["lower_ratio"]
        high = lower >= regime.number("listings.high_ratio")
        raised = lower >= regime.number("listings.raised_ratio")
        least = _least_implicated(regime)
        clearly = (high & frame["stands_out"] & (frame["implicated"] >= least)).to_numpy()
        self.running = np.where(clearly, self.running + 1, 0)
        level = pl.select(
            pl.when(high)
            .then(pl.lit("high"))
            .when(raised)
            .then(pl.lit("raised"))
            .otherwise(pl.lit("expected"))
        ).to_series()
        return frame.with_columns(
            unit_kind=pl.lit(unit_kind),
            sector=self.sectors,
            level=level,
            running=pl.Series(self.running),
        )

    def _stay(self, proposed: NDArray[np.int64], regime: Regime, against: _Against) -> pl.DataFrame:
        """What the ladder says of units that were listed before; `none` for the others."""
        self.calm = np.where(proposed > 0, 0, self.calm + 1)
        listed = self.rung > 0
        table = regime.version_of_table("standing_listing")
        said = evaluate(
            table.table,
            pl.DataFrame(
                {
                    "listed": [LISTINGS[max(int(i), 1)] for i in self.rung],
                    "stayed": self.stayed,
                    "calm": self.calm,
                    "accepted": against.accepted,
                    "insider": against.insider,
                }
            ),
        )
        return said.select(
            then=pl.when(pl.Series(listed)).then("then").otherwise(pl.lit("none")),
            because="because",
            basis=pl.col("basis").fill_null(table.reference),
        )


def _index(words: pl.Series) -> NDArray[np.int64]:
    return words.cast(pl.Enum(LISTINGS)).to_physical().to_numpy().astype(np.int64)


def _least_implicated(regime: Regime) -> int:
    """Below how many cards the ladder calls a unit too small to judge, as the table itself says."""
    rows = regime.table("unit_listing").rows
    bounds = [
        c.high
        for row in rows
        if row.because == "too_few_cards"
        for c in row.when
        if c.high is not None
    ]
    return int(max(bounds, default=0))
