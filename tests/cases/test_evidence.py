"""The evidence bundle: whole, checkable, without personal fields, and its making is written down."""

import json
import zipfile
from io import BytesIO

import pytest

from desks import FOUND, finding, in_force, policy, sit
from duanka.cases import case, evidence
from duanka.cases.case import Alerts
from duanka.store.ledger import SYSTEM
from ledgers import ANALYST, ledger


@pytest.fixture
def made(tmp_path):
    book = ledger("sqlite", tmp_path)
    in_force(book, finding("restrict"))
    with sit(book, SYSTEM) as desk:
        opened = case.open_case(desk, Alerts("card", "account:A1", (FOUND,)), policy())
    with sit(book, ANALYST, purpose="study of a case") as desk:
        opened = case.note(desk, opened, "某某的私事")
        raw = evidence.bundle(desk, opened, {"rows/transfer.csv": b"transfer_id\n1\n"})
        again = evidence.bundle(desk, opened, {"rows/transfer.csv": b"transfer_id\n1\n"})
        acts = [row.act for row in desk.history("case", opened.id)]
    return raw, again, acts


def test_it_holds_what_is_known_with_a_digest_of_each_part(made):
    with zipfile.ZipFile(BytesIO(made[0])) as opened:
        manifest = json.loads(opened.read("manifest.json"))
        orders = json.loads(opened.read("orders.json"))
        assert "某某" not in "".join(opened.read(n).decode() for n in opened.namelist())
    assert set(manifest["sha256"]) == {
        "case.json", "orders.json", "appeals.json", "versions.json", "history.jsonl", "rows/transfer.csv",
    }  # fmt: skip
    assert [one["measure"] for one in orders] == ["stop_non_counter"]
    assert manifest["purpose"] == "study of a case"
    assert evidence.faults(made[0]) == []


def test_every_making_is_in_the_history(made):
    assert made[2].count("export") == 2


@pytest.mark.parametrize("how", ["changed", "missing", "added"])
def test_a_bundle_that_was_touched_is_found(how, made):
    with zipfile.ZipFile(BytesIO(made[0])) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    if how == "changed":
        parts["rows/transfer.csv"] += b"2\n"
    elif how == "missing":
        del parts["rows/transfer.csv"]
    else:
        parts["rows/more.csv"] = b"x"
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        for name, raw in parts.items():
            written.writestr(name, raw)
    assert [fault.rsplit(" ", 1)[1] for fault in evidence.faults(file.getvalue())] == [how]
