"""The command as a user types it, without a new process for each, and what it said."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from dataclasses import dataclass
from functools import cache
from unittest import mock

import typer.main

from duanka import cli

_command = cache(typer.main.get_command)
"""Typer makes the tree of all verbs anew at every call; here it is made once."""


@dataclass(frozen=True)
class Said:
    """The exit code, what went to standard output, and what to standard error."""

    code: int
    out: str
    err: str


def duanka(*words: object) -> Said:
    """What `duanka WORDS` ends with and says; whoever runs the tests has set no DUANKA_* variable."""
    out, err = io.StringIO(), io.StringIO()
    environ = {name: text for name, text in os.environ.items() if not name.startswith("DUANKA_")}
    code = 0
    with (
        mock.patch.object(typer.main, "get_command", _command),
        mock.patch.object(sys, "argv", ["duanka", *map(str, words)]),
        mock.patch.dict(os.environ, environ | {"DUANKA_THREADS": "1"}, clear=True),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            cli.main()
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 0
    return Said(code, out.getvalue(), err.getvalue())


def fine(said: Said) -> Said:
    """What was said, if it went well."""
    assert said.code == 0, said.err
    assert "Traceback" not in said.out + said.err
    return said


def refused(said: Said) -> Said:
    """What was said, if it was refused as a user can understand: why, and what to do."""
    assert said.code == 2, said
    assert "Traceback" not in said.out + said.err
    assert "what to do" in said.err, said.err
    assert "sorry" not in said.err, said.err
    return said
