"""Words of notices: every word a notice may hold is known in both languages."""

import re

import pytest

from desks import policy
from duanka.cases import words
from ledgers import AT

REGIME = policy().at(AT.date())
LISTS = ("notices.appeal_channels", "notices.account_papers", "notices.sim_papers", "notices.sim_keeps",
         "protected_payments.memo_kinds")  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_every_word_of_a_policy_list_has_its_words(name):
    for word in REGIME.words(name):
        zh, en = words.both(word)
        assert re.search(r"[\u4e00-\u9fff]", zh), word
        assert en


@pytest.mark.parametrize("kind", ["account", "sim"])
def test_every_measure_has_a_name_and_a_meaning(kind):
    for measure in REGIME.measures(kind):
        if measure.name in {"allow", "check_further", "refuse_opening", "unfreeze", "return_funds"}:
            continue
        assert words.measure_name(policy(), measure.name)[0]
        assert all(words.meaning(measure.name)), measure.name


def test_a_reason_is_the_policys_or_the_features_or_plain():
    assert words.reason(REGIME, "implicated")[0].startswith("公安机关")
    assert words.reason(REGIME, "in_count_1d")[0] == "近1天转入笔数"
    assert words.reason(REGIME, "no_such_code") == ("使用情况异常", "unusual use")


def test_lines_say_each_thing_once():
    assert words.lines([("甲", "a"), ("甲", "a"), ("乙", "b")], 0) == "· 甲；\n· 乙；"
    assert words.lines([("甲", "a")], 1) == "- a;"
