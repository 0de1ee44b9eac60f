import json

import pytest

from duanka.errors import BadInput
from duanka.leads import stix
from leads_room import LEAD
from ledgers import AT

SIM = LEAD | {"lead_id": "L2", "card_kind": "sim", "card_id": "S1"}


@pytest.mark.parametrize("handling", ["police_only", "institution_only", "linked_institutions"])
def test_what_is_written_is_read_back_with_its_handling(handling):
    text = stix.written([LEAD, SIM], handling=handling, at=AT)
    found = sorted(stix.read(text, issuer_id="x"), key=lambda one: one["lead_id"])
    assert found == [one | {"handling": handling} for one in (LEAD, SIM)]
    assert text == stix.written([LEAD, SIM], handling=handling, at=AT)


def test_it_is_observed_data_under_a_marking_and_no_indicator():
    told = json.loads(stix.written([LEAD], handling="police_only", at=AT))
    kinds = sorted(one["type"] for one in told["objects"])
    assert kinds == ["identity", "marking-definition", "observed-data", "user-account"]
    (card,) = [one for one in told["objects"] if one["type"] == "user-account"]
    assert (card["user_id"], card["account_type"]) == ("A1", "bank-account")
    assert card["object_marking_refs"]


def test_a_bundle_of_others_is_kept_to_those_it_came_to():
    told = json.loads(stix.written([LEAD], handling="linked_institutions", at=AT))
    for one in told["objects"]:
        one.pop("x_duanka_lead", None)
    (lead,) = stix.read(json.dumps(told), issuer_id="cert")
    assert (lead["issuer_id"], lead["handling"], lead["card_id"]) == (
        "cert",
        "institution_only",
        "A1",
    )


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "{}", '{"type": "bundle", "objects": []}', '{"type": "identity"}']
)
def test_what_names_no_card_is_refused(text):
    with pytest.raises(BadInput):
        stix.read(text, issuer_id="cert")
