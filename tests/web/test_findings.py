import pytest

from console_room import small_run, write
from duanka.errors import NotFound
from duanka.web.findings import Ask, Findings
from ledgers import AT


@pytest.fixture
def findings(tmp_path):
    return small_run(tmp_path)


def test_rows_are_asked_for_a_page_at_a_time(findings):
    ask = Ask("score", equal={"card_kind": "account"}, order="score desc", limit=1, offset=1)
    assert findings.rows(ask)["card_id"].to_list() == ["A2"]
    assert findings.count(ask) == 2
    assert findings.rows(Ask("score", either={"card_id": "S1", "network_id": "A1"})).height == 1


def test_counts_by_words(findings):
    assert findings.tally("score", ["tier"]).rows() == [
        ("high_risk", 1),
        ("normal", 1),
        ("suspicious", 1),
    ]


def test_what_is_not_there_is_empty_or_said(findings):
    assert findings.rows(Ask("network")).is_empty()
    assert findings.count(Ask("network")) == 0
    assert findings.tally("intercept", ["answer"]).is_empty()
    with pytest.raises(NotFound):
        findings.one("score", card_id="A9")
    with pytest.raises(NotFound):
        findings.rows(Ask("score", equal={"1=1 or card_id": "x"}))


def test_what_a_reader_types_is_never_sql(findings):
    assert findings.rows(Ask("score", equal={"card_id": "' or 1=1 --"})).is_empty()
    assert not findings.has("../../etc/passwd")


def test_any_of_some_values(findings):
    some = findings.rows(Ask("score", equal={"card_id": ("A1", "S1")}, order="card_id"))
    assert some["card_id"].to_list() == ["A1", "S1"]
    assert findings.rows(Ask("score", equal={"card_id": ()})).is_empty()
    assert (
        findings.rows(Ask("score", either={"card_id": ("A2", "x"), "network_id": "n"})).height == 1
    )


def test_events_come_with_what_the_rules_read_and_without_it_where_the_data_are_away(tmp_path):
    found = small_run(tmp_path)
    write(found.out, "intercept", [{"event_kind": k, "event_id": e, "score": 0.5, "answer": "allow", "reasons": []} for k, e in (("transfer", "T1"), ("transfer", "T2"), ("call", "C1"))])  # fmt: skip
    write(found.out, "opening_advice", [{"opening_id": "O1", "score": 0.5, "advice": "allow", "reasons": []}])  # fmt: skip
    write(found.data, "transfer", [{"transfer_id": "T1", "at": AT, "payer_id": "A1", "payee_id": "A2", "amount_fen": 5, "memo_kind": "salary"}])  # fmt: skip
    told = found.events("transfer")
    assert told.select("event_id", "amount_fen", "memo_kind").rows() == [("T1", 5, "salary"), ("T2", None, None)]  # fmt: skip
    assert found.events("call")["event_id"].to_list() == ["C1"]
    assert found.events("opening")["card_kind"].to_list() == [None]
    assert Findings(tmp_path / "none", None).events("call").is_empty()
