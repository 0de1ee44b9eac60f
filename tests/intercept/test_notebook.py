import json

import pytest

from door_room import NOW_US, acquainted, judges, mixed, opened, severe
from duanka.errors import NotFound
from duanka.intercept import notebook

VERSIONS = {"model_versions": {"transfer": "m1"}, "policy_version": "p1"}
ONE = {"event_kind": "transfer", "event_id": "t1", "given": "allow", "given_score": 0.1, "challenger": "restrict", "challenger_score": 0.9}  # fmt: skip


def test_totals_go_on_where_they_were_after_a_restart_and_begin_anew_for_another(tmp_path):
    with opened(tmp_path, challenger=severe()) as door:
        acquainted(door).take(mixed(12), now_us=NOW_US)
        door.challenge()
        before = {k: v for k, v in door.counters.items() if k.startswith("challenger")}
        listed = [vars_of(one) for one in door._held.shadow.differences]
    totals, found = notebook.read(tmp_path, most=100)
    assert totals["counts"] == before
    assert found == list(reversed(listed))
    assert sum(one[3] for one in notebook.totals_of(totals)) == before["challenger.different"]
    with opened(tmp_path, challenger=severe()) as door:
        assert door.counters["challenger.judged"] == before["challenger.judged"]
    with opened(tmp_path, challenger=judges()) as door:
        assert "challenger.judged" not in door.counters
    assert notebook.read(tmp_path, most=100)[1] == []


def vars_of(one):
    return {name: getattr(one, name) for name in ONE}


def test_a_line_cut_short_by_a_crash_is_left_out_and_a_long_file_begins_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(notebook, "MOST_BYTES", 400)
    made = notebook.Notebook(tmp_path, VERSIONS, now=notebook.now())
    for n in range(12):
        made.write({"challenger.judged": n}, [ONE | {"event_id": f"t{n}"}], now=notebook.now())
    lines = tmp_path / notebook.FOLDER / notebook.LINES
    assert lines.stat().st_size < 800
    with lines.open("a", encoding="utf-8") as file:
        file.write(json.dumps(ONE)[:20])
    totals, found = notebook.read(tmp_path, most=3)
    assert totals["counts"] == {"challenger.judged": 11}
    assert [one["event_id"] for one in found] == ["t11", "t10", "t9"]


def test_where_no_challenger_stood_it_is_said(tmp_path):
    with pytest.raises(NotFound, match="no challenger"):
        notebook.read(tmp_path, most=1)
