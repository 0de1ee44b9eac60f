"""Letters about a unit (警告函、约谈通知书、挂牌通知书、整改通知书…) as DOCX or typst, with the figures behind them."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from duanka.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLES = {
    "notice": "提示函",
    "yellow_card": "警告函（黄牌）",
    "interview": "约谈通知书",
    "red_card": "警告函（红牌）",
    "rectification": "挂牌整治通知书",
    "rectify": "整改通知书",
    "suspend_openings": "拟暂停新开户告知书",
    "refer": "移送建议告知书",
    "listing_notice": "列入意见告知书",
    "penalty_notice": "行政处罚意见告知书",
    "decision": "处理决定书",
    "escalated": "挂牌升级通知书",
    "inspection": "执法检查通知书",
    "lifted": "解除（退出）通知书",
    "withdrawn": "撤销通知书",
}
_ASKED = {
    "notice": "请贵单位自查上述情况，不需回复即可。",
    "yellow_card": "现对贵地区（单位）予以黄牌警告，请研究原因并报送措施。",
    "interview": "请贵单位负责人于{due}前到场，说明情况和已采取的措施。",
    "red_card": "现对贵地区（单位）予以红牌警告，请于{due}前报送整改方案。",
    "rectification": "现对贵单位挂牌整治，请于{due}前报送整改方案，并按期报告进展。",
    "rectify": "请贵单位于{due}前完成所列整改事项，并附证明材料。",
    "suspend_openings": "拟暂停贵网点新开户业务。在作出决定之前，贵单位有权陈述、申辩，并可要求听证。",
    "refer": "拟将有关情况移送有权机关。在作出决定之前，贵单位有权陈述、申辩。",
    "listing_notice": "拟对贵单位（地区）采取：{measure}。在{due}前，贵单位可以查看计算、提出异议、陈述和申辩；期满或者异议复核之前不生效。",
    "penalty_notice": "拟对贵单位作出：{measure}。在作出决定之前，贵单位有权在{due}前陈述、申辩，符合条件的可要求听证；未听取陈述、申辩的，不作出决定。",
    "decision": "经听取贵单位意见，决定：{measure}。期限至{expires}，期满自行解除。",
    "escalated": "贵单位未在期限内达到要求，升级督办，请于{due}前报送进展。",
    "inspection": "定于{due}前到贵单位开展检查，请备好开户资料、回访记录和自查情况。",
    "lifted": "原列事项自即日起解除，此前措施不再执行。",
    "withdrawn": "原告知事项自即日起撤销，此前措施立即停止。",
}
FIGURES = {
    "exposure_new": "本期及前期新开卡（张）",
    "counted_new": "新开卡中涉案（张，不含自行发现）",
    "expected_new": "新开卡的同类预期（张）",
    "exposure_stock": "存量卡（卡·月）",
    "counted_stock": "存量卡中涉案（张，不含自行发现）",
    "expected_stock": "存量卡的同类预期（张）",
    "ratio": "涉案与预期之比",
    "lower_ratio": "该比值的区间下限",
    "upper_ratio": "该比值的区间上限",
    "tail_share": "正常单位偶然达到的概率",
    "running": "连续明显偏高（期）",
}
_RIGHTS = "贵单位有权查看本函所依据的计算，并在收到之日起{days}日内向{sender}提出异议、陈述和申辩；异议不影响贵单位的其他权利。"
_PATHS = "途径：{paths}。"
_NOT_GUILT = "以上为依据统计数据提出的工作建议，不是对任何人违法犯罪的认定。"
_TYPEFACE = "仿宋"
_STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Letter:
    """What a letter says besides its figures; days are written as people write them."""

    kind: str
    unit_name: str
    period: str
    because: str
    legal_basis: str
    sender: str
    written_on: str
    due_on: str
    reply_days: int
    measure: str = "所列措施"
    expires_on: str = "所定期限"
    paths: str = "陈述申辩、异议复核、行政复议、行政诉讼"
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Said:
    """A letter as its lines, whatever it is written as: heading, addressee, opening, figures, closing, signature."""

    title: str
    to: str
    opening: str
    figures: tuple[tuple[str, str], ...]
    closing: tuple[str, ...]
    signed: tuple[str, str]


def said(letter: Letter, figures: Mapping[str, object]) -> Said:
    """What the letter says, with the figures behind it.

    Raises: BadInput if there is no such letter, or no figures stand behind it.
    """
    if letter.kind not in TITLES:
        raise BadInput(f"there is no letter {letter.kind!r}", fix=f"say {', '.join(TITLES)}")
    known = {name: figures[name] for name in FIGURES if figures.get(name) not in {None, ""}}
    if not known:
        raise BadInput("nothing is listed without its figures", fix="give the row of evidence")
    asked = _ASKED[letter.kind].format(
        due=letter.due_on, measure=letter.measure, expires=letter.expires_on
    )
    return Said(
        TITLES[letter.kind],
        f"{letter.unit_name}：",
        f"经对{_said_period(letter.period)}涉案“两卡”倒查，{letter.because}。所依据的数据如下：",
        tuple((FIGURES[name], _told(value)) for name, value in known.items()),
        (
            asked,
            *(f"整改事项{number}：{item}" for number, item in enumerate(letter.items, start=1)),
            f"依据：{letter.legal_basis}。",
            _RIGHTS.format(days=letter.reply_days, sender=letter.sender),
            _PATHS.format(paths=letter.paths),
            _NOT_GUILT,
        ),
        (letter.sender, letter.written_on),
    )


def docx(letter: Letter, figures: Mapping[str, object]) -> bytes:
    """The letter as a DOCX file; the same letter gives the same bytes.

    Raises: BadInput if there is no such letter, or no figures stand behind it.
    """
    told = said(letter, figures)
    paper = Document()
    paper.core_properties.created = paper.core_properties.modified = datetime(
        2000, 1, 1, tzinfo=UTC
    )
    paper.core_properties.author = letter.sender
    font = paper.styles["Normal"].font
    font.name, font.size = _TYPEFACE, Pt(12)
    paper.styles["Normal"].element.rPr.rFonts.set(qn("w:eastAsia"), _TYPEFACE)
    title = paper.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(told.title)
    run.bold, run.font.size = True, Pt(18)
    paper.add_paragraph(told.to)
    paper.add_paragraph(told.opening)
    grid = paper.add_table(rows=0, cols=2)
    grid.style = "Table Grid"
    for name, value in told.figures:
        cells = grid.add_row().cells
        cells[0].text, cells[1].text = name, value
    for line in told.closing:
        paper.add_paragraph(line)
    paper.add_paragraph("\n".join(told.signed)).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    written = BytesIO()
    paper.save(written)
    return _timeless(written.getvalue())


def typ(letter: Letter, figures: Mapping[str, object]) -> str:
    """The letter as typst source, for the extra `report` to make a PDF of; every word is a string, never markup.

    Raises: as `docx`.
    """
    told = said(letter, figures)
    cells = ", ".join(f"[#{quoted(text)}]" for row in told.figures for text in row)
    lines = [
        PAGE,
        f'#align(center, text(size: 18pt, weight: "bold", {quoted(told.title)}))',
        f"#{quoted(told.to)}",
        f"#{quoted(told.opening)}",
        f"#table(columns: (3fr, 1fr), {cells})",
        *(f"#{quoted(line)}" for line in told.closing),
        f"#align(right)[#{quoted(told.signed[0])} \\ #{quoted(told.signed[1])}]",
    ]
    return "\n\n".join(lines) + "\n"


PAGE = """#set document(date: none)
#set page(paper: "a4", margin: 25mm)
#set text(font: ("Noto Serif CJK SC", "Libertinus Serif"), lang: "zh", size: 11pt)
#set par(leading: 0.9em)"""
"""How a page of ours looks in typst; a machine without that typeface takes another."""


def quoted(text: str) -> str:
    """The text as a string of typst, so that nothing in it is markup."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _told(value: object) -> str:
    """A figure as people read it, whether the ledger kept it as a number or as text; a tiny chance as one in so many."""
    if isinstance(value, str) and not value.isdigit():
        try:
            value = float(value)
        except ValueError:
            return str(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, float):
        return f"约 1/{_rounded(1 / value):,}" if 0 < value < 0.001 else f"{value:,.2f}"
    return f"{int(value):,}" if isinstance(value, int | str) else str(value)


def _rounded(count: float) -> int:
    """To two digits that say something."""
    return int(float(f"{count:.1e}"))


def _said_period(period: str) -> str:
    """The month as letters write it.

    Example:
        >>> _said_period("2026-06")
        '2026年6月'
    """
    year, _, month = period.partition("-")
    return f"{year}年{int(month)}月" if month.isdigit() else period


def _timeless(packed: bytes) -> bytes:
    """The same archive without the time of writing in it."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(packed)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return out.getvalue()
