import pytest

from duanka.errors import BadInput, Conflict
from duanka.leads import oprf
from duanka.leads.risk import Risk

SEED, OTHER = b"s" * 32, b"o" * 32
RISK = Risk("high_risk", "money", "2026-07-01")
RISKS = {f"account:A{n}": RISK for n in range(300)} | {
    "sim:S1": Risk("suspicious", "contacts", "2026-07-01")
}
LIST = oprf.drawers(RISKS, SEED)


def look_up(name, *, seed=SEED, key=SEED):
    client, blinded = oprf.blinded(name)
    value = oprf.value_of(client, oprf.evaluated(blinded, seed), oprf.public_key(key))
    entries = LIST.held.get(oprf.place_of(value, LIST.prefix_bits), ())
    return oprf.opened(value, entries, LIST.list_id), entries


def test_a_card_on_the_list_is_answered_and_another_is_not():
    assert look_up("account:A7")[0] == RISK
    assert look_up("sim:S1")[0] == RISKS["sim:S1"]
    assert look_up("sim:A7")[0] is None
    assert look_up("account:A300")[0] is None


def test_what_is_sent_and_kept_tells_no_card():
    assert oprf.blinded("account:A7")[1] != oprf.blinded("account:A7")[1]
    assert "A7" not in str(LIST)
    assert LIST.prefix_bits == 2  # four drawers of 64 and more
    assert len({len(box) for found in LIST.held.values() for _, box in found}) == 1


def test_other_entries_of_the_drawer_stay_shut():
    client, blinded = oprf.blinded("account:A7")
    value = oprf.value_of(client, oprf.evaluated(blinded, SEED), oprf.public_key(SEED))
    entries = LIST.held[oprf.place_of(value, LIST.prefix_bits)]
    assert len(entries) > 40
    (mine,) = [one for one in entries if oprf.opened(value, [one], LIST.list_id)]
    swapped = [(mine[0], box) for tag, box in entries if tag != mine[0]]
    for one in swapped:
        with pytest.raises(Conflict, match="whole"):
            oprf.opened(value, [one], LIST.list_id)


def test_another_key_than_the_one_introduced_is_noticed():
    with pytest.raises(Conflict, match="introduced"):
        look_up("account:A7", seed=OTHER)


@pytest.mark.parametrize("text", ["00", "ff" * 32])
def test_what_is_no_blinded_card_is_refused(text):
    with pytest.raises(BadInput):
        oprf.evaluated(text, SEED)


def test_the_same_list_is_the_same_and_another_has_another_id():
    assert oprf.drawers(RISKS, SEED) == LIST
    assert oprf.drawers({"account:A1": RISK}, SEED).list_id != LIST.list_id
