"""From columns of numbers to the tables of the contract, with what institutions fail to write down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.simulate import journal
from duanka.simulate.ids import OUTSIDE_SHARD, opaque
from duanka.simulate.journal import ATM, Calls, Messages, Moves, Sightings, keep
from duanka.simulate.people import device_at, region_at
from duanka.simulate.places import LOCAL_REGIONS, REGIONS
from duanka.simulate.rhythm import epoch_us
from duanka.simulate.scene import (
    ATMS,
    CASH,
    CRYPTO,
    CRYPTO_COUNT,
    MERCHANT_COUNT,
    MERCHANTS,
    OUTSIDE,
    OUTSIDERS,
    OVERSEAS,
    OVERSEAS_COUNT,
    SERVICE_COUNT,
    Scene,
    holder_person,
)  # fmt: skip

if TYPE_CHECKING:
    from duanka.simulate.rhythm import Flags, Ints

_REGIONS = pl.Series(REGIONS, dtype=pl.String)


@dataclass(frozen=True)
class Names:
    """Ids by number; outsiders and reserved payees follow the town's own."""

    seed: int
    shard: int
    accounts: pl.Series
    sims: pl.Series
    people: pl.Series
    holders: pl.Series
    devices: pl.Series
    networks: pl.Series
    device_numbers: Ints
    network_numbers: Ints
    own_accounts: int
    own_sims: int

    def account(self, number: Ints) -> pl.Series:
        """Account ids by number."""
        n = self.own_accounts
        first = [OUTSIDE, CASH, MERCHANTS, OVERSEAS, CRYPTO]
        offset = np.cumsum([n, OUTSIDERS, 1, MERCHANT_COUNT, OVERSEAS_COUNT])
        block = np.searchsorted(first, number, side="right") - 1
        at = np.where(block < 0, number, number - np.array([*first])[block] + offset[block])
        return self.accounts[at]

    def sim(self, number: Ints) -> pl.Series:
        """SIM ids by number."""
        at = np.where(number < OUTSIDE, number, number - OUTSIDE + self.own_sims)
        return self.sims[at]

    def device(self, number: Ints) -> pl.Series:
        """Device ids, null where the number is negative."""
        return _or_null(self.devices, np.searchsorted(self.device_numbers, number), number >= 0)

    def network(self, number: Ints) -> pl.Series:
        """Network ids, null where the number is negative."""
        return _or_null(self.networks, np.searchsorted(self.network_numbers, number), number >= 0)


def _or_null(series: pl.Series, at: Ints, known: Flags) -> pl.Series:
    rows_ = pl.Series(np.where(known, np.minimum(at, max(len(series) - 1, 0)), 0))
    rows_ = rows_.cast(pl.UInt32).to_frame("i").select(
        pl.when(pl.Series(known)).then(pl.col("i"))
    ).to_series()  # fmt: skip
    return series.gather(rows_) if len(series) else pl.Series([None] * len(known), dtype=pl.String)


def region(number: Ints) -> pl.Series:
    """Region codes; null where the number is negative."""
    return _or_null(_REGIONS, np.maximum(number, 0), number >= 0)


def build_names(scene: Scene, devices: Ints, networks: Ints) -> Names:
    """The ids of everything, from the numbers of devices and networks that occur."""
    seed, shard = scene.plan.seed, scene.plan.shard

    def far(kind: str, count: int, prefix: str | None = None) -> pl.Series:
        ids = opaque(kind, count, seed=seed, shard=OUTSIDE_SHARD)
        return ids if prefix is None else prefix + ids.str.slice(2)

    people = opaque("p", scene.people.count, seed=seed, shard=shard)
    organisations = opaque("o", len(scene.organisations.kind), seed=seed, shard=shard)
    accounts = [
        opaque("a", scene.accounts.count, seed=seed, shard=shard), far("a", OUTSIDERS),
        pl.Series(["CASH"]), far("x", MERCHANT_COUNT, "MERCHANT:"),
        far("x", OVERSEAS_COUNT, "OVERSEAS:"), far("x", CRYPTO_COUNT, "CRYPTO:"),
    ]  # fmt: skip
    sims = [opaque("s", scene.sims.count, seed=seed, shard=shard),
            far("s", OUTSIDERS + SERVICE_COUNT)]  # fmt: skip
    device_numbers = np.unique(devices[devices >= 0])
    network_numbers = np.unique(networks[networks >= 0])
    return Names(
        seed, shard, pl.concat(accounts), pl.concat(sims), people,
        pl.concat([people, organisations]),
        opaque("d", len(device_numbers), seed=seed, shard=shard),
        opaque("w", len(network_numbers), seed=seed, shard=shard),
        device_numbers, network_numbers, scene.accounts.count, scene.sims.count,
    )  # fmt: skip


def since_start(scene: Scene, seconds: Ints) -> pl.Series:
    """UTC instants of seconds from the first midnight."""
    return instants(scene, seconds * 1_000_000)


def instants(scene: Scene, us: Ints) -> pl.Series:
    """UTC instants of microseconds from the first midnight."""
    return pl.Series(us + epoch_us(scene.plan.start), dtype=pl.Int64).cast(pl.Datetime("us", "UTC"))


def fill_moves(scene: Scene, moves: Moves) -> Moves:
    """Device and region of the payer, where the event itself did not say."""
    own = moves.payer < OUTSIDE
    person = holder_person(scene, np.where(own, moves.payer, 0))
    device = np.where(moves.device == -1, device_at(scene.people, person, moves.at), moves.device)
    place = np.where(moves.region == -1, region_at(scene.people, person, moves.at), moves.region)
    atm = moves.channel == ATM
    spot = np.where(own, np.maximum(place, 0), moves.payee % 12)
    # Each region has some teller machines; who comes often uses the same two.
    device = np.where(
        atm & (moves.device < 0),
        ATMS + spot * 40 + (person * 3 + moves.at // 9_000 % 2) % 40,
        device,
    )
    none = ~own & ~atm
    return replace(moves, device=np.where(none, -2, device), region=np.where(none, -2, place))


def fill_calls(scene: Scene, calls: Calls) -> Calls:
    """Handset and region of the caller, where the event itself did not say; nothing of outsiders."""
    own = calls.caller < OUTSIDE
    person = _sim_person(scene, np.where(own, calls.caller, 0))
    device = np.where(calls.device == -1, device_at(scene.people, person, calls.at), calls.device)
    place = np.where(calls.region == -1, region_at(scene.people, person, calls.at), calls.region)
    away = own & ((place >= LOCAL_REGIONS) | (place == -1))
    return replace(
        calls, device=np.where(own, device, -2), region=np.where(own, place, -2),
        roaming=np.where(own, away | calls.roaming, False),
    )  # fmt: skip


def fill_messages(scene: Scene, messages: Messages) -> Messages:
    """Handset of the sender; nothing of outsiders."""
    own = messages.sender < OUTSIDE
    person = _sim_person(scene, np.where(own, messages.sender, 0))
    device = np.where(
        messages.device == -1, device_at(scene.people, person, messages.at), messages.device
    )
    return replace(messages, device=np.where(own, device, -2))


def _sim_person(scene: Scene, sim: Ints) -> Ints:
    holder = scene.sims.holder[sim]
    firm = holder >= scene.people.count
    return np.where(
        firm, scene.organisations.contact[np.where(firm, holder - scene.people.count, 0)], holder
    )


def in_order(scene: Scene, rng: np.random.Generator, record: journal.Record) -> journal.Record:
    """Rows inside the window by time, their instants now microseconds; fractions drawn for all alike."""
    at = record.at * 1_000_000
    if scene.plan.ways.whole_seconds < 0.5:
        at = at + rng.integers(0, 1_000_000, len(at))
    order = np.argsort(at, kind="stable")
    order = order[(at[order] >= 0) & (at[order] < scene.seconds * 1_000_000)]
    return keep(replace(record, at=at), order)


def balances(moves: Moves, start: Ints) -> tuple[Ints, Ints]:
    """Each payer's and payee's balance after the move, given opening balances; -1 for outsiders.

    An account that would fall below nought is given the missing sum to begin with.
    """
    count = len(moves.at)
    account = np.concatenate([moves.payer, moves.payee])
    change = np.where(moves.failed, 0, moves.fen)
    change = np.concatenate([-change, change])
    turn = np.concatenate([np.arange(count), np.arange(count)])
    order = np.lexsort((turn, account))
    account, running = account[order], np.cumsum(change[order])
    first = np.flatnonzero(np.concatenate([[True], account[1:] != account[:-1]]))
    length = np.diff(np.concatenate([first, [len(account)]]))
    before = running[first] - change[order][first]
    running = running - np.repeat(before, length)
    lowest = np.minimum.reduceat(running, first) if len(first) else running
    own = account[first] < OUTSIDE
    opening = np.where(own, start[np.where(own, account[first], 0)], 0)
    opening = opening + np.maximum(-lowest, 0)
    after = np.where(np.repeat(own, length), running + np.repeat(opening, length), -1)
    out = np.empty(2 * count, np.int64)
    out[order] = after
    return out[:count], out[count:]


def enum(words: tuple[str, ...], number: Ints) -> pl.Series:
    """Words of a closed list; null where the number is negative."""
    series = pl.Series(words, dtype=pl.Enum(words))
    return _or_null(series, np.maximum(number, 0), number >= 0)


def hidden(rng: np.random.Generator, series: pl.Series, share: float) -> pl.Series:
    """The column with a share of its values not written down, whoever the row is about."""
    drop = pl.Series(rng.random(len(series)) < share)
    return pl.select(pl.when(~drop).then(series)).to_series()


def transfer_table(
    scene: Scene, rng: np.random.Generator, moves: Moves, names: Names
) -> pl.DataFrame:
    """The transfers, in order of time."""
    ways = scene.plan.ways
    # What rests on an account beyond what it will need: near nothing for a third of them.
    poor = rng.random(scene.accounts.count) < 0.35
    rest = np.exp(rng.normal(np.where(poor, 4.0, 12.0), 1.6, scene.accounts.count)).astype(np.int64)
    payer, payee = balances(moves, rest)
    known = [
        pl.select(pl.when(pl.Series(b >= 0)).then(pl.Series(b))).to_series() for b in (payer, payee)
    ]
    return pl.DataFrame({
        "transfer_id": opaque("t", len(moves.at), seed=names.seed, shard=names.shard),
        "at": instants(scene, moves.at),
        "payer_id": names.account(moves.payer),
        "payee_id": names.account(moves.payee),
        "amount_fen": moves.fen,
        "channel": hidden(rng, enum(journal.CHANNELS, moves.channel), 0.01),
        "payer_balance_fen": hidden(rng, known[0], ways.no_balance),
        "payee_balance_fen": hidden(rng, known[1], ways.no_balance),
        "device_id": hidden(rng, names.device(moves.device), ways.no_device),
        "region_code": hidden(rng, region(moves.region), ways.no_region),
        "memo_kind": hidden(rng, enum(journal.MEMOS, moves.memo), ways.no_memo),
        "outcome": enum(("success", "failed"), moves.failed.astype(np.int64)),
    })  # fmt: skip


def call_table(scene: Scene, rng: np.random.Generator, calls: Calls, names: Names) -> pl.DataFrame:
    """The calls, in order of time."""
    ways = scene.plan.ways
    return pl.DataFrame({
        "call_id": opaque("c", len(calls.at), seed=names.seed, shard=names.shard),
        "at": instants(scene, calls.at),
        "caller_id": names.sim(calls.caller),
        "callee_id": names.sim(calls.callee),
        "duration_s": calls.seconds,
        "answered": hidden(rng, pl.Series(calls.seconds > 0), 0.01),
        "device_id": hidden(rng, names.device(calls.device), ways.no_device),
        "region_code": hidden(rng, region(calls.region), ways.no_region),
        "roaming": hidden(rng, pl.Series(calls.roaming), 0.02),
    })  # fmt: skip


def message_table(
    scene: Scene, rng: np.random.Generator, messages: Messages, names: Names
) -> pl.DataFrame:
    """The messages, in order of time."""
    return pl.DataFrame({
        "message_id": opaque("m", len(messages.at), seed=names.seed, shard=names.shard),
        "at": instants(scene, messages.at),
        "sender_id": names.sim(messages.sender),
        "receiver_id": names.sim(messages.receiver),
        "message_kind": hidden(rng, enum(journal.MESSAGES, messages.kind), 0.02),
        "device_id": hidden(rng, names.device(messages.device), scene.plan.ways.no_device),
    })  # fmt: skip


def sighting_table(
    scene: Scene, rng: np.random.Generator, seen: Sightings, names: Names
) -> pl.DataFrame:
    """The sightings of cards on devices, in order of time."""
    sim = pl.Series(seen.sim)
    of_sim = names.sim(np.where(seen.sim, seen.card, 0))
    of_account = names.account(np.where(seen.sim, 0, seen.card))
    return pl.DataFrame({
        "at": instants(scene, seen.at),
        "card_kind": enum(("account", "sim"), seen.sim.astype(np.int64)),
        "card_id": pl.select(pl.when(sim).then(of_sim).otherwise(of_account)).to_series(),
        "device_id": names.device(seen.device),
        "region_code": hidden(rng, region(seen.region), scene.plan.ways.no_region),
        "network_id": hidden(rng, names.network(seen.network), 0.06),
        "abroad": hidden(rng, pl.Series(seen.abroad), 0.03),
    })  # fmt: skip
