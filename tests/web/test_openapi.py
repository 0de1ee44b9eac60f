import msgspec
import pytest
from jsonschema import Draft202012Validator

from duanka.intercept import events
from duanka.intercept.answers import Refused, Taken
from duanka.web import intake, openapi
from web_room import answer, lines, opening, transfer

DOCUMENT = openapi.document()


def schema(name):
    return {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}


def fits(name, body):
    return Draft202012Validator(schema(name)).is_valid(msgspec.json.decode(body))


def test_every_kind_that_the_door_takes_is_in_the_contract_with_its_columns():
    told = {
        one["$ref"].rsplit("/", 1)[1] for one in DOCUMENT["components"]["schemas"]["Event"]["anyOf"]
    }
    assert len(told) == len(events.KINDS)
    for name in told:
        one = DOCUMENT["components"]["schemas"][name]
        kind = one["properties"]["kind"]["enum"][0]
        assert set(one["properties"]) == {"kind", *(i.name for i in events.columns(kind))}


@pytest.mark.parametrize("event", [transfer(), opening()])
def test_what_the_door_takes_fits_the_contract_and_what_it_refuses_does_not(event):
    assert fits("Event", lines(event))
    assert events.decode(lines(event).strip())
    assert not fits("Event", lines(event | {"at": None}))
    assert not fits("Event", lines(event | {"stranger": 1}))
    assert not fits("Event", lines({**event, "kind": "nonsense"}))


def test_whatever_the_door_says_fits_the_contract():
    event = events.decode(lines(transfer()).strip())
    for said in (
        answer(event),
        Taken("call", "c"),
        Refused(None, "x", "y"),
        Refused("e", "x", "y"),
    ):
        assert fits("Said", intake.encoded(said))
    assert not fits("Said", b'{"event_id": "x"}')


def test_every_reference_leads_somewhere():
    text = openapi.text().decode()
    names = set(DOCUMENT["components"]["schemas"])
    assert {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]} <= names


def test_every_route_that_there_is_stands_in_the_contract(tmp_path):
    from starlette.routing import Route

    from duanka.web import api, opened
    from duanka.web.waiting import Bounds
    from web_room import StandIn

    found = api.routes(opened.open_api(tmp_path, StandIn(), bounds=Bounds()))
    paths = {one.path.replace(":path", "") for one in found if isinstance(one, Route)}
    assert paths == set(DOCUMENT["paths"])
