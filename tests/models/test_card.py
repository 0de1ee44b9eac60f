from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from duanka.errors import BadModel
from duanka.models.card import Card, card_text, load, read_card, save
from duanka.models.score import score
from models_room import NAMES, small_model

CARD = Card("account", "cafe01", {"average_precision": 0.5}, {"score": {"cuts": [0.1]}})


@pytest.fixture
def folder(tmp_path):
    save(small_model()[0], tmp_path / "model", CARD)
    return tmp_path / "model"


def test_a_model_comes_back_as_it_was(folder):
    model, examples = small_model()
    again = load(folder, NAMES, catalogue_hash="cafe01")
    assert again.version == model.version
    assert (score(again, examples.X) == score(model, examples.X)).all()
    assert read_card(folder) == CARD


def test_the_same_model_is_the_same_bytes_wherever_it_went(folder, tmp_path):
    save(load(folder, NAMES, catalogue_hash="cafe01"), tmp_path / "copy", CARD)
    for file in ("model.json", "trees.txt.gz", "README.md"):
        assert (folder / file).read_bytes() == (tmp_path / "copy" / file).read_bytes()


def test_the_folder_names_no_path_and_no_thread_count(folder):
    text = gzip.decompress((folder / "trees.txt.gz").read_bytes()).decode()
    for secret in (str(folder.parent), "num_threads", "[machines"):
        assert secret not in text


def test_other_features_are_named_and_refused(folder):
    with pytest.raises(BadModel) as caught:
        load(folder, [*NAMES[1:], "brand_new"], catalogue_hash="cafe01")
    text = str(caught.value)
    assert "does not know brand_new" in text
    assert "expects feature_0" in text
    assert "duanka train" in text


def test_another_order_is_refused(folder):
    with pytest.raises(BadModel, match="another order"):
        load(folder, NAMES[::-1], catalogue_hash="cafe01")


def test_other_definitions_of_the_same_names_are_refused(folder):
    with pytest.raises(BadModel, match="other definitions"):
        load(folder, NAMES, catalogue_hash="beef02")


def spoil_json(folder, **change):
    facts = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(facts | change))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "model.json").unlink(),
        lambda folder: (folder / "trees.txt.gz").unlink(),
        lambda folder: (folder / "model.json").write_text("{"),
        lambda folder: (folder / "model.json").write_bytes(b"\xff\xfe"),
        lambda folder: (folder / "model.json").write_text("[]"),
        lambda folder: (folder / "trees.txt.gz").write_bytes(b"no gzip"),
        lambda folder: (folder / "trees.txt.gz").write_bytes(
            (folder / "trees.txt.gz").read_bytes()[:200]
        ),
        lambda folder: spoil_json(folder, format=99),
        lambda folder: spoil_json(folder, intercept=1.0),
        lambda folder: spoil_json(folder, parts=[]),
        lambda folder: spoil_json(folder, calibration={}),
        lambda folder: spoil_json(folder, calibration=3),
        lambda folder: spoil_json(folder, about=None),
    ],
)
def test_a_damaged_folder_is_refused_in_words(folder, spoil):
    spoil(folder)
    with pytest.raises(BadModel) as caught:
        load(folder, NAMES, catalogue_hash="cafe01")
    assert str(folder) in str(caught.value)
    assert caught.value.fix


def test_a_card_without_its_words_is_refused(folder):
    spoil_json(folder, figures=None)
    with pytest.raises(BadModel):
        read_card(folder)


def test_the_card_says_what_the_score_is_not(folder):
    text = (folder / "README.md").read_text()
    assert text == card_text(small_model()[0], CARD)
    assert "average_precision: 0.5" in text
    assert "not proven innocent" in text


def test_a_model_of_this_size_is_small(folder):
    assert sum(file.stat().st_size for file in folder.iterdir()) < 200_000
    assert np.isfinite(load(folder, NAMES, catalogue_hash="cafe01").forest.value).all()
