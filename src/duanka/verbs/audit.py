"""Verbs of the ledger itself: is it as it was written, its checkpoints and keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs.ledger_options import At, Because, Keys, now, opened_if_there
from duanka.verbs.options import progress
from duanka.verbs.seat import Seat, seated


def add(app: typer.Typer) -> None:
    """Nothing; the verbs are there."""
    inside = typer.Typer(
        help="is the ledger as it was written 审计", no_args_is_help=True, rich_markup_mode=None
    )
    inside.command("verify", short_help="find what is not as it was written 校验")(audit_verify)
    inside.command("checkpoint", short_help="sign how far history has come 检查点")(
        audit_checkpoint
    )
    inside.command("rotate-keys", short_help="seal personal fields anew 更换密钥")(audit_rotate)
    inside.command("unjustified", short_help="a look without good reason 不当查询")(
        audit_unjustified
    )
    app.add_typer(inside, name="audit")


def audit_verify(
    ledger: At = None,
    keys: Keys = None,
    anchor: Annotated[
        list[Path] | None, typer.Option(help="a checkpoint kept elsewhere 另存的检查点")
    ] = None,
) -> None:
    """Look at every row of the ledger; say where anything is not as it was written. 校验台账。"""
    _, book = opened_if_there(ledger, keys, None)
    say = progress()
    anchors = [json.loads(path.read_text(encoding="utf-8")) for path in anchor or ()]
    with say.stage("校验台账 verifying"):
        found = book.verify(anchors=anchors, say=say.advance)
    typer.echo(
        f"rows 行: {found.rows:,}  records 记录: {found.records:,}  sealed 密封: {found.sealed:,}"
    )
    for fault in found.faults:
        typer.echo(f"{fault.what}: {fault.where}")
    if found.more_faults:
        typer.echo(f"and {found.more_faults:,} more 另有")
    typer.echo("whole 完整" if found.whole else "NOT WHOLE 不完整")
    if not found.whole:
        raise typer.Exit(code=1)


def audit_checkpoint(
    ledger: At = None,
    keys: Keys = None,
    out: Annotated[Path | None, typer.Option(help="file to keep elsewhere 另存为")] = None,
) -> None:
    """Sign how far history has come; keep the file where nobody who owns the ledger can change it. 检查点。"""
    _, book = opened_if_there(ledger, keys, None)
    text = json.dumps(book.checkpoint(at=now()))
    if out is not None:
        out.write_text(text, encoding="utf-8")
    typer.echo(text)


def audit_rotate(ledger: At = None, keys: Keys = None) -> None:
    """Seal all personal fields with a new key; the chain stays whole. 更换加密密钥。"""
    settings, book = opened_if_there(ledger, keys, None)
    from duanka.store import seal
    from duanka.store.ledger_open import file_of

    url = ledger or settings.ledger
    beside = file_of(url)
    named = keys or (Path(settings.ledger_keys) if settings.ledger_keys else None)
    place = named or Path(f"{beside}.keys")
    ring = seal.turned(book.ring)
    seal.keep(ring, place)  # first the key, then what it seals: a stop in between loses nothing
    typer.echo(f"resealed 重新加密: {book.rotate(ring, at=now())}")


@seated("looks that had no good reason", only=("auditor",))
def audit_unjustified(
    seat: Seat,
    row: Annotated[int, typer.Argument(help="its row of history 台账行号")],
    *,
    because: Because,
) -> None:
    """Find that a look at personal data, or an export, had no good reason; it is counted. 认定不当查询。"""
    from duanka.cases.looks import unjustified

    with seat.act() as desk:
        found = unjustified(desk, row, because=because)
    typer.echo(f"{found.seq}  {found.act}  {found.kind} {found.id}  {found.actor}")
