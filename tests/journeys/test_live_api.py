"""The HTTP door before the real one: what the contract promises, whatever anybody sends."""

import http.client
import threading
from collections import Counter
from contextlib import suppress

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.errors import SchemathesisError
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import fuzz
from duanka.errors import BadInput
from duanka.intercept.answers import Answer, Refused, Taken
from duanka.intercept.events import decode
from duanka.intercept.opening_up import judges_of, open_door
from duanka.jobs.load import load
from duanka.jobs.progress import Progress
from duanka.policy import dated
from duanka.settings import Settings
from duanka.verbs.web import _models
from duanka.web import openapi, opened, serving, timeline
from duanka.web.app import make_app
from duanka.web.waiting import Bounds
from web_room import bearer, key_for, lines, transfer

PROMISED = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
FUZZED = 400
NO_SUCH = (Unsatisfiable, SchemathesisError)
"""Where an address takes nothing, nothing wrong can be sent to it."""


@schemathesis.serializer("application/x-ndjson")
def _lines(_ctx, value):
    return (
        value.encode("utf-8", "replace") if isinstance(value, str) else msgspec.json.encode(value)
    )


@pytest.fixture(scope="module")
def judges():
    return judges_of(dated.load(), _models(None))


@pytest.fixture(scope="module")
def rows(town_folder, tmp_path_factory):
    """Rows of every table of the town, as they come in."""
    into = tmp_path_factory.mktemp("lake")
    loaded = load(town_folder, into, settings=Settings(threads=1), say=Progress())
    found, counts = [], Counter()
    for line in timeline.lines(loaded):
        row = msgspec.json.decode(line)
        counts[row["kind"]] += 1
        if counts[row["kind"]] <= 300:
            found.append({name: value for name, value in row.items() if value is not None})
    assert len(counts) > 10
    return found


@pytest.fixture(scope="module")
def live(judges, tmp_path_factory):
    """A real server before a real door: its port and a key for everything."""
    folder = tmp_path_factory.mktemp("live")
    token = key_for(folder, "admin")
    up = threading.Event()
    place = serving.Place(port=0)
    with open_door(folder, judges, say=Progress()) as door, serving.listen(place) as listener:
        app = make_app(opened.open_api(folder, door, bounds=Bounds(answer_s=600)))
        server = serving.server_of(app, place, announce=up.set)
        thread = threading.Thread(target=serving.serve, args=(server, listener))
        thread.start()
        assert up.wait(60)
        yield listener.getsockname()[1], token
        server.should_exit = True
        thread.join(60)


@pytest.fixture(scope="module")
def contract(live):
    port, _ = live
    return schemathesis.openapi.from_url(f"http://127.0.0.1:{port}/v1/openapi.json")


def operations(document):
    return [found.ok() for found in document.get_all_operations()]


def test_no_answer_is_outside_the_contract(contract, live):
    """Whatever the contract lets one send, and what it does not: no 5xx, no answer that it does not tell of."""
    tried = Counter()

    def hold(case):
        tried[case.operation.path] += 1
        case.call_and_validate(headers=bearer(live[1]), checks=list(PROMISED))

    few = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    for operation in operations(contract):
        few(given(case=operation.as_strategy())(hold))()
        with suppress(*NO_SUCH):
            wrong = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
            few(given(case=wrong)(hold))()
    # the document itself was fetched to begin with, and is left out of what it tells of
    assert set(tried) == set(openapi.document()["paths"]) - {"/v1/openapi.json"}


def post(live, body, media="application/x-ndjson"):
    port, token = live
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    wire.request("POST", "/v1/events", body, {**bearer(token), "content-type": media})
    got = wire.getresponse()
    told = got.status, got.read()
    wire.close()
    return told


def test_of_fuzzed_lines_over_http_each_is_answered_within_the_contract(live, rows):
    document = openapi.document()
    said_by = Draft202012Validator(
        {"$ref": "#/components/schemas/Said", "components": document["components"]}
    )
    batch = [line for line in fuzz.lines(7, 150, rows) if line.strip()]
    status, body = post(live, b"\n".join(batch))
    assert status == 200
    told = msgspec.json.Decoder().decode_lines(body)
    assert len(told) == len(batch)
    assert all(said_by.is_valid(one) for one in told)
    singles = [post(live, line, "application/json")[0] for line in batch[:30]]
    assert set(singles) <= {200, 422}
    assert len(set(singles)) == 2
    assert post(live, lines(transfer("after")), "application/json")[0] == 200


def test_every_fuzzed_event_is_accepted_or_refused_with_a_reason(judges, rows, tmp_path):
    counts, waiting, told = Counter(), [], []

    with open_door(tmp_path, judges, say=Progress()) as door:

        def flush():
            for one in door.take(waiting):
                counts[type(one)] += 1
                assert not isinstance(one, Refused) or (one.fault and one.fix)
            waiting.clear()

        for line in fuzz.lines(11, FUZZED, rows):
            try:
                waiting.append(decode(line))
            except BadInput as error:
                counts["refused"] += 1
                told.append((error.what, error.where, error.fix))
            if len(waiting) >= 64:
                flush()
        flush()
        (said,) = door.take([decode(lines(transfer("after the fuzz")).strip())])
    assert counts.total() == FUZZED
    assert all(all(one) for one in told)
    assert isinstance(said, Answer)
    assert min(counts[Answer], counts[Taken], counts["refused"]) > FUZZED // 40
