import pyotp
import pytest

from console_room import WORD, token_of
from duanka.store.ledger import SYSTEM, Viewer
from duanka.web import people

pytestmark = pytest.mark.anyio
NEW = "a better horse battery"


async def asked(client, **told):
    token = token_of((await client.get("/password")).text)
    form = {"token": token, "old": WORD, "code": "", "new": NEW, "again": NEW, **told}
    return await client.post("/password", data=form)


async def entered(room, name, word, code=""):
    async with room.client() as client:
        return (await client.post("/login", data={"name": name, "password": word, "code": code})).status_code  # fmt: skip


async def test_who_knows_the_old_password_gives_themselves_a_new_one_and_enters_with_it(room):
    async with room.entered("stranger") as other, room.entered("stranger") as client:
        done = await asked(client)
        assert done.headers["location"] == "/login?changed=1"
        assert "新口令登录" in (await client.get(done.headers["location"])).text
        for one in (client, other):
            assert (await one.get("/overview")).status_code == 303
    assert await entered(room, "stranger", WORD) == 403
    assert await entered(room, "stranger", NEW) == 303
    with room.book.read(SYSTEM, at=room.clock()) as desk:
        told = [link.act for link in desk.history("user", "stranger")]
    assert told.count("change_password") == 1
    assert NEW not in str(told)


@pytest.mark.parametrize(
    ("told", "status", "said"),
    [
        ({"old": "not my password"}, 403, "有误"),
        ({"again": NEW + "x"}, 422, "不一致"),
        ({"new": "short", "again": "short"}, 422, "太短"),
        ({"new": WORD, "again": WORD}, 422, "相同"),
    ],
)
async def test_what_is_wrong_is_said_and_the_old_password_stays(room, told, status, said):
    async with room.entered("analyst") as client:
        page = await asked(client, **told)
        assert page.status_code == status
        assert said in page.text
        assert NEW not in page.text
    assert await entered(room, "analyst", WORD) == 303


async def test_a_second_factor_is_asked_for_and_stays(room):
    secret = pyotp.random_base32()
    people.add_user(room.book, Viewer("two", ("analyst",), ("*",), ("*",)), WORD, at=room.clock(), secret=secret)  # fmt: skip
    code = pyotp.TOTP(secret).at(room.clock())
    async with room.client() as client:
        await client.post("/login", data={"name": "two", "password": WORD, "code": code})
        assert (await asked(client)).status_code == 403
        assert (await asked(client, code=code)).status_code == 303
    assert await entered(room, "two", NEW) == 403
    assert await entered(room, "two", NEW, code) == 303
