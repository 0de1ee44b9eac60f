"""Notices (告知书): what the holder is told, in Chinese and English, and whether it arrived.

Source: 反电信网络诈骗法 第三十二条: reason, remedy and papers; 个人信息保护法 第二十四条.
"""

from __future__ import annotations

import pkgutil
from dataclasses import replace
from datetime import timedelta
from string import Template
from typing import TYPE_CHECKING

from duanka.cases import paper, words
from duanka.cases.ids import derived
from duanka.cases.order_terms import SHANGHAI, instant, regime_at
from duanka.errors import Conflict
from duanka.store.ledger_rows import Message, Record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duanka.policy.dated import Policy, Regime
    from duanka.store.ledger_desk import Desk

LANGUAGES = ("zh", "en")
OPEN = ("to_send",)
Values = dict[str, tuple[str, str]]


def draft(desk: Desk, order: Record, policy: Policy) -> Record:
    """The notice of a proposed order, ready before anything is decided."""
    return _keep(desk, order, "measure", values=_of_order(order, policy, desk.at))


def of_measure(desk: Desk, order: Record, policy: Policy) -> Record:
    """The notice of an order in force, on its way to the holder."""
    return _keep(desk, order, "measure", values=_of_order(order, policy, desk.at), policy=policy)


def of_lift(desk: Desk, order: Record, policy: Policy) -> Record:
    """The notice that an order has ended, on its way to the holder."""
    values = _of_order(order, policy, desk.at) | _ended(order)
    return _keep(desk, order, "lift", values=values, policy=policy)


def of_discipline(desk: Desk, discipline: Record, policy: Policy) -> Record:
    """The written notice of discipline, on its way to whom it is about.

    Source: 联合惩戒办法 第十二条: basis, term, measures, and the right of appeal.
    """
    values = _of_discipline(discipline, policy, desk.at)
    return _keep(desk, discipline, "discipline", values=values, policy=policy)


def of_discipline_end(desk: Desk, discipline: Record, policy: Policy) -> Record:
    """The notice that discipline has ended, completely."""
    values = _of_discipline(discipline, policy, desk.at)
    values |= {"measures": _both_lines(words.both(name) for name, _ in discipline.body["measures"])}
    values |= _ended(discipline)
    return _keep(desk, discipline, "discipline_end", values=values, policy=policy)


def of_appeal(desk: Desk, appeal: Record, of: Record, policy: Policy, *, step: str) -> Record:
    """The answer to an appeal at a step: received, upheld or forwarded."""
    values_of = _of_discipline if of.kind == "discipline" else _of_order
    values = values_of(of, policy, desk.at) | {"appeal_id": (appeal.id,) * 2}
    due = appeal.due_at
    values["answer_by"] = ("" if due is None else day(due),) * 2
    values["answer"] = (appeal.body.get("because", ""),) * 2
    values["authority"] = (appeal.body.get("authority", ""),) * 2
    return _keep(desk, appeal, step, values=values, policy=policy)


def of_reverification(
    desk: Desk, asked: Record, policy: Policy, *, legal_basis: str, reasons: tuple[str, ...]
) -> Record:
    """The notice that asks a holder to verify a card again."""
    regime = regime_at(policy, desk.at)
    kind, _, card_id = asked.about.partition(":")
    papers = regime.words(f"notices.{kind}_papers")
    values: Values = {
        "card": words.both(kind),
        "card_id": (masked(card_id),) * 2,
        "reasons": _both_lines(words.reason(regime, code) for code in reasons),
        "legal_basis": (legal_basis,) * 2,
        "papers": _both_lines(words.both(word) for word in papers),
        "answer_by": ("" if asked.due_at is None else day(asked.due_at),) * 2,
    }
    return _keep(desk, asked, "reverify", values=values, policy=policy)


def delivered(desk: Desk, notice: Record, *, channel: str, proof: str) -> Record:
    """The notice, delivered: by which channel, and what proves it (a file's digest, a receipt).

    Raises: Conflict if it is not on its way.
    """
    if notice.state not in OPEN:
        raise Conflict(f"the notice is {notice.state}", where=notice.id, fix="look at it again")
    told = notice.but("delivered", channel=channel, proof=proof, delivered_at=desk.at.isoformat())
    return desk.write(replace(told, is_open=False, due_at=None), act="deliver")


def read(desk: Desk, notice: Record) -> Record:
    """The notice, read by the holder, as the channel tells.

    Raises: Conflict if it was not delivered.
    """
    if notice.state != "delivered":
        raise Conflict(f"the notice is {notice.state}", where=notice.id, fix="look at it again")
    return desk.write(notice.but("read", read_at=desk.at.isoformat()), act="read")


def text(name: str, values: Mapping[str, tuple[str, str]], language: str) -> str:
    """The text of a notice in a language, from its template."""
    raw = pkgutil.get_data("duanka.cases", f"notices/{name}.{language}.txt") or b""
    place = LANGUAGES.index(language)
    filled = Template(raw.decode()).substitute({key: both[place] for key, both in values.items()})
    return filled.replace("\n\n\n", "\n\n")


def docx(texts: Mapping[str, str], at: datetime) -> bytes:
    """The notice as a Word document, one language after the other."""
    return paper.docx(as_paper(texts), at)


def as_paper(texts: Mapping[str, str]) -> paper.Paper:
    """The notice as a paper, each language on a page of its own."""
    found = [texts[name] for name in LANGUAGES if name in texts]
    parts: list[paper.Part] = []
    for i, told in enumerate(found):
        parts += [paper.PageBreak()] if i else []
        parts += [paper.Text(line) for line in told.splitlines()]
    return paper.Paper("告知书 notice", tuple(parts))


def says(texts: Mapping[str, str]) -> list[str]:
    """Which of reason, remedy and documents a measure's notice tells in every language.

    Example:
        >>> says({"zh": "二、原因：", "en": "Why:"})
        ['reason']
    """
    marks = {
        "reason": ("原因：", "Why:"),
        "remedy": ("申诉渠道：", "Ways to appeal:"),
        "documents": ("携带", "bring:"),
    }
    places = {name: LANGUAGES.index(name) for name in texts}
    return [
        what
        for what, told in marks.items()
        if texts and all(told[place] in texts[name] for name, place in places.items())
    ]


def day(at: datetime) -> str:
    """The minute in China, as a notice writes it.

    Example:
        >>> from datetime import UTC, datetime
        >>> day(datetime(2026, 6, 1, 4, tzinfo=UTC))
        '2026-06-01 12:00'
    """
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def masked(card_id: str) -> str:
    """A card's number as paper that may get lost shows it.

    Example:
        >>> masked("62220000001234"), masked("A1")
        ('62****1234', 'A1')
    """
    return card_id if len(card_id) <= 8 else f"{card_id[:2]}****{card_id[-4:]}"


def _of_order(order: Record, policy: Policy, at: datetime) -> Values:
    regime: Regime = regime_at(policy, at)
    kind, _, card_id = order.about.partition(":")
    body = order.body
    return {
        **_of_any(order, regime, f"notices.{kind}_papers"),
        "review": (day(instant(body["review_at"])),) * 2,
        "card": words.both(kind),
        "card_id": (masked(card_id),) * 2,
        "measure": words.measure_name(policy, body["measure"]),
        "meaning": words.meaning(body["measure"]),
        "accept_days": (str(regime["appeals.accept_within_days"]),) * 2,
        "answer_days": (str(regime["appeals.answer_within_days"]),) * 2,
    }


def _of_discipline(discipline: Record, policy: Policy, at: datetime) -> Values:
    regime: Regime = regime_at(policy, at)
    body = discipline.body
    issued = body["document"]
    named = (f"{issued['issuer']}《{issued['number']}》", f"{issued['issuer']}, {issued['number']}")
    spans = []
    for name, until in body["measures"]:
        zh, en = words.both(name)
        spans.append((f"{zh}，至 {day(instant(until))}", f"{en}, until {day(instant(until))}"))
    return {
        **_of_any(discipline, regime, "notices.discipline_papers"),
        "document": named,
        "measure": words.both("discipline"),
        "measures": _both_lines(spans),
        "accept_days": (str(regime["discipline.accept_within_days"]),) * 2,
        "answer_days": (str(regime["discipline.answer_within_days"]),) * 2,
    }


def _of_any(of: Record, regime: Regime, papers: str) -> Values:
    """What every notice tells of what was done: from when to when, why, by which law, what stays, how to appeal."""
    body = of.body
    return {
        "starts": (day(instant(body["starts_at"])),) * 2,
        "expires": (day(instant(body["expires_at"])),) * 2,
        "reasons": _both_lines(words.reason(regime, code) for code in body["reasons"]),
        "legal_basis": (body["legal_basis"],) * 2,
        "kept": _both_lines(words.both(word) for word in body["kept"]),
        "channels": _both_lines(words.both(word) for word in body["appeal_path"].split(", ")),
        "papers": _both_lines(words.both(word) for word in regime.words(papers)),
        "order_id": (of.id,) * 2,
    }


def _ended(of: Record) -> Values:
    ended = (day(instant(of.body["ended_at"])),) * 2
    return {"ended": ended, "ended_because": words.both(of.body["ended_because"])}


def _both_lines(found: object) -> tuple[str, str]:
    told: list[words.Both] = list(found)  # type: ignore[call-overload]
    return words.lines(told, 0), words.lines(told, 1)


def _keep(
    desk: Desk, of: Record, name: str, *, values: Values, policy: Policy | None = None
) -> Record:
    """The notice as it is kept; on its way it is in the outbox too, without its text."""
    state = "drafted" if policy is None else "to_send"
    notice_id = derived("n", of.id) if name == "measure" else derived("n", of.id, name)
    texts = {language: text(name, values, language) for language in LANGUAGES}
    old = desk.get("notice", notice_id) if desk.has("notice", notice_id) else None
    body = {"tells": name, "of": of.kind, "of_id": of.id, "says": says(texts)}
    due = None
    if policy is not None:
        hours = regime_at(policy, desk.at).number("appeals.notice_within_hours")
        due = desk.at + timedelta(hours=hours)
        body["due_at"] = due.isoformat()
    made = Record(
        "notice",
        notice_id,
        of.institution_id,
        of.region_code,
        state,
        body,
        about=of.about,
        parent_id=of.id,
        due_at=due,
        is_open=state in OPEN,
        version=0 if old is None else old.version,
    )
    kept = desk.write(made, act="draft" if state == "drafted" else "tell", personal=texts)
    if state in OPEN:
        body = {"notice_id": notice_id, "tells": name, "about": of.about}
        desk.send(Message(f"{notice_id}:{kept.version}", "notice", body, "notice", notice_id))
    return kept
