"""Scores and facts become the mildest measure that fits, with reason, legal basis, term and who must look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import polars as pl

from duanka.errors import BadInput
from duanka.policy.facts import (
    COUNT,
    SHARE,
    TEXT,
    WORDS,
    enough_families,
    justified,
    outcome,
    prepared,
    reasons,
)
from duanka.policy.table import ADVICE, ANSWERS, MEASURES
from duanka.tables.words import TIERS

if TYPE_CHECKING:
    from duanka.policy.dated import Regime

CardKind = Literal["account", "sim"]
EventKind = Literal["transfer", "call"]

_JUDGED = {"card_id": TEXT, "score": SHARE, "families": WORDS, "reasons": WORDS}
_CARD_FACTS = {
    "implicated": False,
    "cleared": False,
    "victim": False,
    "dormant": False,
    "reverification": "none",
}
_EVENT_FACTS = {
    "protected": False,
    "implicated": False,
    "memo_kind": "other",
    "payer_tier": "normal",
    "payee_tier": "normal",
}
_OPENING_FACTS = {
    "disciplined": False,
    "asked_kind": "unknown",
    "sims_held": 0,
    "iot_held": 0,
    "class_1_held": 0,
    "class_2_held": 0,
    "class_3_held": 0,
    "payment_held": 0,
    "debit_cards_held": 0,
    "companion_applicants": 0,
    "terminal_applicants": 0,
}
_CLASSES = ("class_1", "class_2", "class_3")


def decide(facts: pl.DataFrame, regime: Regime, *, card_kind: CardKind) -> pl.DataFrame:
    """The tier of each judged card and the mildest measure that fits it; one row a card, in the order given.

    Columns:
        facts: card_id, score (calibrated probability), families (of independent signals that speak for
            risk), reasons (strongest first); optional, false where absent: implicated (recognised by
            police or court, not cleared since), cleared (within the protection period, nothing new
            after), victim, dormant; reverification {none, asked, passed, failed}.
        returns: card_id, tier, measure, because, reasons, legal_basis, authority, review {person, none},
            expires_days, protected_payments, note.
    Capacity: at most the dated number of 10,000 judged cards (rounded up) becomes high risk, and so for
        suspicious, by score, ties by card_id. Cards recognised by police stand outside: nobody reviews
        whether to carry that out.
    Raises: BadInput if a column is missing or has no valid value; a card that stands twice.
    """
    judged = prepared(facts, _JUDGED, _CARD_FACTS, what="facts about cards")
    if judged["card_id"].n_unique() < judged.height:
        raise BadInput("a card stands twice", where="facts about cards", fix="give one row a card")
    name = f"{card_kind}_tiers"
    judged = judged.with_columns(
        enough_families(regime, f"{name}.least_families").alias("enough_families")
    )
    judged = judged.with_columns(bands(judged, regime, name))
    tiers = outcome(judged, regime, name)
    judged = judged.with_columns(tiers["then"].alias("tier"))
    measures = outcome(judged, regime, f"{card_kind}_measures")
    return _card_decisions(judged, tiers, justified(measures, regime, card_kind))


def _card_decisions(
    judged: pl.DataFrame, tiers: pl.DataFrame, measures: pl.DataFrame
) -> pl.DataFrame:
    """The decisions as one frame; where nothing is done, the tier's own because says why."""
    mine = tiers.select(pl.col("because", "fact", "note").name.prefix("tier_"))
    frame = pl.concat(
        [judged.select("card_id", "tier", "reasons"), mine, measures], how="horizontal"
    )
    quiet = (pl.col("then") == "allow") & (pl.col("because") == "nothing_found")
    frame = frame.with_columns(
        pl.when(quiet).then("tier_because").otherwise("because").alias("because")
    )
    return frame.select(
        "card_id",
        pl.col("tier").cast(pl.Enum(TIERS)),
        pl.col("then").cast(pl.Enum(MEASURES)).alias("measure"),
        "because",
        _told(
            pl.when("tier_fact").then("tier_because"),
            pl.when("fact").then("because"),
            needed=pl.col("tier") != "normal",
        ),
        "legal_basis",
        "authority",
        "review",
        "expires_days",
        "protected_payments",
        pl.coalesce("note", "tier_note").alias("note"),
    )


def _told(*leading: pl.Expr, needed: pl.Expr) -> pl.Expr:
    """The reasons told: facts first, then what the score found; never none where one is needed."""
    told = reasons(pl.col("reasons"), *leading)
    bare = needed & (told.list.len() == 0)
    return pl.when(bare).then(pl.concat_list("because")).otherwise(told).alias("reasons")


def bands(judged: pl.DataFrame, regime: Regime, name: str) -> pl.Series:
    """Where each card's score falls once the capacity to review is taken into account.

    Columns:
        judged: card_id, score, implicated, cleared, victim, enough_families.
        returns: band {low, beyond, middle, high}; cards that cannot rise by score take no capacity.
    """
    suspicious, high = (
        regime.number(f"{name}.{tier}_score") for tier in ("suspicious", "high_risk")
    )
    places = {
        tier: -(-judged.height * int(regime.number(f"{name}.{tier}_capacity_per_10k")) // 10_000)
        for tier in ("suspicious", "high_risk")
    }
    rises = (
        pl.col("enough_families")
        & ~pl.col("implicated")
        & ~pl.col("cleared")
        & (pl.col("score") >= suspicious)
    )
    may_be_high = rises & ~pl.col("victim") & (pl.col("score") >= high)
    order = judged.with_row_index("i").sort(
        ["score", "card_id"], descending=[True, False], maintain_order=True
    )
    order = order.with_columns(rises.alias("rises"), may_be_high.alias("may_be_high"))
    is_high = pl.col("may_be_high") & (pl.col("may_be_high").cum_sum() <= places["high_risk"])
    order = order.with_columns(is_high.alias("is_high"))
    waits = pl.col("rises") & ~pl.col("is_high")
    order = order.with_columns(
        (waits & (waits.cum_sum() <= places["suspicious"])).alias("is_middle")
    )
    band = (
        pl.when(pl.col("score") < suspicious)
        .then(pl.lit("low"))
        .when("is_high")
        .then(pl.lit("high"))
        .when("is_middle")
        .then(pl.lit("middle"))
        .when("rises")
        .then(pl.lit("beyond"))
        .otherwise(
            pl.lit("middle")
        )  # cannot rise by score: the table answers by the fact that holds it
        .alias("band")
    )
    return order.with_columns(band).sort("i")["band"]


def answer_events(facts: pl.DataFrame, regime: Regime, *, event_kind: EventKind) -> pl.DataFrame:
    """The answer to each transfer or call as it happens; one row an event, in the order given.

    Columns:
        facts: event_id, score, families, reasons; of transfers also amount_fen; optional: protected
            (a protected payment, an emergency or service number), memo_kind, payer_tier, payee_tier,
            implicated (either side recognised by police).
        returns: event_id, score, answer, because, reasons, legal_basis, authority, review, expires_days, note.
    Raises: BadInput if a column is missing or has no valid value.
    """
    needed = {"event_id": TEXT, "score": SHARE, "families": WORDS, "reasons": WORDS}
    if event_kind == "transfer":
        needed["amount_fen"] = COUNT
    events = prepared(facts, needed, _EVENT_FACTS, what=f"facts about {event_kind}s")
    kinds = list(regime.words("protected_payments.memo_kinds"))
    events = events.with_columns(
        pl.col("protected") | pl.col("memo_kind").is_in(kinds),
        enough_families(regime, "intercept.least_families").alias("enough_families"),
    )
    said = outcome(events, regime, f"intercept_{event_kind}")
    lawful = justified(said, regime, "account" if event_kind == "transfer" else "sim")
    return _said(events, lawful, "event_id", pl.col("then").cast(pl.Enum(ANSWERS)).alias("answer"))


def advise_openings(facts: pl.DataFrame, regime: Regime, *, card_kind: CardKind) -> pl.DataFrame:
    """Advice on each application to open a card; a refusal is always for a person to decide and reason.

    Columns:
        facts: opening_id, score, families, reasons; optional: asked_kind {sim, iot, class_1, class_2,
            class_3, corporate, payment, unknown}, by default sim for SIMs, else unknown; how many valid cards the applicant holds with this
            company before the application, by kind (sims_held, iot_held, class_1_held, class_2_held,
            class_3_held, payment_held, debit_cards_held); companion_applicants, terminal_applicants
            (different applicants within the dated windows, this one included); disciplined.
        returns: opening_id, score, advice, because, reasons, legal_basis, authority, review, expires_days, note.
    Raises: BadInput if a column is missing or has no valid value.
    """
    needed = {"opening_id": TEXT, "score": SHARE, "families": WORDS, "reasons": WORDS}
    defaults = _OPENING_FACTS | ({"asked_kind": "sim"} if card_kind == "sim" else {})
    asked = prepared(facts, needed, defaults, what="facts about openings")
    asked = asked.with_columns(
        _limit(regime).alias("limit"),
        _organised(regime).alias("organised"),
        enough_families(regime, "opening.least_families").alias("enough_families"),
        pl.when(pl.col("score") >= regime.number("opening.high_risk_score"))
        .then(pl.lit("high"))
        .when(pl.col("score") >= regime.number("opening.suspicious_score"))
        .then(pl.lit("middle"))
        .otherwise(pl.lit("low"))
        .alias("band"),
    )
    lawful = justified(outcome(asked, regime, "opening_advice"), regime, card_kind)
    return _said(asked, lawful, "opening_id", pl.col("then").cast(pl.Enum(ADVICE)).alias("advice"))


def _said(asked: pl.DataFrame, lawful: pl.DataFrame, id_column: str, said: pl.Expr) -> pl.DataFrame:
    """What was said to each of those who asked, with its reasons and its law."""
    told = _told(pl.when("fact").then("because"), needed=pl.col("then") != "allow")
    law = ("legal_basis", "authority", "review", "expires_days", "note")
    with_law = asked.select(id_column, "score", "reasons").hstack(lawful)
    return with_law.select(id_column, "score", said, "because", told, *law)


def _organised(regime: Regime) -> pl.Expr:
    """Whether one companion or one terminal brought as many applicants as count for a batch."""
    by = ("companion_applicants", "terminal_applicants")
    return pl.any_horizontal(pl.col(name) >= int(regime.number(f"opening.{name}")) for name in by)


def _limit(regime: Regime) -> pl.Expr:
    """Which limit on the number of cards the applicant has reached, by the rules in force on the day."""

    def at(kinds: tuple[str, ...], held: str, parameter: str) -> pl.Expr:
        if not regime.has(f"opening.{parameter}"):  # the limit did not exist yet
            return pl.lit(value=False)
        most = int(regime.number(f"opening.{parameter}"))
        return pl.col("asked_kind").is_in(kinds) & (pl.col(held) >= most)

    reached = at(("sim",), "sims_held", "sims_per_company") | at(
        ("iot",), "iot_held", "iot_per_person"
    )
    class_1 = at(("class_1",), "class_1_held", "class_1_per_bank")
    many = (
        at(("class_2",), "class_2_held", "class_2_per_bank")
        | at(("class_3",), "class_3_held", "class_3_per_bank")
        | at((*_CLASSES, "unknown"), "debit_cards_held", "debit_cards_per_bank")
        # the limit is on class III payment accounts; records do not tell a payment account's class
        | at(("payment",), "payment_held", "payment_per_institution")
    )
    return (
        pl.when(reached)
        .then(pl.lit("reached"))
        .when(class_1)
        .then(pl.lit("class_1"))
        .when(many)
        .then(pl.lit("rule_of_thumb"))
        .otherwise(pl.lit("none"))
    )
