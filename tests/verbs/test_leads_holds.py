import pytest

from leads_room import typed

PAPER = (
    "--document",
    "paper.pdf",
    "--issuer",
    "police_1",
    "--issued-at",
    "2026-06-01T09:00:00+08:00",
)
HERE = (
    "--unit",
    "bank_1",
    "--region",
    "990101",
    "--as",
    "ann",
    "--role",
    "officer",
    "--ledger",
    "l.db",
)


@pytest.fixture
def duanka(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return typed(*HERE)


def test_a_card_is_held_and_let_go_by_documents_alone(duanka, tmp_path):
    stop = ("account:A1", "stop_payment", *PAPER, "--number", "N-1")
    code, _, err = duanka("hold", *stop)
    assert (code != 0, "document" in err) == (True, True)
    (tmp_path / "paper.pdf").write_bytes(b"a document")
    code, out, err = duanka("hold", *stop)
    assert (code, out.split()[:2]) == (0, ["account:A1", "stop_payment"]), err
    code, out, _ = duanka("hold", "account:A1", "return_funds", *PAPER, "--number", "N-2")
    assert (code, out.strip()) == (0, "account:A1  ended")
    code, _, err = duanka("hold", "account:A1", "close", *PAPER, "--number", "N-3")
    assert (code != 0, "Traceback" in err) == (True, False)
