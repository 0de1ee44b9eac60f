"""A dataset's tables as arrays with dense indices: what the features are asked of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka import tables
from duanka.features import flags as f
from duanka.features import moves
from duanka.features.cards import UNKNOWN_AT, Cards, cards, indices, micros
from duanka.features.index import NONE, Index, index_of
from duanka.features.moves import Moves, bits, night
from duanka.features.room import in_memory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from duanka.features.cards import Indices
    from duanka.features.room import Room

    Ints = NDArray[np.int64]

NEVER_TOLD = 1 << 62
KEPT = ("transfer", "call", "message", "opening", "lead", "label")

__all__ = ["UNKNOWN_AT", "Cards", "Index", "Moves", "Records", "build", "micros"]


@dataclass(frozen=True)
class Records:
    """All that is known before `as_of`, as arrays."""

    as_of: int
    accounts: Cards
    sims: Cards
    holders: Index
    devices: Index
    networks: Index
    regions: Index
    outlets: Index
    staff: Index
    transfers: Moves
    calls: Moves
    messages: Moves
    uses: Mapping[str, Ints]
    openings: Mapping[str, Ints]
    notices: Mapping[str, Ints]
    frames: Mapping[str, pl.DataFrame]
    """The frames in the arrays' order: transfer, call, opening, lead, label (for ids and words)."""
    told_at: Mapping[str, int]
    """When the dataset first told of each of catalogue.LACKS: until then its columns are unknown, not zero."""

    def card(self, kind: str, of: Ints) -> Ints:
        """Dense indices over both kinds of card, accounts first."""
        return of if kind == "account" else np.where(of >= 0, of + self.accounts.index.size, of)

    def holder_of(self, card: Ints, at: Ints) -> Ints:
        """The holder that the registers named before the instant, of cards of both kinds; else -1."""
        size = self.accounts.index.size
        account, sim = np.where(card < size, card, NONE), np.where(card >= size, card - size, NONE)
        of_account = self.accounts.said(self.accounts.holder, account, at)
        return np.where(card < size, of_account, self.sims.said(self.sims.holder, sim, at))


@dataclass(frozen=True)
class Seen:
    """What cards are seen on and in."""

    devices: Index
    regions: Index
    networks: Index


def build(
    dataset: Mapping[str, pl.DataFrame], as_of: datetime, *, room: Room | None = None
) -> Records:
    """The records known strictly before `as_of`; long ones in arrays that the room gives.

    Columns: tables of the contract, typed; an absent table reads as empty.
    """
    room = room or in_memory()
    known = {name: _known(name, dataset.get(name), as_of) for name in tables.INPUTS}
    with ThreadPoolExecutor(2) as pool:
        seeing, telling = pool.submit(_seen, known), pool.submit(_told_at, dataset, known)
        to = indices(known)
        sims = cards("sim", known, to, Index(pl.Series([], dtype=pl.String)))
        accounts = cards("account", known, to, sims.index)
        seen = seeing.result()
        called = pool.submit(moves.calls, known["call"], sims, seen.devices, seen.regions)
        sent = pool.submit(moves.messages, known["message"], sims, seen.devices)
        uses = pool.submit(_uses, known["device_use"], accounts, sims, seen)
        moved = _transfers(known["transfer"], accounts, seen, room)
        return Records(
            as_of=int(micros(pl.Series([as_of]))[0]),
            accounts=accounts,
            sims=sims,
            holders=to.holders,
            devices=seen.devices,
            networks=seen.networks,
            regions=seen.regions,
            outlets=to.outlets,
            staff=to.staff,
            transfers=moved,
            calls=called.result(),
            messages=sent.result(),
            uses=uses.result(),
            openings=_openings(known["opening"], accounts, sims, to),
            notices=_notices(known, accounts, sims),
            frames={name: known[name] for name in KEPT},
            told_at=telling.result(),
        )


def _transfers(t: pl.DataFrame, accounts: Cards, seen: Seen, room: Room) -> Moves:
    if t.height <= room.at_once:
        return moves.transfers(t, accounts, seen.devices, seen.regions)
    return moves.long_transfers(t, accounts, seen.devices, seen.regions, room=room)


def _known(name: str, frame: pl.DataFrame | None, as_of: datetime) -> pl.DataFrame:
    if frame is None:
        return tables.empty(name)
    column = tables.time_of(name)
    if column is None:
        return frame
    at = frame[column]
    # most frames come as they are wanted, and are not to be held twice
    if at.null_count() == 0 and at.is_sorted() and (not at.len() or at[-1] < as_of):
        return frame
    return frame.filter(pl.col(column) < as_of).sort(column, maintain_order=True)


def _seen(known: Mapping[str, pl.DataFrame]) -> Seen:
    on = ("transfer", "call", "message", "device_use")
    where = ("transfer", "call", "device_use")
    regions = [known["outlet"]["region_code"], *(known[t]["region_code"] for t in where)]
    return Seen(
        devices=index_of(*(known[t]["device_id"] for t in on)),
        regions=index_of(*regions),
        networks=index_of(known["device_use"]["network_id"]),
    )


def _told_at(
    dataset: Mapping[str, pl.DataFrame], known: Mapping[str, pl.DataFrame]
) -> dict[str, int]:
    def first(column: str, *where: str) -> int:
        # column by column: rows of a long table are not to be copied for one instant
        told = pl.col(column).is_not_null()
        seen = [known[t].select(pl.col(_time(t)).filter(told).min())[_time(t)] for t in where]
        return min((int(micros(at)[0]) for at in seen if at.null_count() == 0), default=NEVER_TOLD)

    registered = first("holder_id", "account", "sim")
    given = dataset.get("lead") is not None or dataset.get("label") is not None
    return {
        "calls": first("at", "call"),
        "messages": first("at", "message"),
        "devices": first("device_id", "transfer", "call", "message", "device_use"),
        "regions": first("region_code", "transfer", "call", "device_use"),
        "memos": first("memo_kind", "transfer"),
        "balances": first("payer_balance_fen", "transfer"),
        "channels": first("channel", "transfer"),
        "holders": registered,
        "register": registered,
        # nobody reported is news as well, once reports are received at all
        "notices": UNKNOWN_AT if given else NEVER_TOLD,
        "openings": first("at", "opening"),
        "transfers": first("at", "transfer"),
    }


def _time(table: str) -> str:
    column = tables.time_of(table)
    if column is None:
        raise TypeError(f"{table} has no time")  # a table of standing facts tells of nothing
    return column


def _both(frame: pl.DataFrame, accounts: Cards, sims: Cards) -> Ints:
    """Dense card indices over both kinds, accounts first."""
    is_sim = (frame["card_kind"].cast(pl.String) == "sim").to_numpy()
    account = accounts.index.find(frame["card_id"])
    sim = sims.index.find(frame["card_id"])
    return np.where(is_sim, np.where(sim >= 0, sim + accounts.index.size, NONE), account)


def _uses(u: pl.DataFrame, accounts: Cards, sims: Cards, seen: Seen) -> Mapping[str, Ints]:
    return {
        "at": micros(u["at"]),
        "card": _both(u, accounts, sims),
        "device": seen.devices.find(u["device_id"]),
        "region": seen.regions.find(u["region_code"]),
        "network": seen.networks.find(u["network_id"]),
        "flags": bits(u, {f.ABROAD: pl.col("abroad"), f.NIGHT: night("at")}),
    }


def _openings(o: pl.DataFrame, accounts: Cards, sims: Cards, to: Indices) -> Mapping[str, Ints]:
    kind = pl.col("card_kind").cast(pl.String)
    flags = {
        f.ACCOUNT: kind == "account",
        f.SIM: kind == "sim",
        f.REFUSED: pl.col("outcome").cast(pl.String) == "refused",
        f.NIGHT: night("at"),
        f.OK: pl.lit(value=True),
    }
    return {
        "at": micros(o["at"]),
        "card": _both(o, accounts, sims),
        "applicant": to.holders.find(o["applicant_id"]),
        "companion": to.holders.find(o["companion_id"]),
        "outlet": to.outlets.find(o["outlet_id"]),
        "staff": to.staff.find(o["staff_id"]),
        "terminal": index_of(o["terminal_id"]).find(o["terminal_id"]),
        "flags": bits(o, flags),
    }


def _notices(known: Mapping[str, pl.DataFrame], accounts: Cards, sims: Cards) -> Mapping[str, Ints]:
    """Leads and confirmed labels by the instant they became known, in that order."""
    lead, label = known["lead"], known["label"].filter(pl.col("implicated"))
    at = np.concatenate([micros(lead["issued_at"]), micros(label["known_at"])])
    card = np.concatenate([_both(lead, accounts, sims), _both(label, accounts, sims)])
    bit = np.concatenate([np.full(lead.height, f.LEAD), np.full(label.height, f.LABEL)])
    order = np.argsort(at, kind="stable")
    return {"at": at[order], "card": card[order], "flags": bit[order]}
