"""One case: its cards, the orders asked for, notes, history, and what may be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from duanka.cases import appeal, case, order, order_rules, words
from duanka.cases.evidence import bundle
from duanka.cases.ids import derived
from duanka.cases.study_report import study_report
from duanka.errors import BadInput, NotAllowed
from duanka.store.ledger_desk import EXPORT
from duanka.store.ledger_scope import Wanted
from duanka.web import acting, filed, show
from duanka.web.tidy import attached

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from duanka.store.ledger import Desk, Record

ROLES = (*case.WORKERS, "auditor")


def page(request: Request) -> Response:
    return _page(request, None)


def _page(request: Request, notes: list[dict[str, str]] | None) -> Response:
    """The case; `notes` are its notes where somebody has just read them."""
    office, who = show.office(request), show.viewer(request, *ROLES)
    case_id = request.path_params["id"]
    with office.book.read(who, at=office.clock()) as desk:
        found = desk.get("case", case_id)
        orders = desk.find(Wanted("order", parent_id=case_id), limit=show.PAGE)
        mine = {one.id for one in orders if _decides(desk, one)}
        history = [
            (link.seq, link.at, link.act, link.actor, link.purpose)
            for link in desk.history("case", case_id)[-100:]
        ]
    regime = office.policy.at(office.clock().astimezone(show.SHANGHAI).date())
    because = {one["because"] for one in found.body["cards"]}
    say = int(show.language(request) == "en")
    told = {one.id: appeal.explanation(one, office.policy) for one in orders}
    return show.page(
        request, "case.html", found=found, orders=orders, told=told, history=history, notes=notes, kinds=",".join(filed.KINDS), may=who.has(*case.WORKERS), mine=mine, lifts=who.has(*order_rules.DECIDERS),
        outcomes=case.OUTCOMES, reasons={code: words.reason(regime, code)[say] for code in because}, channels={o.id: o.body["appeal_path"].split(", ") for o in orders},
    )  # fmt: skip


def _decides(desk: Desk, one: Record) -> bool:
    """Whether the order waits for a decision that is the viewer's to make."""
    try:
        order_rules.may_decide(desk, one)
    except NotAllowed:
        return False
    return one.state == "proposed"


async def act(request: Request) -> Response:
    """What was asked for on the page of the case."""
    show.viewer(request, *case.WORKERS)
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
    show.viewer(request, *case.WORKERS)
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
        if not told.get("once"):
            raise BadInput("the form is old 表单已失效", where="form", fix="open the page again")
        said = appeal.Plea(told["once"], told["channel"], told["words"], told["contact"])
        appeal.receive(desk, seen(desk, told), said, policy)

    acts = {"decide": decide, "drop": drop, "lift": lift, "appeal": plea}
    back = f"/case/{request.query_params.get('case', '')}"
    return await acting.acted(request, "decision on an order", acts, back=back)


async def notes(request: Request) -> Response:
    """The case with its notes, which may name people: the look is written down with its purpose."""
    told, office = await acting.form_of(request), show.office(request)
    who, why = show.viewer(request, *ROLES), told.get("purpose", "")
    show.session(request).purpose = why
    with office.book.desk(who, at=office.clock(), purpose=why) as desk:
        found = desk.look("case", request.path_params["id"])
    return _page(request, (found.personal or {}).get("notes", []))


async def attach(request: Request) -> Response:
    """A file more in the case.

    Raises: BadInput if it is none that is kept; NotAllowed if the form is not ours.
    """
    who, case_id = show.viewer(request, *case.WORKERS), request.path_params["id"]
    form = await acting.with_file(request, filed.MOST_BYTES)
    told = {"version": str(form.get("version") or "")}
    name, raw = await acting.sent(form)

    def do() -> None:
        office = show.office(request)
        with office.book.desk(who, at=office.clock(), purpose="work on a case") as desk:
            filed.keep(desk, desk.get("case", case_id, version=acting.version(told)), name, raw)

    return await acting.done(request, do, back=f"/case/{case_id}", wrote=[name])


async def fetch(request: Request) -> Response:
    """A file of the case, as it came; never shown, only kept by the browser."""
    told, office = await acting.form_of(request), show.office(request)
    who, why = show.viewer(request, *ROLES), told.get("purpose", "")
    show.session(request).purpose = why
    with office.book.desk(who, at=office.clock(), purpose=why) as desk:
        found = desk.get("case", request.path_params["id"])
        name, raw = filed.fetch(desk, found, told.get("sha256", ""))
        desk.note(found, act=EXPORT, details={"file": told.get("sha256", "")})
    return Response(raw, media_type="application/octet-stream", headers=attached(name))


async def papers(request: Request) -> Response:
    """The evidence bundle of a case with its study report; taking it out is written down."""
    case_id, office = request.path_params["id"], show.office(request)
    told = await acting.form_of(request)
    who = show.viewer(request, *case.WORKERS)
    with office.book.desk(who, at=office.clock(), purpose=told.get("purpose", "")) as desk:
        found = desk.get("case", case_id)
        report = study_report(desk, found, office.policy)
        parts = {"study_report.docx": report}
        for one in found.body["files"]:
            if desk.has("file", derived("f", found.id, one["sha256"])):
                name, raw = filed.fetch(desk, found, one["sha256"])
                parts[f"files/{one['sha256'][:12]}-{name}"] = raw
        packed = bundle(desk, found, parts)
    return Response(packed, media_type="application/zip", headers=attached(f"{case_id}.zip"))


ROUTES = [
    Route("/case/{id}", page),
    Route("/case/{id}", act, methods=["POST"]),
    Route("/case/{id}/notes", notes, methods=["POST"]),
    Route("/case/{id}/files", attach, methods=["POST"]),
    Route("/case/{id}/fetch", fetch, methods=["POST"]),
    Route("/case/{id}/papers", papers, methods=["POST"]),
    Route("/order/{id}", order_act, methods=["POST"]),
]
