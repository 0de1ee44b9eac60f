"""The same dated tables answered for one event or application at a time, without a frame: for the live door."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from duanka.errors import BadInput
from duanka.tables.words import TIERS

if TYPE_CHECKING:
    from datetime import date

    from duanka.policy.dated import Policy, Regime
    from duanka.policy.table import Column, Condition, Row, Table

_CLASSES = ("class_1", "class_2", "class_3")
_LIMITS = (  # the first that is reached counts: kinds asked for, what is held, the parameter, the word
    (("sim",), "sims_held", "sims_per_company", "reached"),
    (("iot",), "iot_held", "iot_per_person", "reached"),
    (("class_1",), "class_1_held", "class_1_per_bank", "class_1"),
    (("class_2",), "class_2_held", "class_2_per_bank", "rule_of_thumb"),
    (("class_3",), "class_3_held", "class_3_per_bank", "rule_of_thumb"),
    ((*_CLASSES, "unknown"), "debit_cards_held", "debit_cards_per_bank", "rule_of_thumb"),
    (("payment",), "payment_held", "payment_per_institution", "rule_of_thumb"),
)
Test = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a table says of one case, with the law beside it; `fact` tells whether `because` is one."""

    then: str
    because: str
    fact: bool
    legal_basis: str | None
    authority: str
    review: str
    expires_days: int | None
    note: str | None


class Decided(NamedTuple):
    """What one event or application is told, and why; `reasons` strongest first."""

    then: str
    because: str
    reasons: tuple[str, ...]
    legal_basis: str | None
    authority: str
    review: str
    expires_days: int | None
    note: str | None


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of a table as tests of columns, with its outcome for a card kind."""

    tests: tuple[tuple[str, Test], ...]
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class _Laid:
    """A table for a card kind; cases that lie between the same cuts of every column have one outcome.

    Columns: `columns` name, domain and cuts, None where every value is its own; `said` what was found of
        cases so far.
    """

    columns: tuple[tuple[str, Test, tuple[float, ...] | None], ...]
    lines: tuple[_Line, ...]
    said: dict[tuple[Any, ...], Outcome]


class Rules:
    """The rules of one day, laid out for one row at a time; made once a day, not once an event."""

    def __init__(self, regime: Regime) -> None:
        self.regime = regime
        self.version = regime.policy.version
        self.protected_kinds = frozenset(regime.words("protected_payments.memo_kinds"))
        self.event_families = int(regime.number("intercept.least_families"))
        self.opening_families = int(regime.number("opening.least_families"))
        self.high_score = regime.number("opening.high_risk_score")
        self.middle_score = regime.number("opening.suspicious_score")
        self.most_applicants = {
            name: int(regime.number(f"opening.{name}"))
            for name in ("companion_applicants", "terminal_applicants")
        }
        self.limits = tuple(
            (kinds, held, int(regime.number(f"opening.{parameter}")), word)
            for kinds, held, parameter, word in _LIMITS
            if regime.has(f"opening.{parameter}")
        )
        self._laid: dict[tuple[str, str], _Laid] = {}

    def outcome(self, table: str, card_kind: str, case: Mapping[str, Any]) -> Outcome:
        """What the table says of the case, for a card kind.

        Raises: BadInput if a column that the table reads is missing or holds a value outside its domain.
        """
        laid = self._laid.get((table, card_kind))
        if laid is None:
            laid = self._laid[table, card_kind] = self._lay_out(table, card_kind)
        alike = []
        for name, good, cuts in laid.columns:
            if name not in case or not good(value := case[name]):
                raise BadInput(
                    f"column {name} is missing or has no valid value",
                    where=f"facts for the table {table}",
                    fix=f"give {name} as the policy's table reads it",
                )
            alike.append(value if cuts is None else between(cuts, value))
        key = tuple(alike)
        said = laid.said.get(key)
        if said is None:
            said = laid.said[key] = _first(laid.lines, table, case)
        return said

    def cuts(self, table: str, column: str) -> tuple[float, ...]:
        """Where the rows of the table cut a column of numbers; nowhere if they do not read it."""
        body = self.regime.table(table).body
        found = [_cuts(c, self.regime.table(table).rows) for c in body.columns if c.name == column]
        return (found[0] if found else None) or ()

    def law(self, then: str, card_kind: str) -> tuple[str | None, str, str, int | None]:
        """Article, authority, review and term in days of a measure for a card kind; `allow` has no article."""
        measure = self.regime.measure(then)
        article = None if then == "allow" else measure.articles.get(card_kind)
        return article, measure.authority, measure.review, self.regime.expires_days(then)

    def _lay_out(self, name: str, card_kind: str) -> _Laid:
        table: Table = self.regime.table(name)
        lines = tuple(
            _Line(tuple((c.column, _test(c)) for c in row.when), self._outcome(row, card_kind))
            for row in table.rows
        )
        columns = tuple((c.name, _domain(c), _cuts(c, table.rows)) for c in table.body.columns)
        return _Laid(columns, lines, {})

    def _outcome(self, row: Row, card_kind: str) -> Outcome:
        article, authority, review, days = self.law(row.then, card_kind)
        basis = row.basis if row.basis is not None and row.then != "allow" else article
        fact = self.regime.policy.reasons[row.because].fact
        return Outcome(row.then, row.because, fact, basis, authority, review, days, row.note)


class Book:
    """The policy as rules by day; days between two turning points share one."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._turns = policy.turning_days()
        self._rules: dict[int, Rules] = {}

    def at(self, day: date) -> Rules:
        """The rules in force on the day."""
        span = bisect_right(self._turns, day)
        rules = self._rules.get(span)
        if rules is None:
            rules = self._rules[span] = Rules(self._policy.at(day))
        return rules


def _first(lines: Sequence[_Line], table: str, case: Mapping[str, Any]) -> Outcome:
    for line in lines:
        if all(test(case[name]) for name, test in line.tests):
            return line.outcome
    raise BadInput(f"no row of the table {table} answers", fix="run `duanka policy check`")


def _cuts(column: Column, rows: Sequence[Row]) -> tuple[float, ...] | None:
    """Where the table's rows cut a column of numbers; None of words and flags."""
    if column.kind in {"bool", "word"}:
        return None
    told = [c for row in rows for c in row.when if c.column == column.name]
    return tuple(sorted({end for c in told for end in (c.low, c.high) if end is not None}))


def between(cuts: tuple[float, ...], value: float) -> int:
    """Which cut a value is, or which two it lies between."""
    at = bisect_left(cuts, value)
    return 2 * at + (at < len(cuts) and cuts[at] == value)


def _test(condition: Condition) -> Test:
    if condition.words:
        words = frozenset(condition.words)
        return words.__contains__
    low = float("-inf") if condition.low is None else condition.low
    high = float("inf") if condition.high is None else condition.high
    if condition.low_open and condition.high_open:
        return lambda value: low < value < high
    if condition.low_open:
        return lambda value: low < value <= high
    if condition.high_open:
        return lambda value: low <= value < high
    return lambda value: low <= value <= high


def _domain(column: Column) -> Test:
    if column.kind == "bool":
        return lambda value: value is True or value is False
    if column.kind == "word":
        words = frozenset(column.words)
        return lambda value: value in words
    top = 1.0 if column.kind == "share" else float("inf")
    return lambda value: value is not None and 0 <= value <= top


def answer_event(rules: Rules, event_kind: str, facts: Mapping[str, Any]) -> Decided:
    """The answer to one transfer or call; equal to what `decide.answer_events` says of it.

    Columns: facts: score, families, reasons; of transfers also amount_fen; optional as there: protected,
        memo_kind, payer_tier, payee_tier, implicated.
    Raises: BadInput if a fact is missing or has no valid value.
    """
    case = {
        "score": facts["score"],
        "amount_fen": facts.get("amount_fen"),
        "protected": bool(facts.get("protected"))
        or (facts.get("memo_kind") or "other") in rules.protected_kinds,
        "implicated": bool(facts.get("implicated")),
        "enough_families": enough(facts["families"], rules.event_families),
        "payer_tier": facts.get("payer_tier") or TIERS[0],
        "payee_tier": facts.get("payee_tier") or TIERS[0],
    }
    kind = "account" if event_kind == "transfer" else "sim"
    said = rules.outcome(f"intercept_{event_kind}", kind, case)
    return told(said, facts["reasons"])


def advise_opening(rules: Rules, card_kind: str, facts: Mapping[str, Any]) -> Decided:
    """Advice on one application; equal to what `decide.advise_openings` says of it.

    Columns: facts: score, families, reasons; optional as there: asked_kind, cards held by kind,
        companion_applicants, terminal_applicants, disciplined.
    Raises: BadInput if a fact is missing or has no valid value.
    """
    score = facts["score"]
    band = "high" if score >= rules.high_score else "middle"
    case = {
        "disciplined": bool(facts.get("disciplined")),
        "limit": _limit(rules, card_kind, facts),
        "organised": any((facts.get(n) or 0) >= m for n, m in rules.most_applicants.items()),
        "enough_families": enough(facts["families"], rules.opening_families),
        "band": "low" if score < rules.middle_score else band,
    }
    if not 0 <= score <= 1:
        raise BadInput("a score is not between 0 and 1", fix="give a calibrated probability")
    return told(rules.outcome("opening_advice", card_kind, case), facts["reasons"])


def _limit(rules: Rules, card_kind: str, facts: Mapping[str, Any]) -> str:
    asked = facts.get("asked_kind") or ("sim" if card_kind == "sim" else "unknown")
    for kinds, held, most, word in rules.limits:
        if asked in kinds and (facts.get(held) or 0) >= most:
            return word
    return "none"


def enough(families: Collection[str], least: int) -> bool:
    """Whether so many different families of signals agree."""
    return len(families) >= least and len(set(families)) >= least


def told(said: Outcome, given: Sequence[str]) -> Decided:
    """An outcome with the reasons told: a fact first, then what the score found; never none where one is needed."""
    reasons = (said.because, *given) if said.fact else tuple(given)
    if len(reasons) > 1:
        reasons = tuple(dict.fromkeys(reasons))
    if not reasons and said.then != "allow":
        reasons = (said.because,)
    law = (said.legal_basis, said.authority, said.review, said.expires_days, said.note)
    return Decided(said.then, said.because, reasons, *law)
