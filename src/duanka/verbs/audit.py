"""Verbs of the ledger itself: is it as it was written, its checkpoints and keys; the papers of cases; the humane figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from duanka.verbs.ledger_options import (
    At,
    Institution,
    Keys,
    Purpose,
    Region,
    User,
    Which,
    line,
    now,
    opened,
    rules,
    viewer_of,
)
from duanka.verbs.options import Policies, progress


def add(app: typer.Typer) -> None:
    """Nothing; the verbs are there."""
    inside = typer.Typer(
        help="is the ledger as it was written 审计", no_args_is_help=True, rich_markup_mode=None
    )
    inside.command("verify", short_help="find what is not as it was written 校验")(audit_verify)
    inside.command("checkpoint", short_help="sign how far history has come 检查点")(
        audit_checkpoint
    )
    inside.command("rotate-keys", short_help="seal personal fields anew 更换密钥")(audit_rotate)
    app.add_typer(inside, name="audit")
    inside = typer.Typer(
        help="cases and their papers 案件", no_args_is_help=True, rich_markup_mode=None
    )
    inside.command("list", short_help="open cases, most harm first 列出")(case_list)
    inside.command("report", short_help="study report and evidence 研判报告")(case_report)
    app.add_typer(inside, name="case")
    inside = typer.Typer(
        help="figures from the ledger 报告", no_args_is_help=True, rich_markup_mode=None
    )
    inside.command("fairness", short_help="what orders did to people 公平性")(report_fairness)
    app.add_typer(inside, name="report")


def audit_verify(
    ledger: At = None,
    keys: Keys = None,
    anchor: Annotated[
        list[Path] | None, typer.Option(help="a checkpoint kept elsewhere 另存的检查点")
    ] = None,
) -> None:
    """Look at every row of the ledger; say where anything is not as it was written. 校验台账。"""
    _, book = opened(ledger, keys, None)
    say = progress()
    anchors = [json.loads(path.read_text(encoding="utf-8")) for path in anchor or ()]
    with say.stage("校验台账 verifying"):
        found = book.verify(anchors=anchors, say=say.advance)
    typer.echo(
        f"rows 行: {found.rows:,}  records 记录: {found.records:,}  sealed 密封: {found.sealed:,}"
    )
    for fault in found.faults:
        typer.echo(f"{fault.what}: {fault.where}")
    if found.more_faults:
        typer.echo(f"and {found.more_faults:,} more 另有")
    typer.echo("whole 完整" if found.whole else "NOT WHOLE 不完整")
    if not found.whole:
        raise typer.Exit(code=1)


def audit_checkpoint(
    ledger: At = None,
    keys: Keys = None,
    out: Annotated[Path | None, typer.Option(help="file to keep elsewhere 另存为")] = None,
) -> None:
    """Sign how far history has come; keep the file where nobody who owns the ledger can change it. 检查点。"""
    _, book = opened(ledger, keys, None)
    text = json.dumps(book.checkpoint(at=now()))
    if out is not None:
        out.write_text(text, encoding="utf-8")
    typer.echo(text)


def audit_rotate(ledger: At = None, keys: Keys = None) -> None:
    """Seal all personal fields with a new key; the chain stays whole. 更换加密密钥。"""
    settings, book = opened(ledger, keys, None)
    from duanka.store import seal
    from duanka.store.ledger_open import file_of

    url = ledger or settings.ledger
    beside = file_of(url)
    named = keys or (Path(settings.ledger_keys) if settings.ledger_keys else None)
    place = named or Path(f"{beside}.keys")
    ring = seal.turned(book.ring)
    seal.keep(ring, place)  # first the key, then what it seals: a stop in between loses nothing
    typer.echo(f"resealed 重新加密: {book.rotate(ring, at=now())}")


def case_list(
    *,
    ledger: At = None,
    keys: Keys = None,
    limit: Annotated[int, typer.Option(help="at most so many 条数")] = 50,
    institution: Institution = None,
    region: Region = None,
) -> None:
    """List open cases, the most harm expected first. 按预计损失列出未结案件。"""
    _, book = opened(ledger, keys, None)
    from duanka.store.ledger import Wanted

    with book.read(viewer_of("command", [], institution, region), at=now()) as desk:
        for one in desk.queue(Wanted("case"), limit=limit):
            typer.echo(f"{one.weight / 100:>16,.2f} ", nl=False)
            line(one, "by", "group_id")


def case_report(
    which: Which,
    out: Annotated[Path, typer.Option(help="folder to write to 输出文件夹")],
    *,
    user: User = "command",
    purpose: Purpose = "study of a case",
    ledger: At = None,
    keys: Keys = None,
    policy: Policies = None,
) -> None:
    """Write the study report (.docx) and the evidence bundle (.zip) of a case. 研判报告与证据包。"""
    settings, book = opened(ledger, keys, policy)
    from duanka.cases.evidence import bundle
    from duanka.cases.study_report import study_report

    out.mkdir(parents=True, exist_ok=True)
    with book.desk(viewer_of(user, ["analyst"], None, None), at=now(), purpose=purpose) as desk:
        case = desk.get("case", which)
        words = study_report(desk, case, rules(settings))
        evidence = bundle(desk, case, {"study_report.docx": words})
    (out / f"{which}.docx").write_bytes(words)
    (out / f"{which}.zip").write_bytes(evidence)
    typer.echo(f"{out / which}.docx  {out / which}.zip")


def report_fairness(
    *,
    ledger: At = None,
    keys: Keys = None,
    as_json: Annotated[bool, typer.Option("--json", help="as JSON 以JSON输出")] = False,
    institution: Institution = None,
    region: Region = None,
) -> None:
    """What the orders did to people, from the ledger alone. 公平性指标。"""
    _, book = opened(ledger, keys, None)
    from duanka.cases.figures import fairness, lines

    with book.read(viewer_of("command", [], institution, region), at=now()) as desk:
        found = fairness(desk)
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(lines(found)))
