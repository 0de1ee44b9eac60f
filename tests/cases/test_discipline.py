"""Discipline: by an authority's document alone, told, appealed, ended by itself and completely."""

from datetime import date, timedelta

import pytest

from desks import at, decision, disciplined, policy, sit
from duanka.cases import appeal, discipline
from duanka.cases.appeal import Plea
from duanka.cases.discipline_terms import SHANGHAI
from duanka.cases.order_police import Document
from duanka.cases.order_terms import instant
from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.store.ledger import SYSTEM, Wanted
from ledgers import ANALYST, AT, OFFICER, OUTSIDER, REVIEWER, ledger

PLACE = {"institution_id": "bank_1", "region_code": "990101"}


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def topics(book, when=AT):
    found = book.claim("t", at=when, topics=["discipline_in_force", "discipline_ended"])
    return [(m.topic, m.body["state"]) for m in found]


@pytest.mark.parametrize("who", [SYSTEM, ANALYST, REVIEWER], ids=lambda who: who.user_id)
def test_neither_a_job_nor_an_analyst_makes_one(book, who):
    with pytest.raises(NotAllowed), sit(book, who) as desk:
        discipline.record(desk, decision(), policy(), **PLACE)


def test_without_the_document_there_is_none(book):
    for paper in (Document("某局", "1", "", "x"), Document("", "1", "a" * 64, "x")):
        with pytest.raises(BadInput), sit(book, OFFICER) as desk:
            discipline.record(desk, decision(document=paper), policy(), **PLACE)


def test_it_is_told_in_writing_with_basis_term_measures_and_appeal(book):
    made = disciplined(book)
    assert made.state == "in_force"
    assert disciplined(book).version == made.version == 1
    with sit(book, SYSTEM, purpose="delivery of a notice") as desk:
        told = desk.look("notice", made.body["notice_id"]).personal
    for words in ("联合惩戒办法", "第三十一条", "2028-05-30", "申诉渠道", "限制非柜面出金", "携带"):
        assert words in told["zh"], words
    for words in ("ends by itself", "You may appeal", "payments out only at a counter", "bring"):
        assert words in told["en"], words
    assert "犯罪分子" not in told["zh"]
    assert topics(book) == [("discipline_in_force", "in_force")]


def test_it_ends_by_itself_and_all_of_it(book):
    made = disciplined(book)
    last = made.due_at
    with sit(book, SYSTEM, last - timedelta(seconds=1)) as desk:
        assert [one.id for one in discipline.standing(desk, "P1")] == [made.id]
        with pytest.raises(Conflict):
            discipline.expire(desk, made, policy())
    with sit(book, SYSTEM, last) as desk:
        found = discipline.standing(desk, "P1")  # no job has come yet, and nothing stands
        assert found == []
        assert discipline.measures_at([made], last) == {}
        ended = discipline.expire(desk, made, policy())
    assert (ended.state, ended.is_open) == ("expired", False)
    assert [state for _, state in topics(book, last)] == ["in_force", "expired"]
    with sit(book, SYSTEM, last, purpose="delivery") as desk:
        (told,) = [n for n in desk.find(Wanted("notice")) if n.body["tells"] == "discipline_end"]
        assert "全部解除" in desk.look("notice", told.id).personal["zh"]


def test_a_further_decision_goes_on_no_longer_than_five_years(book):
    first = disciplined(book)
    second = disciplined(
        book, at(700), number="2", ground="punished", level="court", decided_on=date(2028, 4, 30)
    )
    third = disciplined(
        book, at(1700), number="3", ground="punished", level="court", decided_on=date(2031, 1, 4)
    )
    five = instant(first.body["starts_at"]).replace(year=2031)
    assert second.due_at == instant("2031-04-30T00:00:00+08:00")
    assert third.due_at == five
    assert third.body["continuous_since"] == first.body["starts_at"]
    with book.read(OFFICER, at=at(1701)) as desk:
        stands = discipline.measures_at(discipline.standing(desk, "P1"), at(1701))
    assert set(stands) == {name for name, _ in third.body["measures"]}
    assert max(stands.values()) == five


def test_a_term_that_is_over_is_not_recorded(book):
    with pytest.raises(Conflict, match="over"):
        disciplined(book, decided_on=date(2016, 10, 1), act_on=date(2016, 9, 30))


def test_an_appeal_is_passed_on_and_the_authoritys_release_ends_it_at_once(book):
    made = disciplined(book)
    with sit(book, SYSTEM, at(1)) as desk:
        plea = appeal.receive(desk, made, Plea("1", "letter", "不是我"), policy())
        assert plea.due_at == at(16)
        plea = appeal.forward(desk, plea, policy(), authority="某市公安局")
    with sit(book, REVIEWER, at(2)) as desk, pytest.raises(NotAllowed, match="authority"):
        appeal.grant(desk, plea, policy(), because="x")
    with sit(book, REVIEWER, at(2)) as desk:
        appeal.grant(desk, plea, policy(), because="撤销", document={"digest": "b" * 64})
        assert desk.get("discipline", made.id).state == "lifted"
        assert discipline.standing(desk, "P1") == []
        assert desk.find(Wanted("label")) == []
    told = appeal.explanation(made, policy())
    assert "公安机关" in told["zh"][0]


def test_only_their_paper_lifts_it(book):
    made = disciplined(book)
    with sit(book, OFFICER, at(1)) as desk, pytest.raises(NotAllowed):
        discipline.lift(desk, made, policy(), because="review")
    paper = Document("某市公安局", "撤1", "c" * 64, "2026-06-02")
    with sit(book, OFFICER, at(1)) as desk:
        gone = discipline.release(desk, made, paper, policy())
    assert gone.body["released_by"]["number"] == "撤1"
    with sit(book, OFFICER, at(2)) as desk, pytest.raises(Conflict):
        discipline.release(desk, gone, paper, policy())


def test_another_bank_sees_nothing_of_it(book):
    disciplined(book)
    with book.read(OUTSIDER, at=AT) as desk:
        assert discipline.standing(desk, "P1") == []


def test_the_term_runs_from_the_day_of_the_decision_in_china(book):
    made = disciplined(book)
    assert instant(made.body["starts_at"]).astimezone(SHANGHAI).hour == 0
