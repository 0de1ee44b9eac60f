"""Verbs of verification again: campaigns of clean-up (清理存量), what came of them, and answers taken in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from duanka.verbs.ledger_options import Which, line
from duanka.verbs.options import AsOf, Data, progress
from duanka.verbs.seat import Seat, seated


class Pick(StrEnum):
    """Which cards a campaign asks about."""

    DORMANT = "dormant"
    MANY = "many"


class Outcome(StrEnum):
    """What a holder's verification came to."""

    PASSED = "passed"
    FAILED = "failed"


def add(app: typer.Typer) -> None:
    """Nothing; the verbs are there."""
    inside = typer.Typer(
        help="clean-up of stock 清理存量", no_args_is_help=True, rich_markup_mode=None
    )
    inside.command("start", short_help="ask holders, each once 发起")(campaign_start)
    inside.command("show", short_help="what came of it 查看")(campaign_show)
    app.add_typer(inside, name="campaign")
    inside = typer.Typer(
        help="holders who verify again 重新核验", no_args_is_help=True, rich_markup_mode=None
    )
    inside.command("list", short_help="questions that wait 列出")(reverify_list)
    inside.command("answer", short_help="passed or failed 答复")(reverify_answer)
    app.add_typer(inside, name="reverify")


@seated("clean-up of stock")
def campaign_start(
    seat: Seat,
    name: Annotated[str, typer.Argument(help="its name; twice the same is one 名称")],
    data: Data,
    *,
    of: Annotated[str, typer.Option("--of", help="whose cards 机构")],
    pick: Annotated[Pick, typer.Option(help="dormant 睡眠卡, many 一人多卡")],
    as_of: AsOf = None,
) -> None:
    """Ask the holders of dormant cards, or of more cards than the rules allow, to verify again. 发起清理。"""
    from duanka.jobs.campaign import picked, start

    say = progress()
    cards = picked(data, seat.policy, pick.value, institution_id=of, as_of=as_of, say=say)
    made = start(seat.act, name, cards, seat.policy, say=say)
    line(made, "name", "cards")


@seated("a look at a campaign")
def campaign_show(seat: Seat, which: Which) -> None:
    """Count a campaign's cards: kept, failed, no answer, came later, waiting. 查看清理情况。"""
    from duanka.cases.reverification import counted

    with seat.see() as desk:
        line(desk.get("campaign", which), "name", "cards")
        found = counted(desk, which)
    typer.echo("  ".join(f"{name} {count:,}" for name, count in found.items()))


@seated("a look at verifications")
def reverify_list(
    seat: Seat,
    *,
    state: Annotated[str, typer.Option(help="asked, no_answer, failed … 状态")] = "asked",
    limit: Annotated[int, typer.Option(help="at most so many 条数")] = 50,
) -> None:
    """List holders who were asked to verify again. 列出重新核验。"""
    from duanka.store.ledger import Wanted

    with seat.see() as desk:
        for one in desk.find(Wanted("reverification", states=(state,)), limit=limit):
            line(one, "why", "holder_id", "asked_at")


@seated("answer of a holder who verified again", roles=("analyst",))
def reverify_answer(
    seat: Seat,
    which: Which,
    outcome: Annotated[Outcome, typer.Option("--say", help="passed or failed 核验结果")],
) -> None:
    """Take a holder's answer in; passing lifts what followed from silence, at once. 登记核验结果。"""
    from duanka.cases import reverification

    with seat.act() as desk:
        asked = desk.get("reverification", which)
        after = reverification.answer(desk, asked, outcome.value, seat.policy)
    line(after, "why", "answered_at")
