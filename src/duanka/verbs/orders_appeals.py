"""Verbs of appeals: taken in from anybody by any way, given to a reviewer, answered or passed on."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from duanka.verbs.ledger_options import Because, Which, line
from duanka.verbs.orders_papers import digest_of
from duanka.verbs.seat import Seat, seated


class Answer(StrEnum):
    """How an appeal is answered."""

    GRANT = "grant"
    UPHOLD = "uphold"


def add(app: typer.Typer) -> None:
    """Nothing; the verbs of appeals are there."""
    inside = typer.Typer(
        help="receive and answer appeals 申诉", no_args_is_help=True, rich_markup_mode=None
    )
    inside.command("list", short_help="appeals that wait for an answer 列出")(appeal_list)
    inside.command("receive", short_help="take an appeal in 受理")(appeal_receive)
    inside.command("accept", short_help="take it up for checking 开始核查")(appeal_accept)
    inside.command("assign", short_help="give it to a reviewer 分派")(appeal_assign)
    inside.command("forward", short_help="pass it on to the authority 转送")(appeal_forward)
    inside.command("decide", short_help="grant or uphold 答复")(appeal_decide)
    app.add_typer(inside, name="appeal")


@seated("a look at appeals")
def appeal_list(
    seat: Seat,
    *,
    reviewer: Annotated[str, typer.Option(help="only those given to this user 承办人")] = "",
) -> None:
    """List appeals that wait for an answer. 列出待答复的申诉。"""
    from duanka.cases.appeal import OPEN
    from duanka.store.ledger import Wanted

    with seat.see() as desk:
        states = (*OPEN, "forwarded")
        for one in desk.find(Wanted("appeal", states=states, assigned_to=reviewer)):
            line(one, "order_id", "asks", "answer_by")


@seated("receipt of an appeal", roles=("analyst",))
def appeal_receive(
    seat: Seat,
    which: Which,
    channel: Annotated[str, typer.Option(help="counter, hotline, online, letter … 渠道")],
    words: Annotated[str, typer.Option("--says", help="what is said 申诉内容")],
    *,
    key: Annotated[
        str, typer.Option(help="your own mark of it; twice the same is one 收件号")
    ] = "1",
    by: Annotated[str, typer.Option(help="holder or another_person 申诉人")] = "holder",
    contact: Annotated[str, typer.Option(help="how to reach them 联系方式")] = "",
    asks: Annotated[
        str, typer.Option(help="release, human_decision, explanation 请求")
    ] = "release",
) -> None:
    """Receive an appeal against an order or discipline, also from somebody who has lost the phone. 受理申诉。"""
    from duanka.cases import appeal

    plea = appeal.Plea(key, channel, words, contact, by, asks)
    with seat.act() as desk:
        kind = "discipline" if desk.has("discipline", which) else "order"
        after = appeal.receive(desk, desk.get(kind, which), plea, seat.policy)
    line(after, "order_id", "answer_by")


@seated("an appeal taken up")
def appeal_accept(seat: Seat, which: Which) -> None:
    """Take an appeal up for checking. 开始核查申诉。"""
    from duanka.cases import appeal

    with seat.act() as desk:
        after = appeal.accept(desk, desk.get("appeal", which))
    line(after, "order_id", "accepted_at")


@seated("an appeal given to a reviewer")
def appeal_assign(
    seat: Seat,
    which: Which,
    reviewer: Annotated[str, typer.Option("--to", help="a reviewer who did not decide 复核人")],
) -> None:
    """Give an appeal to a reviewer who took no part in the order. 分派申诉。"""
    from duanka.cases import appeal

    with seat.act() as desk:
        after = appeal.assign(desk, desk.get("appeal", which), reviewer)
    line(after, "order_id", "answer_by")
    typer.echo(f"with 承办: {after.assigned_to}")


@seated("an appeal passed on to the authority")
def appeal_forward(
    seat: Seat,
    which: Which,
    authority: Annotated[str, typer.Option(help="police or court that decided 作出决定的机关")],
) -> None:
    """Pass an appeal on to the authority whose decision it is about. 转送申诉。"""
    from duanka.cases import appeal

    with seat.act() as desk:
        found = desk.get("appeal", which)
        after = appeal.forward(desk, found, seat.policy, authority=authority)
    line(after, "order_id", "authority")


@seated("answer to an appeal")
def appeal_decide(
    seat: Seat,
    which: Which,
    answer: Annotated[Answer, typer.Option("--say", help="grant or uphold 答复")],
    because: Because,
    *,
    document: Annotated[
        str | None,
        typer.Option(help="the authority's release: its file, or SHA-256 解除文书"),
    ] = None,
) -> None:
    """Answer an appeal; granting lifts the order in the same moment. 答复申诉。"""
    from duanka.cases import appeal

    proof = {"digest": digest_of(document)} if document else None
    with seat.act() as desk:
        found = desk.get("appeal", which)
        if answer is Answer.GRANT:
            after = appeal.grant(desk, found, seat.policy, because=because, document=proof)
        else:
            after = appeal.uphold(desk, found, seat.policy, because=because)
    line(after, "order_id", "answered_by")
