"""Verbs of questions about cards: asked by one, approved by another, fetched from a partner without telling the cards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs.leads_exchange import WORKS, Ca, Region, Unit, party_of
from duanka.verbs.ledger_options import Because, Which
from duanka.verbs.seat import Seat, seated


def add(inside: typer.Typer) -> None:
    """Nothing; the verbs are there, under `lead`."""
    inside.command("ask", short_help="a question about cards 提出核查")(ask)
    inside.command("approve", short_help="by somebody else 批准核查")(approve)
    inside.command("fetch", short_help="what the partner knows 取得核查结果")(fetch)


@seated("", only=WORKS)
def ask(
    seat: Seat,
    file: Annotated[Path, typer.Argument(help="one card a line, such as account:ID 卡清单")],
    *,
    to: Annotated[str, typer.Option(help="the partner's id 对端标识")],
    unit: Unit,
    region: Region,
) -> None:
    """Ask what partner knows of the cards in FILE; it needs a purpose, and to be approved. 提出核查。"""
    import secrets

    from duanka.jobs.leads_ask import cards_in
    from duanka.leads import asking

    cards = cards_in(file)
    with seat.act() as desk:
        made = asking.ask(
            desk,
            cards,
            to=desk.get("partner", to),
            unit=(unit, region),
            number=secrets.token_hex(6),
        )
    typer.echo(f"{made.id}  {made.state}  cards 卡 {made.body['count']:,}")


@seated("approve a question", only=("officer", "lead_officer", "reviewer"))
def approve(seat: Seat, which: Which, because: Because) -> None:
    """Approve question WHICH, which somebody else asked. 批准核查。"""
    from duanka.leads import asking

    with seat.act() as desk:
        done = asking.approve(desk, desk.get("question", which), because=because)
    typer.echo(f"{done.id}  {done.state}")


@seated("an approved question", only=WORKS)
def fetch(seat: Seat, which: Which, *, ca: Ca = None) -> None:
    """Ask the partner the approved question WHICH: grade, class of reasons, void after. 取得核查结果。"""
    from duanka.jobs import leads_ask, leads_send

    party = party_of(seat.book, seat.policy)
    found = leads_ask.fetch(party, which, leads_send.poster(ca), viewer=seat.viewer)
    for name, risk in sorted(found.items()):
        typer.echo(
            f"{name}  {risk.grade}  {risk.reason_class}  void after 有效至 {risk.expires_on}"
        )
    typer.echo(f"found 命中 {len(found):,}; a hint to look closer, no finding 仅供核查参考")
