"""`duanka lead match`, `expand` and `standing`: which of our cards leads name, what is linked, who was right."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput
from duanka.jobs.leads import Acting
from duanka.leads import lead, match, partner, standing, suggest
from duanka.store.ledger import SYSTEM
from duanka.store.ledger_scope import Wanted
from duanka.tables.check import check
from duanka.tables.read import batches

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Regime
    from duanka.store.ledger import Desk, Ledger, Record, Viewer

_HELD = ("holder_id", "institution_id")
MATCHING = Acting(purpose="matching leads with our cards")
LINKING = Acting(purpose="cards linked with those that leads name")


def match_all(
    book: Ledger,
    frames: Mapping[str, pl.DataFrame],
    *,
    at: datetime,
    pair_key: str = "",
    numbers: pl.DataFrame | None = None,
    by: Acting = MATCHING,
) -> dict[str, int]:
    """How many received leads name a card of ours, how many name none, and how many further cards are linked.

    Cards that a partner hid are looked for under the key that we share with that partner ,
    those of a file under `pair_key`. With `numbers` (card_kind, card_id, number) cards are named by number too. Looking at the card that a lead names is a look
    at personal data and is written down.
    """
    with book.desk(by.viewer, at=at, purpose=by.purpose) as desk:
        waiting = [
            desk.look("lead", one.id) for one in list(desk.each(Wanted("lead", states=("received",))))
        ]  # fmt: skip
        pair_keys = _pair_keys(book, desk, waiting, pair_key)
        names = None if numbers is None else match.tidied(numbers)
        found = [
            match.cards_named(_told(waiting, sender), frames, pair_key=key, numbers=names)
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


def expand(
    book: Ledger,
    frames: Mapping[str, pl.DataFrame],
    *,
    at: datetime,
    regime: Regime,
    by: Acting = LINKING,
) -> dict[str, int]:
    """How many cards linked with those that matched leads name are suggested now, by tie; again adds none."""
    count = dict.fromkeys(suggest.TIES, 0)
    with book.desk(by.viewer, at=at, purpose=by.purpose) as desk:
        open_ = {one.id: one for one in desk.each(Wanted("lead", states=("matched", "controlled")))}
        rows = [(one.id, *one.about.split(":", 1)) for one in open_.values()]
        schema = [(name, pl.String) for name in ("lead_id", "card_kind", "card_id")]
        about = pl.DataFrame(rows, schema=schema, orient="row")
        # what matched has no digest any more: it is a card of ours
        named = match.cards_named(about, frames)
        found = suggest.suggestions(named, frames, as_of=at, regime=regime)
        for lead_id, kind, card, ties in found.iter_rows():
            if suggest.suggest(desk, open_[lead_id], (kind, card), ties, regime=regime):
                count[ties[0]] += 1
    return count


def standings(book: Ledger, *, at: datetime, viewer: Viewer = SYSTEM) -> pl.DataFrame:
    """How right each sender's leads were, and how long each step took, as `leads.standing.standing` says."""
    with book.read(viewer, at=at) as desk:
        rows = [_row(desk, one) for one in desk.each(Wanted("lead"))]
    return standing.standing(pl.DataFrame(rows, schema=standing.COLUMNS, orient="row"))


def _row(desk: Desk, one: Record) -> tuple[object, ...]:
    order = str(one.body.get("order_id") or "")
    known = bool(order) and desk.has("order", order)
    why = desk.get("order", order).body.get("ended_because") if known else ""
    names = ("issued_at", "received_at", "controlled_at")
    at = [
        datetime.fromisoformat(t).astimezone(UTC) if (t := one.body.get(n)) else None for n in names
    ]
    sender = one.parent_id or one.body["sender_id"]
    return (sender, one.state, one.body.get("outcome"), why == "appeal_granted", *at)


def _pair_keys(book: Ledger, desk: Desk, waiting: list[Record], other: str) -> dict[str, str]:
    """The key for the hidden cards of each sender of what waits."""
    keys = partner.own_keys(book.ring.signing)
    senders = sorted({one.parent_id for one in waiting})
    # who our partners are belongs to no unit: whoever matches has their keys at hand
    with book.read(SYSTEM, at=desk.at) as ours:
        partners = partner.in_force(ours)
        mine = partner.us(ours) if partners.keys() & set(senders) else ""
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
    found = _tables(folder, {kind: (f"{kind}_id", *_HELD) for kind in ("account", "sim")}, say)
    if not found:
        raise BadInput(
            "no register of accounts or phone cards",
            where=str(folder),
            fix="name the folder of records",
        )
    return found


def known(path: Path) -> pl.DataFrame:
    """The numbers of cards as the core system knows them: card_kind, card_id, number; read, never kept.

    Raises: BadInput if a column is missing or the file cannot be read.
    """
    rows = pl.concat([batch.rows for batch in batches(path)], how="diagonal_relaxed")
    if missing := {"card_kind", "card_id", "number"} - set(rows.columns):
        raise BadInput(
            f"columns are missing: {', '.join(sorted(missing))}",
            where=path.name,
            fix="give card_kind, card_id, number",
        )
    return rows


def linking(folder: Path, out: Path | None, *, say: Progress) -> dict[str, pl.DataFrame]:
    """What links cards: the registers and device uses of a folder, and the networks and roles of a run.

    Raises: BadInput if the folder holds no register.
    """
    uses = {"device_use": ("at", "card_kind", "card_id", "device_id")}
    found = registers(folder, say=say) | _tables(folder, uses, say)
    told = {
        "network": ("network_id", "subject_kind", "subject_id"),
        "role": ("subject_kind", "subject_id", "role"),
    }
    return found | (_tables(out, told, say) if out is not None else {})


def _tables(
    folder: Path, wanted: Mapping[str, tuple[str, ...]], say: Progress
) -> dict[str, pl.DataFrame]:
    """These columns of these tables, where the folder has them."""
    named = re.compile(rf"({'|'.join(wanted)})[-_.]")
    found: dict[str, list[pl.DataFrame]] = {}
    with say.stage("读取登记 reading registers"):
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if (name := named.match(path.name)) is None or not path.is_file():
                continue
            for batch in batches(path):
                rows = check(batch.rows, name[1]).rows.select(wanted[name[1]])
                found.setdefault(name[1], []).append(rows)
    return {name: pl.concat(parts) for name, parts in found.items()}
