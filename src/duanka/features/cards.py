"""The cards of one kind as arrays: those on the register, and those only met in events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from duanka.features.index import NONE, Index, index_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

Kind = Literal["account", "sim"]
RESERVED = ("CASH", "MERCHANT:", "OVERSEAS:", "CRYPTO:")
UNKNOWN_AT = -(1 << 62)
# where a card is met without being on a register
MET: dict[Kind, tuple[tuple[str, str], ...]] = {
    "account": (("transfer", "payer_id"), ("transfer", "payee_id")),
    "sim": (
        ("call", "caller_id"),
        ("call", "callee_id"),
        ("message", "sender_id"),
        ("message", "receiver_id"),
        ("account", "sim_id"),
    ),
}
NAMED = ("opening", "device_use", "label", "lead")
# naming a card is not seeing it: a number bound to an account, or a notice from elsewhere
HEARSAY = ("account", "label", "lead")


@dataclass(frozen=True)
class Cards:
    """The cards of one kind: those on the register first asked, others only met in events.

    Shapes: one entry a card. Units: `since` UTC microseconds the card was opened (or UNKNOWN_AT).
    """

    index: Index
    judged: Ints
    reserved: Bools
    holder: Ints
    since: Ints
    institution: Ints
    outlet: Ints
    staff: Ints
    sim: Ints
    kind: Ints

    def said(self, column: Ints, of: Ints, at: Ints) -> Ints:
        """What the register said of each card before the instant; -1 where it did not list it yet."""
        if self.since.size == 0:
            return np.full(of.size, NONE, dtype=np.int64)
        return np.where((of >= 0) & (self.since[of] < at), column[of], NONE)


@dataclass(frozen=True)
class Indices:
    """What a card's or an opening's other columns are looked up in."""

    holders: Index
    institutions: Index
    outlets: Index
    staff: Index


def micros(column: pl.Series) -> Ints:
    """UTC microseconds; UNKNOWN_AT where null."""
    return column.dt.timestamp("us").fill_null(UNKNOWN_AT).to_numpy()


def indices(known: Mapping[str, pl.DataFrame]) -> Indices:
    """Everybody and every place that the tables name."""

    def every(column: str, *where: str) -> list[pl.Series]:
        return [known[table][column] for table in where]

    return Indices(
        holders=index_of(
            *every("person_id", "person"),
            *every("organisation_id", "organisation"),
            *every("holder_id", "account", "sim"),
            *every("applicant_id", "opening"),
            *every("companion_id", "opening"),
        ),
        institutions=index_of(*every("institution_id", "institution", "outlet", "account", "sim")),
        outlets=index_of(*every("outlet_id", "outlet", "account", "sim", "opening")),
        staff=index_of(*every("staff_id", "staff", "account", "sim", "opening")),
    )


def cards(kind: Kind, known: Mapping[str, pl.DataFrame], to: Indices, sims: Index) -> Cards:
    """Every card of the kind that the tables name, with what its register says of it.

    Columns: known: the tables of the contract by name.
    """
    register, key = known[kind], f"{kind}_id"
    met = [(t, known[t][c]) for t, c in MET[kind]]
    of_kind = pl.col("card_id").filter(pl.col("card_kind") == kind)
    met += [(t, known[t].select(of_kind)["card_id"]) for t in NAMED]
    index = index_of(register[key], *(ids for _, ids in met))
    reserved = reserved_among(index.ids) if kind == "account" else np.zeros(index.size, np.bool_)
    at = index.find(register[key])

    def place(values: Ints, empty: int = NONE) -> Ints:
        out = np.full(index.size, empty, dtype=np.int64)
        out[at] = values
        return out

    opened = register["opened_at" if kind == "account" else "activated_at"]
    bound = sims.find(register["sim_id"]) if kind == "account" else np.full(at.size, NONE)
    word = register[f"{kind}_kind"].to_physical().cast(pl.Int64).fill_null(NONE)
    return Cards(
        index=index,
        judged=np.sort(at) if at.size else _met_and_seen(index, reserved, met),
        reserved=reserved,
        holder=place(to.holders.find(register["holder_id"])),
        since=place(micros(opened), UNKNOWN_AT),
        institution=place(to.institutions.find(register["institution_id"])),
        outlet=place(to.outlets.find(register["outlet_id"])),
        staff=place(to.staff.find(register["staff_id"])),
        sim=place(bound),
        kind=place(word.to_numpy()),
    )


def _met_and_seen(index: Index, reserved: Bools, met: list[tuple[str, pl.Series]]) -> Ints:
    """Where there is no register: the cards that were seen in events, not only named."""
    seen = index.find(index_of(*(ids for t, ids in met if t not in HEARSAY)).ids)
    return seen[~reserved[seen]]


def reserved_among(ids: pl.Series) -> Bools:
    """True where an id stands for cash, merchants, abroad or a crypto venue rather than a card.

    Example:
        >>> reserved_among(pl.Series(["CASH", "CASHIER", "MERCHANT:7", "a"])).tolist()
        [True, False, True, False]
    """
    out = (ids == RESERVED[0]).to_numpy().copy()
    for prefix in RESERVED[1:]:
        out |= ids.str.starts_with(prefix).to_numpy()
    return out
