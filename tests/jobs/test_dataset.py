import contextlib
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.errors import BadInput
from duanka.jobs.dataset import in_order, known_before, last_event, parse_instant, prepare
from duanka.jobs.load import load
from duanka.jobs.progress import Progress
from duanka.settings import Settings
from office import AS_OF, account, before, label, lead, opening, table, transfer

ONE = Settings(threads=1)


def loaded(tmp_path, **rows):
    data = tmp_path / "data"
    data.mkdir()
    for name, given_rows in rows.items():
        table(name, given_rows).write_parquet(data / f"{name}.parquet")
    return load(data, tmp_path / "lake", settings=ONE, say=Progress())


def ask(tmp_path, as_of=None, **rows):
    return prepare(loaded(tmp_path, **rows), as_of=as_of, settings=ONE, say=Progress())


def test_without_an_instant_the_last_event_is_it_and_is_not_known_yet(tmp_path):
    rows = [transfer("t1", "a", "b", before(2)), transfer("t2", "a", "b", before(1))]
    # a label or a card opened later is no event
    dataset = ask(tmp_path, transfer=rows, label=[label("a", before(-30))])
    assert dataset.as_of == before(1)
    assert dataset.frames["transfer"]["transfer_id"].to_list() == ["t1"]
    assert dataset.frames["label"].is_empty()
    assert dataset.asker.records.transfers.at.size == 1


@pytest.mark.parametrize("micro", [-1, 0, 1])
def test_an_instant_is_strict_for_every_table_that_has_a_time(tmp_path, micro):
    at = AS_OF + timedelta(microseconds=micro)
    dataset = ask(
        tmp_path,
        as_of=AS_OF.isoformat(),
        transfer=[transfer("t", "a", "b", before(1)), transfer("u", "a", "b", at)],
        label=[label("a", at)],
        lead=[lead("l", "a", at)],
        opening=[opening("o", "p", at)],
        account=[account("c", opened_at=at), account("d")],
    )
    held = {name: frame.height for name, frame in dataset.frames.items()}
    known = int(micro < 0)
    assert held == {
        "transfer": 1 + known,
        "label": known,
        "lead": known,
        "opening": known,
        "account": 1 + known,
    }


def test_where_nothing_happens_the_last_thing_known_is_the_instant(tmp_path):
    held = loaded(tmp_path, account=[account("a", opened_at=before(9)), account("b")])
    assert last_event(held) == before(9)


def test_where_nothing_has_a_time_it_asks_for_one(tmp_path):
    people = [{"person_id": "p"}]
    with pytest.raises(BadInput, match="no row says when") as told:
        last_event(loaded(tmp_path, person=people))
    assert "--as-of" in told.value.fix


def test_an_instant_before_everything_is_refused(tmp_path):
    with pytest.raises(BadInput, match="nothing is known before"):
        ask(tmp_path, as_of="1999-01-01", transfer=[transfer("t", "a", "b", before(1))])


def test_absent_tables_are_left_out(tmp_path):
    held = loaded(tmp_path, transfer=[transfer("t", "a", "b", before(1))])
    assert list(known_before(held, AS_OF)) == ["transfer"]


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-06-01T12:00:00+08:00", 4),
        ("2026-06-01T04:00:00Z", 4),
        (" 2026-06-01T04:00:00z ", 4),
        ("2026-06-01 12:00", 4),
        ("2026-06-01T08:00+00:00", 8),
    ],
)
def test_an_instant_without_offset_is_in_shanghai(text, hour):
    assert parse_instant(text) == datetime(2026, 6, 1, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["yesterday", "", "2026-13-01", "2026-02-30", "1.6.2026", "１", "0001-01-01"]
)
def test_what_is_no_instant_is_refused_with_a_pattern(text):
    with pytest.raises(BadInput, match="is no instant") as told:
        parse_instant(text)
    assert "2026-08-01T00:00:00+08:00" in told.value.fix


@given(text=st.text(max_size=30))
@settings(max_examples=80, deadline=None)
def test_any_text_is_an_instant_in_utc_or_refused(text):
    with contextlib.suppress(BadInput):
        assert parse_instant(text).utcoffset() == timedelta(0)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10_000)), unique_by=lambda t: t[1]))
@settings(max_examples=60, deadline=None)
def test_rows_of_one_instant_stand_in_one_order_whatever_the_file_says(rows):
    frame = table(
        "transfer",
        [transfer(f"t{i:05d}", "a", "b", before(minutes=-minute)) for minute, i in rows],
    )
    by_time = frame.sort("at", maintain_order=True)
    assert in_order("transfer", by_time).equals(frame.sort("at", "transfer_id"))


def test_rows_without_an_id_stand_by_all_they_say():
    rows = [label("a", AS_OF, bad=False, source="appeal"), label("a", AS_OF), label("a", before(1))]
    one = in_order("label", table("label", rows).sort("known_at", maintain_order=True))
    other = in_order("label", table("label", rows[::-1]).sort("known_at", maintain_order=True))
    assert one.equals(other)
    assert one["known_at"].is_sorted()
    assert in_order("person", pl.DataFrame({"person_id": ["b", "a"]}))["person_id"][0] == "b"
