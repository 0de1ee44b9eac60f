from datetime import UTC, datetime, timedelta

import pytest

from desks import policy
from duanka.governance.clocks import TURNS, ends_at, turn
from duanka.governance.matter import MOVES

NOW = datetime(2026, 6, 1, tzinfo=UTC)
REGIME = policy().at(NOW.date())


@pytest.mark.parametrize("kind", list(MOVES))
def test_every_state_that_is_no_end_is_somebodys_turn_with_a_deadline(kind):
    assert set(TURNS[kind]) == set(MOVES[kind])
    for state in MOVES[kind]:
        now = turn(kind, state, REGIME, now=NOW)
        assert now.whose in {"office", "unit"}
        assert now.due_at > NOW
    assert turn(kind, "withdrawn", REGIME, now=NOW).due_at is None


def test_what_restricts_ends_by_itself():
    end = ends_at("penalty", "executed", "suspend_openings", REGIME, now=NOW)
    assert end == NOW + timedelta(days=180)
    assert ends_at("penalty", "decided", "suspend_openings", REGIME, now=NOW) is None
    for kind, state in (("listing", "in_force"), ("exposure", "published")):
        assert ends_at(kind, state, "red_card", REGIME, now=NOW) > NOW
