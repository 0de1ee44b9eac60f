"""How right each sender's leads were, and how long each step took, within what the reader may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from duanka.jobs.leads_match import standings as found_standings
from duanka.web import show
from duanka.web.pages.leads import ROLES

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def standings(request: Request) -> Response:
    office, who = show.office(request), show.viewer(request, *ROLES)
    found = found_standings(office.book, at=office.clock(), viewer=who)
    return show.page(request, "standings.html", rows=found.to_dicts())


ROUTES = [Route("/leads/standings", standings)]
