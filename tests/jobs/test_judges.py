import shutil
from dataclasses import replace

import pytest

from duanka.errors import BadModel
from duanka.features import catalogue
from duanka.jobs import judges, teach
from duanka.jobs.judges import bad_count, pick_judges, present
from duanka.jobs.progress import Progress
from duanka.models.examples import TrainSettings
from duanka.settings import Settings
from office import account, before, call, dataset, label, opening, regime, sim, transfer

ENOUGH = int(regime().number("labels.enough_implicated"))


def town(bad, *, cleared=0, **more):
    """Two hundred accounts that paid one another; this many of them confirmed bad, or cleared since."""
    rows = [account(f"a{n:03d}", holder=f"p{n:03d}") for n in range(200)]
    paid = [
        transfer(
            f"t{n}", f"a{n % 200:03d}", f"a{(n * 7 + 1) % 200:03d}", before(40 - n / 20),
            amount_fen=100 + n,
        )
        for n in range(800)
    ]  # fmt: skip
    labels = [label(f"a{n:03d}", before(3 + n / 10)) for n in range(bad)]
    labels += [label(f"a{n:03d}", before(1), bad=False, source="appeal") for n in range(cleared)]
    return dataset(account=rows, transfer=paid, label=labels, **more)


@pytest.fixture(autouse=True)
def small(monkeypatch, small_models):
    """Training in a second, and models that fit whatever the features are now."""
    settings = TrainSettings(rounds=8, members=1, least_others=200, least_implicated=5)
    monkeypatch.setattr(
        judges, "train_settings", lambda threads: replace(settings, threads=threads)
    )
    monkeypatch.setattr(judges, "default_folder", lambda: small_models)


def picked(held, model=None):
    settings = Settings(threads=1)
    return pick_judges(held, model=model, regime=regime(), settings=settings, say=Progress())


def test_only_what_there_is_gets_a_judge():
    assert present(dataset(transfer=[transfer("t", "a", "b", before(1))])) == (
        "account",
        "transfer",
    )
    assert present(dataset(sim=[sim("s")])) == ("sim",)
    assert present(dataset(call=[call("c", "a", "b", before(1))])) == ("sim", "call")
    assert present(dataset(opening=[opening("o", "p", before(1), outcome="refused")])) == (
        "opening",
    )
    assert present(dataset(person=[{"person_id": "p"}])) == ()


def test_too_few_labels_leave_the_default_to_judge(small_models):
    found = picked(town(ENOUGH - 1))
    assert {judge.how for judge in found.values()} == {"default"}
    default = judges.load_judge(small_models, "account", "default")
    assert found["account"].model.version == default.model.version


def test_enough_labels_of_ones_own_teach_a_judge_of_ones_own(small_models):
    found = picked(town(ENOUGH, sim=[sim("s")]))
    assert found["account"].how == "trained_here"
    assert found["account"].model.names == catalogue.names_of("account")
    assert found["sim"].how == "default", "nobody told anything of phone cards"
    default = judges.load_judge(small_models, "account", "default")
    assert found["account"].model.version != default.model.version
    assert {part.origin for part in found["account"].model.parts}


def test_beside_what_few_labels_teach_the_default_is_still_asked(small_models):
    model = picked(town(ENOUGH))["account"].model
    default = judges.load_judge(small_models, "account", "default")
    assert model.beside is not None
    assert model.beside.version == default.model.version
    assert 0.5 <= model.say < 0.75, "thirty cards deserve somewhat more than half"
    assert default.model.beside is None


def test_the_same_labels_teach_the_same_judge():
    one, other = picked(town(ENOUGH)), picked(town(ENOUGH))
    assert one["account"].model.version == other["account"].model.version


def test_cards_cleared_since_do_not_count():
    assert picked(town(ENOUGH, cleared=1))["account"].how == "default"


def test_labels_of_cards_that_are_not_judged_teach_nothing_and_nothing_is_claimed():
    strangers = [label(f"x{n}", before(5)) for n in range(ENOUGH + 5)]
    held = dataset(account=[account(f"a{n}") for n in range(50)], label=strangers)
    known = teach.known_from_labels(held, 30)
    assert bad_count(held, "account", known) >= ENOUGH
    assert picked(held)["account"].how == "default"


def test_each_subject_counts_the_labels_it_comes_from():
    held = dataset(
        account=[account("a"), account("b")],
        sim=[sim("s")],
        opening=[opening("o", "p", before(9), card_id="a"), opening("n", "p", before(8))],
        label=[label("a", before(2)), label("b", before(2)), label("s", before(2), kind="sim")],
    )
    known = teach.known_from_labels(held, 30)
    counted = {s: bad_count(held, s, known) for s in catalogue.SUBJECTS}
    assert counted == {"account": 2, "transfer": 2, "sim": 1, "call": 1, "opening": 1}


def test_a_model_that_was_asked_for_judges_whatever_the_labels(small_models, tmp_path):
    found = picked(town(ENOUGH), small_models)
    assert {judge.how for judge in found.values()} == {"given"}
    shutil.copytree(small_models / "account", tmp_path / "account")
    found = picked(town(ENOUGH), tmp_path)
    assert {s: judge.how for s, judge in found.items()} == {
        "account": "given",
        "transfer": "default",
    }


def test_a_folder_without_a_model_of_what_is_there_is_refused(tmp_path):
    with pytest.raises(BadModel, match="there is no such model folder"):
        picked(town(1), tmp_path / "absent")
    with pytest.raises(BadModel, match="holds no model of account, transfer"):
        picked(town(1), tmp_path)


def test_a_model_of_other_features_is_refused(small_models, tmp_path):
    shutil.copytree(small_models / "account", tmp_path / "account")
    path = tmp_path / "account" / "model.json"
    told = path.read_text(encoding="utf-8")
    ours = catalogue.catalogue_hash("account")
    path.write_text(told.replace(ours, "0" * 12), encoding="utf-8")
    with pytest.raises(BadModel, match="does not fit"):
        picked(town(1), tmp_path)
    path.write_text(told.replace('"out_count_1d"', '"out_count_2d"'), encoding="utf-8")
    with pytest.raises(BadModel):
        picked(town(1), tmp_path)


def test_the_models_that_come_with_the_product_fit_its_features(monkeypatch):
    monkeypatch.undo()
    for subject in catalogue.SUBJECTS:
        judge = judges.load_judge(judges.default_folder(), subject, "default")
        assert judge.model.names == catalogue.names_of(subject)


def test_how_a_judge_came_about_has_words_in_both_languages():
    assert set(judges.HOW) == {"default", "trained_here", "given"}
    assert all(zh and en for zh, en in judges.HOW.values())
