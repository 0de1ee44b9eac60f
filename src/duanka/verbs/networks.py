"""Verbs of networks and of traced money: `network` and `trace`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duanka.verbs.ledger_options import At, Keys, User, now, opened, viewer_of
from duanka.verbs.options import AsOf, Policies, progress, settings_of

if TYPE_CHECKING:
    from duanka.jobs.look import Known
    from duanka.jobs.pictures.view import View
    from duanka.settings import Settings
    from duanka.store.ledger import Ledger

DataFolder = Annotated[Path, typer.Option("--data", help="folder of records 数据文件夹")]
Html = Annotated[Path | None, typer.Option(help="write a picture to this file 输出图页")]
Bundle = Annotated[Path | None, typer.Option(help="write an evidence bundle, a zip 输出证据包")]
Purpose = Annotated[
    str | None,
    typer.Option(
        help="what it is for; needed for a picture or bundle, and where a ledger is named 用途"
    ),
]


class How(StrEnum):
    """How lost money is told apart from an account's other money."""

    FIFO = "fifo"
    PRO_RATA = "pro_rata"


def add(app: typer.Typer) -> None:
    """Nothing; the verbs are there."""
    app.command(short_help="show a network 查看团伙")(network)
    app.command(short_help="follow lost money 追踪资金")(trace)


def network(
    network_id: Annotated[str, typer.Argument(metavar="ID", help="a network of the run, or `all`")],
    *,
    run: Annotated[Path, typer.Option(help="folder that a run wrote 运行输出文件夹")],
    data: Annotated[
        Path | None, typer.Option(help="the records that it judged 其数据文件夹")
    ] = None,
    html: Html = None,
    bundle: Bundle = None,
    purpose: Purpose = None,
    ledger: At = None,
    keys: Keys = None,
    user: User = "command",
    policy: Policies = None,
) -> None:
    """Show a network of a run: its tree, its members, its picture. 查看一个团伙。"""
    settings = settings_of(policy)
    from duanka.errors import BadInput
    from duanka.jobs import look

    if network_id == "all":
        _show_all(run)
        return
    if data is None:
        raise BadInput(
            "the ties of a network are in the records",
            where="--data",
            fix="name the folder of records that the run judged",
        )
    _purpose_for(html, bundle, purpose)
    book = _book(ledger, keys, settings)
    seen = look.look_at_network(network_id, run, data, settings=settings, say=progress())
    _logged(book, user, purpose, {"what": "network", "of": network_id, "act": _act(html, bundle)})
    _tell(seen, html, bundle, {"purpose": purpose or "", "run": run.name})


def trace(
    lead_id: Annotated[
        str, typer.Argument(metavar="LEAD", help="a lead, or an account with --card or --back")
    ],
    data: DataFolder,
    *,
    card: Annotated[
        bool, typer.Option("--card", help="LEAD is an account that got the loss 直接指定账户")
    ] = False,
    back: Annotated[
        bool, typer.Option("--back", help="LEAD is an account: where its money came from 反向追踪")
    ] = False,
    loss_fen: Annotated[int | None, typer.Option(help="the loss, in fen 损失金额（分）")] = None,
    how: Annotated[How, typer.Option(help="first in first out, or pro rata 归属方式")] = How.FIFO,
    hops: Annotated[int, typer.Option(min=1, help="how many hops 最多层级")] = 6,
    days: Annotated[int, typer.Option(min=1, help="how far back a loss may lie 回看天数")] = 30,
    as_of: AsOf = None,
    html: Html = None,
    bundle: Bundle = None,
    purpose: Purpose = None,
    ledger: At = None,
    keys: Keys = None,
    user: User = "command",
) -> None:
    """Follow the money of a loss forward, or of an account backward, to the fen. 逐笔追踪资金。"""
    settings = settings_of(None)
    _purpose_for(html, bundle, purpose)
    book = _book(ledger, keys, settings)
    from duanka.jobs import look
    from duanka.network.trace import TraceSettings

    base = look.known(data, as_of=as_of, settings=settings, say=progress())
    far = TraceSettings(max_hops=hops, horizon_days=days, attribution=how.value)
    if back:
        seen = look.look_behind(lead_id, base, settings=far)
    elif card:
        seen = look.look_at_card(lead_id, base, loss_fen=loss_fen, settings=far)
    else:
        seen = look.look_at_lead(lead_id, base, settings=far)
    of = "account" if back or card else "lead"
    _logged(book, user, purpose, {"what": of, "of": lead_id, "act": _act(html, bundle)})
    _tell(seen, html, bundle, {"purpose": purpose or "", "how": how.value, **_about(base)})


def _about(base: Known) -> dict[str, str]:
    return {"as_of": base.as_of.isoformat(), "policy_version": base.regime.policy.version}


def _show_all(run: Path) -> None:
    from duanka.jobs.look import listed
    from duanka.jobs.pictures.view import in_columns

    found = listed(run)
    for line in in_columns(found.columns, [[str(cell) for cell in row] for row in found.rows()]):
        typer.echo(line)


def _purpose_for(html: Path | None, bundle: Path | None, purpose: str | None) -> None:
    from duanka.errors import BadInput

    if (html or bundle) and not (purpose or "").strip():
        raise BadInput(
            "an export of personal data names its purpose",
            where="--purpose",
            fix='say what it is for, such as --purpose "核查线索"',
        )


def _book(ledger: str | None, keys: Path | None, settings: Settings) -> Ledger | None:
    """The ledger that the option or the settings name, if either does: a look is written down there."""
    return opened(ledger, keys, None)[1] if ledger or settings.ledger else None


def _act(html: Path | None, bundle: Path | None) -> str:
    return "export" if html or bundle else "look"


def _logged(book: Ledger | None, user: str, purpose: str | None, seen: dict[str, str]) -> None:
    """Nothing; what is about to be shown stands in the ledger first, with what it is for.

    Raises: NotAllowed without a purpose.
    """
    if book is None:
        return
    viewer = viewer_of(user, ["analyst"], None, None)
    with book.desk(viewer, at=now(), purpose=purpose or "") as desk:
        desk.note_of_ledger(act=seen.pop("act"), details=seen)
    book.close()


def _tell(seen: View, html: Path | None, bundle: Path | None, about: dict[str, str]) -> None:
    from duanka import __version__
    from duanka.jobs.pictures.bundle import write_bundle
    from duanka.jobs.pictures.draw import page_html

    for line in seen.tree:
        typer.echo(line)
    typer.echo("")
    for name, value in seen.figures.items():
        typer.echo(f"{name}: {value}")
    typer.echo("")
    for line in seen.table:
        typer.echo(line)
    typer.echo("\n只表示疑似 suspicion only")
    if html:
        html.write_text(page_html(seen.picture), encoding="utf-8")
        typer.echo(f"picture 图页: {html}")
    if bundle:
        digests = write_bundle(bundle, seen, about={**about, "duanka": __version__})
        typer.echo(f"bundle 证据包: {bundle}  sha256(manifest) {digests['manifest.json']}")
