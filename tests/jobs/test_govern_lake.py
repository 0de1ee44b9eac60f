import shutil

import polars as pl
import pytest

from duanka.errors import BadInput
from duanka.governance import scorecard
from duanka.jobs.govern_lake import scorecards
from duanka.jobs.progress import Progress
from duanka.jobs.publish_succession import succession
from duanka.policy import dated
from published import SETTINGS, data, world

KEY = ["unit_kind", "unit_id", "period", "side"]


def made(folder, out, as_of=None):
    told = as_of or world().as_of.isoformat()
    return scorecards(
        folder, out, as_of=told, settings=SETTINGS, policy=dated.load(), say=Progress()
    )


def in_memory(frames, told=None):
    frames = dict(frames) if told is None else {**frames, "succession": told}
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


def test_mergers_closed_outlets_and_moved_cards_are_answered_for_as_in_memory(tmp_path):
    folder, frames = tmp_path / "data", world().tables
    shutil.copytree(data(), folder)
    banks = frames["account"]["institution_id"].unique(maintain_order=True).to_list()
    desks = frames["outlet"]["outlet_id"].to_list()
    known = frames["label"].filter(pl.col("implicated"))
    went = [
        f"{kind},{card},{holder},2025-08-01"
        for (kind, card), holder in zip(
            known.select("card_kind", "card_id").unique(maintain_order=True).head(60).rows()
            + [("account", one) for one in frames["account"]["account_id"].head(60)],
            [banks[1], "i-from-afar", banks[0]] * 40,
            strict=True,
        )
    ]
    merged = [
        f"institution,{banks[0]},{banks[1]},2025-09-01",
        f"outlet,{desks[0]},{desks[1]},2025-07-01",
        f"outlet,{desks[1]},{desks[5]},2025-09-01",
        f"outlet,{desks[2]},{desks[3]},2035-09-01",
    ]
    said = "\n".join(["unit_kind,unit_id,successor_id,since", *merged, *went, ""])
    (folder / "succession.csv").write_text(said, encoding="utf-8")
    rows = read(tmp_path / "out", made(folder, tmp_path / "out"))
    assert rows.equals(in_memory(frames, succession(folder)))
    gone = {banks[0], desks[0], desks[1]}
    assert not gone & set(rows["unit_id"])
    assert {desks[2], desks[5], "i-from-afar"} <= set(rows["unit_id"])
    assert not rows.equals(in_memory(frames))


def test_a_folder_without_cards_or_labels_is_refused(tmp_path):
    with pytest.raises(BadInput, match="no cards or no labels"):
        made(tmp_path, tmp_path / "out")
    with pytest.raises(BadInput, match="no label is known"):
        made(data(), tmp_path / "out", as_of="2025-07-01")
