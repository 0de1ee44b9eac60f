"""`duanka lead`: leads read from a file, matched with our cards, and kept in the ledger with their clocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput
from duanka.leads import authority, lead, match, sheet
from duanka.store.ledger import SYSTEM
from duanka.store.ledger_scope import Wanted
from duanka.tables.check import check
from duanka.tables.read import batches

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Regime
    from duanka.store.ledger import Ledger

_REGISTER = re.compile(r"^(account|sim)[-_.]")
_HELD = ("holder_id", "institution_id")


@dataclass(frozen=True)
class Took:
    """How many leads of a file were new, known before, and refused; where the refused ones are."""

    fresh: int
    known: int
    refused: int
    returned: Path | None


@dataclass(frozen=True)
class Sender:
    """Who sent the file, and which unit here (institution, region) answers for what is in it."""

    sender_id: str
    unit: tuple[str, str]


def take_file(
    path: Path, book: Ledger, sender: Sender, *, at: datetime, regime: Regime, say: Progress
) -> Took:
    """What came of a file of leads (CSV, XLSX, JSON lines; headings of the contract or in Chinese).

    Refused rows are written beside it as a workbook to be mended and sent again.
    Raises: BadInput if the file cannot be read.
    """
    fresh = known = refused = 0
    wrong: list[tuple[pl.DataFrame, pl.DataFrame]] = []
    with say.stage("读取线索 reading leads"):
        for batch in batches(path):
            rows = sheet.in_our_words(batch.rows)
            found = check(rows, "lead", file=path.name)
            if not found.taken:
                faults = ", ".join(found.rejects["column"].drop_nulls().to_list())
                raise BadInput(f"columns are missing: {faults}", where=path.name, fix="use the template of `duanka lead template`")  # fmt: skip
            refused += found.refused
            if found.refused:
                wrong.append((rows, found.rejects))
            new, old = _keep(found.rows, book, sender, at, regime)
            fresh, known = fresh + new, known + old
    return Took(fresh, known, refused, _returned(path, wrong))


def _keep(
    rows: pl.DataFrame, book: Ledger, sender: Sender, at: datetime, regime: Regime
) -> tuple[int, int]:
    fresh = known = 0
    for begin in range(0, rows.height, 500):
        with book.desk(SYSTEM, at=at, purpose="leads received in a file") as desk:
            for row in rows[begin : begin + 500].iter_rows(named=True):
                data = {n: _plain(v) for n, v in row.items() if v is not None}
                before = desk.done(f"lead:{sender.sender_id}:{data['lead_id']}")
                lead.receive(desk, data, unit=sender.unit, sender_id=sender.sender_id, regime=regime)  # fmt: skip
                known, fresh = known + (before is not None), fresh + (before is None)
    return fresh, known


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _returned(path: Path, wrong: list[tuple[pl.DataFrame, pl.DataFrame]]) -> Path | None:
    if not wrong:
        return None
    rows = pl.concat([r for r, _ in wrong], how="diagonal_relaxed")
    rejects = pl.concat([r for _, r in wrong])
    place = path.with_name(f"{path.stem}-returned.xlsx")
    place.write_bytes(sheet.error_return(rows, rejects))
    return place


def match_all(
    book: Ledger, frames: Mapping[str, pl.DataFrame], *, at: datetime, pair_key: str = ""
) -> dict[str, int]:
    """How many received leads name a card of ours, how many name none, and how many further cards are linked.

    Looking at the card that a lead names is a look at personal data and is written down.
    """
    with book.desk(SYSTEM, at=at, purpose="matching leads with our cards") as desk:
        waiting = [
            desk.look("lead", one.id) for one in list(desk.each(Wanted("lead", states=("received",))))
        ]  # fmt: skip
        told = pl.DataFrame(
            [(o.id, o.body["card_kind"], (o.personal or {}).get("card_id"), bool(o.body.get("digested"))) for o in waiting],
            schema={"lead_id": pl.String, "card_kind": pl.String, "card_id": pl.String, "digested": pl.Boolean},
            orient="row",
        )  # fmt: skip
        named = match.cards_named(told, frames, pair_key=pair_key)
        cards: dict[str, list[str]] = {}
        for lead_id, card in named.select("lead_id", "card_id").iter_rows():
            cards.setdefault(lead_id, []).append(card)
        for one in waiting:
            lead.matched(desk, one, cards.get(one.id, []))
        others = match.linked(named, frames).height
    return {"matched": len(cards), "not_ours": len(waiting) - len(cards), "linked_cards": others}


def clocks(book: Ledger, *, at: datetime, regime: Regime) -> dict[str, int]:
    """How many leads were reminded of and expired, and how many stops and freezes of the police ended; safe to run twice."""
    with book.desk(SYSTEM, at=at, purpose="clocks of leads") as desk:
        expired = lead.expire(desk, regime=regime)
        return {
            "expired": expired,
            "reminded": lead.remind(desk, regime=regime),
            "holds_ended": authority.expire(desk),
        }


def registers(folder: Path, *, say: Progress) -> dict[str, pl.DataFrame]:
    """The registers of accounts and phone cards in a folder of records.

    Raises: BadInput if it holds neither.
    """
    found: dict[str, list[pl.DataFrame]] = {}
    with say.stage("读取登记 reading registers"):
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if (named := _REGISTER.match(path.name)) is None:
                continue
            for batch in batches(path):
                rows = check(batch.rows, named[1]).rows.select(f"{named[1]}_id", *_HELD)
                found.setdefault(named[1], []).append(rows)
    if not found:
        raise BadInput(
            "no register of accounts or phone cards",
            where=str(folder),
            fix="name the folder of records",
        )
    return {name: pl.concat(parts) for name, parts in found.items()}
