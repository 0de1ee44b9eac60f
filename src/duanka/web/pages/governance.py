"""Outlets, institutions, staff and regions: scorecards ranked by their lower bound, and proposed listings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.routing import Route

from duanka.errors import NotFound
from duanka.tables import regions
from duanka.tables.words import LISTINGS
from duanka.web import show
from duanka.web.findings import Ask

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.web.findings import Findings

ROLES = ("governance", "lead_officer", "auditor")
KINDS = ("institution", "outlet", "region", "staff")
SIDES = ("new", "stock")
FUNNEL = (
    "exposure",
    "rate_per_10k",
    "lower_per_10k",
    "upper_per_10k",
    "expected_per_10k",
    "unit_id",
)


@dataclass(frozen=True)
class Chosen:
    """Which scorecards are shown: of what kind of unit, which side, which month of those there are."""

    kind: str
    kinds: tuple[str, ...]
    side: str
    period: str
    periods: tuple[str, ...]


def governance(request: Request) -> Response:
    """For who governs every institution; staff only to auditors and lead officers, as a restricted queue."""
    show.viewer(request, *ROLES)
    findings, at = everywhere(request), show.number(request, "from")
    chosen = chosen_of(request, findings)
    equal = {"unit_kind": chosen.kind, "side": chosen.side, "period": chosen.period}
    cards = findings.rows(
        Ask("scorecard", equal=equal, order="rank", limit=show.PAGE, offset=at)
    ).to_dicts()
    proposed = {"unit_kind": chosen.kind, "listing": LISTINGS[1:]}
    listed = findings.rows(Ask("listing", equal=proposed, order="period desc, listing desc, unit_id", limit=200)).to_dicts()  # fmt: skip
    for one in [*cards, *listed]:
        one["name"] = regions.name_of(one["unit_id"]) if chosen.kind == "region" else None
    return show.page(
        request, "governance.html", chosen=chosen, sides=SIDES, cards=cards, listed=listed, begin=at,
        step=show.PAGE, funnel=[[row[name] for name in FUNNEL] for row in cards],
    )  # fmt: skip


def everywhere(request: Request) -> Findings:
    """The findings, for who governs every institution.

    Raises: NotFound for anybody else: what one may not see is not there.
    """
    if "*" not in show.viewer(request).institutions:
        raise NotFound(
            "nothing here 没有可显示的内容", where="governance", fix="ask the joint office"
        )
    return show.office(request).findings


def chosen_of(request: Request, findings: Findings) -> Chosen:
    """What the reader chose, as far as it is theirs to see; the last month where none is chosen."""
    who = show.viewer(request)
    kinds = KINDS if who.has("lead_officer", "auditor") else KINDS[:-1]
    months = findings.tally("scorecard", ["period"])
    periods = tuple(str(one) for one in months["period"]) if not months.is_empty() else ()
    period = _one_of(request, "period", periods[::-1]) if periods else ""
    return Chosen(
        _one_of(request, "kind", kinds), kinds, _one_of(request, "side", SIDES), period, periods
    )


def _one_of(request: Request, name: str, words: tuple[str, ...]) -> str:
    told = request.query_params.get(name, "")
    return told if told in words else words[0]


ROUTES = [Route("/governance", governance)]
