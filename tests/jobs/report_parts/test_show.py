from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.jobs.report_parts import show, words

RESERVED = ("MERCHANT:", "OVERSEAS:", "CRYPTO:")
identifiers = st.text(
    st.characters(codec="utf-8", exclude_characters="…:"), min_size=2, max_size=64
)


@settings(max_examples=100)
@given(st.sampled_from(("", *RESERVED)), identifiers.filter(lambda text: text != "CASH"))
def test_a_mask_hides_something_of_every_id(prefix, identifier):
    shown = show.mask(prefix + identifier)
    assert shown.startswith(prefix)
    assert "…" in shown
    assert identifier not in shown.removeprefix(prefix)
    assert shown.isprintable()


def test_a_character_that_turns_the_reading_direction_is_not_passed_on():
    assert "\u202e" not in show.mask("\u202eABCDEFGHIJ\u202e")


@given(st.integers(-(10**15), 10**15))
def test_yuan_is_exact(fen):
    text = show.yuan(fen).zh.removesuffix(" 元").replace(",", "")
    assert int(text.replace(".", "")) == fen


@given(st.floats(0, 1))
def test_no_score_is_told_as_certain_or_impossible(score):
    text = show.in_hundred(score).en
    assert "about 0 " not in text
    assert "100 in 100" not in text


def test_what_is_not_a_number_is_not_shown_as_one():
    assert show.number(math.nan, "share") == "—"
    assert show.in_hundred(math.nan).en == "unknown"


def test_an_interval_needs_both_ends():
    about = words.figure("precision_at_capacity")
    assert show.interval(0.1, None, about) == "—"
    assert show.interval(0.1, 0.25, about) == "10.0 % – 25.0 %"
