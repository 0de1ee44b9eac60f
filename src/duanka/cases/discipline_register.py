"""Who stands under discipline, by which measure, since when it was known and until when; and what bars an opening.

Whoever opens cards asks here: a run for the instant of each application, the live door for now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from duanka.cases.order_terms import instant
from duanka.store.ledger import SYSTEM, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from duanka.policy.dated import Regime
    from duanka.store.ledger import Desk, Ledger

_PAYMENT, _SIMS = "payment", ("sim", "iot")


@dataclass(frozen=True)
class Standing:
    """One measure of discipline against a person, as an authority's document ordered it.

    Columns: `known_at` when the ledger learned of it; `since` and `until` what the document orders;
        `ended_at` when it was lifted or written down as over, None while it stands.
    """

    person_id: str
    discipline_id: str
    measure: str
    legal_basis: str
    known_at: datetime
    since: datetime
    until: datetime
    ended_at: datetime | None

    def stood(self, at: datetime) -> bool:
        """Whether it was known before the instant and in force at it; on a day after its end it never is."""
        over = self.ended_at is not None and self.ended_at <= at
        return self.known_at < at and self.since <= at < self.until and not over


def register(desk: Desk) -> Iterator[Standing]:
    """Every measure of every discipline that the viewer may see, those that ended too, by discipline."""
    for one in desk.each(Wanted("discipline")):
        body = one.body
        ended = body.get("ended_at")
        for measure, until in body["measures"]:
            yield Standing(
                person_id=one.about.partition(":")[2],
                discipline_id=one.id,
                measure=measure,
                legal_basis=body["legal_basis"],
                known_at=instant(body["proposed_at"]),
                since=instant(body["starts_at"]),
                until=instant(until),
                ended_at=None if ended is None else instant(ended),
            )


def discipline_in_force(ledger: Ledger, at: datetime) -> dict[str, tuple[Standing, ...]]:
    """What stands against whom at the instant, by person, from what was known before it.

    It is exact also where the nightly job has not come yet to write down what is over.
    """
    found: dict[str, list[Standing]] = {}
    with ledger.read(SYSTEM, at=at) as desk:
        for one in register(desk):
            if one.stood(at):
                found.setdefault(one.person_id, []).append(one)
    return {person: tuple(stands) for person, stands in found.items()}


def bars(regime: Regime, asked_kind: str) -> tuple[str, ...]:
    """The measures of discipline that bar an opening of this kind.

    Columns: `asked_kind` is sim, iot, class_1, class_2, class_3, corporate, payment or unknown; an
        account of a kind that nobody told is barred only by what bars every account.
    """
    if asked_kind in _SIMS:
        return regime.words("discipline.bars_sim")
    name = "payment_account" if asked_kind == _PAYMENT else "account"
    return regime.words(f"discipline.bars_{name}")


def barring(stands: Sequence[Standing], asked_kind: str, regime: Regime) -> Standing | None:
    """What bars this person from a card of this kind, the longest of it; None if nothing does."""
    named = bars(regime, asked_kind)
    found = [one for one in stands if one.measure in named]
    return max(found, key=lambda one: (one.until, one.discipline_id), default=None)
