import re

import pytest

from leads_room import typed

TEXT = (
    "lead_id,issued_at,issuer_id,card_kind,card_id\n"
    "L1,2026-06-01T11:00:00+08:00,police_1,account,A1\n"
)
PRINT = re.compile(r"([0-9a-f]{4} ){7}[0-9a-f]{4}")


@pytest.fixture
def duanka(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return typed()


def test_a_partner_is_introduced_enrolled_told_and_revoked(duanka, tmp_path):
    (tmp_path / "leads.csv").write_text(TEXT, encoding="utf-8")
    who = ("--party", "bank_1", "--kind", "bank", "--address", "https://bank.example")
    code, out, err = duanka("introduce", "bank.json", *who, "--ledger", "bank.db")
    assert code == 0, err
    heard = PRINT.search(out)[0]
    here = ("--unit", "police_1", "--region", "990101", "--ledger", "police.db")
    code, _, err = duanka("enrol", "bank.json", "--fingerprint", heard[:-1] + "x", *here)
    assert (code != 0, "fingerprint" in err) == (True, True)
    code, out, err = duanka("enrol", "bank.json", "--fingerprint", heard, *here)
    assert (code, out.split()[:2]) == (0, ["bank_1", "in_force"]), err
    code, out, _ = duanka("partners", "--ledger", "police.db")
    assert heard in out
    code, _, err = duanka("send", "--ledger", "police.db")
    assert (code != 0, "introduce" in err) == (True, True)
    code, out, err = duanka("tell", "leads.csv", "--to", "bank_1", *here)
    assert (code, "new 新增 1" in out) == (0, True), err
    code, out, _ = duanka("told", "--ledger", "police.db")
    assert out.splitlines()[0].startswith("bank_1:L1  to_send")
    code, out, _ = duanka("revoke", "bank_1", "--because", "over", "--ledger", "police.db")
    assert out.strip() == "bank_1  revoked"
    police = ("--party", "police_1", "--kind", "police", "--ledger", "police.db")
    assert duanka("introduce", "police.json", *police)[0] == 0
    code, out, _ = duanka("send", "--ledger", "police.db")
    assert (code, "failed 1" in out) == (0, True)
    code, out, _ = duanka("poll", "--ledger", "police.db")
    assert (code, "failed 失败 0" in out) == (0, True)


def test_an_address_without_tls_is_refused(duanka):
    who = ("--party", "bank_1", "--kind", "bank", "--address", "http://bank.example")
    code, _, err = duanka("introduce", "bank.json", *who, "--ledger", "bank.db")
    assert (code != 0, "TLS" in err) == (True, True)
