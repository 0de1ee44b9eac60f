"""A dataset's tables as arrays with dense indices: what the features are asked of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka import tables
from duanka.features import flags as f

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

RESERVED = ("CASH", "MERCHANT:", "OVERSEAS:", "CRYPTO:")
NONE = -1
UNKNOWN_AT = -(1 << 62)


@dataclass(frozen=True)
class Index:
    """Identifiers in byte order; the position is the dense index."""

    ids: pl.Series

    @property
    def size(self) -> int:
        return self.ids.len()

    def find(self, wanted: pl.Series) -> Ints:
        """Dense indices, -1 where null or unknown."""
        if self.size == 0 or wanted.len() == 0:
            return np.full(wanted.len(), NONE, dtype=np.int64)
        codes = wanted.cast(pl.Enum(self.ids), strict=False).to_physical().cast(pl.Int64)
        return codes.fill_null(NONE).to_numpy()


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


@dataclass(frozen=True)
class Moves:
    """Two-sided events (transfers, calls, messages) in order of time.

    Units: `at` UTC microseconds; `value` fen or seconds; `device`, `region` dense or -1.
    """

    at: Ints
    giver: Ints
    taker: Ints
    value: Ints
    flags: Ints
    device: Ints
    region: Ints
    row: Ints


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
    lacking: frozenset[str] = frozenset()
    """What the dataset lacks altogether (catalogue.LACKS): its columns are unknown, not zero."""

    def card(self, kind: str, of: Ints) -> Ints:
        """Dense indices over both kinds of card, accounts first."""
        return of if kind == "account" else np.where(of >= 0, of + self.accounts.index.size, of)


def build(dataset: Mapping[str, pl.DataFrame], as_of: datetime) -> Records:
    """The records known strictly before `as_of`.

    Columns: tables of the contract, typed; an absent table reads as empty.
    """
    known = {name: _known(name, dataset.get(name), as_of) for name in tables.INPUTS}
    frames = {n: known[n] for n in ("transfer", "call", "message", "opening", "lead", "label")}
    holders = _index(
        known["person"]["person_id"],
        known["organisation"]["organisation_id"],
        known["account"]["holder_id"],
        known["sim"]["holder_id"],
        known["opening"]["applicant_id"],
        known["opening"]["companion_id"],
    )
    devices = _index(
        *(known[t]["device_id"] for t in ("transfer", "call", "message", "device_use"))
    )
    regions = _index(
        known["outlet"]["region_code"],
        *(known[t]["region_code"] for t in ("transfer", "call", "device_use")),
    )
    outlets = _index(*(known[t]["outlet_id"] for t in ("outlet", "account", "sim", "opening")))
    staff = _index(*(known[t]["staff_id"] for t in ("staff", "account", "sim", "opening")))
    institutions = _index(
        *(known[t]["institution_id"] for t in ("institution", "outlet", "account", "sim"))
    )
    sims = _cards("sim", known, Indices(holders, institutions, outlets, staff, None))
    accounts = _cards("account", known, Indices(holders, institutions, outlets, staff, sims.index))
    networks = _index(known["device_use"]["network_id"])
    return Records(
        as_of=_micros(as_of),
        accounts=accounts,
        sims=sims,
        holders=holders,
        devices=devices,
        networks=networks,
        regions=regions,
        outlets=outlets,
        staff=staff,
        transfers=_transfers(known["transfer"], accounts, devices, regions),
        calls=_calls(known["call"], sims, devices, regions),
        messages=_messages(known["message"], sims, devices),
        uses=_uses(known["device_use"], accounts, sims, Placed(devices, regions, networks)),
        openings=_openings(
            known["opening"], accounts, sims, Indices(holders, institutions, outlets, staff, None)
        ),
        notices=_notices(known, accounts, sims),
        frames=frames,
        lacking=_lacking(dataset, known),
    )


def _lacking(
    dataset: Mapping[str, pl.DataFrame], known: Mapping[str, pl.DataFrame]
) -> frozenset[str]:
    def none(table: str, column: str) -> bool:
        return known[table][column].null_count() == known[table].height

    says = {
        "calls": known["call"].is_empty(),
        "messages": known["message"].is_empty(),
        "devices": all(none(t, "device_id") for t in ("transfer", "call", "message", "device_use")),
        "regions": all(none(t, "region_code") for t in ("transfer", "call", "device_use")),
        "memos": none("transfer", "memo_kind"),
        "balances": none("transfer", "payer_balance_fen"),
        "channels": none("transfer", "channel"),
        "holders": known["account"].is_empty() and known["sim"].is_empty(),
        "register": known["account"].is_empty() and known["sim"].is_empty(),
        "notices": dataset.get("lead") is None and dataset.get("label") is None,
        "openings": known["opening"].is_empty(),
        "transfers": known["transfer"].is_empty(),
    }
    return frozenset(name for name, absent in says.items() if absent)


@dataclass(frozen=True)
class Indices:
    """What a card's or an opening's other columns are looked up in."""

    holders: Index
    institutions: Index
    outlets: Index
    staff: Index
    sims: Index | None


@dataclass(frozen=True)
class Placed:
    """What a device use is looked up in."""

    devices: Index
    regions: Index
    networks: Index


def micros(column: pl.Series) -> Ints:
    """UTC microseconds; UNKNOWN_AT where null."""
    return column.dt.timestamp("us").fill_null(UNKNOWN_AT).to_numpy()


def _micros(instant: datetime) -> int:
    return int(pl.Series([instant]).dt.timestamp("us")[0])


def _known(name: str, frame: pl.DataFrame | None, as_of: datetime) -> pl.DataFrame:
    if frame is None:
        return tables.empty(name)
    column = tables.time_of(name)
    if column is None:
        return frame
    return frame.filter(pl.col(column) < as_of).sort(column, maintain_order=True)


def _index(*columns: pl.Series) -> Index:
    if not columns:
        return Index(pl.Series([], dtype=pl.String))
    every = pl.concat([c.cast(pl.String).rename("id") for c in columns])
    return Index(every.drop_nulls().unique().sort())


def _cards(kind: str, known: Mapping[str, pl.DataFrame], to: Indices) -> Cards:
    register, key = known[kind], f"{kind}_id"
    met = (
        [known["transfer"]["payer_id"], known["transfer"]["payee_id"]]
        if kind == "account"
        else [known[t][c] for t, c in _SIM_COLUMNS]
    )
    of_kind = [
        known[t].filter(pl.col("card_kind") == kind)["card_id"]
        for t in ("opening", "device_use", "label", "lead")
    ]
    bound = [known["account"]["sim_id"]] if kind == "sim" else []
    index = _index(register[key], *met, *of_kind, *bound)
    reserved = _reserved(index.ids) if kind == "account" else np.zeros(index.size, dtype=np.bool_)
    at = index.find(register[key])
    judged = np.sort(at) if at.size else np.flatnonzero(~reserved)

    def place(values: Ints, empty: int = NONE) -> Ints:
        out = np.full(index.size, empty, dtype=np.int64)
        out[at] = values
        return out

    opened = register["opened_at" if kind == "account" else "activated_at"]
    sim = to.sims.find(register["sim_id"]) if to.sims is not None else np.full(at.size, NONE)
    return Cards(
        index=index,
        judged=judged,
        reserved=reserved,
        holder=place(to.holders.find(register["holder_id"])),
        since=place(micros(opened), UNKNOWN_AT),
        institution=place(to.institutions.find(register["institution_id"])),
        outlet=place(to.outlets.find(register["outlet_id"])),
        staff=place(to.staff.find(register["staff_id"])),
        sim=place(sim),
        kind=place(
            register[f"{kind}_kind"].to_physical().cast(pl.Int64).fill_null(NONE).to_numpy()
        ),
    )


_SIM_COLUMNS = (
    ("call", "caller_id"),
    ("call", "callee_id"),
    ("message", "sender_id"),
    ("message", "receiver_id"),
)


def _reserved(ids: pl.Series) -> Bools:
    out = (ids == RESERVED[0]).to_numpy().copy()
    for prefix in RESERVED[1:]:
        out |= ids.str.starts_with(prefix).to_numpy()
    return out


def bits(frame: pl.DataFrame, pairs: Mapping[int, pl.Expr]) -> Ints:
    """Each row's flags: the bit wherever its condition is true (null is not)."""
    if frame.height == 0:
        return np.zeros(0, dtype=np.int64)
    total = pl.lit(0, dtype=pl.Int64)
    for bit, when in pairs.items():
        total = total + pl.when(when.fill_null(value=False)).then(bit).otherwise(0).cast(pl.Int64)
    return frame.select(total.alias("flags"))["flags"].to_numpy()


def night(column: str) -> pl.Expr:
    """True from 23:00 to 06:00 in Asia/Shanghai (UTC+8, no daylight saving since 1991)."""
    hour = (pl.col(column).dt.timestamp("us") // 3_600_000_000 + 8) % 24
    return (hour >= 23) | (hour < 6)


# Start values, unverified (domain.md 3.2): a test is at most 5 yuan, a large sum at least 5,000.
SMALL_FEN = 500
LARGE_FEN = 500_000
ROUND_FEN = 10_000
PROTECTED = ("salary", "pension", "social_insurance", "medical", "utility", "tax")


def _transfers(t: pl.DataFrame, accounts: Cards, devices: Index, regions: Index) -> Moves:
    amount = pl.col("amount_fen")
    other = pl.col("payee_id")
    flags = bits(
        t,
        {
            f.OK: (pl.col("outcome") != "failed") | pl.col("outcome").is_null(),
            f.NIGHT: night("at"),
            f.SMALL: amount <= SMALL_FEN,
            f.LARGE: amount >= LARGE_FEN,
            f.ROUND: amount % ROUND_FEN == 0,
            f.CASH: (other == "CASH") | (pl.col("payer_id") == "CASH"),
            f.MERCHANT: other.str.starts_with("MERCHANT:"),
            f.OVERSEAS: other.str.starts_with("OVERSEAS:"),
            f.CRYPTO: other.str.starts_with("CRYPTO:"),
            f.PROTECTED: pl.col("memo_kind").cast(pl.String).is_in(PROTECTED),
            f.MACHINE: pl.col("channel").cast(pl.String).is_in(["atm", "counter"]),
            f.SCANNED: pl.col("channel").cast(pl.String).is_in(["qr", "pos"]),
            f.EMPTIED: pl.col("payer_balance_fen") * 50 <= amount,
        },
    )
    giver, taker = accounts.index.find(t["payer_id"]), accounts.index.find(t["payee_id"])
    if giver.size:
        mine, theirs = accounts.holder[giver], accounts.holder[taker]
        flags = flags | np.where((mine == theirs) & (mine >= 0), f.OWN, 0)
    return Moves(
        at=micros(t["at"]),
        giver=giver,
        taker=taker,
        value=t["amount_fen"].to_numpy(),
        flags=flags,
        device=devices.find(t["device_id"]),
        region=regions.find(t["region_code"]),
        row=np.arange(t.height),
    )


# Start values, unverified: an unanswered or 15-second call is short, three minutes are long.
SHORT_S = 15
LONG_S = 180


def _calls(c: pl.DataFrame, sims: Cards, devices: Index, regions: Index) -> Moves:
    length = pl.col("duration_s")
    answered = pl.col("answered").fill_null(length > 0)
    flags = bits(
        c,
        {
            f.OK: answered,
            f.NIGHT: night("at"),
            f.SHORT: answered & (length < SHORT_S),
            f.LONG: answered & (length >= LONG_S),
            f.ROAMING: pl.col("roaming"),
        },
    )
    return Moves(
        at=micros(c["at"]),
        giver=sims.index.find(c["caller_id"]),
        taker=sims.index.find(c["callee_id"]),
        value=c["duration_s"].to_numpy(),
        flags=flags,
        device=devices.find(c["device_id"]),
        region=regions.find(c["region_code"]),
        row=np.arange(c.height),
    )


def _messages(m: pl.DataFrame, sims: Cards, devices: Index) -> Moves:
    kind = pl.col("message_kind").cast(pl.String)
    flags = bits(
        m, {f.CODE: kind == "code", f.BULK: kind == "bulk", f.PERSONAL: kind == "personal"}
    )
    return Moves(
        at=micros(m["at"]),
        giver=sims.index.find(m["sender_id"]),
        taker=sims.index.find(m["receiver_id"]),
        value=np.zeros(m.height, dtype=np.int64),
        flags=flags | f.OK,
        device=devices.find(m["device_id"]),
        region=np.full(m.height, NONE, dtype=np.int64),
        row=np.arange(m.height),
    )


def _both(frame: pl.DataFrame, accounts: Cards, sims: Cards) -> Ints:
    """Dense card indices over both kinds, accounts first."""
    is_sim = (frame["card_kind"].cast(pl.String) == "sim").to_numpy()
    account = accounts.index.find(frame["card_id"])
    sim = sims.index.find(frame["card_id"])
    return np.where(is_sim, np.where(sim >= 0, sim + accounts.index.size, NONE), account)


def _uses(u: pl.DataFrame, accounts: Cards, sims: Cards, to: Placed) -> Mapping[str, Ints]:
    return {
        "at": micros(u["at"]),
        "card": _both(u, accounts, sims),
        "device": to.devices.find(u["device_id"]),
        "region": to.regions.find(u["region_code"]),
        "network": to.networks.find(u["network_id"]),
        "flags": bits(u, {f.ABROAD: pl.col("abroad"), f.NIGHT: night("at")}),
    }


def _openings(o: pl.DataFrame, accounts: Cards, sims: Cards, to: Indices) -> Mapping[str, Ints]:
    kind = pl.col("card_kind").cast(pl.String)
    terminals = _index(o["terminal_id"])
    return {
        "at": micros(o["at"]),
        "card": _both(o, accounts, sims),
        "applicant": to.holders.find(o["applicant_id"]),
        "companion": to.holders.find(o["companion_id"]),
        "outlet": to.outlets.find(o["outlet_id"]),
        "staff": to.staff.find(o["staff_id"]),
        "terminal": terminals.find(o["terminal_id"]),
        "flags": bits(
            o,
            {
                f.ACCOUNT: kind == "account",
                f.SIM: kind == "sim",
                f.REFUSED: pl.col("outcome").cast(pl.String) == "refused",
                f.NIGHT: night("at"),
                f.OK: pl.lit(value=True),
            },
        ),
    }


def _notices(known: Mapping[str, pl.DataFrame], accounts: Cards, sims: Cards) -> Mapping[str, Ints]:
    """Leads and confirmed labels by the instant they became known, in that order."""
    lead, label = known["lead"], known["label"].filter(pl.col("implicated"))
    at = np.concatenate([micros(lead["issued_at"]), micros(label["known_at"])])
    card = np.concatenate([_both(lead, accounts, sims), _both(label, accounts, sims)])
    bit = np.concatenate([np.full(lead.height, f.LEAD), np.full(label.height, f.LABEL)])
    order = np.argsort(at, kind="stable")
    return {"at": at[order], "card": card[order], "flags": bit[order]}
