import polars as pl
import pytest

from duanka.errors import BadInput
from duanka.jobs import simulate as job
from duanka.tables import INPUTS


def test_a_town_is_written_as_a_dataset_with_its_truth_beside(tmp_path):
    written = job.simulate(tmp_path / "town", people=400, days=25, seed=3)
    for name in INPUTS:
        assert pl.read_parquet(tmp_path / "town" / f"{name}.parquet").height == written[name]
    truth = {path.stem for path in (tmp_path / "town" / "truth").glob("*.parquet")}
    assert truth == {"truth_card", "truth_role", "truth_event", "truth_opening", "truth_victim"}


def test_a_large_town_comes_in_parts_that_share_outsiders_but_no_ids(tmp_path, monkeypatch):
    monkeypatch.setattr(job, "PART", 400)
    job.simulate(tmp_path, people=800, days=25, seed=4, habits=("classic", "goip"))
    accounts = pl.read_parquet(tmp_path / "account.parquet")
    assert accounts["account_id"].is_unique().all()
    people = pl.read_parquet(tmp_path / "person.parquet")
    assert people.height == 800
    assert pl.read_parquet(tmp_path / "institution.parquet")["institution_id"].is_unique().all()
    transfers = pl.read_parquet(tmp_path / "transfer.parquet")
    assert transfers["transfer_id"].is_unique().all()
    half = transfers.height // 2
    shops = pl.col("payee_id").filter(pl.col("payee_id").str.starts_with("MERCHANT:"))
    first, second = (
        set(part.select(shops)["payee_id"]) for part in (transfers[:half], transfers[half:])
    )
    assert len(first & second) > 100


def test_a_folder_with_tables_is_not_written_over(tmp_path):
    (tmp_path / "call.parquet").write_bytes(b"")
    with pytest.raises(BadInput, match="already holds"):
        job.simulate(tmp_path, people=400, days=25)


def test_an_unknown_habit_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(BadInput, match="unknown habits"):
        job.simulate(tmp_path / "town", people=400, habits=("kindness",))
    assert not (tmp_path / "town").exists()
