import pytest

from desks import at, policy, sit
from dockets import CHIEF, CLERK, FIGURES, LISTED, PENALTY, STAFF, go, proposed
from duanka.errors import BadInput
from duanka.governance.docket import regime_at
from duanka.governance.docket_letters import MEASURES, letter_of
from duanka.governance.docket_steps import add_item
from duanka.governance.letters import TITLES, said
from duanka.tables.words import LISTINGS
from ledgers import ledger


def letter(book, one, days):
    with sit(book, CLERK, at(days)) as desk:
        return letter_of(desk, desk.get(one.kind, one.id), regime_at(policy(), at(days)))


def test_every_state_of_a_penalty_has_its_letter_with_figures_term_and_ways_to_appeal(tmp_path):
    book = ledger("sqlite", tmp_path)
    one = go(book, proposed(book, PENALTY), "noticed", 1)
    told, figures = letter(book, one, 1)
    assert (told.kind, told.due_on, figures) == ("penalty_notice", "2026年6月7日", FIGURES)
    text = "\n".join(said(told, figures).closing)
    assert "暂停新开户" in text
    assert "未听取陈述、申辩的，不作出决定" in text
    assert "行政复议" in text
    one = go(book, go(book, one, "heard", 3), "decided", 4, CHIEF)
    assert letter(book, one, 4)[0].kind == "decision"
    one = go(book, one, "executed", 5, CHIEF)
    assert "2026年12月3日" in "".join(said(*letter(book, one, 5)).closing)
    assert letter(book, go(book, proposed(book, LISTED), "withdrawn", 2), 2)[0].kind == "withdrawn"


def test_what_is_to_be_rectified_stands_in_the_letters(tmp_path):
    book = ledger("sqlite", tmp_path)
    one = proposed(book)
    with sit(book, CLERK, at(1)) as desk:
        item = add_item(desk, one, "补充回访记录", policy())
    told, figures = letter(book, item, 1)
    assert (told.kind, told.items, figures) == ("rectify", ("补充回访记录",), FIGURES)
    before = said(*letter(book, one, 1))
    assert before.title == TITLES["listing_notice"]
    assert "拟对贵单位（地区）采取：挂牌整治。" in before.closing[0]
    assert "不生效" in before.closing[0]
    one = go(book, go(book, one, "noticed", 1), "in_force", 9, CHIEF)
    listed = letter(book, one, 9)[0]
    assert (listed.kind, listed.items) == ("rectification", ("补充回访记录",))
    assert said(listed, figures).title == TITLES["rectification"]


def test_every_rung_of_the_policy_is_named_in_the_letter_that_tells_of_it():
    assert set(MEASURES) == set(LISTINGS) - {"none"}


def test_no_letter_about_an_employee(tmp_path):
    book = ledger("sqlite", tmp_path)
    with pytest.raises(BadInput, match="in person"):
        letter(book, proposed(book, STAFF), 1)
