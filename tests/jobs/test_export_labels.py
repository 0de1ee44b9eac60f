"""Corrected labels: a part of the table `label` that a run reads, known from the instant of the answer."""

import polars as pl
import pytest

from desks import at, finding, in_force, policy, sit
from duanka import tables
from duanka.cases import appeal
from duanka.cases.appeal import Plea
from duanka.jobs.export_labels import export_labels
from duanka.jobs.load import load
from duanka.jobs.progress import Progress
from duanka.settings import Settings
from duanka.store.ledger import SYSTEM
from ledgers import AT, REVIEWER, ledger


@pytest.mark.parametrize("fmt", ["parquet", "csv"])
def test_what_an_appeal_corrected_is_read_back_by_a_run(fmt, tmp_path):
    book = ledger("sqlite", tmp_path)
    of = in_force(book, finding("restrict"))
    with sit(book, SYSTEM) as desk:
        plea = appeal.receive(desk, of, Plea("1", "letter", "x"), policy())
    with sit(book, REVIEWER, at(1)) as desk:
        appeal.grant(desk, plea, policy(), because="x")
    data = tmp_path / "data"
    assert export_labels(book, data, now=at(2), fmt=fmt) == 1
    loaded = load(data, tmp_path / "lake", settings=Settings(threads=1), say=Progress())
    names = [one.name for one in tables.columns("label")]
    (row,) = loaded.lake.scan("label", names).collect().to_dicts()
    assert (row["card_id"], row["implicated"], row["source"], row["known_at"]) == (
        "A1", False, "appeal", at(1),
    )  # fmt: skip


def test_no_label_is_an_empty_table_in_one_form(tmp_path):
    book = ledger("sqlite", tmp_path)
    assert export_labels(book, tmp_path / "d", now=AT, fmt="csv") == 0
    assert export_labels(book, tmp_path / "d", now=AT, fmt="parquet") == 0
    assert [one.name for one in (tmp_path / "d").iterdir()] == ["label-appeals.parquet"]
    assert pl.read_parquet(tmp_path / "d" / "label-appeals.parquet").height == 0
