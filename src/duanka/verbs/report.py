"""Verbs of figures from the ledger, and of notices printed for a counter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs.ledger_options import Which
from duanka.verbs.seat import Seat, seated


def add(app: typer.Typer) -> None:
    """Nothing; the verbs are there."""
    inside = typer.Typer(
        help="figures from the ledger 报告", no_args_is_help=True, rich_markup_mode=None
    )
    inside.command("fairness", short_help="what orders did to people 公平性")(report_fairness)
    app.add_typer(inside, name="report")
    inside = typer.Typer(help="notices 告知书", no_args_is_help=True, rich_markup_mode=None)
    inside.command("print", short_help="on paper, for a counter 打印")(notice_print)
    app.add_typer(inside, name="notice")


@seated("the humane figures")
def report_fairness(
    seat: Seat,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="as JSON 以JSON输出")] = False,
) -> None:
    """What the orders did to people, from the ledger alone. 公平性指标。"""
    from duanka.cases.figures import fairness, lines

    with seat.see() as desk:
        found = fairness(desk)
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(lines(found)))


@seated("a notice printed for its holder", roles=("analyst",))
def notice_print(
    seat: Seat,
    which: Which,
    out: Annotated[Path, typer.Option("--out", help="FILE.docx or FILE.pdf 输出文件")],
) -> None:
    """Print a notice in both languages; that it was looked at is kept with the purpose. 打印告知书。"""
    from duanka.cases import notice
    from duanka.errors import BadInput

    if out.suffix not in {".docx", ".pdf"}:
        raise BadInput(f"no {out.suffix} is made", where="--out", fix="name a .docx or a .pdf")
    with seat.act() as desk:
        texts = dict(desk.look("notice", which).personal or {})
        at = desk.at
    if out.suffix == ".pdf":
        from duanka.jobs.print_pdf import pdf

        raw = pdf(notice.as_paper(texts), at)
    else:
        raw = notice.docx(texts, at)
    out.write_bytes(raw)
    typer.echo(str(out))
