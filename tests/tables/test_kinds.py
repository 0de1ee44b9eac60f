"""How each kind is read, and how values are masked."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.tables import kinds
from duanka.tables.column import ColumnInfo

NINE = datetime(2021, 10, 11, 1, 0, tzinfo=UTC)


def info(kind, **more):
    return ColumnInfo("c", kind, required=False, zh="", en="", **more)


def read(values, kind, **more):
    got, unread = kinds.read(pl.Series("c", values), info(kind, **more))
    return got.to_list(), unread.to_list()


@pytest.mark.parametrize(
    "text",
    [
        "2021-10-11T09:00:00+08:00",
        "2021-10-11T01:00:00Z",
        "2021-10-11T01:00:00.000Z",
        "2021-10-11 09:00:00+0800",
        "2021-10-11 09:00:00 +08:00",
        "2021-10-11T09:00+08:00",
        "20211011T010000Z",
        "2021-10-11T09:00:00",
        "2021-10-11 09:00:00",
        "2021-10-11 09:00",
        "2021/10/11 09:00:00",
        "2021/10/11 9:00",
        "20211011090000",
    ],
)
def test_an_instant_may_be_written_in_many_ways(text):
    assert read([text, None], "at") == ([NINE, None], [False, False])


@pytest.mark.parametrize(
    "text",
    [
        "2021-10-11",
        "1633914000",
        "1633914000000",
        "11/10/2021 09:00",
        "2021-13-11 09:00",
        "soon",
        "",
    ],
)
def test_what_is_no_instant_is_told(text):
    got, unread = read([text], "at")
    assert got == [None]
    assert unread == [text != ""]


def test_mixed_ways_of_writing_are_read_row_by_row():
    got, _ = read(["20211011090000", "2021-10-11T01:00:00Z", "x", "2021/10/11 09:00"], "at")
    assert got == [NINE, NINE, None, NINE]


def test_summer_time_of_old_is_minded_and_its_skipped_hour_is_no_instant():
    got, unread = read(["1990-07-01 12:00:00", "1990-04-15 02:30:00"], "at")
    assert got == [datetime(1990, 7, 1, 3, 0, tzinfo=UTC), None]
    assert unread == [False, True]


def test_typed_instants_keep_their_meaning():
    naive = datetime(2021, 10, 11, 9, 0)  # noqa: DTZ001 - a naive instant is the case
    for unit in ("ms", "us", "ns"):
        series = pl.Series("c", [naive], dtype=pl.Datetime(unit))
        assert kinds.read(series, info("at"))[0].to_list() == [NINE]
        zoned = series.dt.replace_time_zone("Asia/Shanghai")
        assert kinds.read(zoned, info("at"))[0].to_list() == [NINE]
    assert read([1633914000], "at") == ([None], [True])
    assert read([date(2021, 10, 11)], "at") == ([None], [True])


def test_days():
    got, unread = read(["2019-03-01", "2019/3/1", "20190301", "1/3/2019", " "], "on")
    assert got == [date(2019, 3, 1)] * 3 + [None, None]
    assert unread == [False, False, False, True, False]
    assert read([date(2019, 3, 1)], "on")[0] == [date(2019, 3, 1)]


def test_numbers_and_flags_from_text_and_from_types():
    assert read([" 12 ", "-3", "1e3", "1.0", "１２"], "fen") == (
        [12, -3, None, None, None],
        [False, False, True, True, True],
    )
    assert read([12.0, 12.5, None], "fen") == ([12, None, None], [False, True, False])
    assert read(["1", "TRUE", "0", "no"], "flag")[0] == [True, True, False, None]
    assert read([1, 0, 2], "flag") == ([True, False, None], [False, False, True])
    assert read([True, None], "flag") == ([True, None], [False, False])
    assert read(["0.5", "nan", "inf"], "share")[0] == [0.5, None, None]


def test_ids_keep_every_byte_but_outer_blanks():
    got, unread = read(["\t0012 \r", "a b", "", "\u3000x"], "id")
    assert got == ["0012", "a b", None, "x"]
    assert not any(unread)
    assert read([12, None], "id")[0] == ["12", None]
    assert read([12.0, 2.0**60], "id") == (["12", None], [False, True])
    assert read([[1]], "id") == ([None], [True])


def test_words_outside_the_list_are_told():
    assert read(["a", "A", " b ", ""], "word", words=("a", "b")) == (
        ["a", None, "b", None],
        [False, True, False, False],
    )


def test_numbers_that_a_spreadsheet_rounded_and_ids_too_long():
    ids = pl.Series(["6.22202E+18", "62E+", "x" * 65, "好" * 64, None])
    assert kinds.eaten_by_excel(ids).to_list() == [True, False, False, False, None]
    assert kinds.too_long(ids).to_list() == [False, False, True, False, None]


@settings(max_examples=80, deadline=None)
@given(st.text(min_size=1, max_size=70))
def test_a_masked_id_shows_at_most_its_ends(text):
    (shown,) = kinds.mask(pl.Series([text]), "id")
    kept = sum(a == b for a, b in zip(text, shown, strict=False) if a != "*")
    assert len(shown) == min(len(text), 64)
    assert kept <= 4


def test_a_masked_word_hides_numbers_and_names_that_stand_in_the_wrong_column():
    values = pl.Series(["moble", "99010119700101001X", "某某", "2021-13-01 09:00"])
    assert kinds.mask(values, "word").to_list() == ["moble", "*******X", "**", "2021-13-01 09:00"]
