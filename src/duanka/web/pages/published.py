"""What was published of units: frozen months and what revised them, exposures with their basis, districts rolled up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from duanka.governance import rollup
from duanka.governance.exposure import exposed
from duanka.jobs.publish_record import KIND
from duanka.store.ledger_scope import Wanted
from duanka.tables import regions
from duanka.web import show
from duanka.web.pages.governance import ROLES, chosen_of, everywhere

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

CARD = ("unit_id", "exposure", "implicated", "self_detected", "expected_per_10k")


def published(request: Request) -> Response:
    """The months that were frozen, newest first, each with what has revised it; and what is exposed now."""
    office, who = show.office(request), show.viewer(request, *ROLES)
    everywhere(request)
    with office.book.read(who, at=office.clock()) as desk:
        found = sorted(desk.each(Wanted(KIND)), key=lambda one: one.body["name"], reverse=True)
        shown = exposed(desk)
    return show.page(request, "published.html", found=found[: show.PAGE], exposed=shown)


def levels(request: Request) -> Response:
    """Provinces, their cities, their districts: each level adds up what lies below it."""
    office = show.office(request)
    show.viewer(request, *ROLES)
    findings = everywhere(request)
    chosen = chosen_of(request, findings)
    equal = {"unit_kind": "region", "side": chosen.side, "period": chosen.period}
    cards = findings.whole("scorecard", CARD, **equal)
    inside = _code(request)
    level = {0: "province", 2: "city", 4: "county"}[len(inside)]
    mine = cards.filter(cards["unit_id"].str.starts_with(inside)) if cards.height else cards
    regime = office.policy.at(office.clock().astimezone(show.SHANGHAI).date())
    rows = rollup.from_cards(mine, level, regime).to_dicts() if mine.height else []
    for one in rows:
        one["name"] = regions.name_of(one["unit_id"])
    above = [
        (inside[:size], regions.name_of(inside[:size].ljust(6, "0")) or inside[:size])
        for size in (2, 4)
        if len(inside) >= size
    ]
    return show.page(
        request, "levels.html", chosen=chosen, rows=rows, level=level, inside=inside, above=above
    )


def _code(request: Request) -> str:
    """The digits of the region whose parts are shown: none, two (a province) or four (a city)."""
    told = request.query_params.get("inside", "")
    fits = told.isascii() and told.isdigit() and len(told) in (2, 4)
    return told if fits else ""


ROUTES = [Route("/governance/published", published), Route("/governance/levels", levels)]
