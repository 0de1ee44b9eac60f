"""The data dictionary in both languages, written from the schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.tables import INPUTS, OUTPUTS, PRIMARY, columns, schema, time_of
from duanka.tables.check import FAULTS
from duanka.tables.words import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duanka.tables.column import ColumnInfo

KINDS: dict[str, tuple[str, str]] = {
    "id": (
        "编号：不透明文本，至多 64 个字符，逐字节比较",
        "opaque text, at most 64 characters, compared byte for byte",
    ),
    "text": ("文本", "text"),
    "at": (
        "时间：ISO 8601，不带时区按北京时间；保存为 UTC 微秒",
        "instant: ISO 8601, without offset Asia/Shanghai; kept as UTC microseconds",
    ),
    "on": ("日期", "calendar day, Asia/Shanghai"),
    "fen": ("金额：整数分", "money: whole fen (0.01 yuan)"),
    "s": ("秒：非负整数", "seconds, whole and not negative"),
    "int": ("整数", "whole number"),
    "share": ("小数", "number with a fraction"),
    "flag": ("是否：0/1/true/false", "0/1/true/false"),
    "region": ("行政区划代码：六位数字（GB/T 2260）", "district code of six digits (GB/T 2260)"),
    "word": ("词表中的一个词", "one word of a closed list"),
    "list": ("文本列表", "list of text"),
}
"""What each kind of column holds, in Chinese and English."""


def markdown() -> str:
    """The data dictionary as Markdown: kinds, tables, columns, words and faults."""
    lines = [
        "# 数据字典 Data dictionary",
        "",
        "Written from the schemas in `src/duanka/tables`; do not edit by hand. 由表结构生成，请勿手工修改。",
        "",
        "`*` 必填 required · **粗体 bold** 主键 names the row",
        "",
        "## 列的类别 Kinds of column",
        "",
        "| kind | 中文 | English |",
        "|---|---|---|",
        *(f"| `{kind}` | {zh} | {en} |" for kind, (zh, en) in KINDS.items()),
        "",
        "## 输入 What comes in",
        "",
        *(line for name in INPUTS for line in _table(name)),
        "## 输出 What goes out",
        "",
        *(line for name in OUTPUTS for line in _table(name)),
        "## 拒绝原因 Why a row is refused",
        "",
        "| fault | 中文 | English |",
        "|---|---|---|",
        *(f"| `{fault}` | {zh} | {en} |" for fault, (zh, en) in FAULTS.items()),
    ]
    return "\n".join(lines) + "\n"


def _table(name: str) -> Iterator[str]:
    en, zh = about(name)
    yield f"### `{name}`"
    yield ""
    yield f"{zh} {en}"
    yield ""
    time = time_of(name) if name in INPUTS else None
    if time:
        yield f"何时获知 known at: `{time}`"
        yield ""
    yield "| column | kind | 中文 | English |"
    yield "|---|---|---|---|"
    for info in columns(name):
        yield _row(info, key=info.name in PRIMARY[name])
    yield ""


def about(name: str) -> tuple[str, str]:
    """What one row of a table is: English, Chinese."""
    lines = [line.strip() for line in (schema(name).__doc__ or "").splitlines() if line.strip()]
    return (lines[0], lines[-1]) if lines else (name, name)


def _row(info: ColumnInfo, *, key: bool) -> str:
    named = f"**`{info.name}`**" if key else f"`{info.name}`"
    least = "" if info.least is None else f" ≥ {info.least}"
    zh, en = info.zh, info.en
    if info.words:
        zh += "：" + "、".join(f"`{word}` {label(word)[0]}" for word in info.words)
        en += ": " + ", ".join(f"`{word}`" for word in info.words)
    return f"| {named}{'*' if info.required else ''} | {info.kind}{least} | {zh} | {en} |"
