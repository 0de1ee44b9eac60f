import pytest

from duanka.store.ledger import Viewer
from duanka.web.takeouts import TAKEOUTS, may


@pytest.mark.parametrize("name", sorted(TAKEOUTS))
def test_what_shows_every_institutions_is_for_who_sees_them_all(name):
    asked = TAKEOUTS[name]
    roles = asked.roles or ("administrator",)
    assert may(Viewer("a", roles, ("*",), ("*",)), name)
    assert may(Viewer("a", roles, ("bank_1",), ("*",)), name) is not asked.across
    assert all(zh and en for zh, en in asked.headings)


def test_who_has_no_role_for_it_takes_nothing():
    assert not may(Viewer("a", ("administrator",), ("*",), ("*",)), "cards")
    assert not may(Viewer("a", ("auditor",), ("*",), ("*",)), "passwords")
