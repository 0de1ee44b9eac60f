"""`duanka lead send` and `duanka lead poll`: our envelopes are sealed and sent, and what partners answer is kept."""

from __future__ import annotations

import os
import socket
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from duanka.errors import BadInput, DuankaError, Unavailable
from duanka.jobs.leads_exchange import PATH, PURPOSE
from duanka.leads import match, partner, told
from duanka.leads.schema import ANSWERED_BY, MOST_ASKED
from duanka.store.chain import canonical
from duanka.store.ledger import SYSTEM, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from duanka.jobs.leads_exchange import Party
    from duanka.store.ledger import Message, Record

    Post = Callable[[str, bytes], tuple[int, bytes]]

ANSWER_S = 20
MOST_BYTES = 64 * 1024 * 1024
"""Of one answer: a list of a million cards, hidden, is about 5 MB."""


def poster(ca: Path | None = None) -> Post:
    """How a body is posted: to an address, under TLS with the system's authorities or that of the file.

    A redirect is not followed: what is sealed for one address goes to no other.
    Raises: BadInput if the file is no certificate.
    """
    try:
        trusted = ssl.create_default_context(cafile=None if ca is None else str(ca))
    except (OSError, ssl.SSLError) as error:
        raise BadInput("it is no certificate in PEM", where="--ca", fix="name another") from error
    handlers = (urllib.request.HTTPSHandler(context=trusted), _Stays())
    opener = urllib.request.build_opener(*handlers)

    def post(url: str, body: bytes) -> tuple[int, bytes]:
        heads = {"Content-Type": "application/cloudevents+json"}
        asked = urllib.request.Request(url, body, heads, method="POST")  # noqa: S310  # enrolled: https, or loopback
        try:
            with opener.open(asked, timeout=ANSWER_S) as got:
                return got.status, got.read(MOST_BYTES)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(10_000)
        except (OSError, ValueError) as error:
            why = getattr(error, "reason", error)
            raise Unavailable(
                f"no answer: {why}", where="exchange", fix="it is tried again"
            ) from error

    return post


class _Stays(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other."""

    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


@dataclass
class Exchanged:
    """How many envelopes were answered, wait for another try, were refused for good, and given up."""

    answered: int = 0
    failed: int = 0
    refused: int = 0
    given_up: int = 0


def send(party: Party, post: Post) -> Exchanged:
    """What became of all leads and feedback that were due to go to partners.

    `post` takes an address and a body and gives back the status and body of the answer. What gets no
    answer is sealed anew and tried again later, under the same id; two senders share the work.
    """
    done = Exchanged()
    sender = f"{socket.gethostname()}:{os.getpid()}"[:64]
    while claimed := party.book.claim(sender, at=party.clock(), topics=(told.TOPIC,)):
        partners = party.partners()
        for message in claimed:
            _one(party, message, partners, post, done)
    return done


def _one(
    party: Party,
    message: Message,
    partners: Mapping[str, Record],
    post: Post,
    done: Exchanged,
) -> None:
    try:
        to = _whom(partners, message.body["to"])
        data = _content(party, message, to)
        got = ask(party, to, message.body["kind"], data, event_id=message.key, post=post)
        if message.record_kind == "told_lead":
            with party.book.desk(SYSTEM, at=party.clock(), purpose=PURPOSE) as desk:
                told.received(desk, desk.get("told_lead", message.record_id), got)
        party.book.sent(message, at=party.clock())
        done.answered += 1
    except BadInput as error:  # the partner will not take it however often it comes
        _over(party, message, "refused", str(error.what))
        party.book.sent(message, at=party.clock())
        done.refused += 1
    except DuankaError as error:
        if party.book.failed(message, at=party.clock(), fault=str(error.what)) == "given_up":
            _over(party, message, "given_up", str(error.what))
            done.given_up += 1
        else:
            done.failed += 1


def ask(
    party: Party,
    to: Record,
    kind: str,
    data: Mapping[str, Any],
    *,
    event_id: str,
    post: Post,
) -> Mapping[str, Any]:
    """What the partner answered, once its signature and kind have been checked.

    Raises: BadInput if they refuse what was sent; Unavailable if there is no answer of theirs.
    """
    sent = party.seal(kind, data, to=to.id, event_id=event_id)
    status, body = post(f"{to.body['address']}{PATH}", canonical(sent).encode())
    if status in (413, 422):
        raise BadInput(
            f"{to.id} refuses it: {_detail(body)}", where="exchange", fix="mend it, tell it anew"
        )
    if status != 200:
        raise Unavailable(
            f"{to.id} answers {status}: {_detail(body)}", where="exchange", fix="it is tried again"
        )
    try:
        got = party.open(msgspec.json.decode(body), {to.id: to})
    except (DuankaError, msgspec.DecodeError) as error:
        raise Unavailable(
            f"the answer is not {to.id}'s: {error}", where="exchange", fix="it is tried again"
        ) from error
    if got.kind != ANSWERED_BY[kind]:
        raise Unavailable(f"{to.id} answers {got.kind}", where="exchange", fix="ask them why")
    return got.data


def poll(party: Party, post: Post) -> Exchanged:
    """How many leads had news: receipts and feedback that partners were asked for, who cannot reach us."""
    done = Exchanged()
    with party.book.read(SYSTEM, at=party.clock()) as desk:
        partners = partner.in_force(desk)
        waiting = {
            name: list(desk.each(Wanted("told_lead", parent_id=name, states=told.WAITED_FOR)))
            for name in partners
        }
    for name, leads in waiting.items():
        for begin in range(0, len(leads), MOST_ASKED):
            ids = [one.body["lead_id"] for one in leads[begin : begin + MOST_ASKED]]
            event_id = f"poll:{party.nonce()}"
            try:
                to = _whom(partners, name)
                news = ask(party, to, "poll", {"lead_ids": ids}, event_id=event_id, post=post)
            except DuankaError:
                done.failed += 1
                continue
            done.answered += _news(party, to, news)
    return done


def _news(party: Party, to: Record, news: Mapping[str, Any]) -> int:
    count = 0
    with party.book.desk(SYSTEM, at=party.clock(), purpose=PURPOSE) as desk:
        for receipt in news["receipts"]:
            one = told.of_partner(desk, to.id, receipt["lead_id"])
            count += one.state in ("to_send", "given_up")
            if one.state != "answered":
                told.received(desk, one, receipt)
        for feedback in news["feedback"]:
            one = told.of_partner(desk, to.id, feedback["lead_id"])
            count += one.state != "answered"
            told.answered(desk, one, feedback)
    return count


def _whom(partners: Mapping[str, Record], name: str) -> Record:
    found = partners.get(name)
    if found is None:
        raise Unavailable("no longer a partner", where=name, fix="enrol them again")
    if not found.body["address"]:
        raise Unavailable("it has no address", where=name, fix="it has to poll")
    return found


def _content(party: Party, message: Message, to: Record) -> Mapping[str, Any]:
    """What is told: of a lead also its card, which is looked up only now, and written down."""
    if message.record_kind != "told_lead":
        data: Mapping[str, Any] = message.body["data"]
        return data
    why = f"lead told to partner {to.id}"
    with party.book.desk(SYSTEM, at=party.clock(), purpose=why) as desk:
        one = desk.look("told_lead", message.record_id)
    ours = ("to", "told_at", "reminders", "hidden", "fault")
    data = {n: v for n, v in one.body.items() if n not in ours} | dict(one.personal or {})
    if not one.body.get("hidden"):
        return data
    key = partner.pair_key(party.keys, party.party_id, to)
    hidden = match.pair_digest(pl.Series([data["card_id"]]), pair_key=key)[0]
    return data | {"card_id": hidden, "digested": True}


def _over(party: Party, message: Message, state: str, fault: str) -> None:
    if message.record_kind != "told_lead":
        return
    with party.book.desk(SYSTEM, at=party.clock(), purpose=PURPOSE) as desk:
        told.refused(desk, desk.get("told_lead", message.record_id), state, fault=fault[:200])


def _detail(body: bytes) -> str:
    """What the partner's problem document says, in few words."""
    try:
        found = msgspec.json.decode(body)
        return str(found["detail"])[:200]
    except (msgspec.DecodeError, KeyError, TypeError):
        return "no reason told"
