"""The closed word lists."""

import re

from duanka.tables import INPUTS, OUTPUTS, columns
from duanka.tables.words import LABELS, MEASURES, ROLES, label


def test_every_word_of_every_table_has_both_labels():
    words = {w for name in INPUTS | OUTPUTS for c in columns(name) for w in c.words}
    assert not words - set(LABELS)
    assert all(re.search(r"[\u4e00-\u9fff]|POS", zh) for zh, _ in LABELS.values())


def test_lists_have_no_word_twice():
    for words in (MEASURES, ROLES):
        assert len(set(words)) == len(words)


def test_a_word_without_a_label_stands_for_itself():
    assert label("no_such_word") == ("no_such_word", "no_such_word")
