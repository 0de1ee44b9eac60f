import pytest

from leads_room import typed

TEXT = (
    "lead_id,issued_at,issuer_id,card_kind,card_id\n"
    "L1,2026-06-01T11:00:00+08:00,police_1,account,A1\n"
)


@pytest.fixture
def duanka(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return typed()


def test_a_lead_from_file_to_answer(duanka, tmp_path):
    (tmp_path / "leads.csv").write_text(TEXT, encoding="utf-8")
    who = ("--sender", "police_1", "--unit", "bank_1", "--region", "990101")
    code, out, err = duanka("take", "leads.csv", *who, "--ledger", "l.db")
    assert (code, "new 新增 1" in out) == (0, True), err
    code, out, _ = duanka("list", "--ledger", "l.db")
    assert out.startswith("police_1:L1  received  bank_1")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "account.csv").write_text(
        "account_id,holder_id,institution_id,account_kind,opened_at\n"
        "A9,P1,bank_1,class_1,2020-01-01T00:00:00+08:00\n",
        encoding="utf-8",
    )
    code, out, err = duanka("match", "data", "--ledger", "l.db")
    assert (code, "not_ours 1" in out) == (0, True), err
    code, out, _ = duanka("answer", "police_1:L1", "not_ours", "--ledger", "l.db")
    assert "answered" in out
    code, out, _ = duanka("clocks", "--ledger", "l.db")
    assert (code, "reminded 0" in out) == (0, True)
    code, _, err = duanka("answer", "police_1:L1", "wrong", "--ledger", "l.db")
    assert code == 2
    assert "Conflict" in err


def test_the_template_is_written(duanka, tmp_path):
    code, _, err = duanka("template", "t.xlsx")
    assert (code, (tmp_path / "t.xlsx").stat().st_size > 1000) == (0, True), err
