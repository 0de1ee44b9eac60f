import polars as pl
import pytest

from door_room import NOW_US, opened, transfer
from duanka.errors import BadInput
from duanka.intercept import warming
from duanka.intercept.events import of_row


def history(folder, count=6):
    folder.mkdir()
    lines = ["transfer_id,at,payer_id,payee_id,amount_fen"]
    lines += [f"h{n},2026-05-31T09:00:{n:02d}+08:00,a1,b1,{100 + n}" for n in range(count)]
    lines += ["bad,never,a1,b1,1"]
    (folder / "transfer.csv").write_text("\n".join(lines))
    (folder / "organisation.csv").write_text("organisation_id\nfirm\n")
    (folder / "label.csv").write_text(
        "card_kind,card_id,implicated,known_at,source\n"
        "account,b1,1,2026-05-31T09:00:03+08:00,police\n"
    )
    return folder


def test_a_warmed_door_knows_the_past_and_answers_by_it(tmp_path):
    folder = history(tmp_path / "past")
    with opened(tmp_path / "door", warm=folder) as door:
        assert door.take([transfer(1)], now_us=NOW_US)[0].because == "implicated"
        known = door.digest()
    with opened(tmp_path / "door", warm=folder) as again:  # nothing is taken twice
        assert again.digest() == known
    (tmp_path / "door" / "snapshots" / f"{0:020d}.snapshot").stat()


def test_rows_come_as_a_run_puts_them_and_refused_ones_are_left_out(tmp_path):
    frames = warming.read_frames(history(tmp_path / "past"))
    told = list(warming.events_of(frames))
    assert [event.kind for event in told[:1]] == ["organisation"]
    assert [e.at for e in told[1:]] == sorted(e.at for e in told[1:])
    assert sum(e.kind == "transfer" for e in told) == 6
    row = frames["transfer"].row(0, named=True)
    first = next(e for e in told if e.kind == "transfer")
    assert first.row == of_row("transfer", row).row


def test_rows_of_one_instant_stand_in_the_order_of_their_ids():
    same = pl.DataFrame({"transfer_id": ["b", "a"], "at": [1, 1]})
    assert warming.in_order("transfer", same)["transfer_id"].to_list() == ["a", "b"]


@pytest.mark.parametrize("text", [None, "transfer_id,at,payer_id,payee_id,amount_fen\n"])
def test_a_folder_with_nothing_to_tell_is_refused(tmp_path, text):
    folder = tmp_path / "past"
    if text is not None:
        folder.mkdir()
        (folder / "transfer.csv").write_text(text)
    with pytest.raises(BadInput, match="warm"):
        opened(tmp_path / "door", warm=folder)
