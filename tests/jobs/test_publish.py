import hashlib
import json
from datetime import timedelta

import polars as pl
import pytest

from duanka import tables
from duanka.errors import BadInput
from duanka.jobs.dataset import parse_instant
from duanka.jobs.progress import Progress
from duanka.jobs.publish import compare
from published import HIGHER, SETTINGS, data, freeze, month


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_month_is_frozen_once_with_its_digests_and_the_same_bytes_twice(tmp_path):
    one = freeze(tmp_path / "a")
    assert content(one.folder) == content(month())
    again = freeze(tmp_path / "a")
    assert (again.folder, again.fresh, one.fresh) == (one.folder, False, True)
    assert content(one.folder) == content(month())
    told = json.loads((one.folder / "manifest.json").read_text(encoding="utf-8"))
    files = content(one.folder)
    assert told["files"] == {
        name: hashlib.sha256(files[name]).hexdigest() for name in files if name != "manifest.json"
    }
    assert told["as_of"] == "2025-10-31T16:00:00+00:00"
    assert {
        "scorecard.csv",
        "listing.csv",
        "evidence.csv",
        "report.xlsx",
        "restricted/insiders.csv",
    } <= set(files)
    assert any(name.startswith("letters/") for name in files)


def test_a_late_label_changes_later_months_and_marks_the_frozen_one(tmp_path):
    out, late = tmp_path / "out", tmp_path / "late"
    frozen = freeze(out)
    before = content(frozen.folder)
    late.mkdir()
    for path in data().iterdir():
        (late / path.name).write_bytes(path.read_bytes())
    card = (
        pl.read_parquet(data() / "account.parquet")
        .filter(pl.col("opened_at").dt.year() == 2025)
        .sort("opened_at")
    )
    fresh = card.filter(pl.col("opened_at").dt.month() == 9).row(0, named=True)
    label = pl.read_parquet(data() / "label.parquet")
    told = label.filter(pl.col("source") == "police").head(1).with_columns(
        card_kind=pl.lit("account", dtype=label["card_kind"].dtype), card_id=pl.lit(fresh["account_id"]),
        known_at=label.select(pl.col("known_at").max()).item() - timedelta(hours=1),
    )  # fmt: skip
    pl.concat([label.filter(pl.col("card_id") != fresh["account_id"]), told]).write_parquet(
        late / "label.parquet"
    )
    assert freeze(out, late).fresh is False  # what was known at the end of October is what it was
    later = freeze(out, late, period="2025-11")
    assert later.revises == ("2025-10",)
    after = content(frozen.folder)
    assert {name: after[name] for name in before} == before
    marked = json.loads(after["revised.json"])
    assert list(marked) == ["2025-11"]
    assert marked["2025-11"]["units"]


def test_a_late_lead_changes_the_month_it_is_loaded_for_and_marks_the_frozen_one(tmp_path):
    out, late = tmp_path / "out", tmp_path / "late"
    frozen = freeze(out)
    before = content(frozen.folder)
    late.mkdir()
    for path in data().iterdir():
        (late / path.name).write_bytes(path.read_bytes())
    card = pl.read_parquet(data() / "account.parquet").sort("account_id").row(0, named=True)
    lead = {"lead_id": "late", "issued_at": parse_instant("2025-10-20"), "issuer_id": "police", "card_kind": "account", "card_id": card["account_id"], "requested_measure": "freeze"}  # fmt: skip
    tables.typed("lead", pl.DataFrame([lead])).write_parquet(late / "lead.parquet")
    later = freeze(out, late, period="2025-11")
    assert later.revises == ("2025-10",)
    after = content(frozen.folder)
    assert {name: after[name] for name in before} == before
    units = json.loads(after["revised.json"])["2025-11"]["units"]
    mine = [one for one in units if one["side"] == "conduct"]
    assert [(one["unit_id"], one["lead_count"], one["lead_count_now"]) for one in mine] == [(card["institution_id"], 0, 1)]  # fmt: skip
    again = freeze(out, late)  # the month published anew stands beside the frozen one
    assert again.folder.name == "2025-10.r2"
    assert "leads_issued" in (again.folder / "progress.csv").read_text(encoding="utf-8")


def test_other_bytes_for_a_frozen_month_stand_beside_it(tmp_path):
    first = freeze(tmp_path)
    other = freeze(tmp_path, as_of="2025-11-20")
    assert (first.folder.name, other.folder.name) == ("2025-10", "2025-10.r2")
    assert other.revises == ("2025-10",)
    assert freeze(tmp_path, as_of="2025-11-20").folder == other.folder


def test_another_policy_lists_others_and_says_how_sure_that_is(tmp_path):
    (tmp_path / "higher.yaml").write_text(HIGHER, encoding="utf-8")
    how = {"period": "2025-10", "as_of": None, "settings": SETTINGS, "say": Progress()}
    done = compare(data(), other=[tmp_path], draws=1, **how)
    rows = done.rows
    assert set(rows["held_share"]) <= {0.0, 1.0}
    assert done.by_chance >= 0
    assert rows.height > 0
    assert set(rows["change"]) <= {"leaves", "moves"}
    same = compare(data(), other=[], **how)
    assert same.rows.is_empty()
    assert same.by_chance is None


@pytest.mark.parametrize(
    ("period", "told"),
    [("2025-13", "no month"), ("2031-01", "do not speak of"), ("2020-01", "nothing")],
)
def test_a_month_of_which_nothing_is_known_is_refused(tmp_path, period, told):
    with pytest.raises(BadInput, match=told):
        freeze(tmp_path, period=period)
    assert list(tmp_path.iterdir()) == []
