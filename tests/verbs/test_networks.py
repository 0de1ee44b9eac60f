import zipfile

import polars as pl
import pytest

from duanka.store.ledger import SYSTEM, open_ledger
from jobs.test_look import place  # noqa: F401  # the fixture
from network.ring_room import AS_OF, hour
from shell import duanka, fine, refused


@pytest.fixture
def data(place):  # noqa: F811
    return place / "data"


def test_all_networks_and_one_of_them_are_shown(place, data, tmp_path):  # noqa: F811
    listed = fine(duanka("network", "all", "--run", place / "run")).out.splitlines()
    assert listed[0].split()[:2] == ["network_id", "members"]
    name = listed[1].split()[0]
    page, bundle = tmp_path / "n.html", tmp_path / "n.zip"
    said = fine(
        duanka("network", name, "--run", place / "run", "--data", data, "--html", page, "--bundle", bundle,
               "--purpose", "核查")
    )  # fmt: skip
    assert "使用设备" in said.out
    assert "疑似 suspicion only" in said.out
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert {"members.csv", "links.csv", "manifest.json"} <= set(zipfile.ZipFile(bundle).namelist())


def test_an_export_without_a_purpose_is_refused_before_anything_is_read(data, tmp_path):
    page = tmp_path / "t.html"
    refused(duanka("trace", "l1", "--data", data, "--html", page))
    refused(duanka("trace", "l1", "--data", data, "--html", page, "--purpose", " "))
    assert not page.exists()


def test_where_a_ledger_is_named_a_look_says_what_it_is_for_and_stands_there(data, tmp_path):
    at = tmp_path / "l.db"
    said = refused(duanka("trace", "l1", "--data", data, "--days", 60, "--ledger", at))
    assert "purpose" in said.err
    assert "a4" not in said.out
    fine(duanka("trace", "l1", "--data", data, "--days", 60, "--ledger", at, "--purpose", "核查线索", "--as", "chen"))  # fmt: skip
    book = open_ledger(str(at))
    with book.read(SYSTEM, at=AS_OF) as desk:
        assert desk.seen() == [("look", "ledger", "核查线索", 1)]
    book.close()


@pytest.mark.parametrize("how", ["fifo", "pro_rata"])
def test_a_lead_is_traced(data, how):
    said = fine(duanka("trace", "l1", "--data", data, "--how", how, "--days", 60))
    assert "还可止付 can still be stopped: 9,000.00 元" in said.out
    assert "a4" in said.out


def test_an_account_is_traced_forward_and_backward(data):
    fine(duanka("trace", "a1", "--card", "--data", data, "--days", 60))
    said = fine(duanka("trace", "a4", "--back", "--data", data, "--days", 60))
    assert "自有或来源无记录" in said.out


def test_what_is_not_there_is_refused_in_words(place, data):  # noqa: F811
    refused(duanka("trace", "nobody", "--data", data))
    refused(duanka("network", "n-none", "--run", place / "run", "--data", data))
    refused(duanka("network", "n-none", "--run", place / "run"))
    refused(duanka("trace", "l1", "--data", data, "--as-of", hour(-9).isoformat()))


def test_the_police_sheet_can_be_traced_without_any_lead(tmp_path):
    rows = pl.DataFrame(
        {
            "transfer_id": ["1", "2"], "at": [hour(1), hour(2)], "payer_id": ["V", "M"], "payee_id": ["M", "CASH"],
            "amount_fen": [10_000, 4_000],
        }
    )  # fmt: skip
    rows.write_parquet(tmp_path / "transfer.parquet")
    said = fine(duanka("trace", "M", "--card", "--data", tmp_path, "--as-of", hour(9).isoformat()))
    assert "60.00 元" in said.out
