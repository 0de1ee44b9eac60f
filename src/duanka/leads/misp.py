"""Leads as a MISP event, and a MISP event as leads: bank accounts and phones, with who may know.

Nothing is marked for detection (`to_ids`): a lead is something to look into, and blocks nobody by itself.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from duanka.errors import BadInput
from duanka.leads.extra import need

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TLP = {
    "police_only": "tlp:red",
    "institution_only": "tlp:amber+strict",
    "linked_institutions": "tlp:amber",
}
"""Each handling limit as the traffic light protocol has it; our own word goes along beside it."""
STRICTEST = "institution_only"
"""What came without a word on who may know is kept to those it came to."""
_TAG = "duanka:handling="
_OBJECTS = {"account": ("bank-account", "account"), "sim": ("phone", "msisdn")}
_READ = {"bank-account": ("account", ("account", "iban")), "phone": ("sim", ("msisdn",))}
_SAID = {"bank-account": "comments", "phone": "text"}
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "duanka:lead")


def written(leads: Sequence[Mapping[str, Any]], *, handling: str, info: str) -> str:
    """The leads as one MISP event in JSON, for its own organisation alone until somebody shares it.

    Raises: Unavailable without the extra cti.
    Source: MISP object templates bank-account and phone.
    """
    library = need("pymisp", extra="cti")
    event = library.MISPEvent()
    event.info, event.distribution, event.threat_level_id, event.analysis = info, 0, 4, 0
    event.uuid = str(uuid.uuid5(_SPACE, "|".join(str(one["lead_id"]) for one in leads)))
    event.date = max(_at(str(one["issued_at"])) for one in leads).date()
    for tag in (TLP[handling], f'{_TAG}"{handling}"'):
        event.add_tag(tag)
    for one in leads:
        name, key = _OBJECTS[one["card_kind"]]
        made = library.MISPObject(name)
        made.uuid = str(uuid.uuid5(_SPACE, f"{one['issuer_id']}|{one['lead_id']}"))
        made.add_attribute(key, one["card_id"], to_ids=False)
        rest = {n: v for n, v in one.items() if n not in ("card_kind", "card_id")}
        said = json.dumps({"duanka_lead": rest}, sort_keys=True, ensure_ascii=False)
        made.add_attribute(_SAID[name], said, to_ids=False)
        event.add_object(made)
    return str(event.to_json(sort_keys=True))


def read(text: str | bytes, *, issuer_id: str) -> list[dict[str, Any]]:
    """The leads that a MISP event names, each with its handling; what it says of other things is left.

    An event that we did not write names cards alone: its objects' numbers become the leads' numbers.
    Raises: BadInput if it is no event, or names no card; Unavailable without the extra cti.
    """
    library = need("pymisp", extra="cti")
    event = library.MISPEvent()
    try:
        told = json.loads(text)
        event.load(told if "Event" in told else {"Event": told})
        handling = _handling([str(tag.name) for tag in event.tags])
        day = f"{event.date}T00:00:00+08:00"
        plain = {"issued_at": day, "issuer_id": issuer_id}
        found = [_lead(one, plain) for one in event.objects if one.name in _READ]
    except (library.PyMISPError, ValueError, TypeError, KeyError) as error:
        raise BadInput("it is no MISP event", where="file", fix="export it as JSON") from error
    leads = [one | {"handling": handling} for one in found if one]
    if not leads:
        raise BadInput(
            "the event names no card",
            where="file",
            fix="bank-account with account, phone with msisdn",
        )
    return leads


def _lead(made: Any, plain: Mapping[str, str]) -> dict[str, Any]:
    kind, keys = _READ[made.name]
    cards = [a.value for key in keys for a in made.get_attributes_by_relation(key)]
    if not cards:
        return {}
    told = {"lead_id": str(made.uuid), **plain, **_ours(made)}
    if (
        isinstance(at := getattr(made, "timestamp", None), datetime)
        and told["issued_at"] == plain["issued_at"]
    ):
        told["issued_at"] = at.isoformat()
    return {**told, "card_kind": kind, "card_id": str(cards[0])}


def _ours(made: Any) -> dict[str, Any]:
    """What we wrote of the lead beside its card, if it was we."""
    for attribute in made.get_attributes_by_relation(_SAID[made.name]):
        try:
            told = json.loads(attribute.value)["duanka_lead"]
        except (ValueError, KeyError, TypeError):
            continue
        if isinstance(told, dict):
            return {n: v for n, v in told.items() if n != "handling"}
    return {}


def _handling(tags: Sequence[str]) -> str:
    """Who may know: our own word if it is there, else what the traffic light allows at most."""
    for tag in tags:
        word = tag.removeprefix(_TAG).strip('"')
        if tag.startswith(_TAG) and word in TLP:
            return word
    open_to_others = {"tlp:green", "tlp:clear", "tlp:white"}
    return "linked_institutions" if open_to_others & {t.lower() for t in tags} else STRICTEST


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
