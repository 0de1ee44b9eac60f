from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duanka.errors import BadInput
from duanka.governance import months

INSTANTS = st.datetimes(datetime(1995, 1, 1), datetime(2060, 1, 1)).map(  # noqa: DTZ001
    lambda t: t.replace(tzinfo=UTC)
)


@given(st.lists(INSTANTS, min_size=1, max_size=20))
def test_columns_count_days_and_months_as_a_calendar_in_shanghai_does(instants):
    frame = pl.DataFrame({"at": instants}, schema={"at": pl.Datetime("us", "UTC")})
    told = frame.select(
        months.day_column("at").alias("day"), months.month_column("at").alias("month")
    )
    local = [one.astimezone(months.SHANGHAI).date() for one in instants]
    assert told["day"].to_list() == [(one - date(1970, 1, 1)).days for one in local]
    assert told["month"].to_list() == [months.month_of(one) for one in local]


@given(INSTANTS)
def test_a_month_begins_where_the_one_before_ends(instant):
    month = months.last_month(instant)
    assert months.begins_at(month) < instant <= months.ends_at(month)
    assert months.ends_at(month) == months.begins_at(month + 1)
    assert months.parse_month(months.name_of(month)) == month
    before = months.elapsed_share(month, since=months.begins_at(month - 3), until=instant)
    after = months.elapsed_share(month, since=instant, until=months.ends_at(month + 3))
    assert before + after == pytest.approx(1.0)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "october", "2026-1", "0000-01", ""])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(BadInput, match="is no month"):
        months.parse_month(text)


def test_midnight_in_shanghai_belongs_to_the_month_that_begins():
    edge = datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert months.name_of(months.last_month(edge)) == "2026-09"
    assert months.begins_at(months.parse_month("2026-10")) == edge
    assert months.elapsed_share(months.parse_month("2026-10"), since=edge, until=edge) == 0.0
