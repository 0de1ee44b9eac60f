from datetime import UTC, datetime, timedelta

import polars as pl

from duanka.governance.horizon import horizon

FROM = datetime(2026, 1, 15, tzinfo=UTC)


def labels(*instants):
    return pl.DataFrame({"known_at": list(instants)}, schema={"known_at": pl.Datetime("us", "UTC")})


def test_stock_is_judged_from_the_first_label_on_and_new_cards_from_half_a_year_before():
    span = horizon(
        labels(FROM, FROM + timedelta(days=40)), datetime(2026, 6, 11, tzinfo=UTC), young=6, most=36
    )
    assert (span.begins, span.last, span.first) == (2026 * 12, 2026 * 12 + 5, 2026 * 12 - 5)
    cover = span.cover()
    assert cover.size == 11
    assert (cover[:5] == 0).all()
    assert 0.5 < cover[5] < 0.6
    assert (cover[6:10] == 1).all()
    assert 0.33 < cover[10] < 0.35


def test_at_most_so_many_months_are_judged():
    span = horizon(labels(FROM), datetime(2029, 6, 1, tzinfo=UTC), young=6, most=12)
    assert span.last - span.begins == 11


def test_a_label_of_the_future_says_nothing():
    assert horizon(labels(FROM), FROM, young=6, most=36) is None
    assert horizon(labels(), FROM, young=6, most=36) is None
