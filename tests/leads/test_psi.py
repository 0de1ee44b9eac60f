import base64

import pytest

from duanka.errors import BadInput, Conflict
from duanka.leads import psi
from duanka.leads.risk import Risk

HIGH, LOW = Risk("high_risk", "money", "2026-07-01"), Risk("suspicious", "rule", "2026-07-01")
RISKS = {f"account:A{n}": HIGH for n in range(50)} | {f"account:A{n}": LOW for n in range(50, 90)}
READY = psi.prepared(RISKS, most=100)
GROUPS = [vars(risk) | {"setup": setup} for risk, setup in READY.groups]


def test_the_asker_learns_what_both_hold_by_group_and_nothing_else():
    names = [f"account:A{n}" for n in range(40, 120)]
    client, request = psi.asked(names)
    told = psi.answered(READY, request, count=len(names))
    assert psi.found(client, names, told, GROUPS) == {n: RISKS[n] for n in names if n in RISKS}
    for text in (request, told, *(one["setup"] for one in GROUPS)):
        assert b"A4" not in base64.b64decode(text) or b"account" not in base64.b64decode(text)


def test_the_same_cards_are_sent_differently_each_time():
    assert psi.asked(["account:A1"])[1] != psi.asked(["account:A1"])[1]


@pytest.mark.parametrize("request_", ["", "x", "AAAA", base64.b64encode(b"\x08\x01").decode()])
def test_what_is_no_batch_is_refused(request_):
    with pytest.raises(BadInput):
        psi.answered(READY, request_, count=1)


def test_a_batch_of_more_cards_than_it_says_is_refused():
    _, request = psi.asked(["account:A1", "account:A2"])
    with pytest.raises(BadInput):
        psi.answered(READY, request, count=1)


@pytest.mark.parametrize("told", ["", "x", "AAAA"])
def test_what_is_no_answer_is_refused(told):
    names = ["account:A1"]
    client, request = psi.asked(names)
    good = psi.answered(READY, request, count=1)
    with pytest.raises(Conflict):
        psi.found(client, names, told, GROUPS)
    with pytest.raises(Conflict):
        psi.found(client, names, good, [GROUPS[0] | {"setup": "AAAA"}])
