"""A second town, written by a stranger to our simulator: from domain.md and tables.md alone.

Its people, money, calendars, tactics and gaps are its own. What is learned from our towns must hold
here too. Styles marked held back were never looked at while anything was mended.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from other_life import live
from other_people import DAY, Style, Town, ids, settle
from other_rings import misuse
from other_trades import LIVES

if TYPE_CHECKING:
    from pathlib import Path

STYLES = {
    s.name: s
    for s in (
        Style("river", 60),
        Style("harbour", 30, begins=date(2022, 11, 20), ids="serial", yuan=(4.6, 1.4), pays_a_day=0.9, calls_a_day=0.4,
              money=("rented", "goods", "cash", "runner"), phones=("relay", "burst", "goip"), known=(0.15, 8, 0.1)),
        Style("village", 120, people=2_200, begins=date(2021, 6, 1), ids="upper", mix=(0.3, 0.05, 0.35, 0.08, 0.02, 0.04, 0.15, 0.01),
              pays_a_day=0.25, calls_a_day=0.5, loss=(8.2, 0.8), money=("sleeper", "cash", "rented"), phones=("goip", "codes"), rings=3),
        Style("campus", 60, begins=date(2024, 9, 1), mix=(0.2, 0.55, 0.02, 0.05, 0.05, 0.08, 0.03, 0.02), yuan=(2.9, 0.9), pays_a_day=1.0,
              calls_a_day=0.25, cards_each=0.6, money=("runner", "goods", "rented"), phones=("codes", "relay"), gone=("device_use",)),
        Style("market", 45, begins=date(2023, 11, 10), ids="serial", mix=(0.35, 0.05, 0.1, 0.22, 0.08, 0.08, 0.1, 0.02), yuan=(4.0, 1.6), pays_a_day=0.8,
              money=("shop", "shop", "runner", "cash"), phones=("burst", "goip"), gone=("message",),
              blank=("transfer.device_id", "transfer.payer_balance_fen", "transfer.payee_balance_fen", "call.device_id")),
        Style("bare", 60, money=("rented", "sleeper", "goods", "cash"), phones=("relay", "goip"), gone=("device_use", "message", "opening", "person"),
              blank=("transfer.device_id", "transfer.memo_kind", "transfer.channel", "transfer.payer_balance_fen", "transfer.payee_balance_fen",
                     "account.sim_id", "account.holder_id!", "call.device_id", "transfer.region_code"), known=(0.5, 10, 0.05)),
    )
}  # fmt: skip
# Never looked at while anything was mended; reported once at the end.
HELD_BACK = {
    s.name: s
    for s in (
        Style("delta", 90, begins=date(2022, 1, 10), ids="upper", yuan=(3.1, 1.5), pays_a_day=0.4, calls_a_day=1.1, loss=(9.4, 1.1), rings=5,
              money=("sleeper", "shop", "goods", "rented", "cash"), phones=("codes", "burst", "goip"), blank=("transfer.memo_kind",), known=(0.3, 12, 0.1)),
        Style("border", 35, people=3_600, begins=date(2024, 1, 5), ids="serial", mix=(0.3, 0.06, 0.12, 0.12, 0.08, 0.12, 0.18, 0.02), yuan=(4.9, 1.0), pays_a_day=0.6,
              money=("cash", "runner", "sleeper"), phones=("relay", "codes"), gone=("message",), loss=(7.8, 0.7), rings=6),
    )
}  # fmt: skip
# By a third hand, with trades and ways of its own; looked at once, when all else stood.
THIRD_HAND = {
    s.name: s
    for s in (
        Style("coop", 120, people=2_400, begins=date(2023, 8, 1), mix=(0.25, 0.04, 0.3, 0.05, 0.02, 0.04, 0.29, 0.01), yuan=(3.2, 1.0), pays_a_day=0.25,
              calls_a_day=0.5, life=("harvest", "sent_home"), money=("slow_relay", "cash", "lent"), phones=("goip", "relay"), loss=(8.4, 0.9)),
        Style("wholesale", 50, begins=date(2024, 3, 4), ids="serial", mix=(0.3, 0.04, 0.08, 0.3, 0.08, 0.08, 0.1, 0.02), yuan=(4.2, 1.3), pays_a_day=0.6,
              life=("stalls", "sent_home"), money=("as_goods", "slow_relay", "rented"), phones=("burst", "goip"), blank=("transfer.device_id",), loss=(9.2, 1.0)),
        Style("dormitory", 75, begins=date(2022, 9, 1), ids="upper", mix=(0.1, 0.7, 0.02, 0.04, 0.04, 0.07, 0.02, 0.01), yuan=(2.8, 0.9), pays_a_day=0.8,
              cards_each=0.6, life=("lodgings",), money=("lent", "runner", "slow_relay"), phones=("codes", "relay"), loss=(7.6, 0.8)),
    )
}  # fmt: skip
# Under cover of an honest life; the first was looked at, the second once, at the end.
COVER = {
    s.name: s
    for s in (
        Style("parcel", 60, begins=date(2023, 5, 8), ids="serial", mix=(0.35, 0.05, 0.1, 0.2, 0.12, 0.08, 0.08, 0.02), yuan=(3.8, 1.2), pays_a_day=0.6,
              money=("merchant_qr", "rented", "merchant_qr"), phones=("villagers", "relay"), lived=0.8, loss=(8.0, 0.9)),
        Style("orchard", 75, begins=date(2024, 5, 20), mix=(0.25, 0.3, 0.22, 0.05, 0.02, 0.05, 0.1, 0.01), yuan=(3.0, 1.0), pays_a_day=0.5,
              money=("after_term", "slow_relay", "merchant_qr"), phones=("lent_codes", "villagers"), lived=1.0, loss=(8.2, 0.9)),
    )
}  # fmt: skip
Tables = dict[str, pl.DataFrame]
EVENTS = ("transfer", "call", "message", "device_use", "opening")


def build(style: Style, seed: int) -> tuple[Tables, Tables]:
    """The town's tables as an owner would hand them over, and the truth apart."""
    town = settle(style, seed)
    live(town)
    for trade in style.life:
        LIVES[trade](town)
    misuse(town)
    tables = {name: pl.concat(parts, how="diagonal_relaxed") for name, parts in town.parts.items()}
    _true_dates(town, tables)
    end = town.when([style.days * DAY])[0]
    for name in EVENTS:
        if name in tables:  # what would happen later was not yet written down
            tables[name] = tables[name].filter(pl.col("at") < end)
    truth = _truth(town, tables)
    for name in ("transfer", "call", "opening"):
        tables[name] = tables[name].drop(
            [c for c in ("_illicit", "_bad") if c in tables[name].columns]
        )
    tables["transfer"] = _balances(tables["transfer"], town)
    tables |= _known(town)
    for name in style.gone:
        tables.pop(name, None)
    for what in style.blank:
        name, column = what.rstrip("!").split(".")
        if name in tables and column in tables[name].columns:
            tables[name] = (
                tables[name].with_columns(pl.format("h{}", pl.int_range(pl.len())).alias(column))
                if what.endswith("!")
                else tables[name].drop(column)
            )
    return tables, truth


def write(style: Style, seed: int, folder: Path) -> None:
    """Nothing; a contract folder with the truth beside it."""
    tables, truth = build(style, seed)
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        frame.write_parquet(folder / f"{name}.parquet")
    for name, frame in truth.items():
        frame.write_parquet(folder / "truth" / f"{name}.parquet")


def _true_dates(town: Town, tables: Tables) -> None:
    """Nothing; cards opened for a ring begin then, and what they seemed to do before is gone."""
    for table, key, date_ in (
        ("account", "account_id", "opened_at"),
        ("sim", "sim_id", "activated_at"),
    ):
        cards = (town.account if table == "account" else town.sim)[list(town.fresh[table])]
        if not len(cards):
            continue
        new = pl.DataFrame(
            {key: cards.tolist(), "_new": town.when(list(town.fresh[table].values()))}
        )
        register = tables[table].join(new, on=key, how="left", maintain_order="left")
        tables[table] = register.with_columns(pl.coalesce("_new", date_).alias(date_)).drop("_new")
        sides = ("payer_id", "payee_id") if table == "account" else ("caller_id", "callee_id")
        other = ("sender_id", "receiver_id") if table == "sim" else ()
        for name, columns in (
            ("transfer" if table == "account" else "call", sides),
            ("message", other),
            ("device_use", ("card_id",)),
        ):
            for column in columns:
                if name in tables:
                    kept = tables[name].join(
                        new.rename({key: column}), on=column, how="left", maintain_order="left"
                    )
                    tables[name] = kept.filter(
                        (pl.col("at") >= pl.col("_new")).fill_null(value=True)
                    ).drop("_new")
    for name, stem in (("transfer", "tx"), ("call", "cl"), ("message", "ms")):
        frame = tables[name].sort("at", maintain_order=True)
        tables[name] = frame.with_columns(
            pl.Series(f"{name}_id", ids(town.style, stem, np.arange(frame.height)).tolist())
        )
    for name in ("device_use", "opening"):
        tables[name] = tables[name].sort("at", maintain_order=True)


def _balances(moves: pl.DataFrame, town: Town) -> pl.DataFrame:
    """What each side had afterwards: never below nothing, with more in hand for the honest."""
    sides = [
        moves.select(
            pl.int_range(pl.len()).alias("n"),
            pl.col(side).alias("card"),
            (sign * pl.col("amount_fen")).alias("by"),
            pl.lit(side).alias("side"),
        )
        for side, sign in (("payer_id", -1), ("payee_id", 1))
    ]
    flow = (
        pl.concat(sides)
        .sort("n", maintain_order=True)
        .with_columns(pl.col("by").cum_sum().over("card").alias("net"))
    )
    rng = town.rng
    own = pl.DataFrame(
        {
            "card": town.account.tolist(),
            "spare": (rng.lognormal(11.5, 1.6, town.account.size)).astype(np.int64),
        }
    )
    flow = flow.join(own, on="card", how="inner", maintain_order="left")
    low = pl.col("net").min().over("card").clip(upper_bound=0)
    bad = pl.col("card").is_in([town.account[c] for c in town.bad["account"]])
    flow = flow.with_columns(
        (pl.col("net") - low + pl.when(bad).then(pl.col("spare") // 50).otherwise("spare")).alias(
            "left"
        )
    )
    out = moves.with_row_index("n").with_columns(pl.col("n").cast(pl.Int64))
    for side, name in (("payer_id", "payer_balance_fen"), ("payee_id", "payee_balance_fen")):
        mine = flow.filter(pl.col("side") == side).select("n", pl.col("left").alias(name))
        out = out.join(mine, on="n", how="left", maintain_order="left")
    return out.drop("n").with_columns(pl.lit("success").alias("outcome"))


def _truth(town: Town, tables: Tables) -> Tables:
    frames = []
    n = town.style.people
    people, firms = (
        ids(town.style, "per", np.arange(n)),
        ids(town.style, "co", np.arange(max(n // 60, 4))),
    )
    everybody = np.concatenate([people, firms])
    for kind, cards, holder in (
        ("account", town.account, town.holder),
        ("sim", town.sim, town.sim_holder),
    ):
        since = np.array([town.bad[kind].get(k, np.nan) for k in range(cards.size)])
        bad = ~np.isnan(since)
        at = town.when(np.where(bad, since, 0.0))
        frames.append(
            pl.DataFrame(
                {
                    "card_kind": [kind] * cards.size,
                    "card_id": cards.tolist(),
                    "holder_id": everybody[holder].tolist(),
                    "bad": bad,
                    "bad_from": at,
                }
            ).with_columns(pl.when("bad").then("bad_from").otherwise(None).alias("bad_from"))
        )
    events = [
        tables[name].select(
            pl.lit(name).alias("event_kind"),
            pl.col(f"{name}_id").alias("event_id"),
            pl.col("_illicit").alias("illicit"),
        )
        for name in ("transfer", "call")
    ]
    victims = [town.account[c] for c in town.victims if c not in town.bad["account"]]
    return {
        "truth_card": pl.concat(frames),
        "truth_event": pl.concat(events),
        "truth_opening": tables["opening"].select("opening_id", pl.col("_bad").alias("bad")),
        "truth_victim": pl.DataFrame({"account_id": victims}, schema={"account_id": pl.String}),
    }


def _known(town: Town) -> Tables:
    """What police told late, in part, and now and then of the wrong card."""
    share, delay, wrong = town.style.known
    rng, rows = town.rng, []
    if not share:
        return {}
    for kind, cards in (("account", town.account), ("sim", town.sim)):
        for card, since in sorted(town.bad[kind].items()):
            if rng.random() >= share:
                continue
            at = since + (0.5 + rng.exponential(delay)) * DAY
            told = int(rng.integers(0, cards.size)) if rng.random() < wrong else card
            if at < town.style.days * DAY:
                rows.append((kind, str(cards[told]), True, at, "police"))
    if not rows:
        return {}
    kind, card, bad, at, source = (list(c) for c in zip(*rows, strict=True))
    return {
        "label": pl.DataFrame(
            {
                "card_kind": kind,
                "card_id": card,
                "implicated": bad,
                "known_at": town.when(at),
                "source": source,
            }
        ).unique(["card_kind", "card_id"], maintain_order=True)
    }


def mark(style: Style) -> str:
    """A star where nobody looked while anything was mended, two where a third hand wrote it."""
    if style.name in THIRD_HAND:
        return "**"
    return "*" if style.name in HELD_BACK or style.name == "orchard" else ""
