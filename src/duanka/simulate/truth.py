"""The truth beside the tables: which cards are bad, who plays which part, which events were illicit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.simulate.entities import statuses
from duanka.simulate.finish import Names, enum, since_start
from duanka.simulate.ids import OUTSIDE_SHARD, opaque
from duanka.simulate.journal import (
    CASH_OUT,
    FRAUD_CALL,
    FRAUD_MESSAGE,
    LAYERING,
    PARTS,
    TEST,
    VICTIM_PAYMENT,
    Calls,
    Messages,
    Moves,
    Sightings,
)  # fmt: skip
from duanka.simulate.labels import MEASURES, SOURCES, card_names, role_enum
from duanka.simulate.scene import OUTSIDE

if TYPE_CHECKING:
    from duanka.simulate.labels import Found, Told
    from duanka.simulate.launder import Scam
    from duanka.simulate.rhythm import Flags, Ints
    from duanka.simulate.roster import BadCard, Ring
    from duanka.simulate.scene import Scene

KIND = pl.Enum(["account", "sim"])
HOUR = 3_600


def first_misuse(
    scene: Scene, events: tuple[Moves, Calls, Messages, Sightings]
) -> dict[tuple[bool, int], int]:
    """For each card, seconds from the first midnight to its first illicit event."""
    moves, calls, messages, _ = events
    first: dict[tuple[bool, int], int] = {}
    dirty = np.isin(moves.part, (VICTIM_PAYMENT, LAYERING, CASH_OUT, TEST))
    for sim, part, cards, at in (
        (False, dirty & (moves.part != VICTIM_PAYMENT), moves.payer, moves.at),
        (False, dirty, moves.payee, moves.at),
        (True, calls.part == FRAUD_CALL, calls.caller, calls.at),
        (True, messages.part == FRAUD_MESSAGE, messages.receiver, messages.at),
        (True, messages.part == FRAUD_MESSAGE, messages.sender, messages.at),
    ):
        for card, when in zip(cards[part].tolist(), at[part].tolist(), strict=True):
            if card < OUTSIDE and 0 <= when < scene.seconds:
                key = (sim, card)
                first[key] = min(first.get(key, when), when)
    return first


def bad_flags(scene: Scene, bad: list[BadCard]) -> tuple[Flags, Flags]:
    """Which accounts and which SIMs are bad."""
    accounts, sims = np.zeros(scene.accounts.count, bool), np.zeros(scene.sims.count, bool)
    for card in bad:
        (sims if card.sim else accounts)[card.number] = True
    return accounts, sims


def status(
    scene: Scene, rng: np.random.Generator, found: list[Found], events: tuple[Moves, Calls]
) -> tuple[Ints, Ints]:
    """The status of accounts and of SIMs at the end of the window."""
    ended: dict[bool, dict[int, str]] = {False: {}, True: {}}
    for label in found:
        word = "active" if not label.implicated else str(
            rng.choice(["restricted", "suspended", "closed"], p=[0.25, 0.6, 0.15])
        )  # fmt: skip
        ended[label.sim][label.number] = word
    out = []
    moves, calls = events
    for sim, sides in ((False, (moves.payer, moves.payee)), (True, (calls.caller, calls.callee))):
        used = np.zeros((scene.sims if sim else scene.accounts).count, bool)
        for side in sides:
            used[side[side < OUTSIDE]] = True
        out.append(statuses(rng, used, ended[sim]))
    return out[0], out[1]


def card_table(
    scene: Scene, rings: tuple[Ring, ...], bad: list[BadCard],
    first: dict[tuple[bool, int], int], names: Names,
) -> pl.DataFrame:  # fmt: skip
    """One row a card: bad or not, since when, in which ring and role.

    A card with a role that is not bad belongs to a member of a ring who did not use it for fraud.
    """
    parts = []
    facts = {(c.sim, c.number): c for c in bad}
    role_of = {
        p: (role, ring.number) for ring in rings for role, m in ring.members.items() for p in m
    }
    for sim, cards, ids in (
        (False, scene.accounts, names.accounts),
        (True, scene.sims, names.sims),
    ):
        mine = [(n, c) for (s, n), c in facts.items() if s == sim]
        rows_ = pl.DataFrame({
            "i": [n for n, _ in mine], "bad": [True] * len(mine),
            "bad_from": since_start(scene, np.array([first[(sim, n)] for n, _ in mine], np.int64)),
            "role": [c.role for _, c in mine], "ring": [c.ring for _, c in mine],
            "habit": [rings[c.ring].phone if sim else rings[c.ring].money for _, c in mine],
            "stock": [c.stock for _, c in mine],
            "clean_until_day": [c.clean for _, c in mine],
        }, schema={
            "i": pl.Int64, "bad": pl.Boolean, "bad_from": pl.Datetime("us", "UTC"),
            "role": pl.String, "ring": pl.Int64, "habit": pl.String, "stock": pl.Boolean,
            "clean_until_day": pl.Boolean,
        })  # fmt: skip
        holder = cards.holder.tolist()
        member = pl.DataFrame(
            [(i, *role_of[h]) for i, h in enumerate(holder) if h in role_of],
            schema={"i": pl.Int64, "own_role": pl.String, "own_ring": pl.Int64}, orient="row",
        )  # fmt: skip
        frame = pl.DataFrame({
            "i": np.arange(cards.count), "card_id": ids[: cards.count],
            "holder_id": names.holders[cards.holder],
        }).join(rows_, on="i", how="left", maintain_order="left")  # fmt: skip
        frame = frame.join(member, on="i", how="left", maintain_order="left")
        parts.append(frame.select(
            pl.lit("sim" if sim else "account").cast(KIND).alias("card_kind"), "card_id",
            pl.col("bad").fill_null(value=False), "bad_from",
            pl.coalesce("role", "own_role").cast(role_enum()).alias("role"),
            ring_id(names, pl.coalesce("ring", "own_ring")), "habit", "holder_id", "stock",
            "clean_until_day",
        ))  # fmt: skip
    return pl.concat(parts).sort("card_kind", "card_id")


def ring_id(names: Names, number: pl.Expr) -> pl.Expr:
    """The id of a ring, null where there is none."""
    return (
        pl.when(number >= 0)
        .then(pl.format("q-{}-{}", pl.lit(names.shard), number))
        .alias("ring_id")
    )


def role_table(
    scene: Scene, rings: tuple[Ring, ...], scams: list[Scam], names: Names
) -> pl.DataFrame:
    """Who plays which part in which ring."""
    staff = opaque("f", len(scene.places.staff_outlet), seed=names.seed, shard=names.shard)
    rows_: set[tuple[str, str, str, int]] = set()
    for ring in rings:
        for role, members in ring.members.items():
            rows_ |= {("person", names.people[p], role, ring.number) for p in members}
        if ring.insider >= 0:
            rows_.add(("staff", staff[ring.insider], "insider", ring.number))
        for card in ring.cards:
            if not card.sim and card.holder >= scene.people.count:
                rows_.add(("organisation", names.holders[card.holder], "mule", ring.number))
    rows_ |= {("person", names.people[s.victim], "victim", s.ring) for s in scams if s.victim >= 0}
    frame = pl.DataFrame(
        sorted(rows_),
        schema={
            "subject_kind": pl.String,
            "subject_id": pl.String,
            "role": role_enum(),
            "n": pl.Int64,
        },
        orient="row",
    )
    return frame.select("subject_kind", "subject_id", "role", ring_id(names, pl.col("n")))


def event_table(
    names: Names, events: tuple[Moves, Calls, Messages], tables: dict[str, pl.DataFrame]
) -> pl.DataFrame:
    """Which transfers, calls and messages belong to a ring's work; the others are honest."""
    parts = []
    keys = ("transfer", "call", "message")
    marks = [(record.part, record.ring) for record in events]
    for kind, (part, ring) in zip(keys, marks, strict=True):
        key = f"{kind}_id"
        mine = np.flatnonzero(part > 0)
        parts.append(pl.DataFrame({
            "event_kind": pl.Series([kind] * len(mine), dtype=pl.String),
            "event_id": tables[kind][key][mine],
            "illicit": pl.Series([True] * len(mine), dtype=pl.Boolean),
            "part": enum(PARTS, part[mine]).cast(pl.String),
            "n": ring[mine],
        }))  # fmt: skip
    frame = pl.concat(parts)
    return frame.select("event_kind", "event_id", "illicit", "part", ring_id(names, pl.col("n")))


def label_table(scene: Scene, found: list[Found], names: Names) -> pl.DataFrame:
    """The labels, by when they came to be known."""
    at = np.array([f.at for f in found], np.int64)
    return pl.DataFrame({
        "card_kind": enum(("account", "sim"), np.array([f.sim for f in found], np.int64)),
        "card_id": pl.Series(
            card_names(names, [f.sim for f in found], [f.number for f in found]), dtype=pl.String),
        "implicated": pl.Series([f.implicated for f in found], dtype=pl.Boolean),
        "known_at": since_start(scene, at),
        "source": pl.Series([f.source for f in found], dtype=pl.Enum(SOURCES)),
        "role": pl.Series([f.role for f in found], dtype=role_enum()),
    }).sort("known_at")  # fmt: skip


def lead_table(
    scene: Scene, told: list[Told], scams: list[Scam], names: Names
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The leads by instant, and which victim stands behind which lead."""
    seed, shard = names.seed, names.shard
    ids = opaque("l", len(told), seed=seed, shard=shard)
    issuers = opaque("z", 40, seed=seed, shard=OUTSIDE_SHARD)
    cases = opaque("k", len(scams) + 1, seed=seed, shard=shard)
    at = np.array([t.at for t in told], np.int64)
    due = at + (np.array([t.hours for t in told]) * HOUR).astype(np.int64)
    frame = pl.DataFrame({
        "lead_id": ids,
        "issued_at": since_start(scene, at),
        "issuer_id": issuers[np.array([t.issuer for t in told], np.int64)],
        "card_kind": enum(("account", "sim"), np.array([t.sim for t in told], np.int64)),
        "card_id": pl.Series(
            card_names(names, [t.sim for t in told], [t.number for t in told]), dtype=pl.String),
        "case_id": pl.Series([cases[t.case] if t.case >= 0 else None for t in told], dtype=pl.String),
        "requested_measure": pl.Series([t.measure for t in told], dtype=pl.Enum(MEASURES)),
        "deadline_at": since_start(scene, due),
        "loss_fen": pl.Series([t.fen if t.fen >= 0 else None for t in told], dtype=pl.Int64),
    }).sort("issued_at")  # fmt: skip
    lead_of = {t.scam: ids[i] for i, t in enumerate(told) if t.scam >= 0}
    victims = [
        (names.people[s.victim], names.account(np.array([s.payer]))[0], lead_of.get(i))
        for i, s in enumerate(scams) if s.victim >= 0
    ]  # fmt: skip
    truth = pl.DataFrame(
        victims, orient="row",
        schema={"person_id": pl.String, "account_id": pl.String, "lead_id": pl.String},
    )  # fmt: skip
    return frame, truth.unique(maintain_order=True)
