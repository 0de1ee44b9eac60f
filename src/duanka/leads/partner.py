"""Partners: whom we exchange with, introduced out of band by public keys alone, and enrolled in the ledger."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from duanka.errors import BadInput, Conflict, NotAllowed, NotFound
from duanka.store.ledger_rows import EVERY, Record, Viewer
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duanka.store.ledger_desk import Desk

KINDS = ("police", "bank", "payment", "operator", "mvno")
"""What a party is: lines of the trade, and the police."""
MAY = ("leads", "look_ups")
"""What a partner may be enrolled for: to exchange leads, to ask about cards."""
US = "us"
_PARTY = re.compile(r"[A-Za-z0-9._-]{1,48}")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class OwnKeys:
    """The private keys of a party: one signs envelopes, one agrees on pair keys, one answers look-ups."""

    signing: Ed25519PrivateKey
    agreement: X25519PrivateKey
    look_up_seed: bytes


def own_keys(secret: bytes) -> OwnKeys:
    """The keys of the party whose ledger has this secret; each is derived for one use.

    Source: RFC 5869.
    """
    return OwnKeys(
        Ed25519PrivateKey.from_private_bytes(_derived(secret, b"duanka exchange signing")),
        X25519PrivateKey.from_private_bytes(_derived(secret, b"duanka exchange agreement")),
        _derived(secret, b"duanka exchange look-up"),
    )


def introduction(
    keys: OwnKeys, *, party_id: str, party_kind: str, address: str = "", look_up_key: str = ""
) -> dict[str, str]:
    """What a party tells of itself, signed: its id, kind, address and public keys; nothing in it is secret.

    Raises: BadInput if the id, kind or address will not do.
    """
    told = {
        "party_id": party_id,
        "party_kind": party_kind,
        "address": address,
        "signing_key": keys.signing.public_key().public_bytes_raw().hex(),
        "agreement_key": keys.agreement.public_key().public_bytes_raw().hex(),
        "look_up_key": look_up_key,
    }
    _will_do(told)
    return told | {"signature": keys.signing.sign(rfc8785.dumps(told)).hex()}


def settle(desk: Desk, told: Mapping[str, str]) -> Record:
    """Who we are to our partners, kept, so that every envelope and pair key is made under this id.

    Raises: Conflict if partners are enrolled and know us under another id.
    """
    body = {name: told[name] for name in told if name != "signature"}
    if not desk.has("party", US):
        return desk.write(Record("party", US, told["party_id"], "", "in_force", body), act="settle")
    before = desk.get("party", US)
    if before.body["party_id"] != told["party_id"] and in_force(desk):
        raise Conflict(
            "partners know us under another id", where="party", fix="keep it, or revoke them first"
        )
    return desk.write(replace(before.but(**body), institution_id=told["party_id"]), act="settle")


def us(desk: Desk) -> str:
    """Our id among partners.

    Raises: NotFound if we have none yet.
    """
    if not desk.has("party", US):
        raise NotFound(
            "we have no id among partners yet", where="ledger", fix="run `duanka lead introduce`"
        )
    return str(desk.get("party", US).body["party_id"])


def fingerprint(told: Mapping[str, str]) -> str:
    """The introduction's digest in groups, to be read out over another channel before enrolling.

    Example:
        >>> len(fingerprint({"party_id": "a"}).split(" "))
        8
    """
    bare = {name: value for name, value in told.items() if name != "signature"}
    text = hashlib.sha256(rfc8785.dumps(bare)).hexdigest()[:32]
    return " ".join(text[at : at + 4] for at in range(0, 32, 4))


def enrol(
    desk: Desk, told: Any, *, heard: str, unit: tuple[str, str], may: Sequence[str] = ("leads",)
) -> Record:
    """The partner as enrolled: what they introduced themselves with, and what they are enrolled for.

    `heard` is the fingerprint that came over another channel; `unit` (institution, region) answers for
    the leads they send. Enrolling them again with other keys replaces the keys.
    Raises: BadInput if the introduction is none; NotAllowed if it is not the one that was heard.
    """
    _signed(told)
    if "".join(heard.lower().split()) != fingerprint(told).replace(" ", ""):
        raise NotAllowed(
            "this is not the introduction whose fingerprint you were told",
            where="--fingerprint",
            fix="ask the partner by telephone or in person, and compare all of it",
        )
    if not may or set(may) - set(MAY):
        raise BadInput("enrolled for what?", where="--may", fix=f"some of {', '.join(MAY)}")
    body = {name: told[name] for name in told if name != "signature"} | {"may": sorted(set(may))}
    party_id = told["party_id"]
    if desk.has("partner", party_id):
        before = desk.get("partner", party_id)
        made = replace(before.but("in_force", **body), institution_id=unit[0], region_code=unit[1])
        return desk.write(replace(made, is_open=True), act="enrol")
    return desk.write(Record("partner", party_id, *unit, "in_force", body), act="enrol")


def revoke(desk: Desk, party_id: str, *, because: str) -> Record:
    """The partner revoked: nothing more is taken from them or sent to them.

    Raises: NotFound; BadInput without a reason.
    """
    if not because.strip():
        raise BadInput("revoked without a reason", where=party_id, fix="say why in a few words")
    gone = desk.get("partner", party_id).but("revoked", revoked_because=because)
    return desk.write(replace(gone, is_open=False), act="revoke")


def in_force(desk: Desk) -> dict[str, Record]:
    """The partners that are enrolled now, by id."""
    return {one.id: one for one in desk.each(Wanted("partner", states=("in_force",)))}


def signing_keys(partners: Mapping[str, Record]) -> dict[str, Ed25519PublicKey]:
    """The keys that their envelopes are verified with, by id."""
    return {
        name: Ed25519PublicKey.from_public_bytes(bytes.fromhex(one.body["signing_key"]))
        for name, one in partners.items()
    }


def pair_key(keys: OwnKeys, mine: str, partner: Record) -> str:
    """The secret that only we and this partner can make, to digest cards with; it is kept nowhere.

    Source: RFC 7748, RFC 5869.
    """
    theirs = X25519PublicKey.from_public_bytes(bytes.fromhex(partner.body["agreement_key"]))
    both = "|".join(sorted((mine, partner.body["party_id"]))).encode()
    return _derived(keys.agreement.exchange(theirs), b"duanka pair " + both).hex()


def sits_as(partner: Record) -> Viewer:
    """Who acts in the ledger when an envelope of the partner is opened: they, as history shows it.

    What is done so is bound to records under the partner's own id, wherever those were handed over to.
    """
    return Viewer(f"partner:{partner.id}", ("partner",), (EVERY,), (EVERY,))


def _derived(secret: bytes, use: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=use).derive(secret)


def _will_do(told: Mapping[str, str]) -> None:
    if not _PARTY.fullmatch(told["party_id"]):
        raise BadInput("the id of a party will not do", where="party", fix="letters, digits, . _ -")
    if told["party_kind"] not in KINDS:
        raise BadInput("no such kind of party", where="party", fix=f"one of {', '.join(KINDS)}")
    parts = urlsplit(told["address"])
    plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if told["address"] and not ((parts.scheme == "https" and parts.hostname) or plain):
        raise BadInput(
            "leads go out under TLS alone", where="address", fix="give https://…, or leave it empty"
        )


def _signed(told: Any) -> None:
    """Nothing, if it is an introduction signed with the key that it tells.

    Raises: BadInput.
    """
    names = {"party_id", "party_kind", "address", "signing_key", "agreement_key", "look_up_key"}
    try:
        if set(told) != names | {"signature"} or not all(isinstance(told[n], str) for n in told):
            raise ValueError  # noqa: TRY301  # told apart below from what the library raises
        bare = {name: told[name] for name in names}
        _will_do(bare)
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(told["signing_key"]))
        key.verify(bytes.fromhex(told["signature"]), rfc8785.dumps(bare))
        X25519PublicKey.from_public_bytes(bytes.fromhex(told["agreement_key"]))
    except (ValueError, TypeError, InvalidSignature):
        raise BadInput(
            "this is no introduction of a party",
            where="introduction",
            fix="ask them for the file that `duanka lead introduce` wrote",
        ) from None
