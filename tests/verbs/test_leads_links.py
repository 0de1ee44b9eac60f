import pytest

from leads_room import typed

TEXT = (
    "lead_id,issued_at,issuer_id,card_kind,card_id\n"
    "L1,2026-06-01T11:00:00+08:00,police_1,account,A1\n"
)
CARDS = "account_id,holder_id,institution_id,account_kind,opened_at\n" + "".join(
    f"{a},P1,bank_1,class_1,2020-01-01T00:00:00+08:00\n" for a in ("A1", "A2")
)


@pytest.fixture
def duanka(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    call = typed("--ledger", "l.db")

    def right(*words):
        code, out, err = call(*words)
        assert not code, err
        return out

    return right


def test_linked_cards_are_suggested_closed_with_a_reason_and_senders_have_a_standing(
    duanka, tmp_path
):
    (tmp_path / "leads.csv").write_text(TEXT, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "account.csv").write_text(CARDS, encoding="utf-8")
    duanka("take", "leads.csv", "--sender", "police_1", "--unit", "bank_1", "--region", "990101")
    duanka("match", "data")
    assert duanka("expand", "data").startswith("same_holder 1  same_device 0")
    (row,) = duanka("suggested").splitlines()
    assert row.split()[1:] == ["account:A2", "same_holder", "lead", "police_1:L1"]
    who = ("--as", "ann", "--role", "officer", "--because", "same holder")
    assert "to_verify" in duanka("close", row.split()[0], "to_verify", *who)
    assert duanka("suggested") == ""
    duanka("answer", "police_1:L1", "nothing_found")
    told = duanka("standing")
    assert told.startswith(
        "police_1  leads 1  right 0  wrong 1  not_ours 0  precision 0.00 [0.00, 0.79]"
    )
