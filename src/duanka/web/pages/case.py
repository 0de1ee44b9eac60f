"""One case: its cards, the orders asked for, notes, history, and what may be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from duanka.cases import appeal, case, order, words
from duanka.cases.evidence import bundle
from duanka.cases.study_report import study_report
from duanka.store.ledger_scope import Wanted
from duanka.web import acting, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from duanka.store.ledger import Desk, Record

ROLES = (*case.WORKERS, "auditor")


def page(request: Request) -> Response:
    office, who = show.office(request), show.viewer(request, *ROLES)
    case_id = request.path_params["id"]
    with office.book.read(who, at=office.clock()) as desk:
        found = desk.get("case", case_id)
        orders = desk.find(Wanted("order", parent_id=case_id), limit=show.PAGE)
        history = [
            (link.seq, link.at, link.act, link.actor, link.purpose)
            for link in desk.history("case", case_id)[-100:]
        ]
    regime = office.policy.at(office.clock().astimezone(show.SHANGHAI).date())
    because = {one["because"] for one in found.body["cards"]}
    say = int(show.language(request) == "en")
    told = {one.id: appeal.explanation(one, office.policy) for one in orders}
    return show.page(
        request, "case.html", found=found, orders=orders, told=told, history=history,
        outcomes=case.OUTCOMES, reasons={code: words.reason(regime, code)[say] for code in because}, channels={o.id: o.body["appeal_path"].split(", ") for o in orders},
    )  # fmt: skip


async def act(request: Request) -> Response:
    """What was asked for on the page of the case."""
    case_id, policy = request.path_params["id"], show.office(request).policy

    def seen(desk: Desk, told: Mapping[str, str]) -> Record:
        return desk.get("case", case_id, version=acting.version(told))

    def take(desk: Desk, told: Mapping[str, str]) -> None:
        case.take_up(desk, case.assign(desk, seen(desk, told), desk.viewer.user_id))

    def note(desk: Desk, told: Mapping[str, str]) -> None:
        case.note(desk, seen(desk, told), told["words"])

    def conclude(desk: Desk, told: Mapping[str, str]) -> None:
        case.conclude(desk, seen(desk, told), told["outcome"], policy, because=told["because"])

    def confirm(desk: Desk, told: Mapping[str, str]) -> None:
        case.confirm(desk, seen(desk, told), agree=told["agree"], because=told["because"])

    acts = {"take": take, "note": note, "conclude": conclude, "confirm": confirm}
    return await acting.acted(request, "work on a case", acts, back=f"/case/{case_id}")


async def order_act(request: Request) -> Response:
    """What was decided about an order, or an appeal that came in against it."""
    order_id, policy = request.path_params["id"], show.office(request).policy

    def seen(desk: Desk, told: Mapping[str, str]) -> Record:
        return desk.get("order", order_id, version=acting.version(told))

    def decide(desk: Desk, told: Mapping[str, str]) -> None:
        order.decide(desk, seen(desk, told), policy, because=told["because"])

    def drop(desk: Desk, told: Mapping[str, str]) -> None:
        order.drop(desk, seen(desk, told), because=told["because"])

    def lift(desk: Desk, told: Mapping[str, str]) -> None:
        order.lift(desk, seen(desk, told), policy, because="review", words=told["because"])

    def plea(desk: Desk, told: Mapping[str, str]) -> None:
        said = appeal.Plea(told["token"][:8], told["channel"], told["words"], told["contact"])
        appeal.receive(desk, seen(desk, told), said, policy)

    acts = {"decide": decide, "drop": drop, "lift": lift, "appeal": plea}
    back = f"/case/{request.query_params.get('case', '')}"
    return await acting.acted(request, "decision on an order", acts, back=back)


async def papers(request: Request) -> Response:
    """The evidence bundle of a case with its study report; taking it out is written down."""
    case_id, office = request.path_params["id"], show.office(request)
    told = await acting.form_of(request)
    who = show.viewer(request, *case.WORKERS)
    with office.book.desk(who, at=office.clock(), purpose=told.get("purpose", "")) as desk:
        found = desk.get("case", case_id)
        report = study_report(desk, found, office.policy)
        packed = bundle(desk, found, {"study_report.docx": report})
    named = {"content-disposition": f'attachment; filename="{case_id}.zip"'}
    return Response(packed, media_type="application/zip", headers=named)


ROUTES = [
    Route("/case/{id}", page),
    Route("/case/{id}", act, methods=["POST"]),
    Route("/case/{id}/papers", papers, methods=["POST"]),
    Route("/order/{id}", order_act, methods=["POST"]),
]
