"""The verbs of governance: freeze a month, and look at it under another policy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs import governance_matters, governance_outreach
from duanka.verbs.ledger_options import At, Keys, now, opened
from duanka.verbs.options import AsOf, Data, Out, Policies, progress, settings_of

Period = Annotated[str, typer.Option("--period", help="the month, such as 2026-10 期间（月）")]


def add(app: typer.Typer) -> None:
    """Puts `publish`, `scorecards`, `what-if`, `matter` and `outreach` on the command."""
    app.command(short_help="freeze a month of scorecards 发布月度治理结果")(publish)
    app.command(short_help="scorecards of very many cards 超大规模评分卡")(scorecards)
    app.command("what-if", short_help="a month under another policy 换一套规则看同一期")(what_if)
    governance_matters.add(app)
    governance_outreach.add(app)


def publish(
    data: Data,
    out: Out,
    period: Period,
    *,
    as_of: AsOf = None,
    sender: Annotated[
        str, typer.Option(help="who signs the letters 发函单位")
    ] = "打击治理电信网络新型违法犯罪工作联席会议办公室",
    run: Annotated[
        Path | None,
        typer.Option(
            "--run", help="a folder that `run` wrote: near dealers, against advice 评判结果"
        ),
    ] = None,
    ledger: At = None,
    keys: Keys = None,
    policy: Policies = None,
) -> None:
    """Freeze a month of DATA in OUT: scorecards, proposals, letters, report, digests. 发布并固定一个月的治理结果。"""
    settings = settings_of(policy)
    from duanka.jobs.publish import publish as job

    told = book = None
    if ledger:
        from duanka.jobs.matters import ledger_says

        book = opened(ledger, keys, policy)[1]
        told = ledger_says(book, now=now())
    done = job(
        data,
        out,
        period=period,
        as_of=as_of,
        sender=sender,
        settings=settings,
        say=progress(),
        told=told,
        run=run,
    )
    if book:
        from duanka.jobs.publish_record import record

        record(done, book, now=now())
    said = "frozen 已固定" if done.fresh else "the same bytes were there already 内容相同，未重写"
    typer.echo(f"{done.folder}: {len(done.digests)} files 个文件, {said}")
    for name in done.revises:
        typer.echo(f"revised since 已有变化: {name} (revised.json)")


def scorecards(
    data: Data,
    out: Out,
    as_of: Annotated[str, typer.Option("--as-of", help="judge as of this instant 评判时点")],
    *,
    policy: Policies = None,
) -> None:
    """Write the scorecards of more cards than memory holds, straight from Parquet. 直接由Parquet计算评分卡。"""
    settings = settings_of(policy)
    from duanka.jobs.govern_lake import scorecards as job
    from duanka.verbs.ledger_options import rules

    done = job(data, out, as_of=as_of, settings=settings, policy=rules(settings), say=progress())
    typer.echo(
        f"{out}: {done.cards:,} cards 张卡, {done.rows:,} rows 行, {len(done.files)} files 个文件"
    )


def what_if(
    data: Data,
    period: Period,
    other: Annotated[
        list[Path],
        typer.Option("--other", help="policy folder to compare with; may be repeated 对照政策"),
    ],
    *,
    draws: Annotated[
        int, typer.Option(min=0, help="draw the cards again so often, to tell chance 重抽次数")
    ] = 20,
    as_of: AsOf = None,
    policy: Policies = None,
) -> None:
    """Say who would be listed, who would leave, under OTHER policy folders. 换一套规则，谁进谁出。"""
    settings = settings_of(policy)
    from duanka.jobs.publish import compare as job

    done = job(
        data,
        period=period,
        as_of=as_of,
        other=other,
        settings=settings,
        say=progress(),
        draws=draws,
    )
    found = done.rows
    typer.echo(
        f"{'unit':<28}{'now':>18}{'then':>18}{'change':>9}{'ratio from':>12}{'to':>8}  noise       comes again"
    )
    for row in found.iter_rows(named=True):
        unit = f"{row['unit_kind']} {row['unit_id']}"
        low, high = (
            row[name] if row[name] is not None else float("nan")
            for name in ("lower_ratio", "upper_ratio")
        )
        typer.echo(
            f"{unit:<28}{row['listing_now']:>18}{row['listing_then']:>18}{row['change']:>9}{low:>12.2f}{high:>8.2f}"
            f"  {'maybe 可能' if row['noise'] else 'no 否' if row['noise'] is not None else '-'}"
            f"  {'-' if row['held_share'] is None else format(row['held_share'], '.0%')}"
        )
    if done.by_chance is not None:
        typer.echo(f"by chance alone {done.by_chance:.1f} would differ 仅因偶然也会不同的个数")
    typer.echo(f"{found.height} units differ 个单位不同")
