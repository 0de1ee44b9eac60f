"""Appeals: anybody may bring one, somebody else answers, granting lifts and corrects in one transaction."""

from dataclasses import replace
from datetime import datetime

import pytest

from desks import at, finding, in_force, policy, sit
from duanka.cases import appeal
from duanka.cases.appeal import Plea
from duanka.errors import BadInput, Conflict, NotAllowed, NotFound
from duanka.store.ledger import SYSTEM, Wanted
from ledgers import ANALYST, AT, OFFICER, OUTSIDER, REVIEWER, ledger

PLEA = Plea("1", "counter", "这是我的工资", contact="请致电单位")


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


@pytest.fixture
def of(book):
    return in_force(book, finding("restrict"))


def receive(book, of, plea=PLEA, when=AT):
    with sit(book, ANALYST, when) as desk:
        return appeal.receive(desk, of, plea, policy())


def test_it_has_its_clocks_from_policy_and_is_acknowledged(book, of):
    made = receive(book, of)
    assert made.due_at == at(5)
    assert datetime.fromisoformat(made.body["accept_by"]) == at(1)
    told = [m.body["tells"] for m in book.claim("t", at=AT, topics=["notice"])]
    assert told == ["measure", "received"]


@pytest.mark.parametrize("channel", ["counter", "letter", "by_another_person"])
def test_who_has_lost_the_phone_can_appeal(channel, book, of):
    plea = replace(PLEA, channel=channel, by="another_person")
    assert receive(book, of, plea).state == "received"


def test_what_is_said_is_sealed_and_opened_with_a_purpose(book, of):
    made = receive(book, of)
    assert "工资" not in repr(made.body)
    with sit(book, REVIEWER, purpose="review") as desk:
        assert desk.look("appeal", made.id).personal["statement"] == "这是我的工资"


@pytest.mark.parametrize("plea", [replace(PLEA, channel="shouting"), replace(PLEA, asks="money")])
def test_an_unknown_way_or_wish_is_refused(plea, book, of):
    with pytest.raises(BadInput):
        receive(book, of, plea)


def test_the_same_plea_twice_is_one_and_another_is_another(book, of):
    assert receive(book, of).id == receive(book, of).id
    assert receive(book, of, replace(PLEA, key="2")).id != receive(book, of).id


def test_it_goes_to_somebody_who_did_not_decide(book, of):
    made = receive(book, of)
    with sit(book, REVIEWER) as desk:
        accepted = appeal.accept(desk, made)
        with pytest.raises(NotAllowed, match="does not check"):
            appeal.assign(desk, accepted, OFFICER.user_id)
        given = appeal.assign(desk, accepted, "somebody")
    assert (given.state, given.assigned_to) == ("assigned", "somebody")
    with sit(book, REVIEWER) as desk, pytest.raises(NotAllowed, match="somebody else"):
        appeal.uphold(desk, given, policy(), because="x")


@pytest.mark.parametrize("answer", [appeal.uphold, appeal.grant])
def test_who_decided_never_answers(answer, book, of):
    made = receive(book, of)
    decider = replace(OFFICER, roles=("officer", "reviewer"))
    with sit(book, decider) as desk, pytest.raises(NotAllowed, match="does not check"):
        answer(desk, made, policy(), because="x")
    with sit(book, ANALYST) as desk, pytest.raises(NotAllowed, match="reviewer answers"):
        answer(desk, made, policy(), because="x")
    with sit(book, REVIEWER) as desk, pytest.raises(BadInput, match="without reason"):
        answer(desk, made, policy(), because=" ")
    with sit(book, OUTSIDER) as desk, pytest.raises(NotFound):
        answer(desk, made, policy(), because="x")


def test_upheld_says_why_and_leaves_the_order(book, of):
    made = receive(book, of)
    with sit(book, REVIEWER, at(1)) as desk:
        done = appeal.uphold(desk, made, policy(), because="资金来源未能说明")
        assert desk.get("order", of.id).state == "in_force"
        answers = desk.find(Wanted("notice", parent_id=made.id))
        told = [desk.look("notice", one.id).personal["zh"] for one in answers]
    assert any("资金来源未能说明" in text for text in told)
    assert (done.state, done.is_open) == ("upheld", False)
    with sit(book, REVIEWER, at(1)) as desk, pytest.raises(Conflict):
        appeal.grant(desk, done, policy(), because="x")


def test_granted_lifts_and_corrects_or_does_neither(book, of, monkeypatch):
    made = receive(book, of)

    def stop(*_):
        raise Conflict("the machine stopped here")

    with monkeypatch.context() as patch:
        patch.setattr(appeal, "_label", stop)
        with pytest.raises(Conflict), sit(book, REVIEWER, at(1)) as desk:
            appeal.grant(desk, made, policy(), because="工资单核实")
    with book.read(SYSTEM, at=AT) as desk:
        assert desk.get("order", of.id).state == "in_force"
        assert desk.get("appeal", made.id).state == "received"
    with sit(book, REVIEWER, at(1)) as desk:
        appeal.grant(desk, made, policy(), because="工资单核实")
    with book.read(SYSTEM, at=AT) as desk:
        assert desk.get("order", of.id).body["ended_because"] == "appeal_granted"
        (label,) = desk.find(Wanted("label"))
    assert datetime.fromisoformat(label.body["known_at"]) == at(1)
    assert label.body["implicated"] is False


def test_a_plain_decision_of_ours_is_not_passed_on(book, of):
    made = receive(book, of)
    with sit(book, REVIEWER) as desk, pytest.raises(Conflict, match="we answer"):
        appeal.forward(desk, made, policy(), authority="某市公安局")


def test_an_order_that_has_ended_is_not_appealed(book, of):
    made = receive(book, of)
    with sit(book, REVIEWER) as desk:
        appeal.grant(desk, made, policy(), because="x")
        ended = desk.get("order", of.id)
    with pytest.raises(Conflict):
        receive(book, ended, replace(PLEA, key="2"))


def test_a_machines_decision_is_answered_by_a_person_on_request(book):
    machine = in_force(book, finding("verify_transaction"))
    told = appeal.explanation(machine, policy())
    assert "由系统按规则决定，可以要求由人决定" in told["zh"]
    made = receive(book, machine, replace(PLEA, asks="human_decision"))
    with sit(book, SYSTEM) as desk, pytest.raises(NotAllowed):
        appeal.uphold(desk, made, policy(), because="x")
    with sit(book, REVIEWER) as desk:
        assert appeal.uphold(desk, made, policy(), because="人工复核").body["answered_by"] == "rev"


def test_an_explanation_says_reasons_law_versions_and_that_a_score_is_a_hint(of):
    told = appeal.explanation(of, policy())
    assert len(told["zh"]) == len(told["en"])
    words = " ".join(told["zh"])
    for wanted in ("由1人决定", "高危卡", "近1天转入笔数", "第十八条", "p1", "m1", "只是参考"):
        assert wanted in words


def test_what_is_late_is_found(book, of):
    made = receive(book, of)
    with book.read(SYSTEM, at=at(4)) as desk:
        assert appeal.late(desk) == []
    with book.read(SYSTEM, at=at(6)) as desk:
        assert [one.id for one in appeal.late(desk)] == [made.id]
