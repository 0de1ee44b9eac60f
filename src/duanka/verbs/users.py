"""Verbs of users: who one is, who may enter and as what; each change is an act of a security officer, with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from duanka.verbs.ledger_options import At, Because, Keys, User, now, opened, viewer_of
from duanka.verbs.seat import NOBODY, Claim, Code, PasswordFile, Seat, password, seated, who

if TYPE_CHECKING:
    from duanka.store.ledger import Ledger, Record, Viewer

SECURITY = ("security",)
Name = Annotated[str, typer.Argument(help="by which they enter 用户名")]
As = Annotated[list[str], typer.Option("--role", help="may be repeated 角色")]
Institutions = Annotated[
    list[str] | None, typer.Option("--institution", help="whose records; default all 机构范围")
]
Regions = Annotated[
    list[str] | None, typer.Option("--region", help="of which districts; default all 地区范围")
]
Second = Annotated[
    bool, typer.Option("--second-factor", help="ask for a code as well 启用动态验证码")
]


def add(app: typer.Typer) -> None:
    """Nothing; the verbs are there."""
    app.command(short_help="who one is here, and what one may 我是谁")(whoami)
    inside = typer.Typer(
        help="who may enter, and as what 用户", no_args_is_help=True, rich_markup_mode=None
    )
    inside.command("add", short_help="somebody may enter from now on 新增用户")(user_add)
    inside.command("list", short_help="who may enter 列出用户")(user_list)
    inside.command("grant", short_help="other roles and scopes 变更权限")(user_grant)
    inside.command("disable", short_help="may enter no longer 停用")(user_disable)
    inside.command("enable", short_help="may enter again 启用")(user_enable)
    inside.command("unlock", short_help="after wrong passwords 解锁")(user_unlock)
    inside.command("reset", short_help="a new password, said once 重置口令")(user_reset)
    app.add_typer(inside, name="user")


@seated("somebody asks who they are", others=("unit",))
def whoami(seat: Seat) -> None:
    """Say who acts here, in which roles and over whose records. 当前身份与权限。"""
    _say(seat.viewer, "active")


def user_add(
    name: Name,
    role: As,
    *,
    institution: Institutions = None,
    region: Regions = None,
    second_factor: Second = False,
    user: User = NOBODY,
    password_file: PasswordFile = None,
    code: Code = "",
    ledger: At = None,
    keys: Keys = None,
) -> None:
    """Let somebody enter. The first password is asked for; a security officer, once there is one, is told a made one. 新增用户。"""
    import pyotp

    from duanka.web import people, tenure

    _, book = opened(ledger, keys, None)
    new = viewer_of(name, role, institution, region)
    if _has_security_officer(book):
        claim = Claim(user, (), (), ())
        by = who(book, claim, (), password_file=password_file, code=code)
        with book.desk(by, at=now(), purpose="add a user") as desk:
            word, secret = tenure.add(desk, new, second_factor=second_factor)
    else:
        word, secret = password(password_file), pyotp.random_base32() if second_factor else ""
        people.add_user(book, new, word, at=now(), secret=secret)
        word = ""
    typer.echo(f"added 已新增: {name}")
    _say_once(word, secret)


@seated("a look at users", only=("security", "administrator", "auditor"))
def user_list(seat: Seat) -> None:
    """List users, their standing, roles and scopes. 列出用户。"""
    from duanka.web import tenure
    from duanka.web.people import user_of

    after = ""
    with seat.see() as desk:
        while found := tenure.everybody(desk, after=after):
            for one in found:
                told = user_of(one)
                _say(told.viewer, _standing(one), second=told.second_factor)
            after = found[-1].id


@seated("a user is changed", only=SECURITY)
def user_grant(
    seat: Seat,
    name: Name,
    role: As,
    *,
    because: Because,
    institution: Institutions = None,
    region: Regions = None,
) -> None:
    """Give a user exactly these roles and scopes from the next time they enter. 变更用户权限。"""
    from duanka.web import tenure
    from duanka.web.people import user_of

    with seat.act() as desk:
        after = tenure.grant(desk, viewer_of(name, role, institution, region), because)
    _say(user_of(after).viewer, _standing(after))


@seated("a user is changed", only=SECURITY)
def user_disable(seat: Seat, name: Name, *, because: Because) -> None:
    """Let a user enter no longer. 停用用户。"""
    _moved(seat, name, "disable", because)


@seated("a user is changed", only=SECURITY)
def user_enable(seat: Seat, name: Name, *, because: Because) -> None:
    """Let a user enter again. 启用用户。"""
    _moved(seat, name, "enable", because)


@seated("a user is changed", only=SECURITY)
def user_unlock(seat: Seat, name: Name, *, because: Because) -> None:
    """Let a user try again at once after too many wrong passwords. 解锁用户。"""
    from duanka.web import tenure

    with seat.act() as desk:
        after = tenure.unlock(desk, name, because)
    typer.echo(f"{after.id}  {_standing(after)}")


@seated("a user is changed", only=SECURITY)
def user_reset(seat: Seat, name: Name, *, because: Because, second_factor: Second = False) -> None:
    """Make a user a new password and, if asked for, a new second factor; both are said once. 重置口令。"""
    from duanka.web import tenure

    with seat.act() as desk:
        word, secret = tenure.reset(desk, name, because, second_factor=second_factor)
    _say_once(word, secret)


def _moved(seat: Seat, name: str, act: str, because: str) -> None:
    from duanka.web import tenure

    with seat.act() as desk:
        after = tenure.move(desk, name, act, because)
    typer.echo(f"{after.id}  {_standing(after)}")


def _has_security_officer(book: Ledger) -> bool:
    from duanka.store.ledger import SYSTEM, Wanted

    with book.read(SYSTEM, at=now()) as desk:
        found = desk.each(Wanted("user", states=("active",)))
        return any("security" in one.body["roles"] for one in found)


def _standing(one: Record) -> str:
    locked = str(one.body.get("locked_until") or "") > now().isoformat()
    return f"{one.state}, locked 已锁定" if locked else one.state


def _say(viewer: Viewer, standing: str, *, second: bool | None = None) -> None:
    told = (
        f"roles 角色 {','.join(viewer.roles)}",
        f"institutions 机构 {','.join(viewer.institutions)}",
        f"regions 地区 {','.join(viewer.regions)}",
    )
    factor = "" if second is None else f"  second factor 动态验证码 {'yes' if second else 'no'}"
    typer.echo(f"{viewer.user_id}  {standing}  {'  '.join(told)}{factor}")


def _say_once(word: str, secret: str) -> None:
    if word:
        typer.echo(f"password, said once 口令，仅显示一次: {word}")
    if secret:
        typer.echo(f"second factor 动态验证码密钥: {secret}")
