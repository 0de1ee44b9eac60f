"""The rules in force on a day: parameters with unit, article and mark of verification."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from starlette.routing import Route

from duanka.web import show

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def policy(request: Request) -> Response:
    office = show.office(request)
    show.viewer(request)
    day = (
        _day(request.query_params.get("day", "")) or office.clock().astimezone(show.SHANGHAI).date()
    )
    asked = request.query_params.get("q", "").strip()[:80]
    rows = []
    for name, versions in sorted(office.policy.parameters.items()):
        held = [v for v in versions if v.since <= day and (v.until is None or day < v.until)]
        if held and asked in name:
            rows.append((name, held[0]))
    return show.page(
        request, "policy.html", rows=rows, day=day.isoformat(), asked=asked, version=office.policy.version,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


ROUTES = [Route("/policy", policy)]
