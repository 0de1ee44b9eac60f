"""The verb of the console: pages for people on what a run found, and the users who may enter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duanka.verbs.ledger_options import At, Keys, now, opened, rules, viewer_of
from duanka.verbs.options import Policies

if TYPE_CHECKING:
    from duanka.store.ledger import Ledger

Institutions = Annotated[
    list[str] | None, typer.Option("--institution", help="whose records; default all 机构范围")
]
Regions = Annotated[
    list[str] | None, typer.Option("--region", help="of which districts; default all 地区范围")
]


def add(app: typer.Typer) -> None:
    """Nothing; the verbs are there."""
    app.command(short_help="pages for people, on this machine 操作台")(console)
    user = typer.Typer(
        help="who may enter the console 用户", no_args_is_help=True, rich_markup_mode=None
    )
    user.command("add", short_help="somebody may enter from now on 新增用户")(user_add)
    app.add_typer(user, name="user")


def console(
    out: Annotated[Path, typer.Argument(help="what `run` wrote 评判结果文件夹")],
    *,
    data: Annotated[Path | None, typer.Option(help="the folder that was judged 原始数据")] = None,
    ledger: At = None,
    keys: Keys = None,
    policy: Policies = None,
    host: Annotated[str, typer.Option(help="address to listen at 监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port; 0 takes a free one 端口")] = 8701,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="make a user of each role, and say their passwords 演示用户"),
    ] = False,
) -> None:
    """Show what a run found and what was done, as pages in a browser. 操作台。"""
    from duanka.web import serving
    from duanka.web.console import make_console
    from duanka.web.findings import Findings

    settings, book = opened(ledger, keys, policy)
    if demo:
        _demo(book)
    app = make_console(Findings(out, data), book, rules(settings), clock=now)
    place = serving.Place(host, port, None, None)
    with serving.listen(place) as listener:
        where = serving.address(listener, place)
        server = serving.server_of(
            app, place, announce=lambda: typer.echo(f"console 操作台: {where}")
        )
        serving.serve(server, listener)


def _demo(book: Ledger) -> None:
    """Makes a user of each role with a password made on the spot; those that are there keep theirs."""
    import secrets

    from duanka.errors import BadInput
    from duanka.web.people import ROLES, add_user

    for name in (*ROLES, "officer_2"):
        word = secrets.token_urlsafe(12)
        who = viewer_of(name, [name.removesuffix("_2")], None, None)
        try:
            add_user(book, who, word, at=now())
        except BadInput:
            typer.echo(f"{name}: there already 已存在")
        else:
            typer.echo(f"{name}: {word}")


def user_add(
    name: Annotated[str, typer.Argument(help="by which they enter 用户名")],
    role: Annotated[list[str], typer.Option("--role", help="may be repeated 角色")],
    *,
    institution: Institutions = None,
    region: Regions = None,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="ask for a code as well 启用动态验证码")
    ] = False,
    ledger: At = None,
    keys: Keys = None,
) -> None:
    """Let somebody enter; their password is asked for, or read from standard input. 新增用户。"""
    import pyotp

    from duanka.web.people import add_user

    _, book = opened(ledger, keys, None)
    word = typer.prompt("password 口令", hide_input=True)
    secret = pyotp.random_base32() if second_factor else ""
    add_user(book, viewer_of(name, role, institution, region), word, at=now(), secret=secret)
    typer.echo(f"added 已新增: {name}")
    if secret:
        typer.echo(f"second factor 动态验证码密钥: {secret}")
