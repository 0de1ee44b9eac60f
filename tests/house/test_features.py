"""Every feature has its sentence in both languages and its family, and none looks where it must not."""

import ast
import re

import pytest

from duanka.features import catalogue, spec
from tree import ROOT, SRC, short, sources

NEVER = re.compile(
    r"birth_year|home_region|ethnic|\bsex\b|gender|nationality|\bage_years\b|\blisting\b|scorecard"
    r"|red_card|yellow_card|民族|性别|年龄|户籍|籍贯",
    re.IGNORECASE,
)
MAY_KNOW = (
    "tables/",
    "simulate/",
    "jobs/evaluate.py",
    "jobs/tell.py",
    "jobs/govern_origins.py",
    "intercept/refusals.py",
)
"""The contract, the town, and what reports how often each group is judged above normal or refused."""
SUBJECTS = catalogue.SUBJECTS
FEATURES = [one for subject in SUBJECTS for one in catalogue.features_of(subject)]


def test_every_feature_has_two_sentences_and_one_family():
    bare = [
        one.name
        for one in FEATURES
        if not re.search(r"[\u4e00-\u9fff]{2}", one.zh)
        or not re.search(r"[a-z]{4}", one.en)
        or one.family not in spec.FAMILIES
        or not re.fullmatch(r"[a-z][a-z0-9_]*", one.name)
    ]
    assert not bare, "\n".join(bare)


@pytest.mark.parametrize("kind", SUBJECTS)
def test_no_two_features_of_a_subject_share_a_name_or_a_sentence(kind):
    found = catalogue.features_of(kind)
    for field in ("name", "zh", "en"):
        values = [getattr(one, field) for one in found]
        assert len(values) == len(set(values)), sorted({v for v in values if values.count(v) > 1})


def test_every_family_speaks_for_each_card_kind_that_it_can():
    for kind in ("account", "sim"):
        assert len({one.family for one in catalogue.features_of(kind)}) >= 5


def test_no_feature_asks_for_what_a_person_is_or_where_they_come_from():
    words = [f"{one.name} {one.zh} {one.en}" for one in FEATURES]
    assert not [text for text in words if NEVER.search(text)]
    found = []
    for path in sources("features"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = next((v for v in (getattr(node, "id", 0), getattr(node, "attr", 0)) if v), "")
            text = node.value if isinstance(node, ast.Constant) else name
            if isinstance(text, str) and NEVER.search(text):
                found.append(f"{short(path)}:{node.lineno}")
    assert not found, "\n".join(found)


def test_what_a_person_is_may_be_reported_on_but_is_read_by_nothing_that_judges():
    found = [
        f"{short(path)}:{node.lineno}"
        for path in sources()
        if not short(path).removeprefix("src/duanka/").startswith(MAY_KNOW)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if {getattr(node, "id", 0), getattr(node, "attr", 0), getattr(node, "value", 0)}
        & {"birth_year", "home_region_code"}
    ]
    assert not found, "\n".join(found)


def test_the_rule_knows_the_columns_it_guards():
    person = (SRC / "tables" / "person.py").read_text(encoding="utf-8")
    guarded = re.findall(r"^    (\w+) = (?!identity)", person, re.MULTILINE)
    assert guarded
    assert all(NEVER.search(column) for column in guarded), guarded
    assert (ROOT / "src" / "duanka" / "tables" / "listing.py").exists()
