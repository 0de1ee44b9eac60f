from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.jobs.report import TIMELINE
from duanka.jobs.report_parts.timeline import LEFT, RIGHT, WIDTH, timeline

AS_OF = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)  # midnight in Shanghai: the last day is the 31st


def _rows(*rows):
    return pl.DataFrame(
        [("account", "A", AS_OF - ago, kind, value, other) for ago, kind, value, other in rows],
        schema=TIMELINE,
        orient="row",
    )


def test_nothing_within_ninety_days_is_no_picture():
    assert timeline(_rows(), AS_OF) is None
    assert timeline(_rows((timedelta(days=91), "in", 1, "X")), AS_OF) is None


def test_what_happens_at_or_after_the_instant_is_not_drawn():
    assert timeline(_rows((timedelta(0), "in", 1, "X")), AS_OF) is None
    drawn = timeline(
        _rows((timedelta(0), "in", 500, "X"), (timedelta(seconds=1), "in", 200, "X")), AS_OF
    )
    assert "1 笔共 2.00 元" in drawn.caption.zh


def test_days_are_of_shanghai():
    drawn = timeline(_rows((timedelta(seconds=1), "in", 1, "X")), AS_OF)
    assert drawn.caption.zh.startswith("03-02 至 03-31（30 天")


def test_a_device_is_marked_only_when_it_changes():
    days = [timedelta(days=n) for n in (20, 15, 10, 5)]
    drawn = timeline(
        _rows(*[(d, "device", None, o) for d, o in zip(days, ["a", "a", "b", "b"], strict=True)]),
        AS_OF,
    )
    assert [mark.kind for mark in drawn.marks] == ["device"]
    assert "换设备 1 次" in drawn.caption.zh
    assert drawn.panels == ()
    assert drawn.shade is None


def test_the_busiest_stretch_is_shaded_and_said():
    drawn = timeline(
        _rows(
            (timedelta(days=20, hours=1), "in", 900, "X"),
            (timedelta(days=19, hours=1), "out", 900, "X"),
            (timedelta(days=2, hours=1), "in", 200, "X"),
        ),
        AS_OF,
    )
    assert "03-11 – 03-12，占 90 %" in drawn.caption.zh


def test_calls_are_counted_not_added_up():
    drawn = timeline(_rows(*[(timedelta(days=1), "call_out", 600, "X")] * 3), AS_OF)
    (panel,) = drawn.panels
    assert panel.kind == "calls"
    assert panel.most.en == "3 calls"
    assert panel.up == ()


row = st.tuples(
    st.integers(0, 120 * 86_400).map(lambda s: timedelta(seconds=s)),
    st.sampled_from(["in", "out", "call_in", "call_out", "device", "open", "lead", "label"]),
    st.one_of(st.none(), st.integers(0, 10**12)),
    st.one_of(st.none(), st.sampled_from("abc")),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(row, max_size=25))
def test_everything_stays_within_the_drawing(rows):
    drawn = timeline(_rows(*rows), AS_OF)
    if drawn is None:
        return
    for bar in [b for p in drawn.panels for b in (*p.up, *p.down)] + (
        [drawn.shade] * bool(drawn.shade)
    ):
        assert bar.x >= LEFT
        assert bar.x + bar.wide <= WIDTH - RIGHT + 0.2
        assert bar.y >= 0
        assert bar.y + bar.high <= drawn.height
        assert bar.high > 0
    assert all(LEFT <= mark.x <= WIDTH - RIGHT for mark in (*drawn.marks, *drawn.ticks))
