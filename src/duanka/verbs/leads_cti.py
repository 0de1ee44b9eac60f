"""Verbs that take leads out and bring them in as MISP or STIX."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs.leads_exchange import Region, Unit, ledger_and_rules
from duanka.verbs.ledger_options import At, Keys, Purpose, Role, User, viewer_of

Form = Annotated[str, typer.Option(help="misp or stix 格式")]


def add(inside: typer.Typer) -> None:
    """Nothing; the verbs are there, under `lead`."""
    inside.command("export", short_help="as MISP or STIX 导出")(export)
    inside.command("import", short_help="from MISP or STIX 导入")(import_)


def export(
    out: Annotated[Path, typer.Argument(help="file to write 输出文件")],
    which: Annotated[list[str], typer.Argument(help="their numbers 线索编号")],
    *,
    form: Form,
    party_kind: Annotated[
        str, typer.Option("--to-kind", help="police, bank, payment, operator, mvno 接收方类别")
    ],
    user: User,
    role: Role,
    purpose: Purpose,
    ledger: At = None,
    keys: Keys = None,
) -> None:
    """Take leads out for another party, as far as their handling allows; each is logged. 导出线索。"""
    from duanka.jobs import leads_cti

    book, _, at = ledger_and_rules(ledger, keys)
    leaving = leads_cti.Leaving(viewer_of(user, role, None, None), purpose, form, party_kind)
    typer.echo(f"leads 线索 {leads_cti.export(book, which, out, leaving, at=at):,}: {out}")


def import_(
    file: Annotated[Path, typer.Argument(help="a MISP event or STIX bundle, JSON 文件")],
    *,
    form: Form,
    sender: Annotated[str, typer.Option(help="who sent it 发送单位")],
    unit: Unit,
    region: Region,
    ledger: At = None,
    keys: Keys = None,
) -> None:
    """Receive the leads of FILE, each once, with the handling it came with. 导入线索。"""
    from duanka.jobs import leads_cti
    from duanka.jobs.leads import Sender

    book, regime, at = ledger_and_rules(ledger, keys)
    who = Sender(sender, (unit, region))
    done = leads_cti.bring(file, book, who, form=form, at=at, regime=regime)
    typer.echo(f"new 新增 {done.fresh:,}  known 重复 {done.known:,}  refused 退回 {done.refused:,}")
