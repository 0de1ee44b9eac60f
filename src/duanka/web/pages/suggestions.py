"""Cards linked with one that a lead names: to be looked at by a person, who closes each with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from duanka.leads import suggest
from duanka.store.ledger_scope import Wanted
from duanka.web import acting, show
from duanka.web.pages.leads import ROLES, TAKERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.store.ledger import Desk

TIES = {
    "same_holder": ("同一持有人", "same holder"),
    "same_device": ("同一设备", "same device"),
    "same_network": ("同一疑似团伙", "same suspected network"),
}
OUTCOMES = {
    "to_verify": ("请持有人重新核验", "ask the holder to verify again"),
    "dismissed": ("不采取", "nothing"),
}


def suggestions(request: Request) -> Response:
    office, who = show.office(request), show.viewer(request, *ROLES)
    with office.book.read(who, at=office.clock()) as desk:
        counts = desk.count(Wanted("suggestion"))
        found = desk.queue(Wanted("suggestion", open_only=True), limit=show.PAGE)
    return show.page(
        request,
        "suggestions.html",
        found=found,
        counts=counts,
        ties=TIES,
        outcomes=OUTCOMES,
        may=who.has(*TAKERS),
    )


async def close(request: Request) -> Response:
    """The list, once one suggestion has been closed; nothing happens to the card by it."""
    show.viewer(request, *TAKERS)

    def closed(desk: Desk, told: Mapping[str, str]) -> None:
        found = desk.get("suggestion", told["id"], version=acting.version(told))
        suggest.close(desk, found, told["outcome"], because=told["because"])

    acts = {"close": closed}
    return await acting.acted(request, "look at a linked card", acts, back="/leads/suggestions")


ROUTES = [
    Route("/leads/suggestions", suggestions),
    Route("/leads/suggestions", close, methods=["POST"]),
]
