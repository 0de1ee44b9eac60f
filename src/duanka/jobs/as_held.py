"""A simulated town as some institution might hold it: with gaps, one's own cards only, more or less life.

What a default model learns must not hang on a town's complete books. Whoever uses it holds other
tables, other columns, one bank's cards among many banks', thirty days or a hundred, and writes ids
of shops in another manner. All of this is drawn for each town, and the truth stays what it was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from duanka.simulate.world import Town

Tables = dict[str, pl.DataFrame]
# How often each is missing. Unverified, and meant to be frequent: a gap that was never met misleads.
GONE = {
    "message": 0.3, "device_use": 0.25, "opening": 0.2, "lead": 0.5, "label": 0.5, "call": 0.08,
    "organisation": 0.3, "person": 0.2,
}  # fmt: skip
BLANK = {
    "transfer": {
        "device_id": 0.3, "memo_kind": 0.3, "channel": 0.25, "payer_balance_fen": 0.35,
        "region_code": 0.3, "outcome": 0.2,
    },
    "call": {"device_id": 0.3, "region_code": 0.3, "roaming": 0.3, "answered": 0.1},
    "message": {"device_id": 0.4},
    "device_use": {"network_id": 0.3, "abroad": 0.3, "region_code": 0.3},
    "account": {"sim_id": 0.3, "opened_at": 0.0},
    "opening": {"terminal_id": 0.3, "companion_id": 0.3, "staff_id": 0.2},
}  # fmt: skip
SIDES = {"transfer": ("payer_id", "payee_id"), "call": ("caller_id", "callee_id"), "message": ("sender_id", "receiver_id")}  # fmt: skip
CARDS = {"account": "account_id", "sim": "sim_id"}


def as_held(town: Town, seed: int) -> Town:
    """The town as one of many possible holders has it; the same seed gives the same holder.

    Columns: as in the table contract; what the holder does not know is absent or null.
    """
    rng = np.random.default_rng([seed, 31])
    tables = _livelier(dict(town.tables), town.truth["truth_event"], rng)
    if rng.random() < 0.5:
        tables = _one_of_many(tables, rng)
    if rng.random() < 0.25:
        tables["transfer"] = _plain_ids(tables["transfer"], rng)
    if rng.random() < 0.15:
        tables["account"] = tables["account"].with_columns(
            pl.format("{}-holder", "account_id").alias("holder_id")
        )
    for name, columns in BLANK.items():
        tables[name] = _blanked(tables[name], columns, rng)
    for name, share in GONE.items():
        if rng.random() < share:
            tables[name] = tables[name].clear()
    return _consistent(town, tables)


def _livelier(tables: Tables, truth: pl.DataFrame, rng: np.random.Generator) -> Tables:
    """The same town with less honest life written down, and some of the dishonest missing too."""
    for name in ("transfer", "call", "message"):
        ill = tables[name][f"{name}_id"].is_in(
            truth.filter("illicit", pl.col("event_kind").cast(pl.String) == name)[
                "event_id"
            ].implode()
        )
        kept = np.where(
            ill.to_numpy(), rng.uniform(0.5, 1.2), np.exp(rng.uniform(np.log(0.3), 0.4))
        )
        tables[name] = tables[name].filter(pl.Series(rng.random(len(kept)) < kept))
    seen = tables["device_use"]
    return tables | {
        "device_use": seen.filter(pl.Series(rng.random(seen.height) < rng.uniform(0.2, 1.3)))
    }


def _one_of_many(tables: Tables, rng: np.random.Generator) -> Tables:
    """Only some institutions' cards, and the events that touch one of them: all others are strangers'."""
    out = dict(tables)
    for kind, key in CARDS.items():
        houses = tables[kind]["institution_id"].unique().sort()
        mine = rng.random(houses.len()) < rng.uniform(0.4, 0.9)
        mine[int(rng.integers(0, mine.size))] = True
        own = tables[kind].filter(
            pl.col("institution_id").is_in(houses.filter(pl.Series(mine)).implode())
        )
        out[kind] = own
        for name in ("transfer",) if kind == "account" else ("call", "message"):
            one, other = SIDES[name]
            held = own[key].implode()
            out[name] = out[name].filter(pl.col(one).is_in(held) | pl.col(other).is_in(held))
    return out


def _plain_ids(moves: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Shops, exchanges and payees abroad under ids that do not say what they are."""
    words = [w for w in ("MERCHANT:", "CRYPTO:", "OVERSEAS:") if rng.random() < 0.6]
    sides = [
        pl.when(pl.any_horizontal(*(pl.col(s).str.starts_with(w) for w in words)))
        .then(pl.col(s).hash(seed=7).cast(pl.String))
        .otherwise(s)
        .alias(s)
        for s in SIDES["transfer"]
        if words
    ]
    return moves.with_columns(sides)


def _blanked(
    frame: pl.DataFrame, columns: dict[str, float], rng: np.random.Generator
) -> pl.DataFrame:
    """The rows without some columns; where one balance is not written, neither is the other."""
    gone = [c for c, share in columns.items() if rng.random() < share]
    gone += ["payee_balance_fen"] if "payer_balance_fen" in gone else []
    return frame.with_columns(pl.lit(None, dtype=frame.schema[c]).alias(c) for c in gone)


def _consistent(town: Town, tables: Tables) -> Town:
    """The town with its notices and its truth cut to the cards that are held."""
    held = pl.concat(
        [
            tables[k].select(pl.lit(k).alias("card_kind"), pl.col(key).alias("card_id"))
            for k, key in CARDS.items()
        ]
    )
    truth = dict(town.truth)

    def known(frame: pl.DataFrame) -> pl.DataFrame:
        kind = pl.col("card_kind").cast(pl.String)
        return frame.filter(
            pl.concat_str(kind, pl.lit(":"), "card_id").is_in(
                (held["card_kind"] + ":" + held["card_id"]).implode()
            )
        )

    truth["truth_card"] = known(truth["truth_card"])
    for name in ("label", "lead"):
        tables[name] = known(tables[name])
    return replace(town, tables=tables, truth=truth)
