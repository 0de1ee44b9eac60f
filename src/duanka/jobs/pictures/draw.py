"""The page of a picture: marks by role in shape and colour, ties by time, words in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, MARGIN = 1160.0, 760.0, 40.0

LOOKS: dict[str, tuple[str, str, str]] = {
    "financier": ("star", "#7f1d1d", "幕后金主 financier"),
    "head_dealer": ("diamond", "#b91c1c", "卡头 head dealer"),
    "dealer": ("diamond", "#ea580c", "收卡人 dealer"),
    "recruiter": ("triangle", "#d97706", "招募中介 recruiter"),
    "minder": ("triangle", "#a16207", "看守 minder"),
    "controller": ("hexagon", "#9333ea", "操作手 controller"),
    "liaison": ("hexagon", "#be185d", "境外勾连 liaison"),
    "cash_courier": ("triangle", "#0f766e", "车手 cash courier"),
    "company_agent": ("diamond", "#4d7c0f", "空壳代办 company agent"),
    "insider": ("star", "#1e3a8a", "内鬼 insider"),
    "mule": ("circle", "#475569", "卡农 mule"),
    "runner": ("circle", "#0284c7", "跑分客 runner"),
    "victim": ("cross", "#16a34a", "被害人 victim"),
    "account": ("square", "#64748b", "账户 account"),
    "sim": ("square", "#0891b2", "电话卡 SIM"),
    "person": ("circle", "#94a3b8", "人员 person"),
    "organisation": ("hexagon", "#94a3b8", "单位 organisation"),
    "device": ("bar", "#334155", "设备 device"),
    "outlet": ("bar", "#78716c", "网点 outlet"),
    "staff": ("cross", "#78716c", "从业人员 staff"),
    "outside": ("bar", "#111827", "去向 exit"),
}
"""What a mark looks like: shape, colour and words; a role hides the kind."""


@dataclass(frozen=True)
class Mark:
    """One subject in a picture; `x`, `y` 0 to 1, `size` radius in pixels; `title` is read aloud on hover."""

    key: str
    look: str
    x: float
    y: float
    size: float
    title: str
    text: str = ""


@dataclass(frozen=True)
class Line:
    """One tie between two marks by their places in the list.

    Units: `since` and `until` seconds since 1970; 0 for what stands in a register and has no time.
    """

    left: int
    right: int
    width: float
    since: int
    until: int
    title: str
    arrow: str = ""


@dataclass(frozen=True)
class Picture:
    """All that a page shows.

    Shapes: `figures` (zh, en, value); `rows` a table with `head`.
    """

    title: str
    said: str
    marks: Sequence[Mark]
    lines: Sequence[Line]
    figures: Sequence[tuple[str, str, str]]
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def page_html(picture: Picture) -> str:
    """The picture as one HTML page that needs nothing else: no network, no further file."""
    folder = Path(__file__).parent
    loader = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    bounds = [at for line in picture.lines if line.since for at in (line.since, line.until)]
    return loader.get_template("picture.html.j2").render(
        picture=picture,
        width=WIDTH,
        height=HEIGHT,
        marks=[_mark(mark) for mark in picture.marks],
        lines=[_line(line, picture.marks) for line in picture.lines],
        legend=_legend(picture.marks),
        first=min(bounds, default=0),
        last=max(bounds, default=0),
    )


def shape(look: str, x: float, y: float, r: float) -> str:
    """The outline of a mark as the commands of an SVG path."""
    kind = LOOKS[look][0]
    corners: Mapping[str, Sequence[tuple[float, float]]] = {
        "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        "diamond": [(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)],
        "triangle": [(0, -1.2), (1.15, 0.9), (-1.15, 0.9)],
        "hexagon": [(-0.6, -1), (0.6, -1), (1.2, 0), (0.6, 1), (-0.6, 1), (-1.2, 0)],
        "bar": [(-1.3, -0.6), (1.3, -0.6), (1.3, 0.6), (-1.3, 0.6)],
        "star": [(0, -1.5), (0.4, -0.5), (1.4, -0.5), (0.6, 0.2), (0.9, 1.2), (0, 0.6), (-0.9, 1.2),
                 (-0.6, 0.2), (-1.4, -0.5), (-0.4, -0.5)],
        "cross": [(-0.4, -1.1), (0.4, -1.1), (0.4, -0.4), (1.1, -0.4), (1.1, 0.4), (0.4, 0.4),
                  (0.4, 1.1), (-0.4, 1.1), (-0.4, 0.4), (-1.1, 0.4), (-1.1, -0.4), (-0.4, -0.4)],
    }  # fmt: skip
    if kind == "circle":
        return f"M{x - r:.1f} {y:.1f}a{r:.1f} {r:.1f} 0 1 0 {2 * r:.1f} 0a{r:.1f} {r:.1f} 0 1 0 {-2 * r:.1f} 0Z"
    points = [f"{x + dx * r:.1f} {y + dy * r:.1f}" for dx, dy in corners[kind]]
    return "M" + "L".join(points) + "Z"


def _place(mark: Mark) -> tuple[float, float]:
    return (
        MARGIN + mark.x * (WIDTH - 2 * MARGIN),
        MARGIN + mark.y * (HEIGHT - 2 * MARGIN),
    )


def _mark(mark: Mark) -> dict[str, str]:
    x, y = _place(mark)
    return {
        "path": shape(mark.look, x, y, mark.size),
        "colour": LOOKS[mark.look][1],
        "title": mark.title,
        "text": mark.text,
        "x": f"{x + mark.size + 3:.1f}",
        "y": f"{y + 4:.1f}",
    }


def _line(line: Line, marks: Sequence[Mark]) -> dict[str, str]:
    (ax, ay), (bx, by) = _place(marks[line.left]), _place(marks[line.right])
    bend = 0.12 if line.arrow else 0.0
    mx, my = (ax + bx) / 2 - (by - ay) * bend, (ay + by) / 2 + (bx - ax) * bend
    return {
        "path": f"M{ax:.1f} {ay:.1f}Q{mx:.1f} {my:.1f} {bx:.1f} {by:.1f}",
        "width": f"{line.width:.2f}",
        "since": str(line.since),
        "until": str(line.until),
        "left": str(line.left),
        "right": str(line.right),
        "title": line.title,
        "arrow": line.arrow,
    }


def _legend(marks: Sequence[Mark]) -> list[dict[str, str]]:
    used = {mark.look for mark in marks}
    return [
        {"path": shape(look, 10.0, 10.0, 7.0), "colour": colour, "words": words}
        for look, (_, colour, words) in LOOKS.items()
        if look in used
    ]
