"""What the README, the Makefile, the changelog and .ci/run say of one another."""

import os
import re
import tomllib

import pytest

from tree import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
LISTED = re.findall(r"^([a-z-]+):.*## \S", MAKEFILE, re.MULTILINE)
PAGES = [ROOT / "README.md", ROOT / "README.zh.md", ROOT / "CONTRIBUTING.md"]


def test_the_makefile_lists_at_most_ten_targets_and_all_of_them():
    targets = re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)
    assert len(LISTED) <= 10
    assert set(targets) - {"help"} == set(LISTED)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_commands_on_the_front_pages_exist(page):
    asked = set(re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8")))
    asked |= set(re.findall(r"^make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert {"run", "test"} <= asked
    assert asked <= set(LISTED)


def test_the_ci_script_runs_the_two_commands_of_the_readme_as_anybody_can():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    words = script.read_text(encoding="utf-8")
    assert "set -euo pipefail" in words
    for target in ("setup", "lint", "type", "run", "test"):
        assert re.search(rf"make .*\b{target}\b", words), target


def test_the_changelog_tells_of_this_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    words = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[(Unreleased|{re.escape(version)})\]", words, re.MULTILINE)
    for heading in re.findall(r"^### (.+)$", words, re.MULTILINE):
        assert heading in {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
