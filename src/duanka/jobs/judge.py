"""Scores become decisions: what each card, event and application is told, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.features import catalogue, vectors
from duanka.features import flags as f
from duanka.features.records import micros
from duanka.features.spec import DAY
from duanka.jobs import drifting, portions
from duanka.jobs.days_past import by_worst
from duanka.jobs.disciplined import barred, with_basis
from duanka.jobs.holdings import opening_facts
from duanka.jobs.peers import compared
from duanka.models import event_peers, explain
from duanka.models.score import score
from duanka.policy import decide

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.features.catalogue import Subject
    from duanka.features.records import Moves
    from duanka.jobs.dataset import Dataset
    from duanka.jobs.judges import Judge
    from duanka.policy.dated import Regime

    Ints = NDArray[np.int64]

# Below this score nothing is done to anybody, so no reason is owed and none is computed.
EXPLAINED_SCORE = 0.01
CONFIRMED_SCORE = 0.99
REVIEWED_SCORE = 0.9
CHUNK = 100_000


@dataclass(frozen=True)
class Told:
    """Scores, one a row; by row, for those explained, families, reasons and what the features were."""

    score: NDArray[np.float64]
    families: dict[int, list[str]]
    reasons: dict[int, list[str]]
    values: dict[int, dict[str, float]]

    @property
    def words(self) -> tuple[pl.Series, pl.Series]:
        """Families and reasons as columns, empty where nothing is explained."""
        size = len(self.score)
        return _lists("families", self.families, size), _lists("reasons", self.reasons, size)


def _lists(name: str, found: dict[int, list[str]], size: int) -> pl.Series:
    """A column of lists that are nearly all empty: no list is made for a row that has none."""
    held = pl.Series(name, [[], *found.values()], dtype=pl.List(pl.String))
    place = np.zeros(size, dtype=np.uint32)
    place[list(found)] = np.arange(1, held.len())
    return held.gather(pl.Series(place))


def tell(judge: Judge, X: NDArray[np.float32], regime: Regime) -> Told:
    """The scores of these vectors and, where one is worth a look, its reasons and signal families."""
    scores = np.concatenate(
        [score(judge.model, X[at : at + CHUNK]) for at in range(0, max(len(X), 1), CHUNK)]
    )
    scores = event_peers.lifted(judge.model, X, scores=scores, subject=judge.subject, regime=regime)
    told = Told(scores, {}, {}, {})
    rows = np.flatnonzero(scores >= EXPLAINED_SCORE)
    names = catalogue.names_of(judge.subject)
    family_of = catalogue.signal_families(judge.subject)
    for at in range(0, rows.size, CHUNK // 10):
        part = rows[at : at + CHUNK // 10]
        given = explain.known_only(explain.contributions(judge.model, X[part])[0], X[part])
        given += event_peers.added(judge.model, X[part], subject=judge.subject, regime=regime)
        counted = explain.counted_families(
            given,
            family_of,
            at_least=regime.number("signals.family_log_odds"),
            least_share=regime.number("signals.family_share"),
        )
        which, amount = explain.strongest(given, top=int(regime.number("signals.most_reasons")))
        for line, row in enumerate(part.tolist()):
            told.families[row] = [
                n
                for n, c in zip(counted.names, counted.counted[line], strict=True)
                if c and n != catalogue.CONTEXT
            ]
            told.reasons[row] = [
                names[i] for i, a in zip(which[line], amount[line], strict=True) if i >= 0 and a > 0
            ]
            told.values[row] = {names[i]: float(X[row, i]) for i in which[line] if i >= 0}
    return told


@dataclass(frozen=True)
class Judged:
    """Decisions as the contract's table, what the report adds, the features' values by id, how features moved."""

    table: pl.DataFrame
    more: pl.DataFrame
    values: dict[str, dict[str, float]]
    moved: dict[str, object] = field(default_factory=dict)


def judge_cards(dataset: Dataset, judge: Judge, regime: Regime) -> Judged:
    """Every card of a kind as it stands at the dataset's instant, and stood on its heaviest days."""
    r = dataset.asker.records
    kind = judge.subject
    cards = r.accounts if kind == "account" else r.sims

    def say(rows: NDArray[np.float32]) -> Told:
        return tell(judge, rows, regime)

    told, X = portions.of_cards(dataset.asker, kind, cards.judged, say)
    victim = _like_victims(X, regime) if kind == "account" else np.zeros(len(X), bool)
    told = by_worst(told, X, dataset.asker, kind=kind, regime=regime, tell=say)
    told = compared(told, judge, X, regime)
    ids = cards.index.ids.gather(cards.judged)
    facts = card_facts(dataset, kind, ids, regime)
    confirmed, reviewed = facts["implicated"].to_numpy(), facts["reviewed"].to_numpy()
    scores = np.where(confirmed, np.maximum(told.score, CONFIRMED_SCORE), told.score)
    scores = np.where(reviewed, np.maximum(scores, REVIEWED_SCORE), scores)
    frame = facts.with_columns(pl.Series("score", scores), *told.words, pl.Series("victim", victim))
    decided = decide.decide(frame, regime, card_kind=kind)  # type: ignore[arg-type]
    table = decided.select(
        pl.lit(kind).alias("card_kind"),
        "card_id",
        pl.lit(dataset.as_of).alias("as_of"),
        pl.Series("score", scores),
        "tier",
        "measure",
        "reasons",
        pl.lit(None, dtype=pl.String).alias("network_id"),
        pl.lit(judge.model.version).alias("model_version"),
        pl.lit(regime.policy.version).alias("policy_version"),
    )
    more = decided.select("card_id", "legal_basis", "authority")
    return Judged(table, more, _by_id(told, ids), drifting.moved(judge, X))


def _by_id(told: Told, ids: pl.Series) -> dict[str, dict[str, float]]:
    return {ids[row]: value for row, value in told.values.items()}


def card_facts(dataset: Dataset, kind: Subject, ids: pl.Series, regime: Regime) -> pl.DataFrame:
    """What is known of each card besides its score, from the last word of its labels.

    Columns: card_id, implicated (police or court), reviewed (our own review), cleared.
    """
    protects = int(regime.number("labels.cleared_protection_days")) * DAY
    frames = dataset.asker.records.frames
    of_kind = pl.col("card_kind").cast(pl.String) == kind
    last = (
        frames["label"]
        .filter(of_kind)
        .sort("known_at", maintain_order=True)
        .group_by("card_id", maintain_order=True)
        .last()
    )
    newest = frames["lead"].filter(of_kind).group_by("card_id").agg(pl.col("issued_at").max())
    known = pl.DataFrame({"card_id": ids}).join(
        last, on="card_id", how="left", maintain_order="left"
    )
    known = known.join(newest, on="card_id", how="left", maintain_order="left")
    official = pl.col("source").cast(pl.String).is_in(["police", "court"])
    since = dataset.asker.records.as_of - micros(known["known_at"])
    return known.select(
        "card_id",
        (pl.col("implicated") & official).fill_null(value=False).alias("implicated"),
        (pl.col("implicated") & ~official).fill_null(value=False).alias("reviewed"),
        (
            ~pl.col("implicated").fill_null(value=True)
            & pl.Series(since <= protects)
            & ~(pl.col("issued_at") > pl.col("known_at")).fill_null(value=False)
        ).alias("cleared"),
    )


def _like_victims(X: NDArray[np.float32], regime: Regime) -> NDArray[np.bool_]:
    """Who paid a reported card, or a stranger just after a stranger's call, and does not act like a mule."""
    names = catalogue.names_of("account")

    def column(name: str) -> NDArray[np.float64]:
        return np.nan_to_num(X[:, names.index(name)].astype(np.float64))

    paid = (column("to_lead_count_90d") > 0) | (column("to_label_count_90d") > 0)
    paid |= column("called_out_count_30d") > 0
    passes = column("passed_day_share_30d") > regime.number("victims.most_passed_share")
    gathers = column("in_first_count_7d") > regime.number("victims.most_first_payers")
    reported = column("own_lead_count_90d") > 0
    return paid & ~passes & ~gathers & ~reported


def judge_events(dataset: Dataset, judge: Judge, regime: Regime) -> Judged:
    """The transfers or calls of the last days as each stood then, by no tier of now and no later fact."""
    r = dataset.asker.records
    kind = judge.subject
    moves = r.transfers if kind == "transfer" else r.calls
    days = int(regime.number("intercept.days_judged"))
    which = np.flatnonzero(moves.at >= r.as_of - days * DAY)
    seen = drifting.Seen(which.size)
    told = portions.of_events(
        dataset.asker, kind, which, lambda rows: tell(judge, seen.passes(rows), regime)
    )
    frame = portions.rows_of(r.frames[kind], which)
    facts = pl.DataFrame(
        {
            "event_id": frame[f"{kind}_id"],
            "score": told.score,
            "implicated": _confirmed_then(dataset, moves, which, kind),
        }
    ).with_columns(told.words)
    if kind == "transfer":
        memo = frame["memo_kind"].cast(pl.String).fill_null("other")
        facts = facts.with_columns(frame["amount_fen"], memo_kind=memo)
    else:
        connected = list(regime.words("intercept.always_connected"))
        facts = facts.with_columns(protected=frame["callee_id"].is_in(connected))
    answered = decide.answer_events(facts, regime, event_kind=kind)  # type: ignore[arg-type]
    table = answered.select(
        pl.lit(kind).alias("event_kind"), "event_id", "score", "answer", "reasons"
    )
    nothing = pl.lit(None, dtype=pl.Int64).alias("amount_fen")
    amount = frame["amount_fen"] if kind == "transfer" else nothing
    more = answered.select("event_id", "legal_basis", "authority").with_columns(frame["at"], amount)
    return Judged(table, more, _by_id(told, frame[f"{kind}_id"]), seen.moved(judge))


def _confirmed_then(
    dataset: Dataset, moves: Moves, which: Ints, kind: Subject
) -> NDArray[np.bool_]:
    """Whether police or court had confirmed a side's card by the event's instant, and nobody cleared it."""
    r = dataset.asker.records
    labels = r.frames["label"].sort("known_at", maintain_order=True)
    of_kind = "account" if kind == "transfer" else "sim"
    labels = labels.filter(pl.col("card_kind").cast(pl.String) == of_kind)
    index = (r.accounts if kind == "transfer" else r.sims).index
    official = labels["implicated"] & labels["source"].cast(pl.String).is_in(["police", "court"])
    said = pl.DataFrame(
        {
            "card": index.find(labels["card_id"]),
            "known": micros(labels["known_at"]),
            "bad": official,
        }
    )
    out = np.zeros(which.size, dtype=np.bool_)
    if said.height == 0:
        return out
    for side in (moves.giver, moves.taker) if kind == "transfer" else (moves.giver,):
        asked = pl.DataFrame(
            {"n": np.arange(which.size), "card": side[which], "known": moves.at[which]}
        )
        found = asked.sort("known").join_asof(
            said.sort("known"),
            on="known",
            by="card",
            strategy="backward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        out |= found.sort("n")["bad"].fill_null(value=False).to_numpy()
    return out


def judge_openings(dataset: Dataset, judge: Judge, regime: Regime) -> Judged:
    """Every application as it stood when it was made."""
    r = dataset.asker.records
    X = vectors.opening_vectors(dataset.asker)
    told = tell(judge, X, regime)
    frame = r.frames["opening"]
    facts = pl.DataFrame({"opening_id": frame["opening_id"], "score": told.score})
    facts = facts.with_columns(told.words)
    companies = dataset.frames.get("organisation")
    named = companies["organisation_id"] if companies is not None else None
    facts = facts.hstack(opening_facts(r, regime, companies=named))
    stands = barred(dataset, frame, facts["asked_kind"], regime)
    facts = facts.with_columns(disciplined=stands["measure"].is_not_null())
    is_sim = (r.openings["flags"] & f.SIM) != 0
    parts = [
        decide.advise_openings(
            facts.filter(pl.Series(mask)),
            regime,
            card_kind=kind,  # type: ignore[arg-type]
        ).with_columns(card_kind=pl.lit(kind))
        for kind, mask in (("sim", is_sim), ("account", ~is_sim))
        if mask.any()
    ]
    advised = facts.select("opening_id").join(
        pl.concat(parts), on="opening_id", how="left", maintain_order="left"
    )
    table = advised.select("opening_id", "score", "advice", "reasons")
    more = advised.select("opening_id", "legal_basis", "authority", "card_kind", frame["at"])
    learned = drifting.moved(judge, X)
    return Judged(table, with_basis(more, stands), _by_id(told, frame["opening_id"]), learned)
