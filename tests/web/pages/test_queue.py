import pytest

from console_room import token_of, with_case

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def case_id(room):
    return with_case(room)[0]


async def test_cases_stand_in_the_queue_and_are_given_out(room, case_id):
    async with room.entered() as client:
        page = (await client.get("/queue")).text
        assert f"/case/{case_id}" in page
        form = {"token": token_of(page), "act": "assign", f"case:{case_id}": "1", "to": "officer"}
        assert (await client.post("/queue", data=form)).status_code == 303
        assert "officer</td>" in (await client.get("/queue?state=assigned")).text
        assert case_id not in (await client.get("/queue?mine=1")).text


async def test_a_stranger_sees_no_case_and_an_administrator_no_queue(room, case_id):
    async with room.entered("stranger") as client:
        assert case_id not in (await client.get("/queue")).text
    async with room.entered("administrator") as client:
        assert (await client.get("/queue")).status_code == 403


async def test_a_forged_form_does_nothing(room, case_id):
    async with room.entered() as client:
        form = {"token": "forged", "act": "assign", f"case:{case_id}": "1"}
        assert (await client.post("/queue", data=form)).status_code == 403
