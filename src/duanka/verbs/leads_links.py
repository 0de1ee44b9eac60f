"""Verbs of what leads lead to: linked cards to look at, and how right each sender was."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs.leads_exchange import WORKS, Limit
from duanka.verbs.ledger_options import Because, Which, now
from duanka.verbs.options import Data, progress
from duanka.verbs.seat import Seat, seated


def add(inside: typer.Typer) -> None:
    """Nothing; the verbs are there, under `lead`."""
    inside.command("expand", short_help="cards linked with named ones 关联卡")(expand)
    inside.command("suggested", short_help="linked cards to look at 待核关联卡")(suggested)
    inside.command("close", short_help="a suggestion, with a reason 办结关联卡")(close)
    inside.command("standing", short_help="how right each sender was 线索质量")(standing)


@seated("cards linked with those that leads name", only=WORKS)
def expand(
    seat: Seat,
    data: Data,
    *,
    run: Annotated[
        Path | None, typer.Option("--run", help="what `run` wrote: networks, roles 评判结果文件夹")
    ] = None,
) -> None:
    """Suggest cards linked with those that matched leads name: to verify, never findings. 关联扩线。"""
    from duanka.jobs import leads_match

    frames = leads_match.linking(data, run, say=progress())
    done = leads_match.expand(seat.book, frames, at=now(), regime=seat.regime, by=seat.acting)
    typer.echo("  ".join(f"{tie} {count:,}" for tie, count in done.items()))


@seated("a look at linked cards", only=WORKS)
def suggested(seat: Seat, *, limit: Limit = 50) -> None:
    """List linked cards that nobody has looked at, and what links them. 待核关联卡。"""
    for one in seat.queue("suggestion", limit):
        typer.echo(f"{one.id}  {one.about}  {','.join(one.body['ties'])}  lead {one.parent_id}")


@seated("look at a linked card", only=WORKS)
def close(
    seat: Seat,
    which: Which,
    outcome: Annotated[str, typer.Argument(help="to_verify, dismissed 结果")],
    *,
    because: Because,
) -> None:
    """Close suggestion WHICH with a reason; nothing happens to the card by it. 办结关联卡。"""
    from duanka.leads import suggest

    with seat.act() as desk:
        done = suggest.close(desk, desk.get("suggestion", which), outcome, because=because)
    typer.echo(f"{done.id}  {done.state}")


@seated("standing of senders of leads")
def standing(seat: Seat) -> None:
    """Say of each sender how many leads were right, with the interval, and the minutes of each step. 线索质量。"""
    from duanka.jobs.leads_match import standings

    for row in standings(seat.book, at=now(), viewer=seat.viewer).iter_rows(named=True):
        share = row["precision_share"]
        right = "-" if share is None else f"{share:.2f}"
        between = f"[{row['lower_share']:.2f}, {row['upper_share']:.2f}]"
        minutes = [row["known_to_received_minutes"], row["received_to_control_minutes"]]
        took = " / ".join("-" if one is None else f"{one:.0f}" for one in minutes)
        typer.echo(
            f"{row['sender_id']}  leads {row['leads']:,}  right {row['right']:,}  wrong {row['wrong']:,}  "
            f"not_ours {row['not_ours']:,}  precision {right} {between}  minutes {took}"
        )
