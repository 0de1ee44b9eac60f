"""The verb that tells what a challenger beside the live door would have said otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add(app: typer.Typer) -> None:
    """Nothing; the verb is there."""
    app.command(short_help="what a challenger would have answered 挑战者答复差异")(challenger)


def challenger(
    folder: Annotated[
        Path, typer.Option("--folder", help="the door's own folder: log and snapshots 门的文件夹")
    ],
    *,
    purpose: Annotated[str, typer.Option(help="what this look is for; it is logged 查询目的")],
    most: Annotated[
        int, typer.Option(min=0, max=10_000, help="how many differences are listed 列出条数")
    ] = 20,
) -> None:
    """Count and list the events that the challenger would have answered otherwise. 挑战者答复差异。"""
    from duanka.errors import BadInput
    from duanka.intercept.notebook import read, totals_of
    from duanka.web.access_log import AccessLog
    from duanka.web.opened import web_folder

    if not 3 <= len(purpose.strip()) <= 200 or not purpose.isprintable():
        raise BadInput("a purpose that says nothing", where="--purpose", fix="3 to 200 letters")
    totals, found = read(folder, most=most)
    log = AccessLog(web_folder(folder))
    log.write("duanka challenger", "asked", purpose=purpose.strip())
    log.close()
    counts = totals["counts"]
    judged, otherwise, skipped = (
        counts.get(f"challenger.{one}", 0) for one in ("judged", "different", "skipped")
    )
    typer.echo(f"since 自 {totals['begun_at']} · policy 政策 {totals['policy_version']}")
    typer.echo(f"judged 已评 {judged:,} · otherwise 不同 {otherwise:,} · left out 略过 {skipped:,}")
    for kind, given, would, count in totals_of(totals):
        typer.echo(f"  {kind:9} {given:20} -> {would:20} {count:,}")
    for one in found:
        scores = " -> ".join(
            "-" if one[name] is None else f"{one[name]:.3f}"
            for name in ("given_score", "challenger_score")
        )
        typer.echo(f"{one['event_kind']:9} {one['event_id']}: {one['given']} -> {one['challenger']} ({scores})")  # fmt: skip
