"""Leads: what came in, the clock of each, and the answer to the sender."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from duanka.errors import BadInput, NotFound
from duanka.jobs.leads import Acting, Sender, Took, take_file, under_control
from duanka.jobs.progress import Progress
from duanka.leads import lead
from duanka.leads.schema import OUTCOMES
from duanka.store.ledger_scope import Wanted
from duanka.web import acting, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from duanka.store.ledger import Desk

ROLES = ("analyst", "officer", "lead_officer", "auditor")
TAKERS = ROLES[:-1]
MOST_BYTES = 5_000_000
FORMS = (".xlsx", ".csv", ".jsonl")


def leads(request: Request) -> Response:
    return _page(request, None)


def _page(request: Request, took: Took | None) -> Response:
    office, who = show.office(request), show.viewer(request, *ROLES)
    with office.book.read(who, at=office.clock()) as desk:
        counts = desk.count(Wanted("lead"))
        found = desk.queue(Wanted("lead", open_only=True), limit=show.PAGE)
    return show.page(
        request,
        "leads.html",
        found=found,
        counts=counts,
        outcomes=OUTCOMES,
        took=took,
        may=who.has(*TAKERS),
    )


async def answer(request: Request) -> Response:
    """The feedback on one lead."""
    show.viewer(request, *TAKERS)
    office = show.office(request)
    regime = office.policy.at(office.clock().astimezone(show.SHANGHAI).date())

    def reply(desk: Desk, told: Mapping[str, str]) -> None:
        desk.get("lead", told["id"], version=acting.version(told))
        under_control(desk)
        lead.answer(desk, desk.get("lead", told["id"]), told["outcome"], regime=regime)

    return await acting.acted(request, "feedback on a lead", {"answer": reply}, back="/leads")


async def take(request: Request) -> Response:
    """The page, saying what came of the file that was sent; refused rows come back as a workbook.

    Raises: BadInput if the file is none of ours; NotAllowed if the form is not.
    """
    who, session = show.viewer(request, *TAKERS), show.session(request)
    form = await acting.with_file(request, MOST_BYTES)
    name, held = await acting.sent(form)
    suffix, unit = Path(name).suffix.lower(), str(form.get("unit") or "").strip()
    if suffix not in FORMS:
        raise BadInput(
            "no file of leads 不是线索文件", where="leads", fix=f"send {', '.join(FORMS)}"
        )
    if not unit or not who.sees(unit, ""):
        raise BadInput(
            "which unit answers? 请填写承办机构", where="unit", fix="name an institution of yours"
        )
    told = (str(form.get("sender") or "").strip(), unit)
    took, session.returned = await run_in_threadpool(_taken, request, held, suffix, told)
    return _page(request, took)


def _taken(request: Request, held: bytes, suffix: str, told: tuple[str, str]) -> tuple[Took, bytes]:
    office = show.office(request)
    if not told[0]:
        raise BadInput("who sent it? 请填写发送单位", where="sender", fix="name the sender")
    at = office.clock()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"leads{suffix}"
        path.write_bytes(held)
        sender, regime = (
            Sender(told[0], (told[1], "")),
            office.policy.at(at.astimezone(show.SHANGHAI).date()),
        )
        by = Acting(show.viewer(request), "leads of a file")
        took = take_file(path, office.book, sender, at=at, regime=regime, say=Progress(), by=by)
        return took, took.returned.read_bytes() if took.returned else b""


def returned(request: Request) -> Response:
    """The workbook of the rows that were refused.

    Raises: NotFound if none was.
    """
    show.viewer(request, *TAKERS)
    if not (held := show.session(request).returned):
        raise NotFound("nothing was refused 没有退回的行", where="leads", fix="send a file first")
    named = {"content-disposition": 'attachment; filename="leads-returned.xlsx"'}
    return Response(
        held,
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers=named,
    )


ROUTES = [
    Route("/leads/file", take, methods=["POST"]),
    Route("/leads/returned.xlsx", returned),
    Route("/leads", leads),
    Route("/leads", answer, methods=["POST"]),
]
