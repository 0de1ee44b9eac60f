"""`duanka lead match`: which of our cards the leads that wait name, each sender's hidden cards under their own key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput
from duanka.leads import lead, match, partner
from duanka.store.ledger import SYSTEM
from duanka.store.ledger_scope import Wanted
from duanka.tables.check import check
from duanka.tables.read import batches

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from duanka.jobs.progress import Progress
    from duanka.store.ledger import Desk, Ledger, Record

_REGISTER = re.compile(r"^(account|sim)[-_.]")
_HELD = ("holder_id", "institution_id")


def match_all(
    book: Ledger,
    frames: Mapping[str, pl.DataFrame],
    *,
    at: datetime,
    pair_key: str = "",
) -> dict[str, int]:
    """How many received leads name a card of ours, how many name none, and how many further cards are linked.

    Cards that a partner hid are looked for under the key that we share with that partner ,
    those of a file under `pair_key`. Looking at the card that a lead names is a look
    at personal data and is written down.
    """
    with book.desk(SYSTEM, at=at, purpose="matching leads with our cards") as desk:
        waiting = [
            desk.look("lead", one.id) for one in list(desk.each(Wanted("lead", states=("received",))))
        ]  # fmt: skip
        pair_keys = _pair_keys(book, desk, waiting, pair_key)
        found = [
            match.cards_named(_told(waiting, sender), frames, pair_key=key)
            for sender, key in pair_keys.items()
        ]
        named = pl.concat(found) if found else match.cards_named(_told([], ""), frames)
        cards: dict[str, list[str]] = {}
        for lead_id, card in named.select("lead_id", "card_id").iter_rows():
            cards.setdefault(lead_id, []).append(card)
        for one in waiting:
            lead.matched(desk, one, cards.get(one.id, []))
        others = match.linked(named, frames).height
    return {"matched": len(cards), "not_ours": len(waiting) - len(cards), "linked_cards": others}


def _pair_keys(book: Ledger, desk: Desk, waiting: list[Record], other: str) -> dict[str, str]:
    """The key for the hidden cards of each sender of what waits."""
    partners = partner.in_force(desk)
    keys = partner.own_keys(book.ring.signing)
    senders = sorted({one.parent_id for one in waiting})
    mine = partner.us(desk) if partners.keys() & set(senders) else ""
    return {
        name: partner.pair_key(keys, mine, partners[name]) if name in partners else other
        for name in senders
    }


def _told(waiting: list[Record], sender: str) -> pl.DataFrame:
    rows = [
        (o.id, o.body["card_kind"], (o.personal or {}).get("card_id"), bool(o.body.get("digested")))
        for o in waiting
        if o.parent_id == sender
    ]
    kinds = {"lead_id": pl.String, "card_kind": pl.String, "card_id": pl.String}
    return pl.DataFrame(rows, schema={**kinds, "digested": pl.Boolean}, orient="row")


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
