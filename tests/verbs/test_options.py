from pathlib import Path

from duanka.verbs.options import parts, progress, settings_of


def test_a_list_is_written_with_commas():
    assert parts(" a, b ,,c") == ("a", "b", "c")
    assert parts(None) == ()


def test_further_policy_folders_come_after_those_of_the_settings(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("duanka.toml").write_text('policy_folders = ["ours"]', encoding="utf-8")
    assert settings_of([Path("theirs")]).policy_folders[-1] == "theirs"
    assert "ours" in settings_of().policy_folders[0]


def test_progress_is_said_on_standard_error(capsys):
    with progress().stage("counting"):
        pass
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "counting" in captured.err
