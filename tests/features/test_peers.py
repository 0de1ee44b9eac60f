import pytest

from duanka.features import catalogue
from duanka.features.peers import STANDS_OUT, columns_of


@pytest.mark.parametrize("subject", STANDS_OUT)
def test_columns_are_those_of_the_names(subject):
    names = catalogue.names_of(subject)
    found = columns_of(subject)
    assert {f: tuple(names[c] for c in cs) for f, cs in found.items()} == STANDS_OUT[subject]
    assert len(found) >= 2


def test_what_is_no_card_has_no_peers():
    assert columns_of("transfer") == {}
