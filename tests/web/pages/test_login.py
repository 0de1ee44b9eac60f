import pytest

from duanka.web.pages.login import ROUTES, _next


@pytest.mark.parametrize(
    "place", ["//x", "https://x", "/\\x", "/login", "", None, "/a\r\nset-cookie: b", "overview"]
)
def test_the_way_on_is_a_page_of_ours(place):
    assert _next(place) == "/overview"
    assert _next("/queue?tier=high_risk") == "/queue?tier=high_risk"


def test_leaving_is_never_a_link():
    assert {r.path: r.methods for r in ROUTES}["/logout"] == {"POST"}
