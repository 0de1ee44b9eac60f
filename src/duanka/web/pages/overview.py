"""The first page: what stands, which clocks run out, what was intercepted, how humane it was."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.routing import Route

from duanka.store.ledger_scope import Wanted
from duanka.tables.words import TIERS
from duanka.web import show, takeouts

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

KINDS = ("case", "order", "appeal", "lead", "reverification")
TODAY = (
    ("open", "case"),
    ("conclude", "case"),
    ("propose", "order"),
    ("enforce", "order"),
    ("lifted", "order"),
    ("expired", "order"),
    ("receive", "appeal"),
    ("granted", "appeal"),
    ("upheld", "appeal"),
    ("receive", "lead"),
    ("answered", "lead"),
)
"""Which acts since midnight the first page counts, and on which records."""


def overview(request: Request) -> Response:
    office, who = show.office(request), show.viewer(request)
    now = office.clock()
    midnight = now.astimezone(show.SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    with office.book.read(who, at=now) as desk:
        done = desk.lately(sorted({act for act, _ in TODAY}), midnight)
        counts = {kind: desk.count(Wanted(kind)) for kind in KINDS}
        soon = [
            one
            for kind in ("appeal", "lead", "case", "order")
            for one in desk.find(
                Wanted(kind, open_only=True, due_before=now + timedelta(days=1)), limit=20
            )
        ]
    tiers = office.findings.tally("score", ["card_kind", "tier"]).rows(named=True)
    tiers.sort(key=lambda row: (row["card_kind"], -TIERS.index(row["tier"])))
    answers = office.findings.tally("intercept", ["event_kind", "answer"]).rows(named=True)
    soon.sort(key=lambda one: one.due_at or now)
    return show.page(
        request,
        "overview.html",
        counts=counts,
        today=[(act, kind, done.get((act, kind), 0)) for act, kind in TODAY],
        soon=soon[:20],
        tiers=tiers,
        answers=answers,
        whole=takeouts.may(who, "cards"),
    )


ROUTES = [Route("/overview", overview)]
