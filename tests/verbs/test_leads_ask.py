import pytest

from duanka.store.ledger import open_ledger
from leads_room import enrolled, typed


@pytest.fixture
def duanka(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return typed("--ledger", "l.db")


def test_a_question_is_asked_by_one_and_approved_by_another_before_it_goes_out(duanka, tmp_path):
    book = open_ledger(str(tmp_path / "l.db"))
    enrolled(book, "police_1", kind="police")
    book.close()
    (tmp_path / "cards.txt").write_text("account:A1\nsim:S1\n", encoding="utf-8")
    where = ("--to", "police_1", "--unit", "bank_1", "--region", "990101")
    asked = ("ask", "cards.txt", *where, "--as", "ann", "--purpose", "an opening")
    code, out, err = duanka(*asked)
    assert (code, "cards 卡 2" in out) == (0, True), err
    number = out.split()[0]
    assert duanka("introduce", "us.json", "--party", "bank_1", "--kind", "bank")[0] == 0
    code, _, err = duanka("fetch", number)
    assert (code != 0, "approved first" in err) == (True, True)
    officer = ("--role", "officer", "--because", "needed")
    code, _, err = duanka("approve", number, "--as", "ann", *officer)
    assert (code != 0, "did not ask" in err) == (True, True)
    code, out, _ = duanka("approve", number, "--as", "bob", *officer)
    assert (code, out.split()[1]) == (0, "approved")
    code, _, err = duanka("fetch", number)  # the partner has no address to be asked at
    assert code != 0
    assert "Traceback" not in err
