"""Verbs of discipline (惩戒): recorded and released by an authority's document, looked at, and facts for the police."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs.ledger_options import Which, line
from duanka.verbs.options import AsOf, Data, progress
from duanka.verbs.orders_papers import Digest, Issued, Issuer, Number, Of, Place, document
from duanka.verbs.seat import Seat, seated

Person = Annotated[str, typer.Argument(help="whom it is about 人员编号")]
Day = Annotated[
    datetime, typer.Option("--act-on", formats=["%Y-%m-%d"], help="day of the act 行为日期")
]


def add(app: typer.Typer) -> None:
    """Nothing; the verbs of discipline are there."""
    inside = typer.Typer(
        help="discipline that an authority decided 惩戒",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    inside.command("record", short_help="what a decision orders 登记")(discipline_record)
    inside.command("release", short_help="lifted by their document 依文书解除")(discipline_release)
    inside.command("list", short_help="what is in force 列出")(discipline_list)
    inside.command("check", short_help="what stands against a person now 查询")(discipline_check)
    inside.command("facts", short_help="counts for the police 供公安参考的计数")(discipline_facts)
    app.add_typer(inside, name="discipline")


@seated("record of a decision on discipline")
def discipline_record(
    seat: Seat,
    person: Person,
    *,
    ground: Annotated[str, typer.Option(help="recognised, recognised_below_counts, punished 类别")],
    level: Annotated[str, typer.Option(help="prefecture, provincial, ministry, court 机关层级")],
    act_on: Day,
    of: Of,
    place: Place,
    issuer: Issuer,
    number: Number,
    digest: Digest,
    issued: Issued,
) -> None:
    """Record discipline that police recognised or a court ordered; the term is that of the act's day. 登记惩戒决定。"""
    from datetime import date

    from duanka.cases import discipline
    from duanka.cases.discipline_terms import Decision
    from duanka.errors import BadInput

    try:
        decided_on = date.fromisoformat(issued)
    except ValueError as error:
        raise BadInput("no day", where="--issued", fix="write it as 2026-06-01") from error
    paper = document(issuer, number, digest, issued)
    decision = Decision(person, paper, level, ground, act_on.date(), decided_on)
    with seat.act() as desk:
        made = discipline.record(desk, decision, seat.policy, institution_id=of, region_code=place)
    line(made, "legal_basis", "expires_at")


@seated("record of a document of release")
def discipline_release(
    seat: Seat, which: Which, *, issuer: Issuer, number: Number, digest: Digest, issued: Issued
) -> None:
    """End discipline completely, as the authority's document of release says. 依解除文书全部解除。"""
    from duanka.cases import discipline

    paper = document(issuer, number, digest, issued)
    with seat.act() as desk:
        after = discipline.release(desk, desk.get("discipline", which), paper, seat.policy)
    line(after, "ended_at")


@seated("a look at discipline")
def discipline_list(
    seat: Seat,
    *,
    state: Annotated[str, typer.Option(help="in_force, lifted, expired 状态")] = "in_force",
    limit: Annotated[int, typer.Option(help="at most so many 条数")] = 50,
) -> None:
    """List discipline in a state. 列出惩戒。"""
    from duanka.store.ledger import Wanted

    with seat.see() as desk:
        for one in desk.find(Wanted("discipline", states=(state,)), limit=limit):
            line(one, "ground", "legal_basis", "expires_at")


@seated("check of a person before a card is opened")
def discipline_check(seat: Seat, person: Person) -> None:
    """Tell which measures stand against a person now; the look is kept with its purpose. 查询惩戒状态。"""
    from duanka.cases import discipline
    from duanka.cases.notice import day
    from duanka.cases.words import both
    from duanka.store.ledger_desk import LOOK
    from duanka.verbs.ledger_options import now

    with seat.act() as desk:
        found = discipline.standing(desk, person)
        for one in found:
            desk.note(one, act=LOOK, details={"what": "check"})
    stands = discipline.measures_at(found, now())
    for name, until in sorted(stands.items()):
        typer.echo(f"{name}  {' '.join(both(name))}  until 至 {day(until)}")
    if not stands:
        typer.echo("nothing stands 无惩戒")


@seated("counts for the police")
def discipline_facts(
    seat: Seat,
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="CSV to write 输出文件")],
    *,
    as_of: AsOf = None,
) -> None:
    """Count the threshold facts of holders of implicated cards, for the police to weigh; no finding. 供公安参考的计数。"""
    from duanka.jobs.threshold_facts import threshold_facts

    found = threshold_facts(data, seat.policy, as_of=as_of, say=progress())
    with seat.act() as desk:
        details = {"what": "threshold_facts", "holders": found.n_unique("holder_id")}
        desk.note_of_ledger(act="export", details=details)
    found.write_csv(out, include_bom=True)
    reached = found.filter(found["reached"])
    typer.echo(f"facts 事实: {found.height}  at or above a line 达到计数线: {reached.height}")
