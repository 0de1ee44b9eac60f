from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import yaml

from duanka.jobs.report_parts import words
from duanka.policy.dated import load
from duanka.tables import INPUTS
from duanka.tables.words import MEASURES, TIERS

LOADED = yaml.safe_load(Path(words.__file__).with_name("words.yaml").read_text(encoding="utf-8"))
CJK = re.compile(r"[一-鿿]")


def _pairs(node, path=""):
    if isinstance(node, list):
        yield path, node
    elif isinstance(node, dict):
        for key, below in node.items():
            yield from _pairs(below, f"{path}/{key}")


def test_every_word_is_a_pair_and_its_english_is_english():
    pairs = list(_pairs(LOADED))
    assert len(pairs) > 100
    for path, pair in pairs:
        assert len(pair) == 2, path
        assert all(isinstance(text, str) and text for text in pair), path
        assert not CJK.search(pair[1]), path


def test_every_measure_authority_and_article_of_the_law_has_its_words():
    regime = load().at(date(2026, 1, 1))
    for kind in ("account", "sim"):
        # a closure is decided by people in the ledger, never by a run, and so never on its page
        for measure in (m for m in regime.measures(kind) if m.name in MEASURES):
            assert measure.name in LOADED["measure"]
            assert measure.authority in LOADED["authority"]
            if measure.name != "allow":
                assert measure.articles[kind] in LOADED["article"]


def test_the_groups_follow_the_contract():
    assert set(LOADED["tier"]) == set(TIERS)
    assert set(LOADED["measure"]) == set(MEASURES)
    assert set(LOADED["answer"]) <= set(MEASURES)
    assert set(LOADED["table"]) <= set(INPUTS)


def test_an_unknown_figure_is_shown_as_it_is_called():
    assert words.figure("of_my_own") == words.Figure(
        words.Both("of_my_own", "of_my_own"), "number", words.NOTHING
    )
