"""Verbs of exchange: who we are, who our partners are, leads told, sent and answered, the address that takes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duanka.verbs.ledger_options import At, Because, Keys, now, opened, rules
from duanka.verbs.options import progress
from duanka.verbs.seat import Seat, seated

if TYPE_CHECKING:
    from datetime import datetime

    from duanka.jobs.leads_exchange import Party
    from duanka.policy.dated import Policy, Regime
    from duanka.store.ledger import Ledger, Record

Unit = Annotated[str, typer.Option("--unit", help="institution that answers for them 承办机构")]
Region = Annotated[str, typer.Option("--region", help="its district, six digits 行政区划")]
Limit = Annotated[int, typer.Option(min=1, help="at most so many 最多条数")]
Ca = Annotated[
    Path | None,
    typer.Option("--ca", help="certificates to trust, PEM; default the system's 信任证书"),
]

WORKS = ("analyst", "officer", "lead_officer")
"""Who works with leads."""
KEEPS = ("lead_officer", "administrator")
"""Who keeps the partners that leads are exchanged with."""


def add(inside: typer.Typer) -> None:
    """Nothing; the verbs are there, under `lead`."""
    inside.command("introduce", short_help="who we are, for a partner 本方介绍")(introduce)
    inside.command("enrol", short_help="a partner, by fingerprint 登记对端")(enrol)
    inside.command("partners", short_help="who is enrolled 对端名册")(partners)
    inside.command("revoke", short_help="no longer a partner 撤销对端")(revoke)
    inside.command("tell", short_help="leads of a file, to a partner 发出线索")(tell)
    inside.command("send", short_help="what waits for partners 发送")(send)
    inside.command("poll", short_help="receipts and feedback 查询回执与反馈")(poll)
    inside.command("told", short_help="what became of leads we told 已发线索")(told)
    inside.command("serve", short_help="take partners' envelopes 接收对端线索")(serve)


@seated("who we are to partners", only=KEEPS)
def introduce(
    seat: Seat,
    out: Annotated[Path, typer.Argument(help="file to write 输出文件")],
    party: Annotated[str, typer.Option(help="our id among partners 本方标识")],
    kind: Annotated[str, typer.Option(help="police, bank, payment, operator, mvno 类别")],
    *,
    address: Annotated[
        str, typer.Option(help="https://… where we are reached; empty if we poll 接收地址")
    ] = "",
) -> None:
    """Write who we are and our public keys to a file; read its fingerprint out to the partner. 本方介绍。"""
    import json

    from duanka.jobs.leads_ask import look_up_key
    from duanka.leads import partner

    ours = partner.own_keys(seat.book.ring.signing)
    told = {"party_id": party, "party_kind": kind, "address": address}
    made = partner.introduction(ours, **told, look_up_key=look_up_key(ours))
    with seat.act() as desk:
        partner.settle(desk, made)
    out.write_text(json.dumps(made, indent=1), encoding="utf-8")
    typer.echo(f"fingerprint 指纹: {partner.fingerprint(made)}")


@seated("enrol a partner", only=KEEPS)
def enrol(
    seat: Seat,
    file: Annotated[Path, typer.Argument(help="what `introduce` wrote there 对端介绍文件")],
    fingerprint: Annotated[
        str, typer.Option(help="as they read it out, over another channel 对端口述的指纹")
    ],
    unit: Unit,
    region: Region,
    *,
    may: Annotated[
        list[str] | None, typer.Option(help="leads, look_ups; default leads 允许事项")
    ] = None,
) -> None:
    """Enrol a partner by the file they gave and the fingerprint they read out. 登记对端。"""
    from duanka.jobs.leads import introduced
    from duanka.leads import partner

    with seat.act() as desk:
        kept = partner.enrol(
            desk, introduced(file), heard=fingerprint, unit=(unit, region), may=may or ["leads"]
        )
    typer.echo(f"{kept.id}  {kept.state}  {', '.join(kept.body['may'])}")


@seated("a look at partners")
def partners(seat: Seat) -> None:
    """List partners, what they are enrolled for, and which unit answers for their leads. 对端名册。"""
    from duanka.leads.partner import fingerprint
    from duanka.store.ledger import Wanted

    names = ("party_id", "party_kind", "address", "signing_key", "agreement_key", "look_up_key")
    with seat.see() as desk:
        for one in desk.each(Wanted("partner")):
            print_ = fingerprint({name: one.body[name] for name in names})
            may = ",".join(one.body["may"])
            typer.echo(f"{one.id}  {one.state}  {may}  {one.institution_id}  {print_}")


@seated("revoke a partner", only=KEEPS)
def revoke(
    seat: Seat,
    which: Annotated[str, typer.Argument(help="the partner's id 对端标识")],
    because: Because,
) -> None:
    """Take nothing more from a partner and send them nothing, at once. 撤销对端。"""
    from duanka.leads import partner

    with seat.act() as desk:
        gone = partner.revoke(desk, which, because=because)
    typer.echo(f"{gone.id}  {gone.state}")


@seated("leads told to a partner", only=WORKS)
def tell(
    seat: Seat,
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or JSON lines 线索文件")],
    to: Annotated[str, typer.Option(help="the partner's id 对端标识")],
    unit: Unit,
    region: Region,
    *,
    handling: Annotated[
        str, typer.Option(help="police_only, institution_only, linked_institutions 知悉范围")
    ] = "institution_only",
    open_ids: Annotated[
        bool, typer.Option("--open-ids", help="card ids as they are, not hidden 不隐去卡号")
    ] = False,
) -> None:
    """Tell a partner the leads of FILE; `send` sends them. Cards go hidden under the pair's key. 发出线索。"""
    from duanka.jobs.leads import Telling, tell_file

    how = Telling(to, (unit, region), handling, hidden=not open_ids)
    done = tell_file(
        file, seat.book, how, at=now(), regime=seat.regime, say=progress(), by=seat.acting
    )
    typer.echo(f"new 新增 {done.fresh:,}  known 重复 {done.known:,}  refused 退回 {done.refused:,}")
    if done.returned:
        typer.echo(f"to be mended and told again 退回修改: {done.returned}")


def send(*, ca: Ca = None, ledger: At = None, keys: Keys = None) -> None:
    """Send partners the leads and feedback that wait for them, sealed; safe to run twice. 发送。"""
    from duanka.jobs import leads_send

    done = leads_send.send(party_here(ledger, keys), leads_send.poster(ca))
    typer.echo("  ".join(f"{name} {count:,}" for name, count in vars(done).items()))


def poll(*, ca: Ca = None, ledger: At = None, keys: Keys = None) -> None:
    """Ask partners what became of the leads we told them, for who cannot be reached. 查询回执与反馈。"""
    from duanka.jobs import leads_send

    done = leads_send.poll(party_here(ledger, keys), leads_send.poster(ca))
    typer.echo(f"news 新消息 {done.answered:,}  failed 失败 {done.failed:,}")


@seated("a look at leads told", only=WORKS)
def told(seat: Seat, *, limit: Limit = 50) -> None:
    """List the leads we told that wait for receipt or feedback, the largest loss first. 已发线索。"""
    from duanka.store.ledger import Wanted

    for one in seat.queue("told_lead", limit):
        typer.echo(f"{one.id}  {one.state}  due {due_of(one)}  {one.weight:,} fen")
    with seat.see() as desk:
        counts = desk.count(Wanted("told_lead"))
    typer.echo("  ".join(f"{state} {count:,}" for state, count in sorted(counts.items())))


def serve(
    folder: Annotated[Path, typer.Option(help="the log of who came is kept here 访问日志文件夹")],
    *,
    host: Annotated[str, typer.Option(help="address to listen at 监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port; 0 takes a free one 端口")] = 8702,
    cert: Annotated[Path | None, typer.Option(help="TLS certificate, PEM 证书")] = None,
    key_file: Annotated[Path | None, typer.Option(help="its private key, PEM 私钥")] = None,
    risks: Annotated[
        Path | None, typer.Option(help="answer questions from what `run` wrote here 答复依据")
    ] = None,
    numbers: Annotated[
        Path | None, typer.Option(help="card_kind, card_id, number of our cards 卡号对照")
    ] = None,
    ledger: At = None,
    keys: Keys = None,
) -> None:
    """Take the envelopes of partners over HTTP and answer them, sealed. 接收对端线索。"""
    from duanka.web import exchange, serving
    from duanka.web.access_log import AccessLog
    from duanka.web.rates import Rates

    place = serving.Place(host, port, cert, key_file)
    party = party_here(ledger, keys)
    if risks is not None:
        from duanka.jobs.leads_ask import able_to_answer

        party = able_to_answer(party, risks, numbers=numbers)
    with serving.listen(place) as listener:
        where = serving.address(listener, place)
        app = exchange.make_app(party, AccessLog(folder), Rates())
        server = serving.server_of(
            app, place, announce=lambda: typer.echo(f"listening 正在监听: {where}")
        )
        serving.serve(server, listener)


def party_here(ledger: str | None, keys: Path | None) -> Party:
    """We as our partners know us, with the ledger that the options or settings name."""
    settings, book = opened(ledger, keys, None)
    return party_of(book, rules(settings))


def party_of(book: Ledger, policy: Policy) -> Party:
    """We as our partners know us, with this ledger."""
    from duanka.jobs.dataset import SHANGHAI
    from duanka.jobs.leads_exchange import Party
    from duanka.leads import partner
    from duanka.store.ledger import SYSTEM

    with book.read(SYSTEM, at=now()) as desk:
        party_id = partner.us(desk)
    return Party(book, party_id, lambda at: policy.at(at.astimezone(SHANGHAI).date()))


def due_of(one: Record) -> str:
    """When something is due, as it is shown."""
    return one.due_at.isoformat() if one.due_at else "-"


def ledger_and_rules(ledger: str | None, keys: Path | None) -> tuple[Ledger, Regime, datetime]:
    """The ledger that the options or settings name, the rules of today, and the present instant."""
    from duanka.jobs.dataset import SHANGHAI

    settings, book = opened(ledger, keys, None)
    at = now()
    return book, rules(settings).at(at.astimezone(SHANGHAI).date()), at
