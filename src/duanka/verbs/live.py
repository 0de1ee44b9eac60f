"""Verbs of the live door without its web server: consume a stream, recompute what was served."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import parse_qs, urlsplit

import typer

from duanka.errors import BadInput
from duanka.verbs.options import Policies, progress, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from duanka.intercept.hot_path import Judges
    from duanka.intercept.stream import Source, Tally
    from duanka.settings import Settings

Folder = Annotated[
    Path, typer.Option("--folder", help="the door's own folder: log and snapshots 门的文件夹")
]
Model = Annotated[
    Path | None, typer.Option("--model", help="answer with this model folder 指定模型")
]


def add(app: typer.Typer) -> None:
    """Nothing; the verbs are there."""
    app.command(short_help="answer a stream of events 处理事件流")(consume)
    app.command(short_help="recompute what was answered 复算已作答复")(backtest)
    app.command(short_help="how often whom the gate refused 分群体统计拒绝率")(refusals)


def consume(
    source: Annotated[
        str,
        typer.Argument(
            help="FILE, tcp://HOST:PORT, unix:PATH, or kafka://BROKER,BROKER/TOPIC?group=NAME 来源"
        ),
    ],
    folder: Folder,
    *,
    warm: Annotated[
        Path | None, typer.Option(help="fill an empty door from this dataset 用历史数据预热")
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(help="also append every answer to this file 答复另存文件")
    ] = None,
    model: Model = None,
    policy: Policies = None,
) -> None:
    """Answer the events of SOURCE, one JSON object a line or message. 处理事件流并作答复。"""
    settings = settings_of(policy)
    from duanka.intercept.opening_up import open_door
    from duanka.intercept.stream import consume as job

    judges = _judges(settings, model)
    with open_door(folder, judges, warm=warm, say=progress()) as door:
        found = _source(source, folder, answers)
        try:
            tally = job(door, found)
        finally:
            found.close()
    _show(tally, folder)


def backtest(
    served: Annotated[Path, typer.Option("--served", help="a door's folder 门的文件夹")],
    model: Model = None,
    most: Annotated[int, typer.Option(min=0, help="stop after so many events; 0: all 最多")] = 0,
    policy: Policies = None,
) -> None:
    """Recompute every vector that was answered, from the log alone. 从日志复算每个已答复的特征向量。"""
    settings = settings_of(policy)
    from duanka.intercept.served import recompute
    from duanka.jobs.backtest import text_of

    found = recompute(served, _judges(settings, model), most=most, say=progress())
    typer.echo(text_of(found.rows()))
    if found.wrong:
        raise typer.Exit(1)


def refusals(
    folder: Folder,
    *,
    people: Annotated[
        Path | None,
        typer.Option(
            help="dataset folder with person and outlet, beside the log's own 人员与网点数据"
        ),
    ] = None,
    purpose: Annotated[str, typer.Option(help="what this look is for; it is logged 查询目的")],
) -> None:
    """Count how often the gate refused or asked more of groups, to find harm. 分群体统计开卡答复，只用于发现误伤。"""
    from duanka.intercept.refusals import rates, text_of
    from duanka.intercept.warming import events_of, read_frames
    from duanka.web.access_log import AccessLog
    from duanka.web.opened import web_folder

    if not 3 <= len(purpose.strip()) <= 200 or not purpose.isprintable():
        raise BadInput("a purpose that says nothing", where="--purpose", fix="3 to 200 letters")
    log = AccessLog(web_folder(folder))
    log.write("duanka refusals", "asked", purpose=purpose.strip())
    log.close()
    frames = read_frames(people) if people is not None else {}
    register = {name: frame for name, frame in frames.items() if name in {"person", "outlet"}}
    typer.echo(text_of(rates(folder, events_of(register), say=progress())))


def _judges(settings: Settings, model: Path | None) -> Judges:
    from duanka.intercept.events import ANSWERED
    from duanka.intercept.opening_up import judges_of
    from duanka.jobs.judges import default_folder, load_judge
    from duanka.policy.dated import load

    models = {}
    for one in ANSWERED:
        own = model is not None and (model / one).is_dir()
        place = model if own and model is not None else default_folder()
        models[one] = load_judge(place, one, "given" if own else "default").model  # type: ignore[arg-type]
    return judges_of(load([Path(one) for one in settings.policy_folders]), models)


def _until_told() -> Callable[[], bool]:
    """Whether the process was told to stop; the first signal lets the batch at hand end."""
    import signal
    import threading

    told = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: told.set())
    return told.is_set


def _source(source: str, folder: Path, answers: Path | None) -> Source:
    from duanka.intercept.stream import Aside

    parts = urlsplit(source)
    if parts.scheme == "kafka":
        return _kafka(source)
    aside = Aside(folder / "rejects.ndjson", answers, source)
    if parts.scheme in {"tcp", "unix"}:
        from duanka.intercept.from_socket import SocketSource

        address: str | tuple[str, int] = source.removeprefix("unix:")
        if parts.scheme == "tcp":
            if not parts.hostname or parts.port is None:
                raise _odd(source)
            address = (parts.hostname, parts.port)
        found = SocketSource(address, aside, stopped=_until_told())
        typer.echo(f"listening 正在监听: {found.address}", err=True)
        return found
    from duanka.intercept.from_file import FileSource

    return FileSource(Path(source), aside, marks=folder / "consumed.json")


def _kafka(source: str) -> Source:
    from duanka.intercept.from_kafka import KafkaSource, Topics

    parts = urlsplit(source)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    topic = parts.path.strip("/")
    if not parts.netloc or not topic:
        raise _odd(source)
    topics = Topics(topic, asked.pop("rejects", f"{topic}.rejects"), asked.pop("answers", None))
    config = {"bootstrap.servers": parts.netloc, "group.id": asked.pop("group", "duanka")}
    return KafkaSource({**config, **asked}, topics, stopped=_until_told())


def _odd(source: str) -> BadInput:
    return BadInput(
        "the source is not understood",
        where=source,
        fix="give FILE, tcp://HOST:PORT, unix:PATH or kafka://BROKER/TOPIC?group=NAME",
    )


def _show(tally: Tally, folder: Path) -> None:
    typer.echo(
        f"read 读取 {tally.read:,}, taken 接收 {tally.taken:,}, repeated 重复 {tally.repeated:,}, "
        f"refused 拒绝 {tally.refused:,}"
    )
    for (kind, answer), count in sorted(tally.answers.items()):
        typer.echo(f"{kind:<10}{answer:<20}{count:>12,}")
    if tally.refused:
        typer.echo(f"refused events 被拒绝的事件: {folder / 'rejects.ndjson'}")
