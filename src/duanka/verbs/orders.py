"""Verbs of orders: look at them, decide them, lift them, record what police decided, and what discipline courts ordered."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from duanka.verbs import orders_appeals, orders_discipline
from duanka.verbs.ledger_options import Because, Which, line
from duanka.verbs.orders_papers import Digest, Issued, Issuer, Number, Of, Place, document
from duanka.verbs.seat import Seat, seated


class Decision(StrEnum):
    """What is decided on a proposed order."""

    YES = "yes"
    NO = "no"


def add(app: typer.Typer) -> None:
    """Nothing; the verbs of orders, appeals and discipline are there."""
    inside = typer.Typer(
        help="look at orders, decide, lift 管控措施", no_args_is_help=True, rich_markup_mode=None
    )
    inside.command("list", short_help="orders in a state 列出")(order_list)
    inside.command("show", short_help="an order and its history 查看")(order_show)
    inside.command("decide", short_help="decide a proposal 决定")(order_decide)
    inside.command("lift", short_help="lift at once 解除")(order_lift)
    inside.command("record", short_help="what a document of the police orders 登记")(order_record)
    inside.command("release", short_help="lifted by their document 依文书解除")(order_release)
    app.add_typer(inside, name="order")
    orders_appeals.add(app)
    orders_discipline.add(app)


@seated("a look at orders")
def order_list(
    seat: Seat,
    *,
    state: Annotated[str, typer.Option(help="proposed, in_force, lifted … 状态")] = "proposed",
    limit: Annotated[int, typer.Option(help="at most so many 条数")] = 50,
) -> None:
    """List orders in a state. 列出管控措施。"""
    from duanka.store.ledger import Wanted

    with seat.see() as desk:
        for one in desk.find(Wanted("order", states=(state,)), limit=limit):
            line(one, "measure", "legal_basis", "expires_at")


@seated("a look at an order")
def order_show(seat: Seat, which: Which) -> None:
    """Show an order, why it was made, and everything that was done about it. 查看管控措施。"""
    from duanka.cases.appeal import explanation

    with seat.see() as desk:
        found = desk.get("order", which)
        line(found, "measure", "legal_basis", "starts_at", "expires_at", "appeal_path")
        for told in explanation(found, seat.policy).values():
            typer.echo("\n".join(f"  {words}" for words in told))
        for row in desk.history("order", which):
            at = datetime.fromtimestamp(row.at // 1_000_000, UTC).isoformat()
            typer.echo(f"  {row.seq}  {at}  {row.act}  {row.actor}  {row.purpose}")


@seated("decision on an order")
def order_decide(
    seat: Seat,
    which: Which,
    decision: Annotated[Decision, typer.Option("--say", help="yes or no 同意与否")],
    because: Because,
    *,
    milder: Annotated[
        str | None, typer.Option(help="a milder measure instead 改为更轻措施")
    ] = None,
) -> None:
    """Decide a proposed order: two officers where the policy asks for two. 决定管控措施。"""
    from duanka.cases import order

    with seat.act() as desk:
        found = desk.get("order", which)
        if decision is Decision.NO:
            after = order.drop(desk, found, because=because)
        else:
            after = order.decide(desk, found, seat.policy, because=because, measure=milder)
    line(after, "measure", "decided_by")


@seated("lifting of an order")
def order_lift(seat: Seat, which: Which, because: Because) -> None:
    """Lift an order at once. 立即解除。"""
    from duanka.cases import order

    with seat.act() as desk:
        found = desk.get("order", which)
        after = order.lift(desk, found, seat.policy, because="review", words=because)
    line(after, "measure", "ended_at")


@seated("record of a document of the police")
def order_record(
    seat: Seat,
    card: Annotated[str, typer.Argument(help="account:NUMBER or sim:NUMBER 卡")],
    *,
    measure: Annotated[str, typer.Option(help="stop_payment or freeze 措施")],
    of: Of,
    place: Place,
    issuer: Issuer,
    number: Number,
    digest: Digest,
    issued: Issued,
    holder: Annotated[str, typer.Option(help="in whose name the card stands 持有人")] = "",
) -> None:
    """Record what a document of the police orders for a card: it is in force at once. 登记公安机关文书。"""
    from duanka.cases import order_police
    from duanka.cases.order_terms import Finding, iso
    from duanka.errors import BadInput
    from duanka.verbs.ledger_options import now

    kind, _, card_id = card.partition(":")
    if kind not in {"account", "sim"} or not card_id:
        raise BadInput("no card", where=card, fix="write account:NUMBER or sim:NUMBER")
    finding = Finding(
        kind, card_id, of, place, measure, "implicated", ("implicated",), iso(now()),
        seat.policy.version, holder_id=holder,
    )  # fmt: skip
    paper = document(issuer, number, digest, issued)
    with seat.act() as desk:
        made = order_police.record(desk, finding, paper, seat.policy)
    line(made, "measure", "legal_basis", "expires_at")


@seated("record of a document of release")
def order_release(
    seat: Seat, which: Which, *, issuer: Issuer, number: Number, digest: Digest, issued: Issued
) -> None:
    """Lift an order of the police, as their document of release says. 依解除文书解除。"""
    from duanka.cases import order_police

    paper = document(issuer, number, digest, issued)
    with seat.act() as desk:
        after = order_police.release(desk, desk.get("order", which), paper, seat.policy)
    line(after, "measure", "ended_at")
