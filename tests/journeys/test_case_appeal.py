"""From a finding to an order, its notice, an appeal, and the order lifted with a corrected label."""

import pytest

from desks import at, finding, in_force, policy, sit
from duanka.cases import appeal
from duanka.cases.appeal import Plea
from duanka.cases.order import propose
from duanka.errors import NotAllowed
from duanka.store.ledger import SYSTEM, Wanted
from ledgers import BOTH, OFFICER, REVIEWER, ledger


@pytest.mark.parametrize("dialect", BOTH)
def test_an_order_is_told_appealed_and_lifted_at_once(dialect, tmp_path):
    book = ledger(dialect, tmp_path)
    order = in_force(book, finding("restrict"))
    assert order.state == "in_force"
    assert order.body["measure"] == "stop_non_counter"
    told = [message.body for message in book.claim("t", at=at(), topics=["order_in_force"])]
    assert [(one["order_id"], one["state"]) for one in told] == [(order.id, "in_force")]
    with sit(book, SYSTEM, purpose="delivery of a notice") as desk:
        words = desk.look("notice", order.body["notice_id"]).personal
    assert "暂停非柜面业务" in words["zh"]
    assert "近1天转入笔数" in words["zh"]
    assert "You may appeal" in words["en"]

    plea = Plea("web-1", "by_another_person", "这是工资", contact="邻居代收", by="another_person")
    with sit(book, SYSTEM, at(1)) as desk:
        first = appeal.receive(desk, order, plea, policy())
        assert appeal.receive(desk, order, plea, policy()).id == first.id
    with sit(book, OFFICER, at(1)) as desk, pytest.raises(NotAllowed):
        appeal.grant(desk, first, policy(), because="工资")
    with sit(book, REVIEWER, at(1, 1)) as desk:
        appeal.grant(desk, first, policy(), because="工资单核实")
    with book.read(SYSTEM, at=at(1, 1)) as desk:
        assert desk.get("order", order.id).state == "lifted"
        labels = desk.find(Wanted("label", about="account:A1"))
    assert [(one.body["implicated"], one.body["source"]) for one in labels] == [(False, "appeal")]
    told = book.claim("t", at=at(1, 1), topics=["order_lifted"])
    assert [message.body["state"] for message in told] == ["lifted"]
    again = finding("restrict", as_of="2026-06-03T00:00:00+08:00")
    with sit(book, SYSTEM, at(2)) as desk, pytest.raises(NotAllowed, match="cleared"):
        propose(desk, again, policy())
    assert book.verify().whole
