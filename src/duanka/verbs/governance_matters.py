"""Verbs of supervised matters: open them from a published month, move them with papers, mind their clocks."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duanka.verbs.ledger_options import At, Keys, Which, counts, line, now, opened, rules
from duanka.verbs.options import Policies, progress
from duanka.verbs.seat import Seat, seated

if TYPE_CHECKING:
    from duanka.governance.docket_steps import Paper

Papers = Annotated[
    list[str] | None,
    typer.Option("--paper", help="name=words, or name=@file; may be repeated 材料"),
]

PARTY = ("unit",)
"""Who speaks for a listed unit: sees its matters and the figures behind them, and is heard."""


def add(app: typer.Typer) -> None:
    """Nothing; the verbs of matters are there."""
    inside = typer.Typer(
        help="supervised matters about units 督办事项", no_args_is_help=True, rich_markup_mode=None
    )
    inside.command("open", short_help="a published month becomes matters 立项")(matter_open)
    inside.command("list", short_help="open matters, the worst first 列出")(matter_list)
    inside.command("show", short_help="a matter and its history 查看")(matter_show)
    inside.command("move", short_help="the next step, with its papers 办理")(matter_move)
    inside.command("item", short_help="something to rectify under a matter 整改事项")(matter_item)
    inside.command("letter", short_help="the letter of a matter 发函")(matter_letter)
    inside.command("clock", short_help="remind, escalate, end what is over 催办")(matter_clock)
    inside.command("expose", short_help="propose an exposure, masked 拟曝光")(matter_expose)
    inside.command("exposed", short_help="what is exposed now 正在曝光")(matter_exposed)
    app.add_typer(inside, name="matter")


def matter_open(
    folder: Annotated[Path, typer.Argument(help="a month that `publish` froze 已发布的月份")],
    *,
    office: Annotated[str, typer.Option(help="who is accountable first 主办单位")] = "反诈中心",
    ledger: At = None,
    keys: Keys = None,
    policy: Policies = None,
) -> None:
    """Make matters of what a month proposes; run twice, nothing is opened twice. 立项督办。"""
    settings, book = opened(ledger, keys, policy)
    from duanka.jobs.matters import open_matters as job

    counts(job(folder, book, rules(settings), now=now(), office=office, say=progress()))


@seated("a look at open matters", others=PARTY)
def matter_list(
    seat: Seat,
    *,
    restricted: Annotated[
        bool, typer.Option("--restricted", help="suspicions about employees 限制知悉")
    ] = False,
) -> None:
    """List open matters, the worst first; suspicions about employees only to those who may know. 列出事项。"""
    from duanka.governance.docket import INSIDER, KIND
    from duanka.governance.docket_seen import may_see, speaks_for
    from duanka.governance.docket_steps import may_know
    from duanka.store.ledger import Wanted

    kind = INSIDER if restricted else KIND
    may_know(seat.viewer, kind)
    with seat.see() as desk:
        mine = Wanted(kind, about=speaks_for(seat.viewer), open_only=True)
        for one in desk.queue(mine, limit=200):
            if not may_see(seat.viewer, one):
                continue
            line(one, "kind", "listing", "period", "because")
            typer.echo(f"    accountable 责任单位: {one.assigned_to}")


@seated("a look at a matter", others=PARTY)
def matter_show(seat: Seat, which: Which) -> None:
    """Show a matter, its figures and papers, and every step; a look at an employee's is written down. 查看事项。"""
    from duanka.governance.docket_seen import seen
    from duanka.governance.docket_steps import kind_of, may_know

    may_know(seat.viewer, kind_of(which))
    with seat.act() as desk:
        one = seen(desk, desk.look(kind_of(which), which))
        line(
            one, "kind", "listing", "period", "because", "legal_basis", "appeal_path", "expires_at"
        )
        figures = one.body["figures"] or (one.personal or {}).get("figures", {})
        for name, value in figures.items():
            typer.echo(f"  {name}: {value}")
        for name, paper in one.body["papers"].items():
            typer.echo(f"  {name}: {paper['says']} {paper['digest'][:12]} ({paper['by']})")
        for row in desk.history(one.kind, which):
            at = datetime.fromtimestamp(row.at // 1_000_000, UTC).isoformat()
            who = "" if seat.viewer.has(*PARTY) else f"  {row.actor}  {row.purpose}"
            typer.echo(f"  {row.seq}  {at}  {row.act}{who}")


@seated("a step of a matter", others=PARTY)
def matter_move(
    seat: Seat,
    which: Which,
    to: Annotated[str, typer.Option("--to", help="noticed, heard, decided, lifted … 下一步")],
    *,
    paper: Papers = None,
    because: Annotated[str, typer.Option("--because", help="why, in words 理由")] = "",
) -> None:
    """Take the next step of a matter, with the papers that the law asks for. 办理下一步。"""
    from duanka.governance.docket_steps import Action, kind_of, may_know, step

    may_know(seat.viewer, kind_of(which))
    wanted = Action(to, tuple(_paper(one) for one in paper or ()), because)
    with seat.act() as desk:
        after = step(desk, desk.get(kind_of(which), which), wanted, seat.policy)
    line(after, "kind", "listing", "expires_at")
    typer.echo(f"    accountable 责任单位: {after.assigned_to}")


@seated("rectification", roles=("governance",))
def matter_item(
    seat: Seat,
    which: Which,
    what: Annotated[str, typer.Option("--what", help="what is to be done 整改内容")],
) -> None:
    """Add something to rectify, with evidence, review and a clock of its own. 增加整改事项。"""
    from duanka.governance.docket import KIND
    from duanka.governance.docket_steps import add_item, may_add

    may_add(seat.viewer)
    with seat.act() as desk:
        line(add_item(desk, desk.get(KIND, which), what, seat.policy), "because")


@seated("an exposure")
def matter_expose(
    seat: Seat,
    which: Which,
    says: Annotated[str, typer.Option("--says", help="what was found and decided 曝光内容")],
    judgement: Annotated[
        str, typer.Option("--judgement", help="@file of the final decision 生效文书")
    ],
) -> None:
    """Propose to expose a penalty that was carried out: masked, with its basis; a lead officer publishes it. 拟曝光。"""
    from duanka.governance.docket import KIND
    from duanka.governance.exposure import expose

    paper = _paper(f"final_judgement={judgement}")
    with seat.act() as desk:
        made = expose(desk, desk.get(KIND, which), says, paper, seat.policy)
    line(made, "kind", "says", "legal_basis")


@seated("a look at exposures", others=PARTY)
def matter_exposed(seat: Seat) -> None:
    """List what is exposed now, its basis, and until when. 正在曝光的内容。"""
    from duanka.governance.exposure import exposed

    with seat.see() as desk:
        for one in exposed(desk):
            line(one, "says", "legal_basis", "expires_at")


@seated("the letter of a matter", others=PARTY)
def matter_letter(
    seat: Seat,
    which: Which,
    out: Annotated[Path, typer.Option("--out", help="file .docx, or .pdf with the extra 文件")],
) -> None:
    """Write the letter that fits a matter's state, with its figures; its digest goes into the history. 出具函件。"""
    from duanka.jobs.matters import write_letter as job

    digest = job(which, out, seat.book, seat.policy, viewer=seat.viewer, now=now())
    typer.echo(f"{out}  sha256 {digest}")


def matter_clock(ledger: At = None, keys: Keys = None, policy: Policies = None) -> None:
    """Remind owners, take one level up what is let lie, end what is over; once a day is enough. 催办与到期。"""
    settings, book = opened(ledger, keys, policy)
    from duanka.jobs.matters import supervise as job

    counts(job(book, rules(settings), now=now(), say=progress()))


def _paper(text: str) -> Paper:
    """A paper as people name it at the command: words, or a file whose digest is kept."""
    from duanka.errors import BadInput
    from duanka.governance.docket_steps import Paper

    name, _, said = text.partition("=")
    if not name or not said:
        raise BadInput(
            f"{text!r} is no paper", where="--paper", fix="write name=words or name=@file"
        )
    if not said.startswith("@"):
        return Paper(name, said)
    path = Path(said[1:])
    if not path.is_file():
        raise BadInput("there is no such file", where=str(path), fix="name the paper's file")
    return Paper(name, path.name, hashlib.sha256(path.read_bytes()).hexdigest())
