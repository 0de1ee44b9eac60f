"""What a piece of evidence of common control looks like, and how pieces are put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

AT = pl.Datetime("us", "UTC")
KINDS = (
    "account", "sim", "person", "organisation", "device", "outlet", "staff", "terminal", "network",
)  # fmt: skip
"""What may stand at an end of an edge: the subjects of the contract, opening terminals, and networks (IP)."""
KIND = pl.Enum(KINDS)
RELATIONS = (
    "held_by", "bound_to", "used_on", "online_from", "opened_with", "opened_at", "opened_by",
    "run_by", "paid", "paid_for", "called", "wrote_to", "called_before",
)  # fmt: skip
"""How two ends of an edge are related.

`opened_with` a companion, `opened_at` a terminal or outlet, `opened_by` staff; `run_by` a company's
representative or contact; `paid_for` money to the holder of a card around the time the card changed
hands; `called_before` a call to a victim and the payment after it.
"""
RELATION = pl.Enum(RELATIONS)
EVIDENCE: dict[str, pl.DataType | type[pl.DataType]] = {
    "left_kind": KIND,
    "left_id": pl.String,
    "right_kind": KIND,
    "right_id": pl.String,
    "relation": RELATION,
    "weight": pl.Float64,
    "count": pl.Int64,
    "first_at": AT,
    "last_at": AT,
}
"""A card (left) tied to what it may share (right): weight 0 to 1, how often, and between which instants."""
CARD = ["card_kind", "card_id"]
HOST = ["right_kind", "right_id", "relation"]


def shaped(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with exactly the columns and types of evidence."""
    return frame.select(pl.col(name).cast(kind) for name, kind in EVIDENCE.items())


def none() -> pl.DataFrame:
    """No evidence."""
    return pl.DataFrame(schema=EVIDENCE)


def together(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All parts as one frame of evidence, in an order that does not depend on that of the inputs."""
    frame = pl.concat([none(), *(shaped(part) for part in parts)])
    return frame.sort(*list(EVIDENCE)[:5])


def often(count: pl.Expr) -> pl.Expr:
    """How far a number of sightings convinces: half for one, three quarters for two, and so on."""
    return 1.0 - pl.lit(0.5).pow(count.clip(upper_bound=30))


def has(frame: pl.DataFrame | None, *names: str) -> bool:
    """Whether there are rows in which at least one value stands in each of the columns."""
    return frame is not None and all(
        name in frame.columns and frame[name].null_count() < frame.height for name in names
    )
