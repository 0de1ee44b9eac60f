from datetime import timedelta

import pytest

from duanka.errors import BadInput
from duanka.jobs.leads import Sender, clocks, match_all, registers, take_file
from duanka.jobs.progress import Progress
from duanka.policy import dated
from duanka.store.ledger import SYSTEM, Wanted
from ledgers import AT, ledger

REGIME = dated.load([]).at(AT.date())
SENDER = Sender("police_1", ("bank_1", "990101"))
TEXT = (
    "线索编号,发出时间,发出单位,卡类别,卡编号,损失金额（分）\n"
    "L1,2026-06-01T11:00:00+08:00,police_1,account,A1,500\n"
    "L2,2026-06-01T11:00:00+08:00,police_1,sim,S9,\n"
    "L3,昨天,police_1,account,A2,\n"
)


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def take(book, path):
    return take_file(path, book, SENDER, at=AT, regime=REGIME, say=Progress())


def test_a_file_of_a_clerk_in_gb18030_is_taken_once_and_its_wrong_row_comes_back(book, tmp_path):
    path = tmp_path / "线索.csv"
    path.write_bytes(TEXT.encode("gb18030"))
    done = take(book, path)
    assert (done.fresh, done.known, done.refused) == (2, 0, 1)
    assert done.returned is not None
    assert done.returned.exists()
    again = take(book, path)
    assert (again.fresh, again.known) == (0, 2)


def test_leads_are_matched_with_the_registers_and_every_look_is_written_down(book, tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text(TEXT, encoding="utf-8")
    take(book, path)
    data = tmp_path / "data"
    data.mkdir()
    rows = "account_id,holder_id,institution_id,account_kind,opened_at\n" + "".join(
        f"{a},P1,bank_1,class_1,2020-01-01T00:00:00+08:00\n" for a in ("A1", "A7")
    )
    (data / "account.csv").write_text(rows, encoding="utf-8")
    frames = registers(data, say=Progress())
    done = match_all(book, frames, at=AT)
    assert done == {"matched": 1, "not_ours": 1, "linked_cards": 1}
    assert match_all(book, frames, at=AT) == {"matched": 0, "not_ours": 0, "linked_cards": 0}
    with book.read(SYSTEM, at=AT) as desk:
        states = {r.id: (r.state, r.about) for r in desk.find(Wanted("lead"))}
        looks = [act for act, kind, _, _ in desk.seen() if kind == "lead"]
    assert states == {"police_1:L1": ("matched", "account:A1"), "police_1:L2": ("not_ours", "")}
    assert looks == ["look"]


def test_a_folder_without_registers_is_said(tmp_path):
    with pytest.raises(BadInput, match="register"):
        registers(tmp_path, say=Progress())


def test_a_file_without_the_columns_names_them(book, tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text("线索编号,卡类别\nL1,account\n", encoding="utf-8")
    with pytest.raises(BadInput, match="card_id"):
        take(book, path)


def test_clocks_run_twice_do_nothing_twice(book, tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text(TEXT, encoding="utf-8")
    take(book, path)
    late = AT + timedelta(hours=2)
    assert clocks(book, at=late, regime=REGIME) == {"expired": 0, "reminded": 2, "holds_ended": 0}
    assert clocks(book, at=late, regime=REGIME) == {"expired": 0, "reminded": 0, "holds_ended": 0}
