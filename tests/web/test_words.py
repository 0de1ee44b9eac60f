import pytest

from duanka.cases.case import MOVES, OUTCOMES
from duanka.cases.order_wall import MOVES as ORDER_MOVES
from duanka.leads import schema
from duanka.tables.words import MEASURES, ROLES, TIERS
from duanka.web import people
from duanka.web.words import said, states_of

CODES = [
    *(("case", one) for one in MOVES),
    *(("order", one) for one in ORDER_MOVES if one),
    *(("outcome", one) for one in (*OUTCOMES, *schema.OUTCOMES)),
    *(("role", one) for one in people.ROLES),
    *(("", one) for one in (*MEASURES, *ROLES, *TIERS)),
]


@pytest.mark.parametrize(("kind", "code"), CODES)
def test_no_code_is_shown_raw_to_who_reads_chinese(kind, code):
    zh, en = said(code, kind)
    assert zh != code
    assert "_" not in en


def test_one_word_means_different_things_of_different_records():
    assert said("closed", "case") != said("closed")
    assert said("unheard_of") == ("unheard_of", "unheard_of")
    assert set(states_of("case")) == set(MOVES)
