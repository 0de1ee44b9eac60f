import json

from duanka.web.show import instant, island, linked, mask, yuan


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
