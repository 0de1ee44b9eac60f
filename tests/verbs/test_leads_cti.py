import pytest

from leads_room import typed

HEAD = "lead_id,issued_at,issuer_id,card_kind,card_id\n"
TEXT = HEAD + "L1,2026-06-01T11:00:00+08:00,police_1,account,A1\n"
WHO = ("--as", "ann", "--role", "officer", "--purpose", "tell the other bank")
HERE = ("--unit", "bank_1", "--region", "990101")


@pytest.fixture
def duanka(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return typed("--ledger", "l.db")


def test_a_lead_kept_to_us_does_not_leave_and_one_from_stix_comes_in_once(duanka, tmp_path):
    from duanka.leads import stix
    from leads_room import LEAD
    from ledgers import AT

    (tmp_path / "leads.csv").write_text(TEXT, encoding="utf-8")
    assert duanka("take", "leads.csv", "--sender", "police_1", *HERE)[0] == 0
    out = ("--form", "stix", "--to-kind", "bank", *WHO)
    code, _, err = duanka("export", "out.json", "police_1:L1", *out)
    assert (code != 0, "kept it to this institution" in err) == (True, True)
    assert not (tmp_path / "out.json").exists()
    text = stix.written([LEAD], handling="linked_institutions", at=AT)
    (tmp_path / "in.json").write_text(text, encoding="utf-8")
    come = ("import", "in.json", "--form", "stix", "--sender", "cert", *HERE)
    for told in ("new 新增 1", "known 重复 1"):
        code, said, err = duanka(*come)
        assert (code, told in said) == (0, True), err
    code, said, err = duanka("export", "out.json", "cert:L1", *out)
    assert (code, "leads 线索 1" in said) == (0, True), err
