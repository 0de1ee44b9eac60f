"""The verb of holds: what the police's document says of a card, carried out and kept with the document."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs.leads_exchange import Region, Unit
from duanka.verbs.seat import Seat, seated


def add(inside: typer.Typer) -> None:
    """Nothing; the verb is there, under `lead`."""
    inside.command("hold", short_help="by the police's document 按公安文书执行")(hold)


@seated("carry out a document of the police", only=("officer", "lead_officer"))
def hold(
    seat: Seat,
    card: Annotated[str, typer.Argument(help="account:ID 卡")],
    measure: Annotated[
        str, typer.Argument(help="stop_payment, freeze, unfreeze, return_funds 文书措施")
    ],
    *,
    document: Annotated[
        Path, typer.Option(help="the document itself; its digest is kept 文书文件")
    ],
    number: Annotated[str, typer.Option(help="its number 文书号")],
    issuer: Annotated[str, typer.Option(help="who issued it 签发机关")],
    issued_at: Annotated[str, typer.Option(help="when, with offset 签发时间")],
    unit: Unit,
    region: Region,
) -> None:
    """Carry out what the police's document says of CARD; without it nothing is done. 止付、冻结、解冻、返还。"""
    from duanka.jobs.leads import document_of
    from duanka.leads import authority

    paper = document_of(document, number=number, issuer_id=issuer, issued_at=issued_at)
    kind, _, id_ = card.partition(":")
    with seat.act() as desk:
        done = authority.carry_out(
            desk, (kind, id_), measure, document=paper, unit=(unit, region), regime=seat.regime
        )
    until = f"  until 至 {done.due_at.isoformat()}" if done.due_at else ""
    typer.echo(f"{done.id}  {done.state}{until}")
