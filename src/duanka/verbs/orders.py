"""Verbs of orders and appeals: look at them, decide them, lift them, answer them."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from duanka.verbs.ledger_options import (
    At,
    Because,
    Institution,
    Keys,
    Purpose,
    Region,
    Role,
    User,
    Which,
    line,
    now,
    opened,
    rules,
    viewer_of,
)
from duanka.verbs.options import Policies


class Decision(StrEnum):
    """What is decided on a proposed order."""

    YES = "yes"
    NO = "no"


class Answer(StrEnum):
    """How an appeal is answered."""

    GRANT = "grant"
    UPHOLD = "uphold"


def add(app: typer.Typer) -> None:
    """Nothing; the verbs of orders and appeals are there."""
    inside = typer.Typer(
        help="look at orders, decide, lift 管控措施", no_args_is_help=True, rich_markup_mode=None
    )
    inside.command("list", short_help="orders in a state 列出")(order_list)
    inside.command("show", short_help="an order and its history 查看")(order_show)
    inside.command("decide", short_help="decide a proposal 决定")(order_decide)
    inside.command("lift", short_help="lift at once 解除")(order_lift)
    app.add_typer(inside, name="order")
    inside = typer.Typer(
        help="receive and answer appeals 申诉", no_args_is_help=True, rich_markup_mode=None
    )
    inside.command("list", short_help="appeals that wait for an answer 列出")(appeal_list)
    inside.command("receive", short_help="take an appeal in 受理")(appeal_receive)
    inside.command("decide", short_help="grant or uphold 答复")(appeal_decide)
    app.add_typer(inside, name="appeal")


def order_list(
    *,
    ledger: At = None,
    keys: Keys = None,
    state: Annotated[str, typer.Option(help="proposed, in_force, lifted … 状态")] = "proposed",
    limit: Annotated[int, typer.Option(help="at most so many 条数")] = 50,
    institution: Institution = None,
    region: Region = None,
) -> None:
    """List orders in a state. 列出管控措施。"""
    _, book = opened(ledger, keys, None)
    from duanka.store.ledger import Wanted

    viewer = viewer_of("command", [], institution, region)
    with book.read(viewer, at=now()) as desk:
        for one in desk.find(Wanted("order", states=(state,)), limit=limit):
            line(one, "measure", "legal_basis", "expires_at")


def order_show(which: Which, ledger: At = None, keys: Keys = None, policy: Policies = None) -> None:
    """Show an order, why it was made, and everything that was done about it. 查看管控措施。"""
    settings, book = opened(ledger, keys, policy)
    from duanka.cases.appeal import explanation
    from duanka.store.ledger import SYSTEM

    with book.read(SYSTEM, at=now()) as desk:
        found = desk.get("order", which)
        line(found, "measure", "legal_basis", "starts_at", "expires_at", "appeal_path")
        for told in explanation(found, rules(settings)).values():
            typer.echo("\n".join(f"  {line}" for line in told))
        for row in desk.history("order", which):
            at = datetime.fromtimestamp(row.at // 1_000_000, UTC).isoformat()
            typer.echo(f"  {row.seq}  {at}  {row.act}  {row.actor}  {row.purpose}")


def order_decide(
    which: Which,
    decision: Annotated[Decision, typer.Option("--say", help="yes or no 同意与否")],
    because: Because,
    user: User,
    role: Role,
    *,
    milder: Annotated[
        str | None, typer.Option(help="a milder measure instead 改为更轻措施")
    ] = None,
    purpose: Purpose = "decision on an order",
    institution: Institution = None,
    region: Region = None,
    ledger: At = None,
    keys: Keys = None,
    policy: Policies = None,
) -> None:
    """Decide a proposed order: two officers where the policy asks for two. 决定管控措施。"""
    settings, book = opened(ledger, keys, policy)
    from duanka.cases import order

    viewer = viewer_of(user, role, institution, region)
    with book.desk(viewer, at=now(), purpose=purpose) as desk:
        found = desk.get("order", which)
        if decision is Decision.NO:
            after = order.drop(desk, found, because=because)
        else:
            policies = rules(settings)
            after = order.decide(desk, found, policies, because=because, measure=milder)
    line(after, "measure", "decided_by")


def order_lift(
    which: Which,
    because: Because,
    user: User,
    role: Role,
    *,
    purpose: Purpose = "lifting of an order",
    institution: Institution = None,
    region: Region = None,
    ledger: At = None,
    keys: Keys = None,
    policy: Policies = None,
) -> None:
    """Lift an order at once. 立即解除。"""
    settings, book = opened(ledger, keys, policy)
    from duanka.cases import order

    viewer = viewer_of(user, role, institution, region)
    with book.desk(viewer, at=now(), purpose=purpose) as desk:
        found = desk.get("order", which)
        after = order.lift(desk, found, rules(settings), because="review", words=because)
    line(after, "measure", "ended_at")


def appeal_list(
    *,
    ledger: At = None,
    keys: Keys = None,
    institution: Institution = None,
    region: Region = None,
) -> None:
    """List appeals that wait for an answer. 列出待答复的申诉。"""
    _, book = opened(ledger, keys, None)
    from duanka.cases.appeal import OPEN
    from duanka.store.ledger import Wanted

    with book.read(viewer_of("command", [], institution, region), at=now()) as desk:
        for one in desk.find(Wanted("appeal", states=OPEN)):
            line(one, "order_id", "asks", "answer_by")


def appeal_receive(
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
    user: User = "command",
    ledger: At = None,
    keys: Keys = None,
    policy: Policies = None,
) -> None:
    """Receive an appeal against an order, also from somebody who has lost the phone. 受理申诉。"""
    settings, book = opened(ledger, keys, policy)
    from duanka.cases import appeal

    plea = appeal.Plea(key, channel, words, contact, by, asks)
    viewer = viewer_of(user, ["analyst"], None, None)
    with book.desk(viewer, at=now(), purpose="receipt of an appeal") as desk:
        after = appeal.receive(desk, desk.get("order", which), plea, rules(settings))
    line(after, "order_id", "answer_by")


def appeal_decide(
    which: Which,
    answer: Annotated[Answer, typer.Option("--say", help="grant or uphold 答复")],
    because: Because,
    user: User,
    role: Role,
    *,
    document: Annotated[
        str | None, typer.Option(help="SHA-256 of the authority's release 解除文书摘要")
    ] = None,
    purpose: Purpose = "answer to an appeal",
    institution: Institution = None,
    region: Region = None,
    ledger: At = None,
    keys: Keys = None,
    policy: Policies = None,
) -> None:
    """Answer an appeal; granting lifts the order in the same moment. 答复申诉。"""
    settings, book = opened(ledger, keys, policy)
    from duanka.cases import appeal

    viewer, regime = viewer_of(user, role, institution, region), rules(settings)
    with book.desk(viewer, at=now(), purpose=purpose) as desk:
        found = desk.get("appeal", which)
        if answer is Answer.GRANT:
            proof = {"digest": document} if document else None
            after = appeal.grant(desk, found, regime, because=because, document=proof)
        else:
            after = appeal.uphold(desk, found, regime, because=because)
    line(after, "order_id", "answered_by")
