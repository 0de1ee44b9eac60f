import typer
from typer.testing import CliRunner

from duanka.cli import app
from duanka.verbs.asked import asked

TOLD = CliRunner()


def of(words):
    return TOLD.invoke(asked(app, words), words)


def test_help_lists_all_groups_though_they_are_closed():
    whole = TOLD.invoke(app, ["--help"])
    assert whole.exit_code == 0
    assert of(["--help"]).output == whole.output


def test_every_group_opens_when_it_is_named():
    for group in app.registered_groups:
        words = [str(group.name), "--help"]
        assert of(words).output == TOLD.invoke(app, words).output
        laid = typer.main.get_command(asked(app, words)).commands
        assert [name for name, one in laid.items() if getattr(one, "commands", None)] == [
            group.name
        ]


def test_what_no_group_is_called_is_told_as_before():
    assert of(["ordr", "list"]).output == TOLD.invoke(app, ["ordr", "list"]).output
