"""Looking up one card without telling it: a verifiable oblivious function, and drawers that only its value opens.

The asker blinds the card, we evaluate it blindly and prove that we used our one key, the asker finds the
drawer by a few bits of the value and opens the one entry that is theirs. We do not learn the card, nor whether
it was found; they learn of no other card.
Source: RFC 9497 (VOPRF, ristretto255-SHA512).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from duanka.errors import BadInput, Conflict
from duanka.leads.extra import need
from duanka.leads.risk import Risk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INFO = b"duanka look-up"
LEAST_IN_A_DRAWER = 64
"""So many entries a drawer has on average: which of them was meant, we cannot tell."""
MOST_BITS = 32
_PADDED = 128
# each key opens one entry of one list, so that a nonce that is always the same is used once
_NONCE = bytes(12)


@dataclass(frozen=True)
class Drawers:
    """A list of risks whose entries only the value of their card opens.

    Shapes: `held` by the first `prefix_bits` of a value's place: pairs of a tag and a sealed answer, hex.
    """

    list_id: str
    prefix_bits: int
    held: Mapping[int, Sequence[tuple[str, str]]]


def public_key(seed: bytes) -> str:
    """The key that our answers are verified with; a partner has it from our introduction."""
    return str(_evaluator(seed).public_key.serialize().hex())


def drawers(risks: Mapping[str, Risk], seed: bytes) -> Drawers:
    """The list in drawers; one evaluation a card, some 60 microseconds."""
    evaluator = _evaluator(seed)
    told = sorted((name, msgspec.structs.astuple(_Told.of(risk))) for name, risk in risks.items())
    list_id = hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:32]
    bits = min(max(0, (len(risks) // LEAST_IN_A_DRAWER).bit_length() - 1), MOST_BITS)
    held: dict[int, list[tuple[str, str]]] = {}
    for name in sorted(risks):
        value = evaluator.evaluate_known_input(name.encode())
        box = AESGCM(_part(value, "box", list_id)).encrypt(_NONCE, _padded(risks[name]), None)
        held.setdefault(_place(value, bits), []).append((_tag(value, list_id), box.hex()))
    # the order within a drawer says nothing of the cards' names
    return Drawers(list_id, bits, {place: sorted(found) for place, found in held.items()})


def evaluated(blinded: str, seed: bytes) -> str:
    """What we make of a blinded card, with the proof that it was our key.

    Raises: BadInput if it is no blinded card.
    """
    library = need("voprf.ristretto", extra="psi")
    try:
        element = library.BlindedInput.deserialize(bytes.fromhex(blinded))
    except ValueError as error:
        raise BadInput("it is no blinded card", where="blinded", fix="ask with duanka") from error
    return str(_evaluator(seed).evaluate(element).serialize().hex())


def blinded(name: str) -> tuple[Any, str]:
    """What the asker keeps, and the blinded card that is sent; blinded anew each time."""
    client, element = need("voprf.ristretto", extra="psi").Client.blind(name.encode())
    return client, element.serialize().hex()


def value_of(client: Any, told: str, key: str) -> bytes:
    """The value of the card that was asked about, once the proof has been checked.

    Raises: Conflict if the partner used another key than the one they introduced.
    """
    library = need("voprf.ristretto", extra="psi")
    try:
        output = library.VerifiableOutput.deserialize(bytes.fromhex(told))
        found = client.finalize(output, library.PublicKey.deserialize(bytes.fromhex(key)))
    except ValueError as error:
        raise Conflict(
            "the partner did not answer with the key they introduced",
            where="look-up",
            fix="ask them for a new introduction, and compare its fingerprint",
        ) from error
    return bytes(found)


def place_of(value: bytes, bits: int) -> int:
    """The drawer in which the entry of the value lies, if it is there."""
    return _place(value, bits)


def opened(value: bytes, entries: Sequence[Sequence[str]], list_id: str) -> Risk | None:
    """The answer for the card of this value; None if the list does not have it.

    Raises: Conflict if the entry was changed on its way.
    """
    boxes = {one[0]: one[1] for one in entries}
    if (box := boxes.get(_tag(value, list_id))) is None:
        return None
    try:
        text = AESGCM(_part(value, "box", list_id)).decrypt(_NONCE, bytes.fromhex(box), None)
        told = msgspec.json.decode(text.rstrip(b" "), type=_Told)
    except (InvalidTag, ValueError, msgspec.DecodeError) as error:
        raise Conflict("the entry is not whole", where="drawer", fix="ask again") from error
    return Risk(told.grade, told.reason_class, told.expires_on)


class _Told(msgspec.Struct, array_like=True, frozen=True):
    grade: str
    reason_class: str
    expires_on: str

    @classmethod
    def of(cls, risk: Risk) -> _Told:
        return cls(risk.grade, risk.reason_class, risk.expires_on)


def _evaluator(seed: bytes) -> Any:
    return need("voprf.ristretto", extra="psi").Evaluator.from_seed(seed, INFO)


def _padded(risk: Risk) -> bytes:
    """All answers are as long as each other."""
    return msgspec.json.encode(_Told.of(risk)).ljust(_PADDED)


def _part(value: bytes, use: str, list_id: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"{use} {list_id}".encode()).derive(value)


def _tag(value: bytes, list_id: str) -> str:
    return _part(value, "tag", list_id)[:16].hex()


def _place(value: bytes, bits: int) -> int:
    return int.from_bytes(_part(value, "place", "")[:4], "big") >> (MOST_BITS - bits)
