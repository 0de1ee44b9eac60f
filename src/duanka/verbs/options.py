"""What the verbs share: their options, the settings they read once, and the progress they show."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from duanka.jobs.progress import Progress
    from duanka.settings import Settings


class Format(StrEnum):
    """How tables are written."""

    PARQUET = "parquet"
    CSV = "csv"


Data = Annotated[Path, typer.Argument(help="folder of records, one file a table 数据文件夹")]
Out = Annotated[Path, typer.Option("--out", help="folder to write 输出文件夹")]
AsOf = Annotated[
    str | None,
    typer.Option(help="judge as of this instant, ISO 8601; default: the last event 评判时点"),
]
Policies = Annotated[
    list[Path] | None,
    typer.Option("--policy", help="a further policy folder; may be repeated 另加政策文件夹"),
]


def parts(text: str | None) -> tuple[str, ...]:
    """The words of a list written with commas."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def settings_of(policies: list[Path] | None = None) -> Settings:
    """The settings of this process, with further policy folders laid over them."""
    from dataclasses import replace

    from duanka.settings import load

    # neither of the two is a setting: one is for programmers, the other a client's key
    not_settings = {"DUANKA_DEBUG", "DUANKA_KEY"}
    environ = {name: text for name, text in os.environ.items() if name not in not_settings}
    settings = load(environ=environ)
    if policies:
        further = tuple(str(folder) for folder in policies)
        settings = replace(settings, policy_folders=(*settings.policy_folders, *further))
    return settings


def progress() -> Progress:
    """Stages and bars on standard error."""
    from rich.console import Console

    from duanka.jobs.progress import Progress

    return Progress(Console(stderr=True))
