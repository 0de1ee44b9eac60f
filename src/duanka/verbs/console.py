"""The verb of the console: pages for people on what a run found; the users who may enter are beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duanka.verbs import users
from duanka.verbs.ledger_options import At, Keys, counts, now, opened, rules, viewer_of
from duanka.verbs.options import Policies, progress, settings_of

if TYPE_CHECKING:
    from duanka.policy.dated import Policy
    from duanka.store.ledger import Ledger


def add(app: typer.Typer) -> None:
    """Nothing; the verbs are there."""
    app.command(short_help="pages for people, on this machine 操作台")(console)
    users.add(app)


def console(
    out: Annotated[Path, typer.Argument(help="what `run` wrote 评判结果文件夹")],
    *,
    data: Annotated[Path | None, typer.Option(help="the folder that was judged 原始数据")] = None,
    ledger: At = None,
    keys: Keys = None,
    policy: Policies = None,
    host: Annotated[str, typer.Option(help="address to listen at 监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port; 0 takes a free one 端口")] = 8701,
    candidate: Annotated[
        list[Path] | None,
        typer.Option(
            help="a policy folder that may be adopted, to compare; may be repeated 候选政策"
        ),
    ] = None,
    beside: Annotated[
        Path | None,
        typer.Option(help="what another model or policy found in the same data 影子评判"),
    ] = None,
    door: Annotated[
        Path | None, typer.Option(help="folder of a live door, for its challenger 实时服务文件夹")
    ] = None,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help="open cases and make a user of each role, in OUT/demo.db if no ledger is named 演示",
        ),
    ] = False,
) -> None:
    """Show what a run found and what was done, as pages in a browser. 操作台。"""
    from duanka.web import serving
    from duanka.web.console import Unheard, make_console
    from duanka.web.findings import Findings

    settings, book = opened(_ledger_of(out, ledger, policy) if demo else ledger, keys, policy)
    in_force = rules(settings)
    if demo:
        _demo(book)
        _demo_cases(book, in_force, out, data)
    unheard = Unheard(
        rules(settings_of([*(policy or []), *candidate])) if candidate else None,
        Findings(beside, None) if beside else None,
        door,
    )
    app = make_console(Findings(out, data), book, in_force, clock=now, unheard=unheard)
    place = serving.Place(host, port, None, None)
    with serving.listen(place) as listener:
        where = serving.address(listener, place)
        server = serving.server_of(
            app, place, announce=lambda: typer.echo(f"console 操作台: {where}")
        )
        serving.serve(server, listener)


def _ledger_of(out: Path, ledger: str | None, policy: list[Path] | None) -> str | None:
    """The ledger that was named, or the demonstration's own beside the findings."""
    named = ledger or settings_of(policy).ledger
    return named or (str(out / "demo.db") if out.is_dir() else None)


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
            typer.echo(f"{name}: there already, with the password said then 已存在，口令不变")
        else:
            typer.echo(f"{name}: {word}")


def _demo_cases(book: Ledger, policy: Policy, out: Path, data: Path | None) -> None:
    """Opens what the run found as cases, once."""
    from duanka.jobs.open_cases import Judged, open_cases
    from duanka.store.ledger import SYSTEM, Wanted

    at = now()
    with book.read(SYSTEM, at=at) as desk:
        if desk.count(Wanted("case")):
            return
    counts(open_cases(Judged(out, data), book, policy, now=at, say=progress()))
