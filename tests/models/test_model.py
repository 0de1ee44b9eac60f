from __future__ import annotations

from dataclasses import replace

import pytest

from duanka.errors import BadModel
from duanka.models.model import Part, assemble
from models_room import small_model


def again(**change):
    model, _ = small_model()
    whole = {
        "parts": model.parts,
        "intercept": model.intercept,
        "calibration": model.calibration,
        "about": model.about,
        "names": model.names,
    } | change
    return assemble(whole.pop("names"), whole.pop("parts"), **whole)


def test_the_version_is_of_what_changes_an_answer():
    model, _ = small_model()
    assert again().version == model.version
    assert again(about={}).version == model.version
    assert again(intercept=0.1).version != model.version
    assert again(parts=model.parts[:1]).version != model.version
    assert again(names=model.names[::-1]).version != model.version
    other = replace(model.calibration, deploy_rate=0.5)
    assert again(calibration=other).version != model.version


def test_own_weight_counts_own_parts_only():
    model, _ = small_model()
    parts = [Part(model.parts[0].text, 0.25, "own"), Part(model.parts[1].text, 4.0, "prior")]
    assert again(parts=parts).own_weight == 0.25


def test_a_model_without_parts_is_refused():
    with pytest.raises(BadModel):
        again(parts=())
