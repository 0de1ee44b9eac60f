import asyncio

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fuzz
from duanka.web import intake
from duanka.web.reading import MOST_BYTES
from web_room import StandIn, client_of, key_for, lines, opening, transfer

NDJSON = {"content-type": "application/x-ndjson"}
FUZZED = 20_000
CALL = {
    "kind": "call",
    "call_id": "c",
    "at": "2026-06-01T09:00:00+08:00",
    "caller_id": "s",
    "callee_id": "t",
    "duration_s": 60,
    "answered": True,
}
LABEL = {
    "kind": "label",
    "card_kind": "account",
    "card_id": "a",
    "implicated": True,
    "known_at": "2026-06-01T09:00:00+08:00",
    "source": "police",
}


def asked(folder, scene, *scopes, door=None):
    """What the scene saw through a client with a key of these scopes."""
    token = key_for(folder, *scopes)

    async def play():
        async with client_of(folder, door or StandIn(), token=token) as client:
            return await scene(client)

    return asyncio.run(play())


def posted(folder, body, *scopes, path="/v1/events", headers=None):
    return asked(
        folder, lambda client: client.post(path, content=body, headers=headers or {}), *scopes
    )


def said(response):
    assert response.status_code == 200, response.text
    return msgspec.json.Decoder().decode_lines(response.content)


def test_one_event_is_answered(tmp_path):
    (told,) = said(posted(tmp_path, lines(transfer())))
    assert (told["event_id"], told["answer"], told["duplicate"]) == ("t1", "allow", False)


def test_a_batch_is_answered_in_order_line_by_line_the_bad_ones_too(tmp_path):
    body = b"\r\n".join(
        [
            *lines(transfer("t1"), transfer("t2", amount_fen=0)).splitlines(),
            b"",
            b"{nonsense",
            b"  ",
            b"\xff\xfe",
            *lines(transfer("t1"), transfer("t3")).splitlines(),
        ]
    )
    response = posted(tmp_path, body, headers=NDJSON)
    assert response.headers["content-type"] == "application/x-ndjson"
    told = said(response)
    assert [one["event_id"] for one in told] == ["t1", None, None, None, "t1", "t3"]
    assert "amount_fen" in told[1]["fault"]
    assert all(one["fix"] for one in told if "fault" in one)
    assert told[4]["duplicate"]


def test_an_empty_batch_has_an_empty_answer(tmp_path):
    assert said(posted(tmp_path, b"\n\n", headers=NDJSON)) == []


def test_applications_have_their_own_address_and_scope(tmp_path):
    path = "/v1/openings"
    assert said(posted(tmp_path, lines(opening()), path=path))[0]["event_kind"] == "opening"
    assert posted(tmp_path, lines(transfer()), path=path).status_code == 422
    assert posted(tmp_path, lines(opening()), "events:write", path=path).status_code == 403


def test_a_stream_may_hold_applications_if_its_key_may_send_them(tmp_path):
    mixed = lines(transfer(), opening())
    told = said(posted(tmp_path, mixed, headers=NDJSON))
    assert [one["event_kind"] for one in told] == ["transfer", "opening"]
    told = said(posted(tmp_path, mixed, "events:write", headers=NDJSON))
    assert told[0]["event_kind"] == "transfer"
    assert "/v1/openings" in told[1]["fix"]


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/csv"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_a_body_of_another_kind_is_refused(tmp_path, headers):
    assert posted(tmp_path, lines(transfer()), headers=headers).status_code == 415


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", None])
def test_json_by_any_of_its_names_is_read(tmp_path, kind):
    headers = {"content-type": kind} if kind else {}
    assert posted(tmp_path, lines(transfer()), headers=headers).status_code == 200


def test_a_body_or_a_batch_that_is_too_large_is_refused_and_nothing_is_kept(tmp_path):
    door = StandIn()
    line = lines(transfer())

    async def scene(client):
        large = await client.post("/v1/events", content=line * (MOST_BYTES // len(line) + 1))
        many = await client.post(
            "/v1/events", content=b"{}\n" * (intake.MOST_LINES + 1), headers=NDJSON
        )
        return large, many

    for response in asked(tmp_path, scene, door=door):
        assert response.status_code == 413
        assert response.headers["connection"] == "close"
        assert response.json()["fix"]
    assert not door.said


def test_a_rate_that_is_used_up_is_told_and_nothing_is_kept(tmp_path):
    token = key_for(tmp_path, "events:write", per_second=3)
    door = StandIn()

    async def play():
        async with client_of(tmp_path, door, token=token) as client:
            body = lines(*(transfer(f"t{n}") for n in range(4)))
            return await client.post("/v1/events", content=body, headers=NDJSON)

    response = asyncio.run(play())
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) >= 1
    assert not door.said


DEEP = 100_000
HARD = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"0",
    b"NaN",
    b"\x00",
    b"\xff\xfe\xfd",
    b"\xef\xbb\xbf{}",
    b"[" * DEEP,
    b'{"kind":' * DEEP,
    b'{"kind":"transfer","at":' + b"[" * DEEP,
    lines(transfer()).replace(b"100", b"NaN"),
    lines(transfer()).replace(b"100", b"Infinity"),
    lines(transfer()).replace(b"100", b"9" * 5_000),
    lines(transfer()).replace(b"100", b"1e400"),
    lines(transfer()).replace(b"100", b"100.5"),
    lines(transfer()).replace(b"100", b"-1"),
    lines(transfer(amount_fen=2**63)),
    lines(transfer(payer_id="x" * 65)),
    lines(transfer(payer_id="")),
    lines(transfer(payer_id=None)),
    lines(transfer(payer_id=["a"])),
    lines(transfer(payer_id="a\u0000b")),
    lines(transfer(at="yesterday")),
    lines(transfer(at="2026-06-01T09:00:00")),
    lines(transfer(at="9999-12-31T23:59:59-23:59")),
    lines(transfer(at=1_780_000_000)),
    lines(transfer(kind="nonsense")),
    lines(transfer(kind={})),
    lines(transfer(memo_kind="bribe")),
    lines(transfer(stranger=1)),
    lines({"transfer_id": "t"}),
]


@pytest.mark.parametrize("body", HARD, ids=lambda body: repr(body[:24]))
def test_a_body_that_is_no_event_is_refused_as_such(tmp_path, body):
    response = posted(tmp_path, body)
    assert response.status_code == 422, response.text
    told = response.json()
    assert told["detail"]
    assert told["fix"]
    assert "Traceback" not in response.text


def test_values_are_masked_where_they_are_told_back(tmp_path):
    number = "164" + "00001234"
    response = posted(tmp_path, lines(transfer(memo_kind=number, payer_id=number + "x" * 60)))
    assert response.status_code == 422
    assert number not in response.text


def test_of_twenty_thousand_fuzzed_lines_each_is_accepted_or_refused_with_a_reason(tmp_path):
    rows = [transfer("t"), opening("o"), CALL, LABEL, transfer("u", memo_kind="salary")]
    sent = [line for line in fuzz.lines(11, FUZZED, rows) if line.strip()]
    door = StandIn()

    async def scene(client):
        found = []
        for at in range(0, len(sent), 250):
            body = b"\n".join(sent[at : at + 250])
            found += said(await client.post("/v1/events", content=body, headers=NDJSON))
        found += said(await client.post("/v1/events", content=lines(transfer("after"))))
        return found

    told = asked(tmp_path, scene, door=door)
    assert len(told) == len(sent) + 1
    refused = [one for one in told if "fault" in one]
    assert all(one["fault"] and one["fix"] for one in refused)
    assert FUZZED // 10 < len(refused) < FUZZED * 9 // 10
    assert sum(door.batches) == len(told) - len(refused)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=80).filter(lambda raw: b"\n" not in raw), max_size=20))
def test_of_any_bytes_each_line_has_its_answer(tmp_path_factory, raws):
    response = posted(tmp_path_factory.mktemp("any"), b"\n".join(raws), headers=NDJSON)
    expected = [raw for raw in raws if raw and not raw.isspace()]
    told = said(response)
    assert len(told) == len(expected)
    assert all("fault" in one and one["fix"] for one in told)
