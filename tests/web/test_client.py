import msgspec
import pytest

from duanka.errors import BadInput, NotAllowed, Unavailable
from duanka.web import client, serving
from duanka.web.client import Tally, stream
from web_room import StandIn, answer, key_for, lines, served, transfer, unavailable

DEVICE = {
    "kind": "device_use",
    "at": "2026-06-01T09:00:00+08:00",
    "card_kind": "sim",
    "card_id": "s",
    "device_id": "d",
}


class Strict(StandIn):
    """A door that holds every transfer of 500 fen or more."""

    def _one(self, event):
        if event.kind == "transfer" and event.row["amount_fen"] >= 500:
            self.said.setdefault(event.key, answer(event))
            return answer(event, answer="delay_settlement", because="score_high")
        return super()._one(event)


def sent(events, port, token, *, batch=3, path="http://127.0.0.1"):
    seen = []
    tally = stream(
        lines(*events).splitlines(),
        f"{path}:{port}",
        token,
        batch=batch,
        seen=lambda one: seen.append(one.sent),
    )
    assert seen == [*range(batch, len(events), batch), len(events)]
    return tally


def test_what_became_of_all_events_is_added_up(tmp_path):
    token = key_for(tmp_path)
    with served(tmp_path, Strict()) as (port, door):
        amounts = (100, 500, 700, -1)
        events = [transfer(f"t{n}", amount_fen=amount) for n, amount in enumerate(amounts)]
        tally = sent([*events, DEVICE, transfer("t0")], port, token)
    assert (tally.sent, tally.taken, tally.refused, tally.duplicates) == (6, 1, 1, 1)
    assert tally.answers == {("transfer", "allow"): 2, ("transfer", "delay_settlement"): 2}
    assert tally.stopped == {("transfer", "delay_settlement", "score_high"): 2}
    assert tally.stopped_fen.total() == 1_200
    assert len(tally.examples) == 2
    assert "amount_fen" in next(iter(tally.faults))
    assert len(tally.batch_s) == 2
    assert len(door.said) == 4


def test_a_busy_server_is_waited_for_and_nothing_is_lost(tmp_path, monkeypatch):
    token = key_for(tmp_path)
    door = StandIn()
    door.fault = unavailable()

    def wait(_seconds):
        door.fault = None

    monkeypatch.setattr(client.time, "sleep", wait)
    with served(tmp_path, door) as (port, _):
        tally = sent([transfer(f"t{n}") for n in range(5)], port, token)
    assert tally.waits == 1
    assert tally.sent == len(door.said) == 5


def test_a_server_that_stays_busy_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(client.time, "sleep", lambda _: None)
    monkeypatch.setattr(client, "TRIES", 3)
    token = key_for(tmp_path)
    door = StandIn()
    door.fault = unavailable()
    with served(tmp_path, door) as (port, _), pytest.raises(Unavailable):
        sent([transfer()], port, token)


def test_a_key_that_will_not_do_is_told(tmp_path):
    token = key_for(tmp_path, "answers:read")
    with served(tmp_path) as (port, _):
        for wrong in (token, "dk_none"):
            with pytest.raises(NotAllowed) as told:
                sent([transfer()], port, wrong)
            assert told.value.fix


def test_where_nobody_listens_or_nothing_is_named_is_told():
    with serving.listen(serving.Place(port=0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unavailable) as told:
        sent([transfer()], port, "x")
    assert "duanka serve" in told.value.fix
    with pytest.raises(BadInput):
        sent([transfer()], port, "x", path="ftp://127.0.0.1")


def test_a_late_answer_is_counted_as_such():
    tally = Tally()
    event = transfer()
    late = {
        "event_kind": "transfer",
        "event_id": "t1",
        "answer": "allow",
        "timed_out": True,
        "duplicate": False,
    }
    tally.add([msgspec.json.encode(event)], [late])
    assert tally.late == 1
    assert not tally.stopped
