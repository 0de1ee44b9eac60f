"""Which cards a clean-up asks about; stopped in the middle, it goes on."""

import pytest

from desks import at, policy, sit
from duanka.cases.reverification import counted
from duanka.errors import BadInput
from duanka.jobs import campaign
from duanka.jobs.progress import Progress
from duanka.store.ledger import SYSTEM
from ledgers import ledger

AS_OF = "2026-06-01T00:00:00+08:00"


@pytest.fixture
def folder(tmp_path):
    sims = ["used", "idle", "young", "gone"]
    opened = {"young": "2026-05-20"}
    (tmp_path / "sim.csv").write_text(
        "sim_id,sim_kind,holder_id,institution_id,activated_at,status\n"
        + "".join(
            f"{one},phone,P1,op,{opened.get(one, '2020-01-01')}T00:00:00+08:00,"
            f"{'closed' if one == 'gone' else 'active'}\n"
            for one in sims
        ),
        encoding="utf-8",
    )
    return tmp_path


def calls(folder, *days):
    (folder / "call.csv").write_text(
        "call_id,at,caller_id,callee_id,duration_s\n"
        + "".join(f"c{day},{day}T00:00:00+08:00,used,idle,9\n" for day in days),
        encoding="utf-8",
    )


def picked(folder, pick="dormant", institution="op"):
    found = campaign.picked(
        folder, policy(), pick, institution_id=institution, as_of=AS_OF, say=Progress()
    )
    return [one.card_id for one in found]


def test_a_card_is_dormant_only_if_the_records_reach_back_far_enough(folder):
    calls(folder, "2026-05-01")
    with pytest.raises(BadInput, match="no card"):
        picked(folder)
    calls(folder, "2025-01-01")
    assert picked(folder) == ["idle", "used"]
    (folder / "message.csv").write_text(
        "message_id,at,sender_id,receiver_id,message_kind\n"
        "m,2026-05-01T00:00:00+08:00,used,x,personal\n",
        encoding="utf-8",
    )
    assert picked(folder) == ["idle"]


def test_a_stopped_clean_up_goes_on(folder, tmp_path, monkeypatch):
    calls(folder, "2025-01-01")
    cards = campaign.picked(
        folder, policy(), "dormant", institution_id="op", as_of=AS_OF, say=Progress()
    )
    book = ledger("sqlite", tmp_path)
    monkeypatch.setattr(campaign, "AT_ONCE", 1)
    seats = iter([sit(book, SYSTEM), sit(book, SYSTEM)])
    with pytest.raises(StopIteration):
        campaign.start(lambda: next(seats), "春", cards, policy(), say=Progress())
    made = campaign.start(lambda: sit(book, SYSTEM, at(1)), "春", cards, policy(), say=Progress())
    with book.read(SYSTEM, at=at(1)) as desk:
        assert counted(desk, made.id)["asked"] == 2
    book.close()
