"""Verbs of questions about cards: asked by one, approved by another, fetched from a partner without telling the cards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs.leads_exchange import Ca, Region, Unit, party_here
from duanka.verbs.ledger_options import (
    At,
    Because,
    Keys,
    Purpose,
    Role,
    User,
    Which,
    now,
    opened,
    viewer_of,
)


def add(inside: typer.Typer) -> None:
    """Nothing; the verbs are there, under `lead`."""
    inside.command("ask", short_help="a question about cards 提出核查")(ask)
    inside.command("approve", short_help="by somebody else 批准核查")(approve)
    inside.command("fetch", short_help="what the partner knows 取得核查结果")(fetch)


def ask(
    file: Annotated[Path, typer.Argument(help="one card a line, such as account:ID 卡清单")],
    *,
    to: Annotated[str, typer.Option(help="the partner's id 对端标识")],
    unit: Unit,
    region: Region,
    user: User,
    purpose: Purpose,
    ledger: At = None,
    keys: Keys = None,
) -> None:
    """Ask what partner knows of the cards in FILE; nothing goes out before it is approved. 提出核查。"""
    import secrets

    from duanka.jobs.leads_ask import cards_in
    from duanka.leads import asking

    _, book = opened(ledger, keys, None)
    cards = cards_in(file)
    with book.desk(viewer_of(user, ["analyst"], None, None), at=now(), purpose=purpose) as desk:
        made = asking.ask(
            desk,
            cards,
            to=desk.get("partner", to),
            unit=(unit, region),
            number=secrets.token_hex(6),
        )
    typer.echo(f"{made.id}  {made.state}  cards 卡 {made.body['count']:,}")


def approve(
    which: Which,
    user: User,
    role: Role,
    because: Because,
    *,
    ledger: At = None,
    keys: Keys = None,
) -> None:
    """Approve question WHICH, which somebody else asked. 批准核查。"""
    from duanka.leads import asking

    _, book = opened(ledger, keys, None)
    with book.desk(
        viewer_of(user, role, None, None), at=now(), purpose="approve a question"
    ) as desk:
        done = asking.approve(desk, desk.get("question", which), because=because)
    typer.echo(f"{done.id}  {done.state}")


def fetch(which: Which, *, ca: Ca = None, ledger: At = None, keys: Keys = None) -> None:
    """Ask the partner the approved question WHICH: grade, class of reasons, void after. 取得核查结果。"""
    from duanka.jobs import leads_ask, leads_send

    found = leads_ask.fetch(party_here(ledger, keys), which, leads_send.poster(ca))
    for name, risk in sorted(found.items()):
        typer.echo(
            f"{name}  {risk.grade}  {risk.reason_class}  void after 有效至 {risk.expires_on}"
        )
    typer.echo(f"found 命中 {len(found):,}; a hint to look closer, no finding 仅供核查参考")
