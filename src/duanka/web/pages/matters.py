"""Supervised matters (督办): whose turn each is and until when, its stages, figures and papers, its next step and letter."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from duanka.errors import NotFound
from duanka.governance import circumstances, docket_steps
from duanka.governance.docket import INSIDER, KIND
from duanka.governance.letters import FIGURES
from duanka.governance.matter import ENDS, MOVES, NEEDED
from duanka.jobs.matters import write_letter
from duanka.store.ledger_scope import Wanted
from duanka.web import acting, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from duanka.store.ledger import Desk, Record

ROLES = ("governance", "lead_officer", "auditor")
ACTORS = ROLES[:-1]
"""An auditor looks, and moves nothing."""
KINDS: dict[str, tuple[str, str]] = {
    "listing": ("挂牌、红黄牌", "listing"),
    "penalty": ("处罚", "penalty"),
    "rectification": ("整改事项", "to rectify"),
    "inspection": ("执法检查", "inspection"),
    "exposure": ("曝光", "exposure"),
    "insider": ("疑似内部人员", "suspected insider"),
}
STATES: dict[str, tuple[str, str]] = {
    "proposed": ("已建议，待告知", "proposed"), "noticed": ("已告知，待陈述申辩", "told, may state and defend"),
    "hearing": ("听证", "hearing"), "heard": ("已听取意见，待决定", "heard"), "decided": ("已决定，待送达执行", "decided"),
    "executed": ("执行中", "carried out"), "expired": ("期满", "over"), "objected": ("已提异议，待复核", "objected"),
    "in_force": ("在列", "in force"), "reviewed": ("已复核", "reviewed"), "escalated": ("升级督办", "escalated"),
    "lifted": ("已解除", "lifted"), "planned": ("已计划", "planned"), "begun": ("检查中", "begun"), "found": ("已有结论", "found"),
    "rectifying": ("整改中", "rectifying"), "closed": ("已办结", "closed"), "given": ("待整改", "to be done"),
    "handed_in": ("已提交材料，待验收", "handed in"), "accepted": ("已验收", "accepted"), "returned": ("退回补充", "returned"),
    "checked": ("已核对，待公布", "checked"), "published": ("公布中", "published"), "withdrawn": ("已撤销", "withdrawn"),
    "asked": ("已请本人说明", "asked"), "replied": ("本人已说明", "replied"), "unanswered": ("逾期未说明", "no reply"),
    "audited": ("内部核查完毕", "audited"), "referred": ("已移送线索", "referred"),
}  # fmt: skip
PAPERS: dict[str, tuple[str, str]] = {
    "facts": ("事实", "facts"), "reasons": ("理由", "reasons"), "legal_basis": ("依据", "legal basis"),
    "rights": ("告知的权利", "rights told"), "statement": ("陈述申辩（未提出的写 none）", "statement (none if none was made)"),
    "decision": ("决定", "decision"), "computation": ("计算过程", "computation"), "objection": ("异议内容", "objection"),
    "review": ("复核意见", "review"), "evidence": ("整改证据", "evidence"), "findings": ("检查、核查结论", "findings"),
    "final_judgement": ("生效文书", "final decision"), "masked": ("脱敏后的内容", "masked words"), "reply": ("本人说明", "reply"),
}  # fmt: skip

NAMES = FIGURES | {f"{name}_count": zh for name, zh in circumstances.ASKED.items()} | {
    "opening_count": "办成的申请（件）", "implicated": "涉案（张）", "expected": "同类预期（张）", "outlet_id": "网点", "staff_id": "工号",
    "why": "列入检查的理由", "side": "偏高的一侧", "level": "同类正常水平", "stands_out": "是否突出", "concentrated": "是否集中于一处",
}  # fmt: skip


def matters(request: Request) -> Response:
    """Open matters of the viewer's institutions and regions, the worst first; suspicions about employees are apart."""
    return _listed(request, KIND)


def insiders(request: Request) -> Response:
    """The restricted queue: suspicions about employees, without their names."""
    return _listed(request, INSIDER)


def _listed(request: Request, kind: str) -> Response:
    office, who = show.office(request), show.viewer(request, *ROLES)
    docket_steps.may_know(who, kind)
    with office.book.read(who, at=office.clock()) as desk:
        counts = desk.count(Wanted(kind))
        found = desk.queue(Wanted(kind, open_only=True), limit=500)
    asked = request.query_params.get("kind", "")
    mine = [one for one in found if not asked or one.body["kind"] == asked]
    begin = show.number(request, "from")
    return show.page(
        request, "matters.html", found=mine[begin : begin + show.PAGE], counts=counts, chosen=asked, kinds=KINDS,
        states=STATES, kind=kind, begin=begin, step=show.PAGE, more=len(mine) > begin + show.PAGE,
        restricted=who.has(*docket_steps.RESTRICTED),
    )  # fmt: skip


def matter(request: Request) -> Response:
    """One matter; of an employee's only what is not sealed."""
    return _shown(request, None)


async def look(request: Request) -> Response:
    """A suspicion about an employee with who it is and their figures: the look is written down with its purpose."""
    told = await acting.form_of(request)
    show.session(request).purpose = told.get("purpose", "")
    return _shown(request, told.get("purpose", ""))


def _shown(request: Request, purpose: str | None) -> Response:
    office, who = show.office(request), show.viewer(request, *ROLES)
    matter_id = request.path_params["id"]
    kind = docket_steps.kind_of(matter_id)
    docket_steps.may_know(who, kind)
    if purpose is None:
        with office.book.read(who, at=office.clock()) as desk:
            told = _told(desk, desk.get(kind, matter_id))
    else:
        with office.book.desk(who, at=office.clock(), purpose=purpose) as desk:
            told = _told(desk, desk.look(kind, matter_id))
    return show.page(
        request, "matter.html", kinds=KINDS, states=STATES, names=PAPERS, needed=NEEDED,
        asked=circumstances.ASKED, figure_names=NAMES, sealed=kind == INSIDER, **told,
    )  # fmt: skip


def _told(desk: Desk, one: Record) -> dict[str, Any]:
    """What the page says of a matter: its stages, next steps, things to rectify, figures and history."""
    moves = MOVES[one.body["kind"]]
    personal = one.personal or {}
    return {
        "found": one,
        "stages": tuple(moves),
        "next": tuple(to for to in moves.get(one.state, ()) if _may(desk, one, to)),
        "ended": one.state in ENDS,
        "items": desk.find(Wanted(KIND, parent_id=one.id), limit=100),
        "figures": one.body["figures"] or personal.get("figures", {}),
        "personal": personal,
        "history": [
            {"at": row.at, "act": row.act, "actor": row.actor, "purpose": row.purpose}
            for row in desk.history(one.kind, one.id)
        ],
        "may_add": desk.viewer.has(*docket_steps.WORKERS) and one.kind == KIND and one.is_open,
    }


def _may(desk: Desk, one: Record, to: str) -> bool:
    return desk.viewer.has(*ACTORS) and desk.viewer.has(*docket_steps.allowed(one, to))


async def act(request: Request) -> Response:
    """The next step of a matter with its papers, or something more to rectify."""
    matter_id, policy = request.path_params["id"], show.office(request).policy
    show.viewer(request, *ACTORS)
    kind = docket_steps.kind_of(matter_id)

    def seen(desk: Desk, told: Mapping[str, str]) -> Record:
        docket_steps.may_know(desk.viewer, kind)
        return desk.get(kind, matter_id, version=acting.version(told))

    def step(desk: Desk, told: Mapping[str, str]) -> None:
        papers = tuple(
            docket_steps.Paper(name.removeprefix("paper."), says)
            for name, says in told.items()
            if name.startswith("paper.") and says
        )
        wanted = docket_steps.Action(told.get("to", ""), papers, told.get("because", ""))
        docket_steps.step(desk, seen(desk, told), wanted, policy)

    def item(desk: Desk, told: Mapping[str, str]) -> None:
        docket_steps.may_add(desk.viewer)
        docket_steps.add_item(desk, seen(desk, told), told.get("words", ""), policy)

    acts = {"step": step, "item": item}
    return await acting.acted(
        request, "supervision of a matter", acts, back=f"/matters/{matter_id}"
    )


async def letter(request: Request) -> Response:
    """The letter of the matter's state as DOCX; its digest goes into the history.

    Raises: NotFound for who may not take a step of the matter.
    """
    await acting.form_of(request)
    office, who = show.office(request), show.viewer(request, *ROLES)
    if not who.has(*docket_steps.WORKERS):
        raise NotFound("no letter here 没有函件", where="matters", fix="ask the office")
    matter_id = request.path_params["id"]

    def written() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "letter.docx"
            write_letter(
                matter_id, path, office.book, office.policy, viewer=who, now=office.clock()
            )
            return path.read_bytes()

    content = await run_in_threadpool(written)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    headers = {"content-disposition": f'attachment; filename="{matter_id}.docx"'}
    return Response(content, media_type=kind, headers=headers)


ROUTES = [
    Route("/matters", matters),
    Route("/matters/insiders", insiders),
    Route("/matters/{id}", matter),
    Route("/matters/{id}", act, methods=["POST"]),
    Route("/matters/{id}/look", look, methods=["POST"]),
    Route("/matters/{id}/letter", letter, methods=["POST"]),
]
