"""Verbs that take leads out and bring them in as MISP or STIX."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs.leads_exchange import WORKS, Region, Unit
from duanka.verbs.ledger_options import now
from duanka.verbs.seat import Seat, seated

Form = Annotated[str, typer.Option(help="misp or stix 格式")]


def add(inside: typer.Typer) -> None:
    """Nothing; the verbs are there, under `lead`."""
    inside.command("export", short_help="as MISP or STIX 导出")(export)
    inside.command("import", short_help="from MISP or STIX 导入")(import_)


@seated("", only=("officer", "lead_officer"))
def export(
    seat: Seat,
    out: Annotated[Path, typer.Argument(help="file to write 输出文件")],
    which: Annotated[list[str], typer.Argument(help="their numbers 线索编号")],
    *,
    form: Form,
    party_kind: Annotated[
        str, typer.Option("--to-kind", help="police, bank, payment, operator, mvno 接收方类别")
    ],
) -> None:
    """Take leads out for another party, as far as their handling allows; it needs a purpose. 导出线索。"""
    from duanka.jobs import leads_cti

    leaving = leads_cti.Leaving(seat.viewer, seat.purpose, form, party_kind)
    count = leads_cti.export(seat.book, which, out, leaving, at=now())
    typer.echo(f"leads 线索 {count:,}: {out}")


@seated("leads brought in from another system", only=WORKS)
def import_(
    seat: Seat,
    file: Annotated[Path, typer.Argument(help="a MISP event or STIX bundle, JSON 文件")],
    *,
    form: Form,
    sender: Annotated[str, typer.Option(help="who sent it 发送单位")],
    unit: Unit,
    region: Region,
) -> None:
    """Receive the leads of FILE, each once, with the handling it came with. 导入线索。"""
    from duanka.jobs import leads_cti
    from duanka.jobs.leads import Sender

    who = Sender(sender, (unit, region))
    done = leads_cti.bring(
        file, seat.book, who, form=form, at=now(), regime=seat.regime, by=seat.acting
    )
    typer.echo(f"new 新增 {done.fresh:,}  known 重复 {done.known:,}  refused 退回 {done.refused:,}")
