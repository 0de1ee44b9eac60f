import polars as pl
import pytest

from duanka.errors import BadInput
from duanka.governance import scorecard
from duanka.jobs.govern_lake import scorecards
from duanka.jobs.progress import Progress
from duanka.policy import dated
from published import SETTINGS, data, world

KEY = ["unit_kind", "unit_id", "period", "side"]


def made(folder, out, as_of=None):
    told = as_of or world().as_of.isoformat()
    return scorecards(
        folder, out, as_of=told, settings=SETTINGS, policy=dated.load(), say=Progress()
    )


def in_memory(frames):
    regime = dated.load().at(world().as_of.date())
    found = scorecard.govern(frames, world().as_of, regime)
    return scorecard.scorecard(found.sheets, regime).sort(KEY)


def read(out, done):
    return pl.concat([pl.read_parquet(out / name) for name in done.files]).sort(KEY)


def test_the_same_rows_as_in_memory_to_the_last_bit(tmp_path):
    done = made(data(), tmp_path)
    assert done.cards == 6_000
    rows = read(tmp_path, done)
    assert rows.equals(in_memory(world().tables))
    assert done.rows == rows.height
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(done.files)


def test_cards_that_do_not_say_their_desk_are_traced_by_their_application(tmp_path):
    frames = dict(world().tables)
    card = frames["account"]
    frames["opening"] = card.select(
        opening_id=pl.lit("n") + pl.col("account_id"), at="opened_at", card_kind=pl.lit("account"),
        card_id="account_id", applicant_id="holder_id", outlet_id="outlet_id", staff_id="staff_id",
        outcome=pl.lit("opened"),
    )  # fmt: skip
    frames["account"] = card.with_columns(pl.lit(None, dtype=pl.String).alias("outlet_id"), pl.lit(None, dtype=pl.String).alias("staff_id"))  # fmt: skip
    folder = tmp_path / "data"
    folder.mkdir()
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
    done = made(folder, tmp_path / "out")
    rows = read(tmp_path / "out", done)
    assert rows.equals(in_memory(world().tables))


def test_a_folder_without_cards_or_labels_is_refused(tmp_path):
    with pytest.raises(BadInput, match="no cards or no labels"):
        made(tmp_path, tmp_path / "out")
    with pytest.raises(BadInput, match="no label is known"):
        made(data(), tmp_path / "out", as_of="2025-07-01")
