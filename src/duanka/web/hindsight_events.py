"""What other rules would have answered to the transfers, calls and applications that a run judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import polars as pl

from duanka.policy import decide
from duanka.policy.table import ADVICE, ANSWERS
from duanka.web.hindsight import MOST_SHOWN, Moved, ways

if TYPE_CHECKING:
    from duanka.policy.dated import Regime

EventKind = Literal["transfer", "call", "opening"]
KINDS: tuple[EventKind, ...] = ("transfer", "call", "opening")
ENOUGH = ("enough_1", "enough_2", "enough_3")


def compare(rows: pl.DataFrame, kind: EventKind, before: Regime, after: Regime) -> Moved:
    """The events of a run answered by both rules.

    A run tells only its strongest reasons, so that whether enough independent signals spoke is found by asking
    the first rules both ways. Events of which they say what the run wrote in neither way hang on something that
    a run does not keep (cards held, tiers of the moment): they are counted as not `same`, and never as moved.

    Columns: rows: event_id, score, answer, reasons; of transfers amount_fen, memo_kind (null where the dataset
        is away); of openings card_kind.
    """
    words = ADVICE if kind == "opening" else ANSWERS
    facts = _facts(rows, kind)
    enough, alone = (_answers(facts, kind, before, spoke) for spoke in (True, False))
    wrote = rows["answer"].cast(pl.String)
    was_enough, was_alone = enough == wrote, alone == wrote
    then = (_answers(facts, kind, after, spoke) for spoke in (True, False))
    frame = pl.DataFrame({"event_id": rows["event_id"], "score": rows["score"], "answer_a": wrote})
    frame = frame.with_columns(
        was_enough.alias("enough"), (was_enough | was_alone).alias("same"),
        **dict(zip(("if_enough", "if_alone"), then, strict=True)),
    )  # fmt: skip
    told = frame.filter("same").with_columns(
        answer_b=pl.when("enough").then("if_enough").otherwise("if_alone")
    )
    moves = told.filter(pl.col("answer_a") != pl.col("answer_b"))
    first = moves.sort(["score", "event_id"], descending=[True, False]).head(MOST_SHOWN)
    shown = first.select("event_id", "score", "answer_a", "answer_b").to_dicts()
    return Moved(
        kind, rows.height, told.height, moves.height, [], ways(told, "answer", words), shown
    )


def _facts(rows: pl.DataFrame, kind: EventKind) -> pl.DataFrame:
    """What the rules read of each event, as far as the run and its dataset still tell."""
    facts = rows.select(
        "event_id", "score", reasons=pl.col("reasons").fill_null([]),
        implicated=pl.col("reasons").list.contains("implicated").fill_null(value=False),
        protected=pl.col("reasons").list.contains("protected_payment").fill_null(value=False),
    )  # fmt: skip
    if kind == "transfer":
        return facts.with_columns(
            rows["amount_fen"].fill_null(0), memo_kind=rows["memo_kind"].fill_null("other")
        )
    if kind == "opening":
        asked = rows["card_kind"].cast(pl.String).fill_null("account").alias("card_kind")
        return facts.rename({"event_id": "opening_id"}).with_columns(asked)
    return facts


def _answers(facts: pl.DataFrame, kind: EventKind, rules: Regime, spoke: bool) -> pl.Series:  # noqa: FBT001  # the fact itself: did enough signals speak
    """The answer of the rules to each event, if enough independent signals spoke, or did not."""
    families = pl.lit(list(ENOUGH) if spoke else [], dtype=pl.List(pl.String))
    asked = facts.with_columns(families.alias("families")).with_row_index("n")
    if kind != "opening":
        told = decide.answer_events(asked.drop("n"), rules, event_kind=kind)
        return told["answer"].cast(pl.String)
    found = []
    for card_kind in ("account", "sim"):
        part = asked.filter(pl.col("card_kind") == card_kind)
        said = decide.advise_openings(part.drop("n", "card_kind", "implicated", "protected"), rules, card_kind=card_kind)  # fmt: skip
        found.append(part.select("n").with_columns(said["advice"].cast(pl.String)))
    return pl.concat(found).sort("n")["advice"]
