import asyncio
from urllib.parse import quote

import msgspec
import pytest

from duanka.web import api
from web_room import ALL, StandIn, bearer, client_of, key_for, lines, opening, rows, transfer

LOOK = {"duanka-purpose": "appeal 12"}


def asked(folder, scene, *scopes, door=None):
    token = key_for(folder, *(scopes or ALL))

    async def play():
        async with client_of(folder, door or StandIn(), token=token) as client:
            return await scene(client)

    return asyncio.run(play())


def test_what_was_answered_can_be_looked_up_for_a_purpose_and_the_look_is_logged(tmp_path):
    async def scene(client):
        await client.post("/v1/events", content=lines(transfer("t/1")))
        await client.post("/v1/openings", content=lines(opening("t/1")))
        one = await client.get("/v1/answers/t/1", headers=LOOK)
        purpose = {"duanka-purpose": quote("申诉复核")}
        two = await client.get("/v1/answers/t%2F1?kind=opening", headers=purpose)
        none = await client.get("/v1/answers/somebody", headers=LOOK)
        return one, two, none

    one, two, none = asked(tmp_path, scene)
    assert (one.json()["event_kind"], two.json()["event_kind"]) == ("transfer", "opening")
    assert none.status_code == 404
    found = [(row["outcome"], row["purpose"], row.get("event_id")) for row in rows(tmp_path)]
    assert found == [
        ("200", "appeal 12", "t/1"),
        ("200", "申诉复核", "t/1"),
        ("404", "appeal 12", None),
    ]


@pytest.mark.parametrize("purpose", ["", " ", "x", "x" * 201, "a%0Ab"])
def test_a_look_without_a_purpose_is_refused_and_shows_nothing(tmp_path, purpose):
    async def scene(client):
        await client.post("/v1/events", content=lines(transfer()))
        return await client.get("/v1/answers/t1", headers={"duanka-purpose": purpose})

    response = asked(tmp_path, scene)
    assert response.status_code == 422
    assert "t1" not in response.text
    assert "answer" not in response.json()


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/v1/events", "events:write"),
        ("POST", "/v1/openings", "openings:write"),
        ("GET", "/v1/answers/t1", "answers:read"),
        ("GET", "/v1/metrics", "metrics:read"),
    ],
)
def test_each_address_wants_its_own_scope_and_no_other(tmp_path, method, path, scope):
    async def scene(client):
        found = []
        for one in ALL:
            headers = {**LOOK, **bearer(key_for(tmp_path, one))}
            await asyncio.sleep(2 * api_look())
            found.append((await client.request(method, path, headers=headers)).status_code)
        headers = {"authorization": "Bearer dk_none"}
        found.append((await client.request(method, path, headers=headers)).status_code)
        return found

    statuses = asked(tmp_path, scene)
    assert [status == 403 for status in statuses[:-1]] == [one != scope for one in ALL]
    assert statuses[-1] == 401
    assert [row["outcome"] for row in rows(tmp_path) if row["outcome"] in {"401", "403"}]


def api_look():
    from duanka.web.keys import LOOK_S

    return LOOK_S


def test_a_stranger_is_told_health_and_no_more(tmp_path):
    async def scene(client):
        del client.headers["authorization"]
        return await client.get("/v1/health")

    response = asked(tmp_path, scene)
    assert response.status_code == 200
    assert response.json() == {"ok": True}


def test_a_key_for_metrics_is_told_how_the_door_is(tmp_path):
    response = asked(tmp_path, lambda client: client.get("/v1/health"))
    assert response.json() == {"ok": True, "events": 0, "waiting": 0}
    wrong = asked(tmp_path, lambda client: client.get("/v1/health"), "events:write")
    assert wrong.status_code == 403


def test_a_door_that_does_not_turn_or_is_broken_is_not_well(tmp_path, monkeypatch):
    monkeypatch.setattr(api, "MOST_HEALTH_S", 0.05)
    door = StandIn()

    async def scene(client):
        door.opened.clear()
        post = asyncio.ensure_future(client.post("/v1/events", content=lines(transfer())))
        await asyncio.to_thread(door.entered.wait, 30)
        stuck = await client.get("/v1/health")
        door.fault = ZeroDivisionError()
        door.opened.set()
        assert (await post).status_code == 503
        return stuck, await client.get("/v1/health")

    for response in asked(tmp_path, scene, door=door):
        assert response.status_code == 503
        assert response.json()["ok"] is False
        assert response.json()["why"]


def test_metrics_count_what_happened(tmp_path):
    async def scene(client):
        await client.post("/v1/events", content=lines(transfer()))
        await client.post("/v1/events", content=b"{")
        await client.get("/v1/answers/none", headers=LOOK)
        return await client.get("/v1/metrics")

    response = asked(tmp_path, scene)
    assert response.headers["content-type"].startswith("text/plain")
    for told in (
        'requests_total{route="/v1/events",status="200"} 1.0',
        'requests_total{route="/v1/events",status="422"} 1.0',
        'requests_total{route="/v1/answers",status="404"} 1.0',
        "duanka_events_refused_total 1.0",
    ):
        assert told in response.text


def test_the_contract_is_there_for_everybody(tmp_path):
    async def scene(client):
        del client.headers["authorization"]
        return await client.get("/v1/openapi.json")

    document = msgspec.json.decode(asked(tmp_path, scene).content)
    assert set(document["paths"]) == {
        "/v1/events",
        "/v1/openings",
        "/v1/answers/{event_id}",
        "/v1/health",
        "/v1/metrics",
        "/v1/openapi.json",
    }
