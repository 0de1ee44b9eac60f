import pytest

from duanka.errors import NotAllowed
from duanka.store.ledger import Viewer
from duanka.web.pages.login import ROUTES, _next, _of_the_office
from duanka.web.people import User


@pytest.mark.parametrize(
    "place", ["//x", "https://x", "/\\x", "/login", "", None, "/a\r\nset-cookie: b", "overview"]
)
def test_the_way_on_is_a_page_of_ours(place):
    assert _next(place) == "/overview"
    assert _next("/queue?tier=high_risk") == "/queue?tier=high_risk"


def test_leaving_is_never_a_link():
    assert {r.path: r.methods for r in ROUTES}["/logout"] == {"POST"}


def test_who_speaks_for_a_listed_unit_does_not_enter_the_console():
    officer, unit = (User(Viewer("u", (role,), ("b",), ("*",)), second_factor=False) for role in ("officer", "unit"))  # fmt: skip
    assert _of_the_office(officer) is officer
    with pytest.raises(NotAllowed, match="command"):
        _of_the_office(unit)
