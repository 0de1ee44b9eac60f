"""Appeals: what waits for an answer and until when, and the answer itself, by somebody who did not decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from duanka.cases import appeal, case
from duanka.store.ledger_scope import Wanted
from duanka.web import acting, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.store.ledger import Desk, Record

ROLES = ("analyst", "officer", "reviewer", "lead_officer", "auditor")


def appeals(request: Request) -> Response:
    office, who = show.office(request), show.viewer(request, *ROLES)
    with office.book.read(who, at=office.clock()) as desk:
        counts = desk.count(Wanted("appeal"))
        found = desk.find(Wanted("appeal", open_only=True), limit=show.PAGE)
    found.sort(key=lambda one: (one.due_at is None, one.due_at))
    return show.page(request, "appeals.html", found=found, counts=counts)


def one(request: Request) -> Response:
    office, who = show.office(request), show.viewer(request, *ROLES)
    with office.book.read(who, at=office.clock()) as desk:
        found = desk.get("appeal", request.path_params["id"])
        of = appeal.appealed(desk, found)
    return _shown(request, found, of, None)


async def read(request: Request) -> Response:
    """The words of the appeal, which are personal: the look is written down with its purpose."""
    office, told = show.office(request), await acting.form_of(request)
    who = show.viewer(request, *ROLES)
    show.session(request).purpose = told.get("purpose", "")
    with office.book.desk(who, at=office.clock(), purpose=told.get("purpose", "")) as desk:
        found = desk.look("appeal", request.path_params["id"])
        of = appeal.appealed(desk, found)
    return _shown(request, found, of, found.personal)


def _shown(
    request: Request, found: Record, of: Record, words: Mapping[str, str] | None
) -> Response:
    """The appeal, with its words where somebody has just read them; a form for who may answer it."""
    who = show.viewer(request)
    took_part = {of.body.get("proposed_by"), *of.body.get("decided_by", ())}
    return show.page(
        request, "appeal.html", found=found, of=of, words=words,
        why=appeal.explanation(of, show.office(request).policy) if of.kind == "order" else None,
        may=who.has(*appeal.REVIEWERS) and who.user_id not in took_part and found.assigned_to in ("", who.user_id),
    )  # fmt: skip


async def answer(request: Request) -> Response:
    show.viewer(request, *case.WORKERS)
    appeal_id, policy = request.path_params["id"], show.office(request).policy

    def seen(desk: Desk, told: Mapping[str, str]) -> Record:
        return desk.get("appeal", appeal_id, version=acting.version(told))

    def grant(desk: Desk, told: Mapping[str, str]) -> None:
        document = {"digest": told["document"]} if told.get("document") else None
        appeal.grant(desk, seen(desk, told), policy, because=told["because"], document=document)

    def uphold(desk: Desk, told: Mapping[str, str]) -> None:
        appeal.uphold(desk, seen(desk, told), policy, because=told["because"])

    def accept(desk: Desk, told: Mapping[str, str]) -> None:
        appeal.accept(desk, seen(desk, told))

    def forward(desk: Desk, told: Mapping[str, str]) -> None:
        appeal.forward(desk, seen(desk, told), policy, authority=told["authority"])

    acts = {"forward": forward, "grant": grant, "uphold": uphold, "accept": accept}
    return await acting.acted(request, "answer to an appeal", acts, back=f"/appeals/{appeal_id}")


ROUTES = [
    Route("/appeals", appeals),
    Route("/appeals/{id}", one),
    Route("/appeals/{id}", answer, methods=["POST"]),
    Route("/appeals/{id}/words", read, methods=["POST"]),
]
