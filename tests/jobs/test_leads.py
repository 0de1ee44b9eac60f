import hashlib
from datetime import timedelta

import pytest

from desks import finding, in_force
from duanka.errors import BadInput, NotAllowed, NotFound
from duanka.jobs.leads import Sender, Telling, clocks, document_of, introduced, take_file, tell_file
from duanka.jobs.progress import Progress
from duanka.leads import authority, lead
from duanka.store.ledger import SYSTEM
from leads_room import LEAD, UNIT, enrolled, policy
from ledgers import AT, ledger

REGIME = policy().at(AT.date())
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
    assert clocks(book, at=late, regime=REGIME) == {
        "controlled": 0,
        "expired": 0,
        "reminded": 2,
        "holds_ended": 0,
        "told_overdue": 0,
        "answers_void": 0,
    }
    assert clocks(book, at=late, regime=REGIME) == {
        "controlled": 0,
        "expired": 0,
        "reminded": 0,
        "holds_ended": 0,
        "told_overdue": 0,
        "answers_void": 0,
    }


def tell(book, path, *, to="bank_1", handling="institution_only"):
    how = Telling(to, ("police_1", "990101"), handling, hidden=True)
    return tell_file(path, book, how, at=AT, regime=REGIME, say=Progress())


def test_a_file_of_leads_is_told_once_to_a_partner_whom_its_handling_allows(book, tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text(TEXT, encoding="utf-8")
    with pytest.raises(NotFound):
        tell(book, path)
    enrolled(book, "bank_1", kind="bank")
    with pytest.raises(NotAllowed, match="police only"):
        tell(book, path, handling="police_only")
    done = tell(book, path)
    assert (done.fresh, done.known, done.refused) == (2, 0, 1)
    assert tell(book, path).known == 2
    assert book.outbox() == {("exchange", "waiting"): 2}


@pytest.mark.parametrize("text", [None, "no json"])
def test_an_introduction_that_cannot_be_read_is_said(tmp_path, text):
    path = tmp_path / "them.json"
    if text:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match="introduction"):
        introduced(path)


def test_a_document_is_kept_by_its_digest_and_half_a_document_is_none(tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(b"a document")
    told = {"number": "N-1", "issuer_id": "police_1", "issued_at": AT.isoformat()}
    assert document_of(path, **told).sha256 == hashlib.sha256(b"a document").hexdigest()
    for change in ({"issued_at": "2026-06-01T09:00:00"}, {"issued_at": "soon"}):
        with pytest.raises(BadInput):
            document_of(path, **(told | change))
    path.write_bytes(b"")
    with pytest.raises(BadInput):
        document_of(path, **told)


def test_a_matched_lead_is_controlled_once_its_card_is_held_and_from_then_on(tmp_path):
    book = ledger("sqlite", tmp_path)
    regime = policy().at(AT.date())
    later = AT + timedelta(minutes=20)
    with book.desk(SYSTEM, at=AT, purpose="a test") as desk:
        for number, card in (("L1", "A1"), ("L2", "A2"), ("L3", "A3"), ("L4", "A4")):
            told = LEAD | {"lead_id": number, "card_id": card}
            came = lead.receive(desk, told, unit=UNIT, sender_id="p", regime=regime)
            lead.matched(desk, came, [card])
    in_force(book, finding("restrict", card_id="A1"), when=AT + timedelta(minutes=9))
    in_force(book, finding("restrict", card_id="A2"), when=AT - timedelta(days=1))
    in_force(book, finding("verify_transaction", card_id="A3"), when=AT)
    paper = authority.Document("1", "police_1", AT, "a" * 64)
    with book.desk(SYSTEM, at=AT + timedelta(minutes=4), purpose="a test") as desk:
        held = {"document": paper, "unit": UNIT, "regime": regime}
        authority.carry_out(desk, ("account", "A4"), "stop_payment", **held)
    assert clocks(book, at=later, regime=regime)["controlled"] == 3
    assert clocks(book, at=later, regime=regime)["controlled"] == 0
    with book.read(SYSTEM, at=later) as desk:
        found = {n: desk.get("lead", f"p:{n}") for n in ("L1", "L2", "L3", "L4")}
    took = {n: one.body.get("minutes_to_control") for n, one in found.items()}
    assert took == {"L1": 9.0, "L2": 0.0, "L3": None, "L4": 4.0}
    assert found["L4"].body["measure"] == "stop_payment"
    assert book.verify().whole
