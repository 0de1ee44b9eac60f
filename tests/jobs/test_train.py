from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from duanka.errors import BadInput
from duanka.features import catalogue
from duanka.jobs import judges
from duanka.jobs.judges import load_judge
from duanka.jobs.progress import Progress
from duanka.jobs.train import keep, train
from duanka.models import card
from duanka.models.examples import Examples, TrainSettings
from duanka.settings import Settings
from office import account, before, judge_of, label, regime, table, transfer

ENOUGH = int(regime().number("labels.enough_implicated"))


@pytest.fixture(autouse=True)
def small(monkeypatch, small_models):
    """Training in a second, leaning on models that fit whatever the features are now."""
    settings = TrainSettings(rounds=8, members=1, least_others=200, least_implicated=5)
    monkeypatch.setattr(
        judges, "train_settings", lambda threads: replace(settings, threads=threads)
    )
    monkeypatch.setattr(judges, "default_folder", lambda: small_models)


def town(folder, labels):
    folder.mkdir()
    rows = [account(f"a{n:03d}", holder=f"p{n:03d}") for n in range(200)]
    paid = [
        transfer(
            f"t{n}", f"a{n % 200:03d}", f"a{(n * 7 + 1) % 200:03d}", before(40 - n / 20),
            amount_fen=100 + n,
        )
        for n in range(800)
    ]  # fmt: skip
    for name, given in (("account", rows), ("transfer", paid), ("label", labels)):
        table(name, given).write_parquet(folder / f"{name}.parquet")
    return folder


def learned(data, out, as_of=None):
    return train(data, out, as_of=as_of, settings=Settings(threads=1), say=Progress())


def bad(count, days=3.0):
    return [label(f"a{n:03d}", before(days + n / 10)) for n in range(count)]


def test_enough_labels_become_a_folder_that_a_run_can_be_given(tmp_path):
    data = town(tmp_path / "data", bad(ENOUGH))
    models = learned(data, tmp_path / "deep" / "models")
    assert set(models) == {"account", "transfer"}
    for subject, model in models.items():
        judge = load_judge(tmp_path / "deep" / "models", subject, "given")
        assert judge.model.version == model.version
    told = card.read_card(tmp_path / "deep" / "models" / "account")
    assert told.kind == "account"
    assert told.catalogue_hash == catalogue.catalogue_hash("account")
    assert told.figures["implicated"] > 0
    assert told.reference


def test_the_same_folder_teaches_the_same_bytes_and_leaves_nothing_else(tmp_path):
    data = town(tmp_path / "data", bad(ENOUGH))
    for name in ("one", "other"):
        learned(data, tmp_path / name / "m")
    assert [p.name for p in (tmp_path / "one").iterdir()] == ["m"]
    one = {p.relative_to(tmp_path / "one"): p.read_bytes() for p in (tmp_path / "one").rglob("*.*")}
    other = {
        p.relative_to(tmp_path / "other"): p.read_bytes() for p in (tmp_path / "other").rglob("*.*")
    }
    assert one == other


def test_labels_known_at_or_after_the_instant_do_not_count(tmp_path):
    early = bad(ENOUGH - 1)
    late = label("a150", before(0.5))
    data = town(tmp_path / "data", [*early, late])
    with pytest.raises(BadInput, match="too few cards") as told:
        learned(data, tmp_path / "m", as_of=before(0.5).isoformat())
    assert f"account: {ENOUGH - 1}" in told.value.where
    assert learned(data, tmp_path / "m", as_of=before(0.4).isoformat())


def test_too_few_labels_are_refused_and_nothing_is_left(tmp_path):
    data = town(tmp_path / "data", bad(3))
    with pytest.raises(BadInput, match="too few cards"):
        learned(data, tmp_path / "m")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_folder_without_labels_is_refused(tmp_path):
    data = town(tmp_path / "data", [])
    (data / "label.parquet").unlink()
    with pytest.raises(BadInput, match="too few cards"):
        learned(data, tmp_path / "m")


def test_a_kept_model_says_what_it_was_made_of(tmp_path):
    model = judge_of("account", "to_lead_count_90d").model
    names = catalogue.names_of("account")
    examples = Examples(
        np.zeros((4, len(names)), np.float32),
        np.array([0, 1, 0, 1], np.int8),
        np.ones(4),
        np.arange(4),
        np.arange(4),
    )
    keep("account", model, examples, tmp_path)
    assert card.read_card(tmp_path / "account").figures == {"examples": 4, "implicated": 2}
    assert pl.Series([p.name for p in (tmp_path / "account").iterdir()]).sort().to_list() == [
        "README.md",
        "model.json",
        "trees.txt.gz",
    ]
