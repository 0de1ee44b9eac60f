"""Counted from a folder: only what police or court had said before the instant."""

from desks import policy
from duanka.jobs.progress import Progress
from duanka.jobs.threshold_facts import threshold_facts


def test_only_what_was_known_counts(tmp_path):
    (tmp_path / "account.csv").write_text(
        "account_id,account_kind,holder_id,institution_id,opened_at\n"
        + "".join(f"A{i},class_1,P1,b,2020-01-01T00:00:00+08:00\n" for i in range(4)),
        encoding="utf-8",
    )
    (tmp_path / "label.csv").write_text(
        "card_kind,card_id,implicated,known_at,source\n"
        "account,A0,1,2026-01-01T00:00:00+08:00,police\n"
        "account,A1,1,2026-01-01T00:00:00+08:00,court\n"
        "account,A1,0,2026-03-01T00:00:00+08:00,appeal\n"
        "account,A2,1,2026-01-01T00:00:00+08:00,review\n"
        "account,A3,1,2026-05-01T00:00:00+08:00,police\n",
        encoding="utf-8",
    )
    (tmp_path / "transfer.csv").write_text(
        "transfer_id,at,payer_id,payee_id,amount_fen,outcome\n"
        "t1,2026-01-02T00:00:00+08:00,x,A0,500,success\n"
        "t2,2026-01-02T00:00:00+08:00,x,A0,700,failed\n"
        "t3,2026-06-02T00:00:00+08:00,x,A0,900,success\n",
        encoding="utf-8",
    )

    def counts(at):
        found = threshold_facts(tmp_path, policy(), as_of=at, say=Progress())
        return dict(found.select("fact", "count").iter_rows())

    assert counts("2026-02-01T00:00:00+08:00") == {
        "accounts": 2,
        "inflow_fen": 500,
        "recognised_cards": 2,
    }
    assert counts("2026-04-01T00:00:00+08:00")["accounts"] == 1
    assert counts("2026-05-02T00:00:00+08:00")["accounts"] == 2
    assert counts("2025-12-01T00:00:00+08:00") == {}
