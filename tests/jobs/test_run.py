"""The main job on one small town, seen from many sides; each run takes seconds, so they are shared."""

import shutil
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from duanka import tables
from duanka.errors import BadInput
from duanka.jobs.progress import Progress
from duanka.jobs.run import run, write_table
from duanka.settings import Settings

FILES = {f"{name}.parquet" for name in tables.OUTPUTS} | {"report.html", "drift.json"}
ONE = Settings(threads=1)


def judge(data, out, models, *, as_of=None, fmt="parquet", settings=ONE):
    return run(data, out, as_of=as_of, model=models, fmt=fmt, settings=settings, say=Progress())


def rewritten(data, folder, change):
    """A copy of the dataset; `change` gives each table its new rows, or None to leave it out."""
    folder.mkdir(parents=True)
    for path in sorted(data.glob("*.parquet")):
        frame = change(path.stem, pl.read_parquet(path))
        if frame is not None:
            frame.write_parquet(folder / path.name)
    return folder


def written(out):
    return {path.name: path.read_bytes() for path in out.iterdir()}


def differing(one, other):
    a, b = written(one), written(other)
    return sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))


def test_every_table_of_the_contract_is_written_with_its_schema(lived):
    assert {path.name for path in lived.out.iterdir()} == FILES
    for name in tables.OUTPUTS:
        frame = pl.read_parquet(lived.out / f"{name}.parquet")
        assert frame.schema == tables.empty(name).schema, name
        assert tables.schema(name).is_valid(frame), name


def test_what_it_gives_back_is_what_it_wrote(lived):
    for name, frame in lived.ran.written.items():
        assert frame.equals(pl.read_parquet(lived.out / f"{name}.parquet"))


def test_every_card_on_the_register_is_judged_once_strongest_first(lived):
    score = lived.ran.written["score"]
    as_of = score["as_of"][0]
    for kind, since in (("account", "opened_at"), ("sim", "activated_at")):
        register = pl.read_parquet(lived.data / f"{kind}.parquet").filter(pl.col(since) < as_of)
        judged = score.filter(pl.col("card_kind") == kind)["card_id"]
        assert sorted(judged) == sorted(register[f"{kind}_id"])
    assert score["score"].is_between(0, 1).all()
    assert score["score"].is_sorted(descending=True)
    assert score["as_of"].n_unique() == 1


def test_all_applications_and_the_events_of_the_last_week_are_judged(lived):
    as_of = lived.ran.written["score"]["as_of"][0]
    opening = pl.read_parquet(lived.data / "opening.parquet").filter(pl.col("at") < as_of)
    assert sorted(lived.ran.written["opening_advice"]["opening_id"]) == sorted(
        opening["opening_id"]
    )
    judged = lived.ran.written["intercept"]
    for kind in ("transfer", "call"):
        lately = pl.read_parquet(lived.data / f"{kind}.parquet").filter(
            pl.col("at").is_between(as_of - timedelta(days=7), as_of, closed="left")
        )
        mine = judged.filter(pl.col("event_kind") == kind)["event_id"]
        assert sorted(mine) == sorted(lately[f"{kind}_id"])


def test_whatever_is_not_let_pass_says_why(lived):
    w = lived.ran.written
    for name, quiet in (
        ("score", pl.col("tier") == "normal"),
        ("opening_advice", pl.col("advice") == "allow"),
        ("intercept", pl.col("answer") == "allow"),
    ):
        told = w[name].filter(~quiet)
        assert told.height, name
        assert (told["reasons"].list.len() > 0).all(), name


def test_protected_payments_always_pass(lived):
    judged = lived.ran.written["intercept"].filter(pl.col("event_kind") == "transfer")
    transfers = pl.read_parquet(lived.data / "transfer.parquet")
    protected = transfers.filter(
        pl.col("memo_kind").is_in(
            ["salary", "pension", "social_insurance", "medical", "utility", "tax"]
        )
    )["transfer_id"]
    mine = judged.filter(pl.col("event_id").is_in(protected.implode()))
    assert mine.height > 20
    assert (mine["answer"] == "allow").all()
    assert (judged["answer"] != "allow").any()


def test_no_more_cards_rise_than_people_can_review(lived):
    score = lived.ran.written["score"]
    for kind in ("account", "sim"):
        mine = score.filter(
            pl.col("card_kind") == kind, ~pl.col("reasons").list.contains("implicated")
        )
        all_of = score.filter(pl.col("card_kind") == kind).height
        assert (mine["tier"] == "high_risk").sum() <= -(-all_of * 10 // 10_000)
        assert (mine["tier"] == "suspicious").sum() <= -(-all_of * 50 // 10_000)


def test_two_runs_write_the_same_bytes_however_many_threads(lived, tmp_path):
    judge(lived.data, tmp_path / "out", lived.models, settings=Settings(threads=2, batch_rows=999))
    assert differing(lived.out, tmp_path / "out") == []


@pytest.fixture(scope="module")
def halfway(lived, tmp_path_factory):
    """The town as it was known ten days before its end, judged then; and that instant."""
    as_of = lived.ran.written["score"]["as_of"][0].replace(hour=4, minute=0, second=0)
    as_of = (as_of - timedelta(days=10)).replace(microsecond=0)
    folder = tmp_path_factory.mktemp("halfway")

    def until(name, frame):
        time = tables.time_of(name)
        return frame.filter(pl.col(time) < as_of) if time else frame

    data = rewritten(lived.data, folder / "data", until)
    judge(data, folder / "out", lived.models, as_of=as_of.isoformat())
    return as_of, folder / "out"


def test_nothing_at_or_after_the_instant_changes_an_answer(lived, halfway, tmp_path):
    as_of, out = halfway
    rng = np.random.default_rng(1)

    def with_later(name, frame):
        time = tables.time_of(name)
        if time is None:
            return frame
        later = frame.filter(pl.col(time) >= as_of)
        # some of what comes later falls on the instant itself
        on_it = pl.Series(rng.random(later.height) < 0.3)
        moved = later.with_columns(pl.when(on_it).then(as_of).otherwise(time).alias(time))
        if name == "label":
            told = frame.with_columns(known_at=pl.lit(as_of), implicated=~pl.col("implicated"))
            moved = pl.concat([moved, told])
        # two rows moved onto one instant may have become one, which a reader refuses as told twice
        moved = moved.cast(dict(frame.schema)).unique(maintain_order=True)
        return pl.concat([frame.filter(pl.col(time) < as_of), moved])

    data = rewritten(lived.data, tmp_path / "data", with_later)
    judge(data, tmp_path / "out", lived.models, as_of=as_of.isoformat())
    # the page also counts the rows that were read, which is told of the files and not of the cards
    assert differing(out, tmp_path / "out") in ([], ["report.html"])


def test_the_order_of_rows_changes_no_answer(lived, tmp_path):
    def shuffled(name, frame):
        del name
        return frame.sample(fraction=1, shuffle=True, seed=4)

    data = rewritten(lived.data, tmp_path / "data", shuffled)
    judge(data, tmp_path / "out", lived.models)
    assert differing(lived.out, tmp_path / "out") == []


def test_age_sex_and_home_change_no_judgement(lived, tmp_path):
    def other_people(name, frame):
        if name != "person":
            return frame
        return frame.with_columns(
            birth_year=2026 - pl.col("birth_year") % 50, home_region_code=pl.lit("990099")
        )

    data = rewritten(lived.data, tmp_path / "data", other_people)
    judge(data, tmp_path / "out", lived.models)
    assert differing(lived.out, tmp_path / "out") == ["report.html"]


def test_tables_as_csv_hold_what_the_parquet_tables_hold(lived, tmp_path):
    judge(lived.data, tmp_path, lived.models, fmt="csv")
    assert {p.name for p in tmp_path.iterdir()} == {
        *(f"{name}.csv" for name in tables.OUTPUTS),
        "report.html",
        "drift.json",
    }
    score = pl.read_csv(tmp_path / "score.csv")
    mine = lived.ran.written["score"]
    assert score["card_id"].equals(mine["card_id"])
    assert score["score"].equals(mine["score"])
    assert score["reasons"].fill_null("").to_list() == [";".join(r) for r in mine["reasons"]]
    for name in tables.OUTPUTS:
        assert (tmp_path / f"{name}.csv").read_bytes()[:3] == b"\xef\xbb\xbf"
        head = (tmp_path / f"{name}.csv").read_text("utf-8-sig").splitlines()[0]
        assert head == ",".join(i.name for i in tables.columns(name))


def test_an_older_table_in_the_other_form_goes(tmp_path):
    frame = pl.DataFrame({"a": [1]})
    write_table(frame, tmp_path, "score", "csv")
    write_table(frame, tmp_path, "score", "parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["score.parquet"]


def test_refused_rows_are_counted_to_the_row(lived, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(lived.data, data)
    transfers = pl.read_parquet(data / "transfer.parquet")
    (data / "transfer.parquet").unlink()
    text = transfers.with_columns(pl.col("amount_fen").cast(pl.String)).with_row_index("n")
    broken = text.with_columns(
        amount_fen=pl.when(pl.col("n") % 100 == 7).then(pl.lit("-5")).otherwise("amount_fen"),
        channel=pl.when(pl.col("n") % 100 == 8)
        .then(pl.lit("pigeon"))
        .otherwise(pl.col("channel").cast(pl.String)),
    )
    broken.drop("n").write_csv(data / "transfer.csv")
    judge(data, tmp_path / "out", lived.models)
    rejects = pl.read_parquet(tmp_path / "out" / "rejects.parquet")
    assert set(rejects["table"]) == {"transfer"}
    expected = {n + 2 for n in range(transfers.height) if n % 100 in (7, 8)}
    assert set(rejects["line"]) == expected
    assert set(rejects["fault"]) == {"too_small", "unknown_word"}


def test_a_folder_that_cannot_be_read_leaves_no_lake_behind(tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(BadInput, match="no table"):
        judge(tmp_path / "data", tmp_path / "out", None)
    assert list((tmp_path / "out").iterdir()) == []
