"""The study report (研判报告) of a case, in Chinese; its words go no further than suspicion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.cases import paper, words
from duanka.cases.notice import day
from duanka.cases.order_terms import instant, regime_at
from duanka.cases.paper import Heading, Paper, Part, Point, Table, Text
from duanka.store.ledger_desk import EXPORT
from duanka.store.ledger_scope import Wanted
from duanka.tables.words import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duanka.policy.dated import Policy
    from duanka.store.ledger_desk import Desk
    from duanka.store.ledger_rows import Record

_STATES = {
    "new": "待分派", "assigned": "已分派", "in_review": "核查中",
    "awaiting_second": "待复核", "closed": "已结案",
}  # fmt: skip
_OUTCOMES = {
    "suspicion_stays": "疑点未能排除，仍属疑似",
    "no_suspicion": "疑点已经排除",
    "victim": "更像被害人，应当保护",
    "passed_to_police": "线索已移送公安机关，由其依法认定",
    "duplicate": "与另一案件重复",
}
_ORDER_STATES = {
    "proposed": "待决定", "decided": "已决定", "in_force": "生效中", "lifted": "已解除",
    "expired": "到期自动解除", "replaced": "已被代替", "dropped": "未采纳",
}  # fmt: skip
_BY = {"network": "疑似团伙", "holder": "同一持有人", "card": "单张卡"}
_SAID = (
    "本报告由系统根据台账生成，供研判人员参考。文中所称疑点、疑似，均为对异常情况的描述，"
    "不是对任何人违法犯罪的认定；是否涉案由公安机关、人民法院依法认定。"
)


def study_report(desk: Desk, case: Record, policy: Policy) -> bytes:
    """The report as the bytes of a .docx file; that it was made is kept in the case's history."""
    return paper.docx(study_paper(desk, case, policy), desk.at)


def study_paper(desk: Desk, case: Record, policy: Policy) -> Paper:
    """The report as a paper, to be set as one likes; that it was made is kept in the case's history."""
    parts = (
        *_basics(case),
        *_cards(case),
        *_signs(desk, case, policy),
        *_measures(desk, case, policy),
        *_opinion(case),
        *_versions(case),
        Text(_SAID),
    )
    desk.note(case, act=EXPORT, details={"what": "study_report", "version": case.version})
    return Paper("研判报告", parts, shown="研判报告")


def _basics(case: Record) -> Iterator[Part]:
    yield Heading("一、基本情况")
    yuan = f"{case.body['at_stake_fen'] / 100:,.2f}"
    rows = (
        ("案件编号", case.id),
        ("归并方式", f"{_BY.get(case.body['by'], case.body['by'])} {case.body['group_id']}"),
        ("立案时间", day(instant(case.body["opened_at"]))),
        ("当前状态", _STATES[case.state]),
        ("涉及卡数", str(len(case.body["cards"]))),
        ("追踪到尚未转走的资金（元）", yuan),
    )
    yield Table(("项目", "内容"), rows)


def _cards(case: Record) -> Iterator[Part]:
    yield Heading("二、涉及的卡")
    rows = []
    for one in case.body["cards"]:
        kind, _, card_id = one["card"].partition(":")
        tier = label(one["tier"])[0] if one["tier"] else ""
        when = day(instant(one["as_of"]))
        rows.append((label(kind)[0], card_id, tier, f"{one['score']:.2f}", when))
    yield Table(("类别", "编号", "等级", "评分", "评判时点"), tuple(rows))


def _signs(desk: Desk, case: Record, policy: Policy) -> Iterator[Part]:
    yield Heading("三、疑点")
    regime = regime_at(policy, desk.at)
    codes = [code for one in case.body["cards"] for code in (one["because"], *one["reasons"])]
    for code in dict.fromkeys(codes):
        yield Point(f"{words.reason(regime, code)[0]}（{codes.count(code)}处）")


def _measures(desk: Desk, case: Record, policy: Policy) -> Iterator[Part]:
    yield Heading("四、已采取的措施")
    rows = []
    for one in case.body["cards"]:
        for found in desk.find(Wanted("order", about=one["card"])):
            body = found.body
            name = words.measure_name(policy, body["measure"])[0]
            ends = day(instant(body["expires_at"]))
            state = _ORDER_STATES[found.state]
            rows.append((one["card"], name, state, body["legal_basis"], ends))
    if rows:
        yield Table(("卡", "措施", "状态", "依据", "到期"), tuple(rows))
    else:
        yield Text("尚未采取措施。")


def _opinion(case: Record) -> Iterator[Part]:
    yield Heading("五、研判意见")
    outcome = case.body.get("outcome")
    told = _OUTCOMES.get(str(outcome), "尚在核查，暂无意见")
    yield Text(f"{told}。")
    if because := case.body.get("because"):
        yield Text(f"理由：{because}")


def _versions(case: Record) -> Iterator[Part]:
    yield Heading("六、依据的版本")
    cards = case.body["cards"]
    found = sorted({(str(one["model_version"]), str(one["policy_version"])) for one in cards})
    yield Table(("模型版本", "策略版本"), tuple(found))
    for file in case.body["files"]:
        yield Text(f"附件：{file['name']}（SHA-256 {file['sha256']}）")
