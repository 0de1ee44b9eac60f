from types import SimpleNamespace

import numpy as np
import pytest

from duanka.features import catalogue
from duanka.features.columns import AT_ONCE, Columns
from duanka.features.shares import ratio


def filled(at):
    out = Columns(at)
    for n, name in enumerate(catalogue.names_of("opening")):
        out.put(name, np.arange(at.size) + 1000 * n)
    return out


def test_columns_are_laid_out_in_the_order_of_the_catalogue():
    at = np.arange(AT_ONCE + 7)
    found = filled(at).lay_out("opening", SimpleNamespace(told_at={}))
    want = np.arange(at.size)[:, None] + 1000 * np.arange(found.shape[1])[None, :]
    np.testing.assert_array_equal(found, want.astype(np.float32))


def test_what_the_dataset_had_not_told_of_by_the_question_is_unknown():
    at = np.array([10, 11, 12])
    found = filled(at).lay_out("opening", SimpleNamespace(told_at={"register": 11, "holders": 0}))
    unknown = np.isnan(found)
    columns = list(catalogue.lacking_columns("opening", "holders"))
    assert columns
    assert not unknown[:, columns].any()
    columns = list(catalogue.lacking_columns("opening", "register"))
    assert unknown[:2, columns].all()
    assert not unknown[2].any()


def test_never_reads_as_missing_and_zero_as_zero():
    out = Columns(np.arange(2))
    out.block(("call_since_last_s", "n"), np.array([[-1, -1], [0, 0]], dtype=np.float32), "x_")
    assert np.isnan(out.get("x_call_since_last_s")).tolist() == [True, False]
    assert out.get("x_n").tolist() == [-1, 0]


def test_no_stream_answers_in_anothers_name():
    out = Columns(np.arange(1))
    out.block(("since_last_s",), np.zeros((1, 1), dtype=np.float32))
    with pytest.raises(KeyError, match="since_last_s"):
        out.block(("since_last_s",), np.ones((1, 1), dtype=np.float32))


def test_derived_columns_follow_from_those_before_them():
    out = Columns(np.arange(2))
    out.block(("a", "b"), np.array([[1, 4], [1, 0]], dtype=np.float32), "payer_")
    out.derive([ratio("a_share", ("", ""), "money", ("a", "b"))], "payer_")
    np.testing.assert_array_equal(out.get("payer_a_share"), np.float32([0.25, np.nan]))
