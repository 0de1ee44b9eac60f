"""Verbs of what leads lead to: linked cards to look at, and how right each sender was."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs.leads_exchange import Limit, ledger_and_rules, waiting
from duanka.verbs.ledger_options import At, Because, Keys, Role, User, Which, viewer_of
from duanka.verbs.options import Data, progress


def add(inside: typer.Typer) -> None:
    """Nothing; the verbs are there, under `lead`."""
    inside.command("expand", short_help="cards linked with named ones 关联卡")(expand)
    inside.command("suggested", short_help="linked cards to look at 待核关联卡")(suggested)
    inside.command("close", short_help="a suggestion, with a reason 办结关联卡")(close)
    inside.command("standing", short_help="how right each sender was 线索质量")(standing)


def expand(
    data: Data,
    *,
    run: Annotated[
        Path | None, typer.Option("--run", help="what `run` wrote: networks, roles 评判结果文件夹")
    ] = None,
    ledger: At = None,
    keys: Keys = None,
) -> None:
    """Suggest cards linked with those that matched leads name: to verify, never findings. 关联扩线。"""
    from duanka.jobs import leads_match

    book, regime, at = ledger_and_rules(ledger, keys)
    frames = leads_match.linking(data, run, say=progress())
    done = leads_match.expand(book, frames, at=at, regime=regime)
    typer.echo("  ".join(f"{tie} {count:,}" for tie, count in done.items()))


def suggested(
    *,
    ledger: At = None,
    keys: Keys = None,
    limit: Limit = 50,
) -> None:
    """List linked cards that nobody has looked at, and what links them. 待核关联卡。"""
    for one in waiting("suggestion", ledger, keys, limit):
        typer.echo(f"{one.id}  {one.about}  {','.join(one.body['ties'])}  lead {one.parent_id}")


def close(
    which: Which,
    outcome: Annotated[str, typer.Argument(help="to_verify, dismissed 结果")],
    *,
    user: User,
    role: Role,
    because: Because,
    ledger: At = None,
    keys: Keys = None,
) -> None:
    """Close suggestion WHICH with a reason; nothing happens to the card by it. 办结关联卡。"""
    from duanka.leads import suggest

    book, _, at = ledger_and_rules(ledger, keys)
    who = viewer_of(user, role, None, None)
    with book.desk(who, at=at, purpose="look at a linked card") as desk:
        done = suggest.close(desk, desk.get("suggestion", which), outcome, because=because)
    typer.echo(f"{done.id}  {done.state}")


def standing(*, ledger: At = None, keys: Keys = None) -> None:
    """Say of each sender how many leads were right, with the interval, and the minutes of each step. 线索质量。"""
    from duanka.jobs.leads_match import standings

    book, _, at = ledger_and_rules(ledger, keys)
    for row in standings(book, at=at).iter_rows(named=True):
        share = row["precision_share"]
        right = "-" if share is None else f"{share:.2f}"
        between = f"[{row['lower_share']:.2f}, {row['upper_share']:.2f}]"
        minutes = [row["known_to_received_minutes"], row["received_to_control_minutes"]]
        took = " / ".join("-" if one is None else f"{one:.0f}" for one in minutes)
        typer.echo(
            f"{row['sender_id']}  leads {row['leads']:,}  right {row['right']:,}  wrong {row['wrong']:,}  "
            f"not_ours {row['not_ours']:,}  precision {right} {between}  minutes {took}"
        )
