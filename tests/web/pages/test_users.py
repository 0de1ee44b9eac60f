import pytest

from console_room import WORD, token_of

pytestmark = pytest.mark.anyio


async def sent(client, **told):
    token = token_of((await client.get("/users")).text)
    return await client.post("/users", data={"token": token, **told})


async def entered(room, name, word=WORD):
    async with room.client() as client:
        return (await client.post("/login", data={"name": name, "password": word})).status_code


async def test_a_security_officer_lets_somebody_in_who_then_enters(room):
    async with room.entered("security") as client:
        said = await sent(client, act="add", user="new_one", institutions="bank_1，bank_2", **{"role:officer": "1"})  # fmt: skip
        word = said.text.split("<code>")[1].split("</code>")[0]
        shown = (await client.get("/users")).text
    assert "bank_1, bank_2" in shown
    assert word not in shown
    assert await entered(room, "new_one", word) == 303


async def test_who_is_disabled_is_out_at_once_and_stays_out(room):
    async with room.entered("stranger") as other, room.entered("security") as client:
        assert (await other.get("/overview")).status_code == 200
        done = await sent(client, act="disable", user="stranger", because="left the bank")
        assert done.status_code == 303
        assert (await other.get("/overview")).status_code == 303
        assert await entered(room, "stranger") == 403
        again = await sent(client, act="disable", user="stranger", because="once more")
        assert again.status_code == 409
        assert "已停用" in (await client.get("/users")).text
        assert (await sent(client, act="enable", user="stranger", because="came back")).status_code == 303  # fmt: skip
    assert await entered(room, "stranger") == 303


async def test_roles_are_granted_and_a_new_password_is_made(room):
    async with room.entered("security") as client:
        assert (await sent(client, act="grant", user="stranger", because="moved", **{"role:reviewer": "1"})).status_code == 303  # fmt: skip
        page = await sent(client, act="reset", user="stranger", because="forgotten", second_factor="1")  # fmt: skip
        assert page.text.count("<code>") == 2
        assert (await sent(client, act="unlock", user="stranger", because="wrong keyboard")).status_code == 303  # fmt: skip
    assert await entered(room, "stranger") == 403


async def test_an_administrator_and_an_auditor_see_users_and_change_none(room):
    for name in ("administrator", "auditor"):
        async with room.entered(name) as client:
            page = (await client.get("/users")).text
            assert "officer" in page
            assert 'name="because"' not in page
            assert (await sent(client, act="disable", user="officer", because="x")).status_code == 403  # fmt: skip
    async with room.entered("officer") as client:
        assert (await client.get("/users")).status_code == 403
    async with room.entered("security") as client:
        own = await sent(client, act="disable", user="security", because="me")
        assert own.status_code == 403
        assert (await sent(client, act="nothing", user="officer")).status_code == 422
