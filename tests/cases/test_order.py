"""Orders: who decides, what they lack nothing of, how they begin, end and replace one another."""

from dataclasses import replace

import pytest

from desks import FOUND, at, finding, in_force, policy, sit
from duanka.cases import order
from duanka.errors import BadInput, Conflict, NotAllowed, NotFound
from duanka.store.ledger import SYSTEM, Wanted
from ledgers import ANALYST, AT, ELSEWHERE, OFFICER, OFFICER_2, OUTSIDER, ledger


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def propose(book, found=FOUND, who=SYSTEM, when=AT):
    with sit(book, who, when) as desk:
        return order.propose(desk, found, policy())


def decide(book, made, who, **more):
    with sit(book, who) as desk:
        return order.decide(desk, made, policy(), because="looked at it", **more)


def test_what_the_system_may_decide_is_in_force_at_once(book):
    made = propose(book, finding("verify_transaction"))
    assert (made.state, made.body["decided_by"], made.body["authority"]) == (
        "in_force", ["system"], "system",
    )  # fmt: skip
    assert made.due_at == at(3)


def test_a_person_may_propose_what_the_system_could_and_another_decides(book):
    made = propose(book, finding("verify_transaction"), ANALYST)
    assert made.state == "proposed"
    assert decide(book, made, OFFICER).state == "in_force"


def test_one_officer_decides_what_one_may(book):
    made = propose(book, finding("restrict"))
    assert (made.state, made.body["measure"]) == ("proposed", "stop_non_counter")
    after = decide(book, made, OFFICER)
    assert (after.state, after.due_at, after.body["decided_by"]) == ("in_force", at(30), ["ofa"])
    assert after.body["kept"][:2] == ["salary", "pension"]


def test_two_officers_decide_a_suspension_and_no_one_twice(book):
    made = propose(book, finding("suspend"))
    half = decide(book, made, OFFICER)
    assert half.state == "proposed"
    with pytest.raises(NotAllowed, match="twice"):
        decide(book, half, OFFICER)
    assert decide(book, half, OFFICER_2).state == "in_force"


@pytest.mark.parametrize("who", [SYSTEM, ANALYST], ids=["the system", "an analyst"])
def test_restrictions_are_not_decided_by(who, book):
    made = propose(book, finding("restrict"))
    with pytest.raises(NotAllowed):
        decide(book, made, who)


@pytest.mark.parametrize("who", [OUTSIDER, ELSEWHERE], ids=["another bank", "another province"])
def test_a_stranger_decides_nothing(who, book):
    made = propose(book, finding("restrict"))
    with pytest.raises((NotAllowed, NotFound)):
        decide(book, made, who)


def test_nobody_decides_on_their_own_proposal(book):
    made = propose(book, finding("restrict"), OFFICER)
    with pytest.raises(NotAllowed, match="own"):
        decide(book, made, OFFICER)


def test_a_decision_has_a_reason_and_is_made_once(book):
    made = propose(book, finding("restrict"))
    with sit(book, OFFICER) as desk, pytest.raises(BadInput, match="without a reason"):
        order.decide(desk, made, policy(), because="  ")
    done = decide(book, made, OFFICER)
    with pytest.raises(Conflict, match="in_force"):
        decide(book, done, OFFICER_2)
    with pytest.raises(Conflict):
        decide(book, made, OFFICER_2)


def test_an_officer_may_choose_a_milder_measure_and_no_stronger_one(book):
    made = propose(book, finding("suspend"))
    with pytest.raises(NotAllowed, match="not milder"):
        decide(book, made, OFFICER, measure="close")
    after = decide(book, made, OFFICER, measure="delay_settlement")
    assert (after.state, after.body["measure"], after.body["proposed_measure"]) == (
        "in_force", "delay_settlement", "suspend",
    )  # fmt: skip


def test_the_same_finding_twice_is_one_order(book):
    assert propose(book, finding("restrict")).id == propose(book, finding("restrict")).id
    with book.read(SYSTEM, at=AT) as desk:
        assert len(desk.find(Wanted("order"))) == 1


def test_a_weaker_finding_leaves_a_stronger_order_alone(book):
    strong = in_force(book, finding("restrict"))
    assert propose(book, finding("verify_transaction", as_of="later")).id == strong.id


def test_a_stronger_order_replaces_a_weaker_one_when_it_takes_effect(book):
    weak = in_force(book, finding("delay_settlement"))
    strong = in_force(book, finding("restrict", as_of="later"))
    with book.read(SYSTEM, at=AT) as desk:
        assert desk.get("order", weak.id).state == "replaced"
        assert order.in_force(desk, "account:A1").id == strong.id
    told = [m.body for m in book.claim("t", at=AT, topics=["order_lifted", "order_in_force"])]
    assert [(one["measure"], one["state"]) for one in told] == [
        ("delay_settlement", "in_force"), ("delay_settlement", "lifted"),
        ("stop_non_counter", "in_force"),
    ]  # fmt: skip


def test_a_proposal_turned_down_is_over(book):
    made = propose(book, finding("restrict"))
    with sit(book, OFFICER) as desk:
        gone = order.drop(desk, made, because="a false alarm")
    assert (gone.state, gone.is_open) == ("dropped", False)
    with pytest.raises(Conflict):
        decide(book, gone, OFFICER_2)


def test_a_lift_takes_effect_in_the_transaction_and_leaves_word(book):
    made = in_force(book, finding("restrict"))
    book.claim("t", at=AT)
    with sit(book, OFFICER_2, at(1)) as desk:
        done = order.lift(desk, made, policy(), because="review", words="not needed")
        assert order.in_force(desk, made.about) is None
    assert (done.state, done.is_open, done.due_at) == ("lifted", False, None)
    told = {message.topic: message.body for message in book.claim("t", at=at(1))}
    assert told["order_lifted"] == {
        "kind": "order", "order_id": made.id, "card_kind": "account", "card_id": "A1",
        "measure": "stop_non_counter", "state": "lifted", "starts_at": made.body["starts_at"],
        "expires_at": made.body["expires_at"], "legal_basis": made.body["legal_basis"],
    }  # fmt: skip
    assert told["notice"]["tells"] == "lift"
    with sit(book, OFFICER_2, at(1)) as desk, pytest.raises(Conflict):
        order.lift(desk, done, policy(), because="review")


def test_an_analyst_lifts_nothing(book):
    made = in_force(book, finding("restrict"))
    with sit(book, ANALYST) as desk, pytest.raises(NotAllowed):
        order.lift(desk, made, policy(), because="review")


def test_an_order_ends_by_itself_and_not_before(book):
    made = in_force(book, finding("restrict"))
    with sit(book, SYSTEM, at(29, 23)) as desk, pytest.raises(Conflict, match="not over"):
        order.expire(desk, made, policy())
    with sit(book, SYSTEM, at(30)) as desk:
        assert order.in_force(desk, made.about) is None  # over at the instant, job or no job
        assert order.expire(desk, made, policy()).state == "expired"


@pytest.mark.parametrize("measure", ["stop_payment", "freeze"])
def test_what_is_for_the_police_is_not_proposed(measure, book):
    with pytest.raises(NotAllowed, match="police"):
        propose(book, finding(measure))


@pytest.mark.parametrize("measure", ["allow", "nonsense", "check_further_x"])
def test_what_is_no_measure_is_refused(measure, book):
    with pytest.raises(BadInput, match="no measure"):
        propose(book, finding(measure))


def test_a_finding_without_reasons_still_says_why(book):
    made = propose(book, finding("verify_transaction", reasons=()))
    assert made.body["reasons"] == ["high_risk_card"]


def test_an_order_before_the_law_of_its_day_is_refused(book):
    early = AT.replace(year=2015)
    with pytest.raises(Exception, match=r"is not in force|no measure"):
        propose(book, replace(FOUND, measure="delay_settlement"), when=early)


def test_closing_comes_to_the_door_as_a_suspension(book):
    in_force(book, finding("suspend"))
    made = in_force(book, finding("close", as_of="later"))
    assert (made.state, made.body["measure"], len(made.body["decided_by"])) == (
        "in_force",
        "close",
        2,
    )
    told = [m.body for m in book.claim("t", at=AT, topics=["order_in_force"])]
    assert [one["measure"] for one in told] == ["suspend", "suspend"]
