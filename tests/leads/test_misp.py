import json

import pytest

from duanka.errors import BadInput
from duanka.leads import misp
from leads_room import LEAD

SIM = LEAD | {"lead_id": "L2", "card_kind": "sim", "card_id": "S1", "case_id": "C1"}


@pytest.mark.parametrize("handling", list(misp.TLP))
def test_what_is_written_is_read_back_with_its_handling(handling):
    text = misp.written([LEAD, SIM], handling=handling, info="leads")
    found = misp.read(text, issuer_id="somebody")
    assert found == [one | {"handling": handling} for one in (LEAD, SIM)]


def test_a_lead_is_no_rule_for_others_machines_and_goes_to_nobody_by_itself():
    told = json.loads(misp.written([LEAD], handling="police_only", info="leads"))
    assert str(told["distribution"]) == "0"
    assert {a["to_ids"] for o in told["Object"] for a in o["Attribute"]} == {False}
    assert {t["name"] for t in told["Tag"]} == {"tlp:red", 'duanka:handling="police_only"'}
    assert told["Object"][0]["name"] == "bank-account"


def test_the_same_leads_are_the_same_event():
    one, two = (misp.written([LEAD], handling="police_only", info="leads") for _ in range(2))
    assert json.loads(one)["uuid"] == json.loads(two)["uuid"]


@pytest.mark.parametrize(
    ("tags", "handling"),
    [
        ([], "institution_only"),
        ([{"name": "tlp:green"}], "linked_institutions"),
        ([{"name": "tlp:red"}], "institution_only"),
        ([{"name": 'duanka:handling="everybody"'}], "institution_only"),
    ],
)
def test_an_event_of_others_names_cards_under_the_strictest_handling_it_does_not_loosen(
    tags, handling
):
    phone = {
        "name": "phone",
        "uuid": "9a3ee7cc-9d60-4cd2-8f41-d1a0f0c3a7b1",
        "meta-category": "misc",
    }
    phone |= {
        "Attribute": [{"object_relation": "msisdn", "type": "phone-number", "value": "16400001234"}]
    }
    phone |= {"timestamp": "1780000000", "distribution": "5"}
    event = {"Event": {"info": "x", "date": "2026-06-01", "Object": [phone], "Tag": tags}}
    (lead,) = misp.read(json.dumps(event), issuer_id="cert")
    assert (lead["card_kind"], lead["card_id"]) == ("sim", "16400001234")
    assert (lead["issuer_id"], lead["handling"]) == ("cert", handling)
    assert lead["issued_at"].startswith("2026-05-28T")


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "{}", '{"Event": {"info": "x", "date": "2026-06-01"}}']
)
def test_what_names_no_card_is_refused(text):
    with pytest.raises(BadInput):
        misp.read(text, issuer_id="cert")
