from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from duanka.errors import BadInput
from duanka.features import catalogue
from duanka.jobs import teach, train_default
from duanka.jobs.days_past import heaviest_days
from duanka.jobs.judges import load_judge
from duanka.jobs.progress import Progress
from duanka.jobs.train_default import (
    Practice,
    as_dataset,
    events_from_truth,
    joined,
    known_from_truth,
    plan_of,
    settings_of,
    town_examples,
)
from duanka.models.examples import Examples
from duanka.simulate.habits import ALL_HABITS
from duanka.simulate.world import Plan, build
from office import micros

PRACTICE = Practice(
    towns=2, people=400, rings=6, habits=ALL_HABITS, seed=54
)  # its first holder has all tables


@pytest.fixture(scope="module")
def town():
    return build(replace(plan_of(PRACTICE, 0), days=30))


@pytest.fixture(scope="module")
def asked(town):
    return as_dataset(town, 1)


def test_towns_differ_in_their_ways_and_are_the_same_each_time():
    one, other = plan_of(PRACTICE, 0), plan_of(PRACTICE, 1)
    assert one.ways != other.ways
    assert one == plan_of(PRACTICE, 0)
    assert (one.people, one.rings, one.habits) == (400, 6, ALL_HABITS)


def test_habits_that_are_left_out_are_left_out():
    plan = plan_of(replace(PRACTICE, habits=ALL_HABITS[:1]), 0)
    assert plan.habits == ALL_HABITS[:1]


def test_a_town_is_asked_when_its_last_event_has_passed(town, asked):
    last = max(town.tables["transfer"]["at"].max(), town.tables["call"]["at"].max())
    assert asked.as_of == last + timedelta(microseconds=1)
    assert asked.asker.records.transfers.at.size == town.tables["transfer"].height
    assert asked.asker.records.calls.at.size == town.tables["call"].height


def test_truth_dates_misuse_and_labels_date_what_was_known(town, asked):
    known = known_from_truth(asked, town)
    r = asked.asker.records
    assert known.sure
    truth = town.truth["truth_card"].filter(pl.col("bad"))
    for row in truth.iter_rows(named=True):
        index = r.accounts.index if row["card_kind"] == "account" else r.sims.index
        at = index.ids.to_list().index(row["card_id"])
        at += 0 if row["card_kind"] == "account" else r.accounts.index.size
        began = row["bad_from"]
        assert known.bad_at[at] == (teach.NEVER if began is None else micros(began))
    assert (known.bad_at < teach.NEVER).sum() == truth["bad_from"].count()
    labels = town.tables["label"].filter("implicated")
    assert 0 < (known.known_at < teach.NEVER).sum() <= labels.height


def test_a_rings_own_cards_are_left_out_of_the_innocent(town, asked):
    known = known_from_truth(asked, town)
    members = town.truth["truth_card"].filter(pl.col("role").is_not_null())
    assert known.left_out.sum() == members.height
    examples = teach.card_examples(asked, known, "account", 1)
    r = asked.asker.records
    innocent = set(examples.group[examples.y == 0].tolist())
    clean = members.filter(~pl.col("bad"), pl.col("card_kind").cast(pl.String) == "account")
    only = [
        int(r.accounts.holder[i])
        for i in r.accounts.index.find(clean["card_id"])
        if (r.accounts.holder == r.accounts.holder[i]).sum() == 1
    ]
    assert not innocent & set(only)


def test_bad_cards_are_asked_about_only_while_they_are_misused_and_unknown(town, asked):
    known = known_from_truth(asked, town)
    examples = teach.card_examples(asked, known, "account", 1)
    bad = examples.at[examples.y == 1]
    began = known.bad_at[known.bad_at < teach.NEVER].min()
    assert bad.size
    assert bad.min() > began
    assert bad.max() <= asked.asker.records.as_of + 1


@pytest.mark.parametrize("kind", ["transfer", "call"])
def test_events_that_served_a_fraud_are_bad_and_all_others_are_not(town, asked, kind):
    truth = events_from_truth(asked, town, kind)
    told = town.truth["truth_event"].filter(
        pl.col("event_kind").cast(pl.String) == kind, pl.col("illicit")
    )
    assert truth.bad.size == told["event_id"].n_unique()
    assert truth.bad.size + truth.others.size == town.tables[kind].height
    assert not set(truth.bad) & set(truth.others)


def test_towns_are_joined_without_mixing_their_holders():
    def part(groups):
        n = len(groups)
        return Examples(
            np.full((n, 2), n, np.float32),
            np.zeros(n, np.int8),
            np.ones(n),
            np.array(groups),
            np.arange(n),
        )

    both = joined([part([0, 1, 1]), part([0, 5]), part([2])])
    assert both.X.shape == (6, 2)
    assert len(set(both.group.tolist())) == 5
    assert both.group[1] == both.group[2]
    assert len({int(both.group[0]), int(both.group[3]), int(both.group[5])}) == 3


def test_columns_that_somebody_may_lack_are_hidden_now_and_then():
    settings = settings_of("account", 1)
    assert settings.deploy_rate == train_default.DEPLOY_RATES["account"]
    assert max(settings.deploy_rate, *train_default.DEPLOY_RATES.values()) <= 1 / 100
    size = len(catalogue.names_of("account"))
    assert settings.hide
    assert all(0 <= column < size for group in settings.hide for column in group)


def test_a_town_teaches_of_every_subject():
    examples = town_examples(Plan(9, people=400, days=30, rings=6), 1)
    assert set(examples) == set(catalogue.SUBJECTS)
    for subject, found in examples.items():
        assert found.X.shape == (len(found.y), len(catalogue.names_of(subject)))
        assert found.y.any()
        assert not found.y.all()


def test_the_folder_that_comes_of_it_can_judge(tmp_path, monkeypatch):
    def quick(subject, threads):
        return replace(
            settings_of(subject, threads), rounds=5, members=1, least_others=300, least_implicated=2
        )

    monkeypatch.setattr(train_default, "settings_of", quick)
    practice = replace(PRACTICE, towns=1)
    train_default.train_default(practice, tmp_path, threads=1, say=Progress())
    for subject in catalogue.SUBJECTS:
        assert load_judge(tmp_path, subject, "given").model.names == catalogue.names_of(subject)


def test_towns_differ_in_whether_cards_are_stopped_handed_back_or_tried_first():
    ways = [plan_of(PRACTICE, n).ways for n in range(20)]
    assert 0 < sum(w.reported <= 0.3 for w in ways) < 20
    assert 0 < sum(w.handed_back >= 0.5 for w in ways) < 20
    assert 0 < sum(w.tested <= 0.3 for w in ways) < 20


def test_only_the_subjects_named_are_learned_and_what_is_none_is_refused():
    assert train_default.subjects_of(None) == catalogue.SUBJECTS
    assert train_default.subjects_of("sim, account") == ("account", "sim")
    with pytest.raises(BadInput, match="no such subject: cards"):
        train_default.subjects_of("account,cards")
    plan = Plan(9, people=400, days=30, rings=6)
    assert set(town_examples(plan, 1, subjects=("sim",))) == {"sim"}


def test_where_misuse_is_known_cards_are_also_asked_about_on_their_heaviest_days(town, asked):
    known = known_from_truth(asked, town)
    sure = teach.card_examples(asked, known, "account", 1)
    unsure = teach.card_examples(asked, replace(known, sure=False), "account", 1)
    heavy = heaviest_days(asked.asker.records, "account", days=90, most=1)
    assert np.isin(sure.at[sure.y == 0], heavy.at).sum() > 100
    assert np.isin(unsure.at[unsure.y == 0], heavy.at).sum() < 10
    innocent = sure.y == 0
    assert sure.weight[innocent].sum() == pytest.approx(unsure.weight[unsure.y == 0].sum())
