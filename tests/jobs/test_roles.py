from dataclasses import replace

import polars as pl
import pytest

from duanka import tables
from duanka.jobs.dataset import SHANGHAI, prepare
from duanka.jobs.load import load
from duanka.jobs.progress import Progress
from duanka.jobs.roles import fill_roles
from duanka.policy import dated
from duanka.settings import Settings


@pytest.fixture(scope="module")
def filled(lived, tmp_path_factory):
    """The tables role and action of the town that everybody's tests run on, as its run left them."""
    settings, say = Settings(threads=1), Progress()
    loaded = load(lived.data, tmp_path_factory.mktemp("lake"), settings=settings, say=say)
    dataset = prepare(loaded, as_of=None, settings=settings, say=say)
    regime = dated.load().at(dataset.as_of.astimezone(SHANGHAI).date())
    return dataset, regime, fill_roles(dataset, lived.ran.written, regime, say), lived


def test_tables_are_of_the_contract_and_find_people_of_the_rings(filled):
    _, _, found, lived = filled
    for name in ("role", "action"):
        assert found[name].equals(tables.typed(name, found[name]))
    truth = pl.read_parquet(lived.data / "truth" / "truth_role.parquet")
    people = found["role"].filter(pl.col("subject_kind").cast(pl.String) == "person")
    assert people.height > 5
    bad = people.filter(pl.col("role").cast(pl.String) != "victim")["subject_id"]
    assert bad.is_in(truth["subject_id"].implode()).mean() > 0.7


def test_the_same_twice(filled):
    dataset, regime, found, lived = filled
    again = fill_roles(dataset, lived.ran.written, regime, Progress())
    assert all(again[name].equals(found[name]) for name in found)


def test_a_run_that_found_nothing_has_no_roles(filled):
    dataset, regime, _, lived = filled
    written = {**lived.ran.written, "score": lived.ran.written["score"].clear()}
    empty = fill_roles(replace(dataset, frames={}), written, regime, Progress())
    assert all(table.is_empty() for table in empty.values())
