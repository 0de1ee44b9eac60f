"""What other rules would have said of the cards that a run judged, and of one card if something about it were otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from duanka.features import catalogue
from duanka.policy import decide, facts
from duanka.policy.table import MEASURES
from duanka.tables.words import TIERS

if TYPE_CHECKING:
    from duanka.policy.dated import Regime

CardKind = Literal["account", "sim"]
KINDS: tuple[CardKind, ...] = ("account", "sim")
MOST_SHOWN = 100
FACTS = {
    "implicated": "implicated",
    "cleared": "cleared",
    "victim": "looks_like_victim",
    "dormant": "suspicious_dormant",
}
"""What a run knew of a card besides its score, and the reason by which its table of scores tells it."""


@dataclass(frozen=True)
class Moved:
    """What two sets of rules make of the cards of one kind.

    Columns: `same` cards of which the first rules, asked again, say what the run wrote; `tiers` and
        `measures` how many cards go from which to which, with `way` gentler, harder or same; `cards` the
        first of those that move, the highest score first.
    """

    kind: str
    cards_count: int
    same: int
    moved: int
    tiers: list[dict[str, Any]]
    measures: list[dict[str, Any]]
    cards: list[dict[str, Any]]


def compare(rows: pl.DataFrame, kind: CardKind, before: Regime, after: Regime) -> Moved:
    """The cards of a run judged by both rules, capacity to review included.

    The run tells the strongest reasons of a card, not every family of signals that spoke: a card that it
    put above normal had enough of them; of others, the families of the reasons it tells are counted.

    Columns: rows: card_id, score, tier, measure, reasons, as the table of scores has them.
    """
    known = told(rows, kind)
    both = [
        decide.decide(known, rules, card_kind=kind).select(
            pl.col("tier", "measure").cast(pl.String).name.suffix(end),
            pl.col("because").name.suffix(end),
        )
        for rules, end in ((before, "_a"), (after, "_b"))
    ]
    asked = rows.select("card_id", "score", pl.col("tier", "measure").cast(pl.String))
    frame = pl.concat([asked, *both], how="horizontal")
    same = (pl.col("tier") == pl.col("tier_a")) & (pl.col("measure") == pl.col("measure_a"))
    moves = frame.filter(
        (pl.col("tier_a") != pl.col("tier_b")) | (pl.col("measure_a") != pl.col("measure_b"))
    )
    first = moves.sort(["score", "card_id"], descending=[True, False]).head(MOST_SHOWN)
    return Moved(
        kind, frame.height, frame.filter(same).height, moves.height,
        ways(frame, "tier", TIERS), ways(frame, "measure", MEASURES), first.to_dicts(),
    )  # fmt: skip


def told(rows: pl.DataFrame, kind: CardKind) -> pl.DataFrame:
    """What the rules read of each card, from what the run wrote about it."""
    by_name = pl.DataFrame(
        {"reason": list(_families(kind)), "family": list(_families(kind).values())},
        schema={"reason": pl.String, "family": pl.String},
    )
    numbered = rows.select("card_id", "score", "tier", "reasons").with_row_index("n")
    speaks = (
        numbered.filter(pl.col("reasons").list.len() > 0)
        .explode("reasons")
        .join(by_name, left_on="reasons", right_on="reason")
        .group_by("n")
        .agg(pl.col("family").unique().sort().alias("families"))
    )
    # Above normal by score the run had counted enough families, whichever reasons it then told.
    enough = pl.lit(["enough_1", "enough_2", "enough_3"])
    return (
        numbered.join(speaks, on="n", how="left", maintain_order="left")
        .with_columns(
            pl.col("reasons").fill_null([]),
            families=pl.when(pl.col("tier").cast(pl.String) != TIERS[0])
            .then(enough)
            .otherwise(pl.col("families").fill_null([])),
        )
        .with_columns(
            **{name: pl.col("reasons").list.contains(code) for name, code in FACTS.items()},
            reverification=pl.when(pl.col("reasons").list.contains("reverification_passed"))
            .then(pl.lit("passed"))
            .when(pl.col("reasons").list.contains("reverification_failed"))
            .then(pl.lit("failed"))
            .otherwise(pl.lit("none")),
        )
    )


@cache
def _families(kind: CardKind) -> dict[str, str]:
    """The family that each reason of a model speaks for; what only describes a card is left out."""
    names, families = catalogue.names_of(kind), catalogue.signal_families(kind)
    return {n: f for n, f in zip(names, families, strict=True) if f != catalogue.CONTEXT}


def ways(frame: pl.DataFrame, what: str, words: tuple[str, ...]) -> list[dict[str, Any]]:
    """How many cards go from which word to which, the gravest last."""
    pairs = frame.group_by(
        pl.col(f"{what}_a").alias("before"), pl.col(f"{what}_b").alias("after")
    ).len("n")
    found = sorted(
        pairs.to_dicts(), key=lambda row: (words.index(row["before"]), words.index(row["after"]))
    )
    for row in found:
        step = words.index(row["after"]) - words.index(row["before"])
        row["way"] = "harder" if step > 0 else "gentler" if step < 0 else "same"
    return found


def scenarios(score: dict[str, Any], kind: CardKind, regime: Regime) -> list[dict[str, Any]]:
    """What the rules say of one card as it is, and if something about it were otherwise; capacity left out.

    Columns: returns: what (as_is, cleared, victim, implicated, one_family, just_suspicious, just_high),
        score, tier, measure, because, legal_basis, authority, expires_days.
    """
    names = [info for info in ("card_id", "score", "tier", "reasons") if info in score]
    one = told(pl.DataFrame([{n: score[n] for n in names}], schema_overrides={"reasons": facts.WORDS}), kind)  # fmt: skip
    lines = [regime.number(f"{kind}_tiers.{tier}_score") for tier in TIERS[1:]]
    whats: dict[str, dict[str, Any]] = {
        "as_is": {},
        "cleared": {"cleared": True, "implicated": False},
        "victim": {"victim": True},
        "implicated": {"implicated": True, "cleared": False},
        "one_family": {"families": ["enough_1"]},
        "just_suspicious": {"score": lines[0]},
        "just_high": {"score": lines[1]},
    }
    is_ = {name: one[name][0] for name in ("card_id", "score", "reasons", "reverification", *FACTS)}
    is_["families"] = one["families"][0].to_list()
    frame = pl.DataFrame(
        [{**is_, "what": what, **other} for what, other in whats.items()],
        schema_overrides={"reasons": facts.WORDS, "families": facts.WORDS},
    )
    suspicious, high = pl.col("score") >= lines[0], pl.col("score") >= lines[1]
    frame = frame.with_columns(
        facts.enough_families(regime, f"{kind}_tiers.least_families").alias("enough_families"),
        pl.when(high).then(pl.lit("high")).when(suspicious).then(pl.lit("middle")).otherwise(pl.lit("low")).alias("band"),
    )  # fmt: skip
    tiers = facts.outcome(frame, regime, f"{kind}_tiers")
    frame = frame.with_columns(tiers["then"].alias("tier"), tiers["because"].alias("tier_because"))
    measured = facts.justified(
        facts.outcome(frame, regime, f"{kind}_measures"), regime, kind
    ).rename({"then": "measure"})
    quiet = (pl.col("measure") == "allow") & (pl.col("because") == "nothing_found")
    return (
        pl.concat([frame.select("what", "score", "tier", "tier_because"), measured], how="horizontal")
        .with_columns(pl.when(quiet).then("tier_because").otherwise("because").alias("because"))
        .select("what", "score", "tier", "measure", "because", "legal_basis", "authority", "expires_days")
        .to_dicts()
    )  # fmt: skip
