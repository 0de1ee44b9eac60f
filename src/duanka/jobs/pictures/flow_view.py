"""One loss as a view: where the money went hop by hop, what is still where, and where it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.jobs.pictures import place
from duanka.jobs.pictures.draw import Line, Mark, Picture
from duanka.jobs.pictures.view import View, branches, in_columns
from duanka.jobs.report_parts.show import instant, yuan
from duanka.network.book import EXITS
from duanka.network.trace import still_there

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duanka.network.backward import Sourced
    from duanka.network.trace import Traced

MOST = 60
LABELLED = 30
HEAD = ("编号 account", "收到 came in", "转出 went on", "还在 still there", "去向不明 untraced")
BACK_HEAD = ("编号 account", "到此为止 the search ends", "金额 amount")
WHY = {
    "own": "自有或来源无记录 own, or no row tells",
    "outside": "现金、商户或境外 cash, merchant, abroad",
    "hops": "超过层级 past the last hop",
    "small": "金额过小 too small",
    "budget": "预算用尽 budget ended",
}


def flow_view(lead_id: str, traced: Traced) -> View:
    """The view of one traced lead.

    Columns: traced: of this lead only.
    """
    flow, ends = traced.flow, traced.cut.row(0, named=True)
    held = still_there(traced)
    left = flow.filter(pl.col("terminal"))
    figures = {
        "找到的损失 loss found": yuan(ends["found_fen"]).zh,
        "匹配方式 found by": str(ends["match"]),
        "还可止付 can still be stopped": yuan(int(held["left_fen"].sum())).zh,
        "路径终点 ends of paths": str(left.height),
        "去向不明 untraced": yuan(int(traced.holding["untraced_fen"].sum())).zh,
        "看过的转账 payments looked at": str(ends["edges_count"]),
        "预算是否用尽 budget cut": "是 yes" if ends["cut"] else "否 no",
    }
    title = f"线索 lead {lead_id}"
    rows = [
        (account, *(yuan(fen).zh for fen in (came, went, still, lost)))
        for account, came, went, still, lost in traced.holding.sort(
            ["left_fen", "in_fen", "account_id"], descending=[True, True, False]
        )
        .select("account_id", "in_fen", "out_fen", "left_fen", "untraced_fen")
        .rows()
    ]
    return View(
        title=title,
        tree=[title, *_tree(flow, "payer_id", "payee_id", "tainted_fen")],
        table=in_columns(HEAD, rows),
        picture=_picture(title, flow, "tainted_fen", figures, (HEAD, rows)),
        figures=figures,
        tables={"flow": flow, "holding": traced.holding, "still_there": held, "walk": traced.cut},
    )


def source_view(account_id: str, sourced: Sourced) -> View:
    """The view of where an account's money came from."""
    figures = {
        "转入总额 came in": yuan(sourced.asked_fen).zh,
        "看过的转账 payments looked at": str(sourced.edges_count),
        "预算是否用尽 budget cut": "是 yes" if sourced.cut else "否 no",
    }
    title = f"资金来源 sources of {account_id}"
    rows = [(account, WHY[why], yuan(fen).zh) for account, why, fen in sourced.origin.rows()]
    return View(
        title=title,
        tree=[title, *_tree(sourced.flow, "payee_id", "payer_id", "sourced_fen")],
        table=in_columns(BACK_HEAD, rows),
        picture=_picture(title, sourced.flow, "sourced_fen", figures, (BACK_HEAD, rows)),
        figures=figures,
        tables={"flow": sourced.flow, "origin": sourced.origin},
    )


def _tree(flow: pl.DataFrame, above: str, below: str, fen: str) -> list[str]:
    """Each account under the one that the money came from (or went to), most money first."""
    if flow.is_empty():
        return ["没有找到这笔钱 the money was not found"]
    pairs = (
        flow.group_by(above, below)
        .agg(pl.col(fen).sum(), pl.len(), pl.col("at").min(), pl.col("hop").min())
        .sort([fen, above, below], descending=[True, False, False])
    )
    children: dict[str, list[tuple[str, str]]] = {}
    for row in pairs.iter_rows(named=True):
        text = f"{row[below]} {yuan(row[fen]).zh} ×{row['len']} {instant(row['at'])}"
        children.setdefault(row[above], []).append((row[below], text))
    first = flow.filter(pl.col("hop") == 1)
    start = first[below if above == "payer_id" else above].unique().sort().to_list()
    sources = first[above].n_unique() if above == "payer_id" else 0
    told = f" {yuan(int(first[fen].sum())).zh} ← {sources} 个付款方 payers" if sources else ""
    children[""] = [(name, name + told) for name in start]
    return branches(children, "", most=MOST)


def _picture(
    title: str,
    flow: pl.DataFrame,
    fen: str,
    figures: dict[str, str],
    table: tuple[tuple[str, ...], Sequence[tuple[str, ...]]],
) -> Picture:
    depth: dict[str, int] = {}
    for hop, payer, payee in flow.select("hop", "payer_id", "payee_id").rows():
        near, far = (payer, payee) if fen == "tainted_fen" else (payee, payer)
        depth[near] = min(depth.get(near, hop - 1), hop - 1)
        depth[far] = min(depth.get(far, hop), hop)
    names = sorted(depth)
    through = dict(
        pl.concat([flow.select(pl.col(c).alias("id"), fen) for c in ("payer_id", "payee_id")])
        .group_by("id").agg(pl.col(fen).sum()).rows()
    )  # fmt: skip
    layers = [depth[name] if fen == "tainted_fen" else -depth[name] for name in names]
    low = min(layers, default=0)
    at = place.columns([one - low for one in layers], [through[name] for name in names])
    most = max(through.values(), default=1) or 1
    marks = [
        Mark(
            name, _look(name, depth[name], fen), at[i, 0], at[i, 1], 5 + 9 * (through[name] / most) ** 0.5,
            f"{name} {yuan(through[name]).zh}", name[:14] if len(names) <= LABELLED else "",
        )
        for i, name in enumerate(names)
    ]  # fmt: skip
    number = {name: i for i, name in enumerate(names)}
    lines = [
        Line(
            number[row["payer_id"]], number[row["payee_id"]], 0.8 + 6 * (row[fen] / most) ** 0.5,
            int(row["at"].timestamp()), int(row["at"].timestamp()),
            f"{row['transfer_id']} {instant(row['at'])} {yuan(row[fen]).zh} / {yuan(row['amount_fen']).zh}", "money",
        )
        for row in flow.iter_rows(named=True)
    ]  # fmt: skip
    head, rows = table
    return Picture(
        title, "钱从左向右走，逐笔按时间先后。 Money goes from left to right, payment by payment in time order.",
        marks, lines, [(*name.split(" ", 1), value) for name, value in figures.items()], head, rows,  # type: ignore[misc]
    )  # fmt: skip


def _look(name: str, depth: int, fen: str) -> str:
    if name == "CASH" or name.startswith(EXITS):
        return "outside"
    return "victim" if depth == 0 and fen == "tainted_fen" else "account"
