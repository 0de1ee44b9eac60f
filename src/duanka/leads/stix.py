"""Leads as a STIX 2.1 bundle, and a bundle as leads: observed accounts with markings, never indicators.

An indicator is a rule that others' machines act on; a lead is something that was observed and is looked into.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from duanka.errors import BadInput
from duanka.leads.extra import need
from duanka.leads.misp import STRICTEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KINDS = {"account": "bank-account", "sim": "phone-number"}
_READ = {word: kind for kind, word in _KINDS.items()}
_PROPERTY = "x_duanka_lead"
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "duanka:lead")
_OPEN = ("clear", "white", "green")


def written(leads: Sequence[Mapping[str, Any]], *, handling: str, at: datetime) -> str:
    """The leads as a STIX 2.1 bundle in JSON: who told it, the account, when it was observed, who may know.

    Raises: Unavailable without the extra cti.
    Source: OASIS STIX 2.1; cards are `user-account` objects, whose kind is their `account_type`.
    """
    library = need("stix2", extra="cti")
    marks = [library.TLP_AMBER if handling == "linked_institutions" else library.TLP_RED]
    now = at.astimezone(UTC)
    parts: dict[str, Any] = {marks[0].id: marks[0]}
    for one in leads:
        issuer = library.Identity(
            id=_id("identity", str(one["issuer_id"])), name=str(one["issuer_id"]),
            identity_class="organization", created=now, modified=now,
        )  # fmt: skip
        card = library.UserAccount(
            user_id=str(one["card_id"]),
            account_type=_KINDS[one["card_kind"]],
            object_marking_refs=marks,
        )
        rest = {n: v for n, v in one.items() if n not in ("card_kind", "card_id")}
        issued_at = datetime.fromisoformat(str(one["issued_at"])).astimezone(UTC)
        seen = library.ObservedData(
            id=_id("observed-data", f"{one['issuer_id']}|{one['lead_id']}"), created=now, modified=now,
            created_by_ref=issuer.id, first_observed=issued_at, last_observed=issued_at,
            number_observed=1, object_refs=[card.id], object_marking_refs=marks, allow_custom=True,
            external_references=[{"source_name": "duanka", "external_id": str(one["lead_id"])}],
            **{_PROPERTY: rest | {"handling": handling}},
        )  # fmt: skip
        parts |= {part.id: part for part in (issuer, card, seen)}
    bundle_id = _id("bundle", "|".join(sorted(parts)))
    made = library.Bundle(*parts.values(), id=bundle_id, allow_custom=True)
    return str(made.serialize(sort_keys=True))


def read(text: str | bytes, *, issuer_id: str) -> list[dict[str, Any]]:
    """The leads that a bundle holds, each with its handling; objects of other kinds are left.

    Raises: BadInput if it is no bundle, or names no card; Unavailable without the extra cti.
    """
    library = need("stix2", extra="cti")
    try:
        bundle = library.parse(json.loads(text), allow_custom=True)
        objects = {one["id"]: one for one in bundle["objects"]}
        seen = [one for one in objects.values() if one["type"] == "observed-data"]
        found = [lead for one in seen for lead in _leads(one, objects, issuer_id)]
    except (library.exceptions.STIXError, ValueError, TypeError, KeyError) as error:
        raise BadInput("it is no STIX 2.1 bundle", where="file", fix="export it as JSON") from error
    if not found:
        raise BadInput(
            "the bundle names no card",
            where="file",
            fix="observed-data of user-account with account_type bank-account or phone-number",
        )
    return found


def _leads(seen: Any, objects: Mapping[str, Any], issuer_id: str) -> list[dict[str, Any]]:
    said = seen.get(_PROPERTY) or {}
    plain = {
        "lead_id": seen["id"].rpartition("--")[2],
        "issued_at": seen["first_observed"].isoformat(),
        "issuer_id": issuer_id,
        **said,
        "handling": said.get("handling") or _handling(seen, objects),
    }
    cards = [objects.get(ref) for ref in seen.get("object_refs", ())]
    return [
        {**plain, "card_kind": _READ[card["account_type"]], "card_id": str(card["user_id"])}
        for card in cards
        if card is not None and card["type"] == "user-account" and card.get("account_type") in _READ
    ]


def _handling(seen: Any, objects: Mapping[str, Any]) -> str:
    """What the marking allows at most; without one, those it came to alone."""
    marks = [objects.get(ref) for ref in seen.get("object_marking_refs", ())]
    words = [str(mark.get("name", "")).lower() for mark in marks if mark is not None]
    if any(word == f"tlp:{light}" for word in words for light in _OPEN):
        return "linked_institutions"
    return STRICTEST


def _id(kind: str, about: str) -> str:
    return f"{kind}--{uuid.uuid5(_SPACE, f'{kind}|{about}')}"
