import numpy as np
import pytest

from door_room import START, judges, opened, transfer
from duanka.errors import Unavailable
from duanka.intercept import events, idle
from duanka.intercept.idle import PAGE, WORD, Attic
from duanka.intercept.terms import DAY

A_PAGE = PAGE // WORD
NOW_US = events.micros(START) + 400 * DAY


def rows(attic, count):
    """An arena with so many rows of a page each behind the first, each with its number as its clock."""
    arena = attic(np.ones(8, dtype=np.int64), (count + 2) * A_PAGE)
    spans = np.array([[n * A_PAGE, A_PAGE, n * A_PAGE] for n in range(1, count + 1)])
    for n, (begin, words, _) in enumerate(spans.tolist(), start=1):
        arena[begin : begin + words] = n
    return arena, spans


def test_idle_rows_leave_and_are_back_as_they_were_and_others_stay(tmp_path):
    attic = Attic(tmp_path)
    arena, spans = rows(attic, 40)
    before = arena.copy()
    assert attic.leave(spans, 21) == 20 * PAGE
    assert attic.away_bytes == 20 * PAGE
    assert attic.leave(spans, 21) == 0
    assert (arena == before).all()
    arena[spans[4, 0]] = 100  # somebody is told of the fifth again
    assert attic.leave(spans, 41) == 19 * PAGE  # the last page is where the next row may begin
    assert attic.away_bytes == 38 * PAGE
    before[spans[4, 0]] = 100
    assert (arena == before).all()
    attic.close()


def test_a_page_stays_for_the_sake_of_one_row_on_it(tmp_path):
    attic = Attic(tmp_path)
    arena, spans = rows(attic, 9)
    both = np.array([[3 * A_PAGE + 500, 24, 9 * A_PAGE]])  # on pages three and four
    assert attic.leave(np.concatenate([spans, both]), 9) == 6 * PAGE
    assert arena[3 * A_PAGE] == 3
    attic.close()


def test_growing_moves_nothing_and_nothing_costs_nothing(tmp_path):
    attic = Attic(tmp_path)
    held = np.zeros(600 * A_PAGE, dtype=np.int64)
    held[5], held[-1] = 7, 8
    arena = attic(held, 0)
    state = attic._state(600)
    assert int(((state & idle._IN_MEMORY > 0) & (state & idle._OF_FILE == 0)).sum()) == 2
    assert (arena == held).all()
    longer = attic(arena, arena.size + 1)
    assert longer.ctypes.data == arena.ctypes.data
    assert longer.size >= 2 * arena.size
    with pytest.raises(Unavailable, match="no room for more cards"):
        attic(longer, idle.RESERVED[0])
    attic.close()


def test_no_more_than_a_part_leaves_at_once_and_the_rest_next_time(tmp_path, monkeypatch):
    monkeypatch.setattr(idle, "MOST_AT_ONCE", 8 * PAGE)
    attic = Attic(tmp_path)
    _, spans = rows(attic, 30)
    assert [attic.leave(spans, 99) // PAGE for _ in range(5)] == [8, 8, 8, 5, 0]
    attic.close()


def test_a_full_disk_drops_nothing(tmp_path, monkeypatch):
    attic = Attic(tmp_path)
    arena, spans = rows(attic, 9)
    before = arena.copy()

    def full(number):
        raise OSError(28, "No space left on device", number)

    monkeypatch.setattr(idle.os, "fdatasync", full)
    with pytest.raises(Unavailable, match="No space left"):
        attic.leave(spans, 99)
    assert (arena == before).all()
    assert attic.away_bytes == 0
    attic.close()


def test_a_door_whose_cards_come_and_go_answers_as_one_whose_cards_stay(tmp_path):
    days = (0, 0.1, 1, 45, 46, 100, 100.5, 190)
    told = [
        transfer(100 * day + n, at_s=86_400 * at + n)
        for day, at in enumerate(days)
        for n in range(day % 3, 60, 1 + day % 2)
    ]
    batches = [told[at : at + 40] for at in range(0, len(told), 40)]
    said, digests = [], []
    for name, resting in (("stays", False), ("rests", True)):
        with opened(tmp_path / name, judges=judges()) as door:
            found = []
            for batch in batches:
                found += door.take(batch, now_us=NOW_US)
                if resting:
                    door.rest()
            said.append(found)
            digests.append(door.digest())
            left = door.counters["idle_bytes_left"] if resting else 0
    assert left > 0
    assert said[0] == said[1]
    assert digests[0] == digests[1]
    with opened(tmp_path / "rests") as door:
        assert door.digest() == digests[0]
