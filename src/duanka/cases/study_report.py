"""The study report (研判报告) of a case, in Chinese; its words go no further than suspicion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.cases import paper, words
from duanka.cases.notice import day
from duanka.cases.order_terms import instant, regime_at
from duanka.cases.paper import Heading, Paper, Part, Point, Table, Text
from duanka.store.ledger_desk import EXPORT
from duanka.store.ledger_rows import instant as from_micros
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
_APPEALS = {
    "received": "已收到，待受理", "accepted": "已受理", "assigned": "复核中", "forwarded": "已转作出决定的机关",
    "granted": "申诉成立，措施已解除", "upheld": "维持原措施", "withdrawn": "已撤回",
}  # fmt: skip
_ACTS = {
    "open": "立案", "add": "补充新的疑点", "assign": "分派", "take_up": "开始核查", "note": "记录", "attach": "附文件",
    "conclude": "提出研判意见", "confirm": "复核同意", "send_back": "复核退回",
}  # fmt: skip
_TIER_CODES = ("high_risk_card", "suspicious_card")
_MOST_NAMED = 5
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
        Text(
            f"出具人：{desk.viewer.user_id}　　出具时间：{day(desk.at)}（北京时间，下同）　　内部资料，注意保密"
        ),
        *_basics(case),
        *_cards(case),
        *_signs(desk, case, policy),
        *_measures(desk, case, policy),
        *_appeals(desk, case),
        *_opinion(case),
        *_steps(desk, case),
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
        ("承办人", case.assigned_to or "未分派"),
        ("复核人", case.body.get("confirmed_by") or "—"),
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
    having: dict[str, list[str]] = {}
    for one in case.body["cards"]:
        for code in dict.fromkeys((one["because"], *one["reasons"])):
            if (
                code not in _TIER_CODES
            ):  # the tier stands in the table above; it is no sign of its own
                having.setdefault(code, []).append(one["card"])
    if not having:
        yield Text("只有评分等级，没有单独列出的疑点。")
    for code, cards in having.items():
        named = "、".join(_card(one) for one in cards[:_MOST_NAMED])
        more = "等" if len(cards) > _MOST_NAMED else ""
        yield Point(f"{words.reason(regime, code)[0]}：{len(cards)}张卡（{named}{more}）")


def _card(name: str) -> str:
    kind, _, card_id = name.partition(":")
    return f"{label(kind)[0]} {card_id}"


def _measures(desk: Desk, case: Record, policy: Policy) -> Iterator[Part]:
    yield Heading("四、措施")
    rows = []
    for one in case.body["cards"]:
        for found in desk.find(Wanted("order", about=one["card"])):
            body = found.body
            name = words.measure_name(policy, body["measure"])[0]
            term = f"{day(instant(body['starts_at']))} 至 {day(instant(body['expires_at']))}"
            if found.state in {"proposed", "dropped"}:
                term = "未生效"
            rows.append((_card(one["card"]), name, _order_state(found), body["legal_basis"], term))
    if rows:
        yield Table(("卡", "措施", "状态", "依据", "期限"), tuple(rows))
    else:
        yield Text("尚未采取措施。")


def _order_state(one: Record) -> str:
    """In which state an order is, and where it has ended, when and why."""
    state = _ORDER_STATES[one.state]
    if not (ended := one.body.get("ended_at")):
        return state
    return f"{state}（{day(instant(ended))}，{words.both(str(one.body['ended_because']))[0]}）"


def _appeals(desk: Desk, case: Record) -> Iterator[Part]:
    cards = {one["card"] for one in case.body["cards"]}
    found = [one for name in sorted(cards) for one in desk.find(Wanted("appeal", about=name))]
    yield Heading("五、申诉情况")
    if not found:
        yield Text("没有收到申诉。")
        return
    rows = [
        (
            _card(one.about),
            day(instant(one.body["received_at"])),
            _APPEALS.get(one.state, one.state),
        )
        for one in found
    ]
    yield Table(("卡", "收到时间", "结果"), tuple(rows))


def _steps(desk: Desk, case: Record) -> Iterator[Part]:
    yield Heading("七、办理经过")
    rows = [
        (day(from_micros(row.at)), _ACTS[row.act], "系统" if row.actor == "system" else row.actor)
        for row in desk.history("case", case.id)
        if row.act in _ACTS
    ]
    yield Table(("时间", "事项", "经办"), tuple(rows))


def _opinion(case: Record) -> Iterator[Part]:
    yield Heading("六、研判意见")
    outcome = case.body.get("outcome")
    told = _OUTCOMES.get(str(outcome), "尚在核查，暂无意见")
    yield Text(f"{told}。")
    if because := case.body.get("because"):
        yield Text(f"理由：{because}")


def _versions(case: Record) -> Iterator[Part]:
    yield Heading("八、依据的版本与附件")
    cards = case.body["cards"]
    found = sorted({(str(one["model_version"]), str(one["policy_version"])) for one in cards})
    yield Table(("模型版本", "策略版本"), tuple(found))
    for file in case.body["files"]:
        yield Text(f"附件：{file['name']}（SHA-256 {file['sha256']}）")
