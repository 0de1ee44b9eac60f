"""Outlets, institutions, staff and regions: scorecards ranked by their lower bound, and proposed listings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from duanka.errors import NotFound
from duanka.web import show
from duanka.web.findings import Ask

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

ROLES = ("governance", "lead_officer", "auditor")
KINDS = ("institution", "outlet", "region", "staff")
SIDES = ("new", "stock")


def governance(request: Request) -> Response:
    """For who governs every institution; staff only to auditors and lead officers, as a restricted queue."""
    who = show.viewer(request, *ROLES)
    if "*" not in who.institutions:
        raise NotFound(
            "nothing here 没有可显示的内容", where="governance", fix="ask the joint office"
        )
    findings, at = show.office(request).findings, show.number(request, "from")
    kinds = KINDS if who.has("lead_officer", "auditor") else KINDS[:-1]
    kind = _one_of(request, "kind", kinds)
    side = _one_of(request, "side", SIDES)
    months = findings.tally("scorecard", ["period"])
    period = request.query_params.get("period") or (
        "" if months.is_empty() else months["period"].max()
    )
    equal = {"unit_kind": kind, "side": side, "period": period}
    cards = findings.rows(Ask("scorecard", equal=equal, order="rank", limit=show.PAGE, offset=at))
    listed = findings.rows(Ask("listing", equal={"unit_kind": kind}, order="period desc, listing desc", limit=200))  # fmt: skip
    return show.page(
        request, "governance.html", kinds=kinds, kind=kind, sides=SIDES, side=side, period=period,
        periods=[] if months.is_empty() else months["period"].to_list(), cards=cards.to_dicts(),
        listed=[r for r in listed.to_dicts() if r["listing"] != "none"], begin=at, step=show.PAGE,
        funnel=_funnel(cards.to_dicts()),
    )  # fmt: skip


def _one_of(request: Request, name: str, words: tuple[str, ...]) -> str:
    told = request.query_params.get(name, "")
    return told if told in words else words[0]


def _funnel(rows: list[dict[str, object]]) -> list[list[object]]:
    """Exposure, rate, its bounds and the unit, for the picture."""
    names = (
        "exposure",
        "rate_per_10k",
        "lower_per_10k",
        "upper_per_10k",
        "expected_per_10k",
        "unit_id",
    )
    return [[row[name] for name in names] for row in rows]


ROUTES = [Route("/governance", governance)]
