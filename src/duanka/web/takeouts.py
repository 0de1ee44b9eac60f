"""The tables that may be taken out of the console: who may, under which headings, and which rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duanka import tables
from duanka.cases.figures import fairness
from duanka.store.ledger_scope import Wanted
from duanka.tables.words import LISTINGS
from duanka.web import show
from duanka.web.findings import TAKEN, Ask
from duanka.web.pages import audit

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from duanka.store.ledger import Desk, Record, Viewer
    from duanka.web.words import Both

    Rows = Callable[[Request, Desk], list[tuple[object, ...]]]

WORKERS = ("analyst", "officer", "reviewer", "lead_officer", "auditor")
GOVERN = ("governance", "lead_officer", "auditor")
ANY: tuple[str, ...] = ()
MOST_LOOKS = 5_000
MOST_ORDERS = 2_000


@dataclass(frozen=True)
class Takeout:
    """A table to take out: the roles that may (any, if none is named), whether it shows every institution's."""

    roles: tuple[str, ...]
    across: bool
    headings: tuple[Both, ...]
    rows: Rows


def _record(one: Record, *more: object) -> tuple[object, ...]:
    return (one.id, one.state, one.institution_id, one.region_code, one.assigned_to, show.instant(one.due_at), *more)  # fmt: skip


_OF_RECORD: tuple[Both, ...] = (
    ("编号", "id"), ("状态", "state"), ("机构", "institution"), ("地区", "region"), ("承办人", "with"), ("期限", "due"),
)  # fmt: skip


def _cases(_: Request, desk: Desk) -> list[tuple[object, ...]]:
    found = desk.queue(Wanted("case", open_only=True), limit=TAKEN)
    return [_record(o, o.body["by"], o.body["group_id"], len(o.body["cards"]), o.weight / 100) for o in found]  # fmt: skip


def _orders(_: Request, desk: Desk) -> list[tuple[object, ...]]:
    found = desk.find(Wanted("order"), limit=TAKEN)
    return [_record(o, o.about, o.body["measure"], o.body["because"], o.body["legal_basis"], o.parent_id) for o in found]  # fmt: skip


def _appeals(_: Request, desk: Desk) -> list[tuple[object, ...]]:
    found = desk.find(Wanted("appeal"), limit=TAKEN)
    return [_record(o, o.parent_id, o.body["channel"], o.body["asks"]) for o in found]


def _leads(_: Request, desk: Desk) -> list[tuple[object, ...]]:
    found = desk.queue(Wanted("lead", open_only=True), limit=TAKEN)
    return [_record(o, o.body.get("requested_measure"), o.weight / 100) for o in found]


def _looks(_: Request, desk: Desk) -> list[tuple[object, ...]]:
    found = audit.told(desk, before=None, limit=MOST_LOOKS)
    return [(o["seq"], show.instant(o["at"]), o["who"], o["act"], o["kind"], o["about"], o["why"]) for o in found]  # fmt: skip


def _rules(request: Request, _: Desk) -> list[tuple[object, ...]]:
    versions = show.office(request).policy.parameters
    say = show.language(request) == "en"
    return [
        (v.name, v.label.en if say else v.label.zh, show.listed(v.value), v.unit, str(v.since), str(v.until or ""), v.reference, v.mark)
        for name in sorted(versions)
        for v in versions[name]
    ]  # fmt: skip


def _humane(request: Request, desk: Desk) -> list[tuple[object, ...]]:
    """The shares of the page of humane figures: the kept ones where the ledger is long."""
    if sum(desk.count(Wanted("order")).values()) <= MOST_ORDERS:
        found = fairness(desk)
    else:
        errand = show.office(request).errands.of(("fairness", *desk.viewer.institutions, "in", *desk.viewer.regions))  # fmt: skip
        found = errand.result if errand and errand.result else {"wrongful": []}
    shares = [(name, key, one) for name in ("human_review", "notices", "time_to_lift") for key, one in found.get(name, {}).items() if isinstance(one, dict) and "of" in one]  # fmt: skip
    shares += [("wrongful", f"{one['by']}: {one['group']}", one) for one in found["wrongful"]]
    return [(name, key, o["count"], o["of"], o["share"], o["low"], o["high"]) for name, key, o in shares]  # fmt: skip


def _of_run(table: str, order: str, **equal: object) -> tuple[tuple[Both, ...], Rows]:
    """Headings and rows of a table of the run, by the contract; staff only for whose queue that is."""
    infos = tables.columns(table)

    def rows(request: Request, _: Desk) -> list[tuple[object, ...]]:
        asked: dict[str, Any] = dict(equal)
        if table in ("scorecard", "listing") and not show.viewer(request).has("lead_officer", "auditor"):  # fmt: skip
            asked["unit_kind"] = ("institution", "outlet", "region")
        found = show.office(request).findings.taken(Ask(table, equal=asked, order=order, limit=TAKEN))  # fmt: skip
        return [tuple(_cell(row[i.name]) for i in infos) for row in found.iter_rows(named=True)]

    return tuple((info.zh, info.en) for info in infos), rows


def _cell(value: object) -> object:
    """A value as a cell: lists as words, instants as people of Shanghai read them."""
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return show.instant(value) if hasattr(value, "tzinfo") else value  # type: ignore[arg-type]


TAKEOUTS: dict[str, Takeout] = {
    "queue": Takeout(WORKERS, False, (*_OF_RECORD, ("归并依据", "hangs together by"), ("归并对象", "group"), ("卡数", "cards"), ("预计损失（元）", "expected harm (yuan)")), _cases),
    "orders": Takeout(WORKERS, False, (*_OF_RECORD, ("卡", "card"), ("措施", "measure"), ("原因", "because"), ("依据", "legal basis"), ("案件", "case")), _orders),
    "appeals": Takeout(WORKERS, False, (*_OF_RECORD, ("对措施", "against order"), ("渠道", "came by"), ("请求", "asks for")), _appeals),
    "leads": Takeout(("analyst", "officer", "lead_officer", "auditor"), False, (*_OF_RECORD, ("请求", "asked for"), ("损失（元）", "loss (yuan)")), _leads),
    "looks": Takeout(("auditor",), False, (("序号", "row"), ("时间", "when"), ("人员", "who"), ("操作", "act"), ("类别", "kind"), ("对象", "what"), ("用途", "purpose")), _looks),
    "policy": Takeout(ANY, False, (("参数", "parameter"), ("名称", "name"), ("值", "value"), ("单位", "unit"), ("自", "since"), ("至", "until"), ("来源", "source"), ("核实标记", "mark")), _rules),
    "fairness": Takeout(ANY, False, (("指标", "figure"), ("分组", "group"), ("件数", "count"), ("总数", "of"), ("比例", "share"), ("下限", "low"), ("上限", "high")), _humane),
    "openings": Takeout(WORKERS, True, *_of_run("opening_advice", "score desc, opening_id")),
    "cards": Takeout(WORKERS, True, *_of_run("score", "score desc, card_id", tier=("suspicious", "high_risk"))),
    "answers": Takeout(WORKERS, True, *_of_run("intercept", "score desc, event_id", answer=("verify_transaction", "delay_settlement", "restrict", "suspend"))),
    "networks": Takeout(WORKERS, True, *_of_run("network", "network_id, subject_kind, subject_id")),
    "roles": Takeout(WORKERS, True, *_of_run("role", "score desc, subject_id")),
    "flow": Takeout(WORKERS, True, *_of_run("flow", "lead_id, hop, transfer_id")),
    "scorecard": Takeout(GOVERN, True, *_of_run("scorecard", "period desc, unit_kind, side, rank")),
    "listing": Takeout(GOVERN, True, *_of_run("listing", "period desc, unit_kind, unit_id", listing=LISTINGS[1:])),
}  # fmt: skip


def may(who: Viewer, name: str) -> bool:
    """Whether somebody may take the table out."""
    asked = TAKEOUTS.get(name)
    if asked is None or (asked.roles and not who.has(*asked.roles)):
        return False
    return not asked.across or ("*" in who.institutions and "*" in who.regions)
