"""Verbs of cases: the queue, a case and its story, who has it, what was found, and its papers."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs.ledger_options import Because, Which, line
from duanka.verbs.orders_papers import digest_of
from duanka.verbs.seat import Seat, seated


class Agree(StrEnum):
    """Whether a second person agrees."""

    YES = "yes"
    NO = "no"


def add(app: typer.Typer) -> None:
    """Nothing; the verbs of cases are there."""
    inside = typer.Typer(
        help="cases and their papers 案件", no_args_is_help=True, rich_markup_mode=None
    )
    inside.command("list", short_help="open cases, most harm first 列出")(case_list)
    inside.command("show", short_help="a case and its story 查看")(case_show)
    inside.command("assign", short_help="give it to somebody 分派")(case_assign)
    inside.command("take", short_help="begin with what was given to you 开始核查")(case_take)
    inside.command("note", short_help="a note, kept sealed 记录")(case_note)
    inside.command("attach", short_help="a file by its digest 附件")(case_attach)
    inside.command("conclude", short_help="what was found 研判意见")(case_conclude)
    inside.command("confirm", short_help="a second person agrees or not 复核")(case_confirm)
    inside.command("report", short_help="study report and evidence 研判报告")(case_report)
    app.add_typer(inside, name="case")


@seated("a look at the queue of cases")
def case_list(
    seat: Seat,
    *,
    limit: Annotated[int, typer.Option(help="at most so many 条数")] = 50,
    mine: Annotated[str, typer.Option("--with", help="only those with this user 承办人")] = "",
) -> None:
    """List open cases, the most harm expected first. 按预计损失列出未结案件。"""
    from duanka.store.ledger import Wanted

    with seat.see() as desk:
        for one in desk.queue(Wanted("case", assigned_to=mine), limit=limit):
            typer.echo(f"{one.weight / 100:>16,.2f} ", nl=False)
            line(one, "by", "group_id")


@seated("a look at a case")
def case_show(seat: Seat, which: Which) -> None:
    """Show a case, its cards, and everything that was done about it; notes stay sealed. 查看案件。"""
    from duanka.cases.case import timeline

    with seat.see() as desk:
        found = desk.get("case", which)
        line(found, "by", "group_id", "outcome")
        typer.echo(f"  with 承办: {found.assigned_to or '-'}")
        for one in found.body["cards"]:
            typer.echo(f"  {one['card']}  {one['tier']}  {one['score']:.2f}  {one['because']}")
        for row in timeline(desk, found):
            at = datetime.fromtimestamp(row.at // 1_000_000, UTC).isoformat()
            typer.echo(f"  {row.seq}  {at}  {row.act}  {row.actor}  {row.purpose}")


@seated("a case given to somebody")
def case_assign(
    seat: Seat, which: Which, to: Annotated[str, typer.Option(help="user who gets it 承办人")]
) -> None:
    """Give a case to somebody. 分派案件。"""
    from duanka.cases import case

    with seat.act() as desk:
        after = case.assign(desk, desk.get("case", which), to)
    line(after, "by")


@seated("a case taken up")
def case_take(seat: Seat, which: Which) -> None:
    """Begin with a case that was given to you. 开始核查。"""
    from duanka.cases import case

    with seat.act() as desk:
        after = case.take_up(desk, desk.get("case", which))
    line(after, "by")


@seated("a note on a case")
def case_note(
    seat: Seat, which: Which, words: Annotated[str, typer.Option("--says", help="the note 内容")]
) -> None:
    """Add a note to a case; notes are sealed, as they may name people. 记录。"""
    from duanka.cases import case

    with seat.act() as desk:
        after = case.note(desk, desk.get("case", which), words)
    line(after, "by")


@seated("a file added to a case")
def case_attach(
    seat: Seat, which: Which, file: Annotated[Path, typer.Option(help="the file 文件")]
) -> None:
    """Add a file to a case by its name and SHA-256; the file itself is not kept here. 附件。"""
    from duanka.cases import case

    with seat.act() as desk:
        after = case.attach(desk, desk.get("case", which), file.name, digest_of(str(file)))
    line(after, "by")


@seated("conclusion of a case")
def case_conclude(
    seat: Seat,
    which: Which,
    outcome: Annotated[
        str,
        typer.Option(
            help="suspicion_stays, no_suspicion, victim, passed_to_police, duplicate 结论"
        ),
    ],
    because: Because,
) -> None:
    """Say what was found; where the policy asks for four eyes, a second person confirms it. 研判意见。"""
    from duanka.cases import case

    with seat.act() as desk:
        after = case.conclude(desk, desk.get("case", which), outcome, seat.policy, because=because)
    line(after, "outcome")


@seated("second look at a case")
def case_confirm(
    seat: Seat,
    which: Which,
    agree: Annotated[Agree, typer.Option("--say", help="yes or no 同意与否")],
    *,
    because: Because = "",
) -> None:
    """Close a case as its second person, or send it back. 复核。"""
    from duanka.cases import case

    with seat.act() as desk:
        after = case.confirm(desk, desk.get("case", which), agree=agree.value, because=because)
    line(after, "outcome")


@seated("study of a case", roles=("analyst",))
def case_report(
    seat: Seat,
    which: Which,
    out: Annotated[Path, typer.Option(help="folder to write to 输出文件夹")],
    *,
    pdf: Annotated[bool, typer.Option("--pdf", help="as PDF too (extra `report`) 另存PDF")] = False,
) -> None:
    """Write the study report (.docx) and the evidence bundle (.zip) of a case. 研判报告与证据包。"""
    from duanka.cases import paper
    from duanka.cases.evidence import bundle
    from duanka.cases.study_report import study_paper

    out.mkdir(parents=True, exist_ok=True)
    with seat.act() as desk:
        case = desk.get("case", which)
        made = study_paper(desk, case, seat.policy)
        papers = {"docx": paper.docx(made, desk.at)}
        if pdf:
            from duanka.jobs.print_pdf import pdf as printed

            papers["pdf"] = printed(made, desk.at)
        evidence = bundle(desk, case, {f"study_report.{kind}": raw for kind, raw in papers.items()})
    for kind, raw in {**papers, "zip": evidence}.items():
        (out / f"{which}.{kind}").write_bytes(raw)
        typer.echo(str(out / f"{which}.{kind}"))
