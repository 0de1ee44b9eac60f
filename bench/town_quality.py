"""Quality on towns whose rings work in ways that no model saw; with joined and with single tables.

No public set links a bank account to a SIM, so what joins both can only be measured on towns we make.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

import plain
from duanka.features import catalogue
from duanka.jobs import train_default as practice
from duanka.jobs.progress import Progress
from duanka.jobs.run import run
from duanka.jobs.simulate import write_town
from duanka.settings import Settings
from duanka.simulate.habits import HELD_OUT_HABITS, TRAIN_HABITS
from duanka.simulate.plan import Plan
from duanka.simulate.world import build
from measure import OUT, timed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from duanka.jobs.run import Ran

BASE_RATE = 1 / 600
SUBJECTS = catalogue.SUBJECTS
CARDS = ("account", "sim")
FAR = datetime(2100, 1, 1, tzinfo=UTC)
BANK = ("account", "transfer")
PHONE = ("sim", "call", "message")
VIEWS = ("joined", "bank only", "phone only")
GONE = {"joined": (), "bank only": PHONE, "phone only": BANK}
KIND_LEFT = {"bank only": "account", "phone only": "sim"}


@dataclass(frozen=True)
class Size:
    """How much to learn from and how much to be tested on."""

    practice_towns: int
    practice_people: int
    practice_rings: int
    towns: int
    people: int
    instants: tuple[float, ...]
    """When each town is judged, as shares of its days."""


FULL = Size(10, 4_500, 12, 4, 15_000, (0.6, 1.0))
QUICK = Size(4, 3_000, 10, 2, 6_000, (0.6, 1.0))


@dataclass
class Pooled:
    """Judged rows of all held-out towns; one frame a subject and way of judging.

    Columns: id, score, truth, and of our own judgements tier or answer, group, victim, holder.
    """

    frames: dict[tuple[str, str], list[pl.DataFrame]] = field(default_factory=dict)

    def add(self, way: str, subject: str, frame: pl.DataFrame) -> None:
        """The rows of one more town."""
        self.frames.setdefault((way, subject), []).append(frame)

    def of(self, way: str, subject: str) -> pl.DataFrame | None:
        """All towns' rows, if there are any."""
        parts = self.frames.get((way, subject))
        return pl.concat(parts) if parts else None


def teach(size: Size, folder: Path) -> float:
    """CPU-seconds it took to learn the default recipe from practice towns into `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    towns = practice.Practice(
        size.practice_towns, size.practice_people, size.practice_rings, TRAIN_HABITS, seed=5_000
    )
    return timed(lambda: practice.train_default(towns, folder, threads=1, say=Progress()), 1).cpu_s


def teach_plain(size: Size) -> dict[str, Any]:
    """A LightGBM a subject on raw counts of the same practice towns."""
    parts: dict[str, list[Any]] = {subject: [] for subject in SUBJECTS}
    towns = practice.Practice(
        size.practice_towns, size.practice_people, size.practice_rings, TRAIN_HABITS, seed=5_000
    )
    for n in range(size.practice_towns):
        town = build(practice.plan_of(towns, n))
        for subject in SUBJECTS:
            # events and applications are counted as they were made; cards as they stood at several
            for as_of in _instants(town.tables, size.instants if subject in CARDS else (1.0,)):
                counted = plain.COUNTS[subject](town.tables, as_of)
                y = _truth(counted.frame["id"], town.truth, subject, as_of)
                parts[subject].append((counted.numbers, y))
    return {subject: plain.learn(some) for subject, some in parts.items()}


def _instants(tables: dict[str, pl.DataFrame], shares: tuple[float, ...]) -> list[datetime]:
    """Instants that lie at these shares of the town's time."""
    seen = pl.concat([tables["transfer"].select("at"), tables["call"].select("at")])["at"]
    first, last = seen.min(), seen.max()
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    return [first + (last - first) * share for share in shares]


def _truth(
    ids: pl.Series, truth: dict[str, pl.DataFrame], subject: str, as_of: datetime
) -> NDArray[np.int8]:
    """1 for cards in misuse by then, events that served a fraud, applications for cards misused later."""
    if subject in CARDS:
        t = truth["truth_card"].filter(
            pl.col("card_kind").cast(pl.String) == subject, "bad", pl.col("bad_from") < as_of
        )
        bad = t["card_id"]
    elif subject == "opening":
        bad = truth["truth_opening"].filter("bad")["opening_id"]
    else:
        t = truth["truth_event"].filter(pl.col("event_kind") == subject, "illicit")
        bad = t["event_id"]
    return ids.is_in(bad.implode()).cast(pl.Int8).to_numpy()


def held_out(size: Size, n: int) -> Plan:
    """The n-th town to be judged: its own ways, rings of the habits left out, 1 card in 600 bad."""
    plan = Plan.varied(9_000 + n, people=size.people, habits=HELD_OUT_HABITS)
    return replace(plan, base_rate=BASE_RATE)


def judge_towns(size: Size, model: Path, counted: dict[str, Any]) -> Pooled:
    """Every held-out town judged from joined and from single tables, and by the plain ways."""
    pooled = Pooled()
    work = OUT / "towns"
    shutil.rmtree(work, ignore_errors=True)
    for n in range(size.towns):
        folder = work / str(n)
        write_town(held_out(size, n), folder, say=Progress())
        tables = {p.stem: pl.read_parquet(p) for p in sorted(folder.glob("*.parquet"))}
        truth = {p.stem: pl.read_parquet(p) for p in sorted((folder / "truth").glob("*.parquet"))}
        instants = _instants(tables, size.instants)
        for view in VIEWS:
            seen = folder if view == "joined" else _view(tables, view, work / "view")
            for as_of in instants:
                ran = run(
                    seen, work / "out", as_of=as_of.isoformat(), model=model, fmt="parquet",
                    settings=Settings(threads=1), say=Progress(),
                )  # fmt: skip
                told = [s for s in SUBJECTS if s != "opening" or as_of == instants[-1]]
                _gather(pooled, view, ran, Town(n, as_of, tables, truth), told)
        for as_of in instants:
            _gather_plain(pooled, counted, Town(n, as_of, tables, truth), as_of == instants[-1])
        shutil.rmtree(folder)
        print(f"   held-out town {n + 1} of {size.towns} judged", flush=True)
    return pooled


@dataclass(frozen=True)
class Town:
    """A held-out town and the instant at which it was judged."""

    number: int
    as_of: datetime
    tables: dict[str, pl.DataFrame]
    truth: dict[str, pl.DataFrame]

    @property
    def when(self) -> str:
        return f"{self.number} {self.as_of.isoformat()}"


def _view(tables: dict[str, pl.DataFrame], view: str, folder: Path) -> Path:
    """A folder with what a bank alone, or an operator alone, holds."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        if name in GONE[view]:
            continue
        kept = frame
        if "card_kind" in frame.columns:
            kept = frame.filter(pl.col("card_kind").cast(pl.String) == KIND_LEFT[view])
        kept.write_parquet(folder / f"{name}.parquet")
    return folder


def _gather(pooled: Pooled, view: str, ran: Ran, town: Town, subjects: Sequence[str]) -> None:
    score = ran.written["score"]
    for subject in subjects:
        if subject in CARDS:
            mine = score.filter(pl.col("card_kind").cast(pl.String) == subject)
            if mine.height:
                pooled.add(view, subject, _cards(mine, subject, town))
            continue
        name, key = (
            ("opening_advice", "opening_id") if subject == "opening" else ("intercept", "event_id")
        )
        mine = ran.written[name]
        if subject != "opening":
            mine = mine.filter(pl.col("event_kind").cast(pl.String) == subject)
        if mine.height:
            word = "advice" if subject == "opening" else "answer"
            frame = mine.select(
                pl.col(key).alias("id"), "score", pl.col(word).cast(pl.String).alias("answer")
            )
            pooled.add(view, subject, _events(frame, subject, town))


def _cards(score: pl.DataFrame, subject: str, town: Town) -> pl.DataFrame:
    known = pl.col("reasons").list.set_intersection(["implicated", "cleared"]).list.len() > 0
    frame = score.select(
        pl.col("card_id").alias("id"), "score", pl.col("tier").cast(pl.String),
        pl.col("measure").cast(pl.String), known.alias("known"),
    )  # fmt: skip
    holders = town.truth["truth_card"].select(pl.col("card_id").alias("id"), "holder_id")
    frame = frame.join(holders, on="id", how="left", maintain_order="left")
    people = town.tables["person"].select(pl.col("person_id").alias("holder_id"), "birth_year")
    age = town.as_of.year - pl.col("birth_year")
    group = (
        pl.when(age >= 60).then(pl.lit("60 and over"))
        .when(age.is_between(18, 22)).then(pl.lit("18 to 22"))
        .when(age.is_null()).then(pl.lit("organisations")).otherwise(pl.lit("others"))
    )  # fmt: skip
    victims = town.truth["truth_victim"]["account_id"]
    return frame.join(people, on="holder_id", how="left", maintain_order="left").with_columns(
        pl.Series("truth", _truth(frame["id"], town.truth, subject, town.as_of)),
        pl.Series("ever", _truth(frame["id"], town.truth, subject, FAR)),
        group.alias("group"),
        pl.col("id").is_in(victims.implode()).alias("victim"),
        pl.format("{}:{}", pl.lit(town.number), pl.col("holder_id")).alias("holder"),
        pl.lit(town.when).alias("when"),
    )


def _events(frame: pl.DataFrame, subject: str, town: Town) -> pl.DataFrame:
    truth = _truth(frame["id"], town.truth, subject, town.as_of)
    frame = frame.with_columns(pl.Series("truth", truth), pl.lit(town.when).alias("when"))
    if subject != "transfer":
        return frame
    victims = town.truth["truth_victim"]["account_id"]
    facts = town.tables["transfer"].select(
        pl.col("transfer_id").alias("id"), "amount_fen", pl.col("memo_kind").cast(pl.String),
        pl.col("payer_id").is_in(victims.implode()).alias("victim"),
    )  # fmt: skip
    return frame.join(facts, on="id", how="left", maintain_order="left")


def _gather_plain(pooled: Pooled, counted: dict[str, Any], town: Town, last: bool) -> None:
    """The same rows that we judged, by rules and by LightGBM on raw counts."""
    for subject in SUBJECTS:
        if subject == "opening" and not last:
            continue
        judged = pooled.of("joined", subject)
        if judged is None or judged.filter(pl.col("when") == town.when).is_empty():
            continue
        known = ["known"] if subject in CARDS else []
        ours = judged.filter(pl.col("when") == town.when).select("id", "truth", *known)
        table = plain.COUNTS[subject](town.tables, town.as_of)
        scores = {
            "rules": plain.by_rules(table, subject),
            "raw counts": counted[subject].predict(table.numbers),
        }
        for way, score in scores.items():
            told = pl.DataFrame({"id": table.frame["id"], "score": score})
            pooled.add(way, subject, ours.join(told, on="id", how="left").fill_null(0.0))
