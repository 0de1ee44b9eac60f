"""`duanka lead fetch`, and its other half: approved questions are asked of a partner, partners' are answered."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from duanka.errors import BadInput, Conflict, Unavailable
from duanka.jobs.leads_match import known
from duanka.jobs.leads_send import ask as post_to
from duanka.leads import asking, oprf, partner, psi
from duanka.leads.risk import risks_of
from duanka.store.ledger import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from duanka.jobs.leads_exchange import Party
    from duanka.jobs.leads_send import Post
    from duanka.leads.risk import Risk
    from duanka.policy.dated import Regime
    from duanka.store.ledger import Desk, Record, Viewer

    Handler = Callable[[Desk, Record, Mapping[str, Any]], dict[str, Any]]

_CARD = re.compile(r"(account|sim):\S{1,64}")
FEW = 20
"""Up to so many cards are looked up one by one; more go as a batch."""


@dataclass(frozen=True)
class Answering:
    """What partners' questions are answered from: the drawers of single look-ups, and batches made ready."""

    drawers: oprf.Drawers
    ready: psi.Prepared
    seed: bytes
    regime: Callable[[datetime], Regime]

    def handlers(self) -> dict[str, Handler]:
        """Who answers which kind of envelope."""
        return {"look_up": self._look_up, "drawer": self._drawer, "batch": self._batch}

    def _look_up(self, desk: Desk, sender: Record, data: Mapping[str, Any]) -> dict[str, Any]:
        asked = {"how": "look_up", "count": 1, **_why(data)}
        kept = asking.allow(desk, sender, asked, regime=self.regime(desk.at))
        return {
            "evaluated": oprf.evaluated(data["blinded"], self.seed),
            "list_id": self.drawers.list_id,
            "prefix_bits": self.drawers.prefix_bits,
            "ticket": kept.id,
        }

    def _drawer(self, desk: Desk, sender: Record, data: Mapping[str, Any]) -> dict[str, Any]:
        if data["list_id"] != self.drawers.list_id:
            raise Conflict("the list has changed", where="list_id", fix="look up again")
        asking.draw(desk, sender, data["ticket"])
        entries = self.drawers.held.get(data["prefix"], ())
        return {"entries": [list(one) for one in entries]}

    def _batch(self, desk: Desk, sender: Record, data: Mapping[str, Any]) -> dict[str, Any]:
        regime = self.regime(desk.at)
        most = int(regime.number("leads.batch_cards_most"))
        if data["count"] > most:
            raise BadInput(f"more than {most} cards", where="batch", fix="ask about fewer at once")
        asked = {"how": "batch", "count": data["count"], **_why(data)}
        asking.allow(desk, sender, asked, regime=regime)
        names = ("grade", "reason_class", "expires_on")
        groups = [
            {name: getattr(risk, name) for name in names} | {"setup": setup}
            for risk, setup in self.ready.groups
        ]
        response = psi.answered(self.ready, data["request"], count=data["count"])
        return {"response": response, "groups": groups}


def answering(party: Party, risks: Mapping[str, Risk]) -> Answering:
    """What answers partners' questions from these risks."""
    most = int(party.regime(party.clock()).number("leads.batch_cards_most"))
    seed = party.keys.look_up_seed
    return Answering(oprf.drawers(risks, seed), psi.prepared(risks, most=most), seed, party.regime)


def able_to_answer(party: Party, out: Path, *, numbers: Path | None) -> Party:
    """The party, who also answers partners' questions from what the last run into this folder found.

    Raises: BadInput as `risks_in` does; Unavailable without the extra psi.
    """
    return replace(party, more=Watched(party, out, numbers).handlers())


class Watched:
    """What answers partners' questions, made ready again when the list it stands on has changed on disk, or the day.

    While one thread makes the new list ready, the others answer from the old one; a list that is being
    written and cannot be read yet is tried again with the next question.
    """

    def __init__(self, party: Party, out: Path, numbers: Path | None) -> None:
        self._party, self._out, self._numbers = party, out, numbers
        self._making = threading.Lock()
        self._stamp = self._stands()
        self._ready = self._made()

    def handlers(self) -> dict[str, Handler]:
        """Who answers which kind of envelope."""
        return {name: partial(self._answer, name) for name in self._ready.handlers()}

    def current(self) -> Answering:
        """What answers now."""
        if self._stands() != self._stamp and self._making.acquire(blocking=False):
            try:
                stamp = self._stands()
                self._ready, self._stamp = self._made(), stamp
            except BadInput:
                return self._ready
            finally:
                self._making.release()
        return self._ready

    def _answer(self, name: str, desk: Desk, sender: Record, data: Mapping[str, Any]) -> Any:
        return self.current().handlers()[name](desk, sender, data)

    def _made(self) -> Answering:
        at = self._party.clock()
        regime = self._party.regime(at)
        risks = risks_in(self._out, at=at, regime=regime, numbers=self._numbers)
        return answering(self._party, risks)

    def _stands(self) -> tuple[object, ...]:
        """When each file of the list was written last, how large it is, and the day, as answers are void by the day."""
        named = [self._out / "score.parquet", *([self._numbers] if self._numbers else [])]
        found = [one.stat() for one in named if one.exists()]
        day = self._party.clock().astimezone(asking.SHANGHAI).date()
        return (day, *((one.st_mtime_ns, one.st_size) for one in found))


def look_up_key(keys: partner.OwnKeys) -> str:
    """The key that our answers to look-ups are verified with; empty without the extra psi."""
    try:
        return oprf.public_key(keys.look_up_seed)
    except Unavailable:
        return ""


def cards_in(path: Path) -> list[str]:
    """The cards of a question, one a line: `account:` or `sim:` and its id or number.

    Raises: BadInput if the file cannot be read, or a line is no card.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("the cards cannot be read", where=path.name, fix="UTF-8 text") from error
    if wrong := [n for n, one in enumerate(lines, 1) if not _CARD.fullmatch(one)]:
        raise BadInput(
            f"line {wrong[0]} is no card", where=path.name, fix="write account:ID or sim:ID"
        )
    return lines


def risks_in(
    out: Path, *, at: datetime, regime: Regime, numbers: Path | None = None
) -> dict[str, Risk]:
    """The risks that a run found, to be told for as many days as policy says.

    Raises: BadInput if the folder or the file of numbers is not what a run or a register holds.
    """
    until = at.astimezone(asking.SHANGHAI).date()
    until += timedelta(days=int(regime.number("leads.risk_answer_days")))
    return risks_of(_score(out), until=until, numbers=None if numbers is None else known(numbers))


def fetch(party: Party, number: str, post: Post, *, viewer: Viewer = SYSTEM) -> dict[str, Risk]:
    """What the partner told of the cards of an approved question; the answers are kept, sealed.

    Raises: NotAllowed if it was not approved; Unavailable if there is no answer.
    """
    with party.book.desk(viewer, at=party.clock(), purpose="an approved question") as desk:
        question = desk.get("question", number)
        asking.may_go(question)
        question = desk.look("question", number)
    to = party.partners().get(question.body["to"])
    if to is None:
        raise BadInput("no longer a partner", where=number, fix="enrol them again")
    cards = list((question.personal or {})["cards"])
    why = _why(question.body)
    one_by_one = len(cards) <= FEW and to.body["look_up_key"]
    found = (_single if one_by_one else _many)(party, to, cards, why, post)
    with party.book.desk(viewer, at=party.clock(), purpose=question.body["purpose"]) as desk:
        asking.answered(desk, question, found)
    return found


def _single(
    party: Party, to: Record, cards: list[str], why: Mapping[str, str], post: Post
) -> dict[str, Risk]:
    hits = {}
    for name in cards:
        client, blinded = oprf.blinded(name)
        id_ = f"look:{party.nonce()}"
        got = post_to(party, to, "look_up", {"blinded": blinded, **why}, event_id=id_, post=post)
        value = oprf.value_of(client, got["evaluated"], to.body["look_up_key"])
        wanted = {
            "list_id": got["list_id"],
            "ticket": got["ticket"],
            "prefix": oprf.place_of(value, got["prefix_bits"]),
        }
        drawer = post_to(party, to, "drawer", wanted, event_id=f"draw:{id_}", post=post)
        if (risk := oprf.opened(value, drawer["entries"], got["list_id"])) is not None:
            hits[name] = risk
    return hits


def _many(
    party: Party, to: Record, cards: list[str], why: Mapping[str, str], post: Post
) -> dict[str, Risk]:
    most = int(party.regime(party.clock()).number("leads.batch_cards_most"))
    hits: dict[str, Risk] = {}
    for begin in range(0, len(cards), most):
        some = cards[begin : begin + most]
        client, request = psi.asked(some)
        data = {"request": request, "count": len(some), **why}
        got = post_to(party, to, "batch", data, event_id=f"batch:{party.nonce()}", post=post)
        hits |= psi.found(client, some, got["response"], got["groups"])
    return hits


def _why(data: Mapping[str, Any]) -> dict[str, str]:
    return {"purpose": str(data["purpose"]), "approver": str(data["approver"])}


def _score(out: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(out / "score.parquet")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise BadInput(
            "it holds no scores of a run", where=str(out), fix="name what `duanka run` wrote"
        ) from error
