"""Notices (告知书): what the holder is told, in Chinese and English, and whether it arrived.

Source: 反电信网络诈骗法 第三十二条: reason, remedy and papers; 个人信息保护法 第二十四条.
"""

from __future__ import annotations

import pkgutil
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from string import Template
from typing import TYPE_CHECKING

from duanka.cases import words
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
    values = _of_order(order, policy, desk.at)
    ended = (day(instant(order.body["ended_at"])),) * 2
    values |= {"ended": ended, "ended_because": words.both(order.body["ended_because"])}
    return _keep(desk, order, "lift", values=values, policy=policy)


def of_appeal(desk: Desk, appeal: Record, order: Record, policy: Policy, *, step: str) -> Record:
    """The answer to an appeal at a step: received, upheld or forwarded."""
    values = _of_order(order, policy, desk.at) | {"appeal_id": (appeal.id,) * 2}
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
    from docx import Document

    made = Document()
    for i, name in enumerate(one for one in LANGUAGES if one in texts):
        if i:
            made.add_page_break()  # type: ignore[no-untyped-call]
        for line in texts[name].splitlines():
            made.add_paragraph(line)
    made.core_properties.created = made.core_properties.modified = at.replace(tzinfo=None)
    made.core_properties.author = "duanka"
    file = BytesIO()
    made.save(file)
    return file.getvalue()


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
    dates = {
        "starts": body["starts_at"],
        "expires": body["expires_at"],
        "review": body["review_at"],
    }
    papers = regime.words(f"notices.{kind}_papers")
    return {
        **{name: (day(instant(told)),) * 2 for name, told in dates.items()},
        "card": words.both(kind),
        "card_id": (masked(card_id),) * 2,
        "measure": words.measure_name(policy, body["measure"]),
        "meaning": words.meaning(body["measure"]),
        "reasons": _both_lines(words.reason(regime, code) for code in body["reasons"]),
        "legal_basis": (body["legal_basis"],) * 2,
        "kept": _both_lines(words.both(word) for word in body["kept"]),
        "channels": _both_lines(words.both(word) for word in body["appeal_path"].split(", ")),
        "papers": _both_lines(words.both(word) for word in papers),
        "accept_days": (str(regime["appeals.accept_within_days"]),) * 2,
        "answer_days": (str(regime["appeals.answer_within_days"]),) * 2,
        "order_id": (order.id,) * 2,
    }


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
