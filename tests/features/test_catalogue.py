from dataclasses import replace

import pytest

from duanka.features import calls, catalogue, devices, kernel, openings, taint, transfers
from duanka.features.records import build
from duanka.features.spec import FAMILIES
from features_room import LATER


@pytest.mark.parametrize("subject", catalogue.SUBJECTS)
def test_every_name_is_unique_and_has_two_reasons_and_a_family(subject):
    found = catalogue.features_of(subject)
    assert len({f.name for f in found}) == len(found) == len(catalogue.names_of(subject))
    assert all(f.zh.strip() and f.en.strip() and f.family in FAMILIES for f in found)


def every_aggregate():
    return (*transfers.AGGREGATES, *calls.CALLS, *calls.PAID, *calls.MESSAGES, *devices.USES,
            *devices.PLACES, *devices.HOSTS, *devices.NETWORKS, *openings.BY_APPLICANT,
            *openings.BY_HOST, *openings.BY_NOTICE, *taint.NOTICES)  # fmt: skip


@pytest.mark.parametrize(
    "change", [{"op": "total"}, {"need": 3}, {"bar": 1}, {"value": "depth"}, {"stem": "other"}]
)
def test_the_hash_changes_with_a_definition(change, monkeypatch):
    before = {s: catalogue.catalogue_hash.__wrapped__(s) for s in catalogue.SUBJECTS}
    changed = (replace(every_aggregate()[0], **change), *every_aggregate()[1:])
    monkeypatch.setattr(catalogue, "_all_aggregates", lambda: changed)
    after = {s: catalogue.catalogue_hash.__wrapped__(s) for s in catalogue.SUBJECTS}
    assert all(before[s] != after[s] for s in catalogue.SUBJECTS)


def test_the_hash_covers_every_aggregate_and_the_kernels_spans(monkeypatch):
    assert catalogue._all_aggregates() == every_aggregate()
    before = catalogue.catalogue_hash.__wrapped__("sim")
    monkeypatch.setattr(kernel, "WAKE_SPAN", 1)
    assert catalogue.catalogue_hash.__wrapped__("sim") != before


def test_records_date_exactly_what_a_dataset_can_lack():
    assert set(build({}, LATER).told_at) == set(catalogue.LACKS)


def test_lacking_columns_are_those_that_would_know_nothing():
    names = catalogue.names_of("account")
    memos = [names[i] for i in catalogue.lacking_columns("account", "memos")]
    assert memos
    assert all("protected" in name for name in memos)
    assert catalogue.lacking_columns("opening", "calls") == ()


def test_the_page_lists_every_feature_and_every_sentence():
    page, told = catalogue.markdown(), catalogue.sentences()
    for subject in catalogue.SUBJECTS:
        assert catalogue.catalogue_hash(subject) in page
        for f in catalogue.features_of(subject):
            assert f"`{f.name}` | {f.family} | " in page
            assert all(told[f.name])
