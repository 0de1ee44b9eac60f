import re

import pytest

from duanka.jobs.pictures.draw import LOOKS, Line, Mark, Picture, page_html, shape
from duanka.tables.words import ROLES, SUBJECT_KINDS


def picture(name="x"):
    marks = [Mark("a", "mule", 0.1, 0.1, 6, name), Mark("b", "dealer", 0.9, 0.9, 6, "B", "收卡人")]
    lines = [Line(0, 1, 2.0, 1000, 2000, "付款", "money")]
    return Picture("团伙", "said", marks, lines, [("成员", "members", "2")], ("编号",), [(name,)])


def test_every_role_and_kind_has_a_look_and_no_two_roles_the_same():
    assert {*ROLES, *SUBJECT_KINDS} <= set(LOOKS)
    assert len({LOOKS[role][:2] for role in ROLES}) == len(ROLES)
    for look in LOOKS:
        assert re.fullmatch(r"M[-\d. LaZ]+Z", shape(look, 10, 10, 5))


def test_the_page_needs_nothing_from_elsewhere():
    page = page_html(picture())
    assert not re.search(r"(src|href)=", page)
    assert "http" not in page.replace("http-equiv", "")
    assert "default-src 'none'" in page
    assert "疑似" in page


def test_ties_carry_their_instants_so_that_time_can_be_narrowed():
    page = page_html(picture())
    assert 'data-since="1000" data-until="2000" data-left="0" data-right="1"' in page
    assert 'min="1000" max="2000"' in page


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img onerror=x>'])
def test_a_name_is_words_and_never_markup(name):
    page = page_html(picture(name))
    assert name not in page
    assert "&lt;" in page


def test_what_stands_in_a_register_sets_no_bound_of_time():
    given = picture()
    lines = [*given.lines, Line(0, 1, 1.0, 0, 0, "持有")]
    page = page_html(Picture("t", "s", given.marks, lines, [], ("a",), []))
    assert 'min="1000" max="2000"' in page
    assert 'data-since="0" data-until="0"' in page


def test_an_empty_picture_is_a_page_without_a_clock():
    page = page_html(Picture("t", "s", [], [], [], ("a",), []))
    assert "<fieldset" not in page
    assert "</html>" in page
