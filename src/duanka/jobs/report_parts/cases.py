"""The strongest cards, openings and events, as a reader sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from duanka.jobs.report_parts import show, words
from duanka.jobs.report_parts.timeline import Timeline, timeline
from duanka.jobs.report_parts.words import DASH, Both

if TYPE_CHECKING:
    from datetime import datetime

Sentences = Mapping[str, tuple[str, str]]
Values = Mapping[tuple[str, str], Mapping[str, tuple[str, str]]]
Lawful = Mapping[tuple[str, str], tuple[str, str]]


class Basis(NamedTuple):
    """The article a measure rests on and who may decide it."""

    article: Both
    authority: Both


@dataclass(frozen=True)
class Telling:
    """What is needed to tell a case: the reasons' sentences and values, the law, the instant."""

    sentences: Sentences
    values: Values
    lawful: Lawful
    as_of: datetime

    def reasons(self, kind: str, identifier: str, given: Sequence[str] | None) -> tuple[Both, ...]:
        """The sentences of a case, strongest first, each with its value where one is known."""
        own = self.values.get((kind, identifier), {})
        return tuple(self._reason(code, own.get(code)) for code in given or ())

    def basis(self, card_kind: str, measure: str, row: Mapping[str, Any]) -> Basis:
        """What the decision itself rests on, else what the policy says of its measure."""
        article, authority = self.lawful.get((card_kind, measure), ("", ""))
        article = row.get("legal_basis") or article
        authority = row.get("authority") or authority
        if measure == "allow":
            return Basis(DASH, DASH)
        return Basis(
            words.word("article", article) if article else DASH,
            words.word("authority", authority) if authority else DASH,
        )

    def _reason(self, code: str, value: tuple[str, str] | None) -> Both:
        name, _, written = code.partition("=")
        shown = value or (written, written)
        sentence = self.sentences.get(code) or self.sentences.get(name) or (name, name)
        return Both(
            _with_value(sentence[0], shown[0], "：{}"), _with_value(sentence[1], shown[1], ": {}")
        )


def _with_value(sentence: str, value: str, tail: str) -> str:
    if "{value}" in sentence:
        return sentence.rstrip("。.").replace("{value}", value or "—")
    plain = sentence.rstrip("。.")
    return plain + tail.format(value) if value else plain


@dataclass(frozen=True)
class Case:
    """One judged thing: where to find it, how strong the suspicion, what is proposed, why."""

    rank: int
    row: int
    kind: Both
    shown_id: str
    score: Both
    answer_code: str
    answer: Both
    proposed: Both
    basis: Basis
    reasons: tuple[Both, ...]
    at: str = "—"
    amount: Both = DASH
    drawn: Timeline | None = None


def _strongest(frame: pl.DataFrame, answer: str, mildest: str, most: int) -> list[dict[str, Any]]:
    """The strongest rows above the mildest answer; `row` is each one's place in the table."""
    return (
        frame.filter(pl.col(answer).cast(pl.String) != mildest)
        .with_columns(pl.col("score").fill_nan(None))
        .sort("score", "row", descending=[True, False], nulls_last=True)
        .head(most)
        .to_dicts()
    )


def cards(
    score: pl.DataFrame, card_kind: str, *, timelines: pl.DataFrame, telling: Telling, most: int
) -> list[Case]:
    """The strongest cards of a kind that are above normal; a normal card is never shown.

    Columns:
        score: the `score` table in its written order, so that `row` finds a card again.
        timelines: see `timeline.timeline`, for as many cards as the job chose to draw.
    """
    of_kind = pl.col("card_kind").cast(pl.String) == card_kind
    lines = timelines.filter(of_kind).with_columns(pl.col("kind").cast(pl.String))
    shown = _strongest(
        score.with_row_index("row", offset=1).filter(of_kind), "tier", "normal", most
    )
    return [
        Case(
            rank=rank,
            row=row["row"],
            kind=words.word("one_card", card_kind),
            shown_id=show.mask(row["card_id"]),
            score=show.in_hundred(row["score"]),
            answer_code=row["tier"],
            answer=words.word("tier", row["tier"]),
            proposed=words.word("measure", row["measure"] or "allow"),
            basis=telling.basis(card_kind, row["measure"] or "allow", row),
            reasons=telling.reasons(card_kind, row["card_id"], row["reasons"]),
            drawn=timeline(lines.filter(pl.col("card_id") == row["card_id"]), telling.as_of),
        )
        for rank, row in enumerate(shown, start=1)
    ]


def openings(advice: pl.DataFrame, *, telling: Telling, most: int) -> list[Case]:
    """The strongest applications that were advised anything but to allow.

    Columns:
        advice: the `opening_advice` table in its written order; may carry `at` and `card_kind`.
    """
    shown = _strongest(advice.with_row_index("row", offset=1), "advice", "allow", most)
    return [
        Case(
            rank=rank,
            row=row["row"],
            kind=words.word("one_card", row.get("card_kind") or "—"),
            shown_id=show.mask(row["opening_id"]),
            score=show.in_hundred(row["score"]),
            answer_code=row["advice"],
            answer=words.word("advice", row["advice"]),
            proposed=words.word("measure", row["advice"]),
            basis=telling.basis(row.get("card_kind") or "account", row["advice"], row),
            reasons=telling.reasons("opening", row["opening_id"], row["reasons"]),
            at=show.instant(row["at"]) if row.get("at") else "—",
        )
        for rank, row in enumerate(shown, start=1)
    ]


def events(intercept: pl.DataFrame, *, telling: Telling, most: int) -> list[Case]:
    """The strongest transfers and calls that were answered with anything but to allow.

    Columns:
        intercept: the `intercept` table in its written order; may carry `at` and `amount_fen`.
    """
    shown = _strongest(intercept.with_row_index("row", offset=1), "answer", "allow", most)
    return [
        Case(
            rank=rank,
            row=row["row"],
            kind=words.word("one_event", row["event_kind"]),
            shown_id=show.mask(row["event_id"]),
            score=show.in_hundred(row["score"]),
            answer_code=row["answer"],
            answer=words.word("answer", row["answer"]),
            proposed=words.word("answer", row["answer"]),
            basis=telling.basis(
                "account" if row["event_kind"] == "transfer" else "sim", row["answer"], row
            ),
            reasons=telling.reasons(row["event_kind"], row["event_id"], row["reasons"]),
            at=show.instant(row["at"]) if row.get("at") else "—",
            amount=_amount(row.get("amount_fen")),
        )
        for rank, row in enumerate(shown, start=1)
    ]


def _amount(fen: int | None) -> Both:
    return DASH if fen is None else show.yuan(fen)


@dataclass(frozen=True)
class Answered:
    """How many were answered so, and the money that stood behind them where it is known."""

    code: str
    answer: Both
    count: int
    amount: Both


def answers(frame: pl.DataFrame, column: str, group: str) -> list[Answered]:
    """How often each answer was given, the strictest first; every word of the group has a row."""
    amount = (
        pl.col("amount_fen").drop_nulls().sum() if "amount_fen" in frame.columns else pl.lit(None)
    )
    found = {
        str(code): (int(count), fen)
        for code, count, fen in frame.group_by(pl.col(column).cast(pl.String))
        .agg(pl.len().alias("count"), amount.alias("fen"))
        .iter_rows()
    }
    return [
        Answered(code, words.word(group, code), count, _amount(fen))
        for code in (*words.codes(group), *sorted(set(found) - set(words.codes(group))))
        for count, fen in [found.get(code, (0, None))]
    ]
