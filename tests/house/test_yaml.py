"""A misspelt key in any YAML file of the house is refused, never read past in silence."""

import pytest
import yaml

from duanka.errors import DuankaError
from duanka.jobs.report_parts.words import word
from duanka.policy import dated, examples
from duanka.tables import columns, layout
from tree import SRC

POLICY = SRC / "policy" / "cn"
KNOWN = dated.load()
NAMES = {*KNOWN.parameters, *KNOWN.tables, *KNOWN.measures, *KNOWN.reasons}


def keys(node):
    """Every key of a YAML document with the place where it ends, foreign words left out."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.value, key.end_mark.index
            yield from keys(value) if key.value != "words" else ()
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from keys(item)


def misspelt(folder, names=frozenset()):
    """For each word that the files use as a key, one file and its text with that key misspelt once."""
    seen = set()
    for path in sorted(folder.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        for key, end in keys(yaml.compose(text)):
            if key not in seen | names:
                seen.add(key)
                yield pytest.param(path, f"{text[:end]}x{text[end:]}", id=f"{path.stem} {key}")


@pytest.mark.parametrize(("path", "text"), list(misspelt(POLICY, NAMES)))
def test_a_policy_entry_with_a_misspelt_key_is_refused(path, text, tmp_path):
    (tmp_path / path.name).write_text(text, encoding="utf-8")
    with pytest.raises(DuankaError):
        dated.load([tmp_path])


@pytest.mark.parametrize(("path", "text"), list(misspelt(POLICY / "examples", NAMES)))
def test_a_worked_example_with_a_misspelt_key_is_refused(path, text, tmp_path):
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / path.name).write_text(text, encoding="utf-8")
    ours = [one for one in dated.examples([tmp_path]) if one[0] == 1]
    told = examples.run(KNOWN, ours).faults
    assert [fault for fault in told if fault.startswith(path.name)]


@pytest.mark.parametrize(("path", "text"), list(misspelt(SRC / "tables" / "layouts")))
def test_a_layout_with_a_misspelt_key_is_refused(path, text):
    with pytest.raises(DuankaError):
        layout.parse(text, path.stem)


@pytest.mark.parametrize(
    ("table", "column", "group"),
    [
        ("score", "card_kind", "card_kind"),
        ("score", "tier", "tier"),
        ("score", "measure", "measure"),
        ("opening_advice", "advice", "advice"),
        ("intercept", "answer", "answer"),
        ("intercept", "event_kind", "event_kind"),
    ],
)
def test_the_report_has_a_word_in_both_languages_for_each_word_of_a_column(table, column, group):
    """Its word list is keyed by free codes, so here a misspelt key is one that is not there."""
    wanted = next(info.words for info in columns(table) if info.name == column)
    lacking = [code for code in wanted if word(group, code) == (code, code)]
    assert not lacking, "\n".join(lacking)


def test_every_yaml_file_of_the_house_is_under_a_rule():
    places = {path.parent.relative_to(SRC).as_posix() for path in SRC.rglob("*.yaml")}
    assert places == {"policy/cn", "policy/cn/examples", "tables/layouts", "jobs/report_parts"}
