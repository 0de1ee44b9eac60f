import io
import threading

import pytest
from rich.console import Console

from duanka.jobs.progress import Progress


def plain() -> tuple[Progress, io.StringIO]:
    out = io.StringIO()
    return Progress(Console(file=out, force_terminal=False, width=40)), out


def test_without_a_console_nothing_is_said(capsys):
    say = Progress()
    with say.stage("reading"):
        say.advance(1, 2)
        say.note("a note")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == ""


def test_plain_lines_name_the_stage_and_indent_what_is_inside():
    say, out = plain()
    with say.stage("reading"):
        say.note("14 tables")
        with say.stage("transfer"):
            pass
    assert out.getvalue().splitlines() == ["reading …", "  14 tables", "  transfer …"]


def test_brackets_in_a_note_are_text_and_not_markup():
    say, out = plain()
    say.note("[bold]x[/bold] a long note is not broken at the width of the page")
    assert out.getvalue() == "[bold]x[/bold] a long note is not broken at the width of the page\n"


def test_advance_speaks_at_most_now_and_then():
    say, out = plain()
    with say.stage("reading"):
        for done in range(1000):
            say.advance(done, 1000)
    assert len(out.getvalue().splitlines()) == 1


@pytest.mark.parametrize("terminal", [False, True])
def test_threads_side_by_side_are_each_in_a_stage_of_their_own(terminal):
    out = io.StringIO()
    say = Progress(Console(file=out, force_terminal=terminal, width=60))
    inside, left = threading.Event(), threading.Event()

    def aside() -> None:
        with say.stage("calls"):
            inside.set()
            left.wait(timeout=60)
            say.note("seen")

    worker = threading.Thread(target=aside)
    with say.stage("networks"):
        worker.start()
        assert inside.wait(timeout=60)
        say.note("found")
    left.set()
    worker.join()
    if terminal:
        assert "✓ networks" in out.getvalue()
        assert "✓ calls" in out.getvalue()
    else:
        assert out.getvalue().splitlines() == ["networks …", "calls …", "  found", "  seen"]


def test_a_terminal_gets_bars_that_leave_a_line_behind():
    out = io.StringIO()
    say = Progress(Console(file=out, force_terminal=True, width=60))
    with say.stage("reading"), say.stage("transfer"):
        say.advance(1, 2)
    assert "✓ reading" in out.getvalue()
    assert "✓ transfer" in out.getvalue()


def test_a_stage_that_fails_closes_its_bars_and_passes_the_error_on():
    out = io.StringIO()
    say = Progress(Console(file=out, force_terminal=True, width=60))
    with pytest.raises(ValueError, match="no"), say.stage("reading"):
        raise ValueError("no")
    with say.stage("again"):
        pass
    assert "✓ again" in out.getvalue()
    assert "✓ reading" not in out.getvalue()
