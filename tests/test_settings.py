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


@pytest.mark.parametrize(
    "environ",
    [{"DUANKA_THRAEDS": "2"}, {"DUANKA_THREADS": "many"}, {"DUANKA_BATCH_ROWS": "0"}],
)
def test_a_misspelt_name_or_a_wrong_value_is_refused(environ):
    with pytest.raises(BadInput):
        load(environ=environ)


@pytest.mark.parametrize(
    "content",
    [b"threads = ", b'threads = 4\nthreads = "', b"\xff\xfe\x00", "说 = ".encode("gb18030")],
    ids=["no value", "open string", "bytes", "GB18030"],
)
def test_a_broken_file_is_the_writers_fault_and_says_so(tmp_path, content):
    toml = tmp_path / "duanka.toml"
    toml.write_bytes(content)
    with pytest.raises(BadInput, match="cannot be read") as told:
        load(toml, environ={})
    assert told.value.where == "duanka.toml"
    assert told.value.fix


def test_a_folder_or_nothing_in_its_place_is_told(tmp_path):
    (tmp_path / "duanka.toml").mkdir()
    for path in (tmp_path / "duanka.toml", tmp_path / "absent.toml"):
        with pytest.raises(BadInput, match="cannot be read"):
            load(path, environ={})


def test_a_byte_order_mark_is_no_fault(tmp_path):
    (tmp_path / "duanka.toml").write_text("threads = 3\n", encoding="utf-8-sig")
    assert load(tmp_path / "duanka.toml", environ={}).threads == 3
