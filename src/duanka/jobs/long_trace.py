"""Lost money followed where transfers are too many to be held: only of the accounts that it reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.features.shards import Shards
from duanka.network.trace import trace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.jobs.dataset import Dataset

    Bools = NDArray[np.bool_]

ASKED = (
    "transfer_id",
    "at",
    "payer_id",
    "payee_id",
    "amount_fen",
    "payer_balance_fen",
    "payee_balance_fen",
    "outcome",
)
"""What tracing reads of a transfer."""


def flow_of(dataset: Dataset) -> pl.DataFrame:
    """The `flow` of the losses that the dataset's leads report.

    Of more transfers than are held at once, those of the reported accounts are traced first, then
    with those of every account that the money was seen to reach, until it reaches no other. Then all
    that was asked of any account was asked of all its transfers, and the answer is that of the whole.
    """
    transfers, leads = dataset.frames["transfer"], dataset.frames["lead"]
    if not isinstance(dataset.asker.streams.transfers, Shards):
        return trace(transfers, leads, as_of=dataset.as_of).flow
    records = dataset.asker.records
    ids, known = records.accounts.index.ids, np.zeros(records.accounts.index.size, dtype=np.bool_)
    reached = pl.concat([leads["card_id"], transfers["payer_id"].head(0)])
    while True:
        spots = records.accounts.index.find(reached.unique())
        fresh = spots[spots >= 0]
        known[fresh] = True
        found = trace(_touching(dataset, known), leads, as_of=dataset.as_of)
        reached = pl.concat(
            [found.flow["payer_id"], found.flow["payee_id"], found.holding["account_id"]]
        ).unique()
        reached = reached.filter(~reached.is_in(ids.filter(pl.Series(known)).implode()))
        if reached.is_empty():
            return found.flow


def _touching(dataset: Dataset, known: Bools) -> pl.DataFrame:
    """The transfers that these accounts paid or received, in order."""
    frame, moves = dataset.frames["transfer"].select(ASKED), dataset.asker.records.transfers
    parts = []
    for rows in dataset.asker.room.slices(frame.height):
        wanted = known[moves.giver[rows]] | known[moves.taker[rows]]
        parts.append(frame[rows].filter(pl.Series(wanted)))
    return pl.concat(parts)
