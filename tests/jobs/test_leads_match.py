import polars as pl
import pytest

from desks import finding, in_force
from duanka.cases import order
from duanka.errors import BadInput
from duanka.jobs.leads import Sender, take_file
from duanka.jobs.leads_match import expand, known, linking, match_all, registers, standings
from duanka.jobs.progress import Progress
from duanka.leads import lead, match, partner
from duanka.store.ledger import SYSTEM, Wanted
from leads_room import OTHER, enrolled, policy
from ledgers import AT, ledger

REGIME = policy().at(AT.date())
TEXT = (
    "lead_id,issued_at,issuer_id,card_kind,card_id\n"
    "L1,2026-06-01T11:00:00+08:00,police_1,account,A1\n"
    "L2,2026-06-01T11:00:00+08:00,police_1,sim,S9\n"
)


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def take(book, path):
    sender = Sender("police_1", ("bank_1", "990101"))
    return take_file(path, book, sender, at=AT, regime=REGIME, say=Progress())


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


def test_a_card_that_a_partner_hid_is_found_under_the_key_of_the_pair(book):
    them = enrolled(book, "police_1", kind="police")
    mine = partner.own_keys(book.ring.signing)
    with book.desk(SYSTEM, at=AT, purpose="t") as desk:
        told = partner.introduction(mine, party_id="bank_1", party_kind="bank")
        us = partner.settle(desk, told)
    key = partner.pair_key(OTHER, "police_1", us)
    assert key == partner.pair_key(mine, "bank_1", them)
    hidden = match.pair_digest(pl.Series(["A1"]), pair_key=key)[0]
    data = {"lead_id": "L1", "issued_at": AT.isoformat(), "issuer_id": "p", "card_kind": "account"}
    with book.desk(SYSTEM, at=AT, purpose="t") as desk:
        hers = data | {"card_id": hidden, "digested": True}
        lead.receive(desk, hers, unit=("bank_1", ""), sender_id="police_1", regime=REGIME)
    row = {"account_id": ["A1"], "holder_id": ["P1"], "institution_id": ["bank_1"]}
    assert match_all(book, {"account": pl.DataFrame(row)}, at=AT)["matched"] == 1
    with book.read(SYSTEM, at=AT) as desk:
        assert desk.get("lead", "police_1:L1").about == "account:A1"


def written(folder):
    """A folder of records, and one of a run."""
    data, out = folder / "data", folder / "out"
    data.mkdir()
    out.mkdir()
    head = "account_id,holder_id,institution_id,account_kind,opened_at\n"
    rows = [("A1", "P1"), ("A2", "P1"), ("A3", "P3"), ("A4", "P4")]
    text = "".join(f"{a},{p},bank_1,class_1,2020-01-01T00:00:00+08:00\n" for a, p in rows)
    (data / "account.csv").write_text(head + text, encoding="utf-8")
    used = "".join(f"2026-05-31T09:00:00+08:00,account,{a},D1\n" for a in ("A1", "A3"))
    (data / "device_use.csv").write_text(
        f"at,card_kind,card_id,device_id\n{used}", encoding="utf-8"
    )
    network = pl.DataFrame(
        {"network_id": ["N"] * 2, "subject_kind": ["account"] * 2, "subject_id": ["A1", "A4"]}
    )
    network.write_parquet(out / "network.parquet")
    return data, out


def test_a_matched_lead_suggests_linked_cards_once_and_no_order_comes_of_it(book, tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text(TEXT, encoding="utf-8")
    take(book, path)
    frames = linking(*written(tmp_path), say=Progress())
    match_all(book, frames, at=AT)
    told = expand(book, frames, at=AT, regime=REGIME)
    assert told == {"same_holder": 1, "same_device": 1, "same_network": 1}
    assert sum(expand(book, frames, at=AT, regime=REGIME).values()) == 0
    with book.read(SYSTEM, at=AT) as desk:
        found = {one.about: one.body["ties"] for one in desk.each(Wanted("suggestion"))}
        assert desk.find(Wanted("order")) == []
    assert found == {
        "account:A2": ["same_holder"],
        "account:A3": ["same_device"],
        "account:A4": ["same_network"],
    }


def test_a_lead_whose_order_an_appeal_lifted_counts_as_wrong(book, tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text(TEXT + TEXT.splitlines()[1].replace("L1", "L3") + "\n", encoding="utf-8")
    take(book, path)
    orders = [in_force(book), in_force(book, finding("delay_settlement", card_id="A2"))]
    with book.desk(SYSTEM, at=AT, purpose="t") as desk:
        for name, of in zip(("L1", "L3"), orders, strict=True):
            one = lead.matched(desk, desk.get("lead", f"police_1:{name}"), ["A1"])
            one = lead.controlled(desk, one, order_id=of.id, measure=of.body["measure"])
            lead.answer(desk, one, "controlled", regime=REGIME)
        order.lift(desk, orders[0], policy(), because="appeal_granted")
    (row,) = standings(book, at=AT).iter_rows(named=True)
    assert (row["leads"], row["answered"], row["right"], row["wrong"]) == (3, 2, 1, 1)


def test_numbers_that_are_read_find_a_card_and_a_file_without_them_is_said(book, tmp_path):
    (tmp_path / "leads.csv").write_text(TEXT.replace(",A1", ",62000000"), encoding="utf-8")
    take(book, tmp_path / "leads.csv")
    path = tmp_path / "numbers.csv"
    path.write_text("card_kind,card_id\naccount,A1\n", encoding="utf-8")
    with pytest.raises(BadInput, match="number"):
        known(path)
    path.write_text("card_kind,card_id,number\naccount,A1,6200 0000\n", encoding="utf-8")
    row = {"account_id": ["A1"], "holder_id": ["P1"], "institution_id": ["bank_1"]}
    done = match_all(book, {"account": pl.DataFrame(row)}, at=AT, numbers=known(path))
    assert done == {"matched": 1, "not_ours": 1, "linked_cards": 0}
