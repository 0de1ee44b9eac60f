"""Applications at the gate: which were advised against or for a closer look, and why; refusals by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from duanka.cases.words import reason
from duanka.web import show
from duanka.web.findings import Ask

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

ROLES = ("analyst", "officer", "reviewer", "lead_officer", "auditor")
ADVICE = ("refuse_opening", "check_further", "allow")


def openings(request: Request) -> Response:
    """Whole institutions only: an application does not say whose it is before it is opened."""
    who = show.viewer(request, *ROLES)
    office, at = show.office(request), show.number(request, "from")
    findings = office.findings
    chosen = request.query_params.get("advice", "")
    everywhere = who.sees("*", "") and "*" in who.institutions
    tally = findings.tally("opening_advice", ["advice"]).rows(named=True) if everywhere else []
    there = [one for one in ADVICE if any(row["advice"] == one for row in tally)]
    advice = chosen if chosen in ADVICE else (there or ADVICE)[0]
    ask = Ask("opening_advice", equal={"advice": advice}, order="score desc, opening_id", limit=show.PAGE, offset=at)  # fmt: skip
    rows = findings.rows(ask).to_dicts() if everywhere else []
    regime = office.policy.at(office.clock().astimezone(show.SHANGHAI).date())
    words = {name: reason(regime, name) for row in rows for name in row["reasons"] or []}
    return show.page(
        request, "openings.html", rows=rows, tally=tally, advice=advice, choices=ADVICE,
        words=words, begin=at, step=show.PAGE,
    )  # fmt: skip


ROUTES = [Route("/openings", openings)]
