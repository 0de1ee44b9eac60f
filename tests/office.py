"""Datasets written by hand and judges that look at chosen columns only, for the tests of the jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from duanka import tables
from duanka.features import catalogue
from duanka.jobs.dataset import Dataset, ask_frames
from duanka.jobs.judges import Judge
from duanka.models.examples import Examples, TrainSettings
from duanka.models.train import train
from duanka.policy import dated

if TYPE_CHECKING:
    from duanka.features.catalogue import Subject
    from duanka.policy.dated import Regime

AS_OF = datetime(2026, 6, 1, 4, tzinfo=UTC)
Row = dict[str, Any]


def before(days: float = 0, *, minutes: float = 0) -> datetime:
    """That long before the instant that everything here is judged for."""
    return AS_OF - timedelta(days=days, minutes=minutes)


def micros(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000 + at.microsecond


@cache
def regime() -> Regime:
    return dated.load([]).at(AS_OF.date())


def table(name: str, rows: list[Row]) -> pl.DataFrame:
    """Rows of the contract; a column that none of them names is null."""
    if not rows:
        return tables.empty(name)
    return tables.typed(name, pl.DataFrame(rows, infer_schema_length=None))


def dataset(as_of: datetime = AS_OF, **rows: list[Row]) -> Dataset:
    """The dataset of these rows, as one thing that can be asked."""
    frames = {name: table(name, given) for name, given in rows.items()}
    return Dataset(as_of, frames, ask_frames(frames, as_of, 1))


def account(name: str, holder: str = "p", bank: str = "bank", **more: Any) -> Row:
    return {
        "account_id": name,
        "account_kind": "class_1",
        "holder_id": holder,
        "institution_id": bank,
        "opened_at": before(400),
    } | more


def sim(name: str, holder: str = "p", operator: str = "op", **more: Any) -> Row:
    return {
        "sim_id": name,
        "sim_kind": "phone",
        "holder_id": holder,
        "institution_id": operator,
        "activated_at": before(400),
    } | more


def transfer(name: str, payer: str, payee: str, at: datetime, **more: Any) -> Row:
    return {
        "transfer_id": name,
        "at": at,
        "payer_id": payer,
        "payee_id": payee,
        "amount_fen": 1_000_000,
    } | more


def call(name: str, caller: str, callee: str, at: datetime, **more: Any) -> Row:
    return {
        "call_id": name,
        "at": at,
        "caller_id": caller,
        "callee_id": callee,
        "duration_s": 60,
    } | more


def opening(name: str, applicant: str, at: datetime, **more: Any) -> Row:
    return {
        "opening_id": name,
        "at": at,
        "card_kind": "account",
        "applicant_id": applicant,
        "outlet_id": "outlet",
        "outcome": "opened",
    } | more


def label(
    card: str, known: datetime, *, bad: bool = True, source: str = "police", kind: str = "account"
) -> Row:
    return {
        "card_kind": kind,
        "card_id": card,
        "implicated": bad,
        "known_at": known,
        "source": source,
    }


def lead(name: str, card: str, at: datetime, **more: Any) -> Row:
    return {
        "lead_id": name,
        "issued_at": at,
        "issuer_id": "police",
        "card_kind": "account",
        "card_id": card,
    } | more


@cache
def judge_of(subject: Subject, *columns: str) -> Judge:
    """A judge for whom a question is bad where all these columns are above zero, and nothing else counts."""
    names = catalogue.names_of(subject)
    rng = np.random.default_rng(3)
    X = np.zeros((3_000, len(names)), dtype=np.float32)
    for column in columns:
        X[:, names.index(column)] = rng.integers(0, 4, len(X))
    seen = X[:, [names.index(column) for column in columns]]
    y = (seen > 0).all(axis=1).astype(np.int8)
    examples = Examples(X, y, np.ones(len(y)), np.arange(len(y)), np.arange(len(y)))
    settings = TrainSettings(rounds=30, members=1, column_share=1.0, label_frequency=1.0)
    return Judge(subject, train(examples, names, seed=1, settings=settings), "given")
