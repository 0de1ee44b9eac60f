"""Who looked at whom and what for, and whether the ledger still is as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from duanka.web import acting, show

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

ROLES = ("auditor",)


def audit(request: Request) -> Response:
    return _page(request, None)


async def verify(request: Request) -> Response:
    """The chain looked at row by row; for the auditor, on the day they ask."""
    await acting.form_of(request)
    show.viewer(request, *ROLES)
    return _page(request, show.office(request).book.verify())


def _page(request: Request, verified: object) -> Response:
    office, who = show.office(request), show.viewer(request, *ROLES)
    with office.book.read(who, at=office.clock()) as desk:
        seen = desk.seen()
    return show.page(request, "audit.html", seen=seen[:500], verified=verified)


ROUTES = [Route("/audit", audit), Route("/audit", verify, methods=["POST"])]
