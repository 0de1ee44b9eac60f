"""Verbs of the door for people and their programs: serve, keys, and a client that streams a town at it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duanka.verbs.options import Data, Policies, progress, settings_of

if TYPE_CHECKING:
    from duanka.models.model import Model
    from duanka.web.client import Tally

Folder = Annotated[
    Path, typer.Option("--folder", help="the server's own folder: log, snapshots, keys 服务文件夹")
]


def add(app: typer.Typer) -> None:
    """Nothing; the verbs are there."""
    app.command(short_help="answer events while they happen 实时应答")(serve)
    app.command(short_help="send a dataset to a server 向服务推送数据")(stream)
    key = typer.Typer(help="keys of programs 程序密钥", no_args_is_help=True, rich_markup_mode=None)
    key.command("add", short_help="make a key, shown once 新建密钥")(key_add)
    key.command("list", short_help="every key, never its secret 列出密钥")(key_list)
    key.command("revoke", short_help="close a key at once 立即吊销")(key_revoke)
    app.add_typer(key, name="key")


def serve(
    folder: Folder,
    *,
    warm: Annotated[
        Path | None, typer.Option(help="fill an empty state from this dataset 用历史数据预热")
    ] = None,
    host: Annotated[str, typer.Option(help="address to listen at 监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port; 0 takes a free one 端口")] = 8700,
    model: Annotated[
        Path | None, typer.Option(help="answer with this model folder 指定模型")
    ] = None,
    policy: Policies = None,
    challenger: Annotated[
        Path | None, typer.Option(help="a model folder that answers unheard 挑战者模型")
    ] = None,
    challenger_policy: Annotated[
        list[Path] | None,
        typer.Option(help="a policy folder that answers unheard; may be repeated 挑战者政策"),
    ] = None,
    cert: Annotated[Path | None, typer.Option(help="TLS certificate, PEM 证书")] = None,
    key_file: Annotated[Path | None, typer.Option(help="its private key, PEM 私钥")] = None,
) -> None:
    """Answer transfers, calls and applications while they happen, over HTTP. 实时应答转账、通话与申请。"""
    settings = settings_of(policy)
    from duanka.intercept.opening_up import judges_of, open_door
    from duanka.policy.dated import load
    from duanka.web import opened, serving

    place = serving.Place(host, port, cert, key_file)
    with serving.listen(place) as listener:
        folders = [Path(one) for one in settings.policy_folders]
        rules = load(folders)
        judges, unheard = judges_of(rules, _models(model)), None
        if challenger is not None or challenger_policy:
            others = load([*folders, *(challenger_policy or [])])
            unheard = judges_of(others, _models(challenger or model))
        with open_door(folder, judges, warm=warm, challenger=unheard, say=progress()) as door:
            app = opened.open_app(folder, door, policy=rules)
            where = serving.address(listener, place)
            server = serving.server_of(
                app, place, announce=lambda: typer.echo(f"listening 正在监听: {where}")
            )
            serving.serve(server, listener)
    typer.echo("stopped; all that was taken is on disk 已停止，数据已落盘", err=True)


def _models(folder: Path | None) -> dict[str, Model]:
    """The models of all that is answered: the folder's, and the default where it has none."""
    from duanka.errors import BadModel
    from duanka.intercept.events import ANSWERED
    from duanka.jobs.judges import default_folder, load_judge

    if folder is not None and not any((folder / one).is_dir() for one in ANSWERED):
        raise BadModel(
            f"the folder holds no model of {', '.join(ANSWERED)}",
            where=str(folder),
            fix="name the folder that `duanka train` wrote, or leave out the option",
        )
    found = {}
    for one in ANSWERED:
        own = folder is not None and (folder / one).is_dir()
        place = folder if own and folder is not None else default_folder()
        found[one] = load_judge(place, one, "given" if own else "default").model  # type: ignore[arg-type]
    return found


def key_add(
    name: Annotated[str, typer.Argument(help="whose key it is 用途或持有方")],
    folder: Folder,
    scope: Annotated[list[str], typer.Option(help="what it is for; may be repeated 权限范围")],
    per_second: Annotated[
        int, typer.Option(min=1, help="events a second it may send 每秒上限")
    ] = 200_000,
) -> None:
    """Make a key and show it, this once. 新建密钥，仅显示一次。"""
    from duanka.web import keys, opened

    token, key = keys.add(
        opened.web_folder(folder), name, scopes=scope, now=_now(), per_second=per_second
    )
    typer.echo(token)
    typer.echo(
        f"key {key.key_id} for {', '.join(key.scopes)}; it is not kept and not shown again "
        "密钥不留存，也不再显示",
        err=True,
    )


def key_list(folder: Folder) -> None:
    """List every key: its id, whose it is, what for, and whether it is in force. 列出全部密钥。"""
    from duanka.web import keys, opened

    for one in keys.listed(opened.web_folder(folder)):
        state = f"revoked {one.revoked_at}" if one.revoked_at else "in force"
        scopes = ",".join(one.scopes)
        typer.echo(
            f"{one.key_id}  {state}  {scopes}  {one.per_second}/s  {one.made_at}  {one.name}"
        )


def key_revoke(
    key_id: Annotated[str, typer.Argument(help="the id that `list` shows 密钥编号")],
    folder: Folder,
) -> None:
    """Close a key at once, in a running server too. 立即吊销密钥。"""
    from duanka.web import keys, opened

    gone = keys.revoke(opened.web_folder(folder), key_id, now=_now())
    typer.echo(f"key {gone.key_id} opens nothing since 已吊销 {gone.revoked_at}")


def stream(
    data: Data,
    *,
    url: Annotated[str, typer.Option(help="the server 服务地址")] = "http://127.0.0.1:8700",
    key: Annotated[str, typer.Option(envvar="DUANKA_KEY", help="a key with events:write 密钥")],
    batch: Annotated[int, typer.Option(min=1, max=10_000, help="events a request 每批数量")] = 64,
    since: Annotated[
        str | None, typer.Option(help="only what became known from this instant on 起始时点")
    ] = None,
    most: Annotated[int | None, typer.Option(min=1, help="stop after so many 最多条数")] = None,
) -> None:
    """Send the rows of DATA to a server in the order of time, show what it answers. 按时间顺序推送数据。"""
    import tempfile
    from itertools import islice

    from duanka.jobs.load import load
    from duanka.web import client, timeline

    settings, say = settings_of(None), progress()
    with tempfile.TemporaryDirectory(prefix="duanka-stream-") as room:
        loaded = load(data, Path(room), settings=settings, say=say)
        begin = None if since is None else timeline.instant(since)
        total = min(timeline.count(loaded, since=begin), most or 10**18)
        lines = islice(timeline.lines(loaded, since=begin), most)
        with say.stage("推送 streaming"):
            tally = client.stream(
                lines, url, key, batch=batch, seen=lambda t: say.advance(t.sent, total)
            )
    _show(tally)


def _show(tally: Tally) -> None:
    """Prints how fast answers came, what they were, and what was stopped."""
    spent = sum(tally.batch_s) or 1e-9
    waits = sorted(tally.batch_s) or [0.0]
    typer.echo(
        f"{tally.sent:,} events in {spent:.1f} s: {tally.sent / spent:,.0f} a second; a batch took "
        f"{1e3 * waits[len(waits) // 2]:.1f} ms (median), {1e3 * waits[int(len(waits) * 0.99)]:.1f} ms (p99)"
    )
    typer.echo(
        f"taken note of 记录 {tally.taken:,} · refused 拒收 {tally.refused:,} · again 重复 "
        f"{tally.duplicates:,} · by policy, late 超时 {tally.late:,} · told to wait 等待 {tally.waits:,}"
    )
    for (kind, answer), count in sorted(tally.answers.items()):
        typer.echo(f"{kind:<10}{answer:<22}{count:>12,}")
    if tally.stopped:
        typer.echo("stopped 拦下:")
    for (kind, answer, because), count in tally.stopped.most_common():
        yuan = tally.stopped_fen[kind, answer, because] / 100
        money = f"{yuan:>18,.2f} yuan" if yuan else ""
        typer.echo(f"  {kind:<10}{answer:<22}{because:<26}{count:>10,}{money}")
    for fault, count in tally.faults.most_common(5):
        typer.echo(f"  refused 拒收 {count:,}: {fault}")


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat(timespec="seconds")
