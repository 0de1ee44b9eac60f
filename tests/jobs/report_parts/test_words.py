from __future__ import annotations

import re
from pathlib import Path

import yaml

from duanka.jobs.report_parts import words

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


def test_measures_of_the_police_are_never_left_to_the_institution():
    for measure in ("stop_payment", "freeze", "unfreeze", "return_funds"):
        authority = words.basis("account", measure, in_law=True).authority
        assert authority.zh.startswith("只能由公安机关决定")
    assert "police" not in words.basis("account", "restrict", in_law=True).authority.en


def test_the_article_follows_the_card_kind():
    assert "第十八条" in words.basis("account", "restrict", in_law=True).article.zh
    assert "第十一条" in words.basis("sim", "restrict", in_law=True).article.zh
    assert "法" not in words.basis("sim", "restrict", in_law=False).article.zh
    assert words.basis("sim", "freeze", in_law=True) == words.Basis(words.NOTHING, words.NOTHING)


def test_every_measure_that_has_a_basis_has_a_word():
    for kind in ("account", "sim"):
        assert set(LOADED["basis"][kind]) <= set(LOADED["measure"])


def test_an_unknown_figure_is_shown_as_it_is_called():
    assert words.figure("of_my_own") == words.Figure(
        words.Both("of_my_own", "of_my_own"), "number", words.NOTHING
    )
