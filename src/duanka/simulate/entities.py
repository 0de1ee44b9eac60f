"""The tables of who and what there is: institutions, people, cards, openings."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.simulate.cards import ACCOUNT_KINDS, IOT, SIM_KINDS
from duanka.simulate.finish import Names, enum, hidden, region
from duanka.simulate.ids import OUTSIDE_SHARD, opaque
from duanka.simulate.places import INSTITUTION_KINDS, OUTLET_KINDS
from duanka.simulate.rhythm import DAY, epoch_us

if TYPE_CHECKING:
    from duanka.simulate.cards import Cards
    from duanka.simulate.rhythm import Flags, Ints
    from duanka.simulate.scene import Scene

STATUSES = ("active", "dormant", "restricted", "suspended", "closed")
_PURPOSES = ("工资", "日常使用", "学习", "经营", "储蓄", "其他")
_REASONS = ("资料不全", "用途不明", "与多人同时办理", "名下卡数较多")


def _days(scene: Scene, seconds: Ints) -> pl.Series:
    first = scene.plan.start.toordinal() - dt.date(1970, 1, 1).toordinal()
    return pl.Series(np.floor_divide(seconds, DAY) + first).cast(pl.Int32).cast(pl.Date)


def _instants(scene: Scene, rng: np.random.Generator, at: Ints) -> pl.Series:
    us = at * 1_000_000 + epoch_us(scene.plan.start)
    if scene.plan.ways.whole_seconds < 0.5:
        us = us + rng.integers(0, 1_000_000, len(at))
    return pl.Series(us).cast(pl.Datetime("us", "UTC"))


def parties(scene: Scene, rng: np.random.Generator, names: Names) -> dict[str, pl.DataFrame]:
    """Institutions, outlets, staff, people and organisations, each sorted by id."""
    places, seed = scene.places, names.seed
    institutions = institution_ids(seed, len(places.institution_kind))
    outlets = opaque("u", len(places.outlet_kind), seed=seed, shard=names.shard)
    people, organisations = scene.people, scene.organisations
    kind = enum(OUTLET_KINDS, places.outlet_kind)
    tables = {
        "institution": pl.DataFrame({
            "institution_id": institutions,
            "institution_kind": enum(INSTITUTION_KINDS, places.institution_kind),
            "name": [f"演练机构{n + 1}" for n in range(len(institutions))],
        }),
        "outlet": pl.DataFrame({
            "outlet_id": outlets,
            "institution_id": institutions[places.outlet_institution],
            "outlet_kind": kind,
            "region_code": region(places.outlet_region),
            "name": [f"演练网点{n + 1}" for n in rng.permutation(len(outlets))],
        }),
        "staff": pl.DataFrame({
            "staff_id": opaque("f", len(places.staff_outlet), seed=seed, shard=names.shard),
            "outlet_id": outlets[places.staff_outlet],
            "hired_on": hidden(rng, _days(scene, -places.staff_hired * DAY), 0.05),
        }),
        "person": pl.DataFrame({
            "person_id": names.people,
            "birth_year": hidden(rng, pl.Series(people.birth_year).cast(pl.Int32), 0.02),
            "home_region_code": hidden(rng, region(people.home), 0.03),
        }),
        "organisation": pl.DataFrame({
            "organisation_id": names.holders[people.count :],
            "legal_person_id": hidden(rng, names.people[organisations.legal_person], 0.03),
            "registered_on": hidden(rng, _days(scene, organisations.registered), 0.05),
            "region_code": hidden(rng, region(organisations.region), 0.03),
            "contact_sim_id": hidden(rng, names.sims[scene.wallets.sim[organisations.contact]], 0.1),
        }),
    }  # fmt: skip
    return {name: frame.sort(frame.columns[0]) for name, frame in tables.items()}


def institution_ids(seed: int, count: int) -> pl.Series:
    """Institutions are the same in all parts of a town."""
    return opaque("i", count, seed=seed, shard=OUTSIDE_SHARD)


def statuses(rng: np.random.Generator, used: Flags, ended: dict[int, str]) -> Ints:
    """The status of each card at the end: mostly active, unused ones dormant, stopped ones as told."""
    u = rng.random(len(used))
    status = np.where(~used & (u < 0.4), 1, 0)
    for number, low, high in (
        (1, 0.4, 0.42),
        (2, 0.42, 0.4235),
        (3, 0.4235, 0.4255),
        (4, 0.4255, 0.44),
    ):
        status = np.where((u >= low) & (u < high), number, status)
    for card, word in ended.items():
        status[card] = STATUSES.index(word)
    return np.asarray(status)


def cards(
    scene: Scene, rng: np.random.Generator, names: Names, status: tuple[Ints, Ints]
) -> dict[str, pl.DataFrame]:
    """Accounts and SIMs, sorted by id."""
    accounts, sims, places = scene.accounts, scene.sims, scene.places
    outlets = opaque("u", len(places.outlet_kind), seed=names.seed, shard=names.shard)
    staff = opaque("f", len(places.staff_outlet), seed=names.seed, shard=names.shard)
    institutions = institution_ids(names.seed, len(places.institution_kind))

    def shared(of: Cards) -> dict[str, pl.Series]:
        return {
            "institution_id": institutions[places.outlet_institution[of.outlet]],
            "outlet_id": hidden(rng, outlets[of.outlet], 0.03),
            "staff_id": hidden(rng, staff[of.staff], scene.plan.ways.no_staff),
        }

    bound = pl.Series(accounts.sim >= 0)
    sim = pl.select(pl.when(bound).then(names.sims[np.maximum(accounts.sim, 0)])).to_series()
    account = pl.DataFrame({
        "account_id": names.accounts[: accounts.count],
        "account_kind": enum(ACCOUNT_KINDS, accounts.kind),
        "holder_id": names.holders[accounts.holder],
        **shared(accounts),
        "opened_at": _instants(scene, rng, accounts.opened),
        "sim_id": hidden(rng, sim, 0.03),
        "status": enum(STATUSES, status[0]),
    })  # fmt: skip
    phone = pl.DataFrame({
        "sim_id": names.sims[: sims.count],
        "sim_kind": enum(SIM_KINDS, sims.kind),
        "holder_id": names.holders[sims.holder],
        **shared(sims),
        "activated_at": _instants(scene, rng, sims.opened),
        "status": enum(STATUSES, status[1]),
    })  # fmt: skip
    return {"account": account.sort("account_id"), "sim": phone.sort("sim_id")}


def openings(
    scene: Scene, rng: np.random.Generator, names: Names, bad: tuple[Flags, Flags]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Applications inside the window, granted and refused, and which of them turned bad."""
    end = scene.seconds
    frames = []
    for is_sim, of, flags in ((False, scene.accounts, bad[0]), (True, scene.sims, bad[1])):
        new = np.flatnonzero(
            (of.opened >= 0) & (of.opened < end) & ((of.kind != IOT) | (not is_sim))
        )
        frames.append((np.full(len(new), is_sim), new, of.opened[new], of.holder[new], of.outlet[new],
                       of.staff[new], of.terminal[new], of.companion[new], flags[new]))  # fmt: skip
    sim, card, at, holder, outlet, staff, terminal, companion, turned = (
        np.concatenate(c) for c in zip(*frames, strict=True)
    )
    refused = (
        rng.choice(len(at), int(len(at) * 0.05), p=_weights(turned))
        if len(at)
        else np.zeros(0, int)
    )
    granted = len(at)
    take = np.concatenate([np.arange(granted), refused])
    late = np.where(np.arange(len(take)) < granted, 0, rng.integers(-6 * DAY, 0, len(take)))
    when = np.maximum(at[take] + late, 0)
    outcome = np.where(
        np.arange(len(take)) < granted, np.where(rng.random(len(take)) < 0.06, 1, 0), 2
    )
    card_ids = pl.select(pl.when(pl.Series(sim[take])).then(
        names.sims[np.where(sim[take], card[take], 0)]).otherwise(
        names.accounts[np.where(sim[take], 0, card[take])])).to_series()  # fmt: skip
    opened = pl.Series(outcome < 2)
    outlets = opaque("u", len(scene.places.outlet_kind), seed=names.seed, shard=names.shard)
    staffs = opaque("f", len(scene.places.staff_outlet), seed=names.seed, shard=names.shard)
    terminals = opaque(
        "z", len(outlets) * scene.places.outlet_terminals, seed=names.seed, shard=names.shard
    )
    none = pl.Series([None], dtype=pl.String)
    at_desk, with_some = pl.Series(terminal[take] >= 0), pl.Series(companion[take] >= 0)
    frame = pl.DataFrame({
        "at": _instants(scene, rng, when),
        "card_kind": enum(("account", "sim"), sim[take].astype(np.int64)),
        "card_id": pl.select(pl.when(opened).then(card_ids)).to_series(),
        "applicant_id": names.holders[holder[take]],
        "outlet_id": outlets[outlet[take]],
        "staff_id": hidden(rng, staffs[staff[take]], scene.plan.ways.no_staff),
        "terminal_id": hidden(rng, pl.select(pl.when(at_desk).then(
            terminals[np.maximum(terminal[take], 0)])).to_series(), 0.05),
        "companion_id": hidden(rng, pl.select(pl.when(with_some).then(
            names.people[np.maximum(companion[take], 0)])).to_series(), 0.15),
        "purpose": hidden(rng, pl.Series(rng.choice(_PURPOSES, len(take))), 0.3),
        "outcome": enum(("opened", "reduced", "refused"), outcome),
        "reason": pl.select(pl.when(~opened).then(
            pl.Series(rng.choice(_REASONS, len(take)))).otherwise(none)).to_series(),
        "bad": turned[take],
    }).sort("at", "card_kind", "applicant_id")  # fmt: skip
    ids = opaque("n", len(take), seed=names.seed, shard=names.shard)
    frame = frame.insert_column(0, ids.alias("opening_id"))
    return frame.drop("bad"), frame.select("opening_id", "bad").sort("opening_id")


def _weights(turned: Flags) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    weight = np.where(turned, 2.0, 1.0)
    return np.asarray(weight / weight.sum())
