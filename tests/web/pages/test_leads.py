import pytest

from console_room import token_of

pytestmark = pytest.mark.anyio


async def test_leads_are_listed_and_the_template_is_there(room):
    async with room.entered() as client:
        assert "没有未办结线索" in (await client.get("/leads")).text
        taken = await client.get("/leads/template.xlsx")
        assert taken.content[:2] == b"PK"
    async with room.entered("governance") as client:
        assert (await client.get("/leads")).status_code == 403


TEXT = (
    "线索编号,发出时间,发出单位,卡类别,卡编号,损失金额（分）\n"
    "L1,2026-06-01T11:00:00+08:00,police_1,account,A1,500\n"
    "L3,昨天,police_1,account,A2,\n"
)


async def test_a_file_of_leads_is_taken_and_its_wrong_row_comes_back(room):
    async with room.entered() as client:
        token = token_of((await client.get("/leads")).text)
        form = {"token": token, "sender": "police_1", "unit": "bank_1"}
        file = {"file": ("leads.csv", TEXT.encode())}
        assert (await client.get("/leads/returned.xlsx")).status_code == 404
        page = await client.post("/leads/file", data=form, files=file)
        assert page.status_code == 200, page.text
        assert "/leads/returned.xlsx" in page.text
        assert (await client.get("/leads/returned.xlsx")).content[:2] == b"PK"
        forged = await client.post("/leads/file", data=form | {"token": "forged"}, files=file)
        assert forged.status_code == 403
        odd = await client.post("/leads/file", data=form, files={"file": ("x.exe", b"MZ")})
        assert odd.status_code == 422
    async with room.entered("stranger") as client:
        form["token"] = token_of((await client.get("/leads")).text)
        assert (await client.post("/leads/file", data=form, files=file)).status_code == 422
    async with room.entered("auditor") as client:
        form["token"] = token_of((await client.get("/leads")).text)
        assert (await client.post("/leads/file", data=form, files=file)).status_code == 403
