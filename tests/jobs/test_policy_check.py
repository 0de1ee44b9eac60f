import io

import pytest
from rich.console import Console

from duanka.errors import BadPolicy
from duanka.jobs.policy_check import policy_check
from duanka.jobs.progress import Progress
from duanka.settings import Settings

OWN = """parameters:
  appeals.answer_within_days:
    label: {zh: 申诉答复天数, en: Days to answer}
    unit: day
    versions: [{since: 2016-01-01, value: 2, reference: 本行规定, mark: D}]
"""


def told(folders, settings=None):
    out = io.StringIO()
    policy_check(
        folders, settings=settings or Settings(), say=Progress(Console(file=out, width=200))
    )
    return out.getvalue()


def test_the_national_default_passes_and_says_what_was_checked():
    text = told([])
    for part in ("parameters", "decision tables", "measures", "worked examples", "unverified"):
        assert part in text


def test_a_folder_with_example_passes_and_is_named_by_another_version(tmp_path):
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    (tmp_path / "examples").mkdir()
    example = "- {name: 两天, day: 2023-06-01, expect: {appeals.answer_within_days: 2}}\n"
    (tmp_path / "examples" / "own.yaml").write_text(example, encoding="utf-8")
    by_hand = told([tmp_path])
    by_settings = told([], Settings(policy_folders=(str(tmp_path),)))
    assert by_hand == by_settings
    assert "1 skipped" in by_hand
    assert by_hand.splitlines()[-1] != told([]).splitlines()[-1]


def test_a_folder_without_example_is_refused(tmp_path):
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    with pytest.raises(BadPolicy, match="no example hits its value"):
        told([tmp_path])
