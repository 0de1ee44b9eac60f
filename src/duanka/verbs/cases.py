"""Verbs of what was done to whom: a run becomes cases, what is over ends, what waits is sent; and their kin."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs import audit, cases_campaigns, cases_desk, orders, report
from duanka.verbs.ledger_options import At, Keys, counts, now, opened, rules
from duanka.verbs.options import Format, Out, Policies, progress


def add(app: typer.Typer) -> None:
    """Nothing; the verbs of cases, orders, appeals and the audit are there."""
    app.command("open-cases", short_help="a run becomes cases and orders 立案")(open_cases)
    app.command(short_help="end what is over 到期自动解除")(expire)
    app.command(short_help="remind of what is waited for 提醒")(remind)
    app.command(short_help="send what waits in the outbox 发送")(send)
    app.command("export-labels", short_help="labels that appeals corrected 导出更正标签")(
        export_labels
    )
    for room in (cases_desk, cases_campaigns, orders, report, audit):
        room.add(app)


def open_cases(
    out: Annotated[Path, typer.Argument(help="what `run` wrote 评判结果文件夹")],
    *,
    ledger: At = None,
    keys: Keys = None,
    data: Annotated[
        Path | None, typer.Option(help="the folder that was judged: holders, places 原始数据")
    ] = None,
    institution: Annotated[str, typer.Option(help="whose cards, if the data do not say 机构")] = "",
    policy: Policies = None,
) -> None:
    """Turn what a run found into cases and orders; run twice, it does nothing twice. 立案并提出处置。"""
    settings, book = opened(ledger, keys, policy)
    from duanka.jobs import open_cases as job

    judged = job.Judged(out, data, institution)
    done = job.open_cases(judged, book, rules(settings), now=now(), say=progress())
    counts(done)


def expire(ledger: At = None, keys: Keys = None, policy: Policies = None) -> None:
    """End orders whose term is over, close unanswered questions, erase old personal fields. 到期处理。"""
    settings, book = opened(ledger, keys, policy)
    from duanka.jobs.expire import expire as job

    counts(job(book, rules(settings), now=now(), say=progress()))


def remind(ledger: At = None, keys: Keys = None) -> None:
    """Remind holders and those in charge of what is due. 提醒到期与超期事项。"""
    _, book = opened(ledger, keys, None)
    from duanka.jobs.remind import remind as job

    counts(job(book, now=now(), say=progress()))


def send(
    to: Annotated[
        str, typer.Option(help="folder, https://… to post to, or a chat by Apprise 去向")
    ],
    *,
    ledger: At = None,
    keys: Keys = None,
    topic: Annotated[
        list[str] | None,
        typer.Option(
            help="door (all that a live door is told), notice, order_in_force, order_lifted, label, "
            "reminder, discipline_in_force, discipline_ended; default all 主题"
        ),
    ] = None,
    key: Annotated[
        str, typer.Option(envvar="DUANKA_KEY", help="key that the other side gave 对方发的密钥")
    ] = "",
    follow: Annotated[bool, typer.Option("--follow", help="go on until stopped 持续发送")] = False,
) -> None:
    """Send what waits in the outbox: notices, reminders, word for the live door. 发送待发事项。"""
    _, book = opened(ledger, keys, None)
    import threading

    from duanka.jobs import send as job

    if "://" not in to:
        carrier = job.to_folder(Path(to))
    elif to.startswith(("http://", "https://")):
        carrier = job.to_address(to, token=key)
    else:
        from duanka.jobs.send_chat import to_chat

        carrier = to_chat(to)
    if follow:
        counts(job.follow(book, carrier, topics=tuple(topic or ()), stop=threading.Event()))
    else:
        counts(job.send(book, carrier, topics=tuple(topic or ())))


def export_labels(
    out: Out,
    *,
    ledger: At = None,
    keys: Keys = None,
    fmt: Annotated[
        Format, typer.Option("--format", help="how it is written 格式")
    ] = Format.PARQUET,
) -> None:
    """Write the labels that appeals corrected, to lie beside the records of a run. 导出申诉更正的标签。"""
    _, book = opened(ledger, keys, None)
    from duanka.jobs.export_labels import export_labels as job

    typer.echo(f"labels 标签: {job(book, out, now=now(), fmt=fmt.value)}")
