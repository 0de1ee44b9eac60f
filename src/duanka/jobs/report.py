"""The report: one self-contained page in both languages that a clerk can use in ten minutes."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from duanka.jobs.report_parts import cases, figures, show, trail, words
from duanka.jobs.report_parts.timeline import GLYPHS, WIDTH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from duanka.policy.dated import Regime

_PARTS = Path(__file__).with_name("report_parts")
STRONGEST_CARDS = 20
STRONGEST_EVENTS = 10
CARD_KINDS = ("account", "sim")
TIMELINE: dict[str, pl.DataType | type[pl.DataType]] = {
    "card_kind": pl.String,
    "card_id": pl.String,
    "at": pl.Datetime("us", "UTC"),
    "kind": pl.String,
    "value": pl.Int64,
    "other": pl.String,
}


@dataclass(frozen=True)
class Summary:
    """What a run found out, as the page tells it; nothing here may depend on how long it took.

    Shapes:
        judged: card kind → cards judged.  tiers: (card kind, tier) → cards.
        tables_read: (table, rows read, kept, rejected).  rejects_by_fault: (table, fault, rows).
        missing: (zh, en) sentences on what the data lacked and what was therefore not done.
        model: (card kind or task, version, default | trained_here | given, zh note, en note).
        quality: (task, figure, value, lower, upper, note); empty where labels do not allow it.
        fairness: (group, measure, value, value of the rest, ratio, cards in the group).
        capacity: card kind → the cards that people can review.
        reason_sentences: reason code → (zh, en); `{value}` in one is replaced by the case's value.
        lawful: (card kind, measure) → (article, authority), as `lawful` reads them off the policy.
        reason_values: (account | sim | opening | transfer | call, id) → code → (zh, en) value.
    """

    as_of: datetime
    judged: Mapping[str, int]
    tiers: Mapping[tuple[str, str], int]
    tables_read: Sequence[tuple[str, int, int, int]]
    rejects_by_fault: Sequence[tuple[str, str, int]]
    missing: Sequence[tuple[str, str]]
    model: Sequence[tuple[str, str, str, str, str]]
    policy_version: str
    regime_on: date
    capacity: Mapping[str, int]
    reason_sentences: Mapping[str, tuple[str, str]]
    lawful: Mapping[tuple[str, str], tuple[str, str]]
    quality: Sequence[tuple[str, str, float, float | None, float | None, str]] = ()
    fairness: Sequence[tuple[str, str, float, float, float | None, int]] = ()
    reason_values: Mapping[tuple[str, str], Mapping[str, tuple[str, str]]] = field(
        default_factory=dict
    )


def lawful(regime: Regime) -> dict[tuple[str, str], tuple[str, str]]:
    """The article and the authority of each measure of each card kind, by the rules of the day."""
    return {
        (kind, measure.name): (measure.articles[kind], measure.authority)
        for kind in CARD_KINDS
        for measure in regime.measures(kind)
    }


def write_report(
    path: Path, summary: Summary, tables: dict[str, pl.DataFrame], *, timelines: pl.DataFrame
) -> None:
    """The page at `path`; the same summary and tables give the same bytes.

    Columns:
        tables: `score`, `opening_advice`, `intercept`, `flow`, `rejects` in their written order;
            one that is absent is told as empty. The first three may carry `legal_basis` and
            `authority` of each decision, `opening_advice` also `at` and `card_kind`, `intercept`
            also `at` and `amount_fen`; the page then shows them.
        timelines: card_kind, card_id, at, kind (in, out, call_out, call_in, device, open, lead,
            label), value (fen for in and out), other (the counterparty or device).
    """
    path.write_bytes(page_html(summary, tables, timelines=timelines).encode())


def page_html(
    summary: Summary, tables: Mapping[str, pl.DataFrame], *, timelines: pl.DataFrame
) -> str:
    """The whole page as HTML, with its style inside and nothing fetched from anywhere."""
    style = (_PARTS / "report.css").read_text(encoding="utf-8").strip()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(
        loader=FileSystemLoader(_PARTS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        word=words.word, yuan=show.yuan, instant=show.instant, glyphs=GLYPHS, drawing_width=WIDTH
    )
    return environment.get_template("report.html.j2").render(
        style=style,
        style_digest=digest,
        summary=summary,
        **_views(summary, tables, timelines),
    )


def _views(
    summary: Summary, tables: Mapping[str, pl.DataFrame], timelines: pl.DataFrame
) -> dict[str, object]:
    """What the template shows, each already masked and in both languages."""
    telling = cases.Telling(
        summary.reason_sentences,
        summary.reason_values,
        summary.lawful,
        summary.as_of,
    )
    score, opening, intercept, flow, rejects = (
        tables.get(name, pl.DataFrame())
        for name in ("score", "opening_advice", "intercept", "flow", "rejects")
    )
    lines = timelines if timelines.width else pl.DataFrame(schema=TIMELINE)
    return {
        "kinds": figures.kinds(summary.judged, summary.tiers, CARD_KINDS),
        "strongest": {
            kind: cases.cards(score, kind, timelines=lines, telling=telling, most=STRONGEST_CARDS)
            if score.height
            else []
            for kind in CARD_KINDS
        },
        "advice": cases.answers(opening, "advice", "advice") if opening.height else [],
        "openings": cases.openings(opening, telling=telling, most=STRONGEST_EVENTS)
        if opening.height
        else [],
        "answered": figures.by_event_kind(intercept) if intercept.height else [],
        "events": cases.events(intercept, telling=telling, most=STRONGEST_EVENTS)
        if intercept.height
        else [],
        "trails": trail.trails(flow, most=STRONGEST_CARDS),
        "trail_count": flow["lead_id"].n_unique() if flow.height else 0,
        "quality": figures.quality(summary.quality),
        "fairness": figures.fairness(summary.fairness),
        "read": figures.read(summary.tables_read),
        "faults": figures.faults(summary.rejects_by_fault, rejects),
    }
