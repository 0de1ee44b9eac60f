import asyncio
import threading

import httpx2
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from duanka.errors import Conflict
from duanka.web import opened
from duanka.web.app import keep_snapshots, make_app
from duanka.web.waiting import Bounds
from web_room import StandIn, client_of, key_for, lines, transfer


def page(_request):
    return PlainTextResponse("page", headers={"content-security-policy": "default-src 'self'"})


def broken(_request):
    raise ZeroDivisionError("secret 4711")


def stale(_request):
    raise Conflict("another has changed it", where="case 1", fix="look again")


def asked(folder, *requests):
    api = opened.open_api(folder, StandIn(), bounds=Bounds())
    pages = [Route("/page", page), Route("/broken", broken), Route("/stale", stale)]
    app = make_app(api, pages=pages)

    async def play():
        async with app.rest.router.lifespan_context(app.rest):
            wire = httpx2.ASGITransport(app=app)
            async with httpx2.AsyncClient(transport=wire, base_url="http://x") as client:
                return [await client.request(*one) for one in requests]

    return asyncio.run(play())


def test_pages_live_beside_the_api_with_their_own_policy_and_the_same_protection(tmp_path):
    shown, health = asked(tmp_path, ("GET", "/page"), ("GET", "/v1/health"))
    assert shown.text == "page"
    assert shown.headers["content-security-policy"] == "default-src 'self'"
    assert health.headers["content-security-policy"].startswith("default-src 'none'")
    for response in (shown, health):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-frame-options"] == "DENY"


def test_a_fault_of_the_house_is_a_problem_document_on_any_page(tmp_path):
    (response,) = asked(tmp_path, ("GET", "/stale"))
    assert response.status_code == 409
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["fix"] == "look again"


def test_an_unforeseen_fault_tells_a_reference_that_the_log_has_and_nothing_else(tmp_path, caplog):
    (response,) = asked(tmp_path, ("GET", "/broken"))
    assert response.status_code == 500
    assert "4711" not in response.text
    assert "Zero" not in response.text
    reference = response.json()["where"].removeprefix("reference ")
    assert reference in caplog.text
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/events", 405),
        ("DELETE", "/v1/openings", 405),
        ("POST", "/v1/health", 405),
        ("TRACE", "/v1/events", 405),
        ("GET", "/../../etc/passwd", 404),
    ],
)
def test_what_the_router_refuses_is_a_problem_document_too(tmp_path, method, path, status):
    (response,) = asked(tmp_path, (method, path))
    assert response.status_code == status
    assert response.json()["status"] == status
    assert response.json()["fix"]
    if status == 405:
        assert response.headers["allow"]


def test_an_unforeseen_fault_on_the_straight_way_is_told_as_well(tmp_path, monkeypatch):
    def fall(*_):
        raise ZeroDivisionError("secret 4711")

    monkeypatch.setattr("duanka.web.intake.decode", fall)

    async def play():
        async with client_of(tmp_path, StandIn(), token=key_for(tmp_path)) as client:
            return await client.post("/v1/events", content=lines(transfer()))

    response = asyncio.run(play())
    assert response.status_code == 500
    assert "4711" not in response.text


def test_a_snapshot_is_written_after_a_stretch_in_which_something_came_in_and_only_then(tmp_path):
    door, written, wrote = StandIn(), [], threading.Event()

    def snapshot():
        written.append(len(door.said))
        wrote.set()

    door.snapshot = snapshot

    async def play():
        async with client_of(tmp_path, door, token=key_for(tmp_path)) as client:
            line = client.api.waiting
            keeping = asyncio.create_task(keep_snapshots(line, every_s=0.01))
            await asyncio.sleep(0.05)
            assert written == []
            await client.post("/v1/events", content=lines(transfer()))
            assert await asyncio.to_thread(wrote.wait, 20)
            await asyncio.sleep(0.05)
            keeping.cancel()

    asyncio.run(asyncio.wait_for(play(), 30))
    assert written == [1]
