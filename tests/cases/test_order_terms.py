"""Terms come from the policy of the day: articles, authority, length, what is kept."""

from datetime import date, timedelta

import pytest

from desks import policy
from duanka.cases import order_terms
from duanka.errors import BadInput
from ledgers import AT


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ((date(2023, 6, 1), "account", "restrict"), ("stop_non_counter", "officer", 30, "第十八条")),
        ((date(2023, 6, 1), "sim", "restrict"), ("restrict", "officer", 30, "第十一条")),
        ((date(2018, 6, 1), "account", "suspend"), ("suspend", "two_officers", 180, "261号")),
        ((date(2023, 6, 1), "account", "stop_payment"), ("stop_payment", "police", 2, "第二十条")),
        ((date(2023, 6, 1), "account", "freeze"), ("freeze", "police", 180, "第二十条")),
        ((date(2023, 6, 1), "sim", "close"), ("close", "two_officers", 180, "第十一条")),
        ((date(2023, 6, 1), "account", "verify_transaction"), ("verify_transaction", "system", 3, "第十八条")),
    ],
)  # fmt: skip
def test_a_measure_has_the_terms_of_its_day(asked, found):
    day, kind, measure = asked
    grade, authority, days, article = found
    found = order_terms.terms(policy().at(day), measure, kind)
    assert (found.measure, found.authority, found.lasts) == (grade, authority, timedelta(days=days))
    assert article in found.legal_basis
    assert found.kept
    assert found.review_after < found.lasts


@pytest.mark.parametrize(
    ("day", "kind", "measure"),
    [
        (date(2020, 1, 1), "account", "delay_settlement"),
        (date(2023, 6, 1), "sim", "verify_transaction"),
        (date(2023, 6, 1), "sim", "freeze"),
        (date(2023, 6, 1), "account", "unfreeze"),
        (date(2023, 6, 1), "account", "allow"),
    ],
)
def test_what_the_law_of_the_day_does_not_know_is_refused(day, kind, measure):
    with pytest.raises(BadInput):
        order_terms.terms(policy().at(day), measure, kind)


def test_the_day_is_that_of_china():
    late = AT.replace(hour=17)
    assert order_terms.day_of(AT) == date(2026, 6, 1)
    assert order_terms.day_of(late) == date(2026, 6, 2)
    assert order_terms.instant(order_terms.iso(late)) == late
