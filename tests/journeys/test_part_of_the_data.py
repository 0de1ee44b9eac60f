"""Who holds only part of the tables: each runs, says what it lacks, and loses nothing."""

import shutil

import polars as pl
import pytest

from duanka import tables
from shell import duanka, fine, refused


def only(data, folder, names, *, kind=None):
    """A folder of these tables; of applications and device use only those of a kind of card, if one is named."""
    folder.mkdir(parents=True)
    for name in names:
        shutil.copy(data / f"{name}.parquet", folder)
        if kind and name in ("opening", "device_use"):
            frame = pl.read_parquet(data / f"{name}.parquet")
            frame.filter(pl.col("card_kind") == kind).write_parquet(folder / f"{name}.parquet")
    return folder


def outputs(out):
    found = {name: pl.read_parquet(out / f"{name}.parquet") for name in tables.OUTPUTS}
    for name, frame in found.items():
        assert frame.schema == tables.empty(name).schema
    return found


EVERYBODY = ("institution", "outlet", "staff", "person", "organisation")
BANK = (*EVERYBODY, "account", "opening", "transfer", "device_use", "lead")
OPERATOR = (*EVERYBODY, "sim", "opening", "call", "message", "device_use", "label", "lead")


def test_a_bank_without_calls(town_folder, tmp_path):
    data = only(town_folder, tmp_path / "bank", BANK, kind="account")
    fine(duanka("run", data, "--out", tmp_path / "out"))
    found = outputs(tmp_path / "out")
    assert set(found["score"]["card_kind"]) == {"account"}
    assert set(found["intercept"]["event_kind"]) == {"transfer"}
    assert found["flow"].height
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "The data hold no phone cards, calls" in page
    assert "Absent tables: sim, call, message" in page


def test_an_operator_without_transfers(town_folder, tmp_path):
    data = only(town_folder, tmp_path / "operator", OPERATOR, kind="sim")
    fine(duanka("run", data, "--out", tmp_path / "out"))
    found = outputs(tmp_path / "out")
    assert set(found["score"]["card_kind"]) == {"sim"}
    assert set(found["intercept"]["event_kind"]) == {"call"}
    assert found["flow"].is_empty()
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "The data hold no accounts, transfers" in page


def test_three_tables(town_folder, tmp_path):
    data = only(town_folder, tmp_path / "three", ("account", "transfer", "label"))
    # too few to train on, which would take this long and is tried elsewhere
    pl.read_parquet(data / "label.parquet").head(25).write_parquet(data / "label.parquet")
    fine(duanka("run", data, "--out", tmp_path / "out"))
    score = outputs(tmp_path / "out")["score"]
    register = pl.read_parquet(data / "account.parquet")
    assert set(score["card_id"]) <= set(register["account_id"])
    assert (score["measure"] == "suspend").any(), "what police recognised is carried out"
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "too few labels here" in page


def test_transfers_only(town_folder, tmp_path):
    data = only(town_folder, tmp_path / "transfers", ("transfer",))
    fine(duanka("run", data, "--out", tmp_path / "out"))
    score = outputs(tmp_path / "out")["score"]
    moved = pl.read_parquet(data / "transfer.parquet").filter(pl.col("at") < score["as_of"][0])
    met = set(moved["payer_id"]) | set(moved["payee_id"])
    reserved = {"CASH"} | {i for i in met if i.split(":")[0] in ("MERCHANT", "OVERSEAS", "CRYPTO")}
    assert set(score["card_id"]) == met - reserved


@pytest.fixture(scope="module")
def hamlet(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hamlet") / "data"
    fine(duanka("simulate", "--out", folder, "--people", 300, "--days", 21))
    return folder


@pytest.mark.parametrize("name", list(tables.INPUTS))
def test_one_table_alone_runs_or_is_refused_with_the_reason(town_folder, tmp_path, name):
    data = only(town_folder, tmp_path / "one", (name,))
    said = duanka("run", data, "--out", tmp_path / "out")
    if tables.time_of(name):
        fine(said)
        outputs(tmp_path / "out")
    else:
        assert "--as-of" in refused(said).err


@pytest.mark.parametrize("name", list(tables.INPUTS))
def test_any_one_table_may_be_missing(hamlet, tmp_path, name):
    data = only(hamlet, tmp_path / "others", [n for n in tables.INPUTS if n != name])
    fine(duanka("run", data, "--out", tmp_path / "out"))
    found = outputs(tmp_path / "out")
    assert found["score"].height


@pytest.mark.parametrize("held", [("account", "transfer"), ("sim", "call"), ("person", "opening")])
def test_tables_of_headings_alone_are_tables_without_rows(hamlet, tmp_path, held):
    data = only(hamlet, tmp_path / "d", held)
    for name in set(tables.INPUTS) - set(held):
        heads = ",".join(info.name for info in tables.columns(name))
        (data / f"{name}.csv").write_text(f"{heads}\n", encoding="utf-8")
    fine(duanka("run", data, "--out", tmp_path / "out"))
    outputs(tmp_path / "out")


def test_the_least_that_rows_may_hold_is_enough(hamlet, tmp_path):
    """Only the columns that the contract requires, of every table."""
    data = tmp_path / "least"
    data.mkdir()
    for name in tables.INPUTS:
        needed = [info.name for info in tables.columns(name) if info.required]
        pl.read_parquet(hamlet / f"{name}.parquet").select(needed).write_csv(data / f"{name}.csv")
    fine(duanka("run", data, "--out", tmp_path / "out"))
    assert outputs(tmp_path / "out")["rejects"].is_empty()
