from datetime import UTC, datetime

from duanka.intercept import notebook
from shell import duanka, fine

AT = datetime(2026, 6, 1, tzinfo=UTC)
ONE = {"event_kind": "transfer", "event_id": "t1", "given": "allow", "given_score": None, "challenger": "restrict", "challenger_score": 0.9}  # fmt: skip


def test_differences_are_counted_and_listed_and_the_look_is_logged(tmp_path):
    made = notebook.Notebook(tmp_path, {"model_versions": {}, "policy_version": "p1"}, now=AT)
    counts = {"challenger.judged": 5, "challenger.different": 1, "challenger.transfer.allow.restrict": 1}  # fmt: skip
    made.write(counts, [ONE], now=AT)
    told = fine(duanka("challenger", "--folder", tmp_path, "--purpose", "上线前比较"))
    assert "judged 已评 5 · otherwise 不同 1" in told.out
    assert "t1: allow -> restrict (- -> 0.900)" in told.out
    (log,) = (tmp_path / "web").glob("access-*.jsonl")
    assert "上线前比较" in log.read_text(encoding="utf-8")
    assert duanka("challenger", "--folder", tmp_path, "--purpose", "x").code == 2


def test_where_no_challenger_stood_it_is_said(tmp_path):
    told = duanka("challenger", "--folder", tmp_path, "--purpose", "上线前比较")
    assert told.code == 2
    assert "no challenger" in told.err
