"""Verbs of leads: the template, a file of leads in, matching with our cards, the clocks, what is waiting."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs import leads_ask, leads_cti, leads_exchange, leads_holds, leads_links
from duanka.verbs.leads_exchange import WORKS, Limit, Region, Unit, due_of, ledger_and_rules
from duanka.verbs.ledger_options import At, Keys, Which, now
from duanka.verbs.options import Data, progress
from duanka.verbs.seat import Seat, seated


def add(app: typer.Typer) -> None:
    """Nothing; the verbs are there."""
    inside = typer.Typer(
        help="leads about cards, with their clocks 涉案两卡线索",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    inside.command("template", short_help="a workbook to fill in 模板")(template)
    inside.command("take", short_help="leads from a file 接收线索")(take)
    inside.command("match", short_help="which of our cards they name 比对")(match)
    inside.command("clocks", short_help="remind of and expire leads 时限")(clocks)
    inside.command("list", short_help="what waits, largest loss first 待办")(list_)
    inside.command("answer", short_help="answer one; feedback goes out 反馈")(answer)
    leads_exchange.add(inside)
    leads_ask.add(inside)
    leads_links.add(inside)
    leads_cti.add(inside)
    leads_holds.add(inside)
    app.add_typer(inside, name="lead")


def template(
    out: Annotated[Path, typer.Argument(help="workbook to write 输出工作簿")],
) -> None:
    """Write a workbook that senders of leads fill in. 写出线索模板。"""
    from duanka.leads import sheet

    out.write_bytes(sheet.template())
    typer.echo(str(out))


@seated("leads of a file", only=WORKS)
def take(
    seat: Seat,
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or JSON lines 线索文件")],
    *,
    sender: Annotated[str, typer.Option(help="who sent it 发送单位")],
    unit: Unit,
    region: Region,
) -> None:
    """Keep the leads of FILE, each once, each with its clock; refused rows come back. 接收线索文件。"""
    from duanka.jobs.leads import Sender, take_file

    who = Sender(sender, (unit, region))
    done = take_file(
        file, seat.book, who, at=now(), regime=seat.regime, say=progress(), by=seat.acting
    )
    typer.echo(f"new 新增 {done.fresh:,}  known 重复 {done.known:,}  refused 退回 {done.refused:,}")
    if done.returned:
        typer.echo(f"to be mended and sent again 退回修改: {done.returned}")


@seated("matching leads with our cards", only=WORKS)
def match(
    seat: Seat,
    data: Data,
    *,
    pair_key: Annotated[
        str, typer.Option(envvar="DUANKA_PAIR_KEY", help="key shared with the sender 双方密钥")
    ] = "",
    numbers: Annotated[
        Path | None, typer.Option(help="card_kind, card_id, number of our cards 卡号对照")
    ] = None,
) -> None:
    """Say which received leads name cards on the registers in DATA. 与本机构卡片比对。"""
    from duanka.jobs.leads_match import known, match_all, registers

    frames = registers(data, say=progress())
    names = None if numbers is None else known(numbers)
    done = match_all(seat.book, frames, at=now(), pair_key=pair_key, numbers=names, by=seat.acting)
    typer.echo("  ".join(f"{name} {count:,}" for name, count in done.items()))


def clocks(*, ledger: At = None, keys: Keys = None) -> None:
    """Remind of overdue leads, close expired ones, end stops whose hours are over. 时限处理。"""
    from duanka.jobs.leads import clocks as job

    book, regime, at = ledger_and_rules(ledger, keys)
    done = job(book, at=at, regime=regime)
    typer.echo("  ".join(f"{name} {count:,}" for name, count in done.items()))


@seated("a look at the queue of leads", only=WORKS)
def list_(seat: Seat, *, limit: Limit = 50) -> None:
    """List open leads, the largest loss first. 列出未办结线索。"""
    for one in seat.queue("lead", limit):
        said = f"{one.id}  {one.state}  {one.institution_id}  due {due_of(one)}"
        typer.echo(f"{said}  {one.weight:,} fen")


@seated("feedback on a lead", only=WORKS)
def answer(
    seat: Seat,
    which: Which,
    outcome: Annotated[str, typer.Argument(help="controlled, nothing_found, not_ours, wrong 结果")],
) -> None:
    """Answer lead WHICH; its sender gets the feedback. 反馈线索。"""
    from duanka.jobs.leads import under_control
    from duanka.leads import lead

    with seat.act() as desk:
        under_control(desk)
        done = lead.answer(desk, desk.get("lead", which), outcome, regime=seat.regime)
    typer.echo(f"{done.id}  {done.state}  {done.body['outcome']}")
