"""How far features moved since training, told of a run."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duanka.features import catalogue
from duanka.jobs import drifting
from duanka.jobs.judges import default_folder, load_judge

SUBJECT = "opening"


@pytest.fixture(scope="module")
def judge():
    return load_judge(default_folder(), SUBJECT, "default")


def rows(n, seed=1):
    width = len(catalogue.names_of(SUBJECT))
    return np.random.default_rng(seed).random((n, width)).astype(np.float32)


@given(sizes=st.lists(st.integers(0, 9_000), min_size=1, max_size=6))
def test_which_rows_are_kept_does_not_hang_on_the_portions(sizes):
    whole = np.arange(sum(sizes), dtype=np.float32).reshape(-1, 1)
    seen, kept = drifting.Seen(len(whole)), whole[:: drifting.step_of(len(whole))]
    for part in np.split(whole, np.cumsum(sizes)[:-1]):
        assert seen.passes(part) is part
    assert np.array_equal(np.concatenate(seen._kept), kept)
    assert len(kept) <= drifting.MOST_ROWS


def test_a_feature_that_stopped_arriving_is_told_first(judge):
    X = rows(500)
    X[:, 3] = np.nan
    told = drifting.moved(judge, X)
    assert told["rows"] == 500
    assert told["model_version"] == judge.model.version
    by_name = {one["name"]: one for one in told["columns"]}
    assert by_name[judge.model.names[3]]["missing_now"] == 1
    assert by_name.keys() == {*judge.model.names, "score"}
    index = [one["stability_index"] for one in told["columns"]]
    assert index == sorted(index, reverse=True)


def test_portions_tell_what_the_whole_tells(judge):
    X = rows(300)
    seen = drifting.Seen(300)
    for begin in (0, 70, 140):
        seen.passes(X[begin : begin + 70 if begin < 140 else 300])
    assert seen.moved(judge) == drifting.moved(judge, X)
    assert drifting.Seen(0).moved(judge) == {}
    assert drifting.moved(judge, X[:0]) == {}


def test_the_file_names_what_moved_and_leaves_out_what_has_no_reference(judge, tmp_path):
    told = drifting.moved(judge, rows(50))
    drifting.write(tmp_path, {"sim": {}, SUBJECT: told})
    assert json.loads((tmp_path / drifting.FILE).read_text("utf-8")) == {SUBJECT: told}
