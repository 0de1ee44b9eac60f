import shutil
from datetime import UTC, datetime

import polars as pl
import pytest

from duanka.errors import BadInput
from duanka.jobs.publish_succession import succession
from published import data, freeze


def test_whoever_took_an_outlet_over_answers_for_its_cards(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(data(), folder)
    gone = pl.read_parquet(folder / "outlet.parquet")["outlet_id"][:1].item()
    heir = pl.read_parquet(folder / "outlet.parquet")["outlet_id"][1:2].item()
    (folder / "succession.csv").write_text(
        f"unit_kind,unit_id,successor_id,since\noutlet,{gone},{heir},2025-07-01\n", encoding="utf-8"
    )
    card = pl.read_csv(freeze(tmp_path / "out", folder).folder / "scorecard.csv")
    outlets = set(card.filter(pl.col("unit_kind") == "outlet")["unit_id"])
    assert gone not in outlets
    assert heir in outlets


def test_a_file_that_says_something_else_is_refused_with_its_line(tmp_path):
    assert succession(tmp_path) is None
    path = tmp_path / "succession.csv"
    path.write_text("unit_kind,unit_id,since\n", encoding="utf-8")
    with pytest.raises(BadInput, match="lacks successor_id"):
        succession(tmp_path)
    path.write_text("unit_kind,unit_id,successor_id,since\noutlet,a,b,2026-01-01\nregion,1,2,2026-01-01\n", encoding="utf-8")  # fmt: skip
    with pytest.raises(BadInput, match="no unit and successor"):
        succession(tmp_path)
    path.write_text("unit_kind,unit_id,successor_id,since\noutlet,a,b,2026-01-01T00:00:00+08:00\n", encoding="utf-8")  # fmt: skip
    assert succession(tmp_path)["since"].to_list() == [datetime(2025, 12, 31, 16, tzinfo=UTC)]
