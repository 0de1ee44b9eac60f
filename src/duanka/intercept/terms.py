"""What the door asks of the policy at every event, read once a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from duanka.errors import BadInput, BadPolicy
from duanka.policy.decide_one import Book
from duanka.policy.ordinary import Ordinary
from duanka.policy.table import ADVICE, ANSWERS
from duanka.tables.words import CARD_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.policy.dated import Policy
    from duanka.policy.decide_one import Rules

MINUTE = 60_000_000
DAY = 1_440 * MINUTE
EAST_US = 480 * MINUTE
"""Shanghai is so far ahead of UTC."""
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Terms:
    """The rules of a day and the parameters that a door needs of them.

    Units: amounts fen, `wait_s` seconds, windows microseconds. `after` tells what the customer may do, in
    Chinese and English, by answer; `reduced` what a card with reduced functions is, by card kind, and
    `reduced_after` the grounds on which it is offered; `ordinary` what the rules say of most events, by kind.
    """

    rules: Rules
    always_connected: frozenset[str]
    after: Mapping[str, tuple[str, str]]
    wait_s: int
    cooling_off_from_fen: int
    call_back_from_fen: int
    hold_only_tainted: bool
    timed_out_advice: str
    windows_us: Mapping[str, int]
    cold_days: int
    reduced_after: frozenset[str]
    reduced: Mapping[str, tuple[str, str]]
    ordinary: Mapping[str, Ordinary]


def day_of(instant: int) -> date:
    """The instant's day in Shanghai. Units: UTC microseconds."""
    return _EPOCH + timedelta(days=(instant + EAST_US) // DAY)


class TermsBook:
    """The terms by instant; days between two turning points of the policy share one."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._book = Book(policy)
        self._terms: dict[int, Terms] = {}
        self._today: tuple[int, Terms] | None = None

    def at(self, instant: int) -> Terms:
        """The terms of the instant's day in Shanghai. Units: UTC microseconds.

        Raises: BadInput if the policy has none for that day: it begins on some day.
        """
        day, today = (instant + EAST_US) // DAY, self._today
        if today is None or today[0] != day:
            try:
                rules = self._book.at(_EPOCH + timedelta(days=day))
                terms = self._terms.get(id(rules))
                if terms is None:
                    terms = self._terms[id(rules)] = _terms(rules)
            except BadPolicy as error:
                raise BadInput(
                    "no rules are in force on its day",
                    where="at",
                    fix="send events of days that the policy covers",
                ) from error
            today = self._today = (day, terms)
        return today[1]


def _terms(rules: Rules) -> Terms:
    regime = rules.regime

    def whole(name: str) -> int:
        return int(regime.number(name))

    return Terms(
        rules=rules,
        always_connected=frozenset(regime.words("intercept.always_connected")),
        after={a: _both(regime.words(f"intercept.next_{a}")) for a in {*ANSWERS, *ADVICE}},
        wait_s=whole("intercept.cooling_off_minutes") * 60,
        cooling_off_from_fen=whole("intercept.cooling_off_from_fen"),
        call_back_from_fen=whole("intercept.call_back_from_fen"),
        hold_only_tainted=regime["intercept.hold_only_tainted"] is True,
        timed_out_advice=str(regime["intercept.opening_timeout_advice"]),
        windows_us={
            "companion_id": whole("opening.companion_window_days") * DAY,
            "terminal_id": whole("opening.terminal_window_minutes") * MINUTE,
        },
        cold_days=whole("intercept.cold_days"),
        reduced_after=frozenset(regime.words("opening.reduced_after")),
        reduced={k: _both(regime.words(f"opening.reduced_{k}")) for k in CARD_KINDS},
        ordinary={k: Ordinary(rules, k) for k in ("transfer", "call")},
    )


def _both(words: tuple[str, ...]) -> tuple[str, str]:
    return words[0], words[-1]


def same_day(instant: int) -> tuple[int, int]:
    """When the instant's day in Shanghai begins, and the next one. Units: UTC microseconds."""
    begin = (instant + EAST_US) // DAY * DAY - EAST_US
    return begin, begin + DAY


def longest_window(policy: Policy) -> int:
    """The longest window in which any day's policy counts applicants. Units: microseconds."""
    days = [p.value for p in policy.parameters["opening.companion_window_days"]]
    minutes = [p.value for p in policy.parameters["opening.terminal_window_minutes"]]
    return max(*(int(str(d)) * DAY for d in days), *(int(str(m)) * MINUTE for m in minutes))
