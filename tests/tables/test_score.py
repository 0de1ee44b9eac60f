"""The table `score`."""

import dataframely as dy
import polars as pl
import pytest

from duanka.errors import BadInput
from duanka.tables import empty, schema, typed

ROW = {
    "card_kind": "sim",
    "card_id": "S1",
    "as_of": None,
    "score": 0.2,
    "tier": "normal",
    "measure": "allow",
    "reasons": [["night_share"]],
    "model_version": "m1",
    "policy_version": "p1",
}


def test_reasons_are_a_list_and_the_network_may_be_absent():
    got = typed("score", pl.DataFrame(ROW))
    assert got["reasons"].to_list() == [["night_share"]]
    assert got["network_id"].to_list() == [None]
    assert got.schema == empty("score").schema


def test_a_tier_is_one_of_three():
    with pytest.raises(BadInput, match="does not fit"):
        typed("score", pl.DataFrame({**ROW, "tier": "worst"}))


def test_a_card_is_judged_once():
    twice = typed("score", pl.concat([pl.DataFrame({**ROW, "as_of": 0})] * 2))
    with pytest.raises(dy.exc.ValidationError):
        schema("score").validate(twice)
