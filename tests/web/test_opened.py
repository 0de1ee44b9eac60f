import asyncio
from datetime import UTC, datetime

from duanka.policy import dated
from duanka.web import opened
from duanka.web.waiting import Bounds
from web_room import StandIn, client_of, key_for, lines, rows, transfer


def test_the_deadline_is_the_policys():
    policy = dated.load()
    today = policy.at(datetime.now(UTC).date())
    assert opened.bounds_of(policy).answer_s * 1_000 == today.number(opened.DEADLINE)


def test_an_answer_that_policy_gave_in_time_stands_in_the_log(tmp_path):
    door = StandIn()
    door.opened.clear()

    async def play():
        token = key_for(tmp_path)
        async with client_of(tmp_path, door, bounds=Bounds(answer_s=0.01), token=token) as client:
            response = await client.post("/v1/events", content=lines(transfer()))
            door.opened.set()
            return response

    response = asyncio.run(play())
    assert response.status_code == 200
    assert response.json()["timed_out"]
    (row,) = rows(tmp_path)
    assert (row["outcome"], row["event_id"]) == ("timed_out:verify_transaction", "t1")
    assert len(door.said) == 1


def test_keys_and_log_have_a_place_of_their_own(tmp_path):
    assert opened.web_folder(tmp_path).parent == tmp_path
