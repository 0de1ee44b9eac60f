"""The study report (研判报告) of a case, in Chinese, as a Word document; its words go no further than suspicion."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from duanka.cases import words
from duanka.cases.notice import day
from duanka.cases.order_terms import instant, regime_at
from duanka.store.ledger_desk import EXPORT
from duanka.store.ledger_scope import Wanted
from duanka.tables.words import label

if TYPE_CHECKING:
    from docx.document import Document as Word

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
    from docx import Document

    made = Document()
    made.add_heading("研判报告", 0)
    _basics(made, case)
    _cards(made, case)
    _signs(made, desk, case, policy)
    _measures(made, desk, case, policy)
    _opinion(made, case)
    _versions(made, case)
    made.add_paragraph(_SAID)
    properties = made.core_properties
    properties.author, properties.title = "duanka", "研判报告"
    properties.created = properties.modified = desk.at.replace(tzinfo=None)
    file = BytesIO()
    made.save(file)
    desk.note(case, act=EXPORT, details={"what": "study_report", "version": case.version})
    return file.getvalue()


def _basics(made: Word, case: Record) -> None:
    made.add_heading("一、基本情况", 1)
    yuan = f"{case.body['at_stake_fen'] / 100:,.2f}"
    rows = [
        ("案件编号", case.id),
        ("归并方式", f"{_BY.get(case.body['by'], case.body['by'])} {case.body['group_id']}"),
        ("立案时间", day(instant(case.body["opened_at"]))),
        ("当前状态", _STATES[case.state]),
        ("涉及卡数", str(len(case.body["cards"]))),
        ("追踪到尚未转走的资金（元）", yuan),
    ]
    _table(made, ("项目", "内容"), rows)


def _cards(made: Word, case: Record) -> None:
    made.add_heading("二、涉及的卡", 1)
    rows = []
    for one in case.body["cards"]:
        kind, _, card_id = one["card"].partition(":")
        tier = label(one["tier"])[0] if one["tier"] else ""
        when = day(instant(one["as_of"]))
        rows.append((label(kind)[0], card_id, tier, f"{one['score']:.2f}", when))
    _table(made, ("类别", "编号", "等级", "评分", "评判时点"), rows)


def _signs(made: Word, desk: Desk, case: Record, policy: Policy) -> None:
    made.add_heading("三、疑点", 1)
    regime = regime_at(policy, desk.at)
    codes = [code for one in case.body["cards"] for code in (one["because"], *one["reasons"])]
    for code in dict.fromkeys(codes):
        count = codes.count(code)
        made.add_paragraph(f"{words.reason(regime, code)[0]}（{count}处）", style="List Bullet")


def _measures(made: Word, desk: Desk, case: Record, policy: Policy) -> None:
    made.add_heading("四、已采取的措施", 1)
    rows = []
    for one in case.body["cards"]:
        for found in desk.find(Wanted("order", about=one["card"])):
            body = found.body
            name = words.measure_name(policy, body["measure"])[0]
            ends = day(instant(body["expires_at"]))
            state = _ORDER_STATES[found.state]
            rows.append((one["card"], name, state, body["legal_basis"], ends))
    if rows:
        _table(made, ("卡", "措施", "状态", "依据", "到期"), rows)
    else:
        made.add_paragraph("尚未采取措施。")


def _opinion(made: Word, case: Record) -> None:
    made.add_heading("五、研判意见", 1)
    outcome = case.body.get("outcome")
    told = _OUTCOMES.get(str(outcome), "尚在核查，暂无意见")
    made.add_paragraph(f"{told}。")
    if because := case.body.get("because"):
        made.add_paragraph(f"理由：{because}")


def _versions(made: Word, case: Record) -> None:
    made.add_heading("六、依据的版本", 1)
    cards = case.body["cards"]
    found = sorted({(str(one["model_version"]), str(one["policy_version"])) for one in cards})
    _table(made, ("模型版本", "策略版本"), found)
    for file in case.body["files"]:
        made.add_paragraph(f"附件：{file['name']}（SHA-256 {file['sha256']}）")


def _table(made: Word, heads: tuple[str, ...], rows: Any) -> None:
    table = made.add_table(rows=1, cols=len(heads), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        cell.text = text
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = str(text)
