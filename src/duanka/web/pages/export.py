"""What is taken out of the console as files, and the search by id; every export is written down with its purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from duanka.errors import NotFound
from duanka.leads import sheet
from duanka.web import sheets, show, takeouts
from duanka.web.findings import TAKEN, Ask
from duanka.web.pages import card
from duanka.web.tidy import attached

if TYPE_CHECKING:
    from starlette.requests import Request

ROLES = ("analyst", "officer", "reviewer", "lead_officer", "auditor")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = {"xlsx": (sheets.workbook, XLSX), "csv": (sheets.comma, "text/csv; charset=utf-8")}


def table(request: Request) -> Response:
    """A table as a file, once it is said what for; that it was taken out is written down.

    Raises: NotFound if there is no such table or form, or it shows more than the viewer may see.
    """
    name, form = request.path_params["name"], request.path_params["form"]
    asked = takeouts.TAKEOUTS.get(name)
    who = show.viewer(request, *(asked.roles if asked else ()))
    if asked is None or form not in FORMS or not takeouts.may(who, name):
        raise NotFound("no such table 没有这张表", where="export", fix="xlsx or csv")
    if not (purpose := show.session(request).purpose):
        return show.page(request, "purpose.html", back=show.here(request))
    office, say = show.office(request), int(show.language(request) == "en")
    with office.book.desk(who, at=office.clock(), purpose=purpose) as desk:
        rows = asked.rows(request, desk)
        desk.note_of_ledger(act="export", details={"table": name, "rows": len(rows)})
    cut = f"-first-{len(rows)}" if len(rows) >= TAKEN else ""
    write, media = FORMS[form]
    made = write([heading[say] for heading in asked.headings], rows)
    return Response(made, media_type=media, headers=attached(f"{name}{cut}.{form}"))


def template(request: Request) -> Response:
    """The workbook that senders of leads fill in."""
    show.viewer(request)
    return Response(sheet.template(), media_type=XLSX, headers=attached("leads.xlsx"))


def search(request: Request) -> Response:
    """The page of what the id names; what one may not see is not found."""
    office, who = show.office(request), show.viewer(request, *ROLES)
    asked = request.query_params.get("q", "").strip()[:128]
    for kind in card.KINDS:
        if not office.findings.rows(Ask("score", equal={"card_kind": kind, "card_id": asked}, limit=1)).is_empty():  # fmt: skip
            card.placed(office.findings, who, kind, asked)
            return RedirectResponse(f"/card/{kind}/{asked}", 303)
    with office.book.read(who, at=office.clock()) as desk:
        for kind, place in (("case", "/case"), ("appeal", "/appeals")):
            if asked and desk.has(kind, asked):
                return RedirectResponse(f"{place}/{asked}", 303)
    if not office.findings.rows(Ask("network", equal={"network_id": asked}, limit=1)).is_empty():
        return RedirectResponse(f"/network/{asked}", 303)
    raise NotFound("nothing has this id 没有这个编号", where="search", fix="see that it is whole")


ROUTES = [
    Route("/export/{name}.{form}", table),
    Route("/leads/template.xlsx", template),
    Route("/search", search),
]
