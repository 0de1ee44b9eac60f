import pytest

from duanka.errors import BadPolicy
from duanka.policy import source


def faults_of(text):
    faults = []
    source.entries({"a.yaml": text}, faults)
    return faults


def test_a_mapping_remembers_the_line_of_its_name():
    found = source.entries({"a.yaml": "# why\nparameters:\n  x.y:\n    unit: day\n"}, [])
    assert found["parameters"]["x.y"] == {"unit": "day"}
    assert found["parameters"]["x.y"].where == "a.yaml:3"


@pytest.mark.parametrize("key", ["on", "yes", "1", "2022-12-01", "~", "3.5"])
def test_a_key_that_is_not_text_is_refused(key):
    assert faults_of(f"parameters:\n  {key}: {{unit: day}}\n")[0].startswith(
        f"a.yaml:2: the key {key} is read as"
    )


def test_a_quoted_key_is_text():
    assert faults_of('parameters:\n  "on": {unit: day}\n') == []


def test_a_key_that_stands_twice_is_refused():
    assert "stands twice" in faults_of("parameters:\n  x: {unit: day}\n  x: {unit: hour}\n")[0]


def test_an_entry_in_two_files_of_one_folder_is_refused():
    faults = []
    text = "reasons:\n  why: {fact: true}\n"
    source.entries({"a.yaml": text, "b.yaml": text}, faults)
    assert faults == ["b.yaml:2 why: also stands in a.yaml:2"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("parameters: [", "not YAML"),
        ("- 1", "expected sections"),
        ("parametres: {}", "unknown parametres"),
        ("parameters: 3", "expected a mapping of names"),
        ("parameters:\n  x: 3", "expected a mapping"),
        ("parameters:\n  x: !!python/object:os.system {}", ""),
        ("parameters:\n  x: {since: 2022-13-45}", "month"),
    ],
)
def test_what_is_not_policy_is_refused_with_its_place(text, what):
    faults = faults_of(text)
    assert all(fault.startswith("a.yaml") for fault in faults)
    assert what in "".join(faults)


def test_an_empty_file_says_nothing():
    assert faults_of("") == []
    assert faults_of("# only a comment\n") == []


def test_unknown_and_missing_keys_are_named_together():
    body, faults = source.Lined(unit="day", labl=1), []
    body.file, body.line = "a.yaml", 7
    assert not source.check_keys(body, ("unit", "label"), (), faults, "x.y")
    assert faults[0] == "a.yaml:7 x.y: label is missing"
    assert faults[1].startswith("a.yaml:7 x.y: unknown labl")


def test_refuse_lists_all_faults_at_once():
    source.refuse([])
    with pytest.raises(BadPolicy, match="2 faults") as refused:
        source.refuse(["first", "second"])
    assert "first" in str(refused.value)
    assert "second" in str(refused.value)
