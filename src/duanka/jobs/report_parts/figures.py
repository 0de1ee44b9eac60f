"""Counts, quality, fairness and the state of the data, as rows a reader can follow."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from duanka.jobs.report_parts import show, words
from duanka.jobs.report_parts.cases import Answered, answers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

from duanka.jobs.report_parts.words import Both
from duanka.tables.check import FAULTS


@dataclass(frozen=True)
class Tier:
    """How many cards of a kind stand in a tier."""

    code: str
    name: Both
    count: str
    per_10k: str


class Kind(NamedTuple):
    """A card kind: how many were judged, and how they fell into tiers, the gravest first."""

    code: str
    name: Both
    judged: int
    tiers: tuple[Tier, ...]


def kinds(
    judged: Mapping[str, int], tiers: Mapping[tuple[str, str], int], order: Sequence[str]
) -> list[Kind]:
    """Every card kind with its tiers and what that is in 10,000."""
    return [
        Kind(
            kind,
            words.word("card_kind", kind),
            judged.get(kind, 0),
            tuple(
                Tier(
                    tier,
                    words.word("tier", tier),
                    f"{tiers.get((kind, tier), 0):,}",
                    show.per_10k(tiers.get((kind, tier), 0), judged.get(kind, 0)),
                )
                for tier in words.codes("tier")
            ),
        )
        for kind in order
    ]


class Events(NamedTuple):
    """The answers given to one kind of event."""

    code: str
    name: Both
    total: int
    stopped: int
    answers: list[Answered]


def by_event_kind(intercept: pl.DataFrame) -> list[Events]:
    """How transfers and how calls were answered."""
    cast = intercept.with_columns(pl.col("event_kind").cast(pl.String))
    parts = [
        (kind, cast.filter(pl.col("event_kind") == kind)) for kind in words.codes("event_kind")
    ]
    return [
        Events(
            kind,
            words.word("event_kind", kind),
            part.height,
            part.filter(pl.col("answer").cast(pl.String) != "allow").height,
            [
                given
                for given in answers(part, "answer", "answer")
                if given.count or kind == "transfer"  # a call has no settlement to delay
            ],
        )
        for kind, part in parts
        if part.height
    ]


class Quality(NamedTuple):
    """A quality figure with its interval and what it says."""

    task: Both
    name: Both
    value: str
    interval: str
    means: Both
    note: str


def quality(
    rows: Sequence[tuple[str, str, float, float | None, float | None, str]],
) -> list[Quality]:
    """The quality figures in the order they were given."""
    return [
        Quality(
            words.word("task", task),
            about.name,
            show.number(value, about.unit),
            show.interval(low, high, about),
            about.means,
            note,
        )
        for task, name, value, low, high, note in rows
        for about in [words.figure(name)]
    ]


class Fairness(NamedTuple):
    """How a group fares beside everybody else."""

    group: Both
    measure: Both
    value: str
    rest: str
    ratio: str
    n: int


def fairness(rows: Sequence[tuple[str, str, float, float, float | None, int]]) -> list[Fairness]:
    """The groups in the order they were given."""
    return [
        Fairness(
            words.word("group", group),
            words.word("group_measure", measure),
            show.number(value, "share"),
            show.number(rest, "share"),
            show.number(ratio, "number"),
            n,
        )
        for group, measure, value, rest, ratio, n in rows
    ]


class Read(NamedTuple):
    """A table as it was read."""

    table: str
    name: Both
    rows: int
    kept: int
    rejected: int


def read(rows: Sequence[tuple[str, int, int, int]]) -> list[Read]:
    """The tables in the order they were read."""
    return [Read(table, words.word("table", table), *counts) for table, *counts in rows]


@dataclass(frozen=True)
class Fault:
    """A kind of fault in a table, how often, and one line that shows it."""

    table: str
    name: Both
    fault: Both
    count: int
    where: str
    column: str
    value: str


def faults(rows: Sequence[tuple[str, str, int]], rejects: pl.DataFrame) -> list[Fault]:
    """The faults, the most frequent first, each with the first line it was found on.

    Of the file only the name is shown: a path would name somebody's machine.
    """
    first: dict[tuple[str, str], dict[str, object]] = {}
    if rejects.height:
        once = rejects.unique(["table", "fault"], keep="first", maintain_order=True)
        first = {(str(r["table"]), str(r["fault"])): r for r in once.to_dicts()}
    return [
        _fault(table, fault, count, first.get((table, fault), {}))
        for table, fault, count in sorted(rows, key=lambda row: (-row[2], row[0], row[1]))
    ]


def _fault(table: str, fault: str, count: int, line: Mapping[str, object]) -> Fault:
    name = PureWindowsPath(str(line.get("file") or "")).name  # knows both kinds of slash
    at = line.get("line")
    return Fault(
        table,
        words.word("table", table),
        Both(*FAULTS.get(fault, (fault, fault))),
        count,
        f"{name}:{at}" if name and at is not None else name or "—",
        str(line.get("column") or "—"),
        "—" if line.get("value") is None else str(line["value"]),
    )
