import os

import pytest

from duanka.errors import BadInput
from duanka.settings import Settings, load


def test_defaults_hold_where_nothing_is_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load(environ={}) == Settings()


def test_a_variable_wins_over_the_file(tmp_path):
    toml = tmp_path / "duanka.toml"
    toml.write_text('threads = 4\npolicy_folders = ["a", "b"]\n', encoding="utf-8")
    settings = load(toml, environ={"DUANKA_THREADS": "3", "HOME": "x"})
    assert settings.threads == 3
    assert settings.policy_folders == ("a", "b")


def test_a_list_in_a_variable_is_split_as_paths_are():
    settings = load(environ={"DUANKA_POLICY_FOLDERS": os.pathsep.join(["a", "b"])})
    assert settings.policy_folders == ("a", "b")


@pytest.mark.parametrize("environ", [{"DUANKA_THRAEDS": "2"}, {"DUANKA_THREADS": "many"}])
def test_a_misspelt_name_or_a_wrong_value_is_refused(environ):
    with pytest.raises(BadInput):
        load(environ=environ)
