"""The policy as a page to read: every value, table, measure and reason, in both languages, doubts marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.policy.entries import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from duanka.policy.dated import Policy
    from duanka.policy.entries import Measure, Parameter, TableVersion, Value
    from duanka.policy.table import Condition

_HEAD = """# 策略参考 Policy reference

起 = 自该日起施行；止 = 到该日为止（不含该日）。依据一栏后的字母说明可信程度，除 V 以外都未经法源核实。
“from” is the first day in force, “to” the first day no longer in force. The letter after a source says how
far it can be trusted; everything but V is unverified.
"""


def markdown(policy: Policy) -> str:
    """The policy reference as Markdown: marks, parameters, decision tables, measures, reasons."""
    parts = [
        _HEAD,
        f"策略版本 Policy version: `{policy.version}`\n",
        _grid(("标记 mark", "含义 meaning"), ([f"`{k}`", v] for k, v in MARKS.items())),
        "## 参数 Parameters\n",
        *_parameters(policy),
        "## 决策表 Decision tables\n",
        *_tables(policy),
        "## 措施 Measures\n",
        _measures(policy),
        "## 原因 Reasons\n",
        _reasons(policy),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _grid(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [heads, ["---"] * len(heads), *rows]
    cells = (" | ".join(cell.replace("|", "\\|") for cell in line) for line in lines)
    return "\n".join(f"| {line} |" for line in cells) + "\n"


def _span(since: date, until: date | None) -> list[str]:
    return [str(since), str(until) if until else ""]


def _source(reference: str, mark: str) -> str:
    return f"{reference} `{mark}`" + ("" if mark == "V" else " 未核实 unverified")


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _parameters(policy: Policy) -> Iterator[str]:
    groups = sorted({name.split(".")[0] for name in policy.parameters})
    heads = (
        "参数 parameter",
        "含义 meaning",
        "值 value",
        "单位 unit",
        "起 from",
        "止 to",
        "依据 source",
    )
    for group in groups:
        found = [
            v for n, vs in sorted(policy.parameters.items()) if n.split(".")[0] == group for v in vs
        ]
        yield f"### {group}\n"
        yield _grid(heads, (_parameter(one) for one in found))


def _parameter(one: Parameter) -> list[str]:
    meaning = f"{one.label.zh}<br>{one.label.en}"
    source = _source(one.reference, one.mark)
    return [
        f"`{one.name}`",
        meaning,
        _plain(one.value),
        one.unit,
        *_span(one.since, one.until),
        source,
    ]


def _tables(policy: Policy) -> Iterator[str]:
    for name, versions in sorted(policy.tables.items()):
        body, label = versions[0].table.body, versions[0].label
        reads = ", ".join(
            f"`{c.name}` ({', '.join(c.words) if c.words else c.kind})" for c in body.columns
        )
        yield f"### `{name}` {label.zh} {label.en}\n"
        yield f"读取 reads: {reads}。命中 hit: {body.hit}。得出 decides: {body.decides}。\n"
        for version in versions:
            yield from _version(version, policy)


def _version(version: TableVersion, policy: Policy) -> Iterator[str]:
    since, until = _span(version.since, version.until)
    yield f"{since} → {until or '今 today'}: {_source(version.reference, version.mark)}\n"
    rows = []
    for i, row in enumerate(version.table.rows):
        reason = policy.reasons[row.because].label
        asked = ", ".join(_asked(condition) for condition in row.when) or "其余 all others"
        because = f"`{row.because}` {reason.zh}<br>{reason.en}"
        rows.append([str(i + 1), asked, f"`{row.then}`", because, row.basis or ""])
    yield _grid(("", "情形 when", "则 then", "因为 because", "专门依据 own basis"), rows)


def _asked(condition: Condition) -> str:
    """A condition in words, such as `amount_fen ≥ 500000`."""
    if condition.words:
        words = " | ".join(
            str(w).lower() if isinstance(w, bool) else str(w) for w in condition.words
        )
        return f"{condition.column} = {words}"
    low = (
        f"{condition.low} {'<' if condition.low_open else '≤'} "
        if condition.low is not None
        else ""
    )
    high = (
        f" {'<' if condition.high_open else '≤'} {condition.high}"
        if condition.high is not None
        else ""
    )
    return f"{low}{condition.column}{high}"


def _measures(policy: Policy) -> str:
    heads = (
        "措施 measure",
        "名称 name",
        "谁决定 decided by",
        "复核 review",
        "期限 term",
        "起 from",
        "止 to",
        "账户条文 article for accounts",
        "电话卡条文 article for SIMs",
        "依据 source",
    )
    found = [one for versions in policy.measures.values() for one in versions]
    found.sort(key=lambda one: (one.mildness, one.name, one.since))
    return _grid(heads, (_measure(one) for one in found))


def _measure(one: Measure) -> list[str]:
    name = f"{one.label.zh} {one.label.en}" + (f" (`{one.grade_of}`)" if one.grade_of else "")
    articles = [one.articles.get(kind, "") for kind in ("account", "sim")]
    term = f"`{one.term}`" if one.term else ""
    start = [f"`{one.name}`", name, one.authority, one.review, term]
    return [*start, *_span(one.since, one.until), *articles, _source(one.reference, one.mark)]


def _reasons(policy: Policy) -> str:
    heads = ("原因 reason", "中文", "English", "事实 fact")
    return _grid(
        heads,
        (
            [f"`{n}`", r.label.zh, r.label.en, _plain(r.fact)]
            for n, r in sorted(policy.reasons.items())
        ),
    )
