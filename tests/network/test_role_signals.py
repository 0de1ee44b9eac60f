import polars as pl
import pytest

from duanka.network.role_signals import (
    MOST_EVENTS,
    SIGNAL,
    SIGNALS,
    gathered,
    merged,
    none_found,
    said,
    spans,
)
from network.role_room import REGIME, day


def test_what_a_frame_does_not_tell_is_empty_and_nothing_is_not_said():
    frame = pl.DataFrame({"subject_kind": ["person"] * 3, "subject_id": ["A", "B", None], "value": [1.5, 0.0, 2.0]})  # fmt: skip
    told = said(frame, "gathers")
    assert told.schema == pl.Schema(SIGNAL)
    assert told.rows() == [("person", "A", "gathers", 1.5, None, None, None, None)]


def test_groups_tell_how_many_from_when_to_when_and_the_first_events():
    rows = pl.DataFrame({"k": ["A"] * 30, "at": [day(29 - n) for n in range(30)], "id": [f"t{n:02}" for n in range(30)]})  # fmt: skip
    one = rows.group_by("k").agg(*spans("id"))
    assert one["count"].item() == 30
    assert (one["first_at"].item(), one["last_at"].item()) == (day(0), day(29))
    assert one["events"].item().to_list() == [f"t{29 - n:02}" for n in range(MOST_EVENTS)]
    both = pl.concat([one, one]).group_by("k").agg(*merged())
    assert both["count"].item() == 60
    assert both["events"].item().len() == MOST_EVENTS


def test_signals_stand_in_one_order():
    parts = [said(pl.DataFrame({"subject_kind": ["person"], "subject_id": [n], "value": [1.0]}), "gathers") for n in "CAB"]  # fmt: skip
    assert gathered(parts)["subject_id"].to_list() == ["A", "B", "C"]
    assert gathered([]).equals(none_found())


@pytest.mark.parametrize("name", sorted(SIGNALS))
def test_every_signal_has_words_a_half_and_a_role_it_speaks_to(name):
    signal = SIGNALS[name]
    assert signal.zh
    assert signal.en
    assert REGIME.number(f"roles.half.{name}") > 0
    names = [
        n for n in REGIME.policy.parameters if n.startswith("roles.") and n.endswith(f".{name}")
    ]
    assert len(names) > 1
