"""What the console refuses: forged forms on every address, pages of other roles, scripts in every text, planted sessions."""

import pytest
from starlette.routing import Route

from console_room import WORD, console, once_of, small_run, token_of, version_of, with_case, write
from duanka.store.ledger import SYSTEM
from duanka.web.people import ROLES
from duanka.web.session import COOKIE, LONGEST
from ledgers import AT

pytestmark = pytest.mark.anyio
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"
OPEN = {"/login", "/language/{chosen}"}


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A console over a run in which everything that may be a text is a script."""
    folder = tmp_path_factory.mktemp("walls")
    found = small_run(folder)
    write(found.out, "network", [{"network_id": EVIL, "subject_kind": k, "subject_id": EVIL} for k in ("account", "person")])  # fmt: skip
    write(found.out, "role", [{"network_id": EVIL, "subject_kind": "person", "subject_id": EVIL, "role": "mule", "score": 0.5, "evidence": '{"for": [{"signal": "<script>alert(3)</script>", "zh": "<script>alert(3)</script>", "en": "x", "count": 1, "last_at": null, "log_odds": 1}]}'}])  # fmt: skip
    write(found.out, "opening_advice", [{"opening_id": EVIL, "score": 0.5, "advice": "check_further", "reasons": [EVIL]}])  # fmt: skip
    write(found.out, "scorecard", [{"unit_kind": "outlet", "unit_id": EVIL, "period": "2026-05", "side": "new", "exposure": 9, "implicated": 1, "self_detected": 0, "rank": 1}])  # fmt: skip
    write(found.out, "listing", [{"unit_kind": "outlet", "unit_id": EVIL, "period": "2026-05", "listing": "notice", "because": EVIL, "legal_basis": EVIL}])  # fmt: skip
    write(found.data, "device_use", [{"device_id": EVIL, "card_kind": "account", "card_id": "A1", "at": AT}])  # fmt: skip
    write(found.data, "transfer", [{"transfer_id": "T1", "at": AT, "payer_id": "A1", "payee_id": EVIL, "amount_fen": 5}])  # fmt: skip
    made = console(folder, found)
    yield made
    made.book.close()


def filled(room, path, ids):
    """An address with its parts filled in."""
    case_id, order_id = ids
    parts = {"kind": "account", "id": "A1", "chosen": "zh", "name": "queue", "form": "csv"}
    if path.startswith(("/case", "/order", "/network", "/appeals")):
        parts["id"] = {"c": case_id, "o": order_id}.get(path[1], "x")
    return path.format(**parts)


def routes(room, method):
    return sorted({r.path for r in room.app.routes if isinstance(r, Route) and method in r.methods})


@pytest.fixture(scope="module")
def ids(room):
    return with_case(room)


async def test_no_form_is_taken_without_the_token_of_its_session(room, ids):
    async with room.entered("officer") as other:
        stolen = token_of((await other.get("/overview")).text)
    async with room.entered("lead_officer") as client:
        for path in routes(room, "POST"):
            if path in OPEN:
                continue
            for form in ({}, {"token": ""}, {"token": stolen}, {"token": "é" * 9}):
                sent = await client.post(filled(room, path, ids), data={"act": "take", **form})
                assert sent.status_code == 403, (path, form, sent.text)
        with room.book.read(SYSTEM, at=AT) as desk:
            assert [one.act for one in desk.history("case", ids[0])] == ["open"]


async def test_nobody_sees_a_page_without_entering(room, ids):
    async with room.client() as client:
        for path in {*routes(room, "GET"), *routes(room, "POST")} - OPEN - {"/"}:
            for method in ("get", "post"):
                told = await getattr(client, method)(filled(room, path, ids))
                assert told.status_code in (303, 405), (path, told.status_code)
                if told.status_code == 303:
                    assert told.headers["location"].startswith("/login")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_scripts_in_any_text_stay_text_on_every_page_a_role_may_open(room, ids, role, language):  # fmt: skip
    seen = 0
    async with room.entered(role) as client:
        await client.get(f"/language/{language}")
        form = {"token": token_of((await client.get("/overview")).text), "purpose": EVIL, "back": "/"}  # fmt: skip
        await client.post("/purpose", data=form)
        asked = "&".join(f"{name}=%3Cscript%3Ealert(4)%3C/script%3E" for name in ("q", "day", "kind", "side", "period", "state", "from", "table", "advice", "province", "before", "name"))  # fmt: skip
        pages = {*routes(room, "GET"), "/network/" + EVIL.replace("/", "%2F")}
        for path in sorted(pages - {"/", "/language/{chosen}"}):
            page = await client.get(f"{filled(room, path, ids)}?{asked}")
            assert page.status_code < 500, path
            if "text/html" in page.headers.get("content-type", ""):
                seen += page.status_code == 200
                assert "<script>alert" not in page.text, path
                assert "<img" not in page.text, path
                assert f'<html lang="{"en" if language == "en" else "zh-CN"}">' in page.text
    assert seen >= 4


async def test_what_somebody_says_in_an_appeal_or_a_note_stays_text(room, ids):
    case_id, order_id = ids
    async with room.entered("officer") as client:
        page = (await client.get(f"/case/{case_id}")).text
        token = token_of(page)
        note = {"token": token, "act": "note", "version": version_of(page, "note"), "words": EVIL}
        assert (await client.post(f"/case/{case_id}", data=note)).status_code == 303
        read = await client.post(f"/case/{case_id}/notes", data={"token": token, "purpose": EVIL})
        assert "&lt;script&gt;" in read.text
        decided = {"token": token, "act": "decide", "version": "1", "because": EVIL}
        path = f"/order/{order_id}?case={case_id}"
        assert (await client.post(path, data=decided)).status_code == 303
        page = (await client.get(f"/case/{case_id}")).text
        plea = {"token": token, "act": "appeal", "version": version_of(page, "appeal"), "channel": "counter", "words": EVIL, "contact": EVIL, "once": once_of(page)}  # fmt: skip
        assert (await client.post(path, data=plea)).status_code == 303
        again = plea | {"once": once_of((await client.get(f"/case/{case_id}")).text)}
        assert (await client.post(path, data=again)).status_code == 303
        assert (await client.get("/appeals")).text.count("data-row") == 2
        for text in (read.text, page, (await client.get(f"/case/{case_id}")).text):
            assert "<script>alert" not in text
    async with room.entered("auditor") as client:
        assert "<script>alert" not in (await client.get("/audit")).text


async def test_a_session_is_new_at_every_entry_and_ends_at_leaving_and_in_time(room):
    async with room.entered("analyst") as client:
        first = client.cookies[COOKIE]
        await client.post("/login", data={"name": "analyst", "password": WORD})
        assert client.cookies[COOKIE] != first
        async with room.client() as old:
            old.cookies.set(COOKIE, first)
            assert (await old.get("/overview")).status_code == 303
        kept = client.cookies[COOKIE]
        token = token_of((await client.get("/overview")).text)
        await client.post("/logout", data={"token": token})
        async with room.client() as old:
            old.cookies.set(COOKIE, kept)
            assert (await old.get("/overview")).status_code == 303
    async with room.entered("analyst") as client:
        for _ in range(int(LONGEST.total_seconds() // 1500) + 1):
            room.clock.passes(seconds=1500)
            last = (await client.get("/overview")).status_code
        assert last == 303


ALLOWED = {
    "auditor": {"/audit", "/policy/compare", "/fairness", "/purpose", "/password", "/logout", "/appeals/{id}/words", "/case/{id}/notes", "/case/{id}/papers", "/case/{id}/fetch"},
    "administrator": {"/policy/compare", "/fairness", "/purpose", "/password", "/logout"},
    "security": {"/users", "/policy/compare", "/fairness", "/purpose", "/password", "/logout"},
}  # fmt: skip
"""What those who stand apart may send: questions, and the security officer's own acts; none changes a case."""


@pytest.mark.parametrize("role", ALLOWED)
async def test_who_stands_apart_acts_on_no_case_order_appeal_or_lead(room, ids, role):
    tried = 0
    async with room.entered(role) as client:
        rows = room.book.verify().rows
        token = token_of((await client.get("/overview")).text)
        for path in sorted(set(routes(room, "POST")) - ALLOWED[role] - OPEN):
            for act in ("take", "note", "decide", "lift", "appeal", "assign", "grant", "answer"):
                form = {"token": token, "act": act, "version": "1", "because": "x", "words": "x", "purpose": "x", "channel": "counter", "contact": "", "once": "o"}  # fmt: skip
                sent = await client.post(filled(room, path, ids), data=form)
                assert sent.status_code in (403, 404, 422), (path, act, sent.status_code, sent.text)
                tried += 1
    assert tried > 50
    assert room.book.verify().rows == rows
