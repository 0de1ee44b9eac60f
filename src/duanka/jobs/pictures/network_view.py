"""One network as a view: who holds which cards, what they share, who stands around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from duanka.jobs.pictures import place
from duanka.jobs.pictures.draw import LOOKS, Line, Mark, Picture
from duanka.jobs.pictures.view import View, branches, in_columns
from duanka.jobs.report_parts.show import instant
from duanka.tables.words import label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MOST = 60
LABELLED = 40
"""A picture of more members than this names only those in whom people are more interested than in cards."""
HEAD = (
    "类别 kind",
    "编号 id",
    "强度 strength",
    "疑似角色 suspected role",
    "证据自 since",
    "至 until",
)
STANDING = ("held_by", "bound_to", "run_by", "opened_by", "opened_at")
RELATIONS = {
    "held_by": "持有 held by",
    "bound_to": "绑定 bound to",
    "used_on": "使用设备 used on",
    "online_from": "网络 online from",
    "opened_with": "陪同办理 opened with",
    "opened_at": "办理地点 opened at",
    "opened_by": "经办 opened by",
    "run_by": "代表或联系 run by",
    "paid": "转账 paid",
    "paid_for": "付款人 paid by",
    "called": "来电 called by",
    "wrote_to": "来信 written to by",
    "called_before": "先呼后付 called before",
}


def network_view(
    network_id: str, members: pl.DataFrame, links: pl.DataFrame, roles: pl.DataFrame
) -> View:
    """The view of a network.

    Columns: members and links as `network.communities.Networks` has them, of this network only; roles:
        the `role` table, whatever part of it there is.
    """
    told = _told(members, roles)
    rows = [
        (
            label(row["subject_kind"])[0],
            row["subject_id"],
            f"{row['strength']:.2f}",
            "、".join(label(role)[0] for role in row["roles"]),
            _when(row["since"]),
            _when(row["until"]),
        )
        for row in told.iter_rows(named=True)
    ]
    figures = _figures(told, links)
    title = f"团伙 network {network_id}"
    tree = [title, *branches(_children(told, links), "", most=MOST)]
    return View(
        title=title,
        tree=tree,
        table=in_columns(HEAD, rows),
        picture=_picture(title, told, links, figures, rows),
        figures=figures,
        tables={"members": told, "links": links},
    )


def _span(row: dict[str, Any]) -> tuple[int, int]:
    """Seconds since 1970 of a tie; nothing where a register tells it."""
    if row["relation"] in STANDING or not row["first_at"]:
        return 0, 0
    return int(row["first_at"].timestamp()), int(row["last_at"].timestamp())


def _when(at: datetime | None) -> str:
    return instant(at) if at else "-"


def _told(members: pl.DataFrame, roles: pl.DataFrame) -> pl.DataFrame:
    """The members with their suspected roles, the strongest first."""
    plain = members.with_columns(pl.col("subject_kind").cast(pl.String))
    named = (
        roles.sort("score", descending=True, maintain_order=True)
        .group_by(pl.col("subject_kind").cast(pl.String), "subject_id", maintain_order=True)
        .agg(pl.col("role").cast(pl.String).alias("roles"))
    )
    return (
        plain.join(named, on=["subject_kind", "subject_id"], how="left", maintain_order="left")
        .with_columns(pl.col("roles").fill_null([]))
        .sort(["strength", "subject_kind", "subject_id"], descending=[True, False, False])
    )


def _text(row: dict[str, object]) -> str:
    roles = [label(role)[0] for role in row["roles"]]  # type: ignore[attr-defined]
    said = f" 疑似{'、'.join(roles)}" if roles else ""
    return f"{label(str(row['subject_kind']))[0]} {row['subject_id']} {row['strength']:.2f}{said}"


def _children(told: pl.DataFrame, links: pl.DataFrame) -> dict[str, list[tuple[str, str]]]:
    """Holders with their cards, cards with what they share; then what hangs on nobody."""
    names = {
        _key(row["subject_kind"], row["subject_id"]): _text(row)
        for row in told.iter_rows(named=True)
    }
    below: dict[str, list[tuple[str, str]]] = {"": []}
    inside: set[str] = set()
    for row in links.iter_rows(named=True):
        left, right = (_key(row[f"{side}_kind"], row[f"{side}_id"]) for side in ("left", "right"))
        if row["relation"] == "held_by":
            below.setdefault(right, []).append((left, names[left]))
            inside.add(left)
        elif row["weight"] > 0:
            text = f"{RELATIONS[row['relation']]}: {names[right]} ×{row['count']}"
            below.setdefault(left, []).append((right, text))
    people = ("person", "organisation")
    ordered = sorted(names, key=lambda key: (key.split(":")[0] not in people, key in inside))
    below[""] = [
        (key, names[key])
        for key in ordered
        if key not in inside and key in _roots(names, below, people)
    ]
    return below


def _roots(
    names: dict[str, str], below: dict[str, list[tuple[str, str]]], people: tuple[str, ...]
) -> set[str]:
    reached = {child for key in below for child, _ in below[key]}
    return {key for key in names if key.split(":")[0] in people or key not in reached}


def _key(kind: str, name: str) -> str:
    return f"{kind}:{name}"


def _figures(told: pl.DataFrame, links: pl.DataFrame) -> dict[str, str]:
    kinds = dict(told.group_by("subject_kind").len().sort("subject_kind").rows())
    control = links.filter(pl.col("weight") > 0)
    return {
        **{f"{label(kind)[0]} {kind}": str(count) for kind, count in kinds.items()},
        "共同控制的证据 ties of control": str(control.height),
        "接触 mere contacts": str(links.height - control.height),
    }


def _picture(
    title: str,
    told: pl.DataFrame,
    links: pl.DataFrame,
    figures: dict[str, str],
    rows: Sequence[tuple[str, ...]],
) -> Picture:
    keys = [_key(kind, name) for kind, name in told.select("subject_kind", "subject_id").rows()]
    number = {key: i for i, key in enumerate(keys)}
    ends = [
        (number[_key(a, b)], number[_key(c, d)])
        for a, b, c, d in links.select("left_kind", "left_id", "right_kind", "right_id").rows()
    ]
    at = place.springs(len(keys), ends, links["weight"].to_list())
    few = len(keys) <= LABELLED
    marks = []
    for i, row in enumerate(told.iter_rows(named=True)):
        look = row["roles"][0] if row["roles"] and row["roles"][0] in LOOKS else row["subject_kind"]
        size = 5.0 + 6.0 * row["strength"]
        shown = few or (bool(row["roles"]) and row["roles"][0] not in ("mule", "runner"))
        text = LOOKS[look][2].split(" ")[0] if shown else ""
        marks.append(Mark(keys[i], look, at[i, 0], at[i, 1], size, _text(row), text))
    lines = [
        Line(
            *ends[i],
            0.8 + 3.0 * row["weight"],
            *_span(row),
            f"{RELATIONS[row['relation']]} ×{row['count']} {_when(row['first_at'])} – {_when(row['last_at'])}",
        )
        for i, row in enumerate(links.iter_rows(named=True))
    ]
    return Picture(
        title=title,
        said="成员依共同控制的证据归入，付款人与通话对象不因此成为成员。 "
        "Members by evidence of common control; paying or calling makes nobody a member.",
        marks=marks,
        lines=lines,
        figures=[(*name.split(" ", 1), value) for name, value in figures.items()],  # type: ignore[misc]
        head=HEAD,
        rows=rows,
    )
