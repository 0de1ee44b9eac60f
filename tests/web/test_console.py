import re

import pytest

from console_room import console
from duanka.web.session import COOKIE, IDLE


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    made = console(tmp_path_factory.mktemp("console"))
    yield made
    made.book.close()


@pytest.fixture
def anyio_backend():
    return "asyncio"


pytestmark = pytest.mark.anyio


async def test_who_is_not_in_is_asked_to_enter_and_comes_back(room):
    async with room.client() as client:
        asked = await client.get("/overview?x=1")
        assert (asked.status_code, asked.headers["location"]) == (
            303,
            "/login?next=%2Foverview%3Fx%3D1",
        )
        shown = await client.get(asked.headers["location"])
        assert 'value="/overview?x=1"' in shown.text
        wrong = await client.post(
            "/login", data={"name": "analyst", "password": "no", "next": "/overview"}
        )
        assert wrong.status_code == 403
        assert COOKIE not in wrong.cookies


async def test_a_cookie_planted_before_entering_is_worth_nothing(room):
    async with room.client() as client:
        client.cookies.set(COOKIE, "planted")
        answer = await client.post(
            "/login", data={"name": "analyst", "password": "correct horse battery"}
        )
        assert answer.cookies[COOKIE] != "planted"
        told = answer.headers["set-cookie"].lower()
        assert "httponly" in told
        assert "samesite=strict" in told


async def test_nobody_is_sent_to_another_host_after_entering(room):
    for place in ("//evil.example", "https://evil.example", "/\\evil.example", "/login"):
        async with room.client() as client:
            data = {"name": "analyst", "password": "correct horse battery", "next": place}
            answer = await client.post("/login", data=data)
            assert answer.headers["location"] == "/overview"


async def test_pages_carry_a_strict_policy_and_are_not_kept(room):
    async with room.entered() as client:
        page = await client.get("/overview")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-frame-options"] == "DENY"
    assert not re.search(r"(src|href)=\"(https?:)?//", page.text)
    assert not re.search(r"\son\w+=|style=|<style|<script>(?!$)", page.text)


async def test_both_languages(room):
    async with room.entered() as client:
        assert "今日概览" in (await client.get("/overview")).text
        await client.get("/language/en?next=/overview")
        assert '<h1 class="page-title">Overview' in (await client.get("/overview")).text


async def test_leaving_needs_the_form_of_the_page(room):
    async with room.entered() as client:
        assert (await client.post("/logout", data={"token": "forged"})).status_code == 403
        page = await client.get("/overview")
        token = re.search(r'name="token" value="([^"]+)"', page.text)[1]
        assert (await client.post("/logout", data={"token": token})).status_code == 303
        assert (await client.get("/overview")).status_code == 303


async def test_a_session_that_was_idle_is_over(room):
    async with room.entered() as client:
        room.clock.passes(seconds=IDLE.total_seconds() + 1)
        assert (await client.get("/overview")).status_code == 303


async def test_what_is_not_there_is_said_on_a_page(room):
    async with room.entered() as client:
        page = await client.get("/nothing/here")
    assert page.status_code == 404
    assert "没有这个页面" in page.text


async def test_static_files_do_not_lead_out_of_their_folder(room):
    async with room.client() as client:
        assert (await client.get("/static/console.css")).status_code == 200
        for path in (
            "/static/../console.py",
            "/static/%2e%2e/console.py",
            "/static/vendor/../../app.py",
        ):
            assert (await client.get(path)).status_code == 404
