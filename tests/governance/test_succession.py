from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from duanka.errors import BadInput
from duanka.governance.attribution import attribute
from duanka.governance.horizon import Horizon
from duanka.governance.months import parse_month
from duanka.governance.succession import moved, succeed
from town import small_town

FRAMES = small_town().tables
AS_OF = datetime(2026, 8, 1, tzinfo=UTC)
BANKS = (
    FRAMES["institution"].filter(pl.col("institution_kind") == "bank")["institution_id"].to_list()
)
DESKS = FRAMES["outlet"].filter(pl.col("institution_id") == BANKS[0])["outlet_id"].to_list()


def table(*rows):
    return pl.DataFrame(
        rows, schema=["unit_kind", "unit_id", "successor_id", "since"], orient="row"
    )


def cards_of(frames, column, unit):
    return attribute(frames).filter(pl.col(column) == unit).height


def test_a_merged_bank_and_its_successors_successor_answer_together():
    told = table(
        ("institution", BANKS[0], BANKS[1], AS_OF - timedelta(days=9)),
        ("institution", BANKS[1], BANKS[2], AS_OF - timedelta(days=3)),
    )
    merged = succeed(FRAMES, told, AS_OF)
    assert cards_of(merged, "institution_id", BANKS[2]) == sum(
        cards_of(FRAMES, "institution_id", one) for one in BANKS[:3]
    )
    assert cards_of(merged, "institution_id", BANKS[0]) == 0


def test_a_closed_outlet_is_answered_for_by_the_one_that_took_its_files():
    merged = succeed(
        FRAMES, table(("outlet", DESKS[0], DESKS[1], AS_OF - timedelta(days=1))), AS_OF
    )
    assert cards_of(merged, "outlet_id", DESKS[1]) == cards_of(
        FRAMES, "outlet_id", DESKS[0]
    ) + cards_of(FRAMES, "outlet_id", DESKS[1])


def test_what_happens_later_is_not_known_yet():
    later = succeed(FRAMES, table(("outlet", DESKS[0], DESKS[1], AS_OF)), AS_OF)
    assert attribute(later).equals(attribute(FRAMES))


def test_a_circle_is_refused():
    told = table(
        ("outlet", DESKS[0], DESKS[1], AS_OF - timedelta(days=2)),
        ("outlet", DESKS[1], DESKS[0], AS_OF - timedelta(days=1)),
    )
    with pytest.raises(BadInput, match="circle"):
        succeed(FRAMES, told, AS_OF)


MAY = parse_month("2026-05")
SPAN = Horizon(datetime(2026, 1, 1, tzinfo=UTC), AS_OF, 6, MAY - 4, MAY + 2)
MOVED_AT = datetime(2026, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("opened", "known", "answers"),
    [
        (
            MAY - 20,
            MAY + 1,
            "new",
        ),  # found long after it was opened and after it moved: who held it
        (MAY - 20, MAY - 2, "opener"),  # found before it moved
        (MAY - 3, MAY + 1, "opener"),  # found in its first months: who opened it
        (MAY - 20, None, "new"),  # honest stock stands with its holder
        (MAY - 2, None, "opener"),  # an honest new card with its opener
    ],
)
def test_a_ported_number_is_its_openers_when_new_and_its_holders_when_old(opened, known, answers):
    card = pl.DataFrame(
        {"card_kind": ["sim"], "card_id": ["s"], "institution_id": ["row"], "outlet_id": ["o"], "opened_month": [opened], "known_month": [known]},
        schema_overrides={"known_month": pl.Int32},
    )  # fmt: skip
    desk = pl.DataFrame({"outlet_id": ["o"], "institution_id": ["opener"]})
    told = table(("sim", "s", "gone", MOVED_AT), ("institution", "gone", "new", MOVED_AT))
    assert moved(card, told, desk, span=SPAN)["institution_id"].item() == answers
    later = table(("sim", "s", "new", AS_OF))
    assert moved(card, later, desk, span=SPAN).equals(card)
    assert moved(card, told, None, span=SPAN)["institution_id"].item() in {"row", "new"}
