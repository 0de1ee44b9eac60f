"""The law of the act's day: terms, measures, levels, by regime."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desks import decision, policy
from duanka.cases.discipline_terms import GROUNDS, terms
from duanka.errors import BadInput

COURT = {"ground": "punished", "level": "court"}


@pytest.mark.parametrize(
    ("act_on", "more", "years", "basis"),
    [
        (date(2017, 3, 1), {}, 5, "银发〔2016〕261号"),
        (date(2020, 3, 1), {}, 5, "银发〔2019〕85号"),
        (date(2020, 3, 1), COURT, 5, "银发〔2019〕85号"),
        (date(2023, 3, 1), {}, 5, "第三十一条"),
        (date(2024, 12, 1), {}, 2, "联合惩戒办法"),
        (date(2024, 12, 1), COURT, 3, "联合惩戒办法"),
    ],
)
def test_the_term_is_that_of_the_acts_own_day(act_on, more, years, basis):
    found = terms(decision(act_on=act_on, **more), policy())
    assert found.expires_at.year - found.starts_at.year == years
    assert basis in found.legal_basis


def test_only_who_was_punished_comes_on_the_list_of_dishonesty():
    recognised, punished = (
        dict(terms(decision(**more), policy()).measures) for more in ({}, COURT)
    )
    assert set(punished) - set(recognised) == {"serious_dishonesty_list"}


def test_no_new_account_ended_earlier_under_261():
    found = dict(terms(decision(act_on=date(2018, 1, 5)), policy()).measures)
    assert found["no_new_account"].year + 2 == found["stop_non_counter"].year
    later = dict(terms(decision(act_on=date(2019, 5, 1)), policy()).measures)
    assert later["no_new_account"] == later["stop_non_counter"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"act_on": date(2016, 1, 1)}, "no discipline was known"),
        ({"level": "county"}, "may not recognise"),
        ({"level": "court"}, "may not recognise"),
        ({"ground": "punished"}, "only a court"),
        ({"ground": "score"}, "no ground"),
        ({"ground": "recognised_below_counts"}, "provincial"),
        (
            {
                "ground": "recognised_below_counts",
                "level": "provincial",
                "act_on": date(2020, 1, 1),
            },
            "no such ground",
        ),
        ({"decided_on": date(2025, 1, 1)}, "before the act"),
    ],
)
def test_what_the_law_does_not_know_is_refused(more, told):
    with pytest.raises(BadInput) as fault:
        terms(decision(**more), policy())
    assert told in f"{fault.value.what} {fault.value.fix}"


@settings(max_examples=30, deadline=None)
@given(
    act_on=st.dates(date(2016, 9, 23), date(2026, 5, 1)),
    after=st.integers(0, 900),
    ground=st.sampled_from(GROUNDS),
)
def test_every_term_has_an_end_and_keeps_the_basics(act_on, after, ground):
    decided = date.fromordinal(act_on.toordinal() + after)
    level = "court" if ground == "punished" else "provincial"
    try:
        found = terms(
            decision(act_on=act_on, decided_on=decided, ground=ground, level=level), policy()
        )
    except BadInput:
        assert ground == "recognised_below_counts"
        return
    assert found.starts_at < found.expires_at
    assert all(found.starts_at < until <= found.expires_at for _, until in found.measures)
    assert {"medical", "utility", "tax", "emergency_calls", "one_sim"} <= set(found.kept)
