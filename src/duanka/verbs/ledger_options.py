"""What the verbs of the ledger share: which ledger, who acts, and how a record is said in a line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duanka.verbs.options import settings_of

if TYPE_CHECKING:
    from duanka.policy.dated import Policy
    from duanka.settings import Settings
    from duanka.store.ledger import Ledger, Record, Viewer

At = Annotated[
    str | None, typer.Option("--ledger", help="ledger.db or postgresql://…; setting `ledger` 台账")
]
Keys = Annotated[
    Path | None, typer.Option("--keys", help="key file; default beside an SQLite ledger 密钥文件")
]
User = Annotated[str, typer.Option("--as", help="who acts 操作人")]
Role = Annotated[list[str], typer.Option("--role", help="in which role; may be repeated 角色")]
Institution = Annotated[
    list[str] | None, typer.Option("--institution", help="whose records; default all 机构范围")
]
Region = Annotated[
    list[str] | None, typer.Option("--region", help="of which districts; default all 地区范围")
]
Purpose = Annotated[str, typer.Option("--purpose", help="what it is for 用途")]
Because = Annotated[str, typer.Option("--because", help="why, in words 理由")]
Which = Annotated[str, typer.Argument(help="its number 编号")]


def opened(
    ledger: str | None, keys: Path | None, policies: list[Path] | None
) -> tuple[Settings, Ledger]:
    """The settings of this process, and the ledger they or the options name; made if there is none.

    Raises: BadInput if none is named.
    """
    from duanka.store.ledger import open_ledger

    settings, url = _named(ledger, policies)
    place = keys or (Path(settings.ledger_keys) if settings.ledger_keys else None)
    return settings, open_ledger(url, keys=place, suite=settings.ledger_suite)


def opened_if_there(
    ledger: str | None, keys: Path | None, policies: list[Path] | None
) -> tuple[Settings, Ledger]:
    """As `opened`, for acts on what a ledger holds already: a name mistyped makes no new one.

    Raises: BadInput if none is named or its file is not there.
    """
    from duanka.errors import BadInput
    from duanka.store.ledger_open import file_of

    file = file_of(_named(ledger, policies)[1])
    if file is not None and not file.exists():
        raise BadInput(
            "there is no such ledger",
            where=str(file),
            fix="name one that is there; `duanka open-cases` and `duanka user add` make a new one",
        )
    return opened(ledger, keys, policies)


def _named(ledger: str | None, policies: list[Path] | None) -> tuple[Settings, str]:
    from duanka.errors import BadInput

    settings = settings_of(policies)
    if url := ledger or settings.ledger:
        return settings, url
    raise BadInput(
        "which ledger?", where="--ledger", fix="give --ledger ledger.db, or set DUANKA_LEDGER"
    )


def rules(settings: Settings) -> Policy:
    """The policy of the settings' folders."""
    from duanka.policy.dated import load

    return load([Path(folder) for folder in settings.policy_folders])


def viewer_of(
    user: str, roles: list[str], institutions: list[str] | None, regions: list[str] | None
) -> Viewer:
    """Who acts at the command, in which roles and over whose records; every record where none is named."""
    from duanka.store.ledger import Viewer

    return Viewer(user, tuple(roles), tuple(institutions or ["*"]), tuple(regions or ["*"]))


def now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def counts(done: Any) -> None:
    """Nothing; the counts of a job are said."""
    typer.echo("  ".join(f"{name} {count:,}" for name, count in vars(done).items()))


def line(one: Record, *names: str) -> None:
    """Nothing; a record is said in a line, with these things of its body."""
    told = "  ".join(f"{name} {one.body.get(name)}" for name in names)
    due = "" if one.due_at is None else f"  due {one.due_at.isoformat()}"
    typer.echo(f"{one.id}  {one.state}  {one.about}  {told}{due}")
