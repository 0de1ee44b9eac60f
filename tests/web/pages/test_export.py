import fastexcel
import pytest

from console_room import console, small_run, token_of, with_case, write
from duanka.web import takeouts

pytestmark = pytest.mark.anyio


async def test_the_queue_leaves_as_a_file_with_a_purpose(room):
    case_id, _ = with_case(room)
    async with room.entered() as client:
        asked = (await client.get("/export/queue.csv")).text
        form = {"token": token_of(asked), "purpose": "weekly meeting", "back": "/export/queue.csv"}
        await client.post("/purpose", data=form)
        taken = await client.get("/export/queue.csv")
        assert taken.content.startswith("\ufeff编号,".encode())
        assert case_id in taken.text
        assert (await client.get("/export/queue.xlsx")).content[:2] == b"PK"
        assert (await client.get("/export/queue.exe")).status_code == 404
        found = await client.get(f"/search?q={case_id}")
        assert found.headers["location"] == f"/case/{case_id}"
        assert (await client.get("/search?q=A2")).headers["location"] == "/card/account/A2"
        assert (await client.get("/search?q=nothing")).status_code == 404


async def with_purpose(client, path="/export/policy.csv"):
    form = {"token": token_of((await client.get(path)).text), "purpose": "=1+1", "back": path}
    await client.post("/purpose", data=form)


@pytest.mark.parametrize("role", ["lead_officer", "auditor", "governance", "administrator"])
async def test_every_table_is_for_its_roles_and_leaves_as_text(room, role):
    async with room.entered(role) as client:
        await with_purpose(client)
        for name, one in takeouts.TAKEOUTS.items():
            for form in ("csv", "xlsx"):
                taken = await client.get(f"/export/{name}.{form}")
                may = not one.roles or role in one.roles
                assert (taken.status_code == 200) is may, (name, taken.text)
                if may:
                    assert taken.headers["content-disposition"].startswith("attachment")


async def test_a_name_that_is_a_formula_leaves_as_text_and_a_stranger_takes_nothing_of_others(tmp_path):  # fmt: skip
    found = small_run(tmp_path)
    write(found.out, "network", [{"network_id": "=cmd|' /C calc'!A0", "subject_kind": "account", "subject_id": "00123456789012345678"}])  # fmt: skip
    made = console(tmp_path, found)
    async with made.entered("analyst") as client:
        await with_purpose(client)
        told = (await client.get("/export/networks.csv")).text
        assert "\r\n'=cmd" in told
        path = tmp_path / "x.xlsx"
        path.write_bytes((await client.get("/export/networks.xlsx")).content)
        sheet = fastexcel.read_excel(str(path)).load_sheet(0, dtypes="string").to_polars()
        assert sheet.row(0) == ("=cmd|' /C calc'!A0", "account", "00123456789012345678")
        await client.get("/language/en")
        assert (await client.get("/export/networks.csv")).text.startswith("\ufeffnetwork,")
    async with made.entered("stranger") as client:
        await with_purpose(client)
        assert (await client.get("/export/networks.csv")).status_code == 404
        assert (await client.get("/export/cards.csv")).status_code == 404
        assert (await client.get("/export/queue.csv")).text.count("\r\n") == 1
    async with made.entered("auditor") as client:
        assert "table networks" in (await client.get("/audit")).text
    made.book.close()
