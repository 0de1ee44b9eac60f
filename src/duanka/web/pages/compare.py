"""Two sets of rules side by side, and what each says of the cards that the run judged, before one is adopted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Route

from duanka.errors import NotAllowed
from duanka.web import acting, hindsight, hindsight_events, rules, show
from duanka.web.pages.policy import day_of, found_of, side_of, sides_of

if TYPE_CHECKING:
    from datetime import date

    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.web.errands import Errand
    from duanka.web.hindsight import Moved

WORKERS = ("analyst", "officer", "reviewer", "lead_officer")
HISTORY = ("card_id", "score", "tier", "measure", "reasons")


@dataclass
class Compared:
    """What was compared, where the two differ, and what that does to the cards of the run."""

    asked: dict[str, str]
    days: tuple[date, date]
    versions: tuple[str, str]
    values: list[rules.Difference]
    tables: list[rules.Difference]
    moved: list[Moved] = field(default_factory=list)


def page(request: Request) -> Response:
    """The form, and the last comparison of whoever asks; other people's are their own."""
    who, office = show.viewer(request), show.office(request)
    errand = office.errands.of(("compare", who.user_id))
    found = errand.result if errand else None
    asked = found.asked if found else {"name": request.query_params.get("name", "")}
    return show.page(
        request, "compare.html", errand=errand, found=found, asked=asked, sides=sides_of(request),
        today=day_of(request, "").isoformat(), whole=_whole(request), cards=who.has(*WORKERS),
    )  # fmt: skip


async def start(request: Request) -> Response:
    """The comparison begun; that the run's cards are looked at is written down with its purpose.

    Raises: BadInput if a value that is tried is none; NotAllowed to ask about cards of others.
    """
    told, office = await acting.form_of(request), show.office(request)
    who = show.viewer(request)
    if not _whole(request):
        raise NotAllowed(
            "a comparison is over every institution 比较针对全部机构", where="policy", fix="ask the joint office"
        )  # fmt: skip
    changes = rules.changes_of(told.get("changes", ""))
    days = (day_of(request, "", told.get("day_a", "")), day_of(request, "", told.get("day_b", "")))
    before = found_of(request, side_of(request, told.get("side_a", ""))).at(days[0])
    after = rules.changed(found_of(request, side_of(request, told.get("side_b", ""))).at(days[1]), changes)  # fmt: skip
    with office.book.desk(who, at=office.clock(), purpose=told.get("purpose", "")) as desk:
        desk.note_of_ledger(act="look", details={"cards and events": "policy comparison", "days": [d.isoformat() for d in days]})  # fmt: skip
    made = Compared(told, days, (before.policy.version, after.policy.version), *rules.differences(before, after))  # fmt: skip

    def work(errand: Errand) -> Compared:
        steps = len(hindsight.KINDS) + len(hindsight_events.KINDS)
        for n, kind in enumerate(hindsight.KINDS, start=1):
            rows = office.findings.whole("score", HISTORY, card_kind=kind)
            if not rows.is_empty():
                made.moved.append(hindsight.compare(rows, kind, before, after))
            errand.say(n, steps)
        for n, event in enumerate(hindsight_events.KINDS, start=1 + len(hindsight.KINDS)):
            rows = office.findings.events(event)
            if not rows.is_empty():
                made.moved.append(hindsight_events.compare(rows, event, before, after))
            errand.say(n, steps)
        return made

    office.errands.start(("compare", who.user_id), work)
    return RedirectResponse("/policy/compare", 303)


def _whole(request: Request) -> bool:
    """Whether whoever asks sees every institution and region."""
    who = show.viewer(request)
    return "*" in who.institutions and "*" in who.regions


ROUTES = [Route("/policy/compare", page), Route("/policy/compare", start, methods=["POST"])]
