import polars as pl
import pytest

from door_room import opening, transfer
from duanka.errors import BadInput
from duanka.verbs import live
from shell import duanka, fine


def test_a_file_is_answered_and_what_was_served_is_computed_again(tmp_path):
    path = tmp_path / "events.ndjson"
    path.write_bytes(transfer(1).raw + b"\npoison\n" + transfer(2).raw + b"\n")
    folder = tmp_path / "door"
    asked = ("--folder", folder, "--answers", tmp_path / "answers.ndjson")
    done = fine(duanka("consume", path, *asked))
    assert "taken 接收 2" in done.out
    assert "refused 拒绝 1" in done.out
    assert pl.read_ndjson(tmp_path / "answers.ndjson")["event_id"].to_list() == ["t1", "t2"]
    assert "poison" in (folder / "rejects.ndjson").read_text()
    again = fine(duanka("backtest", "--served", folder))
    assert again.out.split()[-5:] == ["(all)", "2", "0", "0", "0"]


@pytest.mark.parametrize("source", ["tcp://nowhere", "kafka:///", "kafka://broker"])
def test_a_source_that_is_not_understood_is_told(tmp_path, source):
    with pytest.raises(BadInput, match="not understood"):
        live._source(source, tmp_path, None)


def test_refusal_rates_are_told_by_group_and_the_look_is_logged(tmp_path):
    path = tmp_path / "events.ndjson"
    path.write_bytes(opening(1).raw + b"\n")
    folder = tmp_path / "door"
    fine(duanka("consume", path, "--folder", folder))
    told = fine(duanka("refusals", "--folder", folder, "--purpose", "季度误伤检查"))
    assert "60 and older" in told.out
    assert "fewer than 10, not shown" in told.out
    (log,) = (folder / "web").glob("access-*.jsonl")
    assert "季度误伤检查" in log.read_text(encoding="utf-8")
    assert duanka("refusals", "--folder", folder, "--purpose", "x").code == 2
