"""The small picture of a case: what came in and went out by day, and what changed when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import polars as pl

from duanka.jobs.report_parts.show import SHANGHAI, yuan
from duanka.jobs.report_parts.words import Both

WIDTH, LEFT, RIGHT = 760, 118, 20
LANE, HALF, GAP, FOOT = 20, 30, 14, 18
LEAST_DAYS, MOST_DAYS, BUSY_DAYS = 30, 90, 7
GLYPHS = {"open": "▽", "device": "◆", "lead": "！", "label": "★"}
MONEY, CALLS = ("in", "out"), ("call_in", "call_out")


class Bar(NamedTuple):
    """A day's bar: left edge, top, width and height in drawing units."""

    x: float
    y: float
    wide: float
    high: float


class Mark(NamedTuple):
    """Something that happened on a day, as a sign above it."""

    x: float
    sign: str
    kind: str


class Tick(NamedTuple):
    """A date written below the axis."""

    x: float
    text: str


@dataclass(frozen=True)
class Panel:
    """One pair of bars about an axis: in above, out below."""

    kind: str
    axis: float
    up: tuple[Bar, ...]
    down: tuple[Bar, ...]
    most: Both


@dataclass(frozen=True)
class Timeline:
    """Everything the template draws, in drawing units, and the same in words."""

    height: float
    panels: tuple[Panel, ...]
    marks: tuple[Mark, ...]
    shade: Bar | None
    ticks: tuple[Tick, ...]
    caption: Both


@dataclass(frozen=True)
class _Days:
    """The days that are drawn, and where each one stands."""

    first: date
    count: int

    @property
    def wide(self) -> float:
        return (WIDTH - LEFT - RIGHT) / self.count

    def x(self, offset: int) -> float:
        return round(LEFT + offset * self.wide, 1)

    def on(self, offset: int) -> str:
        return f"{self.first + timedelta(days=offset):%m-%d}"


def timeline(rows: pl.DataFrame, as_of: datetime) -> Timeline | None:
    """The picture of one case, or nothing when no row falls within the last 90 days.

    Columns:
        rows: at, kind (in, out, call_out, call_in, device, open, lead, label), value, other.
            `value` is fen for in and out. A device is marked when it differs from the one before.
    Units: days are of Asia/Shanghai; the last day is that of the last instant before `as_of`.
    """
    last = (as_of - timedelta(microseconds=1)).astimezone(SHANGHAI).date()
    dated = (
        rows.with_columns(
            pl.col("at").dt.convert_time_zone("Asia/Shanghai").dt.date().alias("on"),
        )
        .filter(pl.col("at") < as_of, pl.col("on") > last - timedelta(days=MOST_DAYS))
        .sort("at", "kind", "other", "value")
    )
    if dated.is_empty():
        return None
    first = min(*dated["on"].unique().to_list(), last - timedelta(days=LEAST_DAYS - 1))
    days = _Days(first, (last - first).days + 1)
    dated = dated.with_columns((pl.col("on") - first).dt.total_days().alias("day"))
    kinds = [pair for pair in (MONEY, CALLS) if dated["kind"].is_in(pair).any()]
    panels = tuple(_panel(dated, days, pair, place) for place, pair in enumerate(kinds))
    high = LANE + len(panels) * (2 * HALF + GAP)
    busy = _busiest(dated, days, kinds[0]) if kinds else None
    shade = busy and Bar(
        days.x(busy[0]), 0, round((busy[1] - busy[0] + 1) * days.wide, 1), float(high)
    )
    return Timeline(
        float(high + FOOT),
        panels,
        _marks(dated, days),
        shade or None,
        _ticks(days),
        _caption(dated, days, busy),
    )


def _by_day(dated: pl.DataFrame, kind: str) -> dict[int, int]:
    """What each day weighs: fen for money, a count for calls."""
    weight = pl.col("value").sum() if kind in MONEY else pl.len()
    found = dated.filter(pl.col("kind") == kind).group_by("day").agg(weight.alias("weight"))
    return {int(day): int(weight or 0) for day, weight in found.sort("day").iter_rows()}


def _panel(dated: pl.DataFrame, days: _Days, pair: tuple[str, str], place: int) -> Panel:
    up, down = (_by_day(dated, kind) for kind in pair)
    most = max([*up.values(), *down.values(), 1])
    axis = float(LANE + place * (2 * HALF + GAP) + HALF)
    wide = round(max(days.wide - 1.2, 1.5), 1)

    def high(weight: int) -> float:
        return round(max(weight / most * HALF, 1.5), 1)  # a small day must still be seen

    return Panel(
        "money" if pair == MONEY else "calls",
        axis,
        tuple(
            Bar(days.x(d), round(axis - high(w), 1), wide, high(w)) for d, w in up.items() if w > 0
        ),
        tuple(Bar(days.x(d), axis, wide, high(w)) for d, w in down.items() if w > 0),
        yuan(most) if pair == MONEY else Both(f"{most:,} 次", f"{most:,} calls"),
    )


def _busiest(
    dated: pl.DataFrame, days: _Days, pair: tuple[str, str]
) -> tuple[int, int, float] | None:
    """First and last day of the week that weighs most, and its share of the whole."""
    weight = [0] * days.count
    for kind in pair:
        for day, amount in _by_day(dated, kind).items():
            weight[day] += amount
    whole = sum(weight)
    if whole <= 0:
        return None
    starts = range(max(days.count - BUSY_DAYS, 0) + 1)
    start = max(starts, key=lambda day: (sum(weight[day : day + BUSY_DAYS]), -day))
    lived = [day for day in range(start, min(start + BUSY_DAYS, days.count)) if weight[day]]
    return lived[0], lived[-1], sum(weight[start : start + BUSY_DAYS]) / whole


def _changes(dated: pl.DataFrame) -> pl.DataFrame:
    """The sightings on another device than the one before; the first one is where it began."""
    seen = dated.filter(pl.col("kind") == "device")
    return seen.filter(pl.col("other").ne_missing(pl.col("other").shift(1))).slice(1)


def _marks(dated: pl.DataFrame, days: _Days) -> tuple[Mark, ...]:
    told = pl.concat(
        [_changes(dated), dated.filter(pl.col("kind").is_in(["open", "lead", "label"]))]
    )
    once = told.select("day", "kind").unique().sort("day", "kind")
    return tuple(
        Mark(round(days.x(int(day)) + days.wide / 2, 1), GLYPHS[kind], kind)
        for day, kind in once.iter_rows()
    )


def _ticks(days: _Days) -> tuple[Tick, ...]:
    step = 7 if days.count <= 45 else 14
    return tuple(
        Tick(round(days.x(day) + days.wide / 2, 1), days.on(day))
        for day in range((days.count - 1) % step, days.count, step)
    )


def _caption(dated: pl.DataFrame, days: _Days, busy: tuple[int, int, float] | None) -> Both:
    """The picture in words, for whoever cannot see it."""
    zh = [f"{days.on(0)} 至 {days.on(days.count - 1)}（{days.count} 天，北京时间）"]
    en = [f"{days.on(0)} to {days.on(days.count - 1)} ({days.count} days, Shanghai time)"]
    count = {str(kind): int(n) for kind, n in dated.group_by("kind").len().iter_rows()}
    for kind, zh_word, en_word in (("in", "转入", "in"), ("out", "转出", "out")):
        if count.get(kind):
            fen = yuan(sum(_by_day(dated, kind).values()))
            zh.append(f"{zh_word} {count[kind]:,} 笔共 {fen.zh}")
            en.append(f"{count[kind]:,} transfers {en_word}, {fen.en}")
    for kind, zh_word, en_word in (("call_in", "来电", "in"), ("call_out", "去电", "out")):
        if count.get(kind):
            zh.append(f"{zh_word} {count[kind]:,} 次")
            en.append(f"{count[kind]:,} calls {en_word}")
    changed = _changes(dated).height
    if count.get("device"):
        zh.append(f"换设备 {changed:,} 次" if changed else "未换设备")
        en.append(f"changes of device: {changed:,}" if changed else "no change of device")
    if busy:
        span = f"{days.on(busy[0])} – {days.on(busy[1])}"
        zh.append(f"阴影为最集中的一段：{span}，占 {busy[2] * 100:.0f} %")
        en.append(f"shaded is the most intense stretch: {span}, {busy[2] * 100:.0f} % of the whole")
    return Both("；".join(zh) + "。", "; ".join(en) + ".")
