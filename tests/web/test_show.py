import json

from duanka.store.ledger import Viewer
from duanka.web.show import MENU, instant, island, linked, mask, menu, yuan


def test_money_times_and_masks():
    assert yuan(123_456_789) == "1,234,567.89"
    assert instant(1_780_000_000_000_000) == "2026-05-29 04:26:40"
    assert mask("a-5012365305") == "a-••••••5305"


def test_no_value_ends_the_element_that_a_script_reads():
    told = island({"name": "</script><script>alert(1)</script>&"})
    assert "<" not in told
    assert json.loads(told)["name"].startswith("</script>")


def test_an_address_keeps_the_other_choices():
    assert linked({"tier": "high_risk", "page": "2"}, page=3) == "?tier=high_risk&page=3"
    assert linked({"tier": "x"}, tier="") == "?"


def test_a_menu_is_of_what_one_may_open():
    everywhere = ("*",), ("*",)
    whole = [address for address, _, _ in menu(Viewer("a", ("auditor",), *everywhere))]
    assert whole == [address for address, *_ in MENU]
    clerk = [address for address, _, _ in menu(Viewer("b", ("analyst",), ("bank_1",), ("*",)))]
    assert "/queue" in clerk
    assert not {"/network", "/governance", "/openings", "/audit"} & set(clerk)
