"""The public transfer sets as the contract's transfer table, with the truth beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka import tables
from duanka.features import records, streams
from duanka.features.vectors import Asker
from measure import SHARED

if TYPE_CHECKING:
    from numpy.typing import NDArray

SETS = ("amlgentex_a25k", "amlsim_10Kd")


@dataclass(frozen=True)
class Set:
    """One public set in order of time.

    Shapes: `y` one entry a transfer. `raw` holds the set's own columns as numbers.
    """

    name: str
    table: pl.DataFrame
    transfer: pl.DataFrame
    y: NDArray[np.int8]

    @property
    def raw(self) -> tuple[list[str], NDArray[np.float32]]:
        """Amount, hour and the coded columns, one row a transfer: what needs no history."""
        hour = pl.col("ts").dt.hour().alias("hour")
        coded = [c for c in ("from_bank", "to_bank", "channel") if c in self.table.columns]
        frame = self.table.select(
            "amount", hour, *(pl.col(c).cast(pl.Categorical).to_physical() for c in coded)
        )
        return frame.columns, frame.cast(pl.Float32).to_numpy()

    @property
    def edges(self) -> NDArray[np.float64]:
        """What snapml reads: edge, payer, payee, second, amount."""
        t = self.table
        second = pl.col("ts").dt.epoch("s")
        frame = t.select(
            pl.int_range(pl.len()).alias("edge"), "from_account", "to_account", second, "amount"
        )
        return frame.cast(pl.Float64).to_numpy()

    def asker(self) -> Asker:
        """Our features' view of the set: transfers alone, without a register of accounts."""
        end = self.transfer["at"].max() + timedelta(days=1)  # type: ignore[operator]
        built = records.build({"transfer": self.transfer}, end)  # type: ignore[arg-type]
        return Asker(built, streams.build(built))


def present() -> list[str]:
    """The sets that are on this machine; says which are not."""
    have = [name for name in SETS if (SHARED / name / "transfers.parquet").exists()]
    for name in sorted(set(SETS) - set(have)):
        print(f"{name} is not in {SHARED.parent.name}/{SHARED.name}: left out")
    return have


def load(name: str) -> Set:
    """A set sorted by time, ties by its own numbering."""
    folder = SHARED / name
    t = pl.read_parquet(folder / "transfers.parquet").sort("ts", "transfer_id")
    labels = pl.read_parquet(folder / "labels_transfers.parquet").select("transfer_id", "label")
    y = t.join(labels, on="transfer_id", how="left", maintain_order="left")["label"]
    account = [("a" + pl.col(c).cast(pl.String)) for c in ("from_account", "to_account")]
    frame = t.select(
        pl.col("transfer_id").cast(pl.String),
        pl.col("ts").dt.replace_time_zone("UTC").alias("at"),
        account[0].alias("payer_id"),
        account[1].alias("payee_id"),
        (pl.col("amount") * 100).round().cast(pl.Int64).alias("amount_fen"),
    )
    return Set(name, t, tables.typed("transfer", frame), y.fill_null(0).to_numpy().astype(np.int8))
