"""The command `duanka VERB`. Nothing heavy is imported before a verb is known, so that help is there at once."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duanka.verbs import cases, challenger, console, governance, leads, live, networks, web
from duanka.verbs.asked import asked
from duanka.verbs.options import AsOf, Data, Format, Out, Policies, parts, progress, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import polars as pl

app = typer.Typer(
    name="duanka",
    help="断卡: judge bank cards and phone cards, say why. 评判银行卡与电话卡，并说明理由。",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
policy_app = typer.Typer(
    help="look at the rules, check them 查看并检查规则",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(policy_app, name="policy")


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="print the version 版本")] = False,
) -> None:
    if version:
        from duanka import __version__

        typer.echo(f"duanka {__version__}")
        raise typer.Exit


@app.command(short_help="judge every card, say why 评判全部卡片")
def run(
    data: Data,
    out: Out,
    *,
    as_of: AsOf = None,
    model: Annotated[
        Path | None, typer.Option(help="judge with this model folder 指定模型")
    ] = None,
    fmt: Annotated[
        Format, typer.Option("--format", help="how tables are written 表格格式")
    ] = Format.PARQUET,
    earlier: Annotated[
        Path | None, typer.Option(help="an earlier run, whose networks keep their ids 前次运行输出")
    ] = None,
    ledger: Annotated[
        str | None,
        typer.Option(help="ask it who of the applicants stands under discipline 惩戒台账"),
    ] = None,
    keys: Annotated[Path | None, typer.Option(help="key file of the ledger 台账密钥")] = None,
    policy: Policies = None,
) -> None:
    """Judge every card of DATA, write tables and report.html to OUT. 评判全部卡片。"""
    settings = settings_of(policy)
    from duanka.jobs.run import run as job

    job(
        data, out, as_of=as_of, model=model, fmt=fmt.value, settings=settings, say=progress(),
        earlier=earlier, discipline=_discipline_of(ledger, keys),
    )  # fmt: skip
    _show_run(out)


@app.command(short_help="make a town to practise on 生成模拟城镇")
def simulate(
    out: Out,
    people: Annotated[int, typer.Option(help="how many people 人数")] = 8000,
    days: Annotated[int, typer.Option(help="how many days 天数")] = 60,
    seed: Annotated[int, typer.Option(help="the same seed, the same town 随机种子")] = 1,
    habits: Annotated[
        str | None, typer.Option(help="habits of the rings, by commas 团伙手法，逗号分隔")
    ] = None,
) -> None:
    """Make a town to practise on, with the truth beside it. 生成模拟城镇及其真相。"""
    from duanka.jobs.simulate import simulate as job

    job(out, people=people, days=days, seed=seed, habits=parts(habits), say=progress())


@app.command("import", short_help="read files of a foreign layout 导入外部版式")
def import_(
    layout: Annotated[str, typer.Argument(help="name of the layout, or its YAML file 版式")],
    files: Annotated[list[Path], typer.Argument(help="the files to read 待导入文件")],
    out: Out,
) -> None:
    """Turn files of a foreign LAYOUT into a folder that `run` can read. 导入外部版式。"""
    settings = settings_of(None)
    from duanka.jobs.import_layout import import_layout as job

    job(layout, files, out, settings=settings, say=progress())


@app.command(short_help="learn a model from labels 训练模型")
def train(
    data: Data,
    out: Out,
    as_of: AsOf = None,
) -> None:
    """Learn a model from the labels of DATA, write it to OUT. 用已有标签训练模型。"""
    settings = settings_of(None)
    from duanka.jobs.train import train as job

    job(data, out, as_of=as_of, settings=settings, say=progress())


@app.command("train-default", short_help="make the models that ship 训练随附模型")
def train_default(
    out: Out,
    *,
    towns: Annotated[int, typer.Option(min=1, help="how many towns to learn from 城镇数")] = 10,
    people: Annotated[int, typer.Option(help="how many people a town has 每镇人数")] = 8000,
    rings: Annotated[int, typer.Option(min=1, help="how many rings a town has 每镇团伙数")] = 7,
    seed: Annotated[int, typer.Option(help="the first town's seed 首镇随机种子")] = 1000,
    habits: Annotated[
        str | None, typer.Option(help="habits of the rings, by commas 团伙手法，逗号分隔")
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(help="subjects to learn, by commas; all of them if left out 只学这些对象"),
    ] = None,
) -> None:
    """Learn the models that come with the product from simulated towns. 以模拟城镇训练随附模型。"""
    settings = settings_of(None)
    from duanka.jobs.train_default import Practice, subjects_of
    from duanka.jobs.train_default import train_default as job
    from duanka.simulate.world import ALL_HABITS

    practice = Practice(towns, people, rings, parts(habits) or ALL_HABITS, seed, subjects_of(only))
    job(practice, out, threads=settings.threads, say=progress())


@app.command(short_help="compare judgements with the truth 评估质量")
def evaluate(
    out: Annotated[Path, typer.Argument(help="what `run` wrote 评判结果文件夹")],
    truth: Annotated[Path, typer.Option(help="truth folder or label table 真相或标签")],
) -> None:
    """Say how good the judgements in OUT were, against the TRUTH. 评估评判质量。"""
    settings = settings_of(None)
    from duanka.jobs.evaluate import evaluate as job
    from duanka.models.evaluate import text_table

    for subject, found in job(out, truth, settings=settings, say=progress()).items():
        typer.echo(f"\n{subject}\n{text_table(found)}")


@policy_app.command("check", short_help="load every rule, run the examples 检查规则")
def policy_check(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="further policy folders 另加政策文件夹")
    ] = None,
) -> None:
    """Load every rule and run its worked examples. 载入规则并运行例题。"""
    settings = settings_of(None)
    from duanka.jobs.policy_check import policy_check as job

    job(folders or [], settings=settings, say=progress())


@policy_app.command("show", short_help="the rules in force on a day 某日有效规则")
def policy_show(
    day: Annotated[str, typer.Option(help="a calendar day, 2026-11-23 日期")],
    policy: Policies = None,
) -> None:
    """Print the rules in force on a day. 列出某日有效的规则。"""
    settings = settings_of(policy)
    from duanka.jobs.policy_show import policy_show as job

    typer.echo("\n".join(job(day, settings=settings)))


cases.add(app)
console.add(app)
governance.add(app)
leads.add(app)
networks.add(app)
live.add(app)
challenger.add(app)
web.add(app)


def _discipline_of(
    ledger: str | None, keys: Path | None
) -> Callable[[datetime], pl.DataFrame] | None:
    """What tells a run who stands under discipline; None without a ledger to ask."""
    if ledger is None:
        return None
    from functools import partial

    from duanka.jobs.disciplined import known_discipline
    from duanka.verbs.ledger_options import now

    return partial(known_discipline, ledger, keys, now=now())


def _show_run(out: Path) -> None:
    """Prints how many cards fell into which tier, how many faults were found, and where to look."""
    import polars as pl

    score = _table(out, "score")
    if score is not None:
        kinds = score.select(pl.col("card_kind", "tier").cast(pl.String))
        got = {(k, t): n for k, t, n in kinds.group_by("card_kind", "tier").len().collect().rows()}
        tiers = ("normal", "suspicious", "high_risk")
        typer.echo(f"{'card_kind':<12}" + "".join(f"{tier:>12}" for tier in tiers))
        for kind in ("account", "sim"):
            typer.echo(f"{kind:<12}" + "".join(f"{got.get((kind, t), 0):>12,}" for t in tiers))
    rejects = _table(out, "rejects")
    if rejects is not None and (count := rejects.select(pl.len()).collect().item()):
        typer.echo(f"faults in the records 记录中的错误: {count:,} (rejects)")
    report = out / "report.html"
    if report.exists():
        typer.echo(f"report 报告: {report}")


def _table(out: Path, name: str) -> pl.LazyFrame | None:
    import polars as pl

    if (path := out / f"{name}.parquet").exists():
        return pl.scan_parquet(path)
    if (path := out / f"{name}.csv").exists():
        return pl.scan_csv(path, infer_schema=False)
    return None


def main() -> None:
    """Runs the verb that was typed; a fault becomes a message and exit code 2, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a C locale must not turn a Chinese letter into a fault
            stream.reconfigure(errors="backslashreplace")
    if not os.environ.get("DUANKA_DEBUG"):  # a library's advice to programmers is not for a clerk
        warnings.simplefilter("ignore")
    try:
        asked(app, sys.argv[1:])()
    except SystemExit:
        raise
    except KeyboardInterrupt:
        _fail("stopped 已中断", code=130)
    except BaseException as error:  # noqa: BLE001 - a panic of a native library is no Exception
        if os.environ.get("DUANKA_DEBUG"):
            import traceback

            traceback.print_exc()
        _fail(_words(error), code=2)


def _words(error: BaseException) -> str:
    from duanka.errors import DuankaError

    if isinstance(error, DuankaError):
        return f"{type(error).__name__}: {error}"
    if isinstance(error, OSError) and error.strerror:
        return (
            f"the machine refused 系统拒绝: {error.strerror}\n  where: {error.filename or '-'}\n"
            "  what to do: see that the place exists, may be written to and has room"
        )
    first = (str(error).splitlines() or [""])[0][:200]
    return (
        f"sorry, duanka itself is at fault 抱歉，程序出错: {type(error).__name__}: {first}\n"
        "  what to do: run it again with DUANKA_DEBUG=1 and open an issue with what it prints"
    )


def _fail(message: str, *, code: int) -> None:
    typer.echo(message, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
