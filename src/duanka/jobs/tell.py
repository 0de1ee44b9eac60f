"""What the report is told of a run: counts, sentences, values in plain units, groups, timelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.features import catalogue
from duanka.jobs.dataset import SHANGHAI
from duanka.jobs.judges import HOW
from duanka.jobs.report import STRONGEST_CARDS, TIMELINE, Summary, lawful

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.jobs.dataset import Dataset
    from duanka.jobs.judge import Judged
    from duanka.jobs.judges import Judge
    from duanka.jobs.load import Loaded
    from duanka.policy.dated import Regime

TIMELINE_DAYS = 90
MOST_MARKS = 4_000


def summary_of(
    loaded: Loaded,
    dataset: Dataset,
    judged: Mapping[str, Judged],
    judges: Mapping[str, Judge],
    regime: Regime,
) -> Summary:
    """All that the page says besides the tables themselves."""
    cards = {kind: judged[kind].table for kind in ("account", "sim") if kind in judged}
    tiers = {
        (kind, tier): count
        for kind, table in cards.items()
        for tier, count in table.group_by("tier").len().sort("tier").iter_rows()
    }
    faults = loaded.rejects.group_by("table", "fault").len().sort("table", "fault").collect()
    return Summary(
        as_of=dataset.as_of,
        judged={kind: table.height for kind, table in cards.items()},
        tiers=tiers,
        tables_read=[(c.table, c.read, c.kept, c.refused) for c in loaded.counts],
        rejects_by_fault=list(faults.iter_rows()),
        missing=[*loaded.notes, *_unjudged(judges)],
        model=[(s, j.model.version, j.how, *HOW[j.how]) for s, j in judges.items()],
        policy_version=regime.policy.version,
        regime_on=dataset.as_of.astimezone(SHANGHAI).date(),
        capacity={
            kind: -(
                -int(regime.number(f"{kind}_tiers.suspicious_capacity_per_10k"))
                * table.height
                // 10_000
            )
            for kind, table in cards.items()
        },
        reason_sentences=reason_sentences(regime),
        lawful=lawful(regime),
        quality=_quality(judges),
        fairness=_fairness(dataset, cards),
        reason_values={
            (subject, key): {code: told(code, value) for code, value in values.items()}
            for subject, found in judged.items()
            for key, values in found.values.items()
        },
    )


def reason_sentences(regime: Regime) -> dict[str, tuple[str, str]]:
    """The sentence of every reason code: the catalogue's features, then the policy's reasons."""
    rules = {n: (r.label.zh, r.label.en) for n, r in regime.policy.reasons.items()}
    return catalogue.sentences() | rules


def told(code: str, value: float) -> tuple[str, str]:
    """A feature's value as a person says it, in both languages; the name tells the unit.

    Example:
        >>> told("in_total_fen_1d", 1234500.0)
        ('12,345.00元', '12,345.00 yuan')
        >>> told("passed_hour_share_1d", 0.934)
        ('93%', '93%')
        >>> told("since_last_s", 7200.0)
        ('2.0小时', '2.0 hours')
    """
    if np.isnan(value):
        return "未知", "unknown"
    words = set(code.split("_"))
    if "fen" in words:
        return f"{value / 100:,.2f}元", f"{value / 100:,.2f} yuan"
    if words & {"share", "balance"} or code.startswith("of_"):
        return f"{value:.0%}", f"{value:.0%}"
    if "s" in words:
        for size, zh, en in (
            (86_400, "天", "days"),
            (3_600, "小时", "hours"),
            (60, "分钟", "minutes"),
        ):
            if value >= size:
                return f"{value / size:.1f}{zh}", f"{value / size:.1f} {en}"
        return f"{value:.0f}秒", f"{value:.0f} s"
    if code.startswith(("is_", "has_")) or code.endswith(("_apart", "_full", "_known")):
        return ("是", "yes") if value else ("否", "no")
    text = f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"
    return text, text


def _unjudged(judges: Mapping[str, Judge]) -> list[tuple[str, str]]:
    words = {
        "account": ("账户", "accounts"),
        "sim": ("电话卡", "phone cards"),
        "transfer": ("转账", "transfers"),
        "call": ("通话", "calls"),
        "opening": ("开卡申请", "applications"),
    }
    absent = [words[s] for s in catalogue.SUBJECTS if s not in judges]
    if not absent:
        return []
    zh, en = "、".join(a for a, _ in absent), ", ".join(b for _, b in absent)
    return [(f"数据中没有{zh}，未作判断。", f"The data hold no {en}; none were judged.")]


def _quality(
    judges: Mapping[str, Judge],
) -> list[tuple[str, str, float, float | None, float | None, str]]:
    """What training here found on the part held out: other holders, later."""
    rows: list[tuple[str, str, float, float | None, float | None, str]] = []
    for subject, judge in judges.items():
        held_out = judge.model.about.get("held_out_average_precision")
        if judge.how == "trained_here" and isinstance(held_out, dict):
            value = held_out.get("blended")
            if value is not None:
                rows.append((subject, "average_precision", float(value), None, None, "held out"))
    return rows


def _fairness(
    dataset: Dataset, cards: Mapping[str, pl.DataFrame]
) -> list[tuple[str, str, float, float, float | None, int]]:
    """How often each group's cards are judged above normal, beside everybody else's."""
    people = dataset.frames.get("person")
    if people is None or people.is_empty():
        return []
    year = dataset.as_of.astimezone(SHANGHAI).year
    parts = []
    for kind, table in cards.items():
        register = dataset.frames.get(kind)
        if register is None:
            continue
        held = table.select("card_id", above=pl.col("tier").cast(pl.String) != "normal").join(
            register.select(card_id=f"{kind}_id", holder="holder_id", outlet="outlet_id"),
            on="card_id",
        )
        parts.append(held.join(people, left_on="holder", right_on="person_id"))
    if not parts:
        return []
    held = _with_place(pl.concat(parts), dataset).with_columns(age=year - pl.col("birth_year"))
    groups = {
        "age_60_plus": pl.col("age") >= 60,
        "age_18_22": pl.col("age").is_between(18, 22),
        "non_local": pl.col("home_region_code").str.head(4) != pl.col("place").str.head(4),
    }
    rows = []
    for name, inside in groups.items():
        known = held.filter(inside.is_not_null())
        group, rest = known.filter(inside)["above"], known.filter(~inside)["above"]
        if group.len() and rest.len():
            mine, theirs = float(group.mean()), float(rest.mean())  # type: ignore[arg-type]
            rows.append(
                (
                    name,
                    "above_normal_share",
                    mine,
                    theirs,
                    mine / theirs if theirs else None,
                    group.len(),
                )
            )
    return rows


def _with_place(held: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    outlets = dataset.frames.get("outlet")
    if outlets is None or outlets.is_empty():
        return held.with_columns(place=pl.lit(None, dtype=pl.String))
    places = outlets.select(outlet="outlet_id", place="region_code")
    return held.join(places, on="outlet", how="left")


def timelines_of(dataset: Dataset, score: pl.DataFrame) -> pl.DataFrame:
    """What happened on the strongest cards lately, for their drawings."""
    parts = []
    for kind in ("account", "sim"):
        strong = score.filter(
            pl.col("card_kind").cast(pl.String) == kind, pl.col("tier").cast(pl.String) != "normal"
        ).head(STRONGEST_CARDS)["card_id"]
        if strong.len():
            parts += _marks(dataset, kind, strong)
    if not parts:
        return pl.DataFrame(schema=TIMELINE)
    since = dataset.as_of - pl.duration(days=TIMELINE_DAYS)
    marks = (
        pl.concat(parts)
        .filter(pl.col("at") >= since)
        .sort("card_kind", "card_id", "at", "kind", "other")
    )
    return marks.group_by("card_id", maintain_order=True).tail(MOST_MARKS).select(list(TIMELINE))


_MOVES = (
    ("account", "transfer", "payee_id", "payer_id", "in"),
    ("account", "transfer", "payer_id", "payee_id", "out"),
    ("sim", "call", "callee_id", "caller_id", "call_in"),
    ("sim", "call", "caller_id", "callee_id", "call_out"),
)


def _marks(dataset: Dataset, kind: str, cards: pl.Series) -> list[pl.DataFrame]:
    parts = []
    for of, table, mine, other, word in _MOVES:
        frame = dataset.frames.get(table)
        if of == kind and frame is not None:
            value = "amount_fen" if table == "transfer" else "duration_s"
            hit = frame.filter(pl.col(mine).is_in(cards.implode()))
            parts.append(_mark(hit, kind, (mine, "at", value, other), word))
    for table, time, device, word in (
        ("device_use", "at", "device_id", "device"),
        ("lead", "issued_at", None, "lead"),
        ("label", "known_at", None, "label"),
        ("opening", "at", None, "open"),
    ):
        frame = dataset.frames.get(table)
        if frame is not None:
            hit = frame.filter(
                pl.col("card_kind").cast(pl.String) == kind,
                pl.col("card_id").is_in(cards.implode()),
            )
            parts.append(_mark(hit, kind, ("card_id", time, None, device), word))
    return parts


def _mark(
    frame: pl.DataFrame, kind: str, names: tuple[str, str, str | None, str | None], word: str
) -> pl.DataFrame:
    card, time, value, other = names
    nothing = pl.lit(None)
    return frame.select(
        card_kind=pl.lit(kind),
        card_id=pl.col(card),
        at=pl.col(time),
        kind=pl.lit(word),
        value=(pl.col(value) if value else nothing).cast(pl.Int64),
        other=(pl.col(other) if other else nothing).cast(pl.String),
    )
