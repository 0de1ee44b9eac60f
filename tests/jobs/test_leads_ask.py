from datetime import timedelta

import polars as pl
import pytest

from duanka.errors import BadInput, NotAllowed
from duanka.jobs import leads_ask, leads_send
from duanka.leads import asking, partner
from duanka.store.ledger import SYSTEM, Wanted
from leads_room import UNIT, Clock, enrolled, party_of, policy, served
from ledgers import AT, OFFICER, OFFICER_2, ledger

SCORE = pl.DataFrame(
    {
        "card_kind": ["account"] * 200,
        "card_id": [f"A{n}" for n in range(200)],
        "tier": ["high_risk"] * 60 + ["suspicious"] * 60 + ["normal"] * 80,
        "reasons": [["in_count_1d"]] * 200,
    }
)
POST = leads_send.poster()


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A bank that asks and a server that answers, from a run's scores."""
    folder = tmp_path_factory.mktemp("asking")
    SCORE.write_parquet(folder / "score.parquet")
    clock = Clock()
    asker, other = ledger("sqlite", folder), ledger("sqlite", folder)
    theirs = leads_ask.able_to_answer(party_of(other, "police_1", clock), folder, numbers=None)
    bank = party_of(asker, "bank_1", clock)
    enrolled(other, "bank_1", kind="bank", keys=bank.keys, may=("look_ups",))
    with served(theirs, folder / "log") as address:
        key = leads_ask.look_up_key(theirs.keys)
        enrolled(
            asker, "police_1", kind="police", keys=theirs.keys, address=address, look_up_key=key
        )
        yield bank, theirs, folder
    asker.close()
    other.close()


def approved(bank, number, cards):
    with bank.book.desk(OFFICER, at=AT, purpose="an opening") as desk:
        to = desk.get("partner", "police_1")
        one = asking.ask(desk, cards, to=to, unit=UNIT, number=number)
    with bank.book.desk(OFFICER_2, at=AT, purpose="approve") as desk:
        asking.approve(desk, one, because="needed")


@pytest.mark.parametrize(("number", "count"), [("few", 3), ("many", 40)])
def test_an_approved_question_is_answered_and_both_sides_keep_what_it_was_for(both, number, count):
    bank, theirs, _ = both
    cards = [f"account:A{n}" for n in range(119, 119 + count)]
    approved(bank, number, cards)
    found = leads_ask.fetch(bank, number, POST)
    assert {n: r.grade for n, r in found.items()} == {"account:A119": "suspicious"}
    with pytest.raises(NotAllowed):
        leads_ask.fetch(bank, number, POST)
    with theirs.book.read(SYSTEM, at=AT) as desk:
        rows = [one.body for one in desk.each(Wanted("asked")) if one.body["how"] != ""]
    ours = [row for row in rows if (row["how"] == "look_up") == (number == "few")]
    assert sum(row["count"] for row in ours) == count
    assert {(row["purpose"], row["approver"]) for row in ours} == {("an opening", "ofb")}
    assert "A119" not in str(rows)


def test_what_nobody_approved_does_not_go_out(both):
    bank, *_ = both
    with bank.book.desk(OFFICER, at=AT, purpose="an opening") as desk:
        asking.ask(desk, ["account:A1"], to=desk.get("partner", "police_1"), unit=UNIT, number="q")
    with pytest.raises(NotAllowed, match="approved first"):
        leads_ask.fetch(bank, "q", lambda *_: (500, b""))


def test_a_batch_that_is_too_large_is_refused(both):
    bank, theirs, _ = both
    with bank.book.read(SYSTEM, at=AT) as desk:
        to = partner.in_force(desk)["police_1"]
    most = int(policy().at(AT.date()).number("leads.batch_cards_most"))
    data = {"request": "AAAA", "count": most + 1, "purpose": "a test", "approver": "ofb"}
    with pytest.raises(BadInput, match="more than"):
        leads_send.ask(bank, to, "batch", data, event_id="big", post=POST)
    del theirs


def test_cards_and_numbers_are_read_and_faults_are_said(tmp_path):
    path = tmp_path / "cards.txt"
    path.write_text("account:A1\nsim:S1\n", encoding="utf-8")
    assert leads_ask.cards_in(path) == ["account:A1", "sim:S1"]
    path.write_text("account:A1\nA2\n", encoding="utf-8")
    with pytest.raises(BadInput, match="line 2"):
        leads_ask.cards_in(path)
    with pytest.raises(BadInput, match="read"):
        leads_ask.cards_in(tmp_path / "none.txt")
    numbers = tmp_path / "numbers.csv"
    regime = policy().at(AT.date())
    with pytest.raises(BadInput, match="scores"):
        leads_ask.risks_in(tmp_path, at=AT, regime=regime)
    SCORE.write_parquet(tmp_path / "score.parquet")
    numbers.write_text("card_kind,card_id,number\naccount,A1,62 00\n", encoding="utf-8")
    found = leads_ask.risks_in(tmp_path, at=AT, regime=regime, numbers=numbers)
    assert list(found) == ["account:6200"]
    assert found["account:6200"].expires_on == "2026-07-01"


def test_a_list_that_changes_while_the_server_runs_is_read_again_and_a_torn_one_is_waited_for(both):
    bank, theirs, folder = both
    approved(bank, "before", ["account:A0", "account:A199"])
    assert list(leads_ask.fetch(bank, "before", POST)) == ["account:A0"]
    (folder / "score.parquet").write_bytes(b"PAR1 half of it")
    approved(bank, "torn", ["account:A0", "account:A199"])
    assert list(leads_ask.fetch(bank, "torn", POST)) == ["account:A0"]
    turned = SCORE.with_columns(pl.Series("card_id", [f"A{199 - n}" for n in range(200)]))
    turned.write_parquet(folder / "score.parquet")
    approved(bank, "after", ["account:A0", "account:A199"])
    assert list(leads_ask.fetch(bank, "after", POST)) == ["account:A199"]
    numbers = leads_ask.Watched(theirs, folder, None)
    first = numbers.current()
    assert numbers.current() is first
    theirs.clock.at += timedelta(days=1)
    later = numbers.current()
    theirs.clock.at -= timedelta(days=1)
    assert later is not first
