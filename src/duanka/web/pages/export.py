"""What is taken out of the console as files, and the search by id; every export is written down with its purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from duanka.errors import NotFound
from duanka.leads import sheet
from duanka.store.ledger_scope import Wanted
from duanka.web import sheets, show
from duanka.web.findings import Ask
from duanka.web.pages import card

if TYPE_CHECKING:
    from starlette.requests import Request

ROLES = ("analyst", "officer", "reviewer", "lead_officer", "auditor")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = ("id", "state", "by", "group_id", "cards", "expected_harm_yuan", "assigned_to", "due_at")


def queue(request: Request) -> Response:
    """The queue of cases as a file."""
    office, who = show.office(request), show.viewer(request, *ROLES)
    form = request.path_params["form"]
    if form not in ("xlsx", "csv"):
        raise NotFound("no such form 没有这种格式", where="export", fix="xlsx or csv")
    if not (purpose := show.session(request).purpose):
        return show.page(request, "purpose.html", back=request.url.path)
    with office.book.desk(who, at=office.clock(), purpose=purpose) as desk:
        found = desk.queue(Wanted("case", open_only=True), limit=1000)
        desk.note_of_ledger(act="export", details={"table": "queue", "rows": len(found)})
    rows = [
        (o.id, o.state, o.body["by"], o.body["group_id"], len(o.body["cards"]), o.weight / 100, o.assigned_to, show.instant(o.due_at))
        for o in found
    ]  # fmt: skip
    made = sheets.workbook(NAMES, rows) if form == "xlsx" else sheets.comma(NAMES, rows)
    media = XLSX if form == "xlsx" else "text/csv; charset=utf-8"
    named = {"content-disposition": f'attachment; filename="queue.{form}"'}
    return Response(made, media_type=media, headers=named)


def template(request: Request) -> Response:
    """The workbook that senders of leads fill in."""
    show.viewer(request)
    named = {"content-disposition": 'attachment; filename="leads.xlsx"'}
    return Response(sheet.template(), media_type=XLSX, headers=named)


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
    Route("/export/queue.{form}", queue),
    Route("/leads/template.xlsx", template),
    Route("/search", search),
]
