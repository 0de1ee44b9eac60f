"""What to cut first: cards, devices, outlets and people by the illicit flow that acting on them is expected to stop."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.network.cuts_replay import OUTSIDE, Past, room, stopped
from duanka.network.role_cards import PASSES
from duanka.network.role_money import sellers_paid
from duanka.network.role_places import strongest
from duanka.tables import typed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.network.role_cards import Known

KEY = ["subject_kind", "subject_id"]
SCHEMA = {"subject_kind": pl.String, "subject_id": pl.String, "i": pl.UInt32}
DAY_US = 86_400_000_000


def find_cuts(
    known: Known,
    *,
    roles: pl.DataFrame,
    scores: pl.DataFrame,
    flow: pl.DataFrame,
    members: pl.DataFrame,
) -> pl.DataFrame:
    """The table `action`: what to act on first, each with what it adds to those above it.

    Greedy by flow stopped per effort, on the replayed past: money that two subjects would both have
    stopped is counted once. `flow_cut_fen` is what of the last days would not have moved, days that lie
    further back counting less, times the share of the flow of such subjects that went on in the past.
    The measure is the mildest that fits and never one of the police. Cards that police or court
    recognised stand outside: what is due to them waits for no order.

    Columns: `roles`, `scores`, `flow`, `members` as in the tables `role`, `score`, `flow`, `network`.
    """
    rows = past_flow(known, flow)
    if rows.is_empty():
        return typed("action", _NOTHING)
    past = _arrays(known, rows)
    touched = subjects(known, rows, roles)
    goes_on = _goes_on(known, rows, touched)
    found = _greedy(known, past, _open_to(touched, scores), goes_on)
    idle = _open_to(_idle(known, past, goes_on).join(found, on=KEY, how="anti"), scores)
    chosen = _merged(known, pl.concat([found, idle]))
    placed = chosen.join(strongest(members), on=KEY, how="left", maintain_order="left")
    return typed("action", _measured(known, placed, scores))


def past_flow(known: Known, flow: pl.DataFrame) -> pl.DataFrame:
    """The payments of the last days that touch a suspected account after its use changed.

    Columns: i, transfer_id, at, payer_id, payee_id, amount_fen, device_id, entry (fen taken for
        illicit of what came from outside: all of a reported loss, else by suspicion of the payee).
    """
    if not known.has("transfer") or known.suspects.is_empty():
        return pl.DataFrame()
    bad = known.of_kind("account", known.suspects).select("card_id", "p", "since")
    start = pl.lit(known.as_of) - pl.duration(days=known.number("cuts.days"))
    rows = known.moves.filter(pl.col("at") >= start)
    for side in ("payer", "payee"):
        one = bad.rename({"card_id": f"{side}_id", "p": f"{side}_p", "since": f"{side}_since"})
        rows = rows.join(one, on=f"{side}_id", how="left", maintain_order="left")
    day = pl.duration(days=1)
    live = [
        pl.col(f"{side}_p").is_not_null()
        & (pl.col("at") >= pl.col(f"{side}_since") - day).fill_null(value=True)
        for side in ("payer", "payee")
    ]
    rows = rows.filter(live[0] | live[1])
    told = pl.col("transfer_id").is_in(flow.filter(pl.col("hop") == 1)["transfer_id"].implode())
    passing = pl.len().over("payer_id", "payee_id") <= PASSES
    share = pl.when(told).then(1.0).when(passing).then(pl.col("payee_p")).otherwise(0.0)
    return rows.with_columns(
        entry=pl.when(pl.col("payer_p").is_null()).then(share * pl.col("amount_fen")).otherwise(0.0).fill_null(0.0),
    ).sort("at", maintain_order=True).with_row_index("i")  # fmt: skip


def _arrays(known: Known, rows: pl.DataFrame) -> Past:
    ids = known.of_kind("account", known.suspects).select("card_id").with_row_index("n")
    sides = [
        rows.select(pl.col(f"{side}_id").alias("card_id"))
        .join(ids, on="card_id", how="left", maintain_order="left")["n"]
        .cast(pl.Int64).fill_null(OUTSIDE).to_numpy()
        for side in ("payer", "payee")
    ]  # fmt: skip
    age = (int(known.as_of.timestamp() * 1e6) - rows["at"].dt.timestamp("us").to_numpy()) / DAY_US
    weight = 0.5 ** (age / known.number("cuts.half_life_days"))
    entry = rows["entry"].to_numpy().astype(np.float64)
    return Past(sides[0], sides[1], rows["amount_fen"].to_numpy(), entry, weight, ids.height)


def subjects(known: Known, rows: pl.DataFrame, roles: pl.DataFrame) -> pl.DataFrame:
    """Which payments acting on each subject would have stopped: subject_kind, subject_id, i.

    A card's own; a device's those made on it; a person's those of his cards, of the cards he bought
    and of those that live on devices he serves; an outlet's or clerk's those of cards lately opened there.
    """
    ends = pl.concat([
        rows.filter(pl.col(f"{side}_p").is_not_null()).select("i", pl.col(f"{side}_id").alias("card_id"), "device_id")
        for side in ("payer", "payee")
    ])  # fmt: skip
    account = ends.select("i", pl.lit("account").alias("subject_kind"), pl.col("card_id").alias("subject_id"))  # fmt: skip
    device = rows.filter(pl.col("payer_p").is_not_null(), pl.col("device_id").is_not_null()).select(
        "i", pl.lit("device").alias("subject_kind"), pl.col("device_id").alias("subject_id")
    )
    tied = _tied(known, roles)
    others = ends.select("i", "card_id").join(tied, on="card_id").select("i", *KEY)
    found = pl.concat([part.select(pl.col(n).cast(t) for n, t in SCHEMA.items()) for part in (account, device, others)])  # fmt: skip
    return found.unique().sort(*KEY, "i")


def _tied(known: Known, roles: pl.DataFrame) -> pl.DataFrame:
    """Suspected accounts and who or what stands behind them: card_id, subject_kind, subject_id."""
    bad = known.of_kind("account", known.suspects)
    own = bad.filter(pl.col("holder_id").is_not_null()).select(
        "card_id",
        pl.col("holder_kind").alias("subject_kind"),
        pl.col("holder_id").alias("subject_id"),
    )
    sure = roles.filter(pl.col("score") >= known.number("suspicion_score"))
    who = sure.filter(pl.col("role").cast(pl.String) == "dealer").select(
        pl.col(c).cast(pl.String) for c in KEY
    )
    bought = (
        sellers_paid(known, losses=pl.Series([], dtype=pl.String))
        .join(who, left_on="giver", right_on="subject_id")
        .join(bad.select("card_id", pl.col("holder_id").alias("taker")), on="taker")
        .select("card_id", "subject_kind", pl.col("giver").alias("subject_id"))
    )
    return pl.concat([own, bought, *_opened(known, bad)])


def _opened(known: Known, bad: pl.DataFrame) -> list[pl.DataFrame]:
    if not known.has("account"):
        return []
    since = pl.lit(known.as_of) - pl.duration(days=known.number("cuts.opening_days"))
    fresh = known.frames["account"].filter(pl.col("opened_at") >= since)
    fresh = fresh.join(bad.select(pl.col("card_id").alias("account_id")), on="account_id")
    found = []
    for kind in ("outlet", "staff"):
        many = pl.len().over(f"{kind}_id") > 1
        rows = fresh.filter(pl.col(f"{kind}_id").is_not_null()).filter(many)
        found.append(rows.select(pl.col("account_id").alias("card_id"), pl.lit(kind).alias("subject_kind"), pl.col(f"{kind}_id").alias("subject_id")))  # fmt: skip
    return found


def _open_to(touched: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """The subjects but for cards that were recognised as implicated."""
    if "reasons" not in scores.columns:
        return touched
    due = scores.filter(
        pl.col("card_kind").cast(pl.String) == "account",
        pl.col("reasons").list.contains("implicated"),
    )
    mine = pl.col("subject_kind") == "account"
    return touched.filter(~(mine & pl.col("subject_id").is_in(due["card_id"].implode())))


def _goes_on(known: Known, rows: pl.DataFrame, touched: pl.DataFrame) -> dict[str, float]:
    """What share of the flow of a kind of subject went on in the days that followed, as the past has it.

    Asked at several instants of the past, each time of the flow just before and just after it.
    """
    span = known.number("cuts.ahead_days")
    ages = rows.select("i", pl.col("amount_fen"), ((pl.lit(known.as_of) - pl.col("at")).dt.total_minutes() / 1440).alias("age"))  # fmt: skip
    flow = touched.join(ages, on="i")
    prior = known.number("cuts.prior_fen")
    sums: dict[str, list[float]] = {}
    for step in (1, 2, 3):
        then = step * span / 1.5
        before = pl.col("amount_fen").filter(pl.col("age").is_between(then, then + span)).sum()
        after = (
            pl.col("amount_fen")
            .filter(pl.col("age").is_between(then - span, then, closed="left"))
            .sum()
        )
        both = flow.group_by(KEY).agg(before.alias("before"), after.alias("after"))
        kept = both.group_by("subject_kind").agg(
            pl.col("before").sum(), pl.min_horizontal("before", "after").sum().alias("kept")
        )
        for kind, was, still in kept.iter_rows():
            seen = sums.setdefault(kind, [0.0, 0.0])
            seen[0] += was
            seen[1] += still
    return {
        kind: (still + prior * known.number(f"cuts.prior.{kind}")) / (was + prior)
        for kind, (was, still) in sums.items()
    }


def _greedy(
    known: Known, past: Past, touched: pl.DataFrame, goes_on: dict[str, float]
) -> pl.DataFrame:
    """The subjects in the order of what each adds per effort; an old gain is an upper bound of the new."""
    groups = touched.group_by(KEY, maintain_order=True).agg("i")
    kinds, names = groups["subject_kind"].to_list(), groups["subject_id"].to_list()
    payments = [one.to_numpy() for one in groups["i"]]
    worth = {kind: goes_on[kind] / known.number(f"cuts.effort.{kind}") for kind in set(kinds)}
    blocked, pools = np.zeros(len(past.payer), np.bool_), room(past)
    queue = [
        (-_with(past, blocked, payments[n], pools) * worth[kinds[n]], n, 0)
        for n in range(len(names))
    ]
    heapq.heapify(queue)
    found: list[tuple[str, str, float]] = []
    before = 0.0
    least, most = known.number("cuts.least_fen"), int(known.number("cuts.most_actions"))
    while queue and len(found) < most:
        value, n, asked = heapq.heappop(queue)
        if asked < len(found):
            gain = _with(past, blocked, payments[n], pools) - before
            heapq.heappush(queue, (-gain * worth[kinds[n]], n, len(found)))
            continue
        expected = -value * known.number(f"cuts.effort.{kinds[n]}")
        if expected < least:
            break
        found.append((kinds[n], names[n], expected))
        blocked[payments[n]] = True
        before = stopped(past, blocked, pools)
    schema = {"subject_kind": pl.String, "subject_id": pl.String, "gain": pl.Float64}
    return pl.DataFrame(found, schema=schema, orient="row")


def _idle(known: Known, past: Past, goes_on: dict[str, float]) -> pl.DataFrame:
    """Suspected accounts with what they may yet move: the mean of all, by how suspected each is."""
    every = np.ones(len(past.payer), np.bool_)
    bad = known.of_kind("account", known.suspects)
    mean = stopped(past, every, room(past)) / max(bad.height, 1) * goes_on.get("account", 0.0)
    return bad.select(
        pl.lit("account").alias("subject_kind"),
        pl.col("card_id").alias("subject_id"),
        (pl.col("p") * mean).alias("gain"),
    )


def _merged(known: Known, found: pl.DataFrame) -> pl.DataFrame:
    """The subjects by gain per effort, those that are worth acting on."""
    kinds = found["subject_kind"].unique().sort().to_list()
    effort = [known.number(f"cuts.effort.{kind}") for kind in kinds]
    rated = found.join(pl.DataFrame({"subject_kind": kinds, "effort": effort}, schema={"subject_kind": pl.String, "effort": pl.Float64}), on="subject_kind")  # fmt: skip
    rated = rated.filter(pl.col("gain") >= known.number("cuts.least_fen"))
    order = rated.with_columns(ratio=pl.col("gain") / pl.col("effort"))
    return order.sort(
        "ratio", "subject_kind", "subject_id", descending=[True, False, False]
    ).head(int(known.number("cuts.most_actions"))).select(*KEY, "gain")  # fmt: skip


def _with(past: Past, blocked: NDArray[np.bool_], more: NDArray[np.uint32], pools: NDArray[np.float64]) -> float:  # fmt: skip
    trial = blocked.copy()
    trial[more] = True
    return float(stopped(past, trial, pools))


def _measured(known: Known, chosen: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """The rows ranked, each with the mildest measure that fits: the run's own where one was decided."""
    usual = pl.DataFrame(
        [(kind, str(known.rules[f"roles.cuts.measure.{kind}"])) for kind in chosen["subject_kind"].unique().sort()],
        schema={"subject_kind": pl.String, "usual": pl.String}, orient="row",
    )  # fmt: skip
    decided = pl.DataFrame(schema={**dict.fromkeys(KEY, pl.String), "decided": pl.String})
    if "measure" in scores.columns:
        decided = scores.select(
            pl.col("card_kind").cast(pl.String).alias("subject_kind"),
            pl.col("card_id").alias("subject_id"),
            pl.col("measure").cast(pl.String).alias("decided"),
        ).filter(pl.col("decided") != "allow")
    rows = chosen.join(usual, on="subject_kind", how="left", maintain_order="left")
    rows = rows.join(decided, on=KEY, how="left", maintain_order="left")
    return rows.select(
        pl.int_range(1, pl.len() + 1).alias("rank"), *KEY, "network_id",
        pl.col("gain").floor().cast(pl.Int64).alias("flow_cut_fen"),
        pl.coalesce("decided", "usual").alias("measure"),
    )  # fmt: skip


_NOTHING = pl.DataFrame(
    schema={
        "rank": pl.Int64, "subject_kind": pl.String, "subject_id": pl.String,
        "network_id": pl.String, "flow_cut_fen": pl.Int64, "measure": pl.String,
    }
)  # fmt: skip
