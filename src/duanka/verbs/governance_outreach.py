"""Verbs of publicity and training: draw the lot, say that it was done, and measure what it brought about."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs.ledger_options import At, Keys, Which, counts, line, now, opened, rules
from duanka.verbs.options import Data, Policies, progress
from duanka.verbs.seat import Seat, seated

Month = Annotated[Path, typer.Argument(help="a month that `publish` froze 已发布的月份")]


def add(app: typer.Typer) -> None:
    """Nothing; the verbs are there."""
    inside = typer.Typer(
        help="publicity and training 宣传与培训", no_args_is_help=True, rich_markup_mode=None
    )
    inside.command("assign", short_help="draw by lot who is told 抽签分组")(outreach_assign)
    inside.command("list", short_help="who is to be told or taught 列出")(outreach_list)
    inside.command("delivered", short_help="a group was told 登记送达")(outreach_delivered)
    inside.command("trained", short_help="an employee took the course 登记培训")(outreach_trained)
    inside.command("effect", short_help="what it brought about 效果")(outreach_effect)
    app.add_typer(inside, name="outreach")


def outreach_assign(
    data: Data,
    folder: Month,
    *,
    ledger: At = None,
    keys: Keys = None,
    policy: Policies = None,
) -> None:
    """Draw by lot who of a month's groups is told and who is held out; run twice, nothing is drawn twice. 抽签分组。"""
    settings, book = opened(ledger, keys, policy)
    from duanka.jobs.govern_outreach import assign as job

    held = rules(settings)
    counts(job(data, folder, book, held, now=now(), settings=settings, say=progress()))


@seated("a look at publicity and training")
def outreach_list(seat: Seat) -> None:
    """List groups that are to be told and employees that are to be taught, without their names. 列出。"""
    from duanka.governance.told import KIND, TRAINING
    from duanka.store.ledger import Wanted

    with seat.see() as desk:
        for one in desk.find(Wanted(KIND), limit=500):
            line(one, "message_id", "channel", "told_count", "held_count", "delivered_count")
        for one in desk.find(Wanted(TRAINING), limit=500):
            line(one, "course", "period", "done_at")


@seated("publicity that was delivered", roles=("governance",))
def outreach_delivered(
    seat: Seat,
    which: Which,
    count: Annotated[int, typer.Option("--count", min=0, help="how many were reached 送达人数")],
) -> None:
    """Say that a group was told, and how many the channel reached. 登记送达。"""
    from duanka.governance.told import KIND, deliver

    with seat.act() as desk:
        line(
            deliver(desk, desk.get(KIND, which), delivered_count=count),
            "message_id",
            "delivered_count",
        )


@seated("training that was done", roles=("governance",))
def outreach_trained(seat: Seat, which: Which) -> None:
    """Say that an employee took the course. 登记培训完成。"""
    from duanka.governance.told import TRAINING, done

    with seat.act() as desk:
        line(done(desk, desk.get(TRAINING, which)), "course", "done_at")


@seated("effect of publicity and training", roles=("lead_officer",))
def outreach_effect(
    seat: Seat,
    data: Data,
    as_of: Annotated[str, typer.Option("--as-of", help="what was known before 截至时点")],
) -> None:
    """Say what publicity and training brought about, beside those held out, with intervals. 宣传与培训的效果。"""
    from duanka.jobs.govern_outreach import measured as job

    found = job(
        data,
        seat.book,
        seat.policy,
        seat.viewer,
        as_of=as_of,
        now=now(),
        settings=seat.settings,
        say=progress(),
    )
    for rows in (found.messages, found.groups):
        for row in rows.iter_rows(named=True):
            low, high = (_said(row[name]) for name in ("lower", "upper"))
            typer.echo(
                f"{row['message_id']}  {row['group']}  told {row['told_harmed']} of {row['told_count']}  "
                f"held out {row['held_harmed']} of {row['held_count']}  lower by {_said(row['difference'])} [{low}, {high}]"
            )
    told = found.training
    low, high = (_said(told[name]) for name in ("lower", "upper"))
    typer.echo(
        f"training 培训: {told['employees']} employees, {told['done']} done; taught {told['taught_implicated']} of "
        f"{told['taught_cards']} cards, held out {told['held_implicated']} of {told['held_cards']}; ratio {_said(told['ratio'])} [{low}, {high}]"
    )


def _said(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
