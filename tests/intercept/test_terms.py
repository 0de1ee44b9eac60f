from datetime import UTC, datetime

from door_room import judges
from duanka.intercept.events import micros
from duanka.intercept.terms import DAY, MINUTE, TermsBook, longest_window
from duanka.policy.table import ADVICE, ANSWERS


def at(*when):
    return micros(datetime(*when, tzinfo=UTC))


def test_the_day_begins_in_shanghai():
    book = TermsBook(judges().terms.policy)
    law = book.at(at(2022, 11, 30, 16))
    assert law is not book.at(at(2022, 11, 30, 15, 59, 59))
    assert law is book.at(at(2022, 12, 1, 9))
    assert law.rules.regime.measure("delay_settlement")


def test_every_answer_says_what_the_customer_may_do():
    terms = judges().terms.at(at(2026, 6, 1))
    assert set(terms.after) == {*ANSWERS, *ADVICE}
    assert all(zh and en and zh != en for zh, en in terms.after.values())


def test_the_values_are_those_of_the_policy():
    terms = judges().terms.at(at(2026, 6, 1))
    number = terms.rules.regime.number
    assert terms.wait_s == 60 * number("intercept.cooling_off_minutes")
    assert terms.windows_us["terminal_id"] == MINUTE * number("opening.terminal_window_minutes")
    assert longest_window(judges().terms.policy) == DAY * number("opening.companion_window_days")
    assert "110" in terms.always_connected
